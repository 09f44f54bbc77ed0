"""`/deploy list` over a long log: what a page far back costs, beside the first one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy import func, select

from bench.many_rows import long_log
from bench.measure import Goal, Measure, Pair, Size
from bench.office import built
from bot.app import App
from bot.overview import PAGE_SIZE, Overview
from bot.rules.filters import ChangeFilter, DeploymentFilter
from bot.rules.terms import ChangeId, DeploymentId
from bot.store.database import open_database
from bot.store.models import changes, deployments
from bot.store.reading import Cursor, DeploymentCursor
from tests.ground import Ground

DEPLOYMENTS: Final = {Size.WHOLE: 1_000_000, Size.QUICK: 3_000}
PAGE: Final = {Size.WHOLE: 10_000, Size.QUICK: 50}
TURNS: Final = {Size.WHOLE: 20, Size.QUICK: 2}
TO_PREPARE: Final = timedelta(minutes=10)

Turn = Callable[[], int]
"""Reads one page and says how many lines it has."""


def _milliseconds(turn: Turn, times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        if turn() == 0:
            raise RuntimeError("an empty page was measured")
    return (time.perf_counter() - started) * 1000 / times


def _pages_of_changes(app: App, page: int) -> tuple[Turn, Turn]:
    """The page of that number, and the first one, of `/deploy list`. Every seventh change is of a service that is not shown."""
    overview = Overview(app.database, app.company, app.acts.now)
    with app.database.read() as connection:
        newest = connection.execute(select(func.max(changes.c.id))).scalar_one()
    beside = Cursor(ChangeId(newest - (page - 1) * PAGE_SIZE + 1))

    def read(cursor: Cursor | None) -> int:
        return len(overview.list_changes(ChangeFilter(), cursor).scenes)

    return partial(read, beside), partial(read, None)


def _pages_of_deployments(app: App, page: int) -> tuple[Turn, Turn]:
    """The same of `/deploy list deployments`."""
    overview = Overview(app.database, app.company, app.acts.now)
    with app.database.read() as connection:
        newest = connection.execute(select(func.max(deployments.c.id))).scalar_one()
    beside = DeploymentCursor(DeploymentId(newest - (page - 1) * PAGE_SIZE + 1))

    def read(cursor: DeploymentCursor | None) -> int:
        return len(overview.list_deployments(DeploymentFilter(), cursor).shown)

    return partial(read, beside), partial(read, None)


@contextmanager
def _list(
    kind: str, pages: Callable[[App, int], tuple[Turn, Turn]], ground: Ground, size: Size
) -> Iterator[Pair]:
    url = ground.new_database(kind)
    database = open_database(url, statement_limit=TO_PREPARE)
    long_log(database, DEPLOYMENTS[size])
    database.dispose()
    with built(ground.new_folder(), url) as app:
        deep, first = pages(app, PAGE[size])
        for turn in (deep, first):
            _milliseconds(turn, TURNS[size])
        yield Pair(partial(_milliseconds, deep, TURNS[size]), partial(_milliseconds, first, TURNS[size]))


LISTS: Final = tuple(
    Measure(
        f"{name}-{kind}",
        f"Page 10,000 of {command} over 1,000,000 deployments, {label}",
        "the first page",
        "ms",
        Goal(2),
        partial(_list, kind, pages),
    )
    for kind, label in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL"))
    for name, command, pages in (
        ("list", "/deploy list", _pages_of_changes),
        ("list-deployments", "/deploy list deployments", _pages_of_deployments),
    )
)
