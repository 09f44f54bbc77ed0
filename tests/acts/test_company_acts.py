"""Acts on the company as a whole: freezes, through `CompanyActs`."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.company_act import CompanyAnswer, CompanyVerb
from bot.rules.change import Span
from bot.rules.company_facts import FreezeDeclared
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.inputs import FreezeLeave, FreezeLift, FreezeWish
from bot.rules.terms import ServiceName, Words
from bot.store import audit, freezes
from bot.store.database import Database, DatabaseGone
from bot.store.reading import RecordedEntry
from bot.workflows.deploy import start_production
from bot.workflows.freeze import declare_freeze, except_from_freeze, lift_freeze
from tests.acts.conftest import Office
from tests.store.test_freezes import plan

F = TypeVar("F")
PAYMENTS = ServiceName("payments")
WEDNESDAY = Span(datetime(2026, 12, 2, 14, tzinfo=UTC), datetime(2026, 12, 2, 15, tzinfo=UTC))
DAY = timedelta(days=1)
AROUND = Span(WEDNESDAY.start - DAY, WEDNESDAY.end + DAY)
CLOSING = FreezeWish((PAYMENTS,), AROUND, Words("year-end closing"))


def does(office: Office, name: str, verb: CompanyVerb[F], form: F, key: str | None = None) -> CompanyAnswer:
    return office.app.company_acts.perform(office.caller(name, key), verb, form)


def entries_of(office: Office) -> list[RecordedEntry]:
    with office.app.database.read() as connection:
        return audit.entries_of(connection, audit.WORKSPACE, limit=100)


def in_force(office: Office) -> tuple[Freeze, ...]:
    with office.app.database.read() as connection:
        return freezes.all_unended(connection, office.app.acts.now())


def lines(office: Office) -> list[str]:
    """What is to be shown, by key; read as tests may."""
    with office.app.database.read() as connection:
        found = connection.exec_driver_sql("SELECT key FROM outbox ORDER BY key")
        return [str(key) for key in found.scalars()]


@pytest.mark.clause("G-LOG-1")
@pytest.mark.clause("G-STD-8")
def test_a_declared_freeze_is_a_row_and_an_entry_in_the_workspaces_audit(office: Office) -> None:
    answer = does(office, "eve", declare_freeze, CLOSING)
    assert answer.done
    assert answer.said == "You froze payments from Tue 1 Dec 15:00 to Thu 3 Dec 16:00."
    (freeze,) = in_force(office)
    assert (freeze.services, freeze.starts, freeze.ends) == (
        frozenset({PAYMENTS}),
        AROUND.start,
        AROUND.end,
    )
    (entry,) = entries_of(office)
    assert (entry.act, entry.outcome, entry.person, entry.said) == (
        "declare_freeze",
        "done",
        "U0EVE",
        answer.said,
    )
    assert "engineering_manager" in entry.roles
    (fact,) = entry.facts
    assert isinstance(fact, FreezeDeclared)
    assert fact.reason == "year-end closing"


@pytest.mark.clause("G-LOG-1")
def test_a_refused_freeze_is_in_the_audit_too_and_freezes_nothing(office: Office) -> None:
    answer = does(office, "ana", declare_freeze, CLOSING)
    assert not answer.done
    assert in_force(office) == ()
    assert [(entry.act, entry.outcome, entry.clauses) for entry in entries_of(office)] == [
        ("declare_freeze", "refused", ("G-STD-8",))
    ]


def test_the_same_delivery_freezes_once_and_gets_the_same_answer(office: Office) -> None:
    first = does(office, "eve", declare_freeze, CLOSING, key="view")
    second = does(office, "eve", declare_freeze, CLOSING, key="view")
    assert (first.done, first.repeated) == (True, False)
    assert (second.done, second.repeated, second.said) == (True, True, first.said)
    assert len(in_force(office)) == len(entries_of(office)) == 1


def test_a_refused_delivery_that_comes_again_is_still_refused(office: Office) -> None:
    first = does(office, "ana", declare_freeze, CLOSING, key="view")
    second = does(office, "ana", declare_freeze, CLOSING, key="view")
    assert (second.done, second.repeated, second.said) == (False, True, first.said)


@contextlib.contextmanager
def _lost_at_the_end(database: Database) -> Iterator[None]:
    """A connection that breaks after the first commit, before anybody hears of it."""
    begin, lost = Database.write, [0]

    @contextlib.contextmanager
    def write(self: Database) -> Iterator[Connection]:
        with begin(self) as connection:
            yield connection
        if self is database and not lost[0]:
            lost[0] += 1
            broken = OperationalError("COMMIT", None, Exception("closed"), connection_invalidated=True)
            raise DatabaseGone("the connection was lost") from broken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "write", write)
        yield


def test_a_freeze_whose_commit_was_not_heard_of_is_found_by_its_key_and_not_doubled(office: Office) -> None:
    with _lost_at_the_end(office.app.database):
        answer = does(office, "eve", declare_freeze, CLOSING)
    assert answer.done
    assert answer.repeated
    assert len(in_force(office)) == 1


@pytest.mark.clause("G-APP-1")
def test_whom_slack_has_not_vouched_for_within_a_day_freezes_nothing(office: Office) -> None:
    office.passes(timedelta(hours=25))
    answer = does(office, "eve", declare_freeze, CLOSING)
    assert not answer.done
    assert "Slack cannot say right now who you are" in answer.said
    assert entries_of(office)[-1].outcome == "refused"


@pytest.mark.clause("G-STD-8")
def test_a_freeze_keeps_a_change_from_starting_until_it_is_lifted(office: Office) -> None:
    office.schedules(WEDNESDAY)
    assert does(office, "eve", declare_freeze, CLOSING).done
    office.moves_to(WEDNESDAY.start)
    office.slack_is_asked()
    refused = office.does("ana", start_production, None)
    assert not refused.done
    assert "payments is frozen until Thu 3 Dec 16:00: year-end closing." in refused.said
    assert does(office, "dora", lift_freeze, FreezeLift(FreezeId(1), Words("done early"))).done
    assert office.does("ana", start_production, None).done


@pytest.mark.clause("G-STD-8")
def test_an_excepted_change_starts_during_the_freeze(office: Office) -> None:
    office.schedules(WEDNESDAY)
    assert does(office, "eve", declare_freeze, CLOSING).done
    leave = FreezeLeave(FreezeId(1), Words("a fine is due"))
    assert not office.does("eve", except_from_freeze, leave).done
    assert office.does("dora", except_from_freeze, leave).done
    assert [(each.freeze, each.by) for each in office.change.exceptions] == [(1, "U0DORA")]
    office.moves_to(WEDNESDAY.start)
    office.slack_is_asked()
    assert office.does("ana", start_production, None).done


@pytest.mark.clause("G-STD-8")
def test_an_exception_from_one_freeze_is_none_from_the_next(office: Office) -> None:
    office.schedules(WEDNESDAY)
    assert does(office, "eve", declare_freeze, CLOSING).done
    assert office.does("dora", except_from_freeze, FreezeLeave(FreezeId(1), Words("a fine is due"))).done
    assert does(office, "dora", declare_freeze, FreezeWish((), AROUND, Words("audit"))).done
    office.moves_to(WEDNESDAY.start)
    office.slack_is_asked()
    assert not office.does("ana", start_production, None).done


@pytest.mark.clause("G-STD-8")
def test_a_freeze_refreshes_the_cards_that_it_concerns_and_tells_each_requester_once(office: Office) -> None:
    office.schedules(WEDNESDAY)
    with office.app.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
    assert does(office, "eve", declare_freeze, CLOSING).done
    told = [key for key in lines(office) if key.startswith("notice/")]
    assert [key for key in lines(office) if key not in told] == ["asks/1", "card/1"]
    assert len(told) == 1
    assert told[0].startswith("notice/1/")
    assert told[0].endswith("U0ANA")


@pytest.mark.clause("G-STD-8")
def test_a_requester_of_many_windows_hears_of_a_freeze_once_about_the_next_one(office: Office) -> None:
    for number, hour in ((1, 60), (2, 50), (3, 55), (4, 500)):
        plan(office.app.database, number, hour, hour + 1)
    assert does(office, "eve", declare_freeze, CLOSING).done
    assert [key.rpartition("/")[0] for key in lines(office) if key.startswith("notice/")] == ["notice/2/c1-0"]
    with office.app.database.read() as connection:
        found = connection.exec_driver_sql("SELECT payload FROM outbox WHERE kind = 'notice'")
        assert "it also concerns CHG-3 and CHG-1" in str(found.scalar_one())


@pytest.mark.clause("G-STD-8")
def test_whoever_freezes_their_own_window_is_not_told_of_it(office: Office) -> None:
    plan(office.app.database, 1, 50, 51)
    with office.app.database.write() as connection:
        connection.exec_driver_sql("UPDATE changes SET requester = 'U0EVE'")
    assert does(office, "eve", declare_freeze, CLOSING).done
    assert lines(office) == ["asks/1", "card/1"]


@pytest.mark.clause("G-STD-8")
def test_a_freeze_of_another_service_or_another_week_tells_nobody(office: Office) -> None:
    office.schedules(WEDNESDAY)
    with office.app.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM outbox")
    elsewhere = FreezeWish((ServiceName("storefront"),), AROUND, Words("closing"))
    assert does(office, "dora", declare_freeze, elsewhere).done
    assert lines(office) == []
    later = Span(AROUND.end + 7 * DAY, AROUND.end + 8 * DAY)
    assert does(office, "eve", declare_freeze, FreezeWish((PAYMENTS,), later, Words("closing"))).done
    assert lines(office) == ["asks/1", "card/1"]
