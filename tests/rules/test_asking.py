"""Who is asked for what by direct message."""

from dataclasses import replace

import pytest

from bot.rules.asking import asks
from bot.rules.change import PullRequest, Span
from bot.rules.freezing import Freeze, FreezeException, FreezeId
from bot.rules.inputs import (
    Rejection,
    VerificationInput,
    WaiverGrant,
    WaiverRefusal,
    WaiverWish,
    WishedWindow,
)
from bot.rules.terms import NO_WORDS, EnvironmentName, PersonId, Phase, Role, Words
from bot.workflows.approve import reject
from bot.workflows.request import resubmit
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver, refuse_waiver
from bot.workflows.windows import move_window
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    FRIDAY,
    HALF_OF_THURSDAY,
    LEA,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PETRA,
    PIA,
    PRIYA,
    QADIR,
    QUINN,
    REQUEST,
    SATURDAY,
    THURSDAY,
    TIA,
    TOM,
    Course,
    a_course,
    a_roster,
    a_roster_for_the_window,
    deploying,
    in_staging,
    ready_for_staging,
    revised,
    scheduled,
    verified,
    watched,
    windowed,
)

WHY = Words("because")
OTHER_PULL_REQUEST = PullRequest(Words("#999"), (ANA,))


def asked(course: Course, phase: Phase | None = None) -> set[PersonId]:
    return {ask.person for ask in asks(course.change, course.setting) if phase in {None, ask.phase}}


def rounds(course: Course, phase: Phase) -> set[int]:
    return {ask.round for ask in asks(course.change, course.setting) if ask.phase is phase}


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_a_new_change_asks_named_reviewers_tech_leads_and_the_team_lead() -> None:
    assert asked(a_course()) == {BEN, TIA, TOM, LEA}
    assert asked(a_course(form=replace(REQUEST, reviewers=()))) == {TIA, TOM, LEA}
    assert asked(a_course(form=replace(REQUEST, reviewers=(OMAR, PAUL)))) == {OMAR, TIA, TOM, LEA}


def test_who_approved_is_asked_no_more_nor_is_anyone_for_a_seat_that_is_taken() -> None:
    assert asked(a_course().approved_by(TIA)) == {BEN, LEA}
    assert asked(ready_for_staging(a_course())) == set()


def test_the_requester_is_never_asked_to_approve() -> None:
    course = a_course(a_roster(tech_lead=(ANA, TOM)), form=replace(REQUEST, reviewers=(ANA, BEN)))
    assert asked(course) == {BEN, TOM, LEA}


def test_of_a_role_with_many_holders_a_few_are_asked() -> None:
    many = tuple(PersonId(f"lead{number}") for number in range(9))
    course = a_course(a_roster(tech_lead=many))
    assert asked(course) == {BEN, LEA, *many[:4]}
    assert asked(course.with_guide(asking={"ask_at_most": 2})) == {BEN, LEA, *many[:2]}


def test_one_person_gets_one_message_for_all_their_seats() -> None:
    course = a_course(a_roster(development_team_lead=(TIA,)))
    (ask,) = [each for each in asks(course.change, course.setting) if each.person == TIA]
    assert [needed.seat for needed in ask.seats] == [Role.TECH_LEAD, Role.DEVELOPMENT_TEAM_LEAD]


@pytest.mark.clause("G-STD-6")
def test_in_staging_qa_and_product_are_asked_and_whoever_passed_is_not_asked_again() -> None:
    course = in_staging(a_course())
    assert asked(course) == asked(course, Phase.VERIFICATION) == {QUINN, QADIR, PIA, PETRA}
    course.does(verify, QADIR, VerificationInput(passed=True, notes=NO_WORDS))
    assert asked(course) == {PIA, PETRA}


@pytest.mark.clause("G-STD-6")
def test_who_passed_for_qa_is_not_asked_for_product() -> None:
    course = in_staging(a_course(a_roster(qa=(QUINN, QADIR), product=(QUINN, PIA))))
    course.does(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS, role=Role.QA))
    assert asked(course) == {PIA}


@pytest.mark.clause("G-APP-3")
def test_a_window_in_business_hours_asks_the_managers() -> None:
    assert asked(verified(a_course())) == set()
    assert asked(windowed(a_course())) == {PAUL, PRIYA, EVE, EMIL}
    assert asked(windowed(a_course()).approved_by(PAUL)) == {EVE, EMIL}
    assert asked(scheduled(a_course())) == set()


@pytest.mark.clause("G-APP-4")
def test_a_window_at_the_weekend_asks_directors_and_who_is_on_call_then() -> None:
    course = windowed(a_course(a_roster_for_the_window(on_call=(BEN,))), SATURDAY, "certificate")
    assert {BEN, DORA} <= asked(course)
    assert not asked(course) & {OMAR, PAUL, EVE}


@pytest.mark.clause("G-APP-3")
def test_what_is_asked_for_anew_is_a_new_round() -> None:
    course = windowed(a_course())
    (before,) = rounds(course, Phase.PRODUCTION)
    course.does(move_window, ANA, WishedWindow(HALF_OF_THURSDAY, NO_WORDS))
    assert rounds(course, Phase.PRODUCTION) == {before}
    course.does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    assert min(rounds(course, Phase.PRODUCTION)) > before


@pytest.mark.clause("G-APP-3")
def test_whoever_is_voided_by_a_new_plan_is_asked_again_in_a_new_round() -> None:
    course = scheduled(a_course())
    before = course.change.production_round
    revised(course, plan=OTHER_PLAN)
    assert asked(course, Phase.PRODUCTION) == {PAUL, PRIYA, EVE, EMIL}
    assert min(rounds(course, Phase.PRODUCTION)) > before


@pytest.mark.clause("G-APP-1")
def test_a_returned_change_asks_nobody_until_it_is_resubmitted() -> None:
    course = a_course()
    (before,) = rounds(course, Phase.CODE)
    course.does(reject, TIA, Rejection(WHY))
    assert asked(course) == set()
    course.does(resubmit, ANA, None)
    assert asked(course) == {BEN, TIA, TOM, LEA}
    assert min(rounds(course, Phase.CODE)) > before


def test_nobody_is_asked_for_what_runs_or_is_done() -> None:
    assert asked(deploying(a_course())) == set()
    assert asked(watched(a_course())) == set()


@pytest.mark.clause("G-APP-3")
def test_whoever_can_complete_a_row_by_moving_somebody_to_another_seat_gets_a_message() -> None:
    course = windowed(a_course(a_roster(product_manager=(PAUL, EVE), engineering_manager=(EVE,))))
    assert asked(course.approved_by(EVE)) == {PAUL}


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("build", [in_staging, windowed])
def test_whenever_the_code_must_be_looked_at_again_its_approvers_are_asked(build: object) -> None:
    assert callable(build)
    course = revised(build(a_course()), pull_requests=(OTHER_PULL_REQUEST,))
    assert asked(course, Phase.CODE) == {BEN, TIA, TOM}
    assert asked(course) > asked(course, Phase.CODE)


WISH = WaiverWish(EnvironmentName("staging"), Words("the cluster is down"), FRIDAY.end)


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_asks_the_directors_until_one_of_them_decides() -> None:
    course = a_course().does(ask_for_waiver, ANA, WISH)
    assert asked(course, Phase.WAIVER) == {DORA, DANA}
    assert rounds(course, Phase.WAIVER) == {1}
    assert asked(course.copy().does(grant_waiver, DORA, WaiverGrant(1)), Phase.WAIVER) == set()
    course.does(refuse_waiver, DANA, WaiverRefusal(WHY, 1))
    assert asked(course, Phase.WAIVER) == set()
    course.does(ask_for_waiver, ANA, WISH)
    assert rounds(course, Phase.WAIVER) == {2}


@pytest.mark.clause("G-ENV-2")
def test_a_director_who_asks_for_a_waiver_is_not_asked_about_it() -> None:
    course = a_course(a_roster(engineering_director=(ANA, DANA))).does(ask_for_waiver, ANA, WISH)
    assert asked(course, Phase.WAIVER) == {DANA}
    alone = a_course(a_roster(engineering_director=(ANA,)), allow_self_approval=True)
    assert asked(alone.does(ask_for_waiver, ANA, WISH), Phase.WAIVER) == {ANA}


@pytest.mark.clause("G-ENV-2")
def test_nobody_is_asked_about_a_waiver_whose_time_is_over_or_whose_version_is_another() -> None:
    course = a_course().does(ask_for_waiver, ANA, WISH)
    assert asked(course.copy().at(FRIDAY.end), Phase.WAIVER) == set()
    assert asked(revised(course, version="4.13.0"), Phase.WAIVER) == set()


@pytest.mark.clause("G-ENV-2")
def test_of_many_directors_a_few_are_asked() -> None:
    many = tuple(PersonId(f"director{number}") for number in range(9))
    course = a_course(a_roster(engineering_director=many), asking={"ask_at_most": 2})
    assert asked(course.does(ask_for_waiver, ANA, WISH), Phase.WAIVER) == set(many[:2])


@pytest.mark.clause("G-APP-2")
def test_a_granted_waiver_asks_no_team_lead() -> None:
    course = a_course().does(ask_for_waiver, ANA, WISH).does(grant_waiver, DORA, WaiverGrant(1))
    assert asked(course) == {BEN, TIA, TOM}


def a_freeze(number: int, span: Span) -> Freeze:
    return Freeze(FreezeId(number), frozenset(), span.start, span.end, WHY, EVE)


def excepting(course: Course, *freezes: Freeze) -> set[tuple[PersonId, int]]:
    found = asks(course.change, replace(course.setting, freezes=freezes))
    return {(ask.person, ask.round) for ask in found if ask.phase is Phase.EXCEPTION}


@pytest.mark.clause("G-STD-8")
def test_a_freeze_over_the_window_asks_the_directors_for_an_exception() -> None:
    course = windowed(a_course())
    over, beside = a_freeze(7, THURSDAY), a_freeze(8, FRIDAY)
    assert excepting(course, over, beside) == {(DORA, 7), (DANA, 7)}
    assert excepting(course, beside) == set()
    assert excepting(verified(a_course()), over) == set()


@pytest.mark.clause("G-STD-8")
def test_a_change_that_is_excepted_asks_nobody_and_no_requester_is_asked() -> None:
    over = a_freeze(7, THURSDAY)
    course = windowed(a_course(a_roster(engineering_director=(ANA, DANA))))
    assert excepting(course, over) == {(DANA, 7)}
    excepted = replace(course.change, exceptions=(FreezeException(FreezeId(7), DANA, WHY, course.now),))
    setting = replace(course.setting, freezes=(over,))
    assert [ask for ask in asks(excepted, setting) if ask.phase is Phase.EXCEPTION] == []
