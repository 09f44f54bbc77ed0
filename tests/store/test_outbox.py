from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from bot.rules.terms import ChangeId
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.outbox import ATTEMPTS, ClaimedLine, Line, bury, claim, dead_lines, done, later, wish
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

LEASE = timedelta(seconds=30)
CARD = Line("card:1", "card")
HOME = Line("home:U0ANA", "home")


def want(database: Database, *lines: Line, at: datetime = MONDAY) -> None:
    with database.write() as connection:
        wish(connection, lines, at)


def take(database: Database, at: datetime = MONDAY, limit: int = 10) -> list[ClaimedLine]:
    return claim(database, now_real=at, lease=LEASE, limit=limit)


def take_keys(database: Database, at: datetime = MONDAY, limit: int = 10) -> list[str]:
    return [line.key for line in take(database, at, limit)]


def test_ten_quick_wishes_for_one_thing_are_one_line(database: Database) -> None:
    for _ in range(10):
        want(database, CARD)
    (line,) = take(database)
    assert (line.key, line.wanted, line.attempts, line.wished_at) == ("card:1", 10, 0, MONDAY)
    done(database, line)
    assert take(database, MONDAY + LEASE) == []


def test_a_line_says_which_change_and_carries_a_notices_words(database: Database) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(1), [request()], production=PRODUCTION)
        wish(connection, [Line("notice:1", "notice", ChangeId(1), {"to": ["U0ANA"], "minutes": 30})], MONDAY)
    (line,) = take(database)
    assert (line.kind, line.change, line.payload) == ("notice", 1, {"to": ["U0ANA"], "minutes": 30})


def test_nothing_is_wished_for_when_the_act_is_rolled_back(database: Database) -> None:
    with database.write() as connection:
        undone = connection.begin_nested()
        wish(connection, [CARD], MONDAY)
        undone.rollback()
    assert take(database) == []


def test_lines_are_claimed_oldest_first_and_no_more_than_asked_for(database: Database) -> None:
    for line in (HOME, CARD, Line("a", "card")):
        want(database, line)
    assert take_keys(database, limit=2) == ["home:U0ANA", "card:1"]
    assert take_keys(database) == ["a"]


def test_a_claimed_line_is_nobody_elses_until_its_lease_runs_out(database: Database) -> None:
    want(database, CARD)
    assert take_keys(database) == ["card:1"]
    assert take_keys(database, MONDAY + LEASE - timedelta(seconds=1)) == []
    assert take_keys(database, MONDAY + LEASE) == ["card:1"]


def test_a_wish_made_during_the_delivery_has_it_delivered_once_more(database: Database) -> None:
    want(database, CARD)
    (line,) = take(database)
    want(database, CARD)
    done(database, line)
    assert take_keys(database) == ["card:1"]


def test_whose_lease_ran_out_can_no_longer_finish_the_line(database: Database) -> None:
    want(database, CARD)
    (slow,) = take(database)
    assert take_keys(database, MONDAY + LEASE) == ["card:1"]
    done(database, slow)
    later(database, slow, now_real=MONDAY, until=MONDAY + timedelta(days=1), problem="slow")
    assert take(database, MONDAY + LEASE) == []
    (last,) = take(database, MONDAY + 2 * LEASE)
    assert last.attempts == 0
    done(database, last)
    assert take(database, MONDAY + timedelta(days=2)) == []


def test_a_line_that_could_not_be_delivered_waits_and_counts(database: Database) -> None:
    want(database, CARD)
    (line,) = take(database)
    soon = MONDAY + timedelta(minutes=1)
    assert not later(database, line, now_real=MONDAY, until=soon, problem="ratelimited")
    want(database, CARD)
    assert take(database, MONDAY + LEASE) == []
    (again,) = take(database, soon)
    assert again.attempts == 1


def test_a_line_that_failed_too_often_is_dead_and_never_lost(database: Database) -> None:
    want(database, CARD)
    given_up = []
    for _ in range(ATTEMPTS):
        (line,) = take(database)
        given_up.append(later(database, line, now_real=MONDAY, until=MONDAY, problem="channel_not_found"))
    assert given_up == [False] * (ATTEMPTS - 1) + [True]
    assert take(database) == []
    with database.read() as connection:
        (dead,) = dead_lines(connection, 10)
    assert (dead.key, dead.problem, dead.dead_at) == ("card:1", "channel_not_found", MONDAY)


def test_a_new_wish_brings_a_dead_line_back(database: Database) -> None:
    want(database, CARD)
    (line,) = take(database)
    bury(database, line, now_real=MONDAY, problem="is_archived")
    assert take(database) == []
    tomorrow = MONDAY + timedelta(days=1)
    want(database, CARD, at=tomorrow)
    (again,) = take(database, tomorrow)
    assert again.attempts == 0


def test_of_many_claimants_each_line_goes_to_one(database: Database) -> None:
    want(database, *(Line(f"card:{number}", "card") for number in range(60)))

    def work(_: int) -> list[str]:
        mine: list[str] = []
        while found := take_keys(database, limit=5):
            mine += found
        return mine

    with ThreadPoolExecutor(4) as pool:
        claimed = [key for keys in pool.map(work, range(4)) for key in keys]
    assert sorted(claimed) == sorted({f"card:{number}" for number in range(60)})


def test_acts_that_wish_for_the_same_things_in_another_order_do_not_collide(database: Database) -> None:
    lines = [Line(f"home:{number}", "home") for number in range(20)]

    def act(worker: int) -> None:
        for _ in range(10):
            want(database, *(lines if worker % 2 else reversed(lines)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    assert {line.wanted for line in take(database, limit=100)} == {40}
