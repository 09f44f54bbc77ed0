from datetime import UTC, datetime, timedelta

from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId
from bot.store import groups
from bot.store.database import Database
from bot.store.groups import GroupAnswer

LEADS, OTHERS = GroupId("S0LEADS"), GroupId("S0OTHERS")
ANA, BEN, CLEO = PersonId("U0ANA"), PersonId("U0BEN"), PersonId("U0CLEO")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def remember(database: Database, *members: PersonId, at: datetime = NOON) -> bool:
    with database.write() as connection:
        return groups.remember(connection, LEADS, members, at)


def answer(database: Database) -> GroupAnswer | None:
    with database.read() as connection:
        return groups.answers(connection, [LEADS, OTHERS]).get(LEADS)


def test_a_groups_members_are_kept_in_slacks_order_with_when_they_were_read(database: Database) -> None:
    assert remember(database, CLEO, ANA, CLEO)
    assert answer(database) == GroupAnswer((CLEO, ANA), NOON)


def test_a_newer_answer_replaces_all_members(database: Database) -> None:
    remember(database, ANA, BEN)
    assert remember(database, CLEO, at=NOON + MINUTE)
    assert answer(database) == GroupAnswer((CLEO,), NOON + MINUTE)


def test_the_same_members_read_again_are_fresh_again_and_nothing_else(database: Database) -> None:
    remember(database, ANA)
    assert not remember(database, ANA, at=NOON + MINUTE)
    assert answer(database) == GroupAnswer((ANA,), NOON + MINUTE)


def test_an_answer_that_arrives_late_changes_nothing(database: Database) -> None:
    remember(database, ANA, at=NOON + MINUTE)
    assert not remember(database, BEN, at=NOON)
    assert answer(database) == GroupAnswer((ANA,), NOON + MINUTE)


def test_a_group_with_nobody_in_it_is_an_answer_and_one_never_read_is_none(database: Database) -> None:
    assert answer(database) is None
    remember(database)
    assert answer(database) == GroupAnswer((), NOON)


def test_an_outdated_answer_is_no_younger_than_said_and_never_made_younger(database: Database) -> None:
    remember(database, ANA)
    for at in (NOON - MINUTE, NOON + MINUTE):
        with database.write() as connection:
            groups.outdate(connection, LEADS, at)
            groups.outdate(connection, OTHERS, at)
    assert answer(database) == GroupAnswer((ANA,), NOON - MINUTE)


def test_whoever_left_is_in_the_group_no_more(database: Database) -> None:
    remember(database, ANA, BEN)
    with database.write() as connection:
        groups.left(connection, LEADS, [ANA, CLEO])
        groups.left(connection, OTHERS, [BEN])
        groups.left(connection, LEADS, [])
    assert answer(database) == GroupAnswer((BEN,), NOON)
