from dataclasses import replace

import pytest

from bot.rules.change import EvidenceKind, EvidenceState, Outcome
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.guide import PEER
from bot.rules.inputs import Finish, RollbackStart
from bot.rules.terms import ApprovalStage, PersonId, Role, Words
from bot.rules.waiting import WaitingKind, concerned, waiting_for
from bot.workflows.rollback import finish_rollback, start_rollback
from tests import acting
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    EVERYBODY,
    LEA,
    OMAR,
    PAUL,
    PIA,
    QUINN,
    REQUEST,
    STRANGER,
    THURSDAY,
    TIA,
    TOM,
    Course,
    a_course,
    proof,
    with_evidence,
)
from tests.slack import asking_scenes, scenes


def kinds(course: Course, person: PersonId) -> list[WaitingKind]:
    return [each.kind for each in waiting_for(person, course.change, course.setting)]


def everybody(course: Course) -> dict[PersonId, list[WaitingKind]]:
    found = {person: kinds(course, person) for person in EVERYBODY}
    return {person: what for person, what in found.items() if what}


APPROVE, VERIFY, WATCH = [WaitingKind.APPROVE], [WaitingKind.VERIFY], [WaitingKind.WATCH]


@pytest.mark.clause("G-APP-1")
def test_a_new_change_waits_for_its_named_peer_and_every_lead_and_not_for_its_requester() -> None:
    assert everybody(a_course()) == {BEN: APPROVE, TIA: APPROVE, TOM: APPROVE, LEA: APPROVE}


@pytest.mark.clause("G-APP-1")
def test_where_no_peer_is_named_it_waits_for_every_one_who_could() -> None:
    course = a_course(form=replace(REQUEST, reviewers=()))
    (waiting,) = waiting_for(OMAR, course.change, course.setting)
    assert (waiting.kind, waiting.seats) == (WaitingKind.APPROVE, (PEER,))
    assert kinds(course, ANA) == []


def test_whoever_approved_has_nothing_left_nor_has_another_of_the_same_role() -> None:
    course = a_course().approved_by(BEN, TIA)
    assert everybody(course) == {LEA: APPROVE}


def test_what_is_ready_for_staging_waits_for_its_deployer() -> None:
    assert everybody(acting.ready_for_staging(a_course())) == {ANA: [WaitingKind.START_STAGING]}


def test_what_only_lacks_evidence_waits_for_its_requester() -> None:
    course = acting.ready_for_staging(
        with_evidence(a_course(), proof(EvidenceKind.CI, EvidenceState.PENDING))
    )
    assert everybody(course) == {ANA: [WaitingKind.RECORD_EVIDENCE]}


def test_a_running_deployment_waits_for_its_deployer() -> None:
    assert everybody(scenes.staging(a_course())) == {ANA: [WaitingKind.FINISH_STAGING]}
    assert everybody(acting.deploying(a_course())) == {ANA: [WaitingKind.FINISH_PRODUCTION]}


@pytest.mark.clause("G-STD-6")
def test_verification_waits_for_the_roles_that_have_not_verified() -> None:
    course = acting.in_staging(a_course())
    assert kinds(course, QUINN) == kinds(course, PIA) == VERIFY
    (waiting,) = waiting_for(QUINN, course.change, course.setting)
    assert waiting.roles == (Role.QA,)
    assert everybody(acting.verified(a_course())) == {ANA: [WaitingKind.PROPOSE_WINDOW]}


@pytest.mark.clause("G-APP-3")
def test_a_window_waits_for_product_and_engineering_managers() -> None:
    course = acting.windowed(a_course())
    assert set(everybody(course)) == {PAUL, EVE, acting.PRIYA, acting.EMIL}
    (waiting,) = waiting_for(PAUL, course.change, course.setting)
    assert waiting.stages == (ApprovalStage.PRODUCTION,)
    assert kinds(course.approved_by(PAUL), acting.PRIYA) == []


@pytest.mark.clause("G-APP-4")
def test_a_window_after_hours_waits_for_directors_and_whoever_is_on_call() -> None:
    course = scenes.after_hours(a_course())
    assert set(everybody(course)) == {DORA, acting.DANA, OMAR}


@pytest.mark.clause("G-STD-8")
def test_a_start_waits_for_the_deployer_only_once_it_is_possible() -> None:
    course = acting.scheduled(a_course())
    assert everybody(course) == {}
    assert everybody(course.at(THURSDAY.start)) == {ANA: [WaitingKind.START_PRODUCTION]}
    assert everybody(course.at(THURSDAY.end)) == {}


@pytest.mark.clause("G-STD-9")
def test_a_watch_waits_for_deployer_and_on_call_and_after_the_escalation_for_the_managers() -> None:
    assert everybody(acting.watched(a_course())) == {ANA: WATCH, OMAR: WATCH}
    assert EVE in everybody(scenes.escalated(a_course()))
    assert everybody(scenes.done(a_course())) == {}


def test_what_came_back_waits_for_its_requester_alone() -> None:
    assert everybody(scenes.returned(a_course())) == {ANA: [WaitingKind.REVISE]}
    assert everybody(scenes.failed_verification(a_course())) == {ANA: [WaitingKind.REVISE]}


def test_a_rollback_waits_for_the_deployer_and_those_who_are_alarmed() -> None:
    assert kinds(scenes.rollback_required(a_course()), ANA) == [WaitingKind.ROLL_BACK]
    assert kinds(scenes.rollback_required(a_course()), OMAR) == [WaitingKind.ROLL_BACK]


def test_nothing_ever_waits_for_a_stranger_or_after_the_end() -> None:
    for _, goes in scenes.COURSES.values():
        assert kinds(goes(a_course()), STRANGER) == []
    assert everybody(scenes.withdrawn(a_course())) == {}


def test_the_most_pressing_comes_first() -> None:
    both = acting.a_roster(qa=(TIA, QUINN))
    course = acting.in_staging(a_course(both, form=replace(REQUEST, reviewers=(BEN,))))
    other = replace(acting.ANAS_PULL_REQUEST, reference=Words("#882"))
    revised = acting.revised(course, pull_requests=(acting.ANAS_PULL_REQUEST, other))
    assert kinds(revised, TIA) == [WaitingKind.APPROVE, WaitingKind.VERIFY]


def test_whose_home_an_act_may_touch_includes_whoever_watches() -> None:
    assert concerned(a_course().change, a_course().setting) == (ANA, BEN)
    watched = acting.watched(a_course())
    assert {ANA, OMAR, EVE} <= set(concerned(watched.change, watched.setting))


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_waits_for_every_director_but_the_one_who_asks() -> None:
    course = asking_scenes.asked(a_course())
    assert kinds(course, DORA) == kinds(course, acting.DANA) == [WaitingKind.DECIDE_WAIVER]
    own = asking_scenes.asked(a_course(acting.a_roster(engineering_director=(ANA, DORA))))
    assert kinds(own, ANA) == []
    assert kinds(asking_scenes.granted(a_course()), DORA) == []
    assert kinds(course.at(acting.FRIDAY.end), DORA) == []


@pytest.mark.clause("G-STD-8")
def test_a_freeze_over_the_window_waits_for_every_director() -> None:
    course = acting.windowed(a_course())
    freeze = Freeze(FreezeId(7), frozenset(), THURSDAY.start, THURSDAY.end, Words("closing"), EVE)
    setting = replace(course.setting, freezes=(freeze,))
    assert [each.kind for each in waiting_for(DORA, course.change, setting)] == [WaitingKind.EXCEPT]
    assert [each.kind for each in waiting_for(EVE, course.change, setting)] == APPROVE
    assert waiting_for(DORA, course.change, course.setting) == ()


def test_a_rollback_waits_for_whoever_may_start_it_and_then_for_whoever_does_it() -> None:
    course = scenes.rollback_required(a_course())
    assert {person for person, what in everybody(course).items() if what == [WaitingKind.ROLL_BACK]} == {
        ANA,
        OMAR,
        EVE,
        acting.EMIL,
    }
    course.does(start_rollback, OMAR, RollbackStart())
    assert everybody(course) == {ANA: [WaitingKind.FINISH_ROLLBACK], OMAR: [WaitingKind.FINISH_ROLLBACK]}
    course.does(finish_rollback, OMAR, Finish(Outcome.SUCCEEDED, Words("")))
    assert everybody(course) == {ANA: WATCH, OMAR: WATCH}
    assert {ANA, OMAR, EVE} <= set(concerned(course.change, course.setting))


def test_what_is_superseded_waits_for_nobody() -> None:
    assert everybody(asking_scenes.superseded(a_course())) == {}


def test_the_kinds_stand_in_the_order_of_their_urgency() -> None:
    pressing = [WaitingKind.ROLL_BACK, WaitingKind.FINISH_ROLLBACK, WaitingKind.WATCH]
    assert [kind for kind in WaitingKind if kind in pressing] == pressing == list(WaitingKind)[:3]
