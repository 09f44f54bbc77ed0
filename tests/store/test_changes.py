import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, permutations, product
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import event, select, update
from sqlalchemy.exc import IntegrityError

from bot.rules.change import Change, Outcome
from bot.rules.facts import ChangeRequested, ChangeRevised, ChangeWithdrawn, DeployerTookOver, Fact
from bot.rules.folding import replay
from bot.rules.hotfix_facts import HotfixDeclared
from bot.rules.production_facts import DeploymentFinished
from bot.rules.terms import ChangeId, DeploymentId, PersonId, ServiceName, Words
from bot.store import outbox
from bot.store.changes import (
    load_change,
    lock_change,
    next_change_id,
    next_deployment_id,
    store_stage,
    write_facts,
)
from bot.store.database import Database, DatabaseBusy
from bot.store.models import changes, reviewers
from bot.store.outbox import Line
from bot.store.snapshots import snapshots
from tests.short_form import WHOLE, only_in_the_whole_form
from tests.store.facts_at_random import (
    ANA,
    BEN,
    MONDAY,
    PRODUCTION,
    STAGING,
    TIA,
    approval,
    histories,
    request,
    started,
)
from tests.store.facts_of_each_kind import ONE_OF_EACH, PRELUDE
from tests.store.hotfix_facts_at_random import declared, hotfix_histories
from tests.store.hotfix_facts_of_each_kind import HOTFIX_PRELUDE, ONE_OF_EACH_HOTFIX

ONE = ChangeId(1)


def write(database: Database, *facts: Fact, change: int = 1) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(change), facts, production=PRODUCTION)


def load(database: Database, change: int = 1) -> Change | None:
    with database.read() as connection:
        return load_change(connection, ChangeId(change))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(facts=histories() | hotfix_histories())
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_changes_rows_say_what_its_facts_say_on_sqlite(database: Database, facts: list[Fact]) -> None:
    _rows_say_what_facts_say(database, facts)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(facts=histories() | hotfix_histories())
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_changes_rows_say_what_its_facts_say_on_postgresql(database: Database, facts: list[Fact]) -> None:
    _rows_say_what_facts_say(database, facts)


def _rows_say_what_facts_say(database: Database, facts: list[Fact]) -> None:
    with database.write() as connection:
        undone = connection.begin_nested()
        write_facts(connection, ONE, facts, production=PRODUCTION)
        assert lock_change(connection, ONE) == replay(facts)
        undone.rollback()


def _every_day(pairs: Iterable[tuple[Fact, ...]], database: Database) -> Iterator[tuple[Fact, ...]]:
    """In the short form every seventh pair meets PostgreSQL."""
    with database.read() as connection:
        is_slow = connection.dialect.name == "postgresql"
    return islice(pairs, 0, None, 7 if is_slow and not WHOLE else 1)


def test_any_two_facts_after_each_other_leave_rows_that_say_what_they_say(database: Database) -> None:
    every = {type(fact) for fact in (*ONE_OF_EACH, *ONE_OF_EACH_HOTFIX)}
    assert every == set(get_args(Fact)) - {ChangeRequested, HotfixDeclared}
    for pair in _every_day(permutations(ONE_OF_EACH, 2), database):
        _rows_say_what_facts_say(database, [*PRELUDE, *pair])


def test_any_two_facts_about_a_hotfix_leave_rows_that_say_what_they_say(database: Database) -> None:
    for pair in _every_day(permutations(ONE_OF_EACH_HOTFIX, 2), database):
        _rows_say_what_facts_say(database, [*HOTFIX_PRELUDE, *pair])


@only_in_the_whole_form
def test_any_fact_beside_one_about_a_hotfix_leaves_rows_that_say_what_both_say(database: Database) -> None:
    for one, other in product(ONE_OF_EACH, ONE_OF_EACH_HOTFIX):
        _rows_say_what_facts_say(database, [*HOTFIX_PRELUDE, one, other])
        _rows_say_what_facts_say(database, [*HOTFIX_PRELUDE, other, one])


def test_a_change_that_nobody_requested_is_none(database: Database) -> None:
    assert load(database) is None
    with database.write() as connection:
        assert lock_change(connection, ONE) is None


def queries_of_a_snapshot(database: Database, change: ChangeId = ONE) -> int:
    queries: list[str] = []
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: queries.append(said[2]))
        load_change(connection, change)
    return len([query for query in queries if query.startswith("SELECT")])


def test_a_snapshot_takes_one_query_for_each_table_that_has_rows_however_many(database: Database) -> None:
    """The change, what it has at all, the three kinds of row that nearly every change has, and then each that is there."""
    write(database, request())
    assert queries_of_a_snapshot(database) == 5
    write(database, *PRELUDE[1:])
    then = queries_of_a_snapshot(database)
    assert then > 5
    write(database, approval(2), started(2, STAGING))
    assert queries_of_a_snapshot(database) == then


def test_what_only_hotfixes_have_is_asked_of_hotfixes_only(database: Database) -> None:
    write(database, declared(), *HOTFIX_PRELUDE[1:])
    write(database, request(2, version="4.13.0"), change=2)
    assert queries_of_a_snapshot(database, ChangeId(2)) == 5
    assert queries_of_a_snapshot(database) > 6


def test_many_changes_read_at_once_say_what_each_says(database: Database) -> None:
    write(database, *HOTFIX_PRELUDE, *ONE_OF_EACH_HOTFIX)
    write(database, declared(2, version="4.12.1"), change=2)
    write(database, request(3, version="4.13.0"), change=3)
    with database.read() as connection:
        rows = connection.execute(select(changes).order_by(changes.c.id)).all()
        assert snapshots(connection, rows) == (load(database, 1), load(database, 2), load(database, 3))
        assert snapshots(connection, rows[2:]) == (load(database, 3),)


def test_numbers_of_changes_and_deployments_grow_and_are_given_once(database: Database) -> None:
    with database.write() as connection:
        first = next_change_id(connection)
        write_facts(connection, first, [request(first)], production=PRODUCTION)
        deployment = next_deployment_id(connection)
        write_facts(connection, first, [started(deployment)], production=PRODUCTION)
    with database.write() as connection:
        assert (first, next_change_id(connection)) == (1, 2)
        assert (deployment, next_deployment_id(connection)) == (1, 2)


def test_no_two_unfinished_changes_of_a_service_have_one_version(database: Database) -> None:
    write(database, request(1))
    with pytest.raises(IntegrityError):
        write(database, request(2), change=2)
    write(database, request(3, service=ServiceName("ledger")), change=3)


def test_a_finished_change_frees_its_version(database: Database) -> None:
    write(database, request(1), ChangeWithdrawn(ANA, Words("no longer needed"), MONDAY))
    with database.write() as connection:
        store_stage(connection, ONE, "withdrawn", finished=True, claims_version=False, owes=False)
    write(database, request(2), change=2)
    with database.read() as connection:
        assert (
            connection.execute(select(changes.c.stage).where(changes.c.id == 1)).scalar_one() == "withdrawn"
        )


def test_a_service_has_one_deployment_to_production_running(database: Database) -> None:
    write(database, request(1), started(1), started(2, STAGING))
    write(database, request(2, version="4.12.1"), change=2)
    with pytest.raises(IntegrityError):
        write(database, started(3), change=2)
    write(database, DeploymentFinished(DeploymentId(1), Outcome.SUCCEEDED, ANA, Words(""), MONDAY))
    write(database, started(3), change=2)


def test_whom_an_older_revision_named_stays_on_record(database: Database) -> None:
    first = request(reviewers=(BEN,))
    revised = ChangeRevised(first.plan, first.pull_requests, (TIA,), ANA, MONDAY)
    write(database, first, revised)
    with database.read() as connection:
        named = connection.execute(
            select(reviewers.c.person, reviewers.c.removed_at).order_by(reviewers.c.revision)
        )
        assert [tuple(row) for row in named] == [(BEN, MONDAY), (TIA, None)]


def test_whoever_locks_a_change_keeps_others_waiting_until_they_give_up(database: Database) -> None:
    write(database, request())
    locked, finished = threading.Event(), threading.Event()

    def hold() -> None:
        with database.write() as connection:
            lock_change(connection, ONE)
            locked.set()
            finished.wait(5)

    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(hold)
        locked.wait(5)
        with pytest.raises(DatabaseBusy), database.write() as connection:
            lock_change(connection, ONE)
        finished.set()
        holder.result()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_rows_may_point_at_a_change_that_somebody_else_has_locked(database: Database) -> None:
    write(database, request())
    with database.write() as connection:
        lock_change(connection, ONE)
        with database.write() as other:
            outbox.wish(other, [Line("card:1", "card", ONE)], MONDAY)


def test_four_threads_of_fifty_acts_lose_none(database: Database) -> None:
    write(database, request())

    def act(worker: int) -> None:
        for _ in range(50):
            with database.write() as connection:
                change = lock_change(connection, ONE)
                assert change is not None
                connection.execute(update(changes).values(code_round=change.code_round + 1))
                taken = DeployerTookOver(PersonId(f"U{worker}"), MONDAY)
                write_facts(connection, ONE, [taken], production=PRODUCTION)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    change = load(database)
    assert change is not None
    assert change.code_round == 1 + 4 * 50
