"""Who is told what of spoken words, breaches, reviews – and whether a fact stands on the incident's timeline."""

from collections.abc import Callable

import pytest

from bot.rules.facts import AskingReminded
from bot.rules.hotfix_facts import (
    HotfixToContain,
    ReviewDrafted,
    ReviewReminded,
    ReviewSubmitted,
    VerbalConfirmed,
)
from bot.rules.hotfix_inputs import ReviewExtension, Standardization
from bot.rules.inputs import Reason, Seen
from bot.rules.notice import IN_INCIDENTS, IN_THREAD, Notice, NoticeKind
from bot.rules.notices import notices
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, PersonId, Phase, Role
from bot.rules.timeline import is_on_timeline
from bot.rules.verdict import Done, Verdict
from bot.workflows.approve import approve
from bot.workflows.hotfix import (
    ask_whether_contained,
    ratify_breach,
    refuse_breach,
    start_in_breach,
    turn_into_standard,
)
from bot.workflows.request import revise
from bot.workflows.review import extend_review, remind_review, return_review, snooze_review, submit_review
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal, record_verbal
from tests.acting import (
    ANA,
    BEN,
    EVE,
    HOUR,
    MONDAY,
    OMAR,
    OTHER_PLAN,
    PAUL,
    Course,
    Form,
    Timer,
    Verb,
    a_course,
    a_roster,
    revision,
    scheduled,
    sentences,
)
from tests.acting_in_hotfixes import (
    BREACH,
    CONFIRMED,
    DISPUTED,
    HAND_IN,
    NIGHT,
    TEXT,
    WHY,
    a_hotfix,
    a_record,
    confirmed,
    disputed,
    finished,
    in_breach,
    spoken,
    starts,
)

Build = Callable[[Course], Course]
DIRECTORS = (Role.ENGINEERING_DIRECTOR,)


def told(course: Course, act: Callable[[], Verdict], late: int = 0) -> tuple[Notice, ...]:
    before, setting = course.change, course.setting
    verdict = act()
    assert isinstance(verdict, Done), sentences(verdict)
    return notices(before, verdict.facts, setting, late)


def after(course: Course, verb: Verb[Form], actor: PersonId, form: Form) -> tuple[Notice, ...]:
    return told(course, lambda: course.tries(verb, actor, form))


def at_a_timer(course: Course, timer: Timer, late: int = 0) -> tuple[Notice, ...]:
    return told(course, lambda: course.fires(timer), late)


@pytest.mark.clause("G-HOT-2")
def test_who_recorded_hears_once_when_the_last_word_is_confirmed() -> None:
    course = spoken(a_hotfix(), BEN, EVE, PAUL, by=OMAR)
    assert after(course, confirm_verbal, EVE, CONFIRMED) == ()
    assert after(course, confirm_verbal, BEN, CONFIRMED) == ()
    assert after(course, confirm_verbal, PAUL, CONFIRMED) == (
        Notice(NoticeKind.VERBAL_CONFIRMED, (OMAR,), PAUL),
    )


@pytest.mark.clause("G-HOT-3")
def test_the_deployer_is_told_when_others_have_given_the_last_approval() -> None:
    course = a_hotfix().approved_by(BEN, EVE)
    ready = Notice(NoticeKind.SCHEDULED, (ANA,))
    assert after(course, approve, PAUL, Seen()) == (ready,)
    recorded_by_omar = a_hotfix().approved_by(BEN, EVE)
    assert after(recorded_by_omar, record_verbal, OMAR, a_record(recorded_by_omar, PAUL)) == (ready,)


@pytest.mark.clause("G-HOT-3")
def test_the_deployer_is_not_told_what_they_did_themselves_nor_before_nothing_is_missing() -> None:
    course = a_hotfix()
    assert after(course, approve, BEN, Seen()) == ()
    assert after(course, approve, EVE, Seen()) == ()
    assert after(course, record_verbal, ANA, a_record(course, PAUL)) == ()


@pytest.mark.clause("G-HOT-2")
def test_who_confirms_several_words_at_once_is_told_of_once() -> None:
    course = spoken(a_hotfix(a_roster(engineering_director=(EVE,)), at=NIGHT), EVE)
    assert len(after(course, confirm_verbal, EVE, CONFIRMED)) == 1


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("build", [lambda course: course, starts])
def test_a_dispute_alarms_recorder_director_and_incident_channel_whenever_it_comes(build: Build) -> None:
    course = build(spoken(a_hotfix(), BEN, EVE, PAUL, by=OMAR))
    (notice,) = after(course, dispute_verbal, EVE, DISPUTED)
    assert notice == Notice(NoticeKind.VERBAL_DISPUTED, (OMAR, *DIRECTORS), EVE, DISPUTED.words)
    assert notice.kind in IN_INCIDENTS
    assert notice.kind not in IN_THREAD


@pytest.mark.clause("G-HOT-2")
def test_a_chase_reminds_the_named_approver_and_the_last_one_escalates() -> None:
    course = spoken(a_hotfix(), EVE).wait(4 * HOUR)
    reminded = Notice(NoticeKind.REMINDED, (EVE,), phase=Phase.CONFIRMATION, round=1)
    assert at_a_timer(course, chase_verbal) == (reminded,)
    escalated = Notice(NoticeKind.REMINDER_ESCALATED, DIRECTORS, phase=Phase.CONFIRMATION, round=1)
    assert at_a_timer(course.wait(20 * HOUR), chase_verbal) == (reminded, escalated)


@pytest.mark.clause("G-HOT-2")
def test_who_is_said_to_have_spoken_twice_is_chased_with_one_message() -> None:
    course = spoken(a_hotfix(a_roster(engineering_director=(EVE,)), at=NIGHT), EVE).wait(4 * HOUR)
    assert len(at_a_timer(course, chase_verbal)) == 1


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_alarms_leadership_and_the_incident_channel() -> None:
    found = after(a_hotfix(), start_in_breach, ANA, BREACH)
    assert Notice(NoticeKind.STARTED_IN_BREACH, DIRECTORS, ANA, BREACH.reason) in found
    assert NoticeKind.STARTED_IN_BREACH in IN_INCIDENTS
    assert {each.kind for each in found} == {NoticeKind.DEPLOYMENT_STARTED, NoticeKind.STARTED_IN_BREACH}


@pytest.mark.clause("G-HOT-3")
def test_leadership_and_whoever_started_hear_each_answer_to_a_breach() -> None:
    course = in_breach(a_hotfix(), by=BEN)
    assert after(course, ratify_breach, EVE, None) == (
        Notice(NoticeKind.BREACH_ANSWERED, (*DIRECTORS, BEN), EVE, because="ratified"),
    )
    assert after(course, refuse_breach, PAUL, Reason(WHY)) == (
        Notice(NoticeKind.BREACH_ANSWERED, (*DIRECTORS, BEN), PAUL, WHY, because="refused"),
    )


@pytest.mark.clause("G-HOT-3")
def test_one_answer_for_several_seats_is_told_once() -> None:
    course = in_breach(a_hotfix(a_roster(product_manager=(EVE,))))
    assert len(after(course, ratify_breach, EVE, None)) == 1


@pytest.mark.clause("G-HOT-5")
def test_a_reminder_of_the_review_reaches_those_who_owe_it_and_says_how_late_it_is() -> None:
    course = finished(a_hotfix()).wait(24 * HOUR)
    (notice,) = at_a_timer(course, remind_review, late=7)
    assert notice == Notice(NoticeKind.REVIEW_DUE, (ANA, EVE, PersonId("emil")), late=7)


@pytest.mark.clause("G-HOT-5")
def test_a_reminder_of_which_everybody_sleeps_is_told_nobody() -> None:
    course = finished(a_hotfix()).wait(23 * HOUR)
    for person in (ANA, EVE, PersonId("emil")):
        course.does(snooze_review, person, None)
    assert at_a_timer(course.wait(HOUR), remind_review) == ()


@pytest.mark.clause("G-HOT-5")
def test_a_returned_review_is_told_its_author() -> None:
    course = finished(a_hotfix()).does(submit_review, BEN, HAND_IN)
    assert after(course, return_review, EVE, Reason(WHY)) == (
        Notice(NoticeKind.REVIEW_RETURNED, (BEN,), EVE, WHY),
    )


@pytest.mark.clause("G-HOT-5")
def test_an_extension_is_told_author_and_engineering_managers() -> None:
    course = finished(a_hotfix())
    form = ReviewExtension(course.now + 100 * HOUR, WHY)
    assert after(course, extend_review, PersonId("dora"), form) == (
        Notice(NoticeKind.REVIEW_EXTENDED, (ANA, Role.ENGINEERING_MANAGER), PersonId("dora"), WHY),
    )


@pytest.mark.clause("G-TYPE-1")
def test_a_requester_is_asked_whether_their_change_contains_the_hotfix() -> None:
    course = scheduled(a_course())
    course.neighbors = Neighbors(hotfixed_by=(ChangeId(9), "4.12.1"))
    assert at_a_timer(course, ask_whether_contained) == (
        Notice(NoticeKind.HOTFIX_TO_CONTAIN, (ANA,), because="CHG-9 4.12.1"),
    )


@pytest.mark.clause("G-TYPE-1")
def test_those_whose_approvals_end_with_the_hotfix_are_told_and_who_turned_it_is_not() -> None:
    course = spoken(a_hotfix(by=OMAR, at=NIGHT).approved_by(BEN, EVE), PAUL, by=BEN)
    found = after(course, turn_into_standard, OMAR, Standardization())
    assert {each.to for each in found} == {(EVE,), (PAUL,)}
    assert {each.because for each in found} == {"it is no hotfix any more"}


@pytest.mark.clause("G-HOT-2")
def test_who_disputed_is_not_told_that_their_approval_ended() -> None:
    course = disputed(spoken(a_hotfix(), EVE, PAUL), EVE)
    found = after(course, revise, ANA, revision(course, version="4.12.2"))
    assert (EVE,) not in {each.to for each in found}


@pytest.mark.clause("G-HOT-2")
def test_a_declarer_who_revises_is_told_nothing_of_their_own() -> None:
    course = a_hotfix(by=OMAR, at=NIGHT)
    assert after(course, revise, OMAR, revision(course, plan=OTHER_PLAN)) == ()


def test_what_merely_changes_a_message_is_told_nobody() -> None:
    course = finished(a_hotfix())
    assert after(course, submit_review, ANA, HAND_IN) == ()
    declared = a_hotfix()
    assert after(declared, record_verbal, ANA, a_record(declared, EVE)) == ()
    assert notices(None, declared.facts, declared.setting) == ()


def test_the_timeline_tells_what_happened_and_no_reminder_or_draft() -> None:
    told_nobody = (
        AskingReminded(Phase.CODE, 1, 1, (), MONDAY),
        HotfixToContain(ChangeId(2), "4.12.1", MONDAY),
        ReviewDrafted(TEXT, ANA, MONDAY),
        ReviewReminded(MONDAY, (ANA,), MONDAY),
    )
    assert not any(is_on_timeline(fact) for fact in told_nobody)
    assert is_on_timeline(VerbalConfirmed(1, EVE, MONDAY))
    assert is_on_timeline(ReviewSubmitted(TEXT, ANA, MONDAY))
    course = confirmed(spoken(a_hotfix(), EVE), EVE)
    assert all(is_on_timeline(fact) for fact in course.facts)


@pytest.mark.clause("G-HOT-2")
def test_of_several_recorders_the_one_who_recorded_the_disputed_word_hears_of_it() -> None:
    course = spoken(spoken(a_hotfix(), EVE, by=BEN), PAUL, by=OMAR)
    (notice,) = after(course, dispute_verbal, PAUL, DISPUTED)
    assert notice.to == (OMAR, *DIRECTORS)
