"""What is to be refreshed in Slack: one row per thing, however often it was wished for.

A line is claimed by a lease in real time, never by a lock held over a call. Whoever's lease ran out can no longer
finish the line; the one who claimed it since can.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, case, delete, func, null, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.terms import ChangeId
from bot.store.database import Database
from bot.store.machinery import outbox

ATTEMPTS: Final = 20
"""A line that failed this often is dead: it stays, with its problem, until somebody wishes for it again."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to refresh. `key` names it for ever, such as `card:142`; a notice's own content is its `payload`."""

    key: str
    kind: str
    change: ChangeId | None = None
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """A line that is the caller's own until `leased_until`. `attempts` counts the failures before this one."""

    id: int
    key: str
    kind: str
    change: ChangeId | None
    payload: Mapping[str, Any] | None
    wished_at: datetime
    attempts: int
    wanted: int
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A line that was given up, and what stood in its way."""

    key: str
    kind: str
    change: ChangeId | None
    problem: str
    dead_at: datetime


def _wish(
    insert: sqlite.Insert | postgresql.Insert,
) -> sqlite.Insert | postgresql.Insert:
    wished = insert.values(wanted=1, attempts=0)
    dead = outbox.c.dead_at.is_not(None)
    return wished.on_conflict_do_update(
        index_elements=[outbox.c.key],
        set_={
            "wanted": outbox.c.wanted + 1,
            "payload": wished.excluded.payload,
            # A line that backs off goes on backing off; a dead one lives again.
            "due_at": case((dead, wished.excluded.due_at), else_=outbox.c.due_at),
            "attempts": case((dead, 0), else_=outbox.c.attempts),
            "dead_at": null(),
        },
    )


WISH: Final = {
    "sqlite": _wish(sqlite.insert(outbox)),
    "postgresql": _wish(postgresql.insert(outbox)),
}
# A common table expression, since PostgreSQL may run a locking subselect more than once, and then claims too many.
DUE: Final = (
    select(outbox.c.id)
    .where(
        outbox.c.dead_at.is_(None),
        outbox.c.due_at <= bindparam("b_now"),
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= bindparam("b_now")),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
CLAIM: Final = update(outbox).where(outbox.c.id.in_(select(DUE.c.id))).returning(outbox)
MINE: Final = (outbox.c.id == bindparam("b_id")) & (outbox.c.leased_until == bindparam("b_leased_until"))
DONE: Final = delete(outbox).where(MINE, outbox.c.wanted == bindparam("b_wanted")).returning(outbox.c.id)
RELEASE: Final = update(outbox).where(MINE).values(leased_until=null())
WAITING: Final = select(func.count()).select_from(outbox).where(outbox.c.dead_at.is_(None))
EARLIER: Final = select(func.count()).where(
    outbox.c.kind == bindparam("kind"),
    outbox.c.change_id == bindparam("change"),
    outbox.c.id < bindparam("line"),
    outbox.c.dead_at.is_(None),
)
DEAD: Final = (
    select(outbox.c.key, outbox.c.kind, outbox.c.change_id, outbox.c.problem, outbox.c.dead_at)
    .where(outbox.c.dead_at.is_not(None))
    .order_by(outbox.c.id)
    .limit(bindparam("b_limit"))
)


def wish(connection: Connection, lines: Sequence[Line], now_real: datetime) -> None:
    """Ask for these things to be refreshed, once this transaction has committed.

    Ten wishes for one thing are one line; a wish made while it is being delivered has it delivered once more.
    """
    # In the order of their keys: two transactions that wish for the same things cannot wait for each other.
    for line in sorted(lines, key=lambda line: line.key):
        columns = {
            "key": line.key,
            "kind": line.kind,
            "change_id": line.change,
            "payload": None if line.payload is None else json.dumps(line.payload),
            "wished_at": now_real,
            "due_at": now_real,
        }
        connection.execute(WISH[connection.dialect.name], columns)


def claim(database: Database, *, now_real: datetime, lease: timedelta, limit: int) -> list[ClaimedLine]:
    """Claim at most `limit` lines that are due and nobody's, oldest first, in a short transaction of its own."""
    until = now_real + lease
    with database.write() as connection:
        found = connection.execute(CLAIM, {"b_now": now_real, "b_limit": limit, "leased_until": until}).all()
    return sorted((_claimed(row) for row in found), key=lambda line: line.id)


def done(database: Database, line: ClaimedLine) -> None:
    """The line was delivered. It goes, unless it was wished for meanwhile: then it waits to be claimed again."""
    with database.write() as connection:
        gone = connection.execute(DONE, {**_mine(line), "b_wanted": line.wanted}).one_or_none()
        if gone is None:
            connection.execute(RELEASE, {**_mine(line), "attempts": 0, "problem": None})


def later(
    database: Database, line: ClaimedLine, *, now_real: datetime, until: datetime, problem: str
) -> bool:
    """The line could not be delivered; try again from `until` on. True when that was the last try and it is dead."""
    failures = line.attempts + 1
    given_up = failures >= ATTEMPTS
    columns = {"attempts": failures, "due_at": until, "problem": problem}
    with database.write() as connection:
        connection.execute(RELEASE, {**_mine(line), **columns, "dead_at": now_real if given_up else None})
    return given_up


def put_off(database: Database, line: ClaimedLine, *, until: datetime) -> None:
    """It is not this line's turn yet; nothing was tried, so nothing has failed."""
    with database.write() as connection:
        connection.execute(RELEASE, {**_mine(line), "due_at": until})


def bury(database: Database, line: ClaimedLine, *, now_real: datetime, problem: str) -> None:
    """The line can never be delivered: keep it with its problem, and do not try again until it is wished for."""
    with database.write() as connection:
        connection.execute(RELEASE, {**_mine(line), "dead_at": now_real, "problem": problem})


def waiting(connection: Connection) -> int:
    """How many lines are still to be delivered; dead ones are not."""
    return connection.execute(WAITING).scalar_one()


def earlier(connection: Connection, line: ClaimedLine) -> int:
    """How many lines of the same kind and change were wished for before this one and are still to be delivered."""
    asked = {"kind": line.kind, "change": line.change, "line": line.id}
    return connection.execute(EARLIER, asked).scalar_one()


def dead_lines(connection: Connection, limit: int) -> list[DeadLine]:
    """The lines that were given up, oldest first."""
    found = connection.execute(DEAD, {"b_limit": limit})
    return [DeadLine(row.key, row.kind, row.change_id, row.problem, row.dead_at) for row in found]


def _mine(line: ClaimedLine) -> dict[str, Any]:
    return {"b_id": line.id, "b_leased_until": line.leased_until}


def _claimed(row: Row[Any]) -> ClaimedLine:
    return ClaimedLine(
        id=row.id,
        key=row.key,
        kind=row.kind,
        change=None if row.change_id is None else ChangeId(row.change_id),
        payload=None if row.payload is None else json.loads(row.payload),
        wished_at=row.wished_at,
        attempts=row.attempts,
        wanted=row.wanted,
        leased_until=row.leased_until,
    )
