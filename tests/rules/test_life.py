"""The stage of a change, derived from what is recorded about it."""

from dataclasses import replace

import pytest

from bot.rules.change import Change, Outcome
from bot.rules.inputs import Finish
from bot.rules.life import FINISHED, LIVE, TRANSITIONS, UNSTARTED, Act, Stage, refuse_by_stage, stage
from bot.rules.terms import ApprovalStage, EnvironmentName, Words
from bot.rules.words import plain
from bot.workflows.deploy import finish_production
from tests.acting import (
    ANA,
    BERLIN,
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


def test_each_stage_is_finished_or_live_and_has_words() -> None:
    assert set(Stage) == FINISHED | LIVE
    assert not FINISHED & LIVE
    assert UNSTARTED < LIVE
    assert all(each.label for each in Stage)


def test_every_stage_but_the_end_leads_on_and_every_stage_can_be_reached() -> None:
    reached = {Stage.PREPARING, *(to for row in TRANSITIONS.values() for to in row.to)}
    assert reached == set(Stage)
    for each in LIVE - {Stage.ROLLBACK_REQUIRED}:
        assert any(each in row.stages and row.to - {each} for row in TRANSITIONS.values()), each


@pytest.mark.clause("G-STD-8")
def test_only_a_scheduled_change_starts_in_production() -> None:
    assert TRANSITIONS[Act.START_PRODUCTION].stages == {Stage.SCHEDULED}
    assert [act for act, row in TRANSITIONS.items() if Stage.DEPLOYING in row.to - row.stages] == [
        Act.START_PRODUCTION
    ]


def test_a_refusal_by_stage_says_where_the_change_is() -> None:
    course = a_course()
    gate = refuse_by_stage(Act.START_PRODUCTION, course.change, course.policy)
    assert gate
    assert gate.clause == "G-STD-8"
    assert plain(gate.why, {}, BERLIN) == "You can't start CHG-1 now: it is being prepared for staging."


def test_what_is_over_takes_no_act() -> None:
    assert not any(row.stages & FINISHED for row in TRANSITIONS.values())


@pytest.mark.clause("G-STD-8")
def test_a_failure_in_an_earlier_attempt_is_forgotten_by_the_next_start() -> None:
    course = deploying(a_course()).does(
        finish_production, ANA, Finish(Outcome.FAILED_UNTOUCHED, Words("no image"))
    )
    assert course.now < THURSDAY.end
    assert course.stage is Stage.SCHEDULED
