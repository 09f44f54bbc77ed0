"""What the log says of a hotfix for ever: breaches, disputed and unconfirmed words, own signatures, late reviews."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.change import Deployment
from bot.rules.deviation import OF_HOTFIXES, DeviationCode
from bot.rules.deviations import deviations, deviations_so_far
from bot.rules.guide import PEER
from bot.rules.hotfix_inputs import (
    ReviewExtension,
    ReviewSignature,
    Standardization,
    VerbalAnswer,
)
from bot.rules.inputs import Reason, RollbackStart, Seen
from bot.rules.logged import approvals_for, code_seats_open, reviewed_afterwards
from bot.rules.terms import Role, Words
from bot.rules.words import plain
from bot.workflows.approve import approve, take_back_approval
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import (
    ratify_breach,
    refuse_breach,
    start_in_breach,
    turn_into_standard,
)
from bot.workflows.review import extend_review, remind_review, sign_review, submit_review
from bot.workflows.rollback import start_rollback
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal
from bot.workflows.watch import confirm_healthy, escalate_monitoring
from tests.acting import (
    ANA,
    BEN,
    BERLIN,
    DORA,
    EMIL,
    EVE,
    HOUR,
    MINUTE,
    OMAR,
    PAUL,
    TIA,
    Course,
    berlin,
)
from tests.acting_on_hotfixes import (
    BREACH,
    NIGHT,
    REVIEW,
    UNTOUCHED,
    WELL,
    a_hotfix,
    approved_by_word,
    declared,
    finished,
    recorded,
    started,
)


def newest(course: Course) -> Deployment:
    return course.change.deployments[-1]


def said(course: Course, deployment: Deployment | None = None) -> list[str]:
    found = deviations(course.change, deployment or newest(course), course.policy)
    return [f"{each.clause.value} {plain(each.said, {}, BERLIN)}" for each in found]


def so_far(course: Course) -> list[str]:
    return [each.code.value for each in deviations_so_far(course.change, course.policy)]


@pytest.mark.clause("G-HOT-3", "G-LOG-1")
def test_a_hotfix_as_the_guide_wants_it_deviates_in_nothing() -> None:
    course = started(a_hotfix().approved_by(EVE, PAUL, BEN))
    finished(course).wait(30 * MINUTE).does(confirm_healthy, ANA, None)
    course.does(approve, TIA, Seen()).does(submit_review, ANA, REVIEW)
    course.does(sign_review, EVE, ReviewSignature())
    assert said(course) == []
    assert so_far(course) == []


@pytest.mark.clause("G-HOT-2")
def test_words_that_are_confirmed_or_still_may_be_are_no_deviation() -> None:
    course = started(approved_by_word(a_hotfix()))
    assert said(course) == []
    course.wait(5 * HOUR).fires(chase_verbal)
    assert said(course) == [], "asked once more, but not for the last time"
    course.does(confirm_verbal, EVE, VerbalAnswer()).does(confirm_verbal, PAUL, VerbalAnswer())
    assert said(course) == []


@pytest.mark.clause("G-HOT-2")
def test_words_that_nobody_confirmed_after_the_last_time_of_asking_are_told_until_they_are() -> None:
    course = started(approved_by_word(a_hotfix())).does(confirm_verbal, EVE, VerbalAnswer())
    course.wait(25 * HOUR).fires(chase_verbal)
    (told,) = said(course)
    assert told == (
        "G-HOT-2 paul never confirmed having approved it."
        " ana recorded, as said by phone on Mon 23 Nov 14:01, heard by ben: yes, go."
    )
    course.does(confirm_verbal, PAUL, VerbalAnswer())
    assert said(course) == []


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_is_told_for_ever_whenever_it_came() -> None:
    never = VerbalAnswer(words=Words("I said maybe"))
    told = (
        "G-HOT-2 paul disputes having approved it: I said maybe."
        " ana recorded, as said by phone on Mon 23 Nov 14:01, heard by ben: yes, go."
    )
    later = started(approved_by_word(a_hotfix())).wait(HOUR).does(dispute_verbal, PAUL, never)
    assert said(later) == [told]
    assert PAUL in {each.person for each in approvals_for(later.change, newest(later), later.policy.guide)}

    before = approved_by_word(a_hotfix()).does(dispute_verbal, PAUL, never)
    assert so_far(before) == ["disputed"], "before anything started"
    started(before.wait(MINUTE).approved_by(PAUL))
    assert said(before) == [told], "though he approved by button since"
    assert so_far(before) == ["disputed"], "once"
    counted = approvals_for(before.change, newest(before), before.policy.guide)
    assert [(each.person, bool(each.spoken)) for each in counted].count((PAUL, True)) == 0


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_outlives_a_new_version_and_the_turn_into_a_standard_change() -> None:
    course = approved_by_word(a_hotfix()).does(dispute_verbal, PAUL, VerbalAnswer(words=Words("no")))
    course.wait(MINUTE).does(turn_into_standard, ANA, Standardization())
    assert so_far(course) == ["disputed"]


@pytest.mark.clause("G-HOT-2")
def test_what_was_said_after_a_start_is_no_deviation_of_that_start() -> None:
    course = started(a_hotfix().approved_by(EVE, PAUL, BEN)).wait(MINUTE)
    course.does(finish_production, ANA, UNTOUCHED).wait(MINUTE)
    course.does(take_back_approval, PAUL, Reason(Words("let me look once more")))
    course.does(take_back_approval, BEN, Reason(Words("so do I")))
    recorded(course, {PAUL: Role.PRODUCT_MANAGER, BEN: None}, recorder=OMAR)
    course.does(dispute_verbal, PAUL, VerbalAnswer(words=Words("not yet")))
    first = course.change.deployments[0]
    assert said(course, first) == ["G-HOT-3 It failed, and production was left as it was."]
    assert reviewed_afterwards(course.change, first, course.policy.guide) == ()
    assert so_far(course) == ["failed", "disputed"]


@pytest.mark.clause("G-HOT-2", "G-RB-2")
def test_a_rollback_repeats_nothing_of_what_is_said_about_the_hotfix() -> None:
    course = started(approved_by_word(a_hotfix())).does(dispute_verbal, PAUL, VerbalAnswer(words=Words("no")))
    course.does(start_rollback, ANA, RollbackStart())
    assert said(course) == []
    assert so_far(course).count("disputed") == 1


@pytest.mark.clause("G-HOT-2")
def test_a_signature_that_the_requester_took_back_is_not_flagged_any_more() -> None:
    course = a_hotfix(OMAR, engineering_manager=(OMAR, EVE)).approved_by(OMAR)
    assert so_far(course) == ["own_signature"]
    course.wait(MINUTE).does(take_back_approval, OMAR, Reason(Words("Eve is here")))
    assert so_far(course) == []


@pytest.mark.clause("G-HOT-2", "G-APP-1")
def test_the_requesters_own_signature_is_flagged_and_declaring_on_call_is_not() -> None:
    course = a_hotfix(OMAR, engineering_manager=(OMAR, EVE)).at(NIGHT)
    declared(course, OMAR).approved_by(OMAR, PAUL, DORA, BEN)
    assert so_far(course) == ["own_signature"]
    course.does(start_production, OMAR, None)
    assert said(course) == ["G-HOT-2 omar declared it, and approved it as Engineering Manager."]
    assert so_far(course) == ["own_signature"]


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_is_told_with_who_why_without_whom_and_what_they_say() -> None:
    course = a_hotfix().approved_by(BEN).wait(MINUTE).does(start_in_breach, BEN, BREACH)
    begun = (
        "G-HOT-3 ben started it in breach, without the approval of the Engineering Manager and Product Manager:"
        " all cards fail. Tried: Eve and Paul, by phone."
    )
    assert said(course) == [f"{begun} The Engineering Manager and Product Manager did not answer yet."]
    course.wait(HOUR).does(ratify_breach, EVE, None)
    assert said(course) == [
        f"{begun} eve ratified it as Engineering Manager. The Product Manager did not answer yet."
    ]
    course.does(refuse_breach, PAUL, Reason(Words("I was at my desk")))
    answered = (
        f"{begun} eve ratified it as Engineering Manager."
        " paul refused to ratify it as Product Manager: I was at my desk."
    )
    assert said(course) == [answered]
    course.does(finish_production, BEN, WELL).wait(30 * MINUTE).does(confirm_healthy, BEN, None)
    assert said(course) == [answered], "for ever"


@pytest.mark.clause("G-HOT-3")
def test_a_breach_stays_with_its_deployment_when_a_second_one_follows() -> None:
    course = a_hotfix().wait(MINUTE).does(start_in_breach, ANA, BREACH).wait(MINUTE)
    course.does(finish_production, ANA, UNTOUCHED).wait(MINUTE).does(start_in_breach, BEN, BREACH)
    first, second = course.change.deployments
    assert [line.split(",")[0] for line in said(course, first)] == [
        "G-HOT-3 ana started it in breach",
        "G-HOT-3 It failed",
    ]
    assert [line.split(",")[0] for line in said(course, second)] == ["G-HOT-3 ben started it in breach"]


@pytest.mark.clause("G-HOT-3", "G-HOT-2")
def test_a_breach_without_a_missing_seat_names_none() -> None:
    """As where only a dispute about the same version of another change stood in its way."""
    course = a_hotfix().does(start_in_breach, ANA, BREACH)
    assert course.change.breach is not None
    change = replace(course.change, breach=replace(course.change.breach, missing=()))
    (found,) = deviations(change, newest(course), course.policy)
    assert plain(found.said, {}, BERLIN) == (
        "ana started it in breach: all cards fail. Tried: Eve and Paul, by phone."
    )


@pytest.mark.clause("G-HOT-5")
def test_a_review_that_is_not_signed_when_it_is_due_is_late_and_stays_so() -> None:
    course = finished(started(a_hotfix().approved_by(EVE, PAUL, BEN)))
    course.wait(30 * MINUTE).does(confirm_healthy, ANA, None)
    course.at(berlin(26, 14, 11) - MINUTE).fires(remind_review)
    assert said(course) == []
    course.at(berlin(26, 14, 11)).fires(remind_review)
    assert said(course) == ["G-HOT-5 The review was due on Thu 26 Nov 14:11, and is not signed yet."]
    course.does(approve, TIA, Seen()).does(submit_review, ANA, REVIEW).wait(HOUR)
    course.does(sign_review, EMIL, ReviewSignature())
    assert said(course) == [
        "G-HOT-5 The review was due on Thu 26 Nov 14:11, and emil signed it only on Thu 26 Nov 15:11."
    ]


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize(("late_by", "late"), [(timedelta(), False), (timedelta.resolution, True)])
def test_a_review_that_is_signed_to_the_instant_is_not_late(late_by: timedelta, *, late: bool) -> None:
    course = finished(started(a_hotfix().approved_by(EVE, PAUL, BEN)))
    course.does(approve, TIA, Seen()).does(submit_review, ANA, REVIEW).at(
        newest(course).finished_at or course.now
    )
    course.wait(72 * HOUR + late_by).does(sign_review, EVE, ReviewSignature())
    assert so_far(course) == (["late_review"] if late else [])


@pytest.mark.clause("G-HOT-5")
def test_an_extension_is_told_for_ever_with_who_and_why() -> None:
    course = finished(started(a_hotfix().approved_by(EVE, PAUL, BEN)))
    more = ReviewExtension(berlin(28, 12), Words("the bank answers on Friday"))
    course.wait(HOUR).does(extend_review, DORA, more)
    told = "G-HOT-5 dora gave the review time until Sat 28 Nov 12:00: the bank answers on Friday."
    assert said(course) == [told]
    course.at(berlin(27, 10)).does(approve, TIA, Seen()).does(submit_review, ANA, REVIEW)
    course.does(sign_review, EVE, ReviewSignature())
    assert said(course) == [told], "in the time that was given"


@pytest.mark.clause("G-HOT-5")
def test_an_extension_outlives_a_second_start_which_opens_the_review_anew() -> None:
    course = started(a_hotfix().approved_by(EVE, PAUL, BEN)).wait(MINUTE)
    course.does(finish_production, ANA, UNTOUCHED)
    course.does(extend_review, DORA, ReviewExtension(berlin(28, 12), Words("the bank")))
    started(course)
    first, second = course.change.deployments
    assert said(course, first) == ["G-HOT-3 It failed, and production was left as it was."]
    assert said(course, second) == ["G-HOT-5 dora gave the review time until Sat 28 Nov 12:00: the bank."]


@pytest.mark.clause("G-HOT-4")
def test_a_hotfix_that_nobody_confirmed_as_healthy_is_told_by_its_own_clause() -> None:
    course = finished(started(a_hotfix().approved_by(EVE, PAUL, BEN))).wait(40 * MINUTE)
    course.fires(escalate_monitoring)
    assert [line.split(" ")[0] for line in said(course)] == ["G-HOT-4"]
    course.does(confirm_healthy, EVE, None)
    assert [line.split(" ")[0] for line in said(course)] == ["G-HOT-4"]


@pytest.mark.clause("G-APP-1", "G-LOG-1")
def test_a_code_review_that_is_done_only_afterwards_is_no_deviation_but_shows() -> None:
    course = finished(started(a_hotfix().approved_by(EVE, PAUL, BEN)))
    guide = course.policy.guide
    assert code_seats_open(course.change, newest(course), course.policy) == (Role.TECH_LEAD,)
    assert reviewed_afterwards(course.change, newest(course), guide) == ()
    course.wait(HOUR).does(approve, TIA, Seen())
    assert code_seats_open(course.change, newest(course), course.policy) == ()
    assert [each.person for each in reviewed_afterwards(course.change, newest(course), guide)] == [TIA]
    assert TIA not in {each.person for each in approvals_for(course.change, newest(course), guide)}
    assert said(course) == []


@pytest.mark.clause("G-APP-1")
def test_a_spoken_code_review_leaves_its_seat_open() -> None:
    course = recorded(a_hotfix(), {EVE: None, PAUL: None, BEN: None})
    started(course)
    assert code_seats_open(course.change, newest(course), course.policy) == (PEER, Role.TECH_LEAD)


def test_every_kind_of_deviation_has_a_label_of_its_own() -> None:
    assert len({code.label for code in DeviationCode}) == len(DeviationCode)
    assert frozenset(DeviationCode) > OF_HOTFIXES
