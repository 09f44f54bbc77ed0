import ast
import re
from pathlib import Path

import pytest

from bot.rules.clauses import CLAUSES, Clause
from tests.clause_table import table, unknown_clauses

pytest_plugins = ["pytester"]
TESTS = Path(__file__).parents[1]

TWO_TESTS = """
import pytest

@pytest.mark.clause("G-STD-7")
@pytest.mark.clause("G-APP-4")
def test_one(): pass

@pytest.mark.clause("G-STD-7")
@pytest.mark.clause("G-STD-99")
def test_other(): pass
"""


@pytest.fixture
def two_tests(pytester: pytest.Pytester) -> list[pytest.Item]:
    pytester.makeini("[pytest]\nmarkers = clause(id): a clause")
    return pytester.getitems(TWO_TESTS)


def test_every_clause_has_a_title_and_every_title_a_clause() -> None:
    assert list(CLAUSES) == list(Clause)


def test_no_title_repeats_a_number_that_a_company_may_change() -> None:
    assert [title for title in CLAUSES.values() if re.search(r"\d", title)] == []


def test_titles_cannot_be_changed_while_the_bot_runs() -> None:
    with pytest.raises(TypeError):
        CLAUSES[Clause.STD_7] = "No notice at all"  # type: ignore[index] # that it has no such method is the point


def test_every_test_that_names_a_clause_names_one_of_the_guide(request: pytest.FixtureRequest) -> None:
    assert unknown_clauses(request.session.items) == []


def clauses_in(source: str) -> set[str]:
    """The clauses that a file's marks name."""
    return {
        str(clause.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "clause"
        for clause in node.args
        if isinstance(clause, ast.Constant)
    }


def test_no_clause_is_without_a_test() -> None:
    """Read from the files themselves, so that it holds whichever tests are run."""
    tested = {clause for file in TESTS.rglob("test_*.py") for clause in clauses_in(file.read_text("utf-8"))}
    assert {clause for clause in Clause if clause not in tested} == set()


def test_each_clause_of_the_hotfix_process_has_a_place_in_its_page() -> None:
    page = (TESTS.parent / "docs" / "hotfixes.md").read_text("utf-8")
    titles = [line for line in page.splitlines() if line.startswith("## ")]
    for clause in Clause:
        if clause.startswith("G-HOT-"):
            assert sum(f"({clause})" in title for title in titles) == 1, clause


def test_a_mark_is_read_wherever_it_stands() -> None:
    assert clauses_in(TWO_TESTS) == {"G-STD-7", "G-APP-4", "G-STD-99"}
    assert clauses_in('case = pytest.param(1, marks=pytest.mark.clause("G-RB-1"))') == {"G-RB-1"}
    assert clauses_in('"""@pytest.mark.clause("G-RB-1")"""') == set()


def test_a_test_that_names_a_clause_which_the_guide_lacks_is_found(two_tests: list[pytest.Item]) -> None:
    (line,) = unknown_clauses(two_tests)
    assert line.endswith("::test_other names G-STD-99")


def test_the_table_counts_each_clause_and_shows_those_without_a_test(two_tests: list[pytest.Item]) -> None:
    lines = table(two_tests)
    assert len(lines) == len(Clause)
    assert "     2  G-STD-7   Notice before a production window" in lines
    assert "     1  G-APP-4   Production after hours: Director and on-call engineer" in lines
    assert "  none  G-STD-8   Deployment inside its approved window" in lines
