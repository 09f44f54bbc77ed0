"""Freezes as rows, and the calendar beside them, on both databases."""

from datetime import datetime, timedelta

import pytest

from bot.rules.change import Span, WindowEnd
from bot.rules.company_facts import FreezeDeclared, FreezeLifted
from bot.rules.facts import WindowEnded, WindowProposed
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.terms import NO_WORDS, ChangeId, ServiceName, Words
from bot.store import calendar, freezes
from bot.store.changes import store_stage, write_facts
from bot.store.database import Database
from bot.store.reading import Calendar
from tests.acting import BERLIN
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, PRODUCTION, request

HOUR = timedelta(hours=1)
LEDGER = ServiceName("ledger")
CLOSING = Words("year-end closing")


def declared(number: int, start: int, end: int, *services: ServiceName) -> FreezeDeclared:
    starts, ends = MONDAY + start * HOUR, MONDAY + end * HOUR
    return FreezeDeclared(FreezeId(number), services, starts, ends, CLOSING, ANA, MONDAY)


def write(database: Database, *facts: FreezeDeclared | FreezeLifted) -> None:
    with database.write() as connection:
        for fact in facts:
            freezes.write(connection, fact)


def unended(database: Database, service: ServiceName | None, now: datetime = MONDAY) -> list[int]:
    with database.read() as connection:
        if service is None:
            return [freeze.id for freeze in freezes.all_unended(connection, now)]
        return [freeze.id for freeze in freezes.unended(connection, service, now)]


@pytest.mark.clause("G-STD-8")
def test_a_freeze_is_read_back_as_it_was_declared(database: Database) -> None:
    write(database, declared(1, 2, 5, PAYMENTS, LEDGER))
    with database.read() as connection:
        assert freezes.find(connection, FreezeId(1)) == Freeze(
            FreezeId(1),
            frozenset({PAYMENTS, LEDGER}),
            MONDAY + 2 * HOUR,
            MONDAY + 5 * HOUR,
            CLOSING,
            ANA,
        )
        assert freezes.find(connection, FreezeId(2)) is None


@pytest.mark.clause("G-STD-8")
def test_a_service_has_its_own_freezes_and_those_of_all_services_the_earliest_first(
    database: Database,
) -> None:
    write(database, declared(1, 9, 12, PAYMENTS), declared(2, 1, 3), declared(3, 4, 5, LEDGER, PAYMENTS))
    assert unended(database, PAYMENTS) == [2, 3, 1]
    assert unended(database, LEDGER) == [2, 3]
    assert unended(database, ServiceName("search")) == [2]
    assert unended(database, None) == [2, 3, 1]


@pytest.mark.clause("G-STD-8")
def test_what_is_over_or_lifted_is_left_out(database: Database) -> None:
    lifted = FreezeLifted(FreezeId(2), BEN, Words("done early"), MONDAY + HOUR)
    write(database, declared(1, -9, 0), declared(2, 1, 3), declared(3, -1, 1), lifted)
    assert unended(database, None) == [3]
    assert unended(database, None, MONDAY + HOUR) == []
    with database.read() as connection:
        found = freezes.find(connection, FreezeId(2))
    assert found is not None
    assert found.lifted_at == MONDAY + HOUR


def test_a_freeze_that_was_lifted_once_stays_as_it_was_lifted(database: Database) -> None:
    first = FreezeLifted(FreezeId(1), BEN, Words("done early"), MONDAY + HOUR)
    again = FreezeLifted(FreezeId(1), ANA, Words("again"), MONDAY + 2 * HOUR)
    write(database, declared(1, 0, 9), first, again)
    with database.read() as connection:
        found = freezes.find(connection, FreezeId(1))
    assert found is not None
    assert found.lifted_at == MONDAY + HOUR


def test_freezes_are_numbered_from_one(database: Database) -> None:
    with database.write() as connection:
        assert freezes.next_freeze_id(connection) == 1
    write(database, declared(4, 0, 9))
    with database.write() as connection:
        assert freezes.next_freeze_id(connection) == 5


def plan(database: Database, change: int, start: int, end: int, stage: str = "approving") -> None:
    span = Span(MONDAY + start * HOUR, MONDAY + end * HOUR)
    proposed = WindowProposed(
        number=1, narrowed=False, span=span, submitted_at=MONDAY, reason=NO_WORDS, by=ANA, at=MONDAY
    )
    with database.write() as connection:
        facts = (request(change, version=f"5.{change}"), proposed)
        write_facts(connection, ChangeId(change), facts, production=PRODUCTION)
        is_done = stage == "done"
        store_stage(
            connection, ChangeId(change), stage, finished=is_done, claims_version=not is_done, owes=False
        )


def a_calendar(database: Database, most: int = 10, *services: ServiceName) -> Calendar:
    empty = Calendar(services or (PAYMENTS,), MONDAY, BERLIN)
    with database.read() as connection:
        return calendar.filled(connection, empty, most)


@pytest.mark.clause("G-STD-8")
def test_windows_ahead_come_in_the_order_in_which_they_open(database: Database) -> None:
    plan(database, 1, 50, 51)
    plan(database, 2, 30, 31, "scheduled")
    plan(database, 3, -5, -4)
    plan(database, 4, 40, 41, "done")
    plan(database, 5, -1, 1, "deploying")
    found = a_calendar(database)
    assert [(each.change, each.stage) for each in found.windows] == [
        (5, "deploying"),
        (2, "scheduled"),
        (1, "approving"),
    ]
    assert (found.more, found.windows[1].version, found.windows[1].requester) == (0, "5.2", ANA)
    assert a_calendar(database, 10, LEDGER).windows == ()


@pytest.mark.clause("G-STD-8")
def test_only_a_changes_current_window_is_in_the_calendar(database: Database) -> None:
    plan(database, 1, 10, 11)
    span = Span(MONDAY + 20 * HOUR, MONDAY + 21 * HOUR)
    moved = (
        WindowEnded(1, WindowEnd.MOVED, ANA, NO_WORDS, MONDAY),
        WindowProposed(
            number=2, narrowed=False, span=span, submitted_at=MONDAY, reason=NO_WORDS, by=ANA, at=MONDAY
        ),
    )
    with database.write() as connection:
        write_facts(connection, ChangeId(1), moved, production=PRODUCTION)
    assert [each.span for each in a_calendar(database).windows] == [span]


def test_a_calendar_counts_what_it_leaves_out(database: Database) -> None:
    for number in range(1, 6):
        plan(database, number, number, number + 1)
    found = a_calendar(database, 2)
    assert ([each.change for each in found.windows], found.more) == ([1, 2], 3)
    assert a_calendar(database, 5).more == 0


def test_a_calendar_has_the_freezes_of_its_services(database: Database) -> None:
    write(database, declared(1, 1, 2, LEDGER), declared(2, 3, 4, PAYMENTS), declared(3, 5, 6))
    assert [freeze.id for freeze in a_calendar(database).freezes] == [2, 3]
    assert [freeze.id for freeze in a_calendar(database, 10, LEDGER, PAYMENTS).freezes] == [1, 2, 3]


@pytest.mark.parametrize(
    ("start", "end", "found"), [(1, 3, [1]), (2, 3, []), (0, 1, []), (0, 2, [1]), (1, 2, [1])]
)
def test_windows_that_only_touch_a_span_do_not_overlap_it(
    database: Database, start: int, end: int, found: list[int]
) -> None:
    plan(database, 1, 1, 2)
    within = Span(MONDAY + start * HOUR, MONDAY + end * HOUR)
    with database.read() as connection:
        overlapping = calendar.windows_between(connection, (PAYMENTS,), within, 10)
    assert [each.change for each in overlapping] == found


def test_the_others_ahead_are_all_but_the_changes_own(database: Database) -> None:
    for number in range(1, 4):
        plan(database, number, number, number + 1)
    with database.read() as connection:
        others = calendar.others_ahead(connection, PAYMENTS, MONDAY, except_change=ChangeId(2))
    assert [each.change for each in others] == [1, 3]


def test_unstarted_changes_are_found_newest_first(database: Database) -> None:
    for number, stage in enumerate(("preparing", "scheduled", "deploying", "done", "verified"), 1):
        plan(database, number, number, number + 1, stage)
    with database.read() as connection:
        assert calendar.unstarted_ids(connection, (PAYMENTS,), 10) == [5, 2, 1]
        assert calendar.unstarted_ids(connection, (PAYMENTS,), 1) == [5]
        assert calendar.unstarted_ids(connection, (), 10) == []
