"""What a hotfix says to the service's other changes: its disputed words, that it is done, that its review is owed."""

from dataclasses import replace

import pytest

from bot.rules.facts import ApprovalVoided, Fact, VersionRevised
from bot.rules.hotfix_facts import VerbalConfirmed, VerbalDisputed
from bot.rules.life import Stage
from bot.rules.setting import Neighbors
from bot.rules.terms import ApprovalStage, ChangeId, ChangeType, PersonId, Role, ServiceName, Words
from bot.store import listing, queries
from bot.store.changes import load_change, store_stage, write_facts
from bot.store.database import Database
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, PRODUCTION, TIA, request
from tests.store.hotfix_facts_at_random import declared, spoken_approval

LEDGER = ServiceName("ledger")
DISPUTE = VerbalDisputed(1, TIA, Words("I said tomorrow"), MONDAY)
VOIDED = ApprovalVoided(1, ApprovalStage.PRODUCTION, TIA, "a new version", MONDAY)
STANDARD = [each for each in ChangeType if each is not ChangeType.HOTFIX]


def write(
    database: Database,
    change: int,
    *facts: Fact,
    stage: Stage = Stage.DECLARED,
    finished: bool = False,
    owes: bool = False,
) -> None:
    with database.write() as connection:
        number = ChangeId(change)
        write_facts(connection, number, facts, production=PRODUCTION)
        store_stage(connection, number, stage, finished=finished, claims_version=not finished, owes=owes)


def neighbors(database: Database, version: str, except_change: int | None = None) -> Neighbors:
    other = None if except_change is None else ChangeId(except_change)
    with database.read() as connection:
        return queries.neighbors(connection, PAYMENTS, version, except_change=other)


def disputed(database: Database, version: str, except_change: int | None = None) -> list[PersonId]:
    return [each.person for each in neighbors(database, version, except_change).disputed]


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_is_known_to_every_other_change_with_the_version_and_service(database: Database) -> None:
    write(database, 1, declared(), spoken_approval(), DISPUTE, finished=True, stage=Stage.WITHDRAWN)
    write(database, 2, request(2))
    (found,) = neighbors(database, "4.12.0", except_change=2).disputed
    assert (found.number, found.person, found.roles) == (1, TIA, frozenset({Role.ENGINEERING_MANAGER}))
    assert (found.disputed_at, found.dispute, found.voided_at) == (MONDAY, "I said tomorrow", None)
    assert not found.stands
    assert disputed(database, "4.12.0") == [TIA], "a new request is told, too"
    assert disputed(database, "4.12.1", except_change=2) == []
    assert disputed(database, "4.12.0", except_change=1) == [], "its own it has itself"
    with database.read() as connection:
        assert queries.neighbors(connection, LEDGER, "4.12.0").disputed == ()


@pytest.mark.clause("G-HOT-2")
def test_what_is_confirmed_or_unanswered_is_no_dispute(database: Database) -> None:
    confirmed = VerbalConfirmed(1, TIA, MONDAY)
    write(database, 1, declared(), spoken_approval(1), spoken_approval(2, BEN), confirmed)
    assert disputed(database, "4.12.0") == []


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_is_about_the_version_that_the_change_had_when_the_word_was_recorded(
    database: Database,
) -> None:
    revised = VersionRevised("4.12.1", BEN, MONDAY)
    write(database, 1, declared(), spoken_approval(), VOIDED, revised, spoken_approval(2, ANA), DISPUTE)
    assert disputed(database, "4.12.0", except_change=2) == [TIA]
    assert disputed(database, "4.12.1", except_change=2) == []
    write(database, 1, replace(DISPUTE, number=2, by=ANA))
    assert disputed(database, "4.12.1", except_change=2) == [ANA]


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_that_is_void_comes_back_with_its_version(database: Database) -> None:
    there, back = VersionRevised("4.12.1", BEN, MONDAY), VersionRevised("4.12.0", BEN, MONDAY)
    write(database, 1, declared(), spoken_approval(), DISPUTE, VOIDED, there)
    assert disputed(database, "4.12.1", except_change=1) == []
    write(database, 1, back)
    assert disputed(database, "4.12.0", except_change=1) == [TIA]


@pytest.mark.clause("G-HOT-2")
def test_several_disputes_come_in_the_order_in_which_the_words_were_recorded(database: Database) -> None:
    second = spoken_approval(2, BEN, [Role.PRODUCT_MANAGER])
    write(database, 1, declared(), spoken_approval(), second, replace(DISPUTE, number=2, by=BEN), DISPUTE)
    assert disputed(database, "4.12.0", except_change=2) == [TIA, BEN]


def test_the_newest_younger_hotfix_that_is_done_is_to_be_contained(database: Database) -> None:
    write(database, 3, request(3), stage=Stage.PREPARING)
    for number, service, stage in (
        (1, PAYMENTS, Stage.DONE),
        (4, PAYMENTS, Stage.MONITORING),
        (5, PAYMENTS, Stage.ROLLED_BACK),
        (6, LEDGER, Stage.DONE),
    ):
        hotfix = declared(number, service=service, version=str(number))
        write(database, number, hotfix, stage=stage, finished=stage is not Stage.MONITORING)
    routine = request(7, version="7")
    write(database, 7, routine, stage=Stage.DONE, finished=True)
    assert neighbors(database, "4.12.0", except_change=3).hotfixed_by is None
    for number in (8, 9):
        write(database, number, declared(number, version=f"4.12.{number}"), stage=Stage.DONE, finished=True)
        assert neighbors(database, "4.12.0", except_change=3).hotfixed_by == (number, f"4.12.{number}")
    assert neighbors(database, "4.12.9", except_change=9).hotfixed_by is None
    assert neighbors(database, "4.12.0", except_change=3).superseded_by == 7, "a hotfix supersedes nothing"


def test_of_a_hotfix_the_older_unstarted_changes_of_every_standard_type_are_asked(database: Database) -> None:
    for number, kind, stage in (
        (1, ChangeType.ROUTINE, Stage.PREPARING),
        (2, ChangeType.CONFIG, Stage.SCHEDULED),
        (3, ChangeType.INFRA, Stage.RETURNED),
        (4, ChangeType.ROUTINE, Stage.DEPLOYING),
        (7, ChangeType.ROUTINE, Stage.PREPARING),
    ):
        asked = replace(request(number, version=str(number)), type=kind)
        write(database, number, asked, stage=stage)
    write(database, 5, declared(5, version="5"))
    write(database, 6, declared(6, version="6"), stage=Stage.DONE, finished=True)
    with database.read() as connection:
        hotfix = load_change(connection, ChangeId(6))
        assert hotfix is not None
        assert queries.older_unstarted(connection, hotfix, STANDARD) == [1, 2, 3]
        assert queries.older_unstarted(connection, hotfix, [ChangeType.CONFIG]) == [2]
        assert queries.older_unstarted(connection, hotfix) == [5], "without types: those of its own"


@pytest.mark.clause("G-HOT-5")
def test_a_change_is_not_over_while_something_of_it_is_owed(database: Database) -> None:
    write(database, 1, declared(1, version="1"), finished=True, stage=Stage.DONE, owes=True)
    write(database, 2, declared(2, version="2"), finished=True, stage=Stage.DONE)
    write(database, 3, declared(3, version="3", service=LEDGER), finished=True, stage=Stage.WITHDRAWN)
    write(database, 4, declared(4, version="4", service=LEDGER), stage=Stage.MONITORING, owes=True)
    write(database, 5, request(5, version="5"), stage=Stage.PREPARING)
    with database.read() as connection:
        assert listing.unfinished_after(connection, ChangeId(0), 9) == [1, 4, 5]
        assert listing.unfinished_after(connection, ChangeId(0), 2) == [1, 4]
        assert listing.unfinished_after(connection, ChangeId(1), 9) == [4, 5]
        assert listing.services_of_unfinished(connection) == [LEDGER, PAYMENTS]
    write(database, 4, finished=True, stage=Stage.DONE)
    write(database, 5, finished=True, stage=Stage.WITHDRAWN)
    with database.read() as connection:
        assert listing.services_of_unfinished(connection) == [PAYMENTS], "CHG-1 owes its review"
