"""The whole clock of the post-incident review: whom it reminds, when, and what moves it. Lengths are elapsed time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.rules.change import Outcome
from bot.rules.hotfix_inputs import ReviewExtension
from bot.rules.inputs import Finish, Reason, Report, RollbackStart, Seen
from bot.rules.readings import Problem
from bot.rules.terms import NO_WORDS, Words
from bot.store import deadlines
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.observe import observe
from bot.workflows.request import withdraw
from bot.workflows.review import draft_review, extend_review, return_review, sign_review, submit_review
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.watch import confirm_healthy
from tests.acts.conftest import Office
from tests.acts.incident import (
    AFTERNOON,
    DAY,
    HOUR,
    MINUTE,
    REVIEWED,
    SECOND,
    Incident,
    at,
    runs_until,
    ticks,
)

pytestmark = pytest.mark.clause("G-HOT-5")

STARTED, ENDED = AFTERNOON + 8 * MINUTE, AFTERNOON + 15 * MINUTE
DUE = ENDED + 72 * HOUR
"""Sunday 6 December, 14:15 in Berlin."""
OWING = {"ben", "eve", "emil"}
"""The author and the Engineering Managers."""
OVERDUE = OWING | {"dora", "dana"}
BEFORE = (48 * HOUR, 24 * HOUR, 6 * HOUR, 0 * HOUR)
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)


def on_schedule(due: datetime, overdue: int = 0) -> list[tuple[datetime, set[str]]]:
    """The guide's reminders of a review that is due at an instant, and so many daily ones after it."""
    before = [(due - length, OWING) for length in BEFORE]
    return before + [(due + days * DAY, OVERDUE) for days in range(1, overdue + 1)]


def test_reminders_come_48_24_and_6_hours_before_when_it_is_due_and_then_daily_without_end(
    office: Office,
) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE + 10 * DAY)
    assert incident.reminded == on_schedule(DUE, overdue=10)
    assert {kind for kind, _ in incident.told("review_due")} == {"review_due"}
    assert [set(to) for _, to in incident.told("review_due")] == [OWING] * 4 + [OVERDUE] * 10
    assert incident.rows_say_what_the_log_says


def test_directors_are_not_told_by_a_tick_that_comes_a_moment_after_it_is_due(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - HOUR)
    for moment in (DUE + SECOND, DUE + 23 * HOUR, DUE + DAY + SECOND):
        office.moves_to(moment)
        ticks(office)
    assert incident.reminded[3:] == [(DUE + SECOND, OWING), (DUE + DAY + SECOND, OVERDUE)]


@pytest.mark.parametrize(
    ("friday", "due_in_berlin"),
    [
        (datetime(2026, 10, 23, 12, 0, tzinfo=UTC), "2026-10-26 13:15"),
        (datetime(2026, 3, 27, 13, 0, tzinfo=UTC), "2026-03-30 15:15"),
    ],
    ids=["an hour is repeated", "an hour is left out"],
)
def test_a_night_of_23_or_25_hours_neither_shortens_nor_lengthens_it(
    office: Office, friday: datetime, due_in_berlin: str
) -> None:
    incident = Incident.deployed(office, friday)
    due = friday + 15 * MINUTE + 72 * HOUR
    assert f"{due.astimezone(office.app.company.organization.zone):%Y-%m-%d %H:%M}" == due_in_berlin
    runs_until(office, due + 2 * DAY)
    assert incident.reminded == on_schedule(due, overdue=2)


def test_a_process_that_starts_anew_goes_on_where_the_one_before_was(office: Office) -> None:
    incident = Incident.deployed(office)
    for moment in (DUE - 49 * HOUR, DUE - 30 * HOUR, DUE - 24 * HOUR, DUE - HOUR, DUE + 2 * DAY):
        office.restarts()
        runs_until(office, moment)
        office.restarts()
        ticks(office)
    assert incident.reminded == on_schedule(DUE, overdue=2)


def test_after_five_days_of_downtime_one_late_reminder_comes_and_the_next_on_schedule(
    office: Office,
) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 50 * HOUR)
    up = DUE - 50 * HOUR + 5 * DAY
    office.moves_to(up)
    office.restarts()
    ticks(office)
    ticks(office)
    assert incident.reminded == [(up, OVERDUE)]
    runs_until(office, up + 2 * DAY)
    assert incident.reminded[1:] == [(DUE + days * DAY, OVERDUE) for days in (3, 4)]


def signed_off(incident: Incident) -> None:
    incident.does("ben", submit_review, REVIEWED)
    incident.does("tia", approve, Seen())
    incident.does("eve", sign_review, None)


@pytest.mark.parametrize("when", [DUE - 30 * HOUR, DUE - SECOND, DUE + 3 * DAY])
def test_no_reminder_comes_after_the_sign_off(office: Office, when: datetime) -> None:
    incident = Incident.deployed(office)
    runs_until(office, when)
    before = incident.reminded
    at(office, when)
    signed_off(incident)
    runs_until(office, when + 10 * DAY)
    assert incident.reminded == before
    with office.app.database.read() as connection:
        assert deadlines.next_due(connection) is None


def test_a_review_that_is_handed_in_or_given_back_is_due_when_it_was(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 40 * HOUR)
    office.slack_is_asked()
    incident.does("ben", submit_review, REVIEWED)
    runs_until(office, DUE - 20 * HOUR)
    office.slack_is_asked()
    incident.does("eve", return_review, Reason(Words("no owner for follow-up 2")))
    runs_until(office, DUE - 2 * HOUR)
    office.slack_is_asked()
    incident.does("ben", submit_review, REVIEWED)
    runs_until(office, DUE + DAY)
    assert incident.reminded == on_schedule(DUE, overdue=1)


def test_whoever_wrote_on_it_last_is_reminded_as_its_author(office: Office) -> None:
    incident = Incident.deployed(office)
    incident.does("omar", draft_review, REVIEWED)
    runs_until(office, DUE - 30 * HOUR)
    at(office, DUE - 30 * HOUR)
    incident.does("oksana", submit_review, REVIEWED)
    runs_until(office, DUE - DAY)
    assert [people for _, people in incident.reminded] == [{"omar", "eve", "emil"}, {"oksana", "eve", "emil"}]


def test_a_forgotten_finish_does_not_stop_the_clock_and_moves_it_when_it_comes(office: Office) -> None:
    incident = Incident.started(office)
    provisional = STARTED + 72 * HOUR
    runs_until(office, provisional + DAY)
    assert incident.reminded == on_schedule(provisional, overdue=1)
    finished = provisional + 30 * HOUR
    at(office, finished)
    incident.does("ben", finish_production, SUCCEEDED)
    due = finished + 72 * HOUR
    runs_until(office, due + DAY)
    assert incident.reminded[5:] == on_schedule(due, overdue=1)


def test_it_counts_from_the_deployments_end_however_that_was_and_not_from_its_rollbacks(
    office: Office,
) -> None:
    incident = Incident.deployed(office)
    incident.does("ana", observe, Report(Problem.CRITICAL_FAILURE, notes=Words("no totals")))
    incident.does("ben", start_rollback, RollbackStart())
    at(office, ENDED + 5 * HOUR)
    incident.does("ben", finish_rollback, SUCCEEDED)
    at(office, ENDED + 6 * HOUR)
    incident.does("omar", confirm_healthy, None)
    assert incident.stage == "rolled_back"
    runs_until(office, DUE)
    assert incident.reminded == on_schedule(DUE)


def test_a_withdrawn_hotfix_that_had_started_still_owes_its_review(office: Office) -> None:
    incident = Incident.started(office)
    at(office, ENDED)
    incident.does("ben", finish_production, Finish(Outcome.FAILED_UNTOUCHED, Words("the build was missing")))
    incident.does("ben", withdraw, Reason(Words("the bank mended it")))
    assert incident.stage == "withdrawn"
    runs_until(office, DUE + DAY)
    assert incident.reminded == on_schedule(DUE, overdue=1)
    at(office, DUE + DAY)
    signed_off(incident)
    assert incident.rows_say_what_the_log_says


def test_a_new_start_opens_it_anew(office: Office) -> None:
    incident = Incident.started(office)
    at(office, ENDED)
    incident.does("ben", finish_production, Finish(Outcome.FAILED_UNTOUCHED, Words("the build was missing")))
    incident.does("ben", submit_review, REVIEWED)
    again = ENDED + 20 * HOUR
    runs_until(office, again)
    at(office, again)
    incident.does("ben", start_production, None)
    runs_until(office, again + 72 * HOUR)
    assert incident.reminded == on_schedule(again + 72 * HOUR)
    assert incident.change.review
    assert incident.change.review.text == REVIEWED.text, "what was written is not lost"


def test_more_time_from_a_director_moves_it_and_ends_its_being_overdue(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE + DAY)
    office.slack_is_asked()
    longer = ReviewExtension(DUE + 7 * DAY, Words("Ben is ill"))
    assert "Engineering Director" in incident.refused("eve", extend_review, longer)
    incident.does("dora", extend_review, longer)
    runs_until(office, DUE + 8 * DAY)
    assert incident.reminded == on_schedule(DUE, overdue=1) + on_schedule(DUE + 7 * DAY, overdue=1)


def test_a_little_more_time_reminds_nobody_at_once(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 25 * HOUR)
    office.slack_is_asked()
    incident.does("dora", extend_review, ReviewExtension(DUE + 12 * HOUR, Words("Ben is ill")))
    runs_until(office, DUE + 12 * HOUR)
    first, *later = on_schedule(DUE + 12 * HOUR)
    assert first[0] < DUE - 25 * HOUR
    assert incident.reminded == [(DUE - 48 * HOUR, OWING), *later]


def reads_otherwise(office: Office, tmp_path: Path, *lines: str) -> None:
    """The organization's file has these lines about the guide's review from the next start on."""
    file = tmp_path / "organization.toml"
    file.write_text("\n".join([file.read_text("utf-8"), "[guide.review]", *lines, ""]), "utf-8")
    office.restarts()


def test_a_company_may_count_from_the_declaration(office: Office, tmp_path: Path) -> None:
    reads_otherwise(office, tmp_path, 'clock_starts = "declared"')
    incident = Incident.deployed(office)
    runs_until(office, AFTERNOON + 96 * HOUR)
    assert incident.reminded == on_schedule(AFTERNOON + 72 * HOUR, overdue=1)


def test_counted_from_the_declaration_it_may_be_overdue_when_it_opens_and_is_then_reminded_daily(
    office: Office, tmp_path: Path
) -> None:
    reads_otherwise(office, tmp_path, 'clock_starts = "declared"')
    incident = Incident.declared(office, AFTERNOON - 80 * HOUR)
    at(office, AFTERNOON)
    incident.approved_by("ana", "eve", "paul")
    incident.does("ben", start_production, None)
    runs_until(office, AFTERNOON + 2 * DAY)
    due = AFTERNOON - 8 * HOUR
    assert incident.reminded == [(due + DAY, OVERDUE), (due + 2 * DAY, OVERDUE)]


@pytest.mark.parametrize("followed", [True, False])
def test_a_guide_that_gives_more_time_moves_the_reviews_of_what_is_done(
    office: Office, tmp_path: Path, *, followed: bool
) -> None:
    incident = Incident.deployed(office)
    at(office, ENDED + 30 * MINUTE)
    incident.does("omar", confirm_healthy, None)
    assert incident.stage == "done"
    reads_otherwise(office, tmp_path, "due_after = 96")
    while followed and office.app.clock.tick("company"):
        pass
    runs_until(office, DUE + 2 * DAY)
    assert incident.reminded == on_schedule(DUE + DAY, overdue=1)
