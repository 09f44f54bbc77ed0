from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.act import UNKNOWN_AGAIN
from bot.app import real_now
from bot.rules.change import Outcome, Span, WindowEnd
from bot.rules.inputs import Finish, Seen
from bot.rules.terms import NO_WORDS
from bot.store import audit
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.watch import confirm_healthy
from tests.acts.conftest import Office

MINUTE = timedelta(minutes=1)
WEDNESDAY = Span(datetime(2026, 12, 2, 14, tzinfo=UTC), datetime(2026, 12, 2, 15, tzinfo=UTC))


def ticks(office: Office) -> None:
    for job in ("monitoring_nudges", "review_reminders", "deadlines"):
        office.app.clock.tick(job)


def timers_of(office: Office) -> list[tuple[str, str]]:
    with office.app.database.read() as connection:
        entries = audit.entries_of(connection, "CHG-1", limit=200)
    return [(entry.act, f"{entry.at:%H:%M}") for entry in entries if entry.through == "timer"]


@pytest.mark.clause("G-STD-9")
def test_nudges_come_at_0_10_20_and_30_minutes_and_the_escalation_at_40(office: Office) -> None:
    office.deploys(WEDNESDAY)
    for _ in range(45):
        ticks(office)
        ticks(office)
        office.passes(MINUTE)
    nudges = [("nudge_monitoring", f"14:{minute}") for minute in (10, 20, 30, 40)]
    assert timers_of(office) == [*nudges, ("escalate_monitoring", "14:50")]


@pytest.mark.clause("G-STD-9")
def test_no_nudge_comes_once_somebody_has_confirmed(office: Office) -> None:
    office.deploys(WEDNESDAY)
    ticks(office)
    office.passes(30 * MINUTE)
    office.slack_is_asked()
    assert office.does("omar", confirm_healthy, None).done
    office.passes(60 * MINUTE)
    ticks(office)
    assert timers_of(office) == [("nudge_monitoring", "14:10")]


@pytest.mark.clause("G-STD-9")
def test_after_a_week_of_downtime_only_the_newest_nudge_and_the_escalation_fire_once(office: Office) -> None:
    office.deploys(WEDNESDAY)
    office.passes(timedelta(days=7))
    ticks(office)
    ticks(office)
    assert [act for act, _ in timers_of(office)] == ["nudge_monitoring", "escalate_monitoring"]
    assert office.change.deployments[-1].nudged == 30


@pytest.mark.clause("G-STD-8")
def test_a_window_that_passes_without_a_start_lapses_and_voids_what_was_given_for_it(office: Office) -> None:
    office.schedules(WEDNESDAY)
    office.moves_to(WEDNESDAY.end - MINUTE)
    ticks(office)
    assert office.stage == "scheduled"
    office.moves_to(WEDNESDAY.end)
    ticks(office)
    assert office.stage == "verified"
    assert office.change.windows[-1].ended is WindowEnd.LAPSED
    assert {approval.row for approval in office.change.standing_approvals} == {"G-APP-1", "G-APP-2"}


@pytest.mark.clause("G-STD-8")
def test_a_deployment_that_is_still_running_when_its_window_ends_is_flagged_once(office: Office) -> None:
    office.schedules(WEDNESDAY)
    office.moves_to(WEDNESDAY.start)
    office.slack_is_asked()
    assert office.does("ana", start_production, None).done
    office.moves_to(WEDNESDAY.end)
    ticks(office)
    ticks(office)
    assert timers_of(office) == [("flag_overrun", "15:00")]
    office.slack_is_asked()
    assert office.does("ana", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS)).done
    assert office.stage == "monitoring"


def test_the_timers_of_a_service_that_the_file_lost_wait_until_it_is_back(office: Office) -> None:
    office.schedules(WEDNESDAY)
    office.moves_to(WEDNESDAY.end)
    current, clock = office.app.company.current, office.app.clock
    whole = current.organization
    current.organization = replace(whole, services={})
    assert clock.tick("deadlines") == 1
    assert clock.tick("deadlines") == 0, "nobody tries again and again, and it holds up no other"
    current.organization = whole
    assert office.stage == "scheduled"
    clock.real_now = lambda: real_now() + UNKNOWN_AGAIN
    ticks(office)
    assert office.stage == "verified"


def test_deliveries_are_forgotten_after_a_week(office: Office) -> None:
    office.requests()
    assert office.does("ben", approve, Seen(), key="old").done
    ticks(office)
    assert office.does("ben", approve, Seen(), key="old").repeated
    office.passes(timedelta(days=8))
    ticks(office)
    office.slack_is_asked()
    assert not office.does("ben", approve, Seen(), key="old").repeated
