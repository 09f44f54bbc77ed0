"""Asking for a deployment, and what its requester does to the request afterwards."""

from dataclasses import replace

import pytest

from bot.rules.change import (
    EvidenceKind,
    EvidenceState,
    PullRequest,
    ReturnedBecause,
    RollbackPlan,
    WindowEnd,
)
from bot.rules.facts import ApprovalVoided, ChangeRequested, VersionRevised
from bot.rules.gates import evidence_gates
from bot.rules.inputs import EvidenceInput, Reason, Rejection, VerificationInput, WishedWindow
from bot.rules.life import Stage
from bot.rules.production_facts import DeploymentStarted
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, PersonId, Words
from bot.rules.verdict import Done, Refused
from bot.workflows.approve import reject
from bot.workflows.request import record_evidence, resubmit, revise, withdraw
from bot.workflows.verify import verify
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    CI,
    DORA,
    EMIL,
    EVE,
    LEA,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PLAN,
    QUINN,
    REQUEST,
    SATURDAY,
    STRANGER,
    TIA,
    Course,
    a_course,
    a_guide,
    a_policy,
    a_roster,
    a_span,
    clauses,
    in_staging,
    no,
    proof,
    revised,
    revision,
    scheduled,
    sentences,
    standing,
    unmet_clauses,
    verified,
    windowed,
    with_evidence,
)

OTHER_PULL_REQUEST = PullRequest(Words("#999"), (ANA,))
BARE = (no(EvidenceKind.BRANCH), no(EvidenceKind.PULL_REQUEST), no(EvidenceKind.CI), no(EvidenceKind.MERGE))


def asked(actor: PersonId = ANA, neighbors: Neighbors | None = None, **different: object) -> Refused | Done:
    course = Course(a_policy(a_guide()), a_roster(), neighbors=neighbors or Neighbors())
    return course.request(actor, replace(REQUEST, **different))  # type: ignore[arg-type] # callers name its fields


def refused_for(**different: object) -> list[str]:
    verdict = asked(**different)  # type: ignore[arg-type] # callers name its fields
    assert isinstance(verdict, Refused)
    assert all(gate.field for gate in verdict.gates)
    return clauses(verdict)


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize("kind", [ChangeType.ROUTINE, ChangeType.CONFIG, ChangeType.INFRA])
def test_an_engineer_asks_for_a_routine_config_or_infra_change(kind: ChangeType) -> None:
    verdict = asked(type=kind)
    assert isinstance(verdict, Done)
    assert isinstance(verdict.facts[0], ChangeRequested)
    assert sentences(verdict) == "CHG-1: you asked to deploy payments 4.12.0."


@pytest.mark.clause("G-TYPE-1")
def test_a_hotfix_is_not_asked_for_as_a_standard_change() -> None:
    assert refused_for(type=ChangeType.HOTFIX) == ["G-TYPE-1"]


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize("person", [STRANGER, PAUL, DORA, LEA, TIA])
def test_only_engineers_of_the_service_ask(person: PersonId) -> None:
    verdict = asked(person)
    assert isinstance(verdict, Refused)
    assert verdict.gates[0].who == (ANA, BEN, OMAR)


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize(
    "kind", [EvidenceKind.BRANCH, EvidenceKind.PULL_REQUEST, EvidenceKind.CI, EvidenceKind.MERGE]
)
def test_a_routine_change_needs_all_its_evidence(kind: EvidenceKind) -> None:
    assert refused_for(evidence=(no(kind),)) == ["G-TYPE-1"]


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize("kind", [ChangeType.CONFIG, ChangeType.INFRA])
def test_config_and_infra_may_do_without_code_if_they_say_why(kind: ChangeType) -> None:
    assert isinstance(asked(type=kind, evidence=BARE, pull_requests=()), Done)
    assert refused_for(type=kind, evidence=(no(EvidenceKind.CI, "  "),)) == ["G-TYPE-1"]


@pytest.mark.clause("G-STD-4")
@pytest.mark.clause("G-TYPE-1")
def test_what_has_a_pull_request_is_merged() -> None:
    bare = replace(REQUEST, type=ChangeType.CONFIG, evidence=BARE, pull_requests=())
    course = a_course(form=bare)
    assert unmet_clauses(evidence_gates(course.change)) == []
    revised(course, pull_requests=(ANAS_PULL_REQUEST,))
    assert unmet_clauses(evidence_gates(course.change)) == ["G-STD-4"]


@pytest.mark.clause("G-STD-1")
@pytest.mark.clause("G-STD-2")
@pytest.mark.clause("G-STD-4")
@pytest.mark.parametrize("kind", [EvidenceKind.BRANCH, EvidenceKind.CI, EvidenceKind.MERGE])
def test_evidence_that_says_nothing_is_none(kind: EvidenceKind) -> None:
    assert refused_for(evidence=(proof(kind, text=" "),))


@pytest.mark.clause("G-TYPE-1")
def test_two_unfinished_changes_of_a_service_never_carry_the_same_version() -> None:
    verdict = asked(neighbors=Neighbors(same_version=ChangeId(7)))
    assert sentences(verdict) == "CHG-7 carries payments 4.12.0 already."
    course = a_course()
    course.neighbors = Neighbors(same_version=ChangeId(7))
    assert clauses(course.refuses(revise, ANA, revision(course, version="4.13.0"))) == ["G-TYPE-1"]


@pytest.mark.clause("G-STD-6")
def test_a_version_that_failed_verification_is_not_asked_for_again() -> None:
    verdict = asked(neighbors=Neighbors(failed_verification=True))
    assert isinstance(verdict, Refused)
    assert clauses(verdict) == ["G-STD-6"]
    course = a_course()
    course.neighbors = Neighbors(failed_verification=True)
    assert clauses(course.refuses(revise, ANA, revision(course, version="4.13.0"))) == ["G-STD-6"]


@pytest.mark.clause("G-TYPE-1")
def test_a_version_has_a_name() -> None:
    assert refused_for(version="  ") == ["G-TYPE-1"]


@pytest.mark.clause("G-STD-10")
@pytest.mark.parametrize(
    "plan",
    [
        replace(PLAN, text=NO_WORDS),
        replace(PLAN, pretest=NO_WORDS),
        RollbackPlan(NO_WORDS, pretested=False, pretest=NO_WORDS),
    ],
)
def test_a_rollback_plan_comes_with_the_request_and_stays_in_every_revision(plan: RollbackPlan) -> None:
    assert refused_for(plan=plan) == ["G-STD-10"]
    course = a_course()
    assert clauses(course.refuses(revise, ANA, revision(course, plan=plan))) == ["G-STD-10"]


def test_a_refusal_names_everything_at_once() -> None:
    verdict = asked(STRANGER, version="", plan=replace(PLAN, text=NO_WORDS), type=ChangeType.HOTFIX)
    assert isinstance(verdict, Refused)
    assert clauses(verdict) == ["G-TYPE-1", "G-TYPE-1", "G-TYPE-1", "G-STD-10"]


@pytest.mark.clause("G-STD-7")
@pytest.mark.clause("G-APP-4")
def test_a_wished_window_that_is_illegal_even_now_is_refused_at_once() -> None:
    assert refused_for(wished=WishedWindow(a_span(24, 14, 15), NO_WORDS)) == ["G-STD-7"]
    assert refused_for(wished=WishedWindow(SATURDAY, NO_WORDS)) == ["G-APP-4"]
    assert isinstance(asked(wished=WishedWindow(SATURDAY, Words("certificate"))), Done)


@pytest.mark.clause("G-ENV-1")
def test_the_requester_attests_development_and_the_record_says_so() -> None:
    course = a_course()
    (deployment,) = course.change.deployments
    assert (deployment.environment, deployment.attested, deployment.started_by) == ("development", True, ANA)
    course = a_course(form=replace(REQUEST, in_development=False))
    assert course.change.deployments == ()
    course.does(record_evidence, ANA, EvidenceInput((), in_development=True))
    assert [type(fact) for fact in course.facts][-2] is DeploymentStarted


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-STD-2")
def test_what_is_on_record_is_not_recorded_twice() -> None:
    course = a_course()
    refused = course.refuses(record_evidence, ANA, EvidenceInput((CI,), in_development=True))
    assert sentences(refused) == "That is on record already."


@pytest.mark.clause("G-STD-2")
@pytest.mark.parametrize("person", [BEN, TIA, STRANGER])
def test_evidence_is_typed_in_by_the_requester(person: PersonId) -> None:
    course = a_course()
    news = EvidenceInput((proof(EvidenceKind.CI, EvidenceState.FAILED),))
    assert course.refuses(record_evidence, person, news).gates[0].who == (ANA,)


@pytest.mark.clause("G-STD-2")
def test_ci_that_fails_after_an_approval_voids_nothing() -> None:
    course = scheduled(a_course())
    before = standing(course)
    with_evidence(course, proof(EvidenceKind.CI, EvidenceState.FAILED))
    assert standing(course) == before
    assert course.stage is Stage.SCHEDULED


@pytest.mark.clause("G-APP-1")
def test_evidence_turned_not_applicable_voids_the_code_approvals_only() -> None:
    course = a_course(form=replace(REQUEST, type=ChangeType.CONFIG))
    scheduled(course)
    with_evidence(course, no(EvidenceKind.BRANCH))
    assert standing(course) == [LEA, PAUL, EVE]
    assert course.stage is Stage.APPROVING
    course = a_course(form=replace(REQUEST, type=ChangeType.CONFIG))
    refused = course.refuses(record_evidence, ANA, EvidenceInput((no(EvidenceKind.BRANCH, " "),)))
    assert clauses(refused) == ["G-TYPE-1"]


@pytest.mark.clause("G-APP-1")
def test_other_pull_requests_void_the_code_approvals_only() -> None:
    course = revised(scheduled(a_course()), pull_requests=(ANAS_PULL_REQUEST, OTHER_PULL_REQUEST))
    assert standing(course) == [LEA, PAUL, EVE]
    assert course.stage is Stage.APPROVING
    assert course.change.window


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-STD-10")
def test_another_rollback_plan_voids_the_production_approvals_only() -> None:
    course = revised(scheduled(a_course()), plan=OTHER_PLAN)
    assert standing(course) == [BEN, TIA, LEA]
    assert course.stage is Stage.APPROVING
    assert course.change.window


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-3")
def test_both_at_once_void_both_and_staging_stands() -> None:
    course = revised(scheduled(a_course()), plan=OTHER_PLAN, pull_requests=(OTHER_PULL_REQUEST,))
    assert standing(course) == [LEA]


@pytest.mark.clause("G-APP-1")
def test_other_reviewers_void_nothing() -> None:
    course = scheduled(a_course())
    before = standing(course)
    assert standing(revised(course, reviewers=(OMAR,))) == before
    assert course.stage is Stage.SCHEDULED


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-STD-2")
@pytest.mark.clause("G-STD-6")
def test_a_new_version_voids_everything() -> None:
    course = revised(scheduled(a_course()), version="4.13.0")
    assert standing(course) == []
    assert course.stage is Stage.PREPARING
    assert course.change.evidence == {}
    assert course.change.window is None
    assert course.change.windows[-1].ended is WindowEnd.VERSION_REVISED
    assert all(course.change.latest_in(each) is None for each in course.policy.guide.environments)
    assert [type(fact) for fact in course.facts[-7:]].count(ApprovalVoided) == 5
    assert isinstance(course.facts[-1], VersionRevised)


@pytest.mark.clause("G-STD-6")
def test_going_back_to_an_earlier_version_brings_back_no_verification() -> None:
    course = revised(verified(a_course()), version="4.13.0")
    verdict = course.tries(revise, ANA, revision(course, version="4.12.0"))
    assert isinstance(verdict, Refused) or course.stage is Stage.PREPARING


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("person", [BEN, TIA, EVE])
def test_only_the_requester_revises(person: PersonId) -> None:
    course = a_course()
    course.refuses(revise, person, revision(course, plan=OTHER_PLAN))


def test_a_revision_that_changes_nothing_is_said_to() -> None:
    course = a_course()
    assert sentences(course.refuses(revise, ANA, revision(course))) == "Nothing changed."


@pytest.mark.clause("G-APP-1")
def test_a_returned_change_is_revised_and_resubmitted_in_one() -> None:
    course = a_course().approved_by(BEN).does(reject, TIA, Rejection(Words("split it")))
    revised(course, plan=OTHER_PLAN)
    assert course.change.returned
    revised(course, resubmit=True)
    assert course.stage is Stage.PREPARING
    assert standing(course) == [BEN]


@pytest.mark.clause("G-STD-6")
def test_after_a_failed_verification_only_a_new_version_helps() -> None:
    course = in_staging(a_course()).does(
        verify, QUINN, VerificationInput(passed=False, notes=Words("the totals are wrong"))
    )
    assert course.change.returned
    assert course.change.returned.because is ReturnedBecause.VERIFICATION_FAILED
    assert clauses(course.refuses(resubmit, ANA, None)) == ["G-STD-6"]
    course.refuses(revise, ANA, revision(course, plan=OTHER_PLAN, resubmit=True))
    revised(course, version="4.12.1")
    assert course.stage is Stage.PREPARING


@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize("person", [ANA, EVE, EMIL])
def test_a_change_is_withdrawn_by_its_requester_or_a_manager_with_a_reason(person: PersonId) -> None:
    course = windowed(a_course())
    assert clauses(course.refuses(withdraw, person, Reason(Words(" ")))) == ["G-LOG-1"]
    course.does(withdraw, person, Reason(Words("not needed any more")))
    assert course.stage is Stage.WITHDRAWN
    course.refuses(withdraw, person, Reason(Words("again")))


@pytest.mark.clause("G-LOG-1")
@pytest.mark.parametrize("person", [BEN, TIA, PAUL, STRANGER])
def test_nobody_else_withdraws_it(person: PersonId) -> None:
    refused = a_course().refuses(withdraw, person, Reason(Words("I think not")))
    assert refused.gates[0].who == (ANA, EVE, EMIL)


@pytest.mark.clause("G-TYPE-1")
def test_who_left_the_service_no_longer_revises_or_schedules_their_change() -> None:
    course = verified(a_course())
    course.roster = a_roster(engineer=(BEN, OMAR))
    course.refuses(revise, ANA, revision(course, plan=OTHER_PLAN))


def test_a_number_is_taken_only_when_the_request_is_accepted() -> None:
    course = Course(a_policy(a_guide()), a_roster())
    course.request(STRANGER)
    verdict = course.request()
    assert sentences(verdict).startswith("CHG-1:")


@pytest.mark.clause("G-APP-1")
def test_what_is_revised_while_resubmitting_is_revised() -> None:
    course = a_course().does(reject, TIA, Rejection(Words("split it")))
    revised(course, plan=OTHER_PLAN, resubmit=True)
    assert course.change.plan == OTHER_PLAN
    assert course.stage is Stage.PREPARING


@pytest.mark.clause("G-STD-6")
def test_a_new_version_after_a_failed_verification_is_resubmitted_by_itself() -> None:
    course = in_staging(a_course()).does(verify, QUINN, VerificationInput(passed=False, notes=Words("wrong")))
    revised(course, version="4.12.1", resubmit=True)
    assert course.stage is Stage.PREPARING
