"""The clock of the post-incident review (G-HOT-5): when it is due, and every moment at which somebody is reminded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.change import Change, Outcome
from bot.rules.folding import apply
from bot.rules.hotfix_facts import ReviewOpened, ReviewSigned
from bot.rules.inputs import EvidenceInput, Reason, RollbackStart
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.reminded import Snooze
from bot.rules.review import due_at, is_overdue, moment_passed, next_reminder, snooze_end
from bot.rules.terms import NO_WORDS, DeploymentId, EnvironmentName, Phase
from bot.workflows.deploy import finish_production
from bot.workflows.request import record_evidence, withdraw
from bot.workflows.rollback import finish_rollback, start_rollback
from tests.acting import ANA, BERLIN, EVE, HOUR, MINUTE, MONDAY, OMAR, a_guide, a_policy, revised
from tests.acting_in_hotfixes import (
    FAILED,
    SUCCEEDED,
    WHY,
    a_hotfix,
    finished,
    handed_in,
    signed,
    started,
    starts,
    untouched,
)

DAY = timedelta(days=1)
POLICY = a_policy(a_guide())
BARE = a_hotfix().change
SPANS = st.timedeltas(timedelta(0), timedelta(days=12))
OCTOBER = datetime(2026, 10, 15, tzinfo=UTC)
"""Ten days before the clocks change in Berlin."""
PRODUCTION = EnvironmentName("production")


@pytest.mark.clause("G-HOT-5")
def test_it_is_due_72_hours_after_the_deployments_end_and_until_then_after_its_start() -> None:
    course = started(a_hotfix())
    assert due_at(course.change, course.policy) == MONDAY + 72 * HOUR
    course.wait(5 * HOUR).does(finish_production, ANA, SUCCEEDED)
    assert due_at(course.change, course.policy) == MONDAY + 77 * HOUR


@pytest.mark.clause("G-HOT-5")
def test_it_counts_from_the_end_however_that_was_and_not_from_a_rollbacks() -> None:
    course = started(a_hotfix()).wait(HOUR).does(finish_production, ANA, FAILED)
    course.wait(HOUR).does(start_rollback, OMAR, RollbackStart())
    course.wait(HOUR).does(finish_rollback, OMAR, SUCCEEDED)
    assert due_at(course.change, course.policy) == MONDAY + 73 * HOUR
    left = untouched(a_hotfix())
    assert due_at(left.change, left.policy) == left.now + 72 * HOUR


@pytest.mark.clause("G-HOT-5")
def test_the_hours_are_elapsed_ones_whatever_the_clocks_do_in_between() -> None:
    friday = datetime(2026, 10, 23, 14, 0, tzinfo=BERLIN).astimezone(UTC)
    course = finished(a_hotfix(at=friday))
    due = due_at(course.change, course.policy)
    assert due == friday + 10 * MINUTE + 72 * HOUR
    assert due.astimezone(BERLIN).hour == 13


@pytest.mark.clause("G-HOT-5")
def test_a_policy_counts_from_the_declaration_or_gives_other_hours() -> None:
    course = a_hotfix(review={"clock_starts": "declared", "due_after": 100})
    starts(signed(course).wait(3 * HOUR))
    assert due_at(course.change, course.policy) == MONDAY + 100 * HOUR
    course.wait(HOUR).does(finish_production, ANA, SUCCEEDED)
    assert due_at(course.change, course.policy) == MONDAY + 100 * HOUR


@pytest.mark.clause("G-HOT-5")
def test_without_a_start_nothing_is_due_and_after_the_sign_off_nobody_is_reminded() -> None:
    course = a_hotfix()
    assert due_at(course.change, course.policy) is None
    assert next_reminder(course.change, course.policy) is None
    assert snooze_end(course.change, course.policy, course.now) is None
    assert not moment_passed(course.change, course.policy, course.now + 1000 * HOUR)
    done = handed_in(a_hotfix())
    over = apply(done.change, ReviewSigned(EVE, done.now))
    assert next_reminder(over, done.policy) is None
    assert not is_overdue(over, done.policy, done.now + 1000 * HOUR)


@pytest.mark.clause("G-HOT-5")
def test_a_second_start_moves_the_time_and_a_withdrawal_or_a_new_version_does_not() -> None:
    course = untouched(a_hotfix())
    due = due_at(course.change, course.policy)
    withdrawn = course.copy().does(withdraw, ANA, Reason(WHY))
    assert due_at(withdrawn.change, withdrawn.policy) == due
    assert next_reminder(withdrawn.change, withdrawn.policy)
    newer = revised(course.copy(), version="4.12.2")
    assert due_at(newer.change, newer.policy) == due
    starts(course.wait(5 * HOUR))
    assert due_at(course.change, course.policy) == course.now + 72 * HOUR


@pytest.mark.clause("G-HOT-5")
def test_what_is_said_to_be_overdue_is_past_its_time() -> None:
    course = finished(a_hotfix())
    due = due_at(course.change, course.policy)
    assert due
    assert not is_overdue(course.change, course.policy, due)
    assert is_overdue(course.change, course.policy, due + timedelta(seconds=1))


@pytest.mark.clause("G-HOT-5")
def test_an_extension_of_before_a_late_end_takes_no_time_away() -> None:
    course = started(a_hotfix())
    assert course.change.review
    extended = replace(course.change.review, extended_to=MONDAY + 80 * HOUR)
    change = replace(course.change, review=extended)
    assert due_at(change, course.policy) == MONDAY + 80 * HOUR
    ended = apply(
        change, DeploymentFinished(DeploymentId(1), Outcome.SUCCEEDED, ANA, NO_WORDS, MONDAY + 40 * HOUR)
    )
    assert due_at(ended, course.policy) == MONDAY + 112 * HOUR


def a_change(
    opened: datetime, ended_after: timedelta | None, reminded_after: timedelta | None, *snoozed: timedelta
) -> Change:
    """A hotfix that started when its review was opened, with reminders and snoozes counted from then."""
    started_then = DeploymentStarted(
        DeploymentId(1), PRODUCTION, BARE.version, attested=False, by=ANA, at=opened, window_end=None
    )
    change = apply(apply(BARE, started_then), ReviewOpened(opened))
    if ended_after is not None:
        ended = DeploymentFinished(DeploymentId(1), Outcome.SUCCEEDED, ANA, NO_WORDS, opened + ended_after)
        change = apply(change, ended)
    assert change.review
    at = None if reminded_after is None else opened + reminded_after
    snoozes = tuple(Snooze(Phase.REVIEW, 0, EVE, opened + after) for after in snoozed)
    return replace(change, review=replace(change.review, reminded_at=at), snoozes=snoozes)


CHANGES = st.builds(
    a_change,
    st.timedeltas(timedelta(0), timedelta(days=20)).map(lambda after: OCTOBER + after),
    st.none() | SPANS,
    st.none() | SPANS,
    SPANS,
    SPANS,
)


def since(change: Change) -> datetime:
    assert change.review
    return change.review.reminded_at or change.review.opened_at


def moments(change: Change, until: datetime) -> list[datetime]:
    """The guide's own moments, written down from its sentence: 48, 24 and 6 hours before, when due, then daily."""
    due = due_at(change, POLICY)
    assert due
    before = [due - hours * HOUR for hours in (48, 24, 6, 0)]
    days = max(0, (until - due) // DAY) + 2
    return [*before, *(due + number * DAY for number in range(1, days))]


@pytest.mark.clause("G-HOT-5")
@given(CHANGES)
def test_a_reminder_is_strictly_after_the_last_one(change: Change) -> None:
    at = next_reminder(change, POLICY)
    assert at is not None
    assert at > since(change)


@pytest.mark.clause("G-HOT-5")
@given(CHANGES)
def test_no_moment_of_the_guide_and_no_end_of_a_snooze_is_skipped(change: Change) -> None:
    at = next_reminder(change, POLICY)
    assert at is not None
    expected = [each for each in moments(change, since(change)) if each > since(change)]
    woken = [each.until for each in change.snoozes if each.until > since(change)]
    assert at == min(expected + woken)


@pytest.mark.clause("G-HOT-5")
@given(CHANGES, SPANS)
def test_everybody_is_reminded_once_a_moment_of_the_guide_has_passed(
    change: Change, later: timedelta
) -> None:
    now = since(change) + later
    passed = any(since(change) < each <= now for each in moments(change, now))
    assert moment_passed(change, POLICY, now) == passed


@pytest.mark.clause("G-HOT-5")
@given(CHANGES)
def test_with_a_clock_that_never_stops_the_guides_moments_follow_each_other(change: Change) -> None:
    change = replace(change, snoozes=())
    seen = []
    for _ in range(12):
        at = next_reminder(change, POLICY)
        assert at
        assert change.review
        seen.append(at)
        change = replace(change, review=replace(change.review, reminded_at=at))
    assert all(earlier < later for earlier, later in pairwise(seen))
    assert seen == [each for each in moments(change, seen[-1]) if seen[0] <= each <= seen[-1]]
    due = due_at(change, POLICY)
    assert due
    assert {later - earlier for earlier, later in pairwise(seen) if earlier >= due} == {DAY}


@pytest.mark.clause("G-HOT-5")
@given(CHANGES, SPANS)
def test_a_snooze_lasts_a_day_and_never_past_the_due_time(change: Change, later: timedelta) -> None:
    due = due_at(change, POLICY)
    assert due
    now = since(change) + later
    end = snooze_end(change, POLICY, now)
    assert (end is None) == (now >= due)
    assert end is None or (now < end <= due and end <= now + DAY)
    assert end is None or end in {due, now + DAY}


@pytest.mark.clause("G-HOT-5")
@given(CHANGES, st.none() | SPANS)
def test_an_extension_only_ever_gives_time(change: Change, extension: timedelta | None) -> None:
    plain = due_at(change, POLICY)
    assert plain
    assert change.review
    until = None if extension is None else change.review.opened_at + extension
    extended = due_at(replace(change, review=replace(change.review, extended_to=until)), POLICY)
    assert extended == max(plain, until or plain)


@pytest.mark.clause("G-HOT-5")
@given(CHANGES)
def test_after_the_sign_off_there_is_never_a_reminder(change: Change) -> None:
    assert change.review
    over = replace(change.review, signed_by=EVE, signed_at=since(change))
    assert next_reminder(replace(change, review=over), POLICY) is None


@pytest.mark.clause("G-HOT-5")
def test_a_deployment_to_another_environment_moves_nothing() -> None:
    course = untouched(a_hotfix())
    due = due_at(course.change, course.policy)
    course.wait(HOUR).does(record_evidence, ANA, EvidenceInput((), in_development=True))
    assert due_at(course.change, course.policy) == due


@pytest.mark.clause("G-HOT-5")
def test_a_policy_that_reminds_nobody_when_it_is_due_reminds_a_day_later() -> None:
    course = finished(a_hotfix(review={"reminders": [48]}))
    due = due_at(course.change, course.policy)
    assert due
    assert course.change.review
    reminded = replace(course.change.review, reminded_at=due - 48 * HOUR)
    assert next_reminder(replace(course.change, review=reminded), course.policy) == due + DAY


@pytest.mark.clause("G-HOT-5")
def test_being_left_alone_by_something_else_wakes_nobody_for_the_review() -> None:
    course = finished(a_hotfix())
    slept = replace(course.change, snoozes=(Snooze(Phase.CODE, 1, EVE, course.now + MINUTE),))
    assert next_reminder(slept, course.policy) == next_reminder(course.change, course.policy)
