"""What a tick of the clock costs, however many deadlines wait, and how long a backlog takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import insert, literal, select

from bench.many_rows import analyze, long_log
from bench.measure import Goal, Measure, Pair, Size
from bench.office import MONDAY, built
from bot.app import App
from bot.clock import JOBS
from bot.store.database import Database, open_database
from bot.store.machinery import deadlines
from bot.store.models import changes
from tests.ground import Ground

TICKS: Final = 40
FEW: Final = 1_000
MANY: Final = {Size.WHOLE: 1_000_000, Size.QUICK: 4_000}
DUE: Final = {Size.WHOLE: 100_000, Size.QUICK: 500}
IN_A_WEEK: Final = timedelta(days=7)


def _wait(database: Database, count: int) -> None:
    """So many deadlines that wait, due in a week; every change of the log has some."""
    long_log(database, FEW)
    with database.write() as connection:
        numbers = connection.execute(select(changes.c.id)).scalars().all()
        each = -(-count // len(numbers))
        for place in range(each):
            due = literal(MONDAY + IN_A_WEEK + timedelta(seconds=place), deadlines.c.due_at.type)
            waiting = select(
                literal("remind_asked"), changes.c.id, literal(f"remind_asked/{place}"), due
            ).select_from(changes)
            connection.execute(insert(deadlines).from_select(["kind", "change_id", "key", "due_at"], waiting))
    analyze(database)


def _ticks(app: App) -> float:
    """Milliseconds of one tick of every job that claims deadlines."""
    started = time.perf_counter()
    for _ in range(TICKS):
        for job in JOBS:
            app.clock.tick(job)
    return (time.perf_counter() - started) * 1000 / TICKS


@contextmanager
def _tick(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    many, few = ground.new_database(kind), ground.new_database(kind)
    for url, count in ((many, MANY[size]), (few, FEW)):
        database = open_database(url, statement_limit=timedelta(minutes=10))
        _wait(database, count)
        database.dispose()
    with built(ground.new_folder(), many) as with_many, built(ground.new_folder(), few) as with_few:
        for app in (with_many, with_few):
            _ticks(app)
        yield Pair(partial(_ticks, with_many), partial(_ticks, with_few))


@contextmanager
def _drain(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    """One deadline a change, all due, none wanted any more: each is claimed, looked at under its change's lock, and done."""
    url = ground.new_database(kind)
    database = open_database(url, statement_limit=timedelta(minutes=10))
    long_log(database, DUE[size] * 3)
    with database.write() as connection:
        due = literal(MONDAY - timedelta(hours=1), deadlines.c.due_at.type)
        wanted = select(literal("remind_asked"), changes.c.id, literal("remind_asked/1"), due).limit(
            DUE[size]
        )
        connection.execute(insert(deadlines).from_select(["kind", "change_id", "key", "due_at"], wanted))
    analyze(database)
    database.dispose()
    rates: list[float] = []
    with built(ground.new_folder(), url) as app:

        def drain() -> None:
            tenth = DUE[size] // 10
            for _ in range(10):
                started, handled = time.perf_counter(), 0
                while handled < tenth:
                    found = app.clock.tick("deadlines")
                    assert found, "the backlog ended too early"
                    handled += found
                rates.append(handled / (time.perf_counter() - started))

        def last() -> float:
            if not rates:
                drain()
            return rates[-1]

        def first() -> float:
            if not rates:
                drain()
            return rates[0]

        yield Pair(last, first, rounds=1)


TIMERS: Final = (
    Measure(
        "tick-sqlite",
        "a tick with 1,000,000 pending deadlines, SQLite",
        "with 1,000",
        "ms",
        Goal(1.5),
        partial(_tick, "sqlite"),
    ),
    Measure(
        "tick-postgresql",
        "a tick with 1,000,000 pending deadlines, PostgreSQL",
        "with 1,000",
        "ms",
        Goal(1.5),
        partial(_tick, "postgresql"),
    ),
    Measure(
        "drain",
        "the last tenth of 100,000 due deadlines, SQLite",
        "the first tenth",
        "deadlines/s",
        Goal(0.8, at_least=True),
        partial(_drain, "sqlite"),
    ),
)
