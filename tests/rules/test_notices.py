"""Who is told what: only whoever must act now, or whose word no longer counts."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from bot.rules.change import Change, Outcome
from bot.rules.facts import Fact
from bot.rules.inputs import Finish, Rejection, Seen, VerificationInput, WishedWindow
from bot.rules.notice import NoticeKind
from bot.rules.notices import notices
from bot.rules.setting import Setting
from bot.rules.terms import NO_WORDS, PersonId, Role, Words
from bot.rules.verdict import Done, Verdict
from bot.workflows.approve import approve, reject
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
)
from bot.workflows.moment import Moment
from bot.workflows.request import revise
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import lapse_window, move_window
from tests.acting import (
    ANA,
    BEN,
    EVE,
    FRIDAY,
    LEA,
    MINUTE,
    OTHER_PLAN,
    PAUL,
    PIA,
    PRIYA,
    QUINN,
    THURSDAY,
    TIA,
    Course,
    Timer,
    a_course,
    deploying,
    in_staging,
    ready_for_staging,
    revision,
    scheduled,
    sentences,
    verified,
    watched,
    windowed,
)

Form = TypeVar("Form")
Told = dict[NoticeKind, set[PersonId | Role]]
WHY = Words("because")
PASSED = VerificationInput(passed=True, notes=NO_WORDS)


def told(course: Course, verb: Callable[[Moment, Form], Verdict], actor: PersonId, form: Form) -> Told:
    before, setting = course.change, course.setting
    return _by_kind(before, done(course.tries(verb, actor, form)).facts, setting)


def told_by(course: Course, timer: Timer) -> Told:
    before, setting = course.change, course.setting
    return _by_kind(before, done(course.fires(timer)).facts, setting)


def done(verdict: Verdict) -> Done:
    assert isinstance(verdict, Done), sentences(verdict)
    return verdict


def _by_kind(before: Change, facts: Sequence[Fact], setting: Setting) -> Told:
    kinds: Told = {}
    for notice in notices(before, facts, setting):
        kinds.setdefault(notice.kind, set()).update(notice.to)
    return kinds


def test_a_new_change_tells_nobody_who_is_not_asked() -> None:
    course = a_course()
    assert notices(None, course.facts, course.setting) == ()


@pytest.mark.clause("G-APP-1")
def test_a_rejection_tells_the_requester_why_and_nobody_else() -> None:
    course = ready_for_staging(a_course())
    assert told(course, reject, TIA, Rejection(WHY)) == {NoticeKind.RETURNED: {ANA}}


@pytest.mark.clause("G-STD-6")
def test_a_failed_verification_tells_requester_and_approvers_with_the_notes() -> None:
    course = scheduled(a_course())
    before, setting = course.change, course.setting
    verdict = done(course.tries(verify, QUINN, VerificationInput(passed=False, notes=WHY)))
    returned = [each for each in notices(before, verdict.facts, setting) if each.kind is NoticeKind.RETURNED]
    assert {person for each in returned for person in each.to} == {ANA, BEN, TIA, LEA, PAUL, EVE}
    assert {(each.by, each.words) for each in returned} == {(QUINN, WHY)}


@pytest.mark.clause("G-STD-6")
def test_the_second_pass_tells_the_requester() -> None:
    course = in_staging(a_course())
    assert told(course, verify, QUINN, PASSED) == {}
    assert told(course, verify, PIA, PASSED) == {NoticeKind.VERIFIED: {ANA}}


@pytest.mark.clause("G-APP-3")
def test_the_last_approval_tells_the_deployer() -> None:
    course = windowed(a_course())
    assert told(course, approve, PAUL, Seen()) == {}
    assert told(course, approve, EVE, Seen()) == {NoticeKind.SCHEDULED: {ANA}}


@pytest.mark.clause("G-APP-3")
def test_whoever_is_asked_anew_is_not_told_besides_that_their_approval_is_void() -> None:
    assert told(scheduled(a_course()), move_window, ANA, WishedWindow(FRIDAY, NO_WORDS)) == {}
    course = scheduled(a_course())
    assert told(course, revise, ANA, revision(course, plan=OTHER_PLAN)) == {}


@pytest.mark.clause("G-APP-3")
def test_a_rejected_window_tells_the_requester_and_those_voided() -> None:
    course = scheduled(a_course())
    assert told(course, reject, PRIYA, Rejection(WHY)) == {
        NoticeKind.WINDOW_REJECTED: {ANA},
        NoticeKind.APPROVAL_VOIDED: {PAUL, EVE},
    }


@pytest.mark.clause("G-APP-3")
def test_nobody_is_told_of_what_they_did_themselves() -> None:
    course = scheduled(a_course())
    assert told(course, reject, PAUL, Rejection(WHY)) == {
        NoticeKind.WINDOW_REJECTED: {ANA},
        NoticeKind.APPROVAL_VOIDED: {EVE},
    }


@pytest.mark.clause("G-STD-8")
def test_a_lapsed_window_tells_the_requester() -> None:
    course = windowed(a_course()).at(THURSDAY.end)
    assert told_by(course, lapse_window) == {NoticeKind.WINDOW_LAPSED: {ANA}}


@pytest.mark.clause("G-STD-8")
def test_a_start_in_production_tells_who_is_on_call_and_one_in_staging_nobody() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    assert told(course, start_production, ANA, None) == {NoticeKind.DEPLOYMENT_STARTED: {Role.ON_CALL}}
    assert told(ready_for_staging(a_course()), start_staging, ANA, None) == {}


@pytest.mark.clause("G-STD-8")
def test_an_overrun_tells_those_who_approved_the_window() -> None:
    course = deploying(a_course()).at(THURSDAY.end)
    assert told_by(course, flag_overrun) == {NoticeKind.DEPLOYMENT_OVERRAN: {PAUL, EVE}}


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.SUCCEEDED, {}),
        (
            Outcome.FAILED,
            {NoticeKind.ROLLBACK_REQUIRED: {ANA, Role.ON_CALL, Role.ENGINEERING_MANAGER}},
        ),
        (Outcome.FAILED_UNTOUCHED, {NoticeKind.DEPLOYMENT_FAILED: {Role.ON_CALL}}),
    ],
)
def test_how_production_ended_tells_whoever_must_act(outcome: Outcome, expected: Told) -> None:
    told_of = told(deploying(a_course()), finish_production, ANA, Finish(outcome, WHY))
    assert {kind: people for kind, people in told_of.items() if kind is not NoticeKind.SCHEDULED} == expected


@pytest.mark.clause("G-STD-5")
def test_a_failure_in_staging_tells_the_requester() -> None:
    course = ready_for_staging(a_course()).does(start_staging, ANA, None)
    assert told(course, finish_staging, ANA, Finish(Outcome.FAILED, WHY)) == {
        NoticeKind.DEPLOYMENT_FAILED: {ANA}
    }


@pytest.mark.clause("G-STD-9")
def test_an_escalation_tells_the_engineering_manager_and_a_nudge_or_the_end_nobody_more() -> None:
    course = watched(a_course()).wait(40 * MINUTE)
    assert told_by(course, nudge_monitoring) == {}
    assert told_by(course, escalate_monitoring) == {NoticeKind.ESCALATED: {Role.ENGINEERING_MANAGER}}
    assert told(course, confirm_healthy, ANA, None) == {}


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_a_new_version_tells_those_voided_who_are_not_asked_again() -> None:
    course = verified(a_course())
    course.does(revise, ANA, revision(course, reviewers=()))
    assert told(course, revise, ANA, revision(course, version="4.13.0")) == {
        NoticeKind.APPROVAL_VOIDED: {BEN}
    }


def test_a_notice_without_anybody_to_read_it_is_none() -> None:
    course = in_staging(a_course())
    before, setting = course.change, course.setting
    verdict = done(course.tries(verify, QUINN, VerificationInput(passed=False, notes=WHY)))
    assert all(notice.to for notice in notices(before, verdict.facts, setting))
