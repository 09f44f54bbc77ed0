from datetime import timedelta

from bot.rules.terms import PersonId
from bot.store import directory_answers
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer
from tests.store.facts_at_random import MONDAY

ANA = PersonId("U0ANA")
HERE, GONE = DirectoryAnswer("Ana", "T0HARBOR"), DirectoryAnswer("Ana", "T0HARBOR", deactivated=True)


def known(database: Database) -> DirectoryAnswer | None:
    with database.read() as connection:
        found = directory_answers.known(connection, ANA)
    return found and found[0]


def test_of_answers_that_arrive_out_of_order_the_newest_stays(database: Database) -> None:
    directory_answers.remember(database, ANA, GONE, MONDAY)
    directory_answers.remember(database, ANA, HERE, MONDAY - timedelta(seconds=3))
    assert known(database) == GONE


def test_an_answer_of_a_time_when_the_clock_was_ahead_gives_way_to_a_new_one(database: Database) -> None:
    directory_answers.remember(database, ANA, HERE, MONDAY + timedelta(days=30))
    directory_answers.remember(database, ANA, GONE, MONDAY)
    assert known(database) == GONE
