"""Which tests hold the code to which clause of the guide: ``pytest --clauses`` prints the table and runs nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from bot.rules.clauses import CLAUSES, Clause


def clause_ids(item: pytest.Item) -> Iterator[str]:
    """The clauses that a test names, as they are written in its marks."""
    for mark in item.iter_markers("clause"):
        yield from mark.args


def unknown_clauses(items: Iterable[pytest.Item]) -> list[str]:
    """A line for each mark that names no clause of the guide."""
    known = set(Clause)
    return [f"{item.nodeid} names {id_}" for item in items for id_ in clause_ids(item) if id_ not in known]


def table(items: Iterable[pytest.Item]) -> list[str]:
    """A line for each clause, in the guide's order: how many tests carry it, its id and its title."""
    tests = Counter(id_ for item in items for id_ in set(clause_ids(item)))
    return [f"{tests[clause] or 'none':>6}  {clause:<9} {title}" for clause, title in CLAUSES.items()]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--clauses", action="store_true", help="list the guide's clauses and their tests; run nothing"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to count where the tests are collected by other processes: every clause would seem to have none."""
    if config.getoption("--clauses") and config.getoption("dist", "no") != "no":
        raise pytest.UsageError("--clauses counts in one process: leave out -n")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """In place of running the tests, print the table."""
    if not session.config.getoption("--clauses"):
        return None
    if session.testsfailed:
        raise session.Interrupted("the table would miss the tests of the files above")
    print("\n" + "\n".join(table(session.items)))  # noqa: T201 - printing is what the option is for
    for line in unknown_clauses(session.items):
        print(f"unknown: {line}")  # noqa: T201 - as above
    return True
