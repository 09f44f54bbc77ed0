"""A hotfix's channel: reserved before it is asked for, settled once, found again by channel – on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bot.rules.terms import ChangeId
from bot.store import incident_rooms
from bot.store.changes import write_facts
from bot.store.database import Database, open_database
from bot.store.incident_rooms import Room
from tests.store.facts_at_random import PRODUCTION
from tests.store.hotfix_facts_at_random import declared

FIRST, SECOND = ChangeId(1), ChangeId(2)
NAME = "inc-payments-chg-1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Two hotfixes, both declared in C0INC."""
    opened = open_database(database_url)
    for number in (FIRST, SECOND):
        fact = replace(declared(), change=number, version=f"4.12.{number}", channel="C0INC")
        with opened.write() as connection:
            write_facts(connection, number, (fact,), production=PRODUCTION)
    yield opened
    opened.dispose()


def reserve(database: Database, name: str = NAME) -> bool:
    with database.write() as connection:
        return incident_rooms.reserve(connection, FIRST, name)


def settle(database: Database, channel: str, name: str = NAME) -> Room:
    with database.write() as connection:
        return incident_rooms.settle(connection, Room(FIRST, channel, name, opened=True))


def find(database: Database) -> Room | None:
    with database.read() as connection:
        return incident_rooms.find(connection, FIRST)


def test_only_the_first_reserves(database: Database) -> None:
    assert find(database) is None
    assert reserve(database)
    assert not reserve(database, "another")
    assert find(database) == Room(FIRST, None, NAME)


def test_of_many_who_reserve_at_once_one_is_first(database: Database) -> None:
    with ThreadPoolExecutor(4) as deliverers:
        first = list(deliverers.map(lambda _: reserve(database), range(4)))
    assert sorted(first) == [False, False, False, True]


def test_who_settles_first_counts(database: Database) -> None:
    reserve(database)
    assert settle(database, "C0ONE").channel == "C0ONE"
    assert settle(database, "C0TWO") == Room(FIRST, "C0ONE", NAME, opened=True)


def test_a_name_is_changed_only_by_who_knows_the_present_one_and_before_it_is_settled(
    database: Database,
) -> None:
    reserve(database)

    def rename(known: str, name: str) -> bool:
        with database.write() as connection:
            return incident_rooms.rename(connection, Room(FIRST, None, known), name)

    assert rename(NAME, f"{NAME}-2")
    assert not rename(NAME, f"{NAME}-3")
    settle(database, "C0ONE", f"{NAME}-2")
    assert not rename(f"{NAME}-2", f"{NAME}-3")


def test_a_room_moves_once(database: Database) -> None:
    reserve(database)
    room = settle(database, "C0ONE")
    with database.write() as connection:
        incident_rooms.move(connection, room, "C0PAYMENTS", "join:is_archived")
        incident_rooms.move(connection, room, "C0ELSE", "join:is_archived")
    assert find(database) == Room(FIRST, "C0PAYMENTS", NAME, opened=False, note="join:is_archived")


def test_hotfixes_are_found_by_the_channel_in_which_they_are_talked_about(database: Database) -> None:
    def found(channel: str) -> tuple[int, ...]:
        with database.read() as connection:
            return incident_rooms.in_channel(connection, channel)

    assert found("C0INC") == (SECOND, FIRST), "where they were declared, the newest first"
    reserve(database)
    settle(database, "C0ONE")
    assert (found("C0ONE"), found("C0INC")) == ((FIRST,), (SECOND,))
    assert found("C0ELSE") == ()
