"""A company at work: the whole bot beside the sandbox, on both databases; time moves only when a test moves it."""

from collections.abc import Iterator

import pytest

from bot.demo import MONDAY, Demo, demo
from bot.sandbox.clock import MovableClock
from bot.sandbox.stories.stage import Stage
from tests.short_form import only_in_the_whole_form

ON_BOTH_EVERY_DAY = frozenset({"test_races.py"})
"""Stories that meet PostgreSQL in the short form, too; what is beneath them does so in the tests of store and acts."""
ONLY_IN_THE_WHOLE_FORM = frozenset(
    {
        "test_asking_around.py",
        "test_breach.py",
        "test_export_command.py",
        "test_freezes.py",
        "test_hotfix_forms.py",
        "test_hotfix_to_contain.py",
        "test_log.py",
        "test_log_of_hotfixes.py",
        "test_organization_file.py",
        "test_own_process.py",
        "test_people.py",
        "test_reminders.py",
        "test_rollback.py",
        "test_spoken.py",
        "test_superseded.py",
        "test_waivers.py",
        "test_windows_in_forms.py",
    }
)
"""Families whose main road the demo's stories walk every day, or whose parts are tested beneath."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The short form plays most stories on SQLite only, and leaves some families to the whole."""
    for item in items:
        if item.path.parent.name != "stories" or item.path.name in ON_BOTH_EVERY_DAY:
            continue
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if item.path.name in ONLY_IN_THE_WHOLE_FORM or parameters.get("database_url") == "postgresql":
            item.add_marker(only_in_the_whole_form)


@pytest.fixture
def harbor(database_url: str) -> Iterator[Demo]:
    """Harbor on a Monday morning, at 09:30 in Berlin."""
    with demo(MovableClock(MONDAY), ticking=False, database_url=database_url) as running:
        yield running


@pytest.fixture
def stage(harbor: Demo) -> Stage:
    """People who type and press; nothing is printed."""
    return Stage(harbor.sandbox, harbor.settle, says=lambda _line: None)
