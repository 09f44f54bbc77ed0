"""Telling people of messages that were given up: in the admin channel; where that is out of reach, to the Directors.

And, while a service's channel cannot show a change's card, the card for its requester by direct message.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from bot.people.company import Company
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Role
from bot.rules.undelivered import Undelivered, troubles
from bot.slack.deliver.posting import Poster, Undeliverable
from bot.slack.views.kit import Message
from bot.slack.views.speech import Speech
from bot.slack.views.undelivered import (
    Told,
    card_is_back_message,
    delivered_message,
    fallback_message,
    undelivered_message,
)
from bot.store import directory_answers, given_up, messages, outbox
from bot.store.database import Database
from bot.store.given_up import Telling
from bot.store.lines import LineKind
from bot.store.messages import Place
from bot.store.outbox import ClaimedLine, Line
from bot.store.undelivered import in_channel_of, problem_of, undelivered

LISTED: Final = 1000
"""How many messages the list speaks of, oldest first."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class UndeliveredNews:
    """Shows the list. `now` is business time."""

    database: Database
    company: Company
    poster: Poster
    now: Callable[[], datetime]

    def show(self, line: ClaimedLine) -> None:
        """Post or update the list: in the admin channel, or, by a line that ends with a person, to that Director.

        Raises:
            NotNow, Undeliverable: as `Poster.show`.
        """
        person = line.key.partition("/")[2]
        if person:
            self._show_to(PersonId(person))
            return
        dead = self._dead()
        with self.database.write() as connection:
            given_up.note(connection, {each.key for each in dead}, self.now())
        try:
            self._show_tellings(self.company.organization.admin_channel, None, dead)
        except Undeliverable as error:
            log.warning("the admin channel is out of reach", slack_error=str(error), undelivered=len(dead))
            self._tell_directors(self._directors())
            raise
        self._tell_directors(self._told_before())

    def _dead(self) -> Sequence[Undelivered]:
        with self.database.read() as connection:
            found = undelivered(connection, self.company.organization, LISTED)
        return [each for each in found if each.key.partition("/")[0] != LineKind.UNDELIVERED]

    def _show_to(self, person: PersonId) -> None:
        self._show_tellings(self.poster.direct_channel(person), person, self._dead())

    def _show_tellings(self, channel: str, person: PersonId | None, dead: Sequence[Undelivered]) -> None:
        """The newest telling, and the one before: it is over, and may not say so yet."""
        with self.database.read() as connection:
            newest = given_up.newest(connection)
            found = [given_up.telling(connection, number) for number in (newest - 1, newest)]
            posted = [messages.find(connection, _key(each.number, person)) for each in found if each]
            known = {each.key for each in posted if each and (each.ts or each.in_doubt)}
        for telling in (each for each in found if each):
            key = _key(telling.number, person)
            is_over = telling.over_at is not None
            if is_over and key not in known:
                continue  # nobody was told of it
            place = Place(key, LineKind.UNDELIVERED, channel, person=person)
            self.poster.show(place, self._message(telling, dead, to_director=person is not None))

    def _message(self, telling: Telling, dead: Sequence[Undelivered], *, to_director: bool) -> Message:
        speech = self._speech(dead)
        if telling.over_at is not None or not dead:
            return delivered_message(telling.count, telling.over_at or self.now(), speech)
        told = Told(telling.since, telling.count - telling.left, telling.count)
        return undelivered_message(troubles(dead), told, speech, to_director=to_director)

    def _speech(self, dead: Sequence[Undelivered]) -> Speech:
        organization = self.company.organization
        people = {person for each in dead for person in each.where.people}
        with self.database.read() as connection:
            names = directory_answers.names(connection, people)
        return Speech({**organization.names(), **names}, organization.zone)

    def _directors(self) -> list[PersonId]:
        """The Engineering Directors whom the organization's file names."""
        organization = self.company.organization
        named = [organization.roles, *(service.roles for service in organization.services.values())]
        return list(
            dict.fromkeys(person for roles in named for person in roles.get(Role.ENGINEERING_DIRECTOR, ()))
        )

    def _told_before(self) -> list[PersonId]:
        """Those of them who have the newest telling, or the one before, by direct message."""
        directors = self._directors()
        with self.database.read() as connection:
            newest = given_up.newest(connection)
            keys = {_key(number, each): each for number in (newest - 1, newest) for each in directors}
            return list(dict.fromkeys(keys[key] for key in messages.posted_keys(connection, list(keys))))

    def _tell_directors(self, directors: Sequence[PersonId]) -> None:
        lines = [Line(f"{LineKind.UNDELIVERED}/{each}", LineKind.UNDELIVERED) for each in directors]
        with self.database.write() as connection:
            outbox.wish(connection, lines, self.poster.real_now())


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """Shows cards to their requesters, while their own places cannot."""

    database: Database
    poster: Poster

    def show(self, scene: Scene, line: ClaimedLine, link: str | None) -> None:
        """Post or update the requester's card; once its own place shows it again, say so where it was posted.

        Raises:
            NotNow, Undeliverable: as `Poster.show`.
        """
        change = scene.change
        where = in_channel_of(change.service)
        with self.database.read() as connection:
            problem = problem_of(connection, f"{LineKind.CARD}/{change.id}")
            mine = messages.find(connection, line.key)
        if problem is None and not (mine and (mine.ts or mine.in_doubt)):
            return  # nobody was told
        shown = (
            fallback_message(scene, problem, where)
            if problem is not None
            else card_is_back_message(scene, where, link)
        )
        channel = self.poster.direct_channel(change.requester)
        place = Place(line.key, LineKind.FALLBACK, channel, change=change.id, person=change.requester)
        self.poster.show(place, shown)


def _key(number: int, person: PersonId | None) -> str:
    return f"{LineKind.UNDELIVERED}/{number}/{person}" if person else f"{LineKind.UNDELIVERED}/{number}"
