"""The stage of a change, derived from what is recorded about it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.change import Change, Outcome
from bot.rules.inputs import Finish, RollbackStart, WaiverGrant, WaiverWish
from bot.rules.life import (
    FINISHED,
    LIVE,
    STANDARD,
    TRANSITIONS,
    UNSTARTED,
    Act,
    Stage,
    claims_version,
    refuse_by_stage,
    stage,
)
from bot.rules.terms import ApprovalStage, EnvironmentName, Words
from bot.rules.words import plain
from bot.workflows.deploy import finish_production, finish_staging, start_staging
from bot.workflows.observe import observe
from bot.workflows.rollback import settle_rollback, start_rollback
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver
from tests.acting import (
    ANA,
    BERLIN,
    DORA,
    EVE,
    HOUR,
    MINUTE,
    OMAR,
    QUINN,
    THURSDAY,
    Course,
    a_course,
    deploying,
    in_staging,
    ready_for_staging,
    scheduled,
    verified,
    watched,
    windowed,
)
from tests.acting_in_production import (
    A_FIX,
    BROKEN,
    alarmed,
    alarmed_while_it_runs,
    done,
    requested,
    restored,
    rolled_back,
    rolling_back,
    settled,
    stage_of,
    superseded,
)
from tests.restated_company import FOUR


def with_last(course: Course, **different: object) -> Stage:
    """The stage if the newest deployment were otherwise."""
    *others, last = course.change.deployments
    changed = replace(last, **different)  # type: ignore[arg-type] # callers name a deployment's fields
    return stage(replace(course.change, deployments=(*others, changed)), course.policy)


def voided(change: Change, kind: ApprovalStage) -> Change:
    at = change.requested_at
    return replace(
        change,
        approvals=tuple(
            replace(each, voided_at=at) if each.stage is kind else each for each in change.approvals
        ),
    )


def test_a_change_goes_from_stage_to_stage() -> None:
    assert a_course().stage is Stage.PREPARING
    assert ready_for_staging(a_course()).stage is Stage.PREPARING
    assert in_staging(a_course()).stage is Stage.VERIFYING
    assert verified(a_course()).stage is Stage.VERIFIED
    assert windowed(a_course()).stage is Stage.APPROVING
    assert scheduled(a_course()).stage is Stage.SCHEDULED
    assert deploying(a_course()).stage is Stage.DEPLOYING
    assert watched(a_course()).stage is Stage.MONITORING


@pytest.mark.clause("G-STD-5")
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (None, Stage.STAGING),
        (Outcome.SUCCEEDED, Stage.VERIFYING),
        (Outcome.FAILED, Stage.PREPARING),
        (Outcome.FAILED_UNTOUCHED, Stage.PREPARING),
    ],
)
def test_the_outcome_in_staging_decides(outcome: Outcome | None, expected: Stage) -> None:
    assert with_last(in_staging(a_course()), outcome=outcome) is expected


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (None, Stage.DEPLOYING),
        (Outcome.SUCCEEDED, Stage.MONITORING),
        (Outcome.FAILED, Stage.ROLLBACK_REQUIRED),
        (Outcome.FAILED_UNTOUCHED, Stage.SCHEDULED),
    ],
)
def test_the_outcome_in_production_decides(outcome: Outcome | None, expected: Stage) -> None:
    assert with_last(watched(a_course()), outcome=outcome) is expected


@pytest.mark.clause("G-STD-9")
def test_a_change_is_done_when_somebody_said_that_it_is_healthy() -> None:
    course = watched(a_course())
    assert with_last(course, healthy_at=course.now) is Stage.DONE


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize("kind", ApprovalStage)
def test_scheduled_is_only_what_misses_no_approval_at_all(kind: ApprovalStage) -> None:
    course = scheduled(a_course())
    assert stage(voided(course.change, kind), course.policy) is Stage.APPROVING


@pytest.mark.clause("G-STD-6")
def test_another_version_starts_from_the_beginning() -> None:
    for build in (in_staging, verified, scheduled):
        course = build(a_course())
        change = replace(course.change, version="4.13.0")
        assert stage(replace(change, windows=()), course.policy) is Stage.PREPARING


@pytest.mark.clause("G-ENV-1")
def test_a_version_is_not_verified_before_the_last_environment_has_it() -> None:
    course = verified(a_course())
    *others, last = course.change.deployments
    elsewhere = replace(last, environment=EnvironmentName("integration"))
    assert stage(replace(course.change, deployments=(*others, elsewhere)), course.policy) is Stage.PREPARING


@pytest.mark.clause("G-RB-2")
def test_a_change_goes_from_an_alarm_through_its_rollback_to_the_end() -> None:
    assert alarmed(a_course()).stage is Stage.ROLLBACK_REQUIRED
    assert alarmed_while_it_runs(a_course()).stage is Stage.ROLLBACK_REQUIRED
    assert rolling_back(a_course()).stage is Stage.ROLLING_BACK
    assert restored(a_course()).stage is Stage.RESTORED
    assert rolled_back(a_course()).stage is Stage.ROLLED_BACK
    assert settled(a_course()).stage is Stage.ROLLED_BACK
    assert done(a_course()).stage is Stage.DONE
    assert superseded(a_course()).stage is Stage.SUPERSEDED


@pytest.mark.clause("G-RB-2")
def test_an_alarm_after_a_settlement_demands_a_rollback_again() -> None:
    course = settled(a_course()).wait(MINUTE).does(observe, QUINN, BROKEN)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    course.wait(MINUTE).does(settle_rollback, EVE, A_FIX)
    assert stage_of(course) is Stage.ROLLED_BACK


def test_an_unfinished_change_keeps_its_version_to_itself_until_it_was_closed_once() -> None:
    for build in (requested, verified, alarmed):
        course = build(a_course())
        assert claims_version(course.change, course.policy)
    for closed in (done, rolled_back, settled, superseded):
        course = closed(a_course())
        assert not claims_version(course.change, course.policy)


@pytest.mark.parametrize("closed", [done, rolled_back, settled])
def test_a_change_that_was_closed_never_takes_its_version_back(closed: Callable[[Course], Course]) -> None:
    course = closed(a_course()).wait(MINUTE).does(observe, QUINN, BROKEN)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    assert not claims_version(course.change, course.policy)
    course.does(start_rollback, OMAR, RollbackStart())
    assert stage_of(course) is Stage.ROLLING_BACK
    assert not claims_version(course.change, course.policy)


def test_each_stage_is_finished_or_live_and_has_words() -> None:
    assert set(Stage) == FINISHED | LIVE
    assert not FINISHED & LIVE
    assert UNSTARTED < LIVE
    assert all(each.label for each in Stage)


def test_every_stage_but_the_end_leads_on_and_every_stage_can_be_reached() -> None:
    reached = {Stage.PREPARING, Stage.DECLARED, *(to for row in TRANSITIONS.values() for to in row.to)}
    assert reached == set(Stage)
    for each in LIVE - {Stage.ROLLBACK_REQUIRED}:
        assert any(each in row.stages and row.to - {each} for row in TRANSITIONS.values()), each


@pytest.mark.clause("G-STD-8")
@pytest.mark.clause("G-HOT-3")
def test_only_a_scheduled_change_and_a_declared_hotfix_start_in_production() -> None:
    assert TRANSITIONS[Act.START_PRODUCTION].stages == {Stage.SCHEDULED, Stage.DECLARED}
    assert TRANSITIONS[Act.START_IN_BREACH].stages == {Stage.DECLARED}
    leading_there = {
        act
        for act, row in TRANSITIONS.items()
        if any(Stage.DEPLOYING in ends - {start} for start, ends in row.moves.items())
    }
    assert leading_there == {Act.START_PRODUCTION, Act.START_IN_BREACH, Act.WITHDRAW_OBSERVATION}
    withdrawing = TRANSITIONS[Act.WITHDRAW_OBSERVATION]
    assert withdrawing.stages == {Stage.ROLLBACK_REQUIRED}, "back to what it was, which was started before"


@pytest.mark.clause("G-HOT-3")
def test_a_declared_hotfix_goes_the_standard_way_only_when_it_is_turned_into_a_standard_change() -> None:
    leading = {act for act, row in TRANSITIONS.items() if row.moves.get(Stage.DECLARED, set()) & STANDARD}
    assert leading == {Act.TURN_INTO_STANDARD}
    back = {
        act
        for act, row in TRANSITIONS.items()
        if any(Stage.DECLARED in ends - {start} for start, ends in row.moves.items())
    }
    assert back == {Act.FINISH_PRODUCTION, Act.WITHDRAW_OBSERVATION}, "only what left production untouched"


def test_a_refusal_by_stage_says_where_the_change_is() -> None:
    course = a_course()
    gate = refuse_by_stage(Act.START_PRODUCTION, course.change, course.policy)
    assert gate
    assert gate.clause == "G-STD-8"
    assert plain(gate.why, {}, BERLIN) == "You can't start CHG-1 now: it is being prepared for staging."


AFTER_A_HOTFIX = {
    Act.CONFIRM_VERBAL,
    Act.DISPUTE_VERBAL,
    Act.RATIFY_BREACH,
    Act.REFUSE_BREACH,
    Act.ADD_TO_TIMELINE,
    Act.REVISE_ISSUE,
    Act.DRAFT_REVIEW,
    Act.SUBMIT_REVIEW,
    Act.RETURN_REVIEW,
    Act.SIGN_REVIEW,
    Act.EXTEND_REVIEW,
    Act.SNOOZE_REVIEW,
    Act.REMIND_REVIEW,
}
"""What a hotfix leaves to do wherever it is by then; the acts themselves refuse where there is none of it."""


def test_what_is_over_takes_no_act_but_these() -> None:
    anywhere = {act for act, row in TRANSITIONS.items() if row.stages == set(Stage)}
    acts = {
        each: {act for act, row in TRANSITIONS.items() if each in row.stages} - anywhere for each in FINISHED
    }
    assert anywhere == AFTER_A_HOTFIX
    assert acts == {
        Stage.DONE: {Act.OBSERVE, Act.START_ROLLBACK, Act.REVIEW_CODE, Act.CHASE_VERBAL},
        Stage.ROLLED_BACK: {Act.OBSERVE, Act.REVIEW_CODE, Act.CHASE_VERBAL},
        Stage.WITHDRAWN: {Act.REVIEW_CODE, Act.CHASE_VERBAL},
        Stage.SUPERSEDED: {Act.UNDO_SUPERSEDING, Act.FINISH_STAGING, Act.REVIEW_CODE},
    }


@pytest.mark.clause("G-STD-8")
def test_a_failure_in_an_earlier_attempt_is_forgotten_by_the_next_start() -> None:
    course = deploying(a_course()).does(
        finish_production, ANA, Finish(Outcome.FAILED_UNTOUCHED, Words("no image"))
    )
    assert course.now < THURSDAY.end
    assert course.stage is Stage.SCHEDULED


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-5")
def test_what_runs_goes_on_when_the_waiver_of_an_environment_before_it_ends() -> None:
    """With four environments; else nobody could say how it ended."""
    course = ready_for_staging(a_course(environments=list(FOUR)))
    asking = WaiverWish(EnvironmentName("integration"), Words("it is down"), course.now + 90 * HOUR)
    course.does(ask_for_waiver, ANA, asking).does(grant_waiver, DORA, WaiverGrant())
    course.does(start_staging, ANA, None).wait(90 * HOUR).fires(expire_waiver)
    assert stage_of(course) is Stage.STAGING
    course.does(finish_staging, ANA, Finish(Outcome.SUCCEEDED, Words("")))
    assert course.stage is Stage.PREPARING
