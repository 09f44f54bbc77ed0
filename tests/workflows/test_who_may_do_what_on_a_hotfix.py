"""Role × situation × act on hotfixes: tried by everybody, wherever a hotfix can be, and held against the guide's table."""

from dataclasses import replace

import pytest

from bot.rules.asking import asks
from bot.rules.facts import DeployerTookOver, Fact
from bot.rules.hotfix_facts import HotfixDeclared, VerbalChased
from bot.rules.hotfix_inputs import BreachStart, SpokenBy, Standardization, VerbalAnswer
from bot.rules.inputs import Seen
from bot.rules.life import STANDARD, TRANSITIONS, UNSTARTED, Act, Stage
from bot.rules.setting import Setting
from bot.rules.spoken import blocking_disputes
from bot.rules.terms import NO_WORDS, ChangeId, PersonId, Phase, Role, Words
from bot.rules.verdict import Done, Refused
from bot.workflows.approve import approve
from bot.workflows.deploy import start_production
from bot.workflows.hotfix import declare_hotfix, start_in_breach, turn_into_standard
from bot.workflows.request import revise
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal, record_verbal
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    HOUR,
    MINUTE,
    OMAR,
    OTHER_PLAN,
    PAUL,
    Course,
    berlin,
    revision,
)
from tests.attempts import ATTEMPTS, RECORDED, TIMERS
from tests.situations import COMPANY, DEDE, DIRK, NEIGHBORS
from tests.situations_hotfix import DECLARATION, HOTFIXES, at_situation, record_of, turned
from tests.who_is_who import WHO, read
from tests.who_may import APPROVING_CODE, may_on_a_hotfix, rows_of


@pytest.mark.clause("G-HOT-1")
@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-4")
@pytest.mark.clause("G-HOT-5")
@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize("name", HOTFIXES)
@pytest.mark.parametrize("act", ATTEMPTS)
def test_an_act_on_a_hotfix_is_possible_only_where_the_table_has_it_and_for_those_whose_it_is(
    act: Act, name: str
) -> None:
    situation = HOTFIXES[name]
    able = may_on_a_hotfix(act, situation)
    for person in COMPANY:
        course = at_situation(name)
        before = len(course.facts)
        verdict = ATTEMPTS[act](course, person)
        if isinstance(verdict, Done):
            assert person in able, f"{person} could {act} a hotfix: {name}"
            assert any(isinstance(fact, RECORDED[act]) for fact in course.facts[before:])
            assert course.stage in allowed(act, situation.stage)
            continue
        assert person not in able, f"{person} could not {act}: {[read(gate) for gate in verdict.gates]}"
        assert verdict.gates
        for gate in verdict.gates:
            assert not gate.met
            read(gate)
        if able:
            named = {who for gate in verdict.gates for who in gate.who}
            assert named <= able, f"{sorted(named - able)} are named, and cannot {act}: {name}"


def allowed(act: Act, stage: Stage) -> frozenset[Stage]:
    """Where the table lets the act lead from there."""
    row = TRANSITIONS[act if stage in UNSTARTED else APPROVING_CODE.get(act, act)]
    return frozenset(row.moves[stage])


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("name", HOTFIXES)
@pytest.mark.parametrize("act", TIMERS)
def test_a_timer_on_a_hotfix_does_something_only_where_the_table_has_it(act: Act, name: str) -> None:
    situation = HOTFIXES[name]
    course = at_situation(name).wait(30 * HOUR)
    course.neighbors = replace(NEIGHBORS, superseded_by=ChangeId(7), hotfixed_by=(ChangeId(8), "4.12.2"))
    rows = [row for row in rows_of(act, situation) if row.who == ("time",)]
    verdict = course.fires(TIMERS[act])
    no_window = act is Act.FLAG_OVERRUN
    assert isinstance(verdict, Done) == (bool(rows) and not no_window)
    if isinstance(verdict, Done):
        assert course.stage is situation.stage
        assert verdict.facts


@pytest.mark.clause("G-HOT-1")
@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize("person", COMPANY)
def test_a_hotfix_is_declared_by_engineers_of_the_service_alone(person: PersonId) -> None:
    course = at_situation("declared by day")
    setting = Setting(course.policy, course.roster, course.now, NEIGHBORS)
    verdict = declare_hotfix(setting, person, DECLARATION, course.numbers)
    if person in WHO["engineer"]:
        assert isinstance(verdict, Done)
        assert isinstance(verdict.facts[0], HotfixDeclared)
    else:
        assert isinstance(verdict, Refused)
        assert [read(gate) for gate in verdict.gates] == [
            "Declaring a hotfix is for engineers of payments, and whoever is on call for it."
        ]
        assert set(verdict.gates[0].who) == WHO["engineer"]


def acted(course: Course, act: Act) -> set[PersonId]:
    """Everybody of the company who could do it now."""
    return {person for person in COMPANY if isinstance(ATTEMPTS[act](course.copy(), person), Done)}


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("review", [False, True])
def test_a_hotfix_that_was_turned_into_a_standard_change_keeps_its_words_and_its_review_and_nothing_else(
    *, review: bool
) -> None:
    course = turned(review=review)
    assert [each.person for each in course.change.standing_approvals] == ([BEN] if review else [])
    assert course.stage is Stage.PREPARING
    assert course.stage in STANDARD
    for act in (Act.RECORD_VERBAL, Act.START_IN_BREACH, Act.TURN_INTO_STANDARD, Act.START_PRODUCTION):
        assert acted(course, act) == set()
    assert acted(course, Act.EXTEND_REVIEW) == ({DORA, DEDE} if review else set())
    assert acted(course, Act.SUBMIT_REVIEW) == (WHO["engineer"] if review else set())
    assert acted(course, Act.CONFIRM_VERBAL) == acted(course, Act.DISPUTE_VERBAL)
    assert bool(acted(course, Act.CONFIRM_VERBAL)) is not review
    assert acted(course, Act.ADD_TO_TIMELINE) == WHO["anybody with a role"]


@pytest.mark.clause("G-HOT-3")
def test_who_starts_in_breach_deploys_from_then_on() -> None:
    for person in WHO["engineer"]:
        course = at_situation("declared by day")
        verdict = ATTEMPTS[Act.START_IN_BREACH](course, person)
        assert isinstance(verdict, Done)
        took_over: list[Fact] = [fact for fact in verdict.facts if isinstance(fact, DeployerTookOver)]
        assert bool(took_over) == (person != DIRK)
        assert course.change.deployer == person


@pytest.mark.clause("G-HOT-2")
def test_a_word_is_recorded_only_as_it_can_have_been_spoken() -> None:
    """Held against the guide as it is restated: not before the declaration, not ahead, not in a role that was not held."""
    course = at_situation("declared by day")
    form = record_of(course, (EVE, Role.ENGINEERING_MANAGER))
    declared_at = course.change.requested_at
    for wrong in (
        replace(form, given_at=declared_at - MINUTE),
        replace(form, given_at=course.now + MINUTE),
        replace(form, people=(SpokenBy(EVE, Role.PRODUCT_MANAGER),)),
        replace(form, people=(SpokenBy(ANA, None),)),
        replace(form, people=()),
        replace(form, said=NO_WORDS),
    ):
        for gate in course.copy().refuses(record_verbal, ANA, wrong).gates:
            read(gate)
    for right in (declared_at, course.now):
        course.copy().does(record_verbal, ANA, replace(form, given_at=right))


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-STD-8")
def test_a_dispute_ends_by_a_button_also_where_the_hours_ask_for_other_signatures() -> None:
    """By night the Director's word is disputed; by day nobody needs a Director, and the block must have a way on."""
    course = at_situation("declared by night")
    course.does(record_verbal, ANA, record_of(course, (DORA, Role.ENGINEERING_DIRECTOR)))
    course.does(dispute_verbal, DORA, VerbalAnswer(words=Words("I said no")))
    course.at(berlin(24, 10)).approved_by(BEN, EVE, PAUL)
    course.refuses(start_production, DIRK, None)
    for director in (DORA, DEDE):
        course.copy().does(approve, director, Seen()).does(start_production, DIRK, None)
    turned_over = course.does(turn_into_standard, ANA, Standardization())
    turned_over.refuses(approve, DORA, Seen())


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_outlives_a_revised_plan_and_ends_with_its_version() -> None:
    course = at_situation("disputed").does(revise, ANA, revision(at_situation("disputed"), plan=OTHER_PLAN))
    course.does(record_verbal, ANA, record_of(course, (EVE, Role.ENGINEERING_MANAGER), (PAUL, None)))
    course.refuses(start_production, DIRK, None)
    assert acted(course, Act.APPROVE) == {EVE}
    course.does(revise, ANA, revision(course, version="4.12.9"))
    course.approved_by(BEN, PAUL).does(record_verbal, ANA, record_of(course, (EVE, None)))
    course.does(start_production, DIRK, None)


@pytest.mark.clause("G-HOT-3")
def test_who_started_in_breach_ratifies_it_in_no_role() -> None:
    course = also_engineers(at_situation("declared by day"), EVE)
    course.does(start_in_breach, EVE, BreachStart(Words("it burns"), Words("Paul, by phone")))
    assert EVE not in acted(course, Act.RATIFY_BREACH) | acted(course, Act.REFUSE_BREACH)
    assert PAUL in acted(course, Act.RATIFY_BREACH) & acted(course, Act.REFUSE_BREACH)


def also_engineers(course: Course, *people: PersonId) -> Course:
    """The same company, in which these write code, too."""
    engineers = (*course.roster.now[Role.ENGINEER], *people)
    course.roster = replace(course.roster, now={**course.roster.now, Role.ENGINEER: engineers})
    return course


@pytest.mark.clause("G-HOT-2")
def test_another_role_that_two_people_share_ends_no_dispute() -> None:
    course = also_engineers(at_situation("declared by day"), EVE, PAUL)
    course.does(record_verbal, ANA, record_of(course, (EVE, Role.ENGINEERING_MANAGER)))
    course.does(record_verbal, ANA, record_of(course, (EVE, None)))
    course.does(dispute_verbal, EVE, VerbalAnswer(words=Words("I said no"))).approved_by(BEN, PAUL)
    assert {each.person for each in blocking_disputes(course.change, course.setting)} == {EVE}


@pytest.mark.clause("G-HOT-3")
def test_who_started_in_breach_is_not_asked_to_ratify_it() -> None:
    course = also_engineers(at_situation("declared by day"), EVE)
    course.does(start_in_breach, EVE, BreachStart(Words("it burns"), Words("Paul, by phone")))
    asked = {ask.person for ask in asks(course.change, course.setting) if ask.phase is Phase.RATIFICATION}
    assert PAUL in asked
    assert EVE not in asked


@pytest.mark.clause("G-APP-4")
def test_who_declared_while_on_call_has_signed_for_that_whatever_is_revised() -> None:
    for revised in ({"version": "4.12.9"}, {"plan": OTHER_PLAN}):
        course = at_situation("declared by who is on call").approved_by(BEN, EVE)
        course.does(revise, OMAR, revision(course, **revised))
        standing = [each.person for each in course.change.standing_approvals]
        assert standing == ([OMAR] if "version" in revised else [OMAR, BEN])


@pytest.mark.clause("G-HOT-2")
def test_only_words_that_nobody_answered_are_chased() -> None:
    course = at_situation("on words").does(confirm_verbal, BEN, VerbalAnswer())
    course.does(dispute_verbal, EVE, VerbalAnswer(words=Words("no"))).wait(30 * HOUR)
    verdict = course.fires(chase_verbal)
    assert isinstance(verdict, Done)
    paul = next(each.number for each in course.change.approvals if each.person == PAUL)
    assert [fact.number for fact in verdict.facts if isinstance(fact, VerbalChased)] == [paul]
