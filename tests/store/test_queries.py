from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select

from bot.rules.change import Outcome
from bot.rules.facts import ChangeWithdrawn, Fact, VersionRevised, VersionVerified
from bot.rules.life import Stage
from bot.rules.production_facts import DeploymentFinished
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, ChangeType, DeploymentId, PersonId, Role, ServiceName, Words
from bot.store import calendar, directory_answers, queries
from bot.store.audit import AuditEntry, record
from bot.store.changes import load_change, store_stage, write_facts
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, PRODUCTION, STAGING, request, started

LEDGER = ServiceName("ledger")


def write(
    database: Database,
    change: int,
    *facts: Fact,
    finished: bool = False,
    stage: Stage = Stage.PREPARING,
) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(change), facts, production=PRODUCTION)
        store_stage(
            connection, ChangeId(change), stage, finished=finished, claims_version=not finished, owes=False
        )


def failed(version: str) -> VersionVerified:
    return VersionVerified(version, Role.QA, BEN, passed=False, notes=Words("totals are off"), at=MONDAY)


def neighbors(database: Database, version: str = "4.12.0", except_change: int | None = None) -> Neighbors:
    other = None if except_change is None else ChangeId(except_change)
    with database.read() as connection:
        return queries.neighbors(connection, PAYMENTS, version, except_change=other)


@pytest.mark.parametrize("text", ["142", "#142", "CHG-142", "chg-142", " CHG-142 ", "4.12.0"])
def test_a_change_is_found_as_people_name_it(database: Database, text: str) -> None:
    write(database, 142, request(142))
    with database.read() as connection:
        assert queries.change_ids_for(connection, text) == [142]
        assert queries.change_ids_for(connection, f"{text}9") == []


def test_of_changes_with_one_version_the_newest_comes_first(database: Database) -> None:
    write(database, 1, request(1))
    write(database, 2, request(2, service=LEDGER))
    with database.read() as connection:
        lines = queries.change_lines_for(connection, "4.12.0")
    assert [(line.id, line.service) for line in lines] == [(2, "ledger"), (1, "payments")]


def test_a_number_that_is_also_a_version_means_the_change_first(database: Database) -> None:
    write(database, 7, request(7))
    write(database, 8, request(8, version="7"))
    with database.read() as connection:
        assert queries.change_ids_for(connection, "7") == [7, 8]


def test_the_next_request_is_prefilled_from_the_services_newest_change(database: Database) -> None:
    with database.read() as connection:
        assert queries.latest_of_service(connection, PAYMENTS) is None
    write(database, 1, request(1))
    write(database, 2, request(2, version="4.12.1", plan="Redeploy 4.12.0."))
    write(database, 3, request(3, service=LEDGER))
    with database.read() as connection:
        latest = queries.latest_of_service(connection, PAYMENTS)
    assert latest is not None
    assert (latest.change, latest.version, latest.plan.text) == (2, "4.12.1", "Redeploy 4.12.0.")


def test_a_service_without_other_changes_has_no_neighbors(database: Database) -> None:
    assert neighbors(database) == Neighbors()
    write(database, 1, request(1), started(1))
    assert neighbors(database, except_change=1) == Neighbors()


def test_another_changes_running_deployment_to_production_is_a_neighbor(database: Database) -> None:
    write(database, 1, request(1), started(1, STAGING))
    assert neighbors(database, "4.13.0") == Neighbors()
    write(database, 1, started(2))
    assert neighbors(database, "4.13.0").deploying == (1, 2)
    write(database, 1, ended(2))
    assert neighbors(database, "4.13.0").deploying is None


def test_another_unfinished_change_with_the_version_is_a_neighbor(database: Database) -> None:
    write(database, 1, request(1))
    assert neighbors(database).same_version == 1
    assert neighbors(database, "4.13.0").same_version is None
    write(database, 1, ChangeWithdrawn(ANA, Words(""), MONDAY), finished=True)
    assert neighbors(database) == Neighbors()


@pytest.mark.clause("G-STD-6")
def test_a_version_that_failed_its_verification_has_failed_for_every_change(database: Database) -> None:
    write(database, 1, request(1), failed("4.12.0"), VersionRevised("4.12.1", ANA, MONDAY))
    assert neighbors(database).failed_verification
    assert neighbors(database, except_change=1).failed_verification
    assert not neighbors(database, "4.12.1").failed_verification


def test_another_services_failed_verification_says_nothing(database: Database) -> None:
    write(database, 1, request(1, service=LEDGER), failed("4.12.0"), finished=True)
    assert neighbors(database) == Neighbors()


def ended(deployment: int, outcome: Outcome = Outcome.SUCCEEDED) -> DeploymentFinished:
    return DeploymentFinished(DeploymentId(deployment), outcome, ANA, Words(""), MONDAY)


def deployed(
    number: int, version: str, outcome: Outcome = Outcome.SUCCEEDED, rolls_back: int | None = None
) -> tuple[Fact, Fact]:
    undone = None if rolls_back is None else DeploymentId(rolls_back)
    return replace(started(number), version=version, rolls_back=undone), ended(number, outcome)


def running_in(found: Neighbors) -> tuple[str | None, int | None, str | None]:
    return found.in_production, found.put_there_by, found.before_it


@pytest.mark.clause("G-RB-2")
def test_in_production_is_what_was_put_there_last_and_a_rollback_puts_something_there(
    database: Database,
) -> None:
    write(database, 1, request(1, version="1"), *deployed(1, "1"), finished=True)
    assert running_in(neighbors(database, "1", except_change=1)) == ("1", 1, None)
    write(database, 2, request(2, version="2"), *deployed(2, "2"))
    assert running_in(neighbors(database, "2", except_change=2)) == ("2", 2, "1")
    assert running_in(neighbors(database, "1", except_change=1)) == ("2", 2, None)
    write(database, 2, *deployed(3, "1", rolls_back=2))
    assert running_in(neighbors(database, "2", except_change=2)) == ("1", 2, "1")


@pytest.mark.clause("G-RB-2")
def test_what_failed_or_runs_elsewhere_is_not_in_production(database: Database) -> None:
    write(database, 1, request(1, version="1"), *deployed(1, "1"), finished=True)
    write(database, 2, request(2, version="2"), *deployed(2, "2", Outcome.FAILED))
    write(database, 3, request(3, version="3"), replace(started(3, STAGING), version="3"), ended(3))
    write(database, 4, request(4, service=LEDGER, version="9"), *deployed(4, "9"))
    assert running_in(neighbors(database, "2", except_change=2)) == ("1", 1, "1")


@pytest.mark.clause("G-RB-2")
def test_a_version_that_is_back_in_production_goes_back_to_what_was_before_it_not_to_what_failed(
    database: Database,
) -> None:
    write(database, 1, request(1, version="1"), *deployed(1, "1"), finished=True)
    write(database, 2, request(2, version="2"), *deployed(2, "2"), finished=True)
    write(database, 3, request(3, version="3"), *deployed(3, "3"), *deployed(4, "2", rolls_back=3))
    assert running_in(neighbors(database, "2", except_change=2)) == ("2", 3, "1")


def test_the_newest_younger_change_of_the_service_and_type_that_is_done_supersedes(
    database: Database,
) -> None:
    write(database, 1, request(1, version="1"))
    for number, service, change_type, stage in (
        (2, PAYMENTS, ChangeType.CONFIG, Stage.DONE),
        (3, LEDGER, ChangeType.ROUTINE, Stage.DONE),
        (4, PAYMENTS, ChangeType.ROUTINE, Stage.WITHDRAWN),
        (5, PAYMENTS, ChangeType.ROUTINE, Stage.ROLLED_BACK),
    ):
        asked = request(number, service=service, version=str(number))
        write(database, number, replace(asked, type=change_type), stage=stage, finished=True)
    assert neighbors(database, "1", except_change=1).superseded_by is None
    for number in (6, 7):
        write(database, number, request(number, version=str(number)), stage=Stage.DONE, finished=True)
        assert neighbors(database, "1", except_change=1).superseded_by == number
    assert neighbors(database, "7", except_change=7).superseded_by is None


def test_only_older_changes_of_the_service_and_type_that_have_not_started_are_superseded(
    database: Database,
) -> None:
    for number, service, change_type, stage in (
        (1, PAYMENTS, ChangeType.ROUTINE, Stage.PREPARING),
        (2, PAYMENTS, ChangeType.ROUTINE, Stage.SCHEDULED),
        (3, PAYMENTS, ChangeType.ROUTINE, Stage.MONITORING),
        (4, PAYMENTS, ChangeType.ROUTINE, Stage.ROLLBACK_REQUIRED),
        (5, PAYMENTS, ChangeType.INFRA, Stage.PREPARING),
        (6, LEDGER, ChangeType.ROUTINE, Stage.PREPARING),
        (8, PAYMENTS, ChangeType.ROUTINE, Stage.PREPARING),
    ):
        asked = request(number, service=service, version=str(number))
        write(database, number, replace(asked, type=change_type), stage=stage)
    for number, stage in ((9, Stage.WITHDRAWN), (10, Stage.SUPERSEDED)):
        write(database, number, request(number, version=str(number)), stage=stage, finished=True)
    write(database, 11, request(11, version="11"), stage=Stage.DONE, finished=True)
    with database.read() as connection:
        newest = load_change(connection, ChangeId(11))
        assert newest is not None
        assert queries.older_unstarted(connection, newest) == [1, 2, 8]
        seventh = replace(newest, id=ChangeId(7))
        assert queries.older_unstarted(connection, seventh) == [1, 2]


def test_a_change_that_was_closed_leaves_its_version_to_others_even_when_it_is_open_again(
    database: Database,
) -> None:
    write(database, 1, request(1), stage=Stage.DONE, finished=True)
    write(database, 2, request(2))
    with database.write() as connection:
        store_stage(
            connection, ChangeId(1), Stage.ROLLBACK_REQUIRED, finished=False, claims_version=False, owes=False
        )
    assert neighbors(database, except_change=2).same_version is None
    assert neighbors(database, except_change=1).same_version == 2


def test_a_changes_timeline_is_its_audit_stream(database: Database) -> None:
    write(database, 1, request(1))
    said = AuditEntry(
        "CHG-1", "approve", "refused", BEN, (), "slack", MONDAY, (), (), Words("Not yours."), "preparing"
    )
    with database.write() as connection:
        record(connection, said)
    with database.read() as connection:
        (read,) = queries.timeline(connection, ChangeId(1))
        snapshot = queries.change(connection, ChangeId(1))
    assert (read.outcome, read.person, read.said) == ("refused", BEN, "Not yours.")
    assert snapshot is not None
    assert snapshot.service == PAYMENTS


def test_the_newest_answer_of_the_directory_is_known(database: Database) -> None:
    older = DirectoryAnswer("Ana", "T1")
    newer = DirectoryAnswer("Ana Costa", "T1", deactivated=True)
    directory_answers.remember(database, ANA, newer, MONDAY + timedelta(seconds=2))
    directory_answers.remember(database, ANA, older, MONDAY)
    with database.read() as connection:
        assert directory_answers.known(connection, ANA) == (newer, MONDAY + timedelta(seconds=2))
        assert directory_answers.known(connection, BEN) is None


def test_people_whom_the_directory_never_named_have_no_name(database: Database) -> None:
    directory_answers.remember(database, ANA, DirectoryAnswer("Ana Costa", "T1"), MONDAY)
    with database.read() as connection:
        assert queries.names(connection, [ANA, PersonId("U0NOBODY")]) == {ANA: "Ana Costa"}
        assert queries.names(connection, []) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_act_walks_all_changes_that_a_service_ever_had(database: Database) -> None:
    """SQLite counts nothing beforehand: it must not be offered an index whose rows grow with every year."""
    span = {"services": ["payments"], "start": MONDAY, "end": MONDAY, "most": 20}
    for asked in (queries.NEIGHBORS, calendar.PLANNED.params(**span)):
        steps = plan(database, asked)
        assert steps
        assert [step for step in steps if "changes_service_id (service=?)" in step] == []
        assert [step for step in steps if step.startswith("SCAN changes")] == []
    running = [
        step for step in plan(database, queries.NEIGHBORS) if "uq_deployments_running_in_production" in step
    ]
    assert len(running) == 2


def plan(database: Database, asked: Select[Any]) -> list[str]:
    """How SQLite means to find what is asked for, step by step."""
    with database.read() as connection:
        said = asked.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
        nothing = (None,) * str(said).count("?")
        return [str(step[3]) for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", nothing)]
