"""The log of deployments: read in batches, page by page, written as JSON and CSV, in little memory."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from bot.export.cells import COLUMNS
from bot.export.writing import Format, objects, write
from bot.rules.change import Outcome
from bot.rules.facts import ChangeRequested, Fact
from bot.rules.filters import DeploymentFilter, DeploymentState
from bot.rules.hotfix_facts import HotfixDeclared
from bot.rules.logged import LoggedDeployment
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.terms import ChangeId, ChangeType, DeploymentId, EnvironmentName, ServiceName, Words
from bot.store import deployment_log
from bot.store.changes import load_change, write_facts
from bot.store.database import WHOLE_LOG, Database, open_database
from bot.store.directory_answers import DirectoryAnswer, remember
from bot.store.models import changes
from bot.store.reading import DeploymentCursor
from bot.store.snapshots import snapshots
from tests.demo_company import harbor
from tests.store.a_long_log import (
    ENVIRONMENTS,
    outcome_of,
    rolled_back_by,
    service_of,
    started_by,
    type_of,
    write_long_log,
)
from tests.store.facts_at_random import ANA, BEN, MONDAY, PRODUCTION, STAGING, histories, request, started
from tests.store.facts_of_each_kind import ONE_OF_EACH, PRELUDE
from tests.store.hotfix_facts_at_random import hotfix_histories
from tests.store.hotfix_facts_of_each_kind import HOTFIX_PRELUDE, ONE_OF_EACH_HOTFIX

MANY = 2100
SIZE = 10
EVERYTHING = DeploymentFilter()
BIG_IDS = 1000


def of_change(number: int, facts: list[Fact]) -> list[Fact]:
    """The same facts with numbers of deployments that no other change has, and of a service of its own."""
    moved: list[Fact] = []
    for fact in facts:
        if isinstance(fact, ChangeRequested | HotfixDeclared):
            moved.append(replace(fact, change=ChangeId(number), service=ServiceName(f"service {number}")))
        elif isinstance(fact, DeploymentStarted):
            undone = None if fact.rolls_back is None else DeploymentId(fact.rolls_back + number * BIG_IDS)
            deployment = DeploymentId(fact.deployment + number * BIG_IDS)
            moved.append(replace(fact, deployment=deployment, rolls_back=undone))
        elif hasattr(fact, "deployment"):
            about = DeploymentId(fact.deployment + number * BIG_IDS)
            moved.append(replace(fact, deployment=about))  # type: ignore[arg-type] # all that are about one have it
        else:
            moved.append(fact)
    return moved


def _many_at_once_are_as_one_by_one(database: Database, several: list[list[Fact]]) -> None:
    with database.write() as connection:
        undone = connection.begin_nested()
        for number, facts in enumerate(several, 1):
            write_facts(connection, ChangeId(number), of_change(number, facts), production=PRODUCTION)
        rows = connection.execute(select(changes).order_by(changes.c.id.desc())).all()
        found = snapshots(connection, rows)
        assert found == tuple(load_change(connection, ChangeId(row.id)) for row in rows)
        assert len(found) == len(several)
        undone.rollback()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(several=st.lists(histories() | hotfix_histories(), min_size=1, max_size=4))
def test_many_changes_read_at_once_are_what_each_is_read_alone(
    database: Database, several: list[list[Fact]]
) -> None:
    _many_at_once_are_as_one_by_one(database, several)


def test_every_kind_of_fact_is_read_at_once_as_alone(database: Database) -> None:
    standard = [[*PRELUDE, fact] for fact in ONE_OF_EACH * 2]
    hotfixes = [[*HOTFIX_PRELUDE, fact] for fact in ONE_OF_EACH_HOTFIX]
    _many_at_once_are_as_one_by_one(database, [*standard, *hotfixes])
    with database.read() as connection:
        assert snapshots(connection, []) == ()


@pytest.fixture
def full(database: Database) -> Database:
    write_long_log(database, MANY)
    with database.write() as connection:
        connection.execute(text("ANALYZE deployments"))
    return database


FILTERS = {
    "all": EVERYTHING,
    "a service": DeploymentFilter(services=frozenset({ServiceName("ledger")})),
    "production": DeploymentFilter(environments=frozenset({EnvironmentName("production")})),
    "failed": DeploymentFilter(states=frozenset({DeploymentState.FAILED})),
    "running": DeploymentFilter(states=frozenset({DeploymentState.RUNNING})),
    "succeeded": DeploymentFilter(states=frozenset({DeploymentState.SUCCEEDED})),
    "failed or running": DeploymentFilter(
        states=frozenset({DeploymentState.RUNNING, DeploymentState.FAILED})
    ),
    "rollbacks": DeploymentFilter(only_rollbacks=True),
    "mine": DeploymentFilter(started_by=BEN),
    "a type": DeploymentFilter(types=frozenset({ChangeType.INFRA})),
    "types": DeploymentFilter(types=frozenset({ChangeType.INFRA, ChangeType.ROUTINE})),
    "mine that failed": DeploymentFilter(started_by=BEN, states=frozenset({DeploymentState.FAILED})),
    "a service's failures": DeploymentFilter(
        frozenset({ServiceName("payments")}), states=frozenset({DeploymentState.FAILED})
    ),
}
RARE = ("failed", "running", "rollbacks", "a service", "mine", "a type")


def expected(wanted: DeploymentFilter) -> list[int]:
    def fits(number: int) -> bool:
        change, place = divmod(number - 1, len(ENVIRONMENTS))
        state = outcome_of(number) or "running"
        return (
            (not wanted.services or service_of(change + 1) in wanted.services)
            and (not wanted.environments or ENVIRONMENTS[place] in wanted.environments)
            and (not wanted.states or state in wanted.states)
            and (not wanted.only_rollbacks or rolled_back_by(number) is not None)
            and (wanted.started_by in {None, started_by(number)})
            and (not wanted.types or type_of(change + 1) in wanted.types)
        )

    return [number for number in range(1, MANY + 1) if fits(number)]


def older(database: Database, wanted: DeploymentFilter) -> Iterator[tuple[DeploymentId, ...]]:
    cursor = None
    while True:
        with database.read() as connection:
            page = deployment_log.page(connection, wanted, cursor, SIZE)
        assert page.newer == (cursor is not None)
        if page.ids:
            yield page.ids
        if not page.older:
            return
        cursor = DeploymentCursor(page.ids[-1])


@pytest.mark.clause("G-LOG-1")
def test_every_deployment_is_on_a_page_and_in_a_batch_once(full: Database) -> None:
    for name, wanted in FILTERS.items():
        fitting = expected(wanted)
        assert fitting, f"{name} finds something"
        assert [number for ids in older(full, wanted) for number in ids] == fitting[::-1], name
        with full.read() as connection:
            batches = deployment_log.batches(connection, wanted, 97)
            assert [each.deployment.id for batch in batches for each in batch] == fitting, name


def test_paging_back_shows_the_same_page(full: Database) -> None:
    first, second = islice(older(full, FILTERS["a service"]), 2)
    with full.read() as connection:
        back = deployment_log.page(
            connection, FILTERS["a service"], DeploymentCursor(second[0], newer=True), SIZE
        )
    assert (back.ids, back.newer, back.older) == (first, False, True)


def test_no_page_of_the_log_walks_the_table(full: Database) -> None:
    beside = DeploymentId(MANY // 2)
    for name in RARE:
        for cursor in (None, DeploymentCursor(beside), DeploymentCursor(beside, newer=True)):
            shown = plan(full, FILTERS[name], cursor)
            assert "Seq Scan" not in shown, shown
            assert "ix_deployments_" in shown or "using pk_deployments" in shown, shown


@pytest.mark.clause("G-LOG-1")
def test_those_that_only_the_rules_can_find_are_on_a_page_once_and_no_page_looks_at_all_of_them(
    full: Database,
) -> None:
    """As deviations are: here every 90th deployment fits."""
    read: list[int] = []

    def fits(logged: LoggedDeployment) -> bool:
        read.append(logged.deployment.id)
        return logged.deployment.id % 90 == 0

    expected = [number for number in range(MANY, 0, -1) if number % 90 == 0]
    for cursor_at, newer in ((None, False), (DeploymentId(0), True)):
        cursor = None if cursor_at is None else DeploymentCursor(cursor_at, newer=newer)
        found: list[int] = []
        while True:
            read.clear()
            with full.read() as connection:
                page = deployment_log.page_of_those(connection, EVERYTHING, cursor, SIZE, fits)
            assert len(read) <= deployment_log.LOOKED_AT_MOST
            assert len(page.ids) <= SIZE
            found = [*page.ids, *found] if newer else [*found, *page.ids]
            beside = page.beside(newer=newer)
            if beside is None:
                break
            cursor = DeploymentCursor(beside, newer=newer)
        assert found == expected


def plan(database: Database, wanted: DeploymentFilter, cursor: DeploymentCursor | None) -> str:
    query = deployment_log._ids(wanted, cursor, SIZE + 1)  # noqa: SLF001 - how it is carried out is what is asked
    with database.read() as connection:
        spelled = query.compile(connection.engine, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(tuple(line)) for line in connection.exec_driver_sql(f"{explain} {spelled}"))


def test_since_is_inclusive_and_before_is_not(full: Database) -> None:
    with full.read() as connection:
        (batch,) = deployment_log.batches(
            connection, DeploymentFilter(services=frozenset({ServiceName("ledger")})), MANY
        )
        third = batch[3].deployment.started_at
        later = deployment_log.batches(connection, DeploymentFilter(since=third), MANY)
        earlier = deployment_log.batches(connection, DeploymentFilter(before=third), MANY)
        split = [{each.deployment.id for part in parts for each in part} for parts in (later, earlier)]
    assert batch[3].deployment.id in split[0]
    assert not split[0] & split[1]
    assert len(split[0]) + len(split[1]) == MANY


@pytest.mark.clause("G-LOG-1")
def test_an_export_is_of_one_instant_though_others_write_meanwhile(full: Database) -> None:
    with full.read() as connection:
        batches = deployment_log.batches(connection, EVERYTHING, 500)
        found = list(next(batches))
        with full.write() as other:
            facts: list[Fact] = [request(9000, version="9"), replace(started(9000, STAGING), version="9")]
            write_facts(other, ChangeId(9000), facts, production=PRODUCTION)
        found += [each for batch in batches for each in batch]
    assert [each.deployment.id for each in found] == list(range(1, MANY + 1))
    with full.read() as connection:
        assert sum(len(batch) for batch in deployment_log.batches(connection, EVERYTHING)) == MANY + 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_whoever_reads_the_whole_log_may_take_hours(database_url: str) -> None:
    opened = open_database(database_url, statement_limit=WHOLE_LOG, idle_limit=WHOLE_LOG)
    with opened.read() as connection:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            assert connection.exec_driver_sql(f"SHOW {limit}").scalar_one() == "2h"
    opened.dispose()


def test_a_batch_takes_as_many_queries_as_one_change(full: Database) -> None:
    asked: list[str] = []
    with full.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        next(deployment_log.batches(connection, EVERYTHING, 500))
    assert len(asked) <= 16


def exported(database: Database, written_as: Format) -> str:
    out = io.StringIO(newline="")
    with database.read() as connection:
        write(objects(connection, harbor(), EVERYTHING), out, written_as)
    return out.getvalue()


@pytest.mark.clause("G-LOG-1")
def test_both_formats_have_every_deployment_also_of_a_service_that_is_in_no_file(full: Database) -> None:
    lines = [json.loads(line) for line in exported(full, Format.JSONL).split("\n")[:-1]]
    rows = list(csv.DictReader(io.StringIO(exported(full, Format.CSV), newline="")))
    assert [each["deployment"] for each in lines] == [f"DEP-{number}" for number in range(1, MANY + 1)]
    assert [each["deployment"] for each in rows] == [each["deployment"] for each in lines]
    assert {each["service"] for each in rows} == {"payments", "ledger", "attic"}
    assert tuple(rows[0]) == COLUMNS


class Nowhere(io.StringIO):
    """Takes what is written, and keeps nothing but its length."""

    length = 0

    def write(self, text: str, /) -> int:
        self.length += len(text)
        return len(text)


def most_memory(database: Database, run: Callable[[Database], object]) -> int:
    run(database)  # what is loaded once, such as compiled statements, is not counted
    tracemalloc.start()
    try:
        run(database)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def into_nothing(database: Database) -> None:
    with database.read() as connection:
        write(objects(connection, harbor(), EVERYTHING), Nowhere(), Format.JSONL)


def test_a_long_log_takes_no_more_memory_than_a_short_one(database: Database) -> None:
    write_long_log(database, 600)
    short = most_memory(database, into_nothing)
    with database.write() as connection:
        for table in ("deployments", "verifications", "approvals", "windows", "changes"):
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of our own
    write_long_log(database, 2400)
    long = most_memory(database, into_nothing)
    assert long < 1.5 * short, f"{short / 1e6:.1f} MB for 600 deployments, {long / 1e6:.1f} MB for 2,400"


HOSTILE = (
    '=HYPERLINK("https://evil.example","Click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\t=1",
    "\r=1",
    'a "quoted", comma; semicolon',
    "two\nlines\r\nand a \u2028 third \u0085 fourth",
    "'quote first",
    "\U0001f468\u200d\U0001f469 \u05e9\u05dc\u05d5\u05dd",
    "<script>alert(1)</script>",
    "\\u0041 \\n",
    "",
)


def with_notes(database: Database, texts: tuple[str, ...]) -> None:
    for number, typed in zip(count(1), texts, strict=False):
        facts: list[Fact] = [
            replace(request(number, version=f"{number}"), requester=BEN),
            replace(started(number, STAGING), version=f"{number}"),
            DeploymentFinished(
                DeploymentId(number), outcome=Outcome.FAILED, by=BEN, notes=Words(typed), at=MONDAY
            ),
        ]
        with database.write() as connection:
            write_facts(connection, ChangeId(number), facts, production=PRODUCTION)


def test_hostile_text_comes_back_from_json_and_csv_as_it_was_typed(database: Database) -> None:
    with_notes(database, HOSTILE)
    lines = exported(database, Format.JSONL)
    assert len(lines.splitlines()) == len(HOSTILE), "no text breaks a line, however lines are told apart"
    assert [json.loads(line)["notes"] for line in lines.splitlines()] == list(HOSTILE)
    rows = list(csv.DictReader(io.StringIO(exported(database, Format.CSV), newline="")))
    formulas = ("=", "+", "-", "@", "\t", "\r")
    assert [row["notes"] for row in rows] == [
        f"'{typed}" if typed.startswith(formulas) else typed for typed in HOSTILE
    ]


def test_no_cell_of_a_spreadsheet_begins_like_a_formula(database: Database) -> None:
    with_notes(database, HOSTILE)
    with database.write() as connection:
        connection.execute(
            changes.update().values(service="=1+1", version="@x", requester="-ben", claims_version=False)
        )
    rows = list(csv.reader(io.StringIO(exported(database, Format.CSV), newline="")))
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    assert rows[1][COLUMNS.index("service")] == "'=1+1"


def test_people_are_called_as_slack_does_else_as_the_file_does_else_by_their_id(database: Database) -> None:
    with_notes(database, ("",))
    remember(database, ANA, DirectoryAnswer("Ana", "T0HARBOR"), MONDAY)
    with database.write() as connection:
        connection.execute(changes.update().values(requester="U0GONE"))
    (row,) = csv.DictReader(io.StringIO(exported(database, Format.CSV), newline=""))
    assert row["started_by"] == "Ana (U0ANA)"
    assert row["finished_by"] == "Ben Okoro (U0BEN)"
    assert row["requested_by"] == "U0GONE (U0GONE)"
