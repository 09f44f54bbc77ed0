"""What waits for whom on a hotfix: beside what a change always leaves, words, breaches, reviews."""

from dataclasses import replace

import pytest

from bot.rules.guide import PEER
from bot.rules.inputs import Reason
from bot.rules.setting import Neighbors
from bot.rules.terms import ApprovalStage, ChangeId, DeploymentId, PersonId, Role
from bot.rules.waiting import Waiting, WaitingKind, concerned, owes, waiting_for
from bot.workflows.hotfix import ratify_breach, refuse_breach
from bot.workflows.request import withdraw
from bot.workflows.review import draft_review, return_review, sign_review, submit_review
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    LEA,
    OMAR,
    PAUL,
    PRIYA,
    TIA,
    TOM,
    Course,
    a_course,
    a_roster,
    deploying,
)
from tests.acting_in_hotfixes import (
    DECLARATION,
    HAND_IN,
    NIGHT,
    WHY,
    a_hotfix,
    confirmed,
    disputed,
    finished,
    handed_in,
    in_breach,
    ready_to_sign,
    signed,
    spoken,
    started,
    starts,
    untouched,
)

Kind = WaitingKind
BOTH_STAGES = (ApprovalStage.CODE, ApprovalStage.PRODUCTION)


def kinds(course: Course, person: PersonId) -> list[WaitingKind]:
    return [each.kind for each in waiting_for(person, course.change, course.setting)]


def everybody(course: Course) -> dict[PersonId, list[WaitingKind]]:
    found = {person: kinds(course, person) for person in EVERYBODY}
    return {person: what for person, what in found.items() if what}


def of_kind(course: Course, person: PersonId, kind: WaitingKind) -> Waiting:
    (found,) = (each for each in waiting_for(person, course.change, course.setting) if each.kind is kind)
    return found


@pytest.mark.clause("G-HOT-2")
def test_a_declared_hotfix_waits_for_its_peer_and_its_signers_at_once() -> None:
    course = a_hotfix()
    assert everybody(course) == {person: [Kind.APPROVE] for person in (BEN, EVE, EMIL, PAUL, PRIYA)}
    assert of_kind(course, EVE, Kind.APPROVE).seats == (Role.ENGINEERING_MANAGER,)
    night = a_hotfix(at=NIGHT)
    assert of_kind(night, OMAR, Kind.APPROVE).seats == (Role.ON_CALL,)
    both = a_hotfix(a_roster(engineering_manager=(BEN,)))
    assert of_kind(both, BEN, Kind.APPROVE).stages == BOTH_STAGES


@pytest.mark.clause("G-HOT-3")
def test_it_waits_for_its_deployer_once_it_can_start_and_not_before() -> None:
    assert kinds(signed(a_hotfix()), ANA) == [Kind.START_PRODUCTION]
    assert kinds(a_hotfix().approved_by(BEN, EVE), ANA) == []
    busy = signed(a_hotfix())
    busy.neighbors = Neighbors(deploying=(ChangeId(7), DeploymentId(30)))
    assert kinds(busy, ANA) == []
    blocked = disputed(spoken(signed(a_hotfix()), EMIL), EMIL)
    assert kinds(blocked, ANA) == [Kind.START_PRODUCTION]


@pytest.mark.clause("G-HOT-2")
def test_a_word_waits_for_whoever_is_said_to_have_spoken_it() -> None:
    course = spoken(a_hotfix(a_roster(engineering_director=(EVE,)), at=NIGHT), EVE, PAUL)
    assert of_kind(course, EVE, Kind.CONFIRM_VERBAL).words == (1, 2)
    assert of_kind(course, PAUL, Kind.CONFIRM_VERBAL).words == (3,)
    assert Kind.CONFIRM_VERBAL not in kinds(confirmed(course, EVE), EVE)
    assert Kind.CONFIRM_VERBAL not in kinds(disputed(course, PAUL), PAUL)
    withdrawn = spoken(a_hotfix(), EVE).does(withdraw, ANA, Reason(WHY))
    assert everybody(withdrawn) == {EVE: [Kind.CONFIRM_VERBAL]}


@pytest.mark.clause("G-HOT-3")
def test_a_breach_waits_for_everybody_who_holds_a_missing_seats_role() -> None:
    course = in_breach(a_hotfix(a_roster(product_manager=(EVE, PAUL))))
    assert of_kind(course, EVE, Kind.ANSWER_BREACH).seats == (Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER)
    assert of_kind(course, OMAR, Kind.ANSWER_BREACH).seats == (PEER,)
    assert Kind.ANSWER_BREACH not in kinds(course, ANA)
    assert Kind.ANSWER_BREACH not in kinds(course, LEA)
    assert kinds(course, EMIL) == [Kind.ANSWER_BREACH]
    course.does(ratify_breach, EVE, None)
    assert Kind.ANSWER_BREACH not in kinds(course, PAUL)
    assert Kind.ANSWER_BREACH in kinds(course, BEN)


@pytest.mark.clause("G-HOT-5")
def test_an_open_review_waits_for_its_author_and_a_handed_in_one_for_who_signs() -> None:
    course = started(a_hotfix())
    assert kinds(course, ANA) == [Kind.FINISH_PRODUCTION, Kind.WRITE_REVIEW]
    course = handed_in(a_hotfix())
    assert Kind.WRITE_REVIEW not in kinds(course, ANA)
    for person in (EVE, EMIL, DORA, DANA):
        assert kinds(course, person) == [Kind.SIGN_REVIEW]
    course.does(return_review, EVE, Reason(WHY))
    assert Kind.WRITE_REVIEW in kinds(course, ANA)
    assert Kind.SIGN_REVIEW not in kinds(course, EVE)


@pytest.mark.clause("G-HOT-5")
def test_a_review_waits_for_whoever_wrote_on_it_last_and_never_for_its_author_to_sign() -> None:
    course = finished(a_hotfix(a_roster(engineering_manager=(OMAR, EVE)))).does(draft_review, OMAR, HAND_IN)
    assert Kind.WRITE_REVIEW in kinds(course, OMAR)
    assert Kind.WRITE_REVIEW not in kinds(course, ANA)
    course.does(submit_review, OMAR, HAND_IN)
    assert Kind.SIGN_REVIEW not in kinds(course, OMAR)
    assert Kind.SIGN_REVIEW in kinds(course, EVE)


@pytest.mark.clause("G-APP-1")
def test_a_deferred_code_review_waits_for_every_lead_until_it_is_done() -> None:
    course = finished(a_hotfix())
    for person in (TIA, TOM):
        assert kinds(course, person) == [Kind.APPROVE]
    assert of_kind(course, TIA, Kind.APPROVE).stages == (ApprovalStage.CODE,)
    assert kinds(course.approved_by(TIA), TOM) == []
    after = a_hotfix(hotfix={"code_review": "after"}).approved_by(EVE, PAUL)
    starts(after)
    assert kinds(after, BEN) == [Kind.APPROVE]
    assert kinds(after, OMAR) == []
    withdrawn = untouched(a_hotfix()).does(withdraw, ANA, Reason(WHY))
    assert kinds(withdrawn, TIA) == [Kind.APPROVE]
    assert kinds(ready_to_sign(a_hotfix()).does(sign_review, EVE, None), TOM) == []


@pytest.mark.clause("G-APP-1")
def test_after_the_start_a_spoken_look_waits_for_its_speakers_own_act() -> None:
    course = spoken(a_hotfix(), (OMAR, Role.ENGINEER), EVE, PAUL)
    starts(confirmed(course, OMAR))
    assert of_kind(course, OMAR, Kind.APPROVE).seats == (PEER,)
    assert Kind.APPROVE in kinds(course, BEN)
    unnamed = spoken(a_hotfix(form=replace(DECLARATION, reviewers=())), (OMAR, Role.ENGINEER), EVE, PAUL)
    starts(unnamed)
    assert Kind.APPROVE in kinds(unnamed, BEN)
    assert Kind.APPROVE in kinds(unnamed, OMAR)


def test_nothing_of_a_hotfix_waits_on_a_change_that_is_none() -> None:
    assert everybody(deploying(a_course())) == {ANA: [Kind.FINISH_PRODUCTION]}


@pytest.mark.clause("G-HOT-5")
def test_what_a_hotfix_leaves_is_owed_until_it_is_all_done() -> None:
    assert not owes(a_course().change)
    assert not owes(signed(a_hotfix()).change)
    assert owes(spoken(a_hotfix(), EVE).change)
    assert not owes(confirmed(spoken(a_hotfix(), EVE), EVE).change)
    assert owes(finished(a_hotfix()).change)
    course = ready_to_sign(a_hotfix()).does(sign_review, EVE, None)
    assert not owes(course.change)
    breach = in_breach(a_hotfix())
    breach.facts = tuple(fact for fact in breach.facts if type(fact).__name__ != "ReviewOpened")
    assert owes(breach.change)
    for person in (EVE, PAUL, BEN):
        breach.does(refuse_breach, person, Reason(WHY))
    assert not owes(breach.change)


@pytest.mark.clause("G-HOT-5")
def test_an_act_on_a_hotfix_concerns_whoever_writes_its_review() -> None:
    course = finished(a_hotfix()).does(draft_review, OMAR, HAND_IN)
    assert OMAR in concerned(course.change, course.setting)
    declared = a_hotfix()
    assert concerned(declared.change, declared.setting) == (ANA, BEN)
    untouched_yet = untouched(a_hotfix()).does(draft_review, OMAR, HAND_IN)
    assert concerned(untouched_yet.change, untouched_yet.setting) == (ANA, OMAR, BEN)
