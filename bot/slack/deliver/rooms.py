"""The channel in which a hotfix's incident is talked about: the one where it was declared, or one that the bot opens.

Where Slack allows neither, it is the service's channel, and the incident's message says so. A channel is reserved in the
database before it is asked for: when the answer is lost, it is looked for by its name before another one is opened.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

import structlog

from bot.people.company import Company
from bot.rules.asking import asks
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, PersonId, Role, change_label
from bot.slack.deliver.posting import NotNow, Poster, Undeliverable
from bot.slack.views.incident import NOT_LET_IN, NOT_OPENED
from bot.store import incident_rooms
from bot.store.database import Database
from bot.store.incident_rooms import Room

NAME_MOST: Final = 80
"""How long Slack lets a channel's name be."""
SUFFIX_ROOM: Final = 3
TRIES: Final = 9
"""How many names are tried for one room."""
TAKEN: Final = "name_taken"
PRIVATE: Final = "method_not_supported_for_channel_type"
"""Nobody joins a private channel by themselves; the bot may be in it all the same."""
A_PAGE: Final = 1000

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rooms:
    """Finds, opens and leaves rooms. `real_now` is real time."""

    database: Database
    company: Company
    poster: Poster
    real_now: Callable[[], datetime]

    def known(self, change: ChangeId) -> Room | None:
        """The room of a hotfix, where it is settled already."""
        with self.database.read() as connection:
            room = incident_rooms.find(connection, change)
        return room if room and room.channel else None

    def own_channel(self, change: ChangeId) -> str | None:
        """The channel of the incident itself; None where it has none, or none yet."""
        room = self.known(change)
        return room.channel if room and not room.note else None

    def find(self, scene: Scene) -> Room:
        """The room of a hotfix; joined or opened where that was not done yet.

        Of a room that Slack refuses, the service's channel takes the place.

        Raises:
            NotNow: Slack did not answer, or a room was opened: what comes next has the whole of a line's time.
        """
        change = scene.change
        room = self.known(change.id)
        if room:
            return room
        if change.incident_channel:
            return self._enter(scene, change.incident_channel)
        return self._open(scene)

    def leave(self, scene: Scene, room: Room, word: str) -> bool:
        """Go on in the service's channel, since Slack says this of the room's; False where that is where it stands."""
        channel = self._channel_of_service(scene)
        if room.channel == channel:
            return False
        log.warning("an incident's channel is out of reach", change=scene.change.id, slack_error=word)
        with self.database.write() as connection:
            incident_rooms.move(connection, room, channel, f"{NOT_LET_IN}{word}")
        return True

    def _channel_of_service(self, scene: Scene) -> str:
        return self.company.organization.services[scene.change.service].channel

    def _settle(self, room: Room) -> Room:
        with self.database.write() as connection:
            settled = incident_rooms.settle(connection, room)
        self.poster.got_further()
        return settled

    def _enter(self, scene: Scene, channel: str) -> Room:
        with self.database.write() as connection:
            incident_rooms.reserve(connection, scene.change.id, "")
        try:
            self.poster.call(partial(self.poster.client.conversations_join, channel=channel))
        except Undeliverable as error:
            if str(error) != PRIVATE:
                note = f"{NOT_LET_IN}{error}"
                return self._settle(Room(scene.change.id, self._channel_of_service(scene), "", note=note))
        return self._settle(Room(scene.change.id, channel, ""))

    def _open(self, scene: Scene) -> Room:
        change = scene.change.id
        with self.database.write() as connection:
            is_first = incident_rooms.reserve(connection, change, next(names(scene)))
            reserved = incident_rooms.find(connection, change)
        if reserved is None or reserved.channel:
            return reserved or self._open(scene)
        try:
            lost = None if is_first else self._lost(reserved)
            opened = replace(reserved, channel=lost) if lost else self._create(scene, reserved)
        except Undeliverable as error:
            note = f"{NOT_OPENED}{error}"
            return self._settle(replace(reserved, channel=self._channel_of_service(scene), note=note))
        self._invite(scene, str(opened.channel))
        self._settle(replace(opened, opened=True))
        raise NotNow(self.real_now(), "its channel was opened", failed=False)

    def _create(self, scene: Scene, reserved: Room) -> Room:
        """A new channel, under the reserved name or, where that is taken, the next one that is free."""
        wanted = list(names(scene))
        begin = wanted.index(reserved.name) if reserved.name in wanted else 0
        room = reserved
        for name in wanted[begin:]:
            if name != room.name and not self._rename(room, name):
                raise NotNow(self.real_now(), "somebody else opens its channel", failed=False)
            room = replace(room, name=name)
            try:
                answer = self._ask_for(name)
            except Undeliverable as error:
                if str(error) != TAKEN:
                    raise
                continue
            return replace(room, channel=str(answer["channel"]["id"]))
        raise Undeliverable(TAKEN)

    def _ask_for(self, name: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.poster.call(
            partial(self.poster.client.conversations_create, name=name)
        )
        return answer

    def _rename(self, room: Room, name: str) -> bool:
        with self.database.write() as connection:
            return incident_rooms.rename(connection, room, name)

    def _lost(self, reserved: Room) -> str | None:
        """The channel of this name that the bot opened, where the answer to its opening was lost."""
        own = self.poster.call(partial(self.poster.client.auth_test))["user_id"]
        cursor: str | None = ""
        while cursor is not None:
            page = self._page(cursor)
            for channel in page["channels"]:
                if channel.get("name") == reserved.name and channel.get("creator") == own:
                    return str(channel["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        return None

    def _page(self, cursor: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.poster.call(
            partial(
                self.poster.client.conversations_list,
                limit=A_PAGE,
                cursor=cursor,
                exclude_archived=True,
                types="public_channel",
            )
        )
        return answer

    def _invite(self, scene: Scene, channel: str) -> None:
        """All at once; where Slack refuses that, one by one: nobody keeps the others out."""
        people = invited(scene)
        client = self.poster.client
        try:
            self.poster.call(
                partial(client.conversations_invite, channel=channel, users=list(people), force=True)
            )
        except Undeliverable as refused:
            log.info("not everybody could be invited", channel=channel, slack_error=str(refused))


def names(scene: Scene) -> Iterator[str]:
    """What a room may be called, the likeliest first: `inc-payments-chg-2`, then `inc-payments-chg-2-2` and so on."""
    number = change_label(scene.change.id).lower()
    service = re.sub(r"[^a-z0-9_]+", "-", scene.change.service.lower()).strip("-_")
    room = NAME_MOST - len("inc--") - len(number) - SUFFIX_ROOM
    name = "-".join(part for part in ("inc", service[:room].strip("-_"), number) if part)
    yield name
    yield from (f"{name}-{again}" for again in range(2, TRIES + 1))


def invited(scene: Scene) -> tuple[PersonId, ...]:
    """Whoever deploys, is on call, is asked now, or declared it; each once."""
    change, setting = scene.change, scene.setting
    on_call = setting.roster.holders(Role.ON_CALL)
    asked = (ask.person for ask in asks(change, setting))
    return tuple(dict.fromkeys((change.deployer, *on_call, *asked, change.requester)))
