"""In which channel a hotfix's incident is talked about. A row is reserved, and committed, before a channel is asked for.

So one whose answer was lost is known to be in doubt, and looked for by its name before another is opened; and of two who
settle the same row, the first one counts.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.terms import ChangeId
from bot.store.hotfix_models import hotfixes, incident_rooms
from bot.store.models import changes

MOST_IN_ONE_CHANNEL: Final = 20


@dataclass(frozen=True, slots=True)
class Room:
    """A hotfix's channel. `name` is what a new one is to be called; `channel` its number in Slack, once it is known.

    `opened` when the bot opened it, `note` why it is not a channel of the incident's own; empty where it is.
    """

    change: ChangeId
    channel: str | None
    name: str
    opened: bool = False
    note: str = ""


def _reserve(insert: sqlite.Insert | postgresql.Insert) -> Any:  # noqa: ANN401 - RETURNING has no common type
    """What comes back says whether the row is new: how many rows an INSERT made, PostgreSQL's driver does not count."""
    return insert.on_conflict_do_nothing().returning(incident_rooms.c.change_id)


RESERVE: Final = {
    "sqlite": _reserve(sqlite.insert(incident_rooms)),
    "postgresql": _reserve(postgresql.insert(incident_rooms)),
}
FIND: Final = select(incident_rooms).where(incident_rooms.c.change_id == bindparam("change"))
UNSETTLED: Final = update(incident_rooms).where(
    incident_rooms.c.change_id == bindparam("b_change"), incident_rooms.c.channel.is_(None)
)
RENAME: Final = UNSETTLED.where(incident_rooms.c.name == bindparam("b_name")).returning(
    incident_rooms.c.change_id
)
MOVE: Final = update(incident_rooms).where(
    incident_rooms.c.change_id == bindparam("b_change"), incident_rooms.c.channel == bindparam("b_from")
)
IN_CHANNEL: Final = (
    select(hotfixes.c.change_id, changes.c.stage, changes.c.finished)
    .join(changes, changes.c.id == hotfixes.c.change_id)
    .outerjoin(incident_rooms, incident_rooms.c.change_id == hotfixes.c.change_id)
    .where(
        or_(
            incident_rooms.c.channel == bindparam("channel"),
            incident_rooms.c.channel.is_(None) & (hotfixes.c.channel == bindparam("channel")),
        )
    )
    .order_by(changes.c.finished, hotfixes.c.change_id.desc())
    .limit(MOST_IN_ONE_CHANNEL)
)


EVER_HERE: Final = select(
    or_(
        exists().where(hotfixes.c.channel == bindparam("channel")),
        exists().where(incident_rooms.c.channel == bindparam("channel"), incident_rooms.c.opened),
    )
)
"""A service's channel that stands in for one of the incident's own is none."""


def reserve(connection: Connection, change: ChangeId, name: str) -> bool:
    """Say that a channel of this name is about to be asked for; False where a row is there already. Commit before asking."""
    columns = {"change_id": change, "channel": None, "name": name, "opened": False, "note": ""}
    return connection.execute(RESERVE[connection.dialect.name], columns).one_or_none() is not None


def rename(connection: Connection, room: Room, name: str) -> bool:
    """Another name is asked for, since this one is taken; False where somebody else has settled or renamed it."""
    renamed = connection.execute(RENAME, {"b_change": room.change, "b_name": room.name, "name": name})
    return renamed.one_or_none() is not None


def settle(connection: Connection, room: Room) -> Room:
    """This is its channel, if nobody said before which one is; returns the room that counts."""
    columns = {"channel": room.channel, "name": room.name, "opened": room.opened, "note": room.note}
    connection.execute(UNSETTLED, {"b_change": room.change, **columns})
    return find(connection, room.change) or room


def move(connection: Connection, room: Room, channel: str, note: str) -> None:
    """The incident is talked about elsewhere, since its channel is out of the bot's reach."""
    columns = {"channel": channel, "opened": False, "note": note}
    connection.execute(MOVE, {"b_change": room.change, "b_from": room.channel, **columns})


def find(connection: Connection, change: ChangeId) -> Room | None:
    """The room of a hotfix, known or asked for."""
    row = connection.execute(FIND, {"change": change}).one_or_none()
    return None if row is None else _room(row)


def is_incident_channel(connection: Connection, channel: str) -> bool:
    """Whether a hotfix was ever talked about here as in a channel of incidents: another one belongs to the same incident."""
    return bool(channel) and bool(connection.execute(EVER_HERE, {"channel": channel}).scalar_one())


def in_channel(connection: Connection, channel: str) -> tuple[ChangeId, ...]:
    """The hotfixes whose incident is talked about in a channel: unfinished ones first, then the newest first."""
    found = connection.execute(IN_CHANNEL, {"channel": channel})
    return tuple(ChangeId(row.change_id) for row in found)


def _room(row: Row[Any]) -> Room:
    return Room(ChangeId(row.change_id), row.channel, row.name, row.opened, row.note)
