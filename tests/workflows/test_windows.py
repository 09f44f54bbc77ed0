"""Windows: proposing, moving, narrowing, drafting and letting them lapse."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.change import Span, WindowEnd
from bot.rules.facts import WindowProposed
from bot.rules.inputs import EvidenceInput, Rejection, Seen, VerificationInput, WishedWindow
from bot.rules.life import Stage
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, Words
from bot.rules.verdict import Done, Refused
from bot.workflows.approve import reject
from bot.workflows.deploy import start_production
from bot.workflows.request import record_evidence
from bot.workflows.verify import verify
from bot.workflows.windows import accept_counter_proposal, lapse_window, move_window, propose_window
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    BERLIN,
    BOTH_HOURS,
    DORA,
    EVE,
    FRIDAY,
    HOUR,
    LEA,
    MINUTE,
    MONDAY,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PIA,
    QUINN,
    REQUEST,
    SATURDAY,
    THURSDAY,
    TIA,
    TOM,
    TONIGHT,
    Course,
    a_course,
    a_guide,
    a_policy,
    a_roster,
    a_span,
    berlin,
    clauses,
    deploying,
    in_staging,
    revised,
    scheduled,
    sentences,
    standing,
    verified,
    windowed,
)

PASSED = VerificationInput(passed=True, notes=NO_WORDS)
HALF = Span(THURSDAY.start, THURSDAY.start + 30 * MINUTE)


def wish(span: Span, reason: str = "") -> WishedWindow:
    return WishedWindow(span, Words(reason))


def moved(course: Course, span: Span, reason: str = "") -> Course:
    return course.does(move_window, ANA, wish(span, reason))


def passed_with_wish(wished: WishedWindow, late: timedelta = timedelta(0)) -> Course:
    course = in_staging(a_course(form=replace(REQUEST, wished=wished))).wait(late)
    return course.does(verify, QUINN, PASSED).does(verify, PIA, PASSED)


@pytest.mark.clause("G-STD-7")
def test_a_window_is_proposed_by_the_requester_once_the_version_is_verified() -> None:
    course = in_staging(a_course())
    assert clauses(course.refuses(propose_window, ANA, wish(THURSDAY))) == ["G-STD-7"]
    course = verified(a_course())
    course.refuses(propose_window, BEN, wish(THURSDAY))
    course.does(propose_window, ANA, wish(THURSDAY))
    assert course.stage is Stage.APPROVING
    assert course.change.window
    assert course.change.window.submitted_at == course.now


@pytest.mark.clause("G-STD-7")
def test_the_notice_counts_from_the_proposal_not_from_the_request() -> None:
    course = verified(a_course()).at(THURSDAY.start - 48 * HOUR + MINUTE)
    assert clauses(course.refuses(propose_window, ANA, wish(THURSDAY))) == ["G-STD-7"]
    course.at(THURSDAY.start - 48 * HOUR).does(propose_window, ANA, wish(THURSDAY))


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-STD-7")
def test_no_window_without_the_code_approved() -> None:
    course = revised(verified(a_course()), pull_requests=(ANAS_PULL_REQUEST, ANAS_PULL_REQUEST))
    assert clauses(course.refuses(propose_window, ANA, wish(THURSDAY))) == ["G-APP-1"]


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-STD-7")
def test_an_exception_is_granted_by_the_directors_approval_with_the_short_notice() -> None:
    course = windowed(a_course(), TONIGHT, "the certificate expires").approved_by(OMAR)
    assert course.change.window
    assert course.stage is Stage.APPROVING
    course.approved_by(DORA)
    assert course.at(TONIGHT.start).change.window
    assert [each.person for each in course.change.standing_approvals][-2:] == [OMAR, DORA]


@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize(
    "elsewhere",
    [
        FRIDAY,
        Span(THURSDAY.start - MINUTE, THURSDAY.end),
        Span(THURSDAY.start, THURSDAY.end + MINUTE),
        Span(THURSDAY.start + MINUTE, THURSDAY.end + MINUTE),
    ],
)
def test_a_moved_window_voids_the_production_approvals_and_counts_its_notice_anew(elsewhere: Span) -> None:
    course = scheduled(a_course()).wait(HOUR)
    moved(course, elsewhere)
    assert standing(course) == [BEN, TIA, LEA]
    assert course.change.window
    assert course.change.window.submitted_at == MONDAY + HOUR
    assert course.change.windows[0].ended is WindowEnd.MOVED
    assert course.stage is Stage.APPROVING


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize(
    "narrower", [HALF, Span(HALF.end, THURSDAY.end), Span(THURSDAY.start + MINUTE, HALF.end)]
)
def test_a_narrower_window_keeps_its_approvals_and_its_submission_time(narrower: Span) -> None:
    course = scheduled(a_course()).at(THURSDAY.start - HOUR)
    round_ = course.change.production_round
    moved(course, narrower)
    assert standing(course) == [BEN, TIA, LEA, PAUL, EVE]
    assert course.change.window
    assert course.change.window.submitted_at == MONDAY
    assert course.stage is Stage.SCHEDULED
    assert course.change.production_round == round_


@pytest.mark.clause("G-STD-7")
def test_a_window_widened_again_after_it_was_narrowed_is_a_new_one() -> None:
    course = moved(scheduled(a_course()), HALF)
    moved(course, THURSDAY)
    assert standing(course) == [BEN, TIA, LEA]


@pytest.mark.clause("G-STD-7")
def test_a_window_narrowed_out_of_its_exception_must_meet_the_notice() -> None:
    tomorrow = a_span(24, 16, 18)
    course = windowed(a_course(), tomorrow, "cannot wait").approved_by(PAUL, EVE, DORA, OMAR)
    refused = course.refuses(move_window, ANA, wish(a_span(24, 16, 17)))
    assert clauses(refused) == ["G-STD-7"]
    moved(course, a_span(24, 17, 18))
    assert course.stage is Stage.SCHEDULED


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_a_window_of_both_hours_narrowed_to_five_needs_only_the_managers() -> None:
    course = windowed(a_course(), BOTH_HOURS, "long").approved_by(PAUL, EVE)
    assert course.stage is Stage.APPROVING
    assert moved(course, a_span(26, 16, 17)).change.window
    assert standing(course)[-2:] == [PAUL, EVE]
    assert not isinstance(course.tries(reject, DORA, Rejection(Words("no"))), Done)


@pytest.mark.clause("G-APP-4")
def test_what_an_approver_read_as_the_reason_is_not_changed_under_their_approval() -> None:
    course = windowed(a_course(), SATURDAY, "the certificate expires").approved_by(DORA, OMAR)
    verdict = course.tries(move_window, ANA, wish(a_span(28, 14, 14, 28), "a nicer button"))
    assert isinstance(verdict, Refused)
    half = Span(SATURDAY.start, SATURDAY.start + 30 * MINUTE)
    course.does(move_window, ANA, wish(half, "a nicer button"))
    assert course.change.window
    assert course.change.window.reason == "the certificate expires" or DORA not in standing(course)


@pytest.mark.clause("G-APP-4")
def test_a_window_moved_out_of_business_hours_needs_a_reason() -> None:
    course = windowed(a_course())
    assert clauses(course.refuses(move_window, ANA, wish(SATURDAY))) == ["G-APP-4"]
    moved(course, SATURDAY, "certificate")
    moved(course, a_span(29, 14, 15))
    assert course.change.window
    assert course.change.window.reason == "certificate"


@pytest.mark.clause("G-STD-7")
def test_a_window_is_moved_by_its_requester_and_to_another_time() -> None:
    course = windowed(a_course())
    course.refuses(move_window, PAUL, wish(FRIDAY))
    assert sentences(course.refuses(move_window, ANA, wish(THURSDAY))) == "That is the window it has already."
    course.refuses(move_window, ANA, wish(Span(MONDAY - HOUR, MONDAY + HOUR), "now"))


@pytest.mark.clause("G-STD-7")
@pytest.mark.clause("G-STD-6")
def test_a_drafted_window_submits_itself_when_the_verification_passes() -> None:
    course = passed_with_wish(wish(THURSDAY), HOUR)
    assert course.stage is Stage.APPROVING
    assert course.change.window
    assert course.change.window.submitted_at == MONDAY + HOUR
    assert isinstance(course.facts[-1], WindowProposed)
    assert course.facts[-1].by is None


@pytest.mark.clause("G-STD-7")
def test_a_drafted_window_whose_notice_has_passed_does_not() -> None:
    assert passed_with_wish(wish(THURSDAY), 30 * HOUR).stage is Stage.VERIFIED
    assert passed_with_wish(wish(SATURDAY, "certificate"), 30 * HOUR).stage is Stage.APPROVING


@pytest.mark.clause("G-APP-1")
def test_a_drafted_window_waits_for_the_code_to_be_approved() -> None:
    course = in_staging(a_course(form=replace(REQUEST, wished=wish(THURSDAY))))
    revised(course, pull_requests=(replace(ANAS_PULL_REQUEST, authors=(ANA, TOM)),))
    course.does(verify, QUINN, PASSED).does(verify, PIA, PASSED)
    assert course.stage is Stage.VERIFIED


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("approved", [(), (PAUL,), (PAUL, EVE)])
def test_a_window_that_passes_unstarted_lapses_with_its_approvals(approved: tuple[PersonId, ...]) -> None:
    course = windowed(a_course()).approved_by(*approved).at(THURSDAY.end)
    assert isinstance(course.fires(lapse_window), Done)
    assert course.stage is Stage.VERIFIED
    assert standing(course) == [BEN, TIA, LEA]
    assert course.change.windows[-1].ended is WindowEnd.LAPSED


@pytest.mark.clause("G-STD-8")
def test_a_window_lapses_neither_before_its_end_nor_while_it_is_used() -> None:
    course = scheduled(a_course()).at(THURSDAY.end - timedelta(seconds=1))
    assert isinstance(course.fires(lapse_window), Refused)
    course = deploying(a_course()).at(THURSDAY.end)
    assert isinstance(course.fires(lapse_window), Refused)


@pytest.mark.clause("G-STD-8")
def test_after_a_lapse_another_window_is_asked_for() -> None:
    course = scheduled(a_course()).at(THURSDAY.end)
    course.fires(lapse_window)
    course.does(propose_window, ANA, wish(a_span(30, 10, 11)))
    assert [window.number for window in course.change.windows] == [1, 2]
    assert course.approved_by(PAUL, EVE).stage is Stage.SCHEDULED


@pytest.mark.clause("G-STD-10")
def test_a_changed_plan_keeps_the_window_and_its_submission() -> None:
    course = revised(scheduled(a_course()).wait(HOUR), plan=OTHER_PLAN)
    assert course.change.window
    assert course.change.window.submitted_at == MONDAY


@pytest.mark.clause("G-STD-7")
def test_a_window_is_drafted_once() -> None:
    course = revised(passed_with_wish(wish(FRIDAY)), version="4.13.0")
    course.does(record_evidence, ANA, EvidenceInput(REQUEST.evidence, in_development=True))
    in_staging(course).does(verify, QUINN, PASSED).does(verify, PIA, PASSED)
    assert course.stage is Stage.VERIFIED


@pytest.mark.clause("G-APP-4")
def test_an_offered_window_after_hours_keeps_the_reason_of_the_one_before() -> None:
    course = windowed(a_course(), SATURDAY, "certificate")
    sunday = a_span(29, 14, 15)
    course.does(reject, DORA, Rejection(Words("not on Saturday"), counter=sunday))
    seen = course.change.revision
    course.does(accept_counter_proposal, ANA, Seen(seen))
    assert course.change.window
    assert course.change.window.reason == "certificate"


@pytest.mark.clause("G-STD-7")
def test_an_offered_window_is_accepted_as_it_was_seen() -> None:
    course = windowed(a_course()).does(reject, PAUL, Rejection(Words("busy"), counter=FRIDAY))
    seen = course.change.revision
    revised(course, plan=OTHER_PLAN)
    assert course.refuses(accept_counter_proposal, ANA, Seen(seen)).moved_on


@pytest.mark.clause("G-STD-7")
def test_the_refusal_of_a_narrower_window_counts_from_the_submission_that_it_keeps() -> None:
    course = windowed(a_course(), a_span(25, 9, 18), "cannot wait").wait(20 * HOUR)
    refused = course.refuses(move_window, ANA, wish(a_span(25, 9, 17)))
    assert sentences(refused) == (
        "That window was asked for 47 h ahead and lies in business hours now; routine changes need 48 h"
        " (first possible: Wed 25 Nov 10:00)."
    )
    moved(course, a_span(25, 10, 17))
    assert course.change.window
    assert course.change.window.submitted_at == MONDAY


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-STD-7")
def test_a_saturday_that_is_wished_late_on_friday_submits_itself_with_its_reason() -> None:
    late = berlin(27, 16, 50)
    form = replace(REQUEST, wished=wish(SATURDAY, "the certificate expires on Sunday"))
    course = Course(a_policy(a_guide()), a_roster(), now=late)
    assert isinstance(course.request(form=replace(form, wished=wish(SATURDAY))), Refused)
    assert isinstance(course.request(form=form), Done)
    in_staging(course).wait(2 * HOUR).does(verify, QUINN, PASSED).does(verify, PIA, PASSED)
    assert course.stage is Stage.APPROVING
    assert course.change.window
    assert (course.change.window.span, course.change.window.submitted_at) == (SATURDAY, late + 2 * HOUR)
    assert course.approved_by(DORA, OMAR).stage is Stage.SCHEDULED


@pytest.mark.clause("G-STD-7")
def test_a_change_of_the_clocks_inside_a_window_neither_cuts_nor_stretches_it() -> None:
    # In the night to 25 October 2026 Berlin's clocks show 02:00 to 03:00 twice.
    night = Span(datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 3, tzinfo=UTC))
    course = Course(a_policy(a_guide()), a_roster(), now=datetime(2026, 10, 23, 8, tzinfo=UTC))
    course.request()
    windowed_at_night = verified(course).does(propose_window, ANA, wish(night, "least traffic"))
    assert windowed_at_night.change.window
    assert windowed_at_night.change.window.span.length == 4 * HOUR
    assert night.end.astimezone(BERLIN).hour - night.start.astimezone(BERLIN).hour == 3
    assert windowed_at_night.approved_by(DORA, OMAR).stage is Stage.SCHEDULED
    for instant in (night.start, night.start + HOUR, night.start + 2 * HOUR, night.end - MINUTE):
        assert isinstance(windowed_at_night.copy().at(instant).tries(start_production, ANA, None), Done)
    assert isinstance(windowed_at_night.copy().at(night.end).tries(start_production, ANA, None), Refused)


@pytest.mark.clause("G-STD-7")
def test_a_type_with_a_notice_of_its_own_is_held_to_that() -> None:
    config = replace(REQUEST, type=ChangeType.CONFIG)
    course = verified(a_course(form=config, notice={"config": 24}))
    tomorrow = a_span(24, 10, 11)
    course.copy().does(propose_window, ANA, wish(tomorrow))
    assert clauses(course.wait(MINUTE).refuses(propose_window, ANA, wish(tomorrow))) == ["G-STD-7"]
