import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from bot.store.database import Database
from bot.store.dedupe import answer_for, forget_before, remember, take
from tests.store.facts_at_random import MONDAY


def test_a_delivery_is_taken_once(database: Database) -> None:
    with database.write() as connection:
        assert take(connection, "T1", MONDAY)
    with database.write() as connection:
        assert not take(connection, "T1", MONDAY)
        assert take(connection, "T2", MONDAY)


def test_a_repeated_delivery_gets_the_answer_of_the_first(database: Database) -> None:
    with database.write() as connection:
        take(connection, "T1", MONDAY)
        assert answer_for(connection, "T1") is None
        remember(connection, "T1", {"said": "Approved – 1 of 2.", "met": True})
    with database.read() as connection:
        assert answer_for(connection, "T1") == {"said": "Approved – 1 of 2.", "met": True}
        assert answer_for(connection, "T2") is None


def test_a_delivery_whose_act_was_rolled_back_can_be_taken_again(database: Database) -> None:
    with database.write() as connection:
        undone = connection.begin_nested()
        take(connection, "T1", MONDAY)
        undone.rollback()
    with database.write() as connection:
        assert take(connection, "T1", MONDAY)


def test_of_thirty_racing_double_clicks_each_is_carried_out_once(database: Database) -> None:
    both = threading.Barrier(2, timeout=10)

    def click(_: int) -> list[bool]:
        taken = []
        for number in range(30):
            both.wait()
            with database.write() as connection:
                taken.append(take(connection, f"T{number}", MONDAY))
        return taken

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(click, range(2))
    assert [sorted(pair) for pair in zip(first, second, strict=True)] == [[False, True]] * 30


def test_old_deliveries_are_forgotten(database: Database) -> None:
    with database.write() as connection:
        take(connection, "old", MONDAY)
        take(connection, "new", MONDAY + timedelta(hours=1))
        forget_before(connection, MONDAY + timedelta(hours=1))
        assert take(connection, "old", MONDAY)
        assert not take(connection, "new", MONDAY)
