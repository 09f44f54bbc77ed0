"""Lines that were given up: told to people, tried again once an hour for a week, and at once when somebody wishes."""

from datetime import datetime, timedelta

import pytest

from bot.rules.terms import ChangeId
from bot.store import messages
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.messages import Place
from bot.store.outbox import (
    ATTEMPTS,
    ClaimedLine,
    DeadLine,
    Line,
    bury,
    claim,
    dead_lines,
    done,
    later,
    revive,
    waiting,
    wish,
)
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=15)
CARD = Line("card/1", "card", ChangeId(1))
TOLD = Line("told/1/5/U0ANA", "told", ChangeId(1))


@pytest.fixture(autouse=True)
def _a_change(database: Database) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(1), [request()], production=PRODUCTION)


def want(database: Database, line: Line, at: datetime = MONDAY) -> None:
    with database.write() as connection:
        wish(connection, [line], at)


def take(database: Database, at: datetime) -> ClaimedLine | None:
    found = claim(database, now_real=at, lease=LEASE, limit=1)
    return found[0] if found else None


def taken(database: Database, at: datetime) -> ClaimedLine:
    line = take(database, at)
    assert line
    return line


def give_up(database: Database, line: Line, problem: str = "is_archived", at: datetime = MONDAY) -> None:
    want(database, line, at)
    bury(database, taken(database, at), now_real=at, problem=problem)


def told(database: Database, at: datetime) -> list[str]:
    """The keys of what is to tell people, which is thereby told."""
    keys = []
    while (line := take(database, at)) is not None:
        assert line.dead_at is None
        keys.append(line.key)
        done(database, line, at)
    return keys


def dead(database: Database) -> list[DeadLine]:
    with database.read() as connection:
        return dead_lines(connection, 10)


def test_a_line_that_failed_too_often_is_given_up_and_never_lost(database: Database) -> None:
    want(database, TOLD)
    given_up = [
        later(database, taken(database, MONDAY), now_real=MONDAY, until=MONDAY, problem="no answer")
        for _ in range(ATTEMPTS)
    ]
    assert given_up == [False] * (ATTEMPTS - 1) + [True]
    assert told(database, MONDAY) == ["undelivered"]
    assert dead(database) == [DeadLine(TOLD.key, "told", ChangeId(1), "no answer", MONDAY, None)]


def test_a_card_that_is_given_up_has_its_requester_told(database: Database) -> None:
    with database.write() as connection:
        messages.reserve(connection, Place("card/1", "card", "C0PAYMENTS", change=ChangeId(1)), MONDAY)
    give_up(database, CARD)
    assert told(database, MONDAY) == ["fallback/1", "undelivered"]
    assert dead(database) == [
        DeadLine("card/1", "card", ChangeId(1), "is_archived", MONDAY, "C0PAYMENTS"),
    ]


def test_what_tells_of_lost_messages_tells_nothing_of_its_own_loss(database: Database) -> None:
    give_up(database, Line("undelivered", "undelivered"))
    assert told(database, MONDAY) == []
    assert len(dead(database)) == 1


def test_a_line_that_was_given_up_no_longer_waits(database: Database) -> None:
    give_up(database, TOLD)
    told(database, MONDAY)
    with database.read() as connection:
        assert waiting(connection) == 0


def test_a_line_that_was_given_up_is_tried_once_an_hour_for_a_week(database: Database) -> None:
    give_up(database, TOLD)
    told(database, MONDAY)
    tries = []
    for hours in range(24 * 9):
        now = MONDAY + hours * HOUR
        assert take(database, now - timedelta(seconds=1)) is None
        line = take(database, now)
        if line:
            tries.append(hours)
            assert line.dead_at == MONDAY
            bury(database, line, now_real=now, problem="is_archived")
            assert told(database, now) == ["undelivered"]
    assert tries == list(range(1, 24 * 7 + 1))
    assert dead(database)[0].dead_at == MONDAY
    want(database, TOLD, MONDAY + timedelta(days=300))
    assert take(database, MONDAY + timedelta(days=300)) is not None


def test_one_that_is_delivered_after_all_is_told_too(database: Database) -> None:
    give_up(database, CARD)
    told(database, MONDAY)
    line = taken(database, MONDAY + HOUR)
    done(database, line, MONDAY + HOUR)
    assert told(database, MONDAY + HOUR) == ["fallback/1", "undelivered"]
    assert dead(database) == []


def test_a_new_wish_has_it_tried_at_once(database: Database) -> None:
    give_up(database, TOLD)
    told(database, MONDAY)
    soon = MONDAY + timedelta(minutes=5)
    want(database, TOLD, soon)
    assert taken(database, soon).attempts == 0


def test_all_are_tried_at_once_when_somebody_says_so(database: Database) -> None:
    give_up(database, TOLD)
    give_up(database, Line("home/U0ANA", "home"), "user_not_found")
    told(database, MONDAY)
    soon = MONDAY + timedelta(minutes=5)
    with database.write() as connection:
        assert revive(connection, soon) == 2
    for _ in range(2):
        assert taken(database, soon).dead_at == MONDAY
    assert take(database, soon) is None


def test_lines_that_live_come_before_those_that_were_given_up(database: Database) -> None:
    give_up(database, TOLD)
    told(database, MONDAY)
    now = MONDAY + 2 * HOUR
    want(database, Line("home/U0ANA", "home"), now)
    assert [taken(database, now).key for _ in range(2)] == ["home/U0ANA", TOLD.key]


def test_a_line_that_was_given_up_holds_up_no_later_one_of_its_thread(database: Database) -> None:
    give_up(database, Line("thread/1/5", "thread", ChangeId(1)))
    told(database, MONDAY)
    want(database, Line("thread/1/6", "thread", ChangeId(1)))
    assert taken(database, MONDAY).key == "thread/1/6"


def test_who_no_longer_has_the_line_gives_nothing_up(database: Database) -> None:
    want(database, TOLD)
    slow = taken(database, MONDAY)
    other = taken(database, MONDAY + LEASE)
    bury(database, slow, now_real=MONDAY + LEASE, problem="is_archived")
    assert dead(database) == []
    done(database, other, MONDAY + LEASE)
    assert told(database, MONDAY + 2 * LEASE) == []
