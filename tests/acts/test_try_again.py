"""Having messages tried again, through `CompanyActs`, on both databases; and from the command line, without anybody."""

from datetime import timedelta

import pytest

from bot.company_act import CompanyAnswer
from bot.rules.company_facts import DeliveryTriedAgain
from bot.rules.terms import ChangeId, PersonId
from bot.store import audit, outbox
from bot.store.audit_chain import verify
from bot.store.database import Database
from bot.store.outbox import Line
from bot.store.reading import ChainHolds, RecordedEntry
from bot.undelivered import retry_undelivered
from bot.workflows.try_again import try_again
from tests.acts.conftest import Office

LEASE = timedelta(seconds=15)
NOTICES = tuple(Line(f"told/1/5/{number}/U0ANA", "told", ChangeId(1)) for number in (1, 2))


@pytest.fixture
def stuck(office: Office) -> Office:
    """Two notices to Ana were given up, and people were told."""
    office.requests()
    database, now = office.app.database, office.app.company_acts.real_now()
    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
        outbox.wish(connection, NOTICES, now)
    while found := outbox.claim(database, now_real=now, lease=LEASE, limit=1):
        if found[0].kind == "told":
            outbox.bury(database, found[0], now_real=now, problem="user_disabled")
        else:
            outbox.done(database, found[0], now)
    return office


def tries(office: Office, name: str, key: str | None = None) -> CompanyAnswer:
    return office.app.company_acts.perform(office.caller(name, key), try_again, None)


def entries(database: Database) -> list[RecordedEntry]:
    with database.read() as connection:
        assert isinstance(verify(connection), ChainHolds)
        return audit.entries_of(connection, audit.WORKSPACE, limit=100)


def due(office: Office) -> list[str]:
    """What would be delivered now, by key."""
    now = office.app.company_acts.real_now()
    with office.app.database.read() as connection:
        found = connection.exec_driver_sql("SELECT key, due_at FROM outbox ORDER BY key").all()
    stamp = f"{now:%Y-%m-%d %H:%M:%S}"
    return [str(row.key) for row in found if str(row.due_at)[:19] <= stamp]


@pytest.mark.clause("G-LOG-1")
def test_all_are_tried_at_once_the_list_is_refreshed_and_it_is_recorded(stuck: Office) -> None:
    assert due(stuck) == []
    answer = tries(stuck, "eve")
    assert answer.said == "2 messages are tried again now. The list says what comes of it."
    assert due(stuck) == [*(each.key for each in NOTICES), "undelivered"]
    (entry,) = entries(stuck.app.database)
    assert (entry.act, entry.outcome, entry.person, entry.said) == (
        "try_again",
        "done",
        "U0EVE",
        answer.said,
    )
    assert entry.facts == (DeliveryTriedAgain(2, PersonId("U0EVE"), stuck.app.acts.now()),)


def test_the_same_click_counts_once_and_a_second_one_finds_nothing_left(stuck: Office) -> None:
    first = tries(stuck, "eve", "click")
    again = tries(stuck, "eve", "click")
    other = tries(stuck, "emil")
    assert (first.done, again.repeated, again.said) == (True, True, first.said)
    assert not other.done
    assert [entry.outcome for entry in entries(stuck.app.database)] == ["done", "refused"]


def test_strangers_and_people_who_left_are_refused_and_nothing_is_tried(stuck: Office) -> None:
    for name in ("gus", "ira", "nobody"):
        assert not tries(stuck, name).done
    assert due(stuck) == []
    assert [entry.outcome for entry in entries(stuck.app.database)] == ["refused"] * 3


def test_from_the_command_line_it_is_recorded_without_a_person(stuck: Office) -> None:
    now = stuck.app.company_acts.real_now()
    said = retry_undelivered(stuck.app.database, now)
    assert said == "2 messages are tried again, as soon as the bot runs."
    assert due(stuck) == [*(each.key for each in NOTICES), "undelivered"]
    (entry,) = entries(stuck.app.database)
    assert (entry.act, entry.person, entry.through) == ("try_again", None, "command line")
    assert entry.facts == (DeliveryTriedAgain(2, None, now),)
    assert retry_undelivered(stuck.app.database, now).startswith("Nothing is left to try")
    assert len(entries(stuck.app.database)) == 1
