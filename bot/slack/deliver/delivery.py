"""The `deliver` job's work: claim outbox lines by lease, show what they name as it is now, and let them go.

A line for a whole family of messages (everybody asked, everybody who watches) is split into a line for each message that
has to change, so that every line makes at most one new message: a crash in between repeats nothing that was done.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.overview import Overview
from bot.people.company import Company
from bot.rules.asking import asks
from bot.rules.notice import NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, PersonId
from bot.rules.waiting import concerned
from bot.slack.deliver.alarms import alarm_now
from bot.slack.deliver.company_news import OF_THE_COMPANY, CompanyNews
from bot.slack.deliver.direct import Direct
from bot.slack.deliver.hold import LEASE, Hold
from bot.slack.deliver.homes import Homes
from bot.slack.deliver.places import Places
from bot.slack.deliver.posting import NotNow, Poster, Undeliverable, digest_of
from bot.slack.deliver.reminders import is_open, reminded, reminder
from bot.slack.deliver.reviews import is_still_owed, keys_of, reminder_now, review_reminders
from bot.slack.deliver.timelines import Timelines
from bot.slack.deliver.undelivered import Fallbacks
from bot.slack.deliver.wanted import (
    asked,
    asked_before,
    notice_of,
    told,
    told_channel,
    watched,
    watched_before,
)
from bot.slack.deliver.words import HOPELESS
from bot.slack.views.card import card
from bot.store import messages, outbox
from bot.store.database import Database, DatabaseBusy, DatabaseGone
from bot.store.lines import LineKind
from bot.store.messages import Place
from bot.store.outbox import ClaimedLine, Line

UNDELIVERABLE_WAIT: Final = timedelta(minutes=1)
_OF_NOTICES: Final = frozenset({LineKind.TOLD, LineKind.ALARM, LineKind.REVIEW})
"""Messages that a notice is split into: their lines carry what it says."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers what the outbox asks for. `now` is business time, `real_now` real time. Safe to share between threads."""

    database: Database
    company: Company
    poster: Poster
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]

    def deliver(self) -> int:
        """Deliver everything that is due, alone; returns how many lines were handled, put off ones included."""
        handled = 0
        while line := self.take():
            self.deliver_line(line)
            handled += 1
        return handled

    def take(self) -> ClaimedLine | None:
        """Claim the line that has been due longest; None when nothing is due, or Slack does not let the bot in."""
        if self.poster.is_paused:
            return None
        lines = outbox.claim(self.database, now_real=self.real_now(), lease=LEASE, limit=1)
        return lines[0] if lines else None

    def deliver_line(self, line: ClaimedLine) -> None:
        """Show what a line names as it is now; then it is done, put off or given up.

        Raises:
            DatabaseBusy, DatabaseGone: it is claimed until its lease runs out.
        """
        hold = Hold(line, self.real_now)
        try:
            replace(self, poster=self.poster.holding(hold)).show(line)
        except NotNow as reason:
            self._put_off(hold.line, reason)
        except Undeliverable as error:
            self._refused(hold.line, str(error))
        except (DatabaseBusy, DatabaseGone):
            raise
        except Exception as error:
            log.exception("a message could not be made", line=line.key)
            self._try_later(hold.line, self.real_now() + UNDELIVERABLE_WAIT, repr(error))
        else:
            outbox.done(self.database, hold.line, self.real_now())

    def _put_off(self, line: ClaimedLine, reason: NotNow) -> None:
        if not reason.failed:
            outbox.put_off(self.database, line, until=reason.until)
            return
        dead = self._try_later(line, reason.until, reason.problem)
        log.warning("slack did not answer", line=line.key, problem=reason.problem, given_up=dead)

    def _refused(self, line: ClaimedLine, word: str) -> None:
        if word in HOPELESS:
            outbox.bury(self.database, line, now_real=self.real_now(), problem=word)
            dead = True
        else:
            dead = self._try_later(line, self.real_now() + UNDELIVERABLE_WAIT, word)
        log.warning("slack refused a message", line=line.key, slack_error=word, given_up=dead)

    def _try_later(self, line: ClaimedLine, until: datetime, problem: str) -> bool:
        return outbox.later(self.database, line, now_real=self.real_now(), until=until, problem=problem)

    def show(self, line: ClaimedLine) -> None:
        """Show what a line names, in as many calls as it takes; a family is split into a line for each message.

        Raises:
            NotNow, Undeliverable: as `Poster.show`.
        """
        if line.kind == LineKind.HOME:
            self._homes.show(line.key)
            return
        if line.kind in OF_THE_COMPANY:
            CompanyNews(self.database, self.company, self.poster, self.now).show(line)
            return
        scene = self._scene(line.change)
        if scene is None:
            return
        match line.kind:
            case LineKind.CARD | LineKind.FALLBACK:
                self._show_card(scene, line)
            case LineKind.ASKS:
                self._split(
                    scene, line, self._all_asked(scene), self._homes.lines_for(self._concerned(scene))
                )
            case LineKind.WATCHES:
                self._split(scene, line, self._all_watched(scene))
            case LineKind.NOTICE:
                self._split(scene, line, self._noticed(scene, line))
            case LineKind.TIMELINE | LineKind.ENTRY:
                Timelines(self.database, self.company, self.poster, self.now, self.real_now).show(scene, line)
            case LineKind.THREAD | LineKind.INCIDENT:
                self._show_in_channel(scene, line)
            case _:
                self._show_direct(scene, line)

    def _scene(self, change: ChangeId | None) -> Scene | None:
        if change is None:
            return None
        with self.database.read() as connection:
            return self.company.scene(connection, change, self.now())

    def _show_card(self, scene: Scene, line: ClaimedLine) -> None:
        if line.kind == LineKind.FALLBACK:
            Fallbacks(self.database, self.poster).show(scene, line, self._card_link(scene))
            return
        channel = self.company.organization.services[scene.change.service].channel
        place = Place(line.key, LineKind.CARD, channel, change=scene.change.id)
        self.poster.show(place, card(scene))

    def _card_link(self, scene: Scene) -> str | None:
        return self._places.card_link(scene.change.id)

    @property
    def _places(self) -> Places:
        return Places(self.database, self.company, self.poster, self.real_now)

    def _show_in_channel(self, scene: Scene, line: ClaimedLine) -> None:
        """A notice in a channel; an alarm's gets a line of its own, under whose key it is found again."""
        link = self._card_link(scene)
        direct = told_channel(scene, line.key, LineKind(line.kind), line.payload or {}, link)
        if direct and direct.key == line.key:
            self._places.show(scene.change.id, line, direct)
        elif direct:
            self._split(scene, line, [direct])

    def _noticed(self, scene: Scene, line: ClaimedLine) -> Iterable[Direct]:
        payload = line.payload or {}
        if payload.get("kind") == NoticeKind.REVIEW_DUE:
            posted = self._posted(scene, LineKind.REVIEW)
            return review_reminders(scene, payload, posted, self._card_link(scene))
        is_reminder = payload.get("kind") == NoticeKind.REMINDED
        return (reminded if is_reminder else told)(scene, line.key, payload, self._card_link(scene))

    def _all_asked(self, scene: Scene) -> Iterable[Direct]:
        link = self._card_link(scene)
        wanted = {direct.key: direct for direct in asked(scene, link)}
        return [
            *wanted.values(),
            *(asked_before(scene, key) for key in self._posted(scene, LineKind.ASK) if key not in wanted),
            *(reminder(scene, key, link) for key in self._posted(scene, LineKind.REMINDER)),
            *self._reviews_posted(scene, link),
        ]

    def _reviews_posted(self, scene: Scene, link: str | None) -> Iterable[Direct]:
        posted = self._posted(scene, LineKind.REVIEW)
        return (reminder_now(scene, key, posted, link) for key in posted)

    def _all_watched(self, scene: Scene) -> Iterable[Direct]:
        link = self._card_link(scene)
        wanted = {direct.key: direct for direct in watched(scene, link)}
        before = (
            watched_before(scene, key, link)
            for key in self._posted(scene, LineKind.WATCH)
            if key not in wanted
        )
        alarms = (alarm_now(scene, key, None, link) for key in self._posted(scene, LineKind.ALARM))
        return [*wanted.values(), *(direct for direct in (*before, *alarms) if direct)]

    def _posted(self, scene: Scene, kind: LineKind) -> list[str]:
        with self.database.read() as connection:
            return [message.key for message in messages.of_change(connection, scene.change.id, kind)]

    @property
    def _homes(self) -> Homes:
        return Homes(self.database, Overview(self.database, self.company, self.now), self.poster)

    def _concerned(self, scene: Scene) -> set[PersonId]:
        """Whose Home an act on this change may have changed: whoever is or was asked, requests, deploys or watches."""
        before = {key.rpartition("/")[2] for key in self._posted(scene, LineKind.ASK)}
        now = {ask.person for ask in asks(scene.change, scene.setting)}
        return {*map(PersonId, before), *now, *concerned(scene.change, scene.setting)}

    def _split(
        self, scene: Scene, line: ClaimedLine, directs: Iterable[Direct], also: Iterable[Line] = ()
    ) -> None:
        """Wish for each message of the family that does not yet show what it should."""
        with self.database.write() as connection:
            lines = [*also]
            for direct in directs:
                known = messages.find(connection, direct.key)
                if known is None or known.digest != digest_of(direct.message) or known.in_doubt:
                    payload = (
                        {"notice": line.key, **line.payload}
                        if line.payload and direct.kind in _OF_NOTICES
                        else None
                    )
                    lines.append(Line(direct.key, direct.kind, scene.change.id, payload))
            outbox.wish(connection, lines, self.real_now())

    def _show_direct(self, scene: Scene, line: ClaimedLine) -> None:
        direct = self._direct(scene, line)
        if direct is not None:
            self._places.show(scene.change.id, line, direct)

    def _direct(self, scene: Scene, line: ClaimedLine) -> Direct | None:
        """The line's message as it reads now; None when nobody needs it any more and it was never posted."""
        link = self._card_link(scene)
        match line.kind:
            case LineKind.ASK:
                wanted = next((each for each in asked(scene, link) if each.key == line.key), None)
                return wanted or (asked_before(scene, line.key) if self._was_posted(line.key) else None)
            case LineKind.REMINDER:
                wanted_still = is_open(scene, line.key) or self._was_posted(line.key)
                return reminder(scene, line.key, link) if wanted_still else None
            case LineKind.REVIEW:
                posted = self._posted(scene, LineKind.REVIEW)
                known = {*posted, *(keys_of(scene, line.payload) if line.payload else ())}
                wanted_still = line.key in posted or is_still_owed(scene, line.key)
                return reminder_now(scene, line.key, known, link) if wanted_still else None
            case LineKind.WATCH:
                wanted = next((each for each in watched(scene, link) if each.key == line.key), None)
                return wanted or (
                    watched_before(scene, line.key, link) if self._was_posted(line.key) else None
                )
            case LineKind.TOLD if line.payload:
                notice = told(scene, str(line.payload["notice"]), line.payload, link)
                return next((each for each in notice if each.key == line.key), None)
            case LineKind.ALARM:
                sounded = notice_of(line.payload) if line.payload else None
                return alarm_now(scene, line.key, sounded, link)
            case _:
                raise ValueError(f"an outbox line of an unknown kind: {line.kind}")

    def _was_posted(self, key: str) -> bool:
        with self.database.read() as connection:
            return messages.find(connection, key) is not None
