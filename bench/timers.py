"""What a tick of the clock costs, however many deadlines wait."""

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

TICKS: Final = {Size.WHOLE: 40, Size.QUICK: 4}
FEW: Final = 1_000
MANY: Final = {Size.WHOLE: 1_000_000, Size.QUICK: 4_000}
IN_A_WEEK: Final = timedelta(days=7)
TO_PREPARE: Final = timedelta(minutes=10)


def _wait(database: Database, count: int) -> None:
    """So many deadlines that wait, due in a week; every change of the log has some."""
    long_log(database, FEW)
    with database.write() as connection:
        numbers = connection.execute(select(changes.c.id)).scalars().all()
        for place in range(-(-count // len(numbers))):
            due = literal(MONDAY + IN_A_WEEK + timedelta(seconds=place), deadlines.c.due_at.type)
            waiting = select(literal("remind_asked"), changes.c.id, literal(f"remind/{place}"), due)
            connection.execute(
                insert(deadlines).from_select(
                    ["kind", "change_id", "key", "due_at"], waiting.select_from(changes)
                )
            )
    analyze(database)


def _ticks(app: App, times: int) -> float:
    """Milliseconds of one tick of every job that claims deadlines."""
    started = time.perf_counter()
    for _ in range(times):
        for job in JOBS:
            app.clock.tick(job)
    return (time.perf_counter() - started) * 1000 / times


@contextmanager
def _tick(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    many, few = ground.new_database(kind), ground.new_database(kind)
    for url, count in ((many, MANY[size]), (few, FEW)):
        database = open_database(url, statement_limit=TO_PREPARE)
        _wait(database, count)
        database.dispose()
    with built(ground.new_folder(), many) as with_many, built(ground.new_folder(), few) as with_few:
        for app in (with_many, with_few):
            _ticks(app, TICKS[size])
        yield Pair(partial(_ticks, with_many, TICKS[size]), partial(_ticks, with_few, TICKS[size]))


TICK_MEASURES: Final = tuple(
    Measure(
        f"tick-{kind}",
        f"A tick with 1,000,000 pending deadlines, {label}",
        "with 1,000",
        "ms",
        Goal(1.5),
        partial(_tick, kind),
    )
    for kind, label in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
)
