from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

from bot.rules.terms import ChangeId
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.outbox import ClaimedLine, Line, claim, done, later, put_off, renew, wish
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
    done(database, line, MONDAY)
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
    done(database, line, MONDAY)
    assert take_keys(database) == ["card:1"]


def test_whose_lease_ran_out_can_no_longer_finish_the_line(database: Database) -> None:
    want(database, CARD)
    (slow,) = take(database)
    assert take_keys(database, MONDAY + LEASE) == ["card:1"]
    done(database, slow, MONDAY)
    later(database, slow, now_real=MONDAY, until=MONDAY + timedelta(days=1), problem="slow")
    assert take(database, MONDAY + LEASE) == []
    (last,) = take(database, MONDAY + 2 * LEASE)
    assert last.attempts == 0
    done(database, last, MONDAY)
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


def with_changes(database: Database, *numbers: int) -> None:
    with database.write() as connection:
        for number in numbers:
            facts = [request(number, version=f"4.{number}.0")]
            write_facts(connection, ChangeId(number), facts, production=PRODUCTION)


def test_while_one_line_of_a_change_is_delivered_its_others_wait(database: Database) -> None:
    with_changes(database, 1, 2)
    one, other = (
        [Line(f"{kind}/{number}", kind, ChangeId(number)) for kind in ("card", "asks")] for number in (1, 2)
    )
    want(database, *one)
    want(database, *other)
    first, second = take(database, limit=1), take(database, limit=1)
    assert [line.change for line in (*first, *second)] == [1, 2]
    assert take(database) == []
    done(database, first[0], MONDAY)
    assert [line.change for line in take(database, limit=1)] == [1]
    assert {line.change for line in take(database, MONDAY + LEASE)} == {1, 2}


def test_lines_that_belong_to_no_change_do_not_wait_for_each_other(database: Database) -> None:
    want(database, HOME, Line("home:U0BEN", "home"))
    assert take_keys(database, limit=1) + take_keys(database, limit=1) == ["home:U0ANA", "home:U0BEN"]


def test_what_is_read_in_order_waits_for_the_earlier_ones_and_nothing_else_does(database: Database) -> None:
    with_changes(database, 1, 2)
    for key, change in (("thread/1/5", 1), ("thread/1/6", 1), ("thread/2/7", 2), ("told/1/8", 1)):
        want(database, Line(key, key.partition("/")[0], ChangeId(change)))
    (first,) = take(database, limit=1)
    soon = MONDAY + timedelta(minutes=1)
    later(database, first, now_real=MONDAY, until=soon, problem="no answer")
    assert take_keys(database) == ["thread/2/7", "told/1/8"]
    assert take_keys(database, soon, limit=2) == ["thread/2/7", "told/1/8"]
    later_still = soon + LEASE
    assert take_keys(database, later_still) == ["thread/2/7", "told/1/8", "thread/1/5"]
    (again,) = [line for line in take(database, later_still + LEASE) if line.key == "thread/1/5"]
    done(database, again, later_still + LEASE)
    assert "thread/1/6" in take_keys(database, later_still + 2 * LEASE)


def test_a_hold_is_renewed_only_by_its_holder(database: Database) -> None:
    want(database, CARD)
    (line,) = take(database)
    with database.write() as connection:
        renewed = renew(connection, line, until=MONDAY + 2 * LEASE)
    assert renewed
    assert take(database, MONDAY + LEASE) == []
    put_off(database, line, until=MONDAY)
    assert take(database, MONDAY + LEASE) == []
    (other,) = take(database, MONDAY + 2 * LEASE)
    with database.write() as connection:
        assert renew(connection, renewed, until=MONDAY + 9 * LEASE) is None
    done(database, other, MONDAY)
    assert take(database, MONDAY + 9 * LEASE) == []


def test_of_many_claimants_no_two_ever_work_on_one_change(database: Database) -> None:
    with_changes(database, *range(1, 6))
    for number in range(12):
        want(database, *(Line(f"told/{change}/{number}", "told", ChangeId(change)) for change in range(1, 6)))
    guard, at_work = Lock(), Counter[ChangeId | None]()
    met: list[ChangeId | None] = []

    def work(_: int) -> int:
        handled = 0
        while found := take(database, limit=1):
            with guard:
                at_work[found[0].change] += 1
                met.extend(change for change, count in at_work.items() if count > 1)
            handled += 1
            with guard:
                at_work[found[0].change] -= 1
            done(database, found[0], MONDAY)
        return handled

    with ThreadPoolExecutor(5) as pool:
        handled = sum(pool.map(work, range(5)))
    # Who finds every change at work goes home early; what they leave is still there.
    handled += work(0)
    assert (handled, met) == (60, [])
