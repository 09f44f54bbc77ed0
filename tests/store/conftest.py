"""A database, opened, for tests of the store."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from bot.store.database import Database, open_database
from tests.short_form import leave_postgresql_to_the_whole_form

ON_SQLITE_EVERY_DAY = frozenset(
    {"test_export.py", "test_export_of_hotfixes.py", "test_listing.py", "test_seals.py"}
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    leave_postgresql_to_the_whole_form(items, "store", ON_SQLITE_EVERY_DAY)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """This test's own database, with the present schema and no rows."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def in_processes(pytestconfig: pytest.Config) -> Callable[[str, int], list[int]]:
    """Runs a Python program in several processes at once, and gives back how each ended."""

    def run(program: str, count: int) -> list[int]:
        started = [
            subprocess.Popen([sys.executable, "-c", program], cwd=pytestconfig.rootpath) for _ in range(count)
        ]
        return [process.wait(60) for process in started]

    return run
