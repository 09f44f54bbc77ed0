"""A company at work: the whole bot beside the sandbox, on both databases; time moves only when a test moves it."""

from collections.abc import Iterator

import pytest

from bot.demo import MONDAY, Demo, demo
from bot.sandbox.clock import MovableClock
from bot.sandbox.stories.stage import Stage


@pytest.fixture
def harbor(database_url: str) -> Iterator[Demo]:
    """Harbor on a Monday morning, at 09:30 in Berlin."""
    with demo(MovableClock(MONDAY), ticking=False, database_url=database_url) as running:
        yield running


@pytest.fixture
def stage(harbor: Demo) -> Stage:
    """People who type and press; nothing is printed."""
    return Stage(harbor.sandbox, harbor.settle, says=lambda _line: None)
