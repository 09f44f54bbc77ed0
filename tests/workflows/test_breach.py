"""Starting in breach (G-HOT-3): recorded, never let; and what those who were missing say about it afterwards."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.breach import who_answers
from bot.rules.facts import DeployerTookOver
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import BreachAnswer, ReviewStage
from bot.rules.hotfix_facts import ReviewOpened, StartedInBreach
from bot.rules.hotfix_inputs import BreachStart
from bot.rules.inputs import Reason
from bot.rules.life import Stage
from bot.rules.production_facts import DeploymentStarted
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, DeploymentId, PersonId, Role, Words
from bot.rules.verdict import Done, Field
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import ratify_breach, refuse_breach, start_in_breach
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    HOUR,
    LEA,
    OMAR,
    PAUL,
    PRIYA,
    QUINN,
    TIA,
    TOM,
    Course,
    a_course,
    a_roster,
    clauses,
    scheduled,
    sentences,
)
from tests.acting_in_hotfixes import (
    BREACH,
    DECLARATION,
    FAILED_UNTOUCHED,
    NIGHT,
    SUCCEEDED,
    a_hotfix,
    disputed,
    finished,
    in_breach,
    signed,
    spoken,
    started,
    the_breach,
    the_review,
)

Build = Callable[[Course], Course]
BECAUSE = Reason(Words("I was at my desk, nobody called"))
EM, PM = Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-5")
def test_a_start_in_breach_records_why_who_was_tried_and_every_missing_seat() -> None:
    course = a_hotfix(at=NIGHT)
    verdict = course.tries(start_in_breach, ANA, BREACH)
    assert isinstance(verdict, Done)
    deployment, breach, opened = verdict.facts
    assert isinstance(deployment, DeploymentStarted)
    assert not deployment.attested
    seats: tuple[Seat, ...] = (PEER, EM, PM, Role.ENGINEERING_DIRECTOR, Role.ON_CALL)
    assert breach == StartedInBreach(deployment.deployment, ANA, BREACH.reason, BREACH.tried, seats, NIGHT)
    assert opened == ReviewOpened(NIGHT)
    assert course.stage is Stage.DEPLOYING
    assert the_breach(course).unanswered == seats
    assert "in breach of the guide" in sentences(verdict)


@pytest.mark.clause("G-HOT-3")
def test_only_the_seats_that_nobody_fills_are_missing() -> None:
    course = in_breach(spoken(a_hotfix(by=OMAR, at=NIGHT).approved_by(BEN, DORA), PAUL), by=OMAR)
    assert the_breach(course).missing == (EM,)


@pytest.mark.clause("G-HOT-3")
def test_a_seat_that_is_missing_in_several_pull_requests_is_named_once() -> None:
    another = replace(ANAS_PULL_REQUEST, reference=Words("#882"))
    course = a_hotfix(form=replace(DECLARATION, pull_requests=(ANAS_PULL_REQUEST, another)))
    assert the_breach(in_breach(course)).missing == (PEER, EM, PM)


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("build", [signed, lambda course: spoken(course, BEN, EVE, PAUL)])
def test_where_nothing_is_missing_there_is_no_breach(build: Build) -> None:
    refused = build(a_hotfix()).refuses(start_in_breach, ANA, BREACH)
    assert sentences(refused) == "Nothing is missing: start it without a breach."


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize(
    ("form", "field"),
    [
        (BreachStart(Words(" "), BREACH.tried), Field.REASON),
        (BreachStart(BREACH.reason, NO_WORDS), Field.TRIED),
    ],
)
def test_a_breach_says_why_and_who_was_tried(form: BreachStart, field: Field) -> None:
    assert a_hotfix().refuses(start_in_breach, ANA, form).gates[0].field is field


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA, BEN, OMAR}))
def test_only_an_engineer_of_the_service_starts_in_breach(person: PersonId) -> None:
    assert a_hotfix().refuses(start_in_breach, person, BREACH).gates[0].who == (ANA, BEN, OMAR)


@pytest.mark.clause("G-HOT-3")
def test_whoever_starts_in_breach_is_the_deployer_from_then_on() -> None:
    course = a_hotfix()
    verdict = course.tries(start_in_breach, BEN, BREACH)
    assert isinstance(verdict, Done)
    assert verdict.facts[0] == DeployerTookOver(BEN, course.now)
    assert (course.change.deployer, course.change.requester) == (BEN, ANA)
    course.refuses(finish_production, ANA, SUCCEEDED)
    course.does(finish_production, BEN, SUCCEEDED)


@pytest.mark.clause("G-HOT-3")
def test_a_guide_may_not_know_it() -> None:
    course = a_hotfix(hotfix={"start_in_breach": False})
    assert clauses(course.refuses(start_in_breach, ANA, BREACH)) == ["G-HOT-3"]


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-STD-8")
def test_while_something_of_the_service_runs_nothing_starts_in_breach_either() -> None:
    course = a_hotfix()
    course.neighbors = Neighbors(deploying=(ChangeId(7), DeploymentId(30)))
    refused = course.refuses(start_in_breach, ANA, BREACH)
    assert clauses(refused) == ["G-STD-8"]
    assert "DEP-30 of CHG-7" in sentences(refused)


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-STD-6")
@pytest.mark.parametrize("build", [lambda course: course, signed])
def test_no_breach_lifts_a_failed_verification(build: Build) -> None:
    course = build(a_hotfix())
    course.neighbors = Neighbors(failed_verification=True)
    assert clauses(course.refuses(start_in_breach, ANA, BREACH)) == ["G-STD-6"]


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("build", [started, finished, lambda _: scheduled(a_course())])
def test_only_a_declared_hotfix_starts_in_breach(build: Build) -> None:
    build(a_hotfix()).refuses(start_in_breach, ANA, BREACH)


@pytest.mark.clause("G-HOT-3")
def test_a_breach_leaves_the_gate_closed() -> None:
    course = in_breach(a_hotfix()).does(finish_production, ANA, FAILED_UNTOUCHED)
    course.refuses(start_production, ANA, None)
    assert the_breach(course).by == ANA
    signed(course).does(start_production, ANA, None)
    assert the_breach(course).by == ANA


@pytest.mark.clause("G-HOT-3")
def test_a_second_start_in_breach_opens_the_review_anew() -> None:
    course = in_breach(a_hotfix()).does(finish_production, ANA, FAILED_UNTOUCHED).wait(HOUR)
    in_breach(course)
    assert [each.deployment for each in course.change.earlier_breaches] == [1]
    assert the_breach(course).deployment == 2
    assert the_review(course).opened_at == course.now
    assert the_review(course).stage is ReviewStage.OPEN


@pytest.mark.clause("G-HOT-3")
def test_those_who_were_missing_ratify_or_refuse_seat_by_seat() -> None:
    course = in_breach(a_hotfix()).wait(HOUR)
    course.does(ratify_breach, EVE, None)
    assert the_breach(course).answers == (
        BreachAnswer(EVE, EM, ratified=True, reason=NO_WORDS, at=course.now),
    )
    assert the_breach(course).unanswered == (PEER, PM)
    verdict = course.tries(refuse_breach, PRIYA, BECAUSE)
    assert sentences(verdict) == "You refused to ratify the start of CHG-1 (Product Manager)."
    assert the_breach(course).unanswered == (PEER,)
    course.does(ratify_breach, TIA, None)
    assert the_breach(course).unanswered == ()
    assert [each.ratified for each in the_breach(course).answers] == [True, False, True]


@pytest.mark.clause("G-HOT-3")
def test_who_holds_the_roles_of_several_missing_seats_answers_for_all_of_them() -> None:
    course = in_breach(a_hotfix(a_roster(product_manager=(EVE,))))
    verdict = course.tries(ratify_breach, EVE, None)
    assert sentences(verdict) == "You ratified the start of CHG-1 (Engineering Manager and Product Manager)."
    assert the_breach(course).unanswered == (PEER,)


@pytest.mark.clause("G-HOT-3")
def test_a_seat_is_answered_for_once() -> None:
    course = in_breach(a_hotfix()).does(ratify_breach, EVE, None)
    for person in (EVE, EMIL):
        refused = course.refuses(refuse_breach, person, BECAUSE)
        assert refused.gates[0].who == (BEN, OMAR, TIA, TOM, PAUL, PRIYA)
    for person in (PAUL, BEN):
        course.does(refuse_breach, person, BECAUSE)
    refused = course.refuses(ratify_breach, PRIYA, None)
    assert sentences(refused) == "Everybody whose approval was missing has answered."


@pytest.mark.clause("G-HOT-3")
def test_refusing_needs_a_reason_and_ratifying_none() -> None:
    course = in_breach(a_hotfix())
    assert course.refuses(refuse_breach, EVE, Reason(Words(" "))).gates[0].field is Field.REASON
    course.does(refuse_breach, EVE, BECAUSE)
    assert the_breach(course).answers[0].reason == BECAUSE.reason


@pytest.mark.clause("G-HOT-3")
def test_who_started_answers_for_nobody() -> None:
    roster = a_roster(engineering_manager=(BEN, EVE))
    course = in_breach(a_hotfix(roster), by=BEN)
    assert "You started it" in sentences(course.refuses(ratify_breach, BEN, None))
    course.refuses(refuse_breach, BEN, BECAUSE)
    assert who_answers(EM, course.change, course.setting) == (EVE,)
    assert who_answers(PEER, course.change, course.setting) == (OMAR, TIA, TOM)
    wrote = replace(DECLARATION, pull_requests=(replace(ANAS_PULL_REQUEST, authors=(TIA,)),))
    peerless = in_breach(a_hotfix(form=wrote), by=OMAR)
    assert who_answers(PEER, peerless.change, peerless.setting) == (BEN, TOM)


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("person", [LEA, QUINN, DANA])
def test_who_was_not_missing_answers_nothing(person: PersonId) -> None:
    course = in_breach(a_hotfix())
    refused = course.refuses(ratify_breach, person, None)
    assert "Answering is for those whose approval was missing" in sentences(refused)


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("build", [signed, finished, lambda _: a_course()])
def test_what_was_not_started_in_breach_is_not_answered_for(build: Build) -> None:
    course = build(a_hotfix())
    assert "not started in breach" in sentences(course.refuses(ratify_breach, EVE, None))


@pytest.mark.clause("G-HOT-3")
def test_an_answer_is_given_at_any_stage_afterwards() -> None:
    course = in_breach(a_hotfix())
    course.does(ratify_breach, EVE, None).does(finish_production, ANA, FAILED_UNTOUCHED)
    assert course.does(ratify_breach, PAUL, None).stage is Stage.DECLARED


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-HOT-2")
def test_a_dispute_with_every_seat_filled_can_be_breached_and_its_seat_is_answered_for() -> None:
    course = spoken(disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE), EMIL)
    in_breach(course).does(refuse_breach, EVE, BECAUSE)
    assert the_breach(course).unanswered == ()


@pytest.mark.clause("G-HOT-3")
def test_who_holds_the_role_now_answers_whoever_held_it_then() -> None:
    course = in_breach(a_hotfix())
    course.roster = a_roster(engineering_manager=(DORA,))
    course.refuses(ratify_breach, EVE, None)
    course.does(ratify_breach, DORA, None)
