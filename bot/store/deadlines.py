"""What becomes due by itself: rows in business time, claimed by leases in real time. No timer is lost.

A deadline is identified by its change and its key; syncing again and again leaves it alone. One that fired stays
done, unless it is wanted for another time than the one at which it fired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, null, or_, select, update

from bot.rules.deadlines import GIVEN, Wanted
from bot.rules.terms import ChangeId
from bot.store.database import Database
from bot.store.machinery import deadlines


@dataclass(frozen=True, slots=True)
class Claimed:
    """A deadline that is the caller's own until its lease, in real time, runs out."""

    id: int
    kind: str
    change: ChangeId
    key: str
    due_at: datetime


LONGEST: Final = timedelta(minutes=10)
"""No claim is made for as long, whatever a deadline waits for; nor do the clocks of two machines differ by as much."""
PENDING: Final = deadlines.c.done_at.is_(None) & deadlines.c.cancelled_at.is_(None)
OF_CHANGE: Final = select(deadlines).where(deadlines.c.change_id == bindparam("change"))
ADD: Final = insert(deadlines)
MOVE: Final = (
    update(deadlines)
    .where(deadlines.c.id == bindparam("b_id"))
    .values(claimed_until=null(), done_at=null(), cancelled_at=null())
)
CANCEL: Final = update(deadlines).where(deadlines.c.id == bindparam("b_id"))
NEXT: Final = select(deadlines.c.due_at).where(PENDING).order_by(deadlines.c.due_at).limit(1)
# A common table expression, since PostgreSQL may run a locking subselect more than once, and then claims too many.
DUE: Final = (
    select(deadlines.c.id)
    .where(
        PENDING,
        deadlines.c.kind.in_(bindparam("b_kinds", expanding=True)),
        deadlines.c.due_at <= bindparam("b_business_now"),
        or_(
            deadlines.c.claimed_until.is_(None),
            deadlines.c.claimed_until <= bindparam("b_real_now"),
            deadlines.c.claimed_until > bindparam("b_never_so_late"),
        ),
    )
    .order_by(deadlines.c.due_at, deadlines.c.id)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
CLAIM: Final = update(deadlines).where(deadlines.c.id.in_(select(DUE.c.id))).returning(deadlines)
# One that was moved while it was being handled is a new deadline: it is neither done nor released by the old claim.
MINE: Final = (deadlines.c.id == bindparam("b_id")) & (deadlines.c.due_at == bindparam("b_due_at"))
DONE: Final = update(deadlines).where(MINE, deadlines.c.done_at.is_(None))
RELEASE: Final = update(deadlines).where(MINE, PENDING)


def sync(connection: Connection, change: ChangeId, wanted: Sequence[Wanted], at: datetime) -> None:
    """Make the change's pending deadlines those that are wanted; `at` is when the others are cancelled."""
    stored = {row.key: row for row in connection.execute(OF_CHANGE, {"change": change})}
    for want in wanted:
        row = stored.pop(want.key, None)
        columns = {"kind": want.kind, "due_at": want.due_at}
        if row is None:
            connection.execute(ADD, {"change_id": change, "key": want.key, **columns})
        elif row.due_at != want.due_at or (row.cancelled_at is not None and row.done_at is None):
            connection.execute(MOVE, {"b_id": row.id, **columns})
    for row in stored.values():
        if row.done_at is None and row.cancelled_at is None and row.kind not in GIVEN:
            connection.execute(CANCEL, {"b_id": row.id, "cancelled_at": at})


def give(connection: Connection, change: ChangeId, wanted: Wanted) -> None:
    """Give a change a deadline that does not follow from its own state, but from another change's."""
    columns = {"change_id": change, "key": wanted.key, "kind": wanted.kind, "due_at": wanted.due_at}
    stored = {row.key for row in connection.execute(OF_CHANGE, {"change": change})}
    if wanted.key not in stored:
        connection.execute(ADD, columns)


def claim(  # noqa: PLR0913 - two clocks, a lease and a limit are what a claim is made of
    database: Database,
    kinds: Sequence[str],
    *,
    business_now: datetime,
    now_real: datetime,
    lease: timedelta,
    limit: int,
) -> list[Claimed]:
    """Claim at most `limit` due deadlines of these kinds, the longest due first, in a short transaction of its own.

    A claim that ends later than `LONGEST` from now was made before this machine's clock was set back, and counts no more:
    whoever made it and still lives finds the deadline done.
    """
    parameters = {
        "b_kinds": list(kinds),
        "b_business_now": business_now,
        "b_real_now": now_real,
        "b_never_so_late": now_real + LONGEST,
        "b_limit": limit,
        "claimed_until": now_real + lease,
    }
    with database.write() as connection:
        found = connection.execute(CLAIM, parameters).all()
    claimed = [Claimed(row.id, row.kind, ChangeId(row.change_id), row.key, row.due_at) for row in found]
    return sorted(claimed, key=lambda deadline: (deadline.due_at, deadline.id))


def done(connection: Connection, deadline: Claimed, at: datetime) -> None:
    """It was handled, best in the transaction of its act; `at` is in business time."""
    connection.execute(DONE, {**_mine(deadline), "done_at": at})


def release(connection: Connection, deadline: Claimed, *, until: datetime | None = None) -> None:
    """It could not be handled: anyone may claim it again, from `until` (real time) on."""
    connection.execute(RELEASE, {**_mine(deadline), "claimed_until": until})


def next_due(connection: Connection) -> datetime | None:
    """When the first pending deadline is due or was due, aware, in UTC; None when nothing waits."""
    due_at: datetime | None = connection.execute(NEXT).scalar()
    return due_at


def _mine(deadline: Claimed) -> dict[str, Any]:
    return {"b_id": deadline.id, "b_due_at": deadline.due_at}
