from datetime import timedelta

import pytest

from bot.rules.change import Outcome
from bot.rules.facts import ChangeWithdrawn, DeploymentFinished, Fact, VersionRevised, VersionVerified
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Role, ServiceName, Words
from bot.store import directory_answers, queries
from bot.store.audit import AuditEntry, record
from bot.store.changes import store_stage, write_facts
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, PRODUCTION, STAGING, request, started

LEDGER = ServiceName("ledger")


def write(database: Database, change: int, *facts: Fact, finished: bool = False) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(change), facts, production=PRODUCTION)
        store_stage(connection, ChangeId(change), "preparing", finished=finished)


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
    write(database, 1, DeploymentFinished(DeploymentId(2), Outcome.SUCCEEDED, ANA, Words(""), MONDAY))
    assert neighbors(database, "4.13.0") == Neighbors()


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
    directory_answers.remember(database, ANA, newer, MONDAY + timedelta(hours=1))
    directory_answers.remember(database, ANA, older, MONDAY)
    with database.read() as connection:
        assert directory_answers.known(connection, ANA) == (newer, MONDAY + timedelta(hours=1))
        assert directory_answers.known(connection, BEN) is None


def test_people_whom_the_directory_never_named_have_no_name(database: Database) -> None:
    directory_answers.remember(database, ANA, DirectoryAnswer("Ana Costa", "T1"), MONDAY)
    with database.read() as connection:
        assert queries.names(connection, [ANA, PersonId("U0NOBODY")]) == {ANA: "Ana Costa"}
        assert queries.names(connection, []) == {}
