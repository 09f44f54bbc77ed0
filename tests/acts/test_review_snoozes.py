"""Who puts the review's reminders off does so for themselves, until tomorrow, and never past the time at which it is due."""

import pytest

from bot.rules.hotfix_inputs import ReviewExtension
from bot.rules.terms import Words
from bot.workflows.review import extend_review, sign_review, snooze_review, submit_review
from tests.acts.conftest import Office
from tests.acts.incident import DAY, HOUR, MINUTE, REVIEWED, Incident, at, runs_until
from tests.acts.test_review_clock import DUE, OVERDUE, OWING

pytestmark = pytest.mark.clause("G-HOT-5")


def test_a_snooze_holds_back_its_own_persons_reminders_and_ends_with_one(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 30 * HOUR)
    at(office, DUE - 30 * HOUR)
    incident.does("ben", snooze_review, None)
    runs_until(office, DUE)
    assert incident.reminded == [
        (DUE - 48 * HOUR, OWING),
        (DUE - 24 * HOUR, OWING - {"ben"}),
        (DUE - 6 * HOUR, OWING),
        (DUE, OWING),
    ], "until tomorrow is until the reminder at six hours"


def test_when_a_snooze_ends_between_the_guides_moments_only_its_person_is_reminded(office: Office) -> None:
    incident = Incident.deployed(office)
    at(office, DUE - 40 * HOUR)
    incident.does("eve", snooze_review, None)
    at(office, DUE - 39 * HOUR)
    incident.does("ben", snooze_review, None)
    runs_until(office, DUE - 6 * HOUR)
    assert incident.reminded[-4:] == [
        (DUE - 24 * HOUR, {"emil"}),
        (DUE - 16 * HOUR, {"eve"}),
        (DUE - 15 * HOUR, {"ben"}),
        (DUE - 6 * HOUR, OWING),
    ]
    assert incident.rows_say_what_the_log_says


def test_a_snooze_never_goes_past_the_time_at_which_it_is_due(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 3 * HOUR)
    at(office, DUE - 3 * HOUR)
    assert "14:15" in incident.does("ben", snooze_review, None)
    runs_until(office, DUE + DAY)
    assert incident.reminded[-2:] == [(DUE, OWING), (DUE + DAY, OVERDUE)]


def test_what_is_due_cannot_be_snoozed(office: Office) -> None:
    incident = Incident.deployed(office)
    for moment in (DUE, DUE + 30 * HOUR):
        at(office, moment)
        assert "until it is signed" in incident.refused("ben", snooze_review, None)


def test_nobody_snoozes_what_they_are_not_reminded_of(office: Office) -> None:
    incident = Incident.deployed(office)
    assert "Nobody reminds you" in incident.refused("dora", snooze_review, None)
    assert "Nobody reminds you" in incident.refused("ana", snooze_review, None)


def test_a_second_snooze_takes_the_place_of_the_first(office: Office) -> None:
    incident = Incident.deployed(office)
    at(office, DUE - 60 * HOUR)
    incident.does("ben", snooze_review, None)
    at(office, DUE - 50 * HOUR)
    incident.does("ben", snooze_review, None)
    runs_until(office, DUE - 24 * HOUR)
    assert incident.reminded == [
        (DUE - 48 * HOUR, {"eve", "emil"}),
        (DUE - 26 * HOUR, {"ben"}),
        (DUE - 24 * HOUR, OWING),
    ]


def test_everybody_asleep_is_nobody_told_and_the_schedule_goes_on(office: Office) -> None:
    incident = Incident.deployed(office)
    at(office, DUE - 30 * HOUR)
    for name in OWING:
        incident.does(name, snooze_review, None)
    before = len(incident.told("review_due"))
    runs_until(office, DUE - 7 * HOUR)
    assert incident.reminded[-1] == (DUE - 24 * HOUR, set())
    assert len(incident.told("review_due")) == before
    runs_until(office, DUE - 6 * HOUR)
    assert incident.reminded[-1] == (DUE - 6 * HOUR, OWING)


def test_who_was_asleep_when_the_bot_went_down_is_reminded_with_the_others_when_it_starts(
    office: Office,
) -> None:
    incident = Incident.deployed(office)
    at(office, DUE - 30 * HOUR)
    incident.does("ben", snooze_review, None)
    up = DUE - 5 * HOUR
    office.moves_to(up)
    office.restarts()
    runs_until(office, DUE)
    assert incident.reminded == [(up, OWING), (DUE, OWING)]


def test_a_snooze_holds_over_a_new_round_and_over_more_time(office: Office) -> None:
    incident = Incident.deployed(office)
    runs_until(office, DUE - 25 * HOUR)
    at(office, DUE - 25 * HOUR)
    incident.does("eve", snooze_review, None)
    incident.does("ben", submit_review, REVIEWED)
    incident.does("dora", extend_review, ReviewExtension(DUE + 12 * HOUR, Words("Ben is ill")))
    runs_until(office, DUE + 6 * HOUR)
    assert incident.reminded == [
        (DUE - 48 * HOUR, OWING),
        (DUE - 12 * HOUR, {"ben", "emil"}),
        (DUE - HOUR, {"eve"}),
        (DUE + 6 * HOUR, OWING),
    ]


def test_a_snooze_wakes_nobody_once_the_review_is_signed(office: Office) -> None:
    incident = Incident.deployed(office)
    at(office, DUE - 60 * HOUR)
    incident.does("eve", snooze_review, None)
    incident.does("ben", submit_review, REVIEWED)
    assert "code review is open" in incident.refused("eve", sign_review, None)
    incident.approved_by("tia")
    incident.does("eve", sign_review, None)
    runs_until(office, DUE + DAY)
    assert incident.reminded == []
    at(office, DUE + DAY)
    assert "signed" in incident.refused("eve", snooze_review, None)


def test_a_minute_is_a_minute(office: Office) -> None:
    """A snooze in the minute of a reminder is until the next day's, not a moment after it."""
    incident = Incident.deployed(office)
    runs_until(office, DUE - 48 * HOUR)
    at(office, DUE - 48 * HOUR + MINUTE)
    incident.does("ben", snooze_review, None)
    runs_until(office, DUE - 23 * HOUR)
    assert incident.reminded[1:] == [
        (DUE - 24 * HOUR, {"eve", "emil"}),
        (DUE - 24 * HOUR + MINUTE, {"ben"}),
    ]
