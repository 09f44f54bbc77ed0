import pytest

from bot.rules.terms import ChangeId
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.messages import (
    Message,
    Place,
    find,
    gone,
    not_posted,
    of_change,
    posted,
    reserve,
    updated,
)
from tests.store.facts_at_random import BEN, MONDAY, PRODUCTION, request

ONE = ChangeId(1)
ASK = Place("ask/1/U0BEN", "ask", "D0BEN", ONE, BEN)


@pytest.fixture(autouse=True)
def _a_change(database: Database) -> None:
    with database.write() as connection:
        write_facts(connection, ONE, [request()], production=PRODUCTION)


def look(database: Database, key: str = ASK.key) -> Message | None:
    with database.read() as connection:
        return find(connection, key)


def post(database: Database, place: Place = ASK, ts: str = "1.5") -> None:
    with database.write() as connection:
        reserve(connection, place, MONDAY)
    with database.write() as connection:
        posted(connection, place.key, ts=ts, digest="d1", now_real=MONDAY)


def test_a_post_that_was_begun_is_in_doubt_until_its_answer_comes(database: Database) -> None:
    assert look(database) is None
    with database.write() as connection:
        assert reserve(connection, ASK, MONDAY).in_doubt
    begun = look(database)
    assert begun is not None
    assert (begun.in_doubt, begun.ts, begun.person) == (True, None, BEN)
    post(database)
    ended = look(database)
    assert ended is not None
    assert (ended.in_doubt, ended.ts, ended.digest) == (False, "1.5", "d1")


def test_a_post_that_slack_refused_is_not_in_doubt(database: Database) -> None:
    with database.write() as connection:
        reserve(connection, ASK, MONDAY)
        not_posted(connection, ASK.key)
    message = look(database)
    assert message is not None
    assert not message.in_doubt


def test_an_update_is_remembered_by_its_digest(database: Database) -> None:
    post(database)
    with database.write() as connection:
        updated(connection, ASK.key, digest="d2", now_real=MONDAY)
    message = look(database)
    assert message is not None
    assert (message.ts, message.digest) == ("1.5", "d2")


def test_a_message_that_somebody_deleted_is_posted_anew(database: Database) -> None:
    post(database)
    with database.write() as connection:
        gone(connection, ASK.key, MONDAY)
    message = look(database)
    assert message is not None
    assert (message.ts, message.digest, message.gone_at) == (None, None, MONDAY)
    post(database, ts="2.5")
    message = look(database)
    assert message is not None
    assert (message.ts, message.gone_at) == ("2.5", None)


def test_a_changes_posted_messages_are_found_by_kind(database: Database) -> None:
    post(database)
    with database.write() as connection:
        reserve(connection, Place("ask/1/U0TIA", "ask", "D0TIA", ONE), MONDAY)
        reserve(connection, Place("card/1", "card", "C0PAY", ONE), MONDAY)
    with database.read() as connection:
        assert [message.key for message in of_change(connection, ONE, "ask")] == [ASK.key]
