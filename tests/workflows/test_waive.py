"""Waivers of an environment (G-ENV-2): asked for, decided, taking effect, used, running out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.change import Outcome, Span, WindowEnd
from bot.rules.deputies import Deputizing
from bot.rules.facts import WaiverTookEffect, WindowProposed
from bot.rules.inputs import (
    Finish,
    Reason,
    Seen,
    VerificationInput,
    WaiverGrant,
    WaiverRefusal,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import Stage
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, EnvironmentName, PersonId, Role, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.approve import approve, take_back_approval
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging
from bot.workflows.request import revise
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver, refuse_waiver
from bot.workflows.windows import lapse_window, move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EVE,
    EVERYBODY,
    FRIDAY,
    HALF_OF_THURSDAY,
    HOUR,
    LEA,
    MERGE,
    MINUTE,
    MONDAY,
    PAUL,
    QUINN,
    REQUEST,
    THURSDAY,
    TIA,
    Course,
    a_course,
    a_roster,
    clauses,
    deploying,
    in_staging,
    ready_for_staging,
    revision,
    scheduled,
    sentences,
    verified,
    watched,
    windowed,
    with_evidence,
)
from tests.acting_in_production import DEVELOPMENT, STAGING, WHY, requested, stage_of, superseded, with_waiver

Build = Callable[[Course], Course]
WISH = WaiverWish(STAGING, WHY, THURSDAY.end)
GRANT = WaiverGrant()


def asked(course: Course, wish: WaiverWish = WISH) -> Course:
    """With a waiver asked for, and not decided."""
    return course.does(ask_for_waiver, ANA, wish)


def reviewed(course: Course) -> Course:
    """With the code approved by peer and Tech Lead, and nothing for staging."""
    return course.approved_by(BEN, TIA)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize("build", [requested, in_staging, verified])
def test_the_requester_asks_with_a_reason_and_an_expiry(build: Build) -> None:
    course = asked(build(a_course()))
    (waiver,) = course.change.waivers
    assert (waiver.environment, waiver.version, waiver.expires_at) == (STAGING, "4.12.0", THURSDAY.end)
    assert (waiver.asked_by, waiver.reason, waiver.undecided) == (ANA, WHY, True)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize("build", [windowed, scheduled, deploying, watched, superseded])
def test_where_a_window_is_asked_for_no_environment_is_left_out_any_more(build: Build) -> None:
    build(a_course()).refuses(ask_for_waiver, ANA, replace(WISH, expires_at=FRIDAY.end))


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA}))
def test_nobody_but_the_requester_asks(person: PersonId) -> None:
    assert a_course().refuses(ask_for_waiver, person, WISH).gates[0].who == (ANA,)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (replace(WISH, reason=Words(" ")), Field.REASON),
        (replace(WISH, expires_at=MONDAY), Field.EXPIRES),
        (replace(WISH, environment=EnvironmentName("production")), Field.ENVIRONMENT),
        (replace(WISH, environment=EnvironmentName("moon")), Field.ENVIRONMENT),
    ],
)
def test_an_asking_says_why_until_when_and_for_an_environment_before_production(
    wish: WaiverWish, field: Field
) -> None:
    refused = a_course().refuses(ask_for_waiver, ANA, wish)
    assert clauses(refused) == ["G-ENV-2"]
    assert refused.gates[0].field is field


@pytest.mark.clause("G-ENV-2")
def test_an_environment_is_asked_for_once_at_a_time_and_again_after_a_no() -> None:
    course = asked(a_course())
    assert course.refuses(ask_for_waiver, ANA, WISH).gates[0].who == (DORA, DANA)
    course.does(ask_for_waiver, ANA, replace(WISH, environment=DEVELOPMENT))
    course.does(refuse_waiver, DORA, WaiverRefusal(WHY, waiver=1))
    course.does(ask_for_waiver, ANA, WISH)
    assert [each.number for each in course.change.waivers] == [1, 2, 3]


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {DORA, DANA}))
def test_nobody_elses_word_counts_than_a_directors(person: PersonId) -> None:
    course = asked(a_course())
    for verdict in (
        course.refuses(grant_waiver, person, GRANT),
        course.refuses(refuse_waiver, person, WaiverRefusal(WHY)),
    ):
        assert verdict.gates[0].who == (DORA, DANA)
        assert clauses(verdict) == ["G-ENV-2"]


@pytest.mark.clause("G-ENV-2")
def test_a_director_does_not_decide_on_their_own_change() -> None:
    roster = a_roster(engineering_director=(ANA, DORA))
    course = asked(a_course(roster))
    assert (
        sentences(course.refuses(grant_waiver, ANA, GRANT))
        == "This is your own change: another Director decides."
    )
    course.does(grant_waiver, DORA, GRANT)
    asked(a_course(roster, allow_self_approval=True)).does(grant_waiver, ANA, GRANT)


@pytest.mark.clause("G-ENV-2")
def test_a_deputys_word_counts_and_shows_for_whom() -> None:
    course = asked(a_course())
    held = {**course.roster.now, Role.ENGINEERING_DIRECTOR: (DORA, EVE)}
    deputizing = {EVE: (Deputizing(Role.ENGINEERING_DIRECTOR, DORA),)}
    course.roster = replace(course.roster, now=held, acting=deputizing)
    course.does(grant_waiver, EVE, GRANT)
    assert (course.change.waivers[0].granted_by, course.change.waivers[0].deputy_for) == (EVE, DORA)


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_is_decided_once_and_in_time() -> None:
    course = asked(a_course()).does(grant_waiver, DORA, GRANT)
    for verdict in (
        course.refuses(grant_waiver, DANA, GRANT),
        course.refuses(refuse_waiver, DANA, WaiverRefusal(WHY)),
    ):
        assert "decided already" in sentences(verdict)
    late = asked(a_course()).at(THURSDAY.end)
    assert late.refuses(grant_waiver, DORA, GRANT).gates[0].who == (ANA,)


@pytest.mark.clause("G-ENV-2")
def test_a_no_has_a_reason_and_the_change_goes_the_whole_way() -> None:
    course = asked(ready_for_staging(a_course()))
    course.refuses(refuse_waiver, DORA, WaiverRefusal(Words("")))
    course.does(refuse_waiver, DORA, WaiverRefusal(WHY))
    assert (course.change.waivers[0].refused_by, course.change.waivers[0].refused_reason) == (DORA, WHY)
    assert stage_of(course) is Stage.PREPARING
    course.refuses(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))


@pytest.mark.clause("G-ENV-2")
def test_a_decision_on_what_was_not_asked_has_moved_on() -> None:
    assert a_course().refuses(grant_waiver, DORA, GRANT).moved_on
    assert asked(a_course()).refuses(grant_waiver, DORA, WaiverGrant(waiver=2)).moved_on
    other_version = asked(a_course())
    other_version.does(revise, ANA, revision(other_version, version="4.13.0"))
    assert other_version.refuses(grant_waiver, DORA, GRANT).moved_on


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-STD-5")
@pytest.mark.clause("G-STD-6")
def test_waiving_staging_waives_its_deployment_verification_and_approval_together() -> None:
    course = with_waiver(reviewed(a_course()))
    assert LEA not in [each.person for each in course.change.standing_approvals]
    assert stage_of(course) is Stage.VERIFIED
    course.does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS)).approved_by(PAUL, EVE)
    assert stage_of(course) is Stage.SCHEDULED
    course.at(THURSDAY.start).does(start_production, ANA, None)
    assert [each.environment for each in course.change.deployments] == ["development", "production"]


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-APP-1")
def test_it_takes_effect_with_the_last_code_approval() -> None:
    course = with_waiver(a_course()).approved_by(BEN)
    assert stage_of(course) is Stage.PREPARING
    verdict = course.tries(approve, TIA, Seen())
    assert isinstance(verdict, Done)
    assert WaiverTookEffect(1, course.now) in verdict.facts
    assert stage_of(course) is Stage.VERIFIED


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-4")
def test_it_takes_effect_with_the_last_evidence() -> None:
    without_merge = replace(REQUEST, evidence=REQUEST.evidence[:2])
    course = with_waiver(reviewed(a_course(form=without_merge)))
    assert stage_of(course) is Stage.PREPARING
    with_evidence(course, MERGE)
    assert stage_of(course) is Stage.VERIFIED


@pytest.mark.clause("G-ENV-2")
def test_what_took_effect_stays_in_effect_and_the_gate_of_what_broke_is_asked_at_the_start() -> None:
    course = with_waiver(reviewed(a_course())).does(take_back_approval, TIA, Reason(WHY))
    assert stage_of(course) is Stage.VERIFIED
    refused = course.refuses(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    assert clauses(refused) == ["G-APP-1"]


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-7")
def test_a_drafted_window_submits_itself_when_the_waiver_takes_effect() -> None:
    drafted = replace(REQUEST, wished=WishedWindow(THURSDAY, NO_WORDS))
    course = asked(reviewed(a_course(form=drafted)))
    verdict = course.tries(grant_waiver, DORA, GRANT)
    assert isinstance(verdict, Done)
    (proposed,) = (fact for fact in verdict.facts if isinstance(fact, WindowProposed))
    assert (proposed.span, proposed.by) == (THURSDAY, None)
    assert stage_of(course) is Stage.APPROVING


@pytest.mark.clause("G-ENV-2")
def test_its_expiry_must_cover_the_windows_end() -> None:
    course = with_waiver(reviewed(a_course()), until=THURSDAY.end - MINUTE)
    refused = course.refuses(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    assert clauses(refused) == ["G-ENV-2"]
    assert refused.gates[0].field is Field.WINDOW_END
    course.does(propose_window, ANA, WishedWindow(HALF_OF_THURSDAY, NO_WORDS))
    course.refuses(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_may_be_renewed_before_it_ends() -> None:
    course = with_waiver(reviewed(a_course()), until=THURSDAY.start)
    course.does(ask_for_waiver, ANA, WISH)
    assert stage_of(course) is Stage.VERIFIED, "the earlier one counts until the Director decides"
    course.does(grant_waiver, DANA, GRANT)
    course.does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    assert stage_of(course) is Stage.APPROVING


@pytest.mark.clause("G-ENV-2")
def test_when_it_ends_the_version_goes_the_way_that_it_left_out() -> None:
    course = with_waiver(reviewed(a_course())).at(THURSDAY.end - MINUTE)
    assert isinstance(course.fires(expire_waiver), Refused)
    assert isinstance(course.wait(MINUTE).fires(expire_waiver), Done)
    assert isinstance(course.fires(expire_waiver), Refused)
    assert stage_of(course) is Stage.PREPARING
    course.approved_by(LEA).does(start_staging, ANA, None)


@pytest.mark.clause("G-ENV-2")
def test_before_its_timer_fires_an_ended_waiver_is_none_either() -> None:
    course = with_waiver(reviewed(a_course()), until=MONDAY + HOUR).wait(HOUR)
    refused = course.refuses(propose_window, ANA, WishedWindow(a_later_window(), NO_WORDS))
    assert "The waiver of staging ended" in sentences(refused)
    waiting = with_waiver(a_course(), until=MONDAY + HOUR).wait(HOUR).approved_by(BEN, TIA)
    assert stage_of(waiting) is Stage.PREPARING, "it does not take effect after its end"


def a_later_window() -> Span:
    return Span(FRIDAY.start, FRIDAY.end)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("approvers", [(), (PAUL, EVE)])
def test_a_window_that_ends_with_its_waiver_lapses_with_it(approvers: tuple[PersonId, ...]) -> None:
    course = with_waiver(reviewed(a_course()))
    course.does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS)).approved_by(*approvers)
    course.at(THURSDAY.end).fires(expire_waiver)
    assert course.change.window is None
    assert course.change.windows[0].ended is WindowEnd.LAPSED
    assert not {PAUL, EVE} & {each.person for each in course.change.standing_approvals}
    assert isinstance(course.fires(lapse_window), Refused)


@pytest.mark.clause("G-ENV-2")
def test_an_asking_that_nobody_answered_in_time_is_closed_and_can_be_asked_again() -> None:
    course = asked(a_course()).at(THURSDAY.end)
    assert isinstance(course.fires(expire_waiver), Done)
    course.does(ask_for_waiver, ANA, replace(WISH, expires_at=FRIDAY.end))


@pytest.mark.clause("G-ENV-2")
def test_a_deployment_that_began_under_a_waiver_is_not_touched_by_its_end() -> None:
    course = with_waiver(reviewed(a_course())).does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    course.approved_by(PAUL, EVE).at(THURSDAY.start).does(start_production, ANA, None).at(THURSDAY.end)
    assert isinstance(course.fires(expire_waiver), Refused)
    course.does(finish_production, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))
    assert stage_of(course) is Stage.MONITORING


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-6")
def test_a_failed_verification_is_not_lifted() -> None:
    course = in_staging(a_course()).does(verify, QUINN, VerificationInput(passed=False, notes=WHY))
    course.refuses(ask_for_waiver, ANA, WISH)
    elsewhere = with_waiver(reviewed(a_course()))
    elsewhere.neighbors = Neighbors(failed_verification=True)
    refused = elsewhere.refuses(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    assert clauses(refused) == ["G-STD-6"]


@pytest.mark.clause("G-ENV-2")
def test_another_version_needs_another_waiver() -> None:
    course = with_waiver(reviewed(a_course()))
    course.does(revise, ANA, revision(course, version="4.13.0"))
    assert stage_of(course) is Stage.PREPARING
    course.does(ask_for_waiver, ANA, WISH)
    assert [each.version for each in course.change.waivers] == ["4.12.0", "4.13.0"]
    assert isinstance(course.at(THURSDAY.end).fires(expire_waiver), Done)
    assert [each.expired_at is not None for each in course.change.waivers] == [False, True]


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-ENV-2")
def test_a_version_that_was_never_in_development_may_leave_it_out() -> None:
    course = ready_for_staging(a_course(form=replace(REQUEST, in_development=False)))
    course.refuses(start_staging, ANA, None)
    with_waiver(course, DEVELOPMENT).does(start_staging, ANA, None)
    assert stage_of(course) is Stage.STAGING


FOUR = ["development", "integration", "staging", "production"]
INTEGRATION = EnvironmentName("integration")


@pytest.mark.clause("G-ENV-2")
def test_of_four_environments_each_is_left_out_by_itself() -> None:
    course = with_waiver(ready_for_staging(a_course(environments=FOUR)), INTEGRATION)
    assert stage_of(course) is Stage.PREPARING
    course.does(start_staging, ANA, None).does(finish_staging, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))
    assert course.change.deployments[-1].environment == "staging"
    assert stage_of(course) is Stage.VERIFYING, "the waiver of another environment waives no verification"


@pytest.mark.clause("G-APP-2")
@pytest.mark.clause("G-ENV-2")
def test_of_four_environments_the_team_lead_signs_until_all_that_need_it_are_left_out() -> None:
    course = with_waiver(reviewed(a_course(environments=FOUR)), INTEGRATION)
    assert "G-APP-2" in clauses(course.refuses(start_staging, ANA, None))
    with_waiver(course, STAGING)
    assert stage_of(course) is Stage.VERIFIED


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_of_staging_takes_no_environment_before_it_along() -> None:
    course = with_waiver(reviewed(a_course(environments=FOUR)), STAGING)
    assert stage_of(course) is Stage.PREPARING
    course.approved_by(LEA).does(start_staging, ANA, None)
    assert course.change.deployments[-1].environment == "integration"
    course.does(finish_staging, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))
    assert stage_of(course) is Stage.VERIFIED
