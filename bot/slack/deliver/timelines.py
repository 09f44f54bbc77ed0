"""A hotfix in its incident's channel: one message, updated in place and pinned, the topic, and an entry in its thread for each act."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog

from bot.people.company import Company
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId
from bot.rules.timeline_words import Reading
from bot.slack.deliver.posting import NotNow, Poster, Undeliverable
from bot.slack.deliver.rooms import Rooms
from bot.slack.deliver.words import OUT_OF_REACH
from bot.slack.views.incident import incident_message, topic
from bot.slack.views.speech import Speech
from bot.slack.views.timeline import entry_message
from bot.store import incident_rooms, messages, outbox
from bot.store.database import Database
from bot.store.incident_rooms import Room
from bot.store.lines import LineKind
from bot.store.messages import Message, Place
from bot.store.outbox import ClaimedLine, Line
from bot.store.timelines import names_in, timeline_line

MESSAGE_WAIT: Final = timedelta(hours=1)
"""How long an entry waits for the message to whose thread it belongs."""
THREAD_GONE: Final = "thread_not_found"
PIN: Final = "pin"
TOPIC: Final = "topic"
"""Kinds of what is remembered beside messages: what is pinned, and what a channel's topic says."""
ALREADY: Final = "already_pinned"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timelines:
    """Shows them. `now` is business time, `real_now` real time."""

    database: Database
    company: Company
    poster: Poster
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]

    @property
    def rooms(self) -> Rooms:
        """Where incidents are talked about."""
        return Rooms(self.database, self.company, self.poster, self.real_now)

    def show(self, scene: Scene, line: ClaimedLine) -> None:
        """Show what a line names, `timeline/142` or `entry/142/57`.

        Raises:
            NotNow, Undeliverable: as `Poster.show`; NotNow, too, while something else has to come first.
        """
        if line.kind == LineKind.ENTRY:
            self._show_entry(scene, line)
        elif scene.change.issue is not None:
            self._show_message(scene, line)

    def _show_message(self, scene: Scene, line: ClaimedLine) -> None:
        """Post or update a hotfix's message, and see to its pin and to the channel's topic."""
        room = self.rooms.find(scene)
        channel = str(room.channel)
        place = Place(line.key, LineKind.TIMELINE, channel, change=scene.change.id)
        self._reachable(
            scene,
            room,
            lambda: self.poster.show(place, incident_message(scene, room.note)),
        )
        self._pin(scene.change.id)
        self._set_topic(room)

    def _show_entry(self, scene: Scene, line: ClaimedLine) -> None:
        """Post what one entry of the audit log adds to the timeline, after the message; earlier entries are claimed first."""
        change = scene.change
        with self.database.read() as connection:
            said = timeline_line(connection, change, int(line.key.rpartition("/")[2]))
            names = names_in(connection, self.company.organization, [said] if said else [])
        if said is None:
            return
        zone = self.company.organization.zone
        shown = entry_message(said, Reading(names, zone, change.requested_at), Speech(names, zone))
        root = self._message(change.id)
        if root is None or root.ts is None:
            raise self._no_message_yet(line)
        place = Place(line.key, LineKind.ENTRY, root.channel, change=change.id, thread=root.ts)
        try:
            self.poster.show(place, shown)
        except Undeliverable as error:
            if str(error) not in {THREAD_GONE, *OUT_OF_REACH}:
                raise
            self._show_anew(root)
            raise self._no_message_yet(line) from error

    def _message(self, change: ChangeId) -> Message | None:
        with self.database.read() as connection:
            return messages.find(connection, _key(change))

    def _show_anew(self, root: Message) -> None:
        """Somebody deleted the message, or its channel is out of reach: `show` finds out."""
        with self.database.write() as connection:
            messages.gone(connection, root.key, self.real_now())
            outbox.wish(connection, [Line(root.key, LineKind.TIMELINE, root.change)], self.real_now())

    def _no_message_yet(self, line: ClaimedLine) -> NotNow | Undeliverable:
        waited = self.real_now() - line.wished_at
        if waited > MESSAGE_WAIT:
            return Undeliverable("its incident's message is not in Slack")
        until = self.real_now() + max(self.poster.pace, waited / 4)
        return NotNow(until, "its incident's message is not in Slack yet", failed=False)

    def _reachable(self, scene: Scene, room: Room, show: Callable[[], None]) -> None:
        """Show it, or go on in the service's channel where Slack does not let the bot write in the room."""
        try:
            show()
        except Undeliverable as error:
            if str(error) not in OUT_OF_REACH or not self.rooms.leave(scene, room, str(error)):
                raise
            with self.database.write() as connection:
                messages.gone(connection, _key(scene.change.id), self.real_now())
            raise NotNow(self.real_now(), "it goes on in the service's channel", failed=False) from error

    def _pin(self, change: ChangeId) -> None:
        """Once for each message; where Slack refuses it, the message does without."""
        shown = self._message(change)
        if shown is None or shown.ts is None:
            return
        channel, ts = shown.channel, shown.ts
        place = Place(f"{PIN}/{change}", PIN, channel, change=change)
        with self.database.read() as connection:
            known = messages.find(connection, place.key)
        if known and known.ts == ts:
            return
        self._leniently(partial(self.poster.client.pins_add, channel=channel, timestamp=ts))
        self._remember(place, ts, "")

    def _set_topic(self, room: Room) -> None:
        """Only where it says something new: Slack tells the whole channel of each. A service's channel keeps its own."""
        channel, organization = str(room.channel), self.company.organization
        if any(service.channel == channel for service in organization.services.values()):
            return
        wanted = topic(self._scenes_in(channel))
        digest = hashlib.sha256(wanted.encode()).hexdigest()
        place = Place(f"{TOPIC}/{channel}", TOPIC, channel)
        with self.database.read() as connection:
            known = messages.find(connection, place.key)
        if known and known.digest == digest:
            return
        self._leniently(partial(self.poster.client.conversations_setTopic, channel=channel, topic=wanted))
        self._remember(place, TOPIC, digest)

    def _scenes_in(self, channel: str) -> list[Scene]:
        with self.database.read() as connection:
            found = [
                self.company.scene(connection, change, self.now())
                for change in incident_rooms.in_channel(connection, channel)
            ]
        return [scene for scene in found if scene]

    def _leniently(self, call: partial[Any]) -> None:
        """A convenience: a refusal is noted, and nothing else depends on it."""
        try:
            self.poster.call(call)
        except Undeliverable as error:
            if str(error) != ALREADY:
                log.warning("slack refused a pin or a topic", slack_error=str(error))

    def _remember(self, place: Place, ts: str, digest: str) -> None:
        now = self.real_now()
        with self.database.write() as connection:
            messages.reserve(connection, place, now)
            messages.posted(connection, place.key, ts=ts, digest=digest, now_real=now)
        self.poster.got_further()


def _key(change: ChangeId) -> str:
    return f"{LineKind.TIMELINE}/{change}"
