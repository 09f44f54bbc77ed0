"""Where each card, DM and notice stands in Slack.

A message is reserved, and the reservation committed, before it is posted: one whose answer was lost is then known to
be in doubt, and looked for in the channel before it is posted again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.terms import ChangeId, PersonId
from bot.store.machinery import messages


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Posted when it has a `ts`; in doubt while `posting_at` stands: it may be in the channel or not."""

    key: str
    kind: str
    change: ChangeId | None
    person: PersonId | None
    channel: str
    ts: str | None
    digest: str | None
    posting_at: datetime | None
    gone_at: datetime | None

    @property
    def in_doubt(self) -> bool:
        """Whether a post was begun and nobody knows how it ended."""
        return self.posting_at is not None


def _reserve(insert: sqlite.Insert | postgresql.Insert) -> Any:  # noqa: ANN401 - RETURNING has no common type
    return insert.on_conflict_do_update(
        index_elements=[messages.c.key],
        set_={
            "channel": insert.excluded.channel,
            "posting_at": insert.excluded.posting_at,
            "gone_at": null(),
        },
    ).returning(messages)


RESERVE: Final = {
    "sqlite": _reserve(sqlite.insert(messages)),
    "postgresql": _reserve(postgresql.insert(messages)),
}
FIND: Final = select(messages).where(messages.c.key == bindparam("key"))
OF_CHANGE: Final = (
    select(messages)
    .where(
        messages.c.change_id == bindparam("change"),
        messages.c.kind == bindparam("kind"),
        messages.c.ts.is_not(None),
    )
    .order_by(messages.c.posted_at, messages.c.key)
)
POSTED_KEYS: Final = (
    select(messages.c.key)
    .where(messages.c.key.in_(bindparam("keys", expanding=True)), messages.c.ts.is_not(None))
    .order_by(messages.c.key)
)
MESSAGE: Final = update(messages).where(messages.c.key == bindparam("b_key"))


@dataclass(frozen=True, slots=True)
class Place:
    """Which message it is, and where it is to stand; `thread` is the ts of the message that it answers."""

    key: str
    kind: str
    channel: str
    change: ChangeId | None = None
    person: PersonId | None = None
    thread: str | None = None


def reserve(connection: Connection, place: Place, now_real: datetime) -> Message:
    """Say that it is about to be posted. Commit before posting."""
    columns = {
        "key": place.key,
        "kind": place.kind,
        "channel": place.channel,
        "change_id": place.change,
        "person": place.person,
        "posting_at": now_real,
    }
    return _message(connection.execute(RESERVE[connection.dialect.name], columns).one())


def posted(connection: Connection, key: str, *, ts: str, digest: str, now_real: datetime) -> None:
    """Slack took it, at `ts`, showing what `digest` stands for."""
    columns = {"ts": ts, "digest": digest, "posting_at": None, "posted_at": now_real, "gone_at": None}
    connection.execute(MESSAGE, {"b_key": key, **columns})


def not_posted(connection: Connection, key: str) -> None:
    """Slack surely refused it: no doubt remains."""
    connection.execute(MESSAGE, {"b_key": key, "posting_at": None})


def updated(connection: Connection, key: str, *, digest: str, now_real: datetime) -> None:
    """It shows now what `digest` stands for."""
    connection.execute(MESSAGE, {"b_key": key, "digest": digest, "updated_at": now_real})


def gone(connection: Connection, key: str, now_real: datetime) -> None:
    """Slack does not know it any more: somebody deleted it. The next one is a new post."""
    columns = {"ts": None, "digest": None, "posting_at": None, "gone_at": now_real}
    connection.execute(MESSAGE, {"b_key": key, **columns})


def find(connection: Connection, key: str) -> Message | None:
    """The message with this key, posted or only reserved."""
    row = connection.execute(FIND, {"key": key}).one_or_none()
    return None if row is None else _message(row)


def of_change(connection: Connection, change: ChangeId, kind: str) -> list[Message]:
    """The change's posted messages of a kind, oldest first."""
    return [_message(row) for row in connection.execute(OF_CHANGE, {"change": change, "kind": kind})]


def posted_keys(connection: Connection, keys: Sequence[str]) -> list[str]:
    """Those of these keys whose message stands in Slack."""
    return list(connection.execute(POSTED_KEYS, {"keys": list(keys)}).scalars())


def _message(row: Row[Any]) -> Message:
    return Message(
        key=row.key,
        kind=row.kind,
        change=None if row.change_id is None else ChangeId(row.change_id),
        person=None if row.person is None else PersonId(row.person),
        channel=row.channel,
        ts=row.ts,
        digest=row.digest,
        posting_at=row.posting_at,
        gone_at=row.gone_at,
    )
