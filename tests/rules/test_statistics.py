"""What docs/statistics.md says is what the product does."""

import re

import pytest

from docs.statistics_simulation import HABITS, RISES, false_alarms, found_rises, tables
from tests.short_form import only_in_the_whole_form


@pytest.fixture(scope="module")
def page(pytestconfig: pytest.Config) -> str:
    return (pytestconfig.rootpath / "docs" / "statistics.md").read_text("utf-8")


@pytest.mark.clause("G-RB-1")
def test_a_quiet_watch_alarms_by_chance_once_in_twenty_at_most() -> None:
    luck_of_few_watches = 0.02
    for literally, each_alone, shared in false_alarms(watches=400).values():
        assert literally > 0.7
        assert each_alone > 0.15
        assert shared <= 0.05 + luck_of_few_watches


@pytest.mark.clause("G-RB-1")
def test_a_doubled_error_rate_is_found_within_five_minutes() -> None:
    found = found_rises(watches=50)
    for habit in HABITS:
        _, in_5_minutes, _, in_the_watch = found[RISES[0].name, habit.name]
        assert in_5_minutes > 0.95
        assert in_the_watch == 1


def _without_figures(text: str) -> str:
    return re.sub(r"\d+\.\d %", "… %", text)


def test_the_page_has_the_tables_that_the_simulation_prints(page: str) -> None:
    for table in tables(quiet=1, risen=1):
        assert _without_figures(table) in _without_figures(page)


@only_in_the_whole_form
def test_the_page_shows_the_figures_that_the_simulation_prints(page: str) -> None:
    for table in tables():
        assert table in page
