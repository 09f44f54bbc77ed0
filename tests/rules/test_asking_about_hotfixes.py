"""Who is asked by direct message about a hotfix: signers, words to confirm, breaches, code reviews, the review."""

from dataclasses import replace

import pytest

from bot.rules.asking import Ask, asks
from bot.rules.guide import PEER
from bot.rules.hotfix_inputs import Standardization
from bot.rules.inputs import Reason
from bot.rules.terms import PersonId, Phase, Role
from bot.workflows.hotfix import ratify_breach, turn_into_standard
from bot.workflows.request import withdraw
from bot.workflows.review import return_review, sign_review, submit_review
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PRIYA,
    TIA,
    TOM,
    Course,
    a_roster,
    revised,
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
    starts,
    untouched,
)


def asked(course: Course, phase: Phase) -> set[PersonId]:
    return {ask.person for ask in asks(course.change, course.setting) if ask.phase is phase}


def phases(course: Course) -> set[Phase]:
    return {ask.phase for ask in asks(course.change, course.setting)}


def rounds(course: Course, phase: Phase) -> set[int]:
    return {ask.round for ask in asks(course.change, course.setting) if ask.phase is phase}


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-1")
def test_a_declared_hotfix_asks_the_named_peer_and_both_signers() -> None:
    course = a_hotfix()
    assert asked(course, Phase.CODE) == {BEN}
    assert asked(course, Phase.PRODUCTION) == {EVE, EMIL, PAUL, PRIYA}
    assert phases(course) == {Phase.CODE, Phase.PRODUCTION}
    (ask,) = (each for each in asks(course.change, course.setting) if each.person == EVE)
    assert [(seat.row.clause, seat.seat) for seat in ask.seats] == [("G-HOT-2", Role.ENGINEERING_MANAGER)]


@pytest.mark.clause("G-APP-4")
def test_at_night_it_asks_the_directors_and_whoever_is_on_call_too() -> None:
    assert asked(a_hotfix(at=NIGHT), Phase.PRODUCTION) == {EVE, EMIL, PAUL, PRIYA, DORA, DANA, OMAR}
    assert asked(a_hotfix(by=OMAR, at=NIGHT), Phase.PRODUCTION) == {EVE, EMIL, PAUL, PRIYA, DORA, DANA}


@pytest.mark.clause("G-HOT-2")
def test_whose_seat_is_filled_by_button_or_by_word_is_asked_no_more_for_it() -> None:
    course = spoken(a_hotfix().approved_by(EVE), PAUL)
    assert asked(course, Phase.PRODUCTION) == set()
    assert asked(disputed(course, PAUL), Phase.PRODUCTION) == {PAUL, PRIYA}


@pytest.mark.clause("G-HOT-2")
def test_whoever_is_said_to_have_spoken_is_asked_at_once_to_confirm_it_and_only_until_they_answer() -> None:
    course = spoken(a_hotfix(), BEN, EVE, PAUL)
    assert asked(course, Phase.CONFIRMATION) == {BEN, EVE, PAUL}
    assert asked(confirmed(course, EVE), Phase.CONFIRMATION) == {BEN, PAUL}
    assert asked(disputed(course, PAUL), Phase.CONFIRMATION) == {BEN}
    starts(confirmed(course.approved_by(PRIYA), BEN))
    assert asked(course, Phase.CONFIRMATION) == set()


@pytest.mark.clause("G-HOT-2")
def test_words_are_asked_about_after_the_start_and_after_a_withdrawal_and_no_more_once_voided() -> None:
    assert asked(starts(spoken(a_hotfix(), BEN, EVE, PAUL)), Phase.CONFIRMATION) == {BEN, EVE, PAUL}
    withdrawn = spoken(a_hotfix(), EVE).does(withdraw, ANA, Reason(WHY))
    assert phases(withdrawn) == {Phase.CONFIRMATION}
    assert asked(revised(spoken(a_hotfix(), EVE), plan=OTHER_PLAN), Phase.CONFIRMATION) == set()


@pytest.mark.clause("G-HOT-2")
def test_a_word_that_is_recorded_anew_is_asked_about_anew() -> None:
    course = spoken(a_hotfix(), EVE)
    assert rounds(course, Phase.CONFIRMATION) == {1}
    assert rounds(spoken(disputed(course, EVE), EVE), Phase.CONFIRMATION) == {2}
    two = spoken(a_hotfix(a_roster(engineering_director=(EVE,)), at=NIGHT), EVE)
    (ask,) = (each for each in asks(two.change, two.setting) if each.phase is Phase.CONFIRMATION)
    assert ask == Ask(EVE, Phase.CONFIRMATION, 1)


@pytest.mark.clause("G-HOT-3")
def test_a_breach_asks_those_who_were_missing_until_somebody_answered_for_their_seat() -> None:
    course = in_breach(a_hotfix())
    peers = {BEN, OMAR, TIA, TOM}
    assert asked(course, Phase.RATIFICATION) == {*peers, EVE, EMIL, PAUL, PRIYA}
    assert rounds(course, Phase.RATIFICATION) == {1}
    course.does(ratify_breach, EMIL, None)
    assert asked(course, Phase.RATIFICATION) == {*peers, PAUL, PRIYA}
    assert asked(signed(a_hotfix()), Phase.RATIFICATION) == set()


@pytest.mark.clause("G-HOT-3")
def test_of_a_role_with_many_holders_only_some_are_asked_about_a_breach() -> None:
    many = tuple(PersonId(f"em{number}") for number in range(9))
    course = in_breach(a_hotfix(a_roster(engineering_manager=many), asking={"ask_at_most": 2}))
    assert asked(course, Phase.RATIFICATION) & set(many) == set(many[:2])
    by_one = {each.person for each in asks(course.change, course.setting) if each.phase is Phase.RATIFICATION}
    assert len(by_one) == len(asked(course, Phase.RATIFICATION))


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-5")
def test_once_started_the_deferred_code_review_is_asked_for_until_it_is_done_or_the_review_signed() -> None:
    course = finished(a_hotfix())
    assert asked(course, Phase.CODE) == {TIA, TOM}
    assert asked(course.approved_by(TIA), Phase.CODE) == set()
    assert phases(ready_to_sign(a_hotfix()).does(sign_review, EVE, None)) == set()


@pytest.mark.clause("G-APP-1")
def test_whoever_looked_by_word_is_asked_for_their_own_act_after_the_start() -> None:
    unnamed = replace(DECLARATION, reviewers=())
    course = spoken(a_hotfix(form=unnamed), (OMAR, Role.ENGINEER), EVE, PAUL)
    assert asked(course, Phase.CODE) == set()
    starts(course)
    assert asked(course, Phase.CODE) == {OMAR, TIA, TOM}
    confirmed(course, OMAR)
    (ask,) = (each for each in asks(course.change, course.setting) if each.person == OMAR)
    assert [seat.seat for seat in ask.seats] == [PEER]


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-5")
def test_it_is_asked_for_after_an_untouched_start_and_after_a_withdrawal_too() -> None:
    course = untouched(a_hotfix())
    assert asked(course, Phase.CODE) == {TIA, TOM}
    course.does(withdraw, ANA, Reason(WHY))
    assert asked(course, Phase.CODE) == {TIA, TOM}


@pytest.mark.clause("G-HOT-5")
def test_managers_and_directors_are_asked_to_sign_once_the_review_is_handed_in() -> None:
    assert asked(finished(a_hotfix()), Phase.REVIEW) == set()
    course = handed_in(a_hotfix())
    assert asked(course, Phase.REVIEW) == {EVE, EMIL, DORA, DANA}
    assert rounds(course, Phase.REVIEW) == {1}
    course.does(return_review, EVE, Reason(WHY))
    assert asked(course, Phase.REVIEW) == set()
    course.does(submit_review, BEN, HAND_IN)
    assert rounds(course, Phase.REVIEW) == {2}


@pytest.mark.clause("G-HOT-5")
def test_its_author_is_not_asked_to_sign_and_of_many_only_some_are() -> None:
    roster = a_roster(engineering_manager=(ANA, EVE, EMIL))
    course = handed_in(a_hotfix(roster, asking={"ask_at_most": 2}))
    assert asked(course, Phase.REVIEW) == {EVE, EMIL}


@pytest.mark.clause("G-TYPE-1")
def test_turned_into_a_standard_change_it_asks_for_what_that_needs() -> None:
    course = a_hotfix(at=NIGHT).approved_by(BEN).does(turn_into_standard, ANA, Standardization())
    assert asked(course, Phase.CODE) == {TIA, TOM, PersonId("lea")}
    assert phases(course) == {Phase.CODE}
