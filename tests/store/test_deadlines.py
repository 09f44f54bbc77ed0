from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.rules.deadlines import Wanted
from bot.rules.life import Act
from bot.rules.terms import ChangeId
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.deadlines import Claimed, claim, done, give, next_due, release, sync
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

ONE = ChangeId(1)
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=30)
LAPSE = Wanted("lapse", "lapse/1", MONDAY + HOUR)
SUPERSEDE = Wanted(Act.SUPERSEDE, "supersede/9", MONDAY)
NUDGE = Wanted("nudge", "nudge/1/10", MONDAY + 2 * HOUR)
REAL = datetime.fromisoformat("2031-05-05T05:05:05+00:00")


@pytest.fixture(autouse=True)
def _a_change(database: Database) -> None:
    with database.write() as connection:
        write_facts(connection, ONE, [request()], production=PRODUCTION)


def want(database: Database, *wanted: Wanted) -> None:
    with database.write() as connection:
        sync(connection, ONE, wanted, MONDAY)


def take(
    database: Database, at: datetime, *, real: datetime = REAL, kinds: tuple[str, ...] = ("lapse", "nudge")
) -> list[Claimed]:
    return claim(database, kinds, business_now=at, now_real=real, lease=LEASE, limit=10)


def finish(database: Database, deadline: Claimed) -> None:
    with database.write() as connection:
        done(connection, deadline, MONDAY)


def keys(claimed: list[Claimed]) -> list[str]:
    return [deadline.key for deadline in claimed]


def test_a_deadline_is_claimed_when_it_is_due_and_not_before(database: Database) -> None:
    want(database, LAPSE)
    assert take(database, LAPSE.due_at - timedelta(microseconds=1)) == []
    (claimed,) = take(database, LAPSE.due_at)
    assert (claimed.kind, claimed.change, claimed.key, claimed.due_at) == (
        "lapse",
        1,
        "lapse/1",
        LAPSE.due_at,
    )


def test_after_a_week_of_downtime_each_deadline_fires_once_the_longest_due_first(database: Database) -> None:
    want(database, NUDGE, LAPSE)
    a_week_later = MONDAY + timedelta(days=7)
    claimed = take(database, a_week_later)
    assert keys(claimed) == ["lapse/1", "nudge/1/10"]
    for deadline in claimed:
        finish(database, deadline)
    want(database, NUDGE, LAPSE)
    assert take(database, a_week_later, real=REAL + HOUR) == []


def test_only_the_kinds_that_were_asked_for_are_claimed(database: Database) -> None:
    want(database, NUDGE, LAPSE)
    assert keys(take(database, MONDAY + 3 * HOUR, kinds=("nudge",))) == ["nudge/1/10"]
    assert take(database, MONDAY + 3 * HOUR, kinds=()) == []


def test_a_deadline_that_is_no_longer_wanted_does_not_fire(database: Database) -> None:
    want(database, NUDGE, LAPSE)
    want(database, NUDGE)
    assert keys(take(database, MONDAY + 3 * HOUR)) == ["nudge/1/10"]


def test_one_that_is_wanted_again_fires_after_all(database: Database) -> None:
    want(database, LAPSE)
    want(database)
    want(database, LAPSE)
    assert keys(take(database, LAPSE.due_at)) == ["lapse/1"]


def test_a_deadline_that_moves_fires_at_its_new_time(database: Database) -> None:
    want(database, LAPSE)
    moved = Wanted("lapse", "lapse/1", MONDAY + 5 * HOUR)
    want(database, moved)
    assert take(database, LAPSE.due_at) == []
    assert keys(take(database, moved.due_at)) == ["lapse/1"]


def test_a_deadline_that_fired_fires_again_when_it_is_wanted_for_another_time(database: Database) -> None:
    want(database, LAPSE)
    (claimed,) = take(database, LAPSE.due_at)
    finish(database, claimed)
    want(database, Wanted("lapse", "lapse/1", MONDAY + 5 * HOUR))
    assert keys(take(database, MONDAY + 5 * HOUR)) == ["lapse/1"]


def test_a_deadline_that_moved_while_it_was_handled_is_not_done(database: Database) -> None:
    want(database, LAPSE)
    (claimed,) = take(database, LAPSE.due_at)
    want(database, Wanted("lapse", "lapse/1", MONDAY + 5 * HOUR))
    finish(database, claimed)
    assert keys(take(database, MONDAY + 5 * HOUR)) == ["lapse/1"]


def test_a_deadline_that_another_change_gave_stays_whatever_the_change_itself_wants(
    database: Database,
) -> None:
    with database.write() as connection:
        give(connection, ONE, SUPERSEDE)
    want(database, LAPSE)
    want(database)
    kinds = ("lapse", SUPERSEDE.kind)
    assert keys(take(database, LAPSE.due_at, kinds=kinds)) == [SUPERSEDE.key]


def test_a_deadline_is_given_once_and_one_that_fired_is_not_given_again(database: Database) -> None:
    for _ in range(2):
        with database.write() as connection:
            give(connection, ONE, SUPERSEDE)
    (claimed,) = take(database, SUPERSEDE.due_at, kinds=(SUPERSEDE.kind,))
    finish(database, claimed)
    with database.write() as connection:
        give(connection, ONE, replace(SUPERSEDE, due_at=SUPERSEDE.due_at + HOUR))
    assert take(database, MONDAY + 5 * HOUR, kinds=(SUPERSEDE.kind,)) == []


def test_the_next_deadline_is_the_first_that_still_waits(database: Database) -> None:
    def due() -> datetime | None:
        with database.read() as connection:
            return next_due(connection)

    assert due() is None
    want(database, NUDGE, LAPSE)
    assert due() == LAPSE.due_at
    (claimed,) = take(database, LAPSE.due_at)
    finish(database, claimed)
    assert due() == NUDGE.due_at
    want(database, LAPSE)
    assert due() is None


def test_whoever_crashed_with_a_claim_loses_it_with_the_lease(database: Database) -> None:
    want(database, LAPSE)
    assert take(database, LAPSE.due_at)
    assert take(database, LAPSE.due_at, real=REAL + LEASE - timedelta(seconds=1)) == []
    assert take(database, LAPSE.due_at, real=REAL + LEASE)


def test_a_claim_made_before_the_machines_clock_was_set_back_holds_nothing_up(database: Database) -> None:
    want(database, LAPSE)
    assert take(database, LAPSE.due_at)
    assert take(database, LAPSE.due_at, real=REAL - 3 * LEASE) == [], "another machine's clock is merely late"
    assert keys(take(database, LAPSE.due_at, real=REAL - HOUR)) == ["lapse/1"]


def test_a_deadline_that_could_not_be_handled_can_be_claimed_again(database: Database) -> None:
    want(database, LAPSE)
    (claimed,) = take(database, LAPSE.due_at)
    with database.write() as connection:
        release(connection, claimed, until=REAL + timedelta(seconds=5))
    assert take(database, LAPSE.due_at, real=REAL) == []
    (again,) = take(database, LAPSE.due_at, real=REAL + timedelta(seconds=5))
    with database.write() as connection:
        release(connection, again)
    assert take(database, LAPSE.due_at, real=REAL)


def test_of_many_ticks_each_deadline_goes_to_one(database: Database) -> None:
    want(database, *(Wanted("nudge", f"nudge/{number}", MONDAY) for number in range(40)))

    def tick(_: int) -> list[str]:
        mine: list[str] = []
        while found := keys(take(database, MONDAY)):
            mine += found
        return mine

    with ThreadPoolExecutor(4) as pool:
        claimed = [key for found in pool.map(tick, range(4)) for key in found]
    assert sorted(claimed) == sorted(f"nudge/{number}" for number in range(40))
