"""Whether the rows on which the bot decides say what the audit log says: a row that no act wrote shows here.

The chain proves the log alone. Whoever can write to the database could put an approval into the rows that nobody gave; the
log does not have it, and a change that is folded anew from the log is another one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select

from bot.rules.change import Change
from bot.rules.folding import replay
from bot.rules.terms import ChangeId, change_label
from bot.store.audit import change_stream, facts_of
from bot.store.machinery import audit, audit_texts
from bot.store.models import changes
from bot.store.reading import ChangeDiffers, ChangesAgree
from bot.store.recorded import pointers
from bot.store.snapshots import snapshots

BATCH: Final = 100
"""Changes held in memory at a time."""

EVERY_CHANGE: Final = select(changes).order_by(changes.c.id)
EVERY_STREAM: Final = (
    select(audit.c.stream).where(audit.c.seq == 1, audit.c.stream.like("CHG-%")).order_by(audit.c.stream)
)
THERE: Final = select(changes.c.id).where(changes.c.id.in_(bindparam("numbers", expanding=True)))
WITH_TEXTS: Final = (
    select(audit.c.content, func.count(audit_texts.c.number).label("texts"))
    .outerjoin(audit_texts, audit_texts.c.audit_id == audit.c.id)
    .where(audit.c.stream == bindparam("stream"))
    .group_by(audit.c.id, audit.c.content)
)


def compare_changes(connection: Connection) -> ChangesAgree | ChangeDiffers:
    """Fold every change anew from its stream, and name the first whose rows say something else.

    Where people were forgotten the log no longer says everything; changes that cannot be compared for that are named.
    """
    count, unclear = 0, []
    for change in _changes(connection):
        difference, label = _difference(connection, change), change_label(change.id)
        if difference is None:
            count += 1
        elif _is_erased_in(connection, change.id):
            unclear.append(label)
        else:
            return ChangeDiffers(label, difference)
    missing = next(_without_rows(connection), None)
    if missing is not None:
        return ChangeDiffers(missing, "the audit log has it, and its rows are missing")
    return ChangesAgree(count, tuple(unclear))


def _changes(connection: Connection) -> Iterator[Change]:
    with connection.execute(EVERY_CHANGE, execution_options={"yield_per": BATCH}) as found:
        for batch in found.partitions():
            yield from snapshots(connection, batch)


def _difference(connection: Connection, stored: Change) -> str | None:
    facts = list(facts_of(connection, change_stream(stored.id)))
    if not facts:
        return "its rows are there, and the audit log does not have it"
    told = replay(facts)
    differing = [
        each.name for each in fields(Change) if getattr(stored, each.name) != getattr(told, each.name)
    ]
    return (
        f"its rows say something else than the audit log about: {', '.join(differing)}" if differing else None
    )


def _is_erased_in(connection: Connection, change: ChangeId) -> bool:
    """Whether a text at which a stream points is not there any more."""
    rows = connection.execute(WITH_TEXTS, {"stream": change_stream(change)})
    return any(len(pointers(row.content)) > row.texts for row in rows)


def _without_rows(connection: Connection) -> Iterator[str]:
    """The streams of changes that are in no row."""
    with connection.execute(EVERY_STREAM, execution_options={"yield_per": BATCH}) as found:
        for batch in found.partitions():
            yield from _missing(connection, batch)


def _missing(connection: Connection, batch: Sequence[Row[Any]]) -> Iterator[str]:
    numbers = {change: row.stream for row in batch if (change := _number(row.stream)) is not None}
    there = set(connection.execute(THERE, {"numbers": list(numbers)}).scalars())
    yield from (stream for change, stream in numbers.items() if change not in there)


def _number(stream: str) -> int | None:
    number = stream.removeprefix("CHG-")
    return int(number) if number.isascii() and number.isdecimal() else None
