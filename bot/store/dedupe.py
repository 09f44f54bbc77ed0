"""Each delivery is carried out once, and a repeated one gets the answer that the first one got."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.machinery import dedupe

# The two dialects spell this alike but do not share it, and only RETURNING says whether a row was written.
TAKE: Final = {
    "sqlite": sqlite.insert(dedupe).on_conflict_do_nothing().returning(dedupe.c.key),
    "postgresql": postgresql.insert(dedupe).on_conflict_do_nothing().returning(dedupe.c.key),
}
REMEMBER: Final = update(dedupe).where(dedupe.c.key == bindparam("b_key"))
ANSWER: Final = select(dedupe.c.answer).where(dedupe.c.key == bindparam("key"))
FORGET: Final = delete(dedupe).where(dedupe.c.at < bindparam("before"))


def take(connection: Connection, key: str, at: datetime) -> bool:
    """Claim a delivery for this transaction; False when it was taken before.

    While another transaction holds the key, this waits until that one ends, and takes it if that one rolled back.
    """
    taken = connection.execute(TAKE[connection.dialect.name], {"key": key, "at": at, "answer": None})
    return taken.one_or_none() is not None


def remember(connection: Connection, key: str, answer: Mapping[str, Any]) -> None:
    """Keep what the delivery was answered (as JSON), in the transaction that took its key."""
    connection.execute(REMEMBER, {"b_key": key, "answer": json.dumps(answer)})


def answer_for(connection: Connection, key: str) -> Mapping[str, Any] | None:
    """What this delivery was answered before; None when it is new or was taken without an answer."""
    answer = connection.execute(ANSWER, {"key": key}).scalar_one_or_none()
    if answer is None:
        return None
    told: Mapping[str, Any] = json.loads(answer)
    return told


def forget_before(connection: Connection, at: datetime) -> None:
    """Drop the deliveries taken before this instant: nobody repeats them any more."""
    connection.execute(FORGET, {"before": at})
