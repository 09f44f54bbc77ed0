"""What people were told did not reach Slack: a telling is open while one of its messages is left, and the next one is new.

An update notifies nobody, so whatever is given up after all was well is told in a new message, under the next number.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.store.machinery import given_up


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling: how many messages it was about, how many of them are left, since when, and when the last got through.

    Times are aware, business time. `over_at` is None while some are left.
    """

    number: int
    count: int
    left: int
    since: datetime
    over_at: datetime | None


NEWEST: Final = select(func.max(given_up.c.number))
OF_NUMBER: Final = select(given_up).where(given_up.c.number == bindparam("number"))
ADD: Final = insert(given_up)
SET: Final = update(given_up).where(
    given_up.c.number == bindparam("b_number"), given_up.c.key == bindparam("b_key")
)


def note(connection: Connection, keys: Collection[str], now: datetime) -> None:
    """Write down that these messages, and no others, are given up at present (`now`: business time, aware)."""
    number = newest(connection)
    rows = connection.execute(OF_NUMBER, {"number": number}).all()
    left = {row.key for row in rows if row.through_at is None}
    for key in sorted(left - set(keys)):
        connection.execute(SET, {"b_number": number, "b_key": key, "through_at": now})
    if not left & set(keys):
        number, rows = number + 1, []
    known = {row.key for row in rows}
    for key in sorted(set(keys) - left):
        if key in known:
            connection.execute(SET, {"b_number": number, "b_key": key, "through_at": None})
        else:
            connection.execute(ADD, {"number": number, "key": key, "noted_at": now, "through_at": None})


def newest(connection: Connection) -> int:
    """The number of the newest telling; 0 where there was none."""
    return connection.execute(NEWEST).scalar_one() or 0


def telling(connection: Connection, number: int) -> Telling | None:
    """The telling with this number; None where there is none."""
    rows = connection.execute(OF_NUMBER, {"number": number}).all()
    if not rows:
        return None
    left = sum(row.through_at is None for row in rows)
    over_at = None if left else max(row.through_at for row in rows)
    return Telling(number, len(rows), left, min(row.noted_at for row in rows), over_at)
