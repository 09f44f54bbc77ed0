"""Starting and finishing deployments to staging and to production."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.change import EvidenceKind, EvidenceState, Outcome, WindowEnd
from bot.rules.inputs import EvidenceInput, Finish, VerificationInput
from bot.rules.life import Stage
from bot.rules.production_facts import DeploymentStarted
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, DeploymentId, PersonId, Words
from bot.rules.verdict import Done, Refused
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
    take_over,
)
from bot.workflows.request import record_evidence, revise
from bot.workflows.verify import verify
from tests.acting import (
    ANA,
    BEN,
    EMIL,
    EVE,
    HOUR,
    LEA,
    MINUTE,
    OMAR,
    PAUL,
    PIA,
    QUINN,
    REQUEST,
    STRANGER,
    THURSDAY,
    TIA,
    a_course,
    a_roster,
    clauses,
    deploying,
    in_staging,
    proof,
    ready_for_staging,
    revised,
    revision,
    scheduled,
    sentences,
    standing,
    verified,
    watched,
    windowed,
    with_evidence,
)

SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)
FAILED = Finish(Outcome.FAILED, Words("it does not start"))
UNTOUCHED = Finish(Outcome.FAILED_UNTOUCHED, Words("the image was missing"))
SECOND = timedelta(seconds=1)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-STD-5")
def test_staging_starts_when_code_and_staging_are_approved() -> None:
    assert clauses(a_course().refuses(start_staging, ANA, None)) == ["G-APP-1", "G-APP-2"]
    assert ready_for_staging(a_course()).does(start_staging, ANA, None).stage is Stage.STAGING


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-STD-1")
@pytest.mark.clause("G-STD-2")
@pytest.mark.clause("G-STD-3")
@pytest.mark.clause("G-STD-4")
def test_a_refused_start_names_everything_that_is_missing() -> None:
    course = a_course(form=replace(REQUEST, evidence=(), pull_requests=(), in_development=False))
    ready_for_staging(course)
    refused = course.refuses(start_staging, ANA, None)
    assert sorted(clauses(refused)) == ["G-ENV-1", "G-STD-1", "G-STD-2", "G-STD-3", "G-STD-4"]


@pytest.mark.clause("G-STD-5")
@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("person", [BEN, TIA, LEA, STRANGER])
def test_only_the_deployer_starts_and_finishes(person: PersonId) -> None:
    assert ready_for_staging(a_course()).refuses(start_staging, person, None).gates[0].who == (ANA,)
    course = scheduled(a_course()).at(THURSDAY.start)
    assert course.refuses(start_production, person, None).gates[0].who == (ANA,)
    course.does(start_production, ANA, None)
    assert course.refuses(finish_production, person, SUCCEEDED).gates[0].who == (ANA,)


@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-STD-5")
def test_staging_is_deployed_again_under_the_same_approval() -> None:
    course = in_staging(a_course())
    course.does(start_staging, ANA, None).does(finish_staging, ANA, FAILED)
    assert course.stage is Stage.PREPARING
    course.does(start_staging, ANA, None).does(finish_staging, ANA, SUCCEEDED)
    assert standing(course) == [BEN, TIA, LEA]
    assert course.change.latest_in(course.policy.guide.verified_in)


@pytest.mark.clause("G-STD-6")
def test_what_passed_before_staging_was_deployed_again_still_counts() -> None:
    course = in_staging(a_course()).does(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS))
    course.does(start_staging, ANA, None).does(finish_staging, ANA, SUCCEEDED)
    course.does(verify, PIA, VerificationInput(passed=True, notes=NO_WORDS))
    assert course.stage is Stage.VERIFIED


@pytest.mark.clause("G-ENV-1")
def test_of_more_environments_each_is_deployed_in_its_turn_and_verified_in_the_last() -> None:
    course = ready_for_staging(a_course(environments=["development", "integration", "staging", "production"]))
    course.does(start_staging, ANA, None).does(finish_staging, ANA, SUCCEEDED)
    course.refuses(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS))
    course.does(start_staging, ANA, None).does(finish_staging, ANA, SUCCEEDED)
    assert [each.environment for each in course.change.deployments] == [
        "development",
        "integration",
        "staging",
    ]
    assert course.stage is Stage.VERIFYING


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("late", [-24 * HOUR, -SECOND, THURSDAY.length, THURSDAY.length + HOUR])
def test_production_is_not_started_outside_its_window(late: timedelta) -> None:
    course = scheduled(a_course()).at(THURSDAY.start + late)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-8"]


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("late", [timedelta(0), MINUTE, THURSDAY.length - SECOND])
def test_production_is_started_inside_its_window(late: timedelta) -> None:
    course = scheduled(a_course()).at(THURSDAY.start + late).does(start_production, ANA, None)
    assert course.stage is Stage.DEPLOYING
    started = course.facts[-1]
    assert isinstance(started, DeploymentStarted)
    assert (started.environment, started.window_end, started.attested) == ("production", THURSDAY.end, False)


@pytest.mark.clause("G-APP-3")
def test_production_is_not_started_while_an_approval_is_missing() -> None:
    course = windowed(a_course()).approved_by(PAUL).at(THURSDAY.start)
    refused = course.refuses(start_production, ANA, None)
    assert clauses(refused) == ["G-APP-3"]
    assert refused.gates[0].who == (EVE, EMIL)


@pytest.mark.clause("G-STD-2")
def test_ci_that_turned_red_stops_the_start_until_it_is_green() -> None:
    course = with_evidence(scheduled(a_course()), proof(EvidenceKind.CI, EvidenceState.FAILED))
    course.at(THURSDAY.start)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-2"]
    course.does(record_evidence, ANA, EvidenceInput((proof(EvidenceKind.CI, text="run 2"),)))
    course.does(start_production, ANA, None)


@pytest.mark.clause("G-STD-8")
def test_one_deployment_of_a_service_runs_in_production_at_a_time() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    course.neighbors = Neighbors(deploying=(ChangeId(7), DeploymentId(70)))
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-8"]
    course.neighbors = Neighbors()
    course.does(start_production, ANA, None)
    assert "You can't start CHG-1 now" in sentences(course.refuses(start_production, ANA, None))


@pytest.mark.clause("G-STD-6")
def test_a_version_that_failed_in_another_change_does_not_start() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    course.neighbors = Neighbors(failed_verification=True)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-6"]


@pytest.mark.clause("G-LOG-1")
@pytest.mark.clause("G-STD-9")
def test_a_success_is_watched() -> None:
    course = watched(a_course())
    assert course.stage is Stage.MONITORING
    deployment = course.change.latest_in(course.policy.guide.production)
    assert deployment
    assert deployment.finished_at == THURSDAY.start + 10 * MINUTE


@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.FAILED_UNTOUCHED])
def test_a_failure_says_what_failed(outcome: Outcome) -> None:
    refused = deploying(a_course()).refuses(finish_production, ANA, Finish(outcome, Words(" ")))
    assert clauses(refused) == ["G-LOG-1"]
    staging = ready_for_staging(a_course()).does(start_staging, ANA, None)
    assert clauses(staging.refuses(finish_staging, ANA, Finish(outcome, NO_WORDS))) == ["G-LOG-1"]


@pytest.mark.clause("G-STD-8")
def test_a_failure_that_touched_production_must_be_rolled_back() -> None:
    course = deploying(a_course()).does(finish_production, ANA, FAILED)
    assert course.stage is Stage.ROLLBACK_REQUIRED


@pytest.mark.clause("G-STD-8")
def test_a_failure_that_touched_nothing_may_be_tried_again_while_the_window_lasts() -> None:
    course = deploying(a_course()).at(THURSDAY.end - SECOND).does(finish_production, ANA, UNTOUCHED)
    assert course.stage is Stage.SCHEDULED
    assert standing(course) == [BEN, TIA, LEA, PAUL, EVE]
    course.does(start_production, ANA, None)
    assert course.change.running


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("late", [timedelta(0), HOUR])
def test_after_its_window_it_needs_another_one(late: timedelta) -> None:
    course = deploying(a_course()).at(THURSDAY.end + late).does(finish_production, ANA, UNTOUCHED)
    assert course.stage is Stage.VERIFIED
    assert standing(course) == [BEN, TIA, LEA]
    assert course.change.windows[-1].ended is WindowEnd.LAPSED


@pytest.mark.clause("G-STD-8")
def test_the_outcome_is_that_of_the_deployment_that_was_looked_at() -> None:
    course = deploying(a_course())
    running = course.change.running
    assert running
    earlier = replace(SUCCEEDED, deployment=DeploymentId(running.id - 1))
    assert course.refuses(finish_production, ANA, earlier).moved_on
    course.does(finish_production, ANA, replace(SUCCEEDED, deployment=running.id))


@pytest.mark.clause("G-STD-8")
def test_a_deployment_still_running_at_the_end_of_its_window_is_flagged_once() -> None:
    course = deploying(a_course()).at(THURSDAY.end - SECOND)
    assert isinstance(course.fires(flag_overrun), Refused)
    assert isinstance(course.at(THURSDAY.end).fires(flag_overrun), Done)
    assert course.stage is Stage.DEPLOYING
    assert course.change.running
    assert course.change.running.overran_at == THURSDAY.end
    course.does(finish_production, ANA, SUCCEEDED)
    assert isinstance(course.fires(flag_overrun), Refused)


@pytest.mark.clause("G-STD-8")
def test_an_overrun_is_flagged_once() -> None:
    course = deploying(a_course()).at(THURSDAY.end)
    course.fires(flag_overrun)
    assert isinstance(course.wait(MINUTE).fires(flag_overrun), Refused)


@pytest.mark.clause("G-STD-8")
def test_another_engineer_of_the_service_takes_over_and_then_it_is_theirs() -> None:
    course = scheduled(a_course()).does(take_over, BEN, None).at(THURSDAY.start)
    course.refuses(start_production, ANA, None)
    course.does(start_production, BEN, None).does(take_over, OMAR, None)
    course.does(finish_production, OMAR, SUCCEEDED)
    assert course.change.requester == ANA


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("person", [PAUL, QUINN, STRANGER])
def test_nobody_from_elsewhere_takes_over(person: PersonId) -> None:
    refused = scheduled(a_course()).refuses(take_over, person, None)
    assert refused.gates[0].who == (BEN, OMAR), "those who could; Ana deploys it already"


@pytest.mark.clause("G-STD-8")
def test_the_deployer_does_not_take_over_from_themselves() -> None:
    assert sentences(scheduled(a_course()).refuses(take_over, ANA, None)) == "You deploy CHG-1 already."


@pytest.mark.clause("G-STD-8")
def test_a_deployer_who_is_no_longer_an_engineer_of_the_service_does_not_start() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    course.roster = a_roster(engineer=(BEN, OMAR))
    course.refuses(start_production, ANA, None)


@pytest.mark.clause("G-STD-5")
def test_a_verified_version_is_not_put_into_staging_again() -> None:
    refused = verified(a_course()).refuses(start_staging, ANA, None)
    assert sentences(refused).endswith("CHG-1 now: it is verified and waits for a window.")


@pytest.mark.clause("G-STD-5")
def test_what_is_running_in_staging_keeps_its_version() -> None:
    course = ready_for_staging(a_course()).does(start_staging, ANA, None)
    course.refuses(revise, ANA, revision(course, version="4.13.0"))
    revised(course, reviewers=(OMAR,))
    assert course.stage is Stage.STAGING


@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize(
    ("form", "how"), [(SUCCEEDED, "succeeded"), (FAILED, "failed"), (UNTOUCHED, "failed")]
)
def test_who_finishes_reads_what_was_recorded(form: Finish, how: str) -> None:
    assert (
        sentences(deploying(a_course()).tries(finish_production, ANA, form)) == f"DEP-3 to production {how}."
    )
