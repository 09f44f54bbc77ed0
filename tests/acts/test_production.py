"""Reports, rollbacks and what a finished change does to others, with both databases beneath."""

import json
from datetime import UTC, datetime, timedelta
from math import nan

import pytest
from sqlalchemy import select

from bot.rules.change import Outcome, Span
from bot.rules.folding import replay
from bot.rules.inputs import Finish, Report, RollbackStart
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import NO_WORDS, ChangeId, Words
from bot.store import audit, queries
from bot.store.machinery import outbox
from bot.workflows.observe import observe
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.supersede import undo_superseding
from bot.workflows.watch import confirm_healthy
from tests.acts.conftest import CHANGE, Office

MINUTE = timedelta(minutes=1)
WEDNESDAY = Span(datetime(2026, 12, 2, 14, tzinfo=UTC), datetime(2026, 12, 2, 15, tzinfo=UTC))
FRIDAY = Span(datetime(2026, 12, 4, 14, tzinfo=UTC), datetime(2026, 12, 4, 15, tzinfo=UTC))
BROKEN = Report(Problem.CRITICAL_FAILURE, notes=Words("no checkout works"))
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)


def done(office: Office) -> None:
    """CHG-1 is deployed, watched and closed."""
    office.deploys(WEDNESDAY)
    office.passes(30 * MINUTE)
    assert office.does("omar", confirm_healthy, None).done
    assert office.stage == "done"


def rows_say_what_the_log_says(office: Office) -> bool:
    with office.app.database.read() as connection:
        return replay(audit.facts_of(connection, "CHG-1")) == queries.change(connection, CHANGE)


@pytest.mark.clause("G-LOG-1")
@pytest.mark.clause("G-RB-2")
def test_a_change_goes_back_and_its_rows_say_what_its_log_says(office: Office) -> None:
    done(office)
    assert office.does("quinn", observe, BROKEN).done
    assert office.does("omar", start_rollback, RollbackStart()).done
    assert office.does("omar", finish_rollback, SUCCEEDED).done
    office.passes(30 * MINUTE)
    assert office.does("omar", confirm_healthy, None).done
    assert office.stage == "rolled_back"
    assert rows_say_what_the_log_says(office)


@pytest.mark.clause("G-RB-2")
def test_a_closed_change_that_is_open_again_does_not_collide_with_whoever_has_its_version(
    office: Office,
) -> None:
    done(office)
    assert office.requests().done, "the version of what is done may be asked for again"
    assert office.does("quinn", observe, BROKEN).done
    assert office.does("omar", start_rollback, RollbackStart()).done
    assert office.does("omar", finish_rollback, SUCCEEDED).done
    assert office.stage == "restored"


@pytest.mark.clause("G-RB-1")
def test_a_reading_that_is_no_number_is_stored_as_what_it_is_worth(office: Office) -> None:
    office.deploys(WEDNESDAY)
    assert office.does("quinn", observe, Report(Problem.ERROR_RATE, now=Figure(nan, 10**30))).done
    (observed,) = office.change.observations
    assert (observed.finding, observed.now) == (Finding.UNKNOWN, None)
    assert rows_say_what_the_log_says(office)


def test_a_done_change_supersedes_older_ones_at_the_next_tick_and_once(office: Office) -> None:
    older = office.schedules(FRIDAY, "4.11.0")
    newer = office.deploys(WEDNESDAY, "4.12.0")
    office.passes(30 * MINUTE)
    office.app.clock.tick("deadlines")
    assert office.app.acts.look(older).stage == "scheduled", "in production is not yet done"
    assert office.does("omar", confirm_healthy, None, change=newer).done
    office.app.clock.tick("deadlines")
    assert office.app.acts.look(older).stage == "superseded"
    assert office.does("ana", undo_superseding, None, change=older).done
    office.app.clock.tick("deadlines")
    assert office.app.acts.look(older).stage == "scheduled"
    office.moves_to(FRIDAY.end)
    office.app.clock.tick("deadlines")
    assert office.app.acts.look(older).stage == "verified", "its window lapses like any other"


def test_a_superseded_change_leaves_its_version_to_others_and_is_not_brought_back_then(
    office: Office,
) -> None:
    older = office.schedules(FRIDAY, "4.11.0")
    office.deploys(WEDNESDAY, "4.12.0")
    office.passes(30 * MINUTE)
    assert office.does("omar", confirm_healthy, None, change=ChangeId(2)).done
    office.app.clock.tick("deadlines")
    assert office.requests("4.11.0").done
    refused = office.does("ana", undo_superseding, None, change=older)
    assert not refused.done
    assert "CHG-3 carries payments 4.11.0 now" in refused.said


@pytest.mark.clause("G-RB-2")
def test_a_change_that_is_open_again_supersedes_nothing(office: Office) -> None:
    older = office.schedules(FRIDAY, "4.11.0")
    newer = office.deploys(WEDNESDAY, "4.12.0")
    office.passes(30 * MINUTE)
    assert office.does("omar", confirm_healthy, None, change=newer).done
    assert office.does("quinn", observe, BROKEN, change=newer).done
    office.app.clock.tick("deadlines")
    assert office.app.acts.look(older).stage == "scheduled"


@pytest.mark.clause("G-RB-2")
def test_an_alarm_stands_in_the_thread_and_the_incident_channel_and_its_repetition_in_the_thread(
    office: Office,
) -> None:
    office.deploys(WEDNESDAY)
    assert office.does("quinn", observe, BROKEN).done
    assert told_in(office) == {
        ("notice", "rollback_required"),
        ("thread", "rollback_required"),
        ("incident", "rollback_required"),
    }
    office.passes(5 * MINUTE)
    office.app.clock.tick("deadlines")
    assert told_in(office) >= {("notice", "alarm_again"), ("thread", "alarm_again")}
    assert ("incident", "alarm_again") not in told_in(office)


def told_in(office: Office) -> set[tuple[str, str]]:
    """Which kinds of lines carry which notices of alarms."""
    with office.app.database.read() as connection:
        rows = connection.execute(select(outbox.c.kind, outbox.c.payload)).all()
    found = {(kind, json.loads(payload)["kind"]) for kind, payload in rows if payload}
    return {(kind, said) for kind, said in found if said in {"rollback_required", "alarm_again"}}
