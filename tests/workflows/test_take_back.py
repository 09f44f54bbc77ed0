"""Taking back one's own approval, for as long as nothing has started."""

from collections.abc import Callable

import pytest

from bot.rules.facts import ApprovalTakenBack
from bot.rules.inputs import Reason, Seen
from bot.rules.life import Stage
from bot.rules.terms import ApprovalStage, PersonId, Words
from bot.rules.verdict import Done, Field
from bot.workflows.approve import approve, take_back_approval
from bot.workflows.deploy import start_production
from tests.acting import (
    ANA,
    BEN,
    EVE,
    LEA,
    PAUL,
    PRIYA,
    STRANGER,
    THURSDAY,
    TIA,
    Course,
    a_course,
    deploying,
    in_staging,
    ready_for_staging,
    scheduled,
    sentences,
    standing,
    verified,
    windowed,
)
from tests.acting_in_production import WHY, done, stage_of, superseded

Build = Callable[[Course], Course]
BACK = Reason(WHY)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize("person", [BEN, TIA, LEA, PAUL, EVE])
def test_whoever_takes_back_an_approval_of_a_scheduled_change_unschedules_it(person: PersonId) -> None:
    course = scheduled(a_course())
    verdict = course.tries(take_back_approval, person, BACK)
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [ApprovalTakenBack]
    assert person not in standing(course)
    assert stage_of(course) is Stage.APPROVING
    course.at(THURSDAY.start).refuses(start_production, ANA, None)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.parametrize("build", [ready_for_staging, in_staging, verified, windowed])
def test_elsewhere_the_stage_stays_and_the_approval_is_asked_for_again(build: Build) -> None:
    course = build(a_course())
    before, asked_at = stage_of(course), course.change.code_round
    course.does(take_back_approval, TIA, BACK)
    assert stage_of(course) is before
    assert course.change.code_round == asked_at + 1
    course.does(approve, TIA, Seen())
    assert TIA in standing(course)


@pytest.mark.clause("G-APP-3")
def test_what_was_given_by_others_stands() -> None:
    course = scheduled(a_course()).does(take_back_approval, PAUL, BACK)
    assert standing(course) == [BEN, TIA, LEA, EVE]
    course.does(approve, PRIYA, Seen())
    assert stage_of(course) is Stage.SCHEDULED


@pytest.mark.clause("G-APP-3")
def test_it_asks_its_own_stage_anew_and_no_other() -> None:
    course = scheduled(a_course())
    code, production = course.change.code_round, course.change.production_round
    course.does(take_back_approval, PAUL, BACK)
    assert (course.change.code_round, course.change.production_round) == (code, production + 1)
    taken = course.facts[-1]
    assert isinstance(taken, ApprovalTakenBack)
    assert (taken.stage, taken.person, taken.reason) == (ApprovalStage.PRODUCTION, PAUL, WHY)


@pytest.mark.clause("G-APP-1")
def test_a_reason_is_asked_for() -> None:
    refused = scheduled(a_course()).refuses(take_back_approval, PAUL, Reason(Words(" ")))
    assert refused.gates[0].field is Field.REASON


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("person", [ANA, PRIYA, STRANGER])
def test_who_gave_none_has_none_to_take_back(person: PersonId) -> None:
    refused = scheduled(a_course()).refuses(take_back_approval, person, BACK)
    assert sentences(refused) == "You have no approval of CHG-1 to take back."


@pytest.mark.clause("G-APP-3")
def test_an_approval_is_taken_back_once() -> None:
    course = scheduled(a_course()).does(take_back_approval, PAUL, BACK)
    course.refuses(take_back_approval, PAUL, BACK)


@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize("build", [deploying, done, superseded])
def test_after_the_start_or_the_end_nothing_is_taken_back(build: Build) -> None:
    build(a_course()).refuses(take_back_approval, BEN, BACK)
