"""What every test may use. The plugins bring the table of clauses and the databases."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ["tests.clause_table", "tests.databases"]

# A slow machine is no failure: how long something takes is the benchmarks' matter.
settings.register_profile("countersign", deadline=None)
settings.load_profile("countersign")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a fifth of the time tests wait for databases and for processes of their own."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that a test runs sets up logging for the process; the next test does not inherit it."""
    yield
    structlog.reset_defaults()
