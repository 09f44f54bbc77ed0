"""What people say about words that are said to be theirs: confirmed or disputed, once, for ever; and chased (G-HOT-2)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.hotfix_facts import VerbalChased, VerbalConfirmed, VerbalDisputed
from bot.rules.hotfix_inputs import Standardization, VerbalAnswer
from bot.rules.inputs import Reason
from bot.rules.life import Stage
from bot.rules.terms import Role, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.hotfix import turn_into_standard
from bot.workflows.request import withdraw
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal
from tests.acting import (
    ANA,
    BEN,
    EVE,
    EVERYBODY,
    HOUR,
    MINUTE,
    PAUL,
    Course,
    a_roster,
    revised,
    sentences,
    standing,
)
from tests.acting_in_hotfixes import (
    CONFIRMED,
    DISPUTED,
    NIGHT,
    WHY,
    a_hotfix,
    confirmed,
    disputed,
    signed,
    spoken,
    starts,
    words_of,
)

TWO_ROWS = a_roster(engineering_director=(EVE,))
"""Eve has a seat in both rows of a night."""


@pytest.mark.clause("G-HOT-2")
def test_only_the_named_approver_confirms_and_disputes() -> None:
    for person in sorted(set(EVERYBODY) - {EVE}):
        course = spoken(a_hotfix(), EVE)
        for verb, form in ((confirm_verbal, CONFIRMED), (dispute_verbal, DISPUTED)):
            refused = course.refuses(verb, person, form)
            assert refused.gates[0].who == (EVE,)
            assert sentences(refused) == "Only eve can say what they said."
    assert "No word of yours" in sentences(a_hotfix().refuses(confirm_verbal, EVE, CONFIRMED))


@pytest.mark.clause("G-HOT-2")
def test_who_confirms_or_disputes_answers_for_all_that_is_said_to_be_theirs() -> None:
    course = spoken(a_hotfix(TWO_ROWS, at=NIGHT), EVE)
    verdict = course.copy().tries(confirm_verbal, EVE, CONFIRMED)
    assert isinstance(verdict, Done)
    assert verdict.facts == tuple(VerbalConfirmed(number, EVE, NIGHT) for number in (1, 2))
    verdict = course.tries(dispute_verbal, EVE, DISPUTED)
    assert isinstance(verdict, Done)
    assert verdict.facts == tuple(VerbalDisputed(number, EVE, DISPUTED.words, NIGHT) for number in (1, 2))
    assert standing(course) == []


@pytest.mark.clause("G-HOT-2")
def test_one_of_several_words_can_be_answered_alone() -> None:
    course = spoken(a_hotfix(TWO_ROWS, at=NIGHT), EVE)
    course.does(confirm_verbal, EVE, VerbalAnswer(number=2))
    assert [each.unconfirmed for each in words_of(course, EVE)] == [True, False]
    course.refuses(confirm_verbal, EVE, VerbalAnswer(number=2))
    course.does(dispute_verbal, EVE, replace(DISPUTED, number=1))
    course.refuses(confirm_verbal, EVE, VerbalAnswer(number=3))


@pytest.mark.clause("G-HOT-2")
def test_what_was_recorded_after_the_button_was_shown_is_asked_about_anew() -> None:
    course = spoken(a_hotfix(TWO_ROWS, at=NIGHT), (EVE, Role.ENGINEERING_MANAGER))
    spoken(course, (EVE, Role.ENGINEERING_DIRECTOR))
    course.does(confirm_verbal, EVE, VerbalAnswer(shown=1))
    assert [each.unconfirmed for each in words_of(course, EVE)] == [False, True]
    course.refuses(confirm_verbal, EVE, VerbalAnswer(shown=1))
    course.does(dispute_verbal, EVE, replace(DISPUTED, shown=2))


@pytest.mark.clause("G-HOT-2")
def test_who_answered_is_not_named_as_somebody_who_could() -> None:
    course = confirmed(spoken(a_hotfix(), EVE, PAUL), EVE)
    assert course.refuses(confirm_verbal, BEN, CONFIRMED).gates[0].who == (PAUL,)
    confirmed(course, PAUL)
    assert course.refuses(confirm_verbal, BEN, CONFIRMED).gates[0].who == ()


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_says_in_words_what_was_said() -> None:
    course = spoken(a_hotfix(), EVE)
    refused = course.refuses(dispute_verbal, EVE, VerbalAnswer(words=Words(" ")))
    assert refused.gates[0].field is Field.NOTES
    course.does(confirm_verbal, EVE, CONFIRMED)


@pytest.mark.clause("G-HOT-2")
def test_an_answer_is_given_once_whichever_it_was() -> None:
    for build, said in ((confirmed, "You confirmed this already."), (disputed, "You disputed this already.")):
        course = build(spoken(a_hotfix(), EVE), EVE)
        for verb, form in ((confirm_verbal, CONFIRMED), (dispute_verbal, DISPUTED)):
            assert sentences(course.refuses(verb, EVE, form)).startswith(said)


@pytest.mark.clause("G-HOT-2")
def test_what_was_disputed_can_be_recorded_again_and_stays_disputed() -> None:
    course = spoken(disputed(spoken(a_hotfix(), EVE), EVE), EVE)
    first, second = words_of(course, EVE)
    assert first.disputed_at
    assert second.unconfirmed
    confirmed(course, EVE)
    assert words_of(course, EVE)[0].disputed_at
    assert words_of(course, EVE)[0].dispute == DISPUTED.words
    assert words_of(course, EVE)[1].confirmed_at


def withdrawn(course: Course) -> Course:
    return course.does(withdraw, ANA, Reason(WHY))


def turned(course: Course) -> Course:
    return course.does(turn_into_standard, ANA, Standardization())


def of_another_version(course: Course) -> Course:
    return revised(course, version="4.12.9")


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("build", [withdrawn, turned, of_another_version])
def test_a_word_is_answered_also_when_its_hotfix_is_withdrawn_turned_or_of_another_version(
    build: Callable[[Course], Course],
) -> None:
    course = build(spoken(a_hotfix(), EVE, PAUL))
    confirmed(course, PAUL)
    disputed(course, EVE)
    assert [bool(each.disputed_at) for each in course.change.approvals] == [True, False]


@pytest.mark.clause("G-HOT-2")
def test_a_word_is_disputed_after_the_start_and_stops_nothing() -> None:
    course = disputed(starts(spoken(a_hotfix(), BEN, EVE, PAUL)), EVE)
    assert course.stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
def test_an_approval_by_button_is_neither_confirmed_nor_disputed() -> None:
    course = signed(a_hotfix())
    course.refuses(confirm_verbal, EVE, CONFIRMED)
    course.refuses(dispute_verbal, EVE, DISPUTED)


@pytest.mark.clause("G-HOT-2")
def test_an_unconfirmed_word_is_chased_after_4_and_24_hours_each_once() -> None:
    course = spoken(a_hotfix(), EVE, PAUL).wait(4 * HOUR - MINUTE)
    assert isinstance(course.fires(chase_verbal), Refused)
    confirmed(course, PAUL).wait(MINUTE)
    verdict = course.fires(chase_verbal)
    assert isinstance(verdict, Done)
    assert verdict.facts == (VerbalChased(1, 1, course.now),)
    assert isinstance(course.fires(chase_verbal), Refused)
    verdict = course.wait(20 * HOUR).fires(chase_verbal)
    assert isinstance(verdict, Done)
    assert verdict.facts == (VerbalChased(1, 2, course.now),)
    assert isinstance(course.wait(1000 * HOUR).fires(chase_verbal), Refused)


@pytest.mark.clause("G-HOT-2")
def test_of_chases_that_are_late_there_is_one() -> None:
    verdict = spoken(a_hotfix(), EVE).wait(100 * HOUR).fires(chase_verbal)
    assert isinstance(verdict, Done)
    assert [each.step for each in verdict.facts if isinstance(each, VerbalChased)] == [2]


@pytest.mark.clause("G-HOT-2")
def test_what_was_answered_or_voided_is_not_chased() -> None:
    for course in (
        confirmed(spoken(a_hotfix(), EVE), EVE),
        disputed(spoken(a_hotfix(), EVE), EVE),
        of_another_version(spoken(a_hotfix(), EVE)),
        signed(a_hotfix()),
    ):
        assert isinstance(course.wait(50 * HOUR).fires(chase_verbal), Refused)


@pytest.mark.clause("G-HOT-2")
def test_a_word_is_chased_also_after_the_end_of_its_hotfix() -> None:
    course = withdrawn(spoken(a_hotfix(), EVE)).wait(4 * HOUR)
    assert isinstance(course.fires(chase_verbal), Done)
