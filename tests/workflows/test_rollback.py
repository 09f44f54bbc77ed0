"""Rolling back, what became of it, and settling a required rollback by a named fix."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.change import Outcome
from bot.rules.inputs import Finish, RollbackStart, Settlement
from bot.rules.life import Stage
from bot.rules.production_facts import (
    AlarmSounded,
    DeploymentFinished,
    DeploymentStarted,
    RollbackSettled,
)
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.deploy import finish_production, take_over
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    MINUTE,
    OMAR,
    THURSDAY,
    TIA,
    Course,
    a_course,
    clauses,
    deploying,
    in_staging,
    scheduled,
    sentences,
    watched,
)
from tests.acting_in_production import (
    A_FIX,
    FAILED,
    SUCCEEDED,
    WHY,
    alarmed,
    alarmed_while_it_runs,
    done,
    replaced_in_production,
    requested,
    restored,
    rolled_back,
    rolling_back,
    settled,
    stage_of,
)

Build = Callable[[Course], Course]
START = RollbackStart()


def failed(course: Course) -> Course:
    """Its deployment failed and touched production."""
    return deploying(course).does(finish_production, ANA, FAILED)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [deploying, watched, alarmed, alarmed_while_it_runs, failed, done])
def test_a_rollback_starts_without_approval_window_or_notice(build: Build) -> None:
    course = build(a_course()).at(THURSDAY.end + 600 * MINUTE)
    course.neighbors = replace(course.neighbors, before_it="4.11.3")
    course.does(start_rollback, OMAR, START)
    rollback = course.change.deployments[-1]
    assert (rollback.rolls_back, rollback.version, rollback.environment) == (3, "4.11.3", "production")
    assert (rollback.started_by, rollback.started_at, rollback.window_end) == (OMAR, course.now, None)
    assert course.stage is Stage.ROLLING_BACK


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [requested, in_staging, scheduled, restored, rolled_back, settled])
def test_what_is_not_in_production_or_was_put_back_is_not_rolled_back(build: Build) -> None:
    assert clauses(build(a_course()).refuses(start_rollback, OMAR, START)) == ["G-RB-2"]


@pytest.mark.clause("G-LOG-1")
@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [deploying, alarmed_while_it_runs])
def test_a_deployment_that_still_runs_is_recorded_as_failed_by_its_rollback(build: Build) -> None:
    course = build(a_course())
    verdict = course.tries(start_rollback, OMAR, START)
    assert isinstance(verdict, Done)
    ended, started = verdict.facts
    assert isinstance(ended, DeploymentFinished)
    assert isinstance(started, DeploymentStarted)
    assert (ended.deployment, ended.outcome, ended.by) == (3, Outcome.FAILED, OMAR)
    assert [each.running for each in course.change.deployments] == [False, False, False, True]


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("person", [ANA, OMAR, EVE, EMIL])
def test_the_deployer_who_is_on_call_and_the_engineering_manager_roll_back(person: PersonId) -> None:
    course = alarmed(a_course()).does(start_rollback, person, START)
    assert course.does(finish_rollback, person, SUCCEEDED).stage is Stage.RESTORED


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA, OMAR, EVE, EMIL}))
def test_nobody_else_rolls_back(person: PersonId) -> None:
    course = alarmed(a_course())
    assert course.refuses(start_rollback, person, START).gates[0].who == (ANA, OMAR, EVE, EMIL)
    rolling = rolling_back(a_course())
    rolling.refuses(finish_rollback, person, SUCCEEDED)


@pytest.mark.clause("G-RB-2")
def test_who_took_over_rolls_back_in_place_of_who_deployed() -> None:
    course = alarmed(a_course()).does(take_over, BEN, None)
    course.refuses(start_rollback, ANA, START)
    course.does(start_rollback, BEN, START)


@pytest.mark.clause("G-RB-2")
def test_who_started_a_rollback_finishes_it_whoever_is_on_call_by_then() -> None:
    course = rolling_back(a_course())
    course.roster = replace(course.roster, now={**course.roster.now, "on_call": ()})  # type: ignore[dict-item] # a role's name is equal to it
    assert course.does(finish_rollback, OMAR, SUCCEEDED).stage is Stage.RESTORED


@pytest.mark.clause("G-STD-8")
def test_a_service_has_one_deployment_or_rollback_running_at_a_time() -> None:
    course = alarmed(a_course())
    course.neighbors = Neighbors(deploying=(ChangeId(9), DeploymentId(30)))
    refused = course.refuses(start_rollback, OMAR, START)
    assert "DEP-30 of CHG-9 is running" in sentences(refused)
    again = rolling_back(a_course())
    again.refuses(start_rollback, OMAR, START)


@pytest.mark.clause("G-RB-2")
def test_a_done_change_is_rolled_back_only_while_its_version_is_in_production() -> None:
    refused = replaced_in_production(done(a_course())).refuses(start_rollback, OMAR, START)
    assert sentences(refused) == "payments 4.13.0 is in production now, not this change."
    back_again = done(a_course())
    back_again.neighbors = Neighbors(in_production="4.12.0", put_there_by=ChangeId(9))
    back_again.does(start_rollback, OMAR, START)


@pytest.mark.clause("G-RB-2")
def test_a_first_release_is_rolled_back_to_nothing() -> None:
    course = alarmed(a_course()).does(start_rollback, OMAR, START)
    assert course.change.deployments[-1].version == ""


@pytest.mark.clause("G-RB-2")
def test_a_click_on_a_deployment_that_is_not_the_newest_has_moved_on() -> None:
    course = alarmed(a_course())
    assert course.refuses(start_rollback, OMAR, RollbackStart(DeploymentId(2))).moved_on
    course.does(start_rollback, OMAR, RollbackStart(DeploymentId(3)))
    assert course.refuses(finish_rollback, OMAR, replace(SUCCEEDED, deployment=DeploymentId(3))).moved_on
    course.does(finish_rollback, OMAR, replace(SUCCEEDED, deployment=DeploymentId(4)))


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.FAILED_UNTOUCHED])
def test_a_rollback_that_fails_alarms_at_once_and_another_one_is_due(outcome: Outcome) -> None:
    course = rolling_back(a_course())
    course.refuses(finish_rollback, OMAR, Finish(outcome, Words(" ")))
    verdict = course.tries(finish_rollback, OMAR, Finish(outcome, WHY))
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [DeploymentFinished, AlarmSounded]
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    course.does(start_rollback, OMAR, START).does(finish_rollback, OMAR, SUCCEEDED)
    assert stage_of(course) is Stage.RESTORED
    assert [each.rolls_back for each in course.change.deployments[3:]] == [3, 3]


@pytest.mark.clause("G-RB-2")
def test_a_rollback_is_finished_once() -> None:
    restored(a_course()).refuses(finish_rollback, OMAR, SUCCEEDED)


@pytest.mark.clause("G-STD-9")
def test_what_was_put_back_is_watched_for_thirty_minutes_and_closes_as_rolled_back() -> None:
    course = restored(a_course())
    for minutes in (0, 10, 20, 29):
        course.at(course.change.deployments[-1].finished_at or course.now).wait(minutes * MINUTE)
        course.fires(nudge_monitoring)
        course.refuses(confirm_healthy, OMAR, None)
    course.wait(MINUTE)
    verdict = course.tries(confirm_healthy, OMAR, None)
    assert isinstance(verdict, Done)
    assert sentences(verdict) == "You confirmed that production is healthy again. CHG-1 is rolled back."
    assert course.change.deployments[-1].nudged == 20
    assert course.stage is Stage.ROLLED_BACK


@pytest.mark.clause("G-STD-9")
def test_nudges_of_what_was_put_back_are_the_rollbacks_own() -> None:
    course = restored(a_course()).wait(30 * MINUTE)
    assert isinstance(course.fires(nudge_monitoring), Done)
    assert [each.nudged for each in course.change.deployments] == [None, None, None, 30]


@pytest.mark.clause("G-STD-9")
def test_what_was_put_back_and_nobody_confirmed_escalates_after_forty_minutes() -> None:
    course = restored(a_course()).wait(39 * MINUTE)
    assert isinstance(course.fires(escalate_monitoring), Refused)
    course.refuses(confirm_healthy, EVE, None)
    assert isinstance(course.wait(MINUTE).fires(escalate_monitoring), Done)
    assert course.does(confirm_healthy, EVE, None).stage is Stage.ROLLED_BACK


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [alarmed, failed])
def test_an_engineering_manager_settles_a_required_rollback_by_a_named_fix(build: Build) -> None:
    course = build(a_course())
    verdict = course.tries(settle_rollback, EVE, A_FIX)
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [RollbackSettled]
    assert course.stage is Stage.ROLLED_BACK
    deviation = course.change.deployments[-1].settled
    assert deviation
    assert (deviation.by, deviation.fix, deviation.reason) == (EVE, A_FIX.fix, A_FIX.reason)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {EVE, EMIL}))
def test_nobody_but_an_engineering_manager_settles_it(person: PersonId) -> None:
    refused = alarmed(a_course()).refuses(settle_rollback, person, A_FIX)
    assert refused.gates[0].who == (EVE, EMIL)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize(
    ("form", "field"),
    [
        (Settlement(fix=Words(" "), reason=WHY), Field.FIX),
        (Settlement(fix=WHY, reason=Words("")), Field.REASON),
    ],
)
def test_a_settlement_names_the_fix_and_says_why(form: Settlement, field: Field) -> None:
    assert alarmed(a_course()).refuses(settle_rollback, EVE, form).gates[0].field is field


@pytest.mark.clause("G-RB-2")
def test_a_deployment_that_still_runs_is_not_settled() -> None:
    refused = alarmed_while_it_runs(a_course()).refuses(settle_rollback, EVE, A_FIX)
    assert refused.gates[0].who == (ANA,)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [deploying, watched, rolling_back, restored, done])
def test_where_no_rollback_is_required_nothing_is_settled(build: Build) -> None:
    build(a_course()).refuses(settle_rollback, EVE, A_FIX)


@pytest.mark.clause("G-RB-2")
def test_a_failed_rollback_is_settled_like_a_failed_deployment() -> None:
    course = rolling_back(a_course()).does(finish_rollback, OMAR, FAILED)
    assert course.does(settle_rollback, EVE, A_FIX).stage is Stage.ROLLED_BACK


@pytest.mark.clause("G-RB-2")
def test_another_policy_lets_others_roll_back_and_settle() -> None:
    ours = {"started_by": ["tech_lead"], "settled_by": ["engineering_director"]}
    course = alarmed(a_course(rollback=ours))
    course.refuses(start_rollback, OMAR, START)
    course.refuses(settle_rollback, EVE, A_FIX)
    assert course.copy().does(settle_rollback, DORA, A_FIX).stage is Stage.ROLLED_BACK
    assert course.does(start_rollback, TIA, START).stage is Stage.ROLLING_BACK
