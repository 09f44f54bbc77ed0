from datetime import UTC, datetime, timedelta

from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation, DelegationId
from bot.rules.terms import PersonId, Role, ServiceName
from bot.store import delegations
from bot.store.database import Database

DORA, DANA = PersonId("U0DORA"), PersonId("U0DANA")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMED = DelegationNamed(
    DelegationId(1),
    Role.ENGINEERING_DIRECTOR,
    ServiceName("payments"),
    DORA,
    DANA,
    NOON,
    NOON + HOUR,
    DORA,
    NOON,
)


def write(database: Database, *facts: DelegationNamed | DelegationEnded) -> None:
    with database.write() as connection:
        for fact in facts:
            delegations.write(connection, fact)


def unended(database: Database, at: datetime = NOON) -> list[int]:
    with database.read() as connection:
        return [each.id for each in delegations.unended(connection, at)]


def test_a_delegation_is_read_as_it_was_named(database: Database) -> None:
    write(database, NAMED)
    with database.read() as connection:
        (found,) = delegations.unended(connection, NOON)
        assert delegations.find(connection, DelegationId(1)) == found
        assert delegations.find(connection, DelegationId(2)) is None
    assert found == Delegation(
        DelegationId(1),
        Role.ENGINEERING_DIRECTOR,
        ServiceName("payments"),
        DORA,
        DANA,
        NOON,
        NOON + HOUR,
        DORA,
    )


def test_one_for_all_services_and_for_nobody_is_read_as_such(database: Database) -> None:
    named = DelegationNamed(
        DelegationId(1), Role.QA, None, None, DANA, NOON + HOUR, NOON + 2 * HOUR, DORA, NOON
    )
    write(database, named)
    with database.read() as connection:
        (found,) = delegations.unended(connection, NOON)
    assert (found.service, found.principal) == (None, None)


def test_those_that_are_over_are_listed_no_more(database: Database) -> None:
    write(database, NAMED)
    assert unended(database, NOON + HOUR - timedelta(microseconds=1)) == [1]
    assert unended(database, NOON + HOUR) == []


def test_an_ended_one_stays_with_when_it_was_ended_and_is_ended_once(database: Database) -> None:
    write(database, NAMED)
    write(database, DelegationEnded(DelegationId(1), DANA, NOON))
    write(database, DelegationEnded(DelegationId(1), DORA, NOON + HOUR))
    assert unended(database) == []
    with database.read() as connection:
        found = delegations.find(connection, DelegationId(1))
    assert found is not None
    assert found.ended_at == NOON


def test_numbers_count_up(database: Database) -> None:
    with database.write() as connection:
        assert delegations.next_delegation_id(connection) == 1
        delegations.write(connection, NAMED)
        assert delegations.next_delegation_id(connection) == 2
