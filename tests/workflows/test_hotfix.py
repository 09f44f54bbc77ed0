"""Declaring a hotfix, starting it, and the other ways that it can go."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.change import Outcome
from bot.rules.hotfix import Issue, ReviewStage
from bot.rules.hotfix_facts import ReviewOpened
from bot.rules.hotfix_inputs import HotfixDeclaration, TimelineEntry
from bot.rules.inputs import Finish, Reason, Rejection, RollbackStart, Seen
from bot.rules.life import Stage
from bot.rules.production_facts import DeploymentStarted
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, DeploymentId, PersonId, Role, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.approve import approve, reject, take_back_approval
from bot.workflows.deploy import finish_production, start_production, start_staging, take_over
from bot.workflows.request import revise, withdraw
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.watch import confirm_healthy
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    HOUR,
    MINUTE,
    MONDAY,
    OMAR,
    OTHER_PLAN,
    PAUL,
    QUINN,
    TIA,
    Course,
    a_roster,
    clauses,
    revised,
    revision,
    sentences,
    standing,
)
from tests.acting_in_hotfixes import (
    DECLARATION,
    FAILED,
    FAILED_UNTOUCHED,
    ISSUE,
    NIGHT,
    SUCCEEDED,
    WHY,
    a_hotfix,
    declares,
    disputed,
    finished,
    in_breach,
    signed,
    spoken,
    started,
    starts,
    the_review,
    undeclared,
    untouched,
    words_of,
)
from tests.acting_in_production import stage_of

Build = Callable[[Course], Course]
ROOT_CAUSE = replace(ISSUE, root_cause=Words("a certificate that ran out"))
A_QUOTE = TimelineEntry(Words("rates are back to normal"), QUINN, NIGHT)


@pytest.mark.clause("G-HOT-1")
@pytest.mark.clause("G-TYPE-1")
def test_an_engineer_of_the_service_declares_a_hotfix_with_its_issue() -> None:
    course = undeclared()
    verdict = declares(course, ANA)
    assert sentences(verdict) == "CHG-1: you declared the hotfix payments 4.12.1."
    change = course.change
    assert (change.type, change.version, change.service) == (ChangeType.HOTFIX, "4.12.1", "payments")
    assert (change.requester, change.deployer, change.issue) == (ANA, ANA, ISSUE)
    assert (change.incident_channel, change.reviewers, change.review) == ("C0INC", (BEN,), None)
    assert course.stage is Stage.DECLARED


@pytest.mark.clause("G-HOT-1")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA, BEN, OMAR}))
def test_nobody_else_declares(person: PersonId) -> None:
    verdict = declares(undeclared(), person)
    assert isinstance(verdict, Refused)
    assert [(gate.clause, gate.field) for gate in verdict.gates] == [("G-HOT-1", Field.SERVICE)]
    assert verdict.gates[0].who == (ANA, BEN, OMAR)


@pytest.mark.clause("G-HOT-1")
@pytest.mark.parametrize(
    ("form", "fields"),
    [
        (replace(DECLARATION, issue=replace(ISSUE, severity="SEV9")), [Field.SEVERITY]),
        (replace(DECLARATION, issue=replace(ISSUE, impact=Words(" "))), [Field.IMPACT]),
        (replace(DECLARATION, issue=Issue("", NO_WORDS)), [Field.SEVERITY, Field.IMPACT]),
        (replace(DECLARATION, version=" "), [Field.VERSION]),
    ],
)
def test_severity_impact_and_version_must_be_said(form: HotfixDeclaration, fields: list[Field]) -> None:
    verdict = declares(undeclared(), ANA, form)
    assert isinstance(verdict, Refused)
    assert [(gate.field, gate.met) for gate in verdict.gates] == [(field, False) for field in fields]


@pytest.mark.clause("G-HOT-1")
def test_the_root_cause_may_be_unknown_and_the_severities_are_the_companys() -> None:
    assert a_hotfix().change.issue == ISSUE
    course = undeclared(hotfix={"severities": ["P1", "P2"]})
    assert isinstance(declares(course, ANA), Refused)
    form = replace(DECLARATION, issue=replace(ROOT_CAUSE, severity="P2"))
    assert isinstance(declares(course, ANA, form), Done)


@pytest.mark.clause("G-TYPE-1")
def test_a_version_that_another_change_carries_is_refused() -> None:
    course = undeclared()
    course.neighbors = Neighbors(same_version=ChangeId(142))
    verdict = declares(course, ANA)
    assert isinstance(verdict, Refused)
    assert sentences(verdict) == "CHG-142 carries payments 4.12.1 already."
    assert verdict.gates[0].field is Field.VERSION


@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize("night", [True, False])
def test_who_declares_while_on_call_has_signed_for_on_call(*, night: bool) -> None:
    course = a_hotfix(by=OMAR, at=NIGHT if night else MONDAY)
    (signature,) = course.change.approvals
    assert (signature.row, signature.person, signature.spoken) == ("G-APP-4", OMAR, None)
    assert Role.ON_CALL in signature.roles


@pytest.mark.clause("G-APP-4")
def test_who_declares_on_call_still_needs_the_director_and_is_not_their_own_director() -> None:
    roster = a_roster(engineering_director=(OMAR, DORA))
    course = spoken(a_hotfix(roster, by=OMAR, at=NIGHT), BEN, EVE, PAUL, by=QUINN)
    assert clauses(course.refuses(start_production, OMAR, None)) == ["G-APP-4"]
    course.refuses(approve, OMAR, Seen())
    course.approved_by(DORA).does(start_production, OMAR, None)


@pytest.mark.clause("G-APP-4")
def test_who_declares_and_is_not_on_call_has_signed_nothing() -> None:
    assert a_hotfix(at=NIGHT).change.approvals == ()


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-1")
def test_a_start_names_every_signature_that_is_missing_and_who_can_give_it() -> None:
    refused = a_hotfix(at=NIGHT).refuses(start_production, ANA, None)
    assert clauses(refused) == ["G-APP-1", "G-HOT-2", "G-APP-4"]
    assert [gate.who for gate in refused.gates] == [
        (BEN, OMAR, TIA, PersonId("tom")),
        (EVE, EMIL, PAUL, PersonId("priya")),
        (DORA, PersonId("dana"), OMAR),
    ]


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-5")
def test_a_signed_hotfix_starts_without_window_notice_or_staging_and_its_review_opens() -> None:
    course = signed(a_hotfix())
    verdict = course.tries(start_production, ANA, None)
    assert isinstance(verdict, Done)
    deployment, opened = verdict.facts
    assert isinstance(deployment, DeploymentStarted)
    assert (deployment.environment, deployment.window_end, deployment.by) == ("production", None, ANA)
    assert not deployment.attested
    assert opened == ReviewOpened(course.now)
    assert course.stage is Stage.DEPLOYING
    assert the_review(course).stage is ReviewStage.OPEN


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("absent", [BEN, EVE, PAUL])
def test_without_any_one_of_the_signatures_it_does_not_start(absent: PersonId) -> None:
    course = a_hotfix().approved_by(*(person for person in (BEN, EVE, PAUL) if person != absent))
    course.refuses(start_production, ANA, None)


@pytest.mark.clause("G-HOT-3")
def test_signed_by_day_and_started_by_night_it_needs_the_nights_signatures_too() -> None:
    course = signed(a_hotfix()).at(NIGHT)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-APP-4"]
    starts(course.approved_by(DORA, OMAR))


@pytest.mark.clause("G-STD-8")
def test_only_the_deployer_starts_and_one_takes_over_with_one_click() -> None:
    course = signed(a_hotfix())
    assert course.refuses(start_production, BEN, None).gates[0].who == (ANA,)
    course.does(take_over, BEN, None).does(start_production, BEN, None)


@pytest.mark.clause("G-STD-8")
def test_while_something_of_the_service_runs_in_production_it_does_not_start() -> None:
    course = signed(a_hotfix())
    course.neighbors = Neighbors(deploying=(ChangeId(7), DeploymentId(30)))
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-8"]
    started(a_hotfix()).refuses(start_production, ANA, None)


@pytest.mark.clause("G-STD-6")
def test_a_version_that_failed_its_verification_is_blocked_as_a_hotfix_too() -> None:
    course = signed(a_hotfix())
    course.neighbors = Neighbors(failed_verification=True)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-STD-6"]


@pytest.mark.clause("G-HOT-3")
def test_a_hotfix_takes_no_way_through_staging_and_is_not_rejected() -> None:
    course = signed(a_hotfix())
    course.refuses(start_staging, ANA, None)
    course.refuses(reject, EVE, Rejection(WHY))


@pytest.mark.clause("G-HOT-4")
def test_a_hotfix_is_watched_for_thirty_minutes_like_every_deployment() -> None:
    course = finished(a_hotfix())
    assert course.stage is Stage.MONITORING
    course.wait(29 * MINUTE).refuses(confirm_healthy, ANA, None)
    assert course.wait(MINUTE).does(confirm_healthy, ANA, None).stage is Stage.DONE


@pytest.mark.clause("G-HOT-4")
@pytest.mark.clause("G-RB-2")
def test_a_hotfix_that_touched_production_and_failed_is_rolled_back() -> None:
    course = started(a_hotfix()).does(finish_production, ANA, FAILED)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    course.does(start_rollback, OMAR, RollbackStart()).does(finish_rollback, OMAR, SUCCEEDED)
    course.wait(30 * MINUTE).does(confirm_healthy, OMAR, None)
    assert course.stage is Stage.ROLLED_BACK
    assert the_review(course).stage is ReviewStage.OPEN


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-5")
def test_a_start_that_left_production_untouched_leads_back_and_may_be_made_again() -> None:
    course = untouched(a_hotfix())
    assert course.stage is Stage.DECLARED
    assert standing(course) == [BEN, EVE, PAUL]
    course.wait(HOUR)
    verdict = course.tries(start_production, ANA, None)
    assert isinstance(verdict, Done)
    assert verdict.facts[-1] == ReviewOpened(course.now)
    assert [each.outcome for each in course.change.deployments] == [Outcome.FAILED_UNTOUCHED, None]


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-4")
def test_a_new_version_voids_everything_but_the_declarers_signature_for_on_call() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT).approved_by(BEN, EVE, PAUL, DORA)
    course.does(revise, OMAR, revision(course, version="4.12.2"))
    assert standing(course) == [OMAR]
    assert course.stage is Stage.DECLARED


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-4")
def test_a_changed_plan_voids_the_production_approvals_but_the_declarers_signature_for_on_call() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT).approved_by(BEN, EVE, PAUL, DORA)
    course.does(revise, OMAR, revision(course, plan=OTHER_PLAN))
    assert standing(course) == [OMAR, BEN]


@pytest.mark.clause("G-HOT-2")
def test_a_requesters_other_signatures_are_voided_like_everybodys() -> None:
    roster = a_roster(engineering_manager=(OMAR, EVE))
    course = a_hotfix(roster, by=OMAR, at=NIGHT).approved_by(OMAR, PAUL)
    assert [each.row for each in words_of(course, OMAR)] == ["G-APP-4", "G-HOT-2"]
    course.does(revise, OMAR, revision(course, plan=OTHER_PLAN))
    assert [each.row for each in course.change.standing_approvals] == ["G-APP-4"]


@pytest.mark.clause("G-APP-4")
def test_another_on_call_engineers_signature_is_voided() -> None:
    course = revised(a_hotfix(at=NIGHT).approved_by(OMAR), plan=OTHER_PLAN)
    assert [each.row for each in course.change.standing_approvals] == ["G-APP-1"]


@pytest.mark.clause("G-APP-1")
def test_changed_pull_requests_void_the_look_at_the_code_alone() -> None:
    course = revised(signed(a_hotfix()), pull_requests=())
    assert standing(course) == [EVE, PAUL]


@pytest.mark.clause("G-APP-1")
def test_a_signature_is_taken_back_before_the_start_only() -> None:
    course = signed(a_hotfix()).does(take_back_approval, EVE, Reason(WHY))
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-HOT-2"]
    started(a_hotfix()).refuses(take_back_approval, EVE, Reason(WHY))


@pytest.mark.clause("G-HOT-5")
def test_a_declared_hotfix_is_withdrawn_and_its_record_stays() -> None:
    course = disputed(spoken(a_hotfix(), EVE), EVE).does(withdraw, ANA, Reason(WHY))
    assert course.stage is Stage.WITHDRAWN
    assert course.change.issue
    assert words_of(course, EVE)[0].disputed_at
    started(a_hotfix()).refuses(withdraw, ANA, Reason(WHY))


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_of_before_does_not_open_the_gate_of_the_next_start() -> None:
    course = in_breach(a_hotfix()).does(finish_production, ANA, FAILED_UNTOUCHED)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-APP-1", "G-HOT-2"]


@pytest.mark.clause("G-LOG-1")
def test_a_hotfixes_end_is_recorded_by_its_deployer_with_what_failed() -> None:
    course = started(a_hotfix())
    course.refuses(finish_production, BEN, SUCCEEDED)
    course.refuses(finish_production, ANA, Finish(Outcome.FAILED, NO_WORDS))
