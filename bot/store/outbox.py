"""What is to be refreshed in Slack: one row per thing, however often it was wished for.

A line is claimed by a lease in real time, never by a lock held over a call. Whoever's lease ran out can no longer
finish the line; the one who claimed it since can. While a change has a leased line, its other lines are left alone, so
that two who deliver never work on one change.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.terms import ChangeId
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.machinery import messages, outbox

ATTEMPTS: Final = 20
"""A line that failed this often is dead: it stays, with its problem, and is tried again now and then."""
TRIED_AGAIN_EVERY: Final = timedelta(hours=1)
TRIED_AGAIN_FOR: Final = timedelta(days=7)
"""How long a dead line is tried again by itself; after that only when somebody wishes for it."""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
CLAIMS: Final = 0x6F7574626F78
"""PostgreSQL's advisory lock under which lines are claimed; the number must only stay the same."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to refresh. `key` names it for ever, such as `card:142`; a notice's own content is its `payload`."""

    key: str
    kind: str
    change: ChangeId | None = None
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ClaimedLine:
    """A line that is the caller's own until `leased_until`. `attempts` counts the failures before this one.

    `dead_at` is when it was given up, where this is one more try of a dead one.
    """

    id: int
    key: str
    kind: str
    change: ChangeId | None
    payload: Mapping[str, Any] | None
    wished_at: datetime
    attempts: int
    wanted: int
    leased_until: datetime
    dead_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A line that was given up, and what stood in its way: Slack's own word, where it was Slack.

    `channel` is where its message stands or was to stand, where that is known.
    """

    key: str
    kind: str
    change: ChangeId | None
    problem: str
    dead_at: datetime
    channel: str | None


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
            # A line that backs off goes on backing off; a dead one is tried at once, and is dead until it succeeds.
            "due_at": case((dead, wished.excluded.due_at), else_=outbox.c.due_at),
            "attempts": case((dead, 0), else_=outbox.c.attempts),
        },
    )


WISH: Final = {
    "sqlite": _wish(sqlite.insert(outbox)),
    "postgresql": _wish(postgresql.insert(outbox)),
}
LEASED: Final = outbox.alias("leased")
EARLIER: Final = outbox.alias("earlier")
# Spelled out, since SQLite uses the index of these lines only where a query spells its condition the same.
IN_ORDER: Final[tuple[ColumnElement[str], ...]] = tuple(
    literal_column(f"'{kind}'") for kind in (LineKind.ENTRY, LineKind.INCIDENT, LineKind.THREAD)
)
"""Kinds whose order people read: one waits for the earlier ones of its change that are not given up."""
CHANGE_AT_WORK: Final = exists().where(
    LEASED.c.change_id == outbox.c.change_id,
    LEASED.c.leased_until.is_not(None),
    LEASED.c.leased_until > bindparam("b_now"),
)
EARLIER_ONE_LIVES: Final = exists().where(
    EARLIER.c.change_id == outbox.c.change_id,
    EARLIER.c.kind == outbox.c.kind,
    EARLIER.c.id < outbox.c.id,
    EARLIER.c.dead_at.is_(None),
    EARLIER.c.kind.in_(IN_ORDER),
)


def _due(*, dead: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        outbox.c.dead_at.is_not(None) if dead else outbox.c.dead_at.is_(None),
        outbox.c.due_at <= bindparam("b_now"),
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= bindparam("b_now")),
        ~CHANGE_AT_WORK,
        ~EARLIER_ONE_LIVES,
    )


def _in_turn(*, dead: bool) -> Select[int]:
    return select(outbox.c.id).where(*_due(dead=dead)).order_by(outbox.c.due_at, outbox.c.id)


def _claim(*, dead: bool) -> Any:  # noqa: ANN401 - RETURNING has no common type
    # A common table expression, since PostgreSQL may run a locking subselect more than once, and then claims too many.
    due = (
        _in_turn(dead=dead)
        .limit(bindparam("b_limit"))
        .with_for_update(of=outbox, skip_locked=True)
        .cte("due")
    )
    return update(outbox).where(outbox.c.id.in_(select(due.c.id))).returning(outbox)


LOOK: Final = {dead: _in_turn(dead=dead).limit(1) for dead in (False, True)}
CLAIM: Final = {dead: _claim(dead=dead) for dead in (False, True)}
"""A line that lives, and one that was given up and is tried once more."""
LOCK: Final = text("SELECT pg_advisory_xact_lock(:lock)")
MINE: Final = (outbox.c.id == bindparam("b_id")) & (outbox.c.leased_until == bindparam("b_leased_until"))
DONE: Final = delete(outbox).where(MINE, outbox.c.wanted == bindparam("b_wanted")).returning(outbox.c.id)
RELEASE: Final = update(outbox).where(MINE).values(leased_until=null()).returning(outbox.c.id)
RENEW: Final = update(outbox).where(MINE).returning(outbox.c.id)
WAITING: Final = select(func.count()).select_from(outbox).where(outbox.c.dead_at.is_(None))
DEAD: Final = (
    select(
        outbox.c.key,
        outbox.c.kind,
        outbox.c.change_id,
        outbox.c.problem,
        outbox.c.dead_at,
        messages.c.channel,
    )
    .outerjoin_from(outbox, messages, messages.c.key == outbox.c.key)
    .where(outbox.c.dead_at.is_not(None))
    .order_by(outbox.c.id)
    .limit(bindparam("b_limit"))
)
REVIVE: Final = update(outbox).where(outbox.c.dead_at.is_not(None))


def wish(connection: Connection, lines: Sequence[Line], now_real: datetime) -> None:
    """Ask for these things to be refreshed, once this transaction has committed.

    Ten wishes for one thing are one line; a wish made while it is being delivered has it delivered once more.
    """
    # In the order of their keys: two transactions that wish for the same things cannot wait for each other.
    wished = [
        {
            "key": line.key,
            "kind": line.kind,
            "change_id": line.change,
            "payload": None if line.payload is None else json.dumps(line.payload),
            "wished_at": now_real,
            "due_at": now_real,
        }
        for line in sorted(lines, key=lambda line: line.key)
    ]
    if wished:
        connection.execute(WISH[connection.dialect.name], wished)


def claim(database: Database, *, now_real: datetime, lease: timedelta, limit: int) -> list[ClaimedLine]:
    """Claim at most `limit` lines that are due and nobody's, longest due first, in a short transaction of its own.

    Given-up lines have their turn when no other is due. Where nothing is due, nothing is locked.
    """
    for dead in (False, True):
        with database.read() as connection:
            is_due = connection.execute(LOOK[dead], {"b_now": now_real}).first()
        if is_due:
            found = _claimed_now(database, now_real, lease, limit, dead=dead)
            if found:
                return found
    return []


def _claimed_now(
    database: Database, now_real: datetime, lease: timedelta, limit: int, *, dead: bool
) -> list[ClaimedLine]:
    columns = {"b_now": now_real, "b_limit": limit, "leased_until": now_real + lease}
    with database.write() as connection:
        # One after the other: two claims at once could not see each other's, and take lines of the same change.
        if connection.dialect.name == "postgresql":
            connection.execute(LOCK, {"lock": CLAIMS})
        found = connection.execute(CLAIM[dead], columns).all()
    return [_claimed(row) for row in sorted(found, key=lambda row: (row.due_at, row.id))]


def renew(connection: Connection, line: ClaimedLine, *, until: datetime) -> ClaimedLine | None:
    """Hold the line until then; None when the lease ran out and somebody else has the line.

    To be called well before the lease ends: whoever claims another line of its change must not miss it.
    """
    renewed = connection.execute(RENEW, {**_mine(line), "leased_until": until}).one_or_none()
    return replace(line, leased_until=until) if renewed else None


def done(database: Database, line: ClaimedLine, now_real: datetime) -> None:
    """The line was delivered. It goes, unless it was wished for meanwhile: then it waits to be claimed again."""
    with database.write() as connection:
        gone = connection.execute(DONE, {**_mine(line), "b_wanted": line.wanted}).one_or_none()
        if gone is None:
            columns = {"attempts": 0, "problem": None, "dead_at": None}
            gone = connection.execute(RELEASE, {**_mine(line), **columns}).one_or_none()
        if gone and line.dead_at:
            wish(connection, _told_after(line, in_its_place=True), now_real)


def later(
    database: Database, line: ClaimedLine, *, now_real: datetime, until: datetime, problem: str
) -> bool:
    """The line could not be delivered; try again from `until` on. True when that was one try too many and it is dead."""
    failures = line.attempts + 1
    given_up = failures >= ATTEMPTS
    columns = {"attempts": failures, "due_at": until, "problem": problem}
    with database.write() as connection:
        if given_up:
            _give_up(connection, line, now_real, columns, in_its_place=False)
        else:
            connection.execute(RELEASE, {**_mine(line), **columns})
    return given_up


def put_off(database: Database, line: ClaimedLine, *, until: datetime) -> None:
    """It is not this line's turn yet: that is no failure."""
    with database.write() as connection:
        connection.execute(RELEASE, {**_mine(line), "due_at": until, "attempts": line.attempts})


def bury(database: Database, line: ClaimedLine, *, now_real: datetime, problem: str) -> None:
    """No repetition mends it: give the line up at once, with its problem, and try again once an hour for a week."""
    with database.write() as connection:
        _give_up(connection, line, now_real, {"problem": problem}, in_its_place=True)


def revive(connection: Connection, now_real: datetime) -> int:
    """Have all lines that were given up tried again at once; returns how many there are."""
    return connection.execute(REVIVE, {"due_at": now_real, "attempts": 0}).rowcount


def waiting(connection: Connection) -> int:
    """How many lines are still to be delivered; dead ones are not."""
    return connection.execute(WAITING).scalar_one()


def dead_lines(connection: Connection, limit: int) -> list[DeadLine]:
    """The lines that were given up, oldest first."""
    found = connection.execute(DEAD, {"b_limit": limit})
    return [
        DeadLine(row.key, row.kind, row.change_id, row.problem, row.dead_at, row.channel) for row in found
    ]


def _give_up(
    connection: Connection,
    line: ClaimedLine,
    now_real: datetime,
    columns: Mapping[str, Any],
    *,
    in_its_place: bool,
) -> None:
    dead_at = line.dead_at or now_real
    again_at = now_real + TRIED_AGAIN_EVERY
    due_at = again_at if again_at <= dead_at + TRIED_AGAIN_FOR else NEVER
    kept = {**_mine(line), **columns, "dead_at": dead_at, "due_at": due_at}
    # Each time, since what stands in the way may be something else by now, and the requester's card reads otherwise.
    if connection.execute(RELEASE, kept).one_or_none():
        wish(connection, _told_after(line, in_its_place=in_its_place), now_real)


def _told_after(line: ClaimedLine, *, in_its_place: bool) -> list[Line]:
    """What tells people of a line that was given up, or delivered after all; nobody is told of the telling itself."""
    if line.kind == LineKind.UNDELIVERED:
        return []
    lines = [Line(LineKind.UNDELIVERED.value, LineKind.UNDELIVERED)]
    if in_its_place and line.kind == LineKind.CARD:
        lines.append(Line(f"{LineKind.FALLBACK}/{line.change}", LineKind.FALLBACK, line.change))
    return lines


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
        dead_at=row.dead_at,
    )
