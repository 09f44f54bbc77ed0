import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from bot.act import UnknownChange
from bot.rules.inputs import Rejection, Seen
from bot.rules.terms import ChangeId, Words
from bot.store import audit
from bot.store.database import Database, DatabaseGone
from bot.workflows.approve import approve, reject
from tests.acts.conftest import Office


def entries_of(office: Office, stream: str = "CHG-1") -> list[tuple[str, str]]:
    with office.app.database.read() as connection:
        return [(entry.act, entry.outcome) for entry in audit.entries_of(connection, stream, limit=100)]


@pytest.mark.clause("G-LOG-1")
def test_a_refused_request_is_in_the_audit_of_the_workspace(office: Office) -> None:
    assert office.requests().done
    assert not office.requests().done
    assert entries_of(office, audit.WORKSPACE) == [("request_deployment", "refused")]


def test_the_same_delivery_gets_the_same_answer_and_is_carried_out_once(office: Office) -> None:
    office.requests()
    first = office.does("ben", approve, Seen(), key="trigger")
    second = office.does("ben", approve, Seen(), key="trigger")
    assert (first.done, first.repeated) == (True, False)
    assert (second.done, second.repeated, second.said) == (True, True, first.said)
    assert entries_of(office).count(("approve", "done")) == 1


def test_a_refused_delivery_that_comes_again_later_is_still_refused(office: Office) -> None:
    office.requests()
    assert not office.does("tom", reject, Rejection(Words(" ")), key="trigger").done
    assert not office.does("tom", reject, Rejection(Words("now there is a reason")), key="trigger").done
    assert office.stage == "preparing"


def test_an_act_on_a_change_that_does_not_exist_records_nothing(office: Office) -> None:
    with pytest.raises(UnknownChange):
        office.app.acts.perform(office.caller("ben"), ChangeId(7), approve, Seen())


@contextlib.contextmanager
def _lost_at_the_end(database: Database, times: int) -> Iterator[list[int]]:
    """A connection that breaks after the commit, before anybody hears of it, for the first `times` transactions."""
    begin, lost = Database.write, [0]

    @contextlib.contextmanager
    def write(self: Database) -> Iterator[Connection]:
        with begin(self) as connection:
            yield connection
        if self is database and lost[0] < times:
            lost[0] += 1
            broken = OperationalError("COMMIT", None, Exception("closed"), connection_invalidated=True)
            raise DatabaseGone("the connection was lost") from broken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "write", write)
        yield lost


def test_an_act_whose_commit_was_not_heard_of_is_found_by_its_key_and_not_doubled(office: Office) -> None:
    office.requests()
    with _lost_at_the_end(office.app.database, 1):
        answer = office.does("ben", approve, Seen())
    assert answer.done
    assert answer.repeated
    assert entries_of(office).count(("approve", "done")) == 1


@pytest.mark.clause("G-APP-1")
def test_when_slack_is_silent_its_last_word_counts_for_a_day(office: Office) -> None:
    office.requests()
    office.passes(timedelta(hours=23))
    assert office.does("ben", approve, Seen()).done
    office.passes(timedelta(hours=2))
    refused = office.does("tia", approve, Seen())
    assert not refused.done
    assert "Slack cannot say right now who you are" in refused.said
    assert entries_of(office)[-1] == ("approve", "refused")
