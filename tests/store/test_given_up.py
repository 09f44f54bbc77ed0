"""What people are told did not reach Slack, telling by telling; and where each message belongs."""

from datetime import datetime, timedelta

import pytest

from bot.rules.terms import ChangeId
from bot.rules.words import plain
from bot.store import outbox
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.store.given_up import Telling, newest, note, telling
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.store.undelivered import NAMES, given_up, problem_of, undelivered
from tests.demo_company import harbor
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

HARBOR = harbor()
HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=15)


def noted(database: Database, *keys: str, at: datetime = MONDAY) -> list[Telling]:
    """After this was noted, all tellings."""
    with database.write() as connection:
        note(connection, keys, at)
        found = [telling(connection, number) for number in range(1, newest(connection) + 1)]
    return [each for each in found if each]


def test_nothing_given_up_is_no_telling(database: Database) -> None:
    assert noted(database) == []


def test_a_telling_counts_what_it_was_about_and_what_got_through(database: Database) -> None:
    assert noted(database, "a", "b") == [Telling(1, 2, 2, MONDAY, None)]
    assert noted(database, "b", "c", at=MONDAY + HOUR) == [Telling(1, 3, 2, MONDAY, None)]
    over = Telling(1, 3, 0, MONDAY, MONDAY + 2 * HOUR)
    assert noted(database, at=MONDAY + 2 * HOUR) == [over]
    assert noted(database, at=MONDAY + 3 * HOUR) == [over]


def test_what_is_given_up_after_all_was_well_is_a_new_telling(database: Database) -> None:
    noted(database, "a")
    noted(database)
    before, now = noted(database, "a", at=MONDAY + HOUR)
    assert (before.number, before.left) == (1, 0)
    assert now == Telling(2, 1, 1, MONDAY + HOUR, None)


def test_so_is_what_takes_the_place_of_all_that_was_told(database: Database) -> None:
    noted(database, "a")
    before, now = noted(database, "b", at=MONDAY + HOUR)
    assert before.over_at == MONDAY + HOUR
    assert now.left == 1


def test_one_that_is_given_up_again_while_others_are_left_stays_in_its_telling(database: Database) -> None:
    noted(database, "a", "b")
    noted(database, "b")
    assert noted(database, "a", "b") == [Telling(1, 2, 2, MONDAY, None)]


@pytest.fixture
def _a_change(database: Database) -> None:
    with database.write() as connection:
        write_facts(connection, ChangeId(1), [request()], production=PRODUCTION)


def bury(database: Database, *lines: Line) -> None:
    for line in lines:
        with database.write() as connection:
            outbox.wish(connection, [line], MONDAY)
        while found := outbox.claim(database, now_real=MONDAY, lease=LEASE, limit=1):
            if found[0].key == line.key:
                outbox.bury(database, found[0], now_real=MONDAY, problem="is_archived")
            else:
                outbox.done(database, found[0], MONDAY)


PLACES = {
    "card/1": ("card", "in the channel of payments"),
    "thread/1/5": ("thread", "in the channel of payments"),
    "ask/1/code/1/U0BEN": ("ask", "to Ben Okoro by direct message"),
    "told/1/5/U0ANA": ("told", "to Ana Costa by direct message"),
    "alarm/1/57/first/U0OMAR": ("alarm", "to Omar Haddad by direct message"),
    "alarm/1/57/first/thread": ("alarm", "in the channel of payments"),
    "alarm/1/57/first/incidents": ("alarm", "in the incident channel"),
    "incident/1/5": ("incident", "in the incident channel"),
    "timeline/1": ("timeline", "in the channel of CHG-1's incident"),
    "fallback/1": ("fallback", "to Ana Costa by direct message"),
    "home/U0EVE": ("home", "to Eve Larsen by direct message"),
    "organization/9f": ("organization", "in the admin channel"),
    "anchor/4": ("anchor", "in the audit channel"),
    "asks/1": ("asks", "in Slack"),
    "undelivered/U0DORA": ("undelivered", "to Dora Klein by direct message"),
    "undelivered": ("undelivered", "in the admin channel"),
}


@pytest.mark.usefixtures("_a_change")
def test_every_message_is_named_with_its_place(database: Database) -> None:
    companys = {"home", "organization", "anchor", "undelivered"}
    for key, (kind, _) in PLACES.items():
        change = None if kind in companys else ChangeId(1)
        bury(database, Line(key, kind, change))
    with database.read() as connection:
        found = {each.key: each for each in undelivered(connection, HARBOR, 100)}
    said = {key: plain(each.where, HARBOR.names(), HARBOR.zone) for key, each in found.items()}
    assert said == {key: place for key, (_, place) in PLACES.items()}


def test_every_kind_of_line_has_a_name() -> None:
    assert set(NAMES) == set(LineKind)


@pytest.mark.usefixtures("_a_change")
def test_the_list_itself_and_what_is_on_its_way_again_are_not_counted(database: Database) -> None:
    bury(database, Line("card/1", "card", ChangeId(1)), Line("undelivered", "undelivered"))
    with database.write() as connection:
        assert given_up(connection, MONDAY) == 1
        assert problem_of(connection, "card/1") == "is_archived"
        assert problem_of(connection, "card/2") is None
        outbox.revive(connection, MONDAY)
        assert given_up(connection, MONDAY) == 0
