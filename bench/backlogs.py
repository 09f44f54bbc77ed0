"""A bot that was away for long: how fast 100,000 due deadlines fire, and what it costs to claim one of 100,000 lines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)

from bench.many_rows import OPEN, analyze, copy_until
from bench.measure import Goal, Measure, Pair, Size
from bench.office import MONDAY, built, office
from bot.app import App, real_now
from bot.clock import BATCH
from bot.store import outbox as lines
from bot.store.audit import FIRST
from bot.store.database import Database, open_database
from bot.store.lines import LineKind
from bot.store.machinery import audit, audit_texts, deadlines, dedupe, outbox
from bot.store.models import changes
from tests.ground import Ground

DUE: Final = {Size.WHOLE: 100_000, Size.QUICK: 400}
BATCHES: Final = {Size.WHOLE: 6, Size.QUICK: 1}
"""How many batches of deadlines a round fires on either side."""
DRAINS: Final = 5
WEDNESDAY: Final = MONDAY + timedelta(days=2)
"""When every first reminder is due."""
TEXTS: Final = 4
"""How many erasable texts a reminder's audit row has."""
LINES: Final = {Size.WHOLE: 100_000, Size.QUICK: 2_000}
FEW_LINES: Final = 1_000
KINDS: Final = (LineKind.CARD, LineKind.REMINDER, LineKind.THREAD)
LINES_OF_ONE: Final = 4
"""How many lines a change has: two of them stand in its thread, one after the other."""
CLAIMS: Final = {Size.WHOLE: 40, Size.QUICK: 4}
LEASE: Final = timedelta(seconds=15)
TO_PREPARE: Final = timedelta(minutes=10)


@contextmanager
def _prepared(ground: Ground, kind: str, count: int) -> Iterator[tuple[str, Database]]:
    """A database with so many changes that wait for their code review; each has a deadline, its first reminder."""
    url = ground.new_database(kind)
    with office(ground.new_folder(), url) as opened:
        opened.opens(1)
    database = open_database(url, statement_limit=TO_PREPARE)
    copy_until(database, changes, count, OPEN)
    yield url, database
    database.dispose()


def _drain_all_but(connection: Connection, left: int) -> None:
    """What the acts of all deadlines but the last ones would have left behind, written in SQL."""
    newest = connection.execute(select(func.max(changes.c.id))).scalar_one()
    drained = changes.c.id <= newest - left
    number = cast(changes.c.id, String)
    connection.execute(
        update(deadlines)
        .where(deadlines.c.change_id.in_(select(changes.c.id).where(drained)))
        .values(done_at=WEDNESDAY)
    )
    key: dict[str, ColumnElement[Any]] = {
        "key": literal("timer:") + number,
        "at": literal(real_now(), dedupe.c.at.type),
    }
    row: dict[str, ColumnElement[Any]] = {
        "stream": literal("drained-") + number,
        "seq": literal(1),
        "at": literal(WEDNESDAY, audit.c.at.type),
        "act": literal("remind_asked"),
        "outcome": literal("done"),
        "through": literal("timer"),
        "stage": literal("code_review"),
        "content": literal("{}".ljust(900)),
        "previous": literal(FIRST),
        "hash": literal(FIRST),
    }
    for table, columns in ((dedupe, key), (audit, row)):
        connection.execute(insert(table).from_select(list(columns), select(*columns.values()).where(drained)))
    of_drained = audit.c.stream.like("drained-%")
    for place in range(TEXTS):
        text = select(audit.c.id, literal(place), literal("s" * 32), true(), literal("U0BEN"))
        names = ["audit_id", "number", "salt", "person", "value"]
        connection.execute(insert(audit_texts).from_select(names, text.where(of_drained)))
    _write_lines(connection, drained)


def _write_lines(connection: Connection, of: ColumnElement[bool]) -> None:
    """A line of each kind for each of these changes, due one after the other: lines that wait for no other, and two in order."""
    due = literal(real_now() - timedelta(hours=1), outbox.c.due_at.type)
    for kind in KINDS:
        for place in range(1 + (kind is LineKind.THREAD)):
            columns: dict[str, ColumnElement[Any]] = {
                "key": literal(f"{kind}/") + cast(changes.c.id, String) + literal(f"/bench/{place}"),
                "kind": literal(kind.value),
                "change_id": changes.c.id,
                "wanted": literal(1),
                "wished_at": due,
                "due_at": due,
                "attempts": literal(0),
            }
            connection.execute(insert(outbox).from_select(list(columns), select(*columns.values()).where(of)))


def _fire(app: App, batches: int) -> float:
    """Deadlines a second, over so many batches."""
    started = time.perf_counter()
    fired = sum(app.clock.tick("deadlines") for _ in range(batches))
    if fired != batches * BATCH:
        raise RuntimeError(f"{fired} deadlines fired instead of {batches * BATCH}")
    return fired / (time.perf_counter() - started)


@contextmanager
def _drain(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    """Every deadline that fires is a whole act: a fact, an audit row, lines for those who are reminded."""
    batches = BATCHES[size]
    with (
        _prepared(ground, kind, DUE[size]) as (full, _),
        _prepared(ground, kind, DUE[size]) as (last, database),
    ):
        with database.write() as connection:
            _drain_all_but(connection, (DRAINS + 1) * batches * BATCH)
        analyze(database)
        with (
            built(ground.new_folder(), full, at=WEDNESDAY) as first,
            built(ground.new_folder(), last, at=WEDNESDAY) as later,
        ):
            for app in (first, later):
                _fire(app, 1)
            yield Pair(partial(_fire, later, batches), partial(_fire, first, batches), rounds=DRAINS)


def _claim(database: Database, times: int) -> float:
    """Milliseconds of claiming a line as a hand does, each time with the lines before it leased."""
    took = 0.0
    held = []
    for _ in range(times):
        started = time.perf_counter()
        found = lines.claim(database, now_real=real_now(), lease=LEASE, limit=1)
        took += time.perf_counter() - started
        held += found
    if len(held) != times:
        raise RuntimeError("not every claim found a line")
    for line in held:
        lines.put_off(database, line, until=line.wished_at)
    return took * 1000 / times


@contextmanager
def _claims(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    with (
        _prepared(ground, kind, LINES[size] // LINES_OF_ONE) as (_, many),
        _prepared(ground, kind, FEW_LINES // LINES_OF_ONE) as (_, few),
    ):
        for database in (many, few):
            with database.write() as connection:
                _write_lines(connection, true())
            analyze(database)
            _claim(database, CLAIMS[size])
        yield Pair(partial(_claim, many, CLAIMS[size]), partial(_claim, few, CLAIMS[size]))


BACKLOGS: Final = tuple(
    measure
    for kind, label in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
    for measure in (
        Measure(
            f"drain-{kind}",
            f"Firing 100,000 due deadlines with 98,000 of them fired, {label}",
            "with all of them ahead",
            "deadlines/s",
            Goal(0.8, at_least=True),
            partial(_drain, kind),
        ),
        Measure(
            f"claim-{kind}",
            f"Claiming a line of the outbox with 100,000 waiting, {label}",
            "with 1,000",
            "ms",
            Goal(1.5),
            partial(_claims, kind),
        ),
    )
)
