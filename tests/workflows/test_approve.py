"""Approving and rejecting: who may, what is said, and what a rejection ends."""

from dataclasses import replace

import pytest

from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven, ApprovalVoided, ChangeReturned, WindowCountered, WindowEnded
from bot.rules.inputs import Rejection, Seen, WishedWindow
from bot.rules.life import Stage
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Role, Words
from bot.rules.verdict import Done
from bot.workflows.approve import approve, reject
from bot.workflows.request import resubmit
from bot.workflows.windows import accept_counter_proposal, move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    FRIDAY,
    LEA,
    OMAR,
    PAUL,
    PRIYA,
    REQUEST,
    SATURDAY,
    STRANGER,
    THURSDAY,
    TIA,
    TOM,
    a_course,
    a_roster,
    a_span,
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

WHY = Words("the migration locks the table")


@pytest.mark.clause("G-APP-1")
def test_an_approval_is_recorded_with_the_roles_held_then() -> None:
    course = a_course()
    verdict = course.tries(approve, TIA, Seen())
    assert isinstance(verdict, Done)
    (given,) = verdict.facts
    assert given == ApprovalGiven(1, Clause.APP_1, ApprovalStage.CODE, TIA, (Role.TECH_LEAD,), course.now)
    assert sentences(verdict) == "You approved CHG-1 (code)."


@pytest.mark.clause("G-APP-2")
def test_one_click_approves_in_every_row_that_is_ones_own() -> None:
    course = a_course(a_roster(development_team_lead=(TIA,)))
    verdict = course.tries(approve, TIA, Seen())
    assert sentences(verdict) == "You approved CHG-1 (code and staging)."
    assert [approval.number for approval in course.change.approvals] == [1, 2]


@pytest.mark.clause("G-APP-1")
def test_nobody_approves_twice() -> None:
    course = a_course().approved_by(TIA)
    assert sentences(course.refuses(approve, TIA, Seen())).startswith("You approved this already")


@pytest.mark.clause("G-APP-3")
def test_who_comes_after_another_holder_reads_who_was_quicker() -> None:
    course = windowed(a_course()).approved_by(PAUL)
    refused = course.refuses(approve, PRIYA, Seen())
    assert sentences(refused) == "paul approved already. Nothing left for you here."


@pytest.mark.clause("G-APP-3")
def test_who_holds_no_fitting_role_reads_what_they_hold_and_what_is_needed() -> None:
    course = windowed(a_course())
    refused = course.refuses(approve, STRANGER, Seen())
    assert clauses(refused) == ["G-APP-3"]
    assert sentences(refused) == (
        "You hold no role for payments; what is missing needs Product Manager or Engineering Manager."
    )
    assert set(refused.gates[0].who) == {PAUL, PRIYA, EVE, EMIL}


@pytest.mark.clause("G-APP-1")
def test_a_role_is_held_here_and_now_or_the_answer_is_no() -> None:
    course = a_course()
    course.roster = a_roster(tech_lead=(TOM,))
    course.refuses(approve, TIA, Seen())


@pytest.mark.clause("G-APP-1")
def test_a_button_on_what_the_change_no_longer_is_has_moved_on() -> None:
    course = windowed(a_course())
    seen = course.change.revision
    course.does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    refused = course.refuses(approve, PAUL, Seen(seen))
    assert refused.moved_on
    assert course.refuses(reject, PAUL, Rejection(WHY, seen)).moved_on
    course.does(approve, PAUL, Seen(course.change.revision))


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-3")
def test_the_last_missing_approval_schedules_code_included() -> None:
    course = windowed(a_course()).approved_by(PAUL)
    assert course.stage is Stage.APPROVING
    assert course.approved_by(EVE).stage is Stage.SCHEDULED
    pull_request = replace(REQUEST.pull_requests[0], reference=Words("#999"))
    course = windowed(a_course())
    revised(course, pull_requests=(pull_request,))
    course.approved_by(PAUL, EVE)
    assert course.stage is Stage.APPROVING
    assert course.approved_by(BEN, TIA).stage is Stage.SCHEDULED


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
@pytest.mark.parametrize("person", [BEN, TIA, LEA])
def test_before_verification_whoever_could_approve_can_send_the_change_back(person: PersonId) -> None:
    course = a_course()
    verdict = course.tries(reject, person, Rejection(WHY))
    assert isinstance(verdict, Done)
    assert course.stage is Stage.RETURNED
    assert course.change.returned
    assert course.change.returned.reason == WHY


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("reason", ["", "  ", "\n\t"])
def test_a_rejection_needs_a_reason(reason: str) -> None:
    assert clauses(a_course().refuses(reject, TIA, Rejection(Words(reason)))) == ["G-APP-1"]
    assert clauses(windowed(a_course()).refuses(reject, PAUL, Rejection(Words(reason)))) == ["G-APP-1"]


@pytest.mark.clause("G-APP-1")
def test_a_rejection_takes_back_its_givers_own_approvals_and_nobody_elses() -> None:
    course = a_course(a_roster(development_team_lead=(TIA,))).approved_by(BEN, TIA)
    course.does(reject, TIA, Rejection(WHY))
    assert standing(course) == [BEN]
    course.does(resubmit, ANA, None)
    assert standing(course) == [BEN]


@pytest.mark.clause("G-APP-1")
def test_a_requester_does_not_reject_their_own_change() -> None:
    refused = a_course().refuses(reject, ANA, Rejection(WHY))
    assert sentences(refused) == "This is your own change: revise or withdraw it instead."


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("person", [STRANGER, PAUL, DORA])
def test_who_could_not_approve_cannot_reject(person: PersonId) -> None:
    refused = a_course().refuses(reject, person, Rejection(WHY))
    assert set(refused.gates[0].who) == {BEN, OMAR, TIA, TOM, LEA}


@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize("person", [BEN, TIA, LEA, DORA])
def test_a_window_is_rejected_by_those_whose_approval_it_needs(person: PersonId) -> None:
    course = windowed(a_course())
    refused = course.refuses(reject, person, Rejection(WHY))
    assert set(refused.gates[0].who) == {PAUL, PRIYA, EVE, EMIL}


@pytest.mark.clause("G-APP-3")
def test_a_rejected_window_ends_that_round_only() -> None:
    course = scheduled(a_course())
    before = [each for each in standing(course) if each not in {PAUL, EVE}]
    verdict = course.tries(reject, PRIYA, Rejection(WHY))
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [WindowEnded, ApprovalVoided, ApprovalVoided]
    assert course.stage is Stage.VERIFIED
    assert standing(course) == before == [BEN, TIA, LEA]


@pytest.mark.clause("G-APP-3")
def test_an_approver_can_offer_another_window_while_rejecting_and_has_not_approved_it() -> None:
    course = windowed(a_course())
    verdict = course.tries(reject, PAUL, Rejection(WHY, counter=FRIDAY))
    assert isinstance(verdict, Done)
    assert isinstance(verdict.facts[-1], WindowCountered)
    course.does(accept_counter_proposal, ANA, Seen())
    assert course.stage is Stage.APPROVING
    assert course.change.window
    assert course.change.window.span == FRIDAY
    assert PAUL not in standing(course)


@pytest.mark.clause("G-STD-7")
def test_a_counter_proposal_meets_the_rules_of_any_window() -> None:
    course = windowed(a_course())
    refused = course.refuses(reject, PAUL, Rejection(WHY, counter=a_span(24, 14, 15)))
    assert clauses(refused) == ["G-STD-7"]
    assert course.stage is Stage.APPROVING


@pytest.mark.clause("G-STD-7")
def test_a_counter_proposal_counts_its_notice_from_its_acceptance() -> None:
    course = windowed(a_course()).does(reject, PAUL, Rejection(WHY, counter=a_span(25, 14, 15)))
    course.at(THURSDAY.start - (THURSDAY.end - THURSDAY.start))
    assert clauses(course.refuses(accept_counter_proposal, ANA, Seen())) == ["G-STD-7"]


@pytest.mark.clause("G-STD-7")
def test_a_counter_proposal_is_for_the_requester_to_accept_and_is_used_once() -> None:
    course = windowed(a_course()).does(reject, PAUL, Rejection(WHY, counter=FRIDAY))
    course.refuses(accept_counter_proposal, PAUL, Seen())
    course.does(propose_window, ANA, WishedWindow(a_span(27, 10, 11), NO_WORDS))
    course.does(reject, PAUL, Rejection(WHY))
    assert "Nobody has proposed another window" in sentences(
        course.refuses(accept_counter_proposal, ANA, Seen())
    )


@pytest.mark.clause("G-APP-4")
def test_a_window_that_its_requester_could_not_take_is_not_offered() -> None:
    course = windowed(a_course())
    if isinstance(course.tries(reject, PAUL, Rejection(WHY, counter=SATURDAY)), Done):
        course.does(accept_counter_proposal, ANA, Seen())
    assert course.stage is Stage.APPROVING


@pytest.mark.clause("G-APP-1")
def test_while_qa_looks_nobody_rejects_and_approvals_may_still_come() -> None:
    course = in_staging(a_course())
    assert "You can't reject CHG-1 now" in sentences(course.refuses(reject, TIA, Rejection(WHY)))
    course = verified(a_course())
    course.refuses(reject, TIA, Rejection(WHY))


@pytest.mark.clause("G-APP-3")
def test_nothing_is_approved_once_production_has_started() -> None:
    course = deploying(a_course())
    assert "You can't approve CHG-1 now: it is being deployed to production." in sentences(
        course.refuses(approve, PRIYA, Seen())
    )


@pytest.mark.clause("G-APP-1")
def test_a_returned_change_goes_back_to_preparing_when_it_is_resubmitted() -> None:
    course = a_course().does(reject, TIA, Rejection(WHY))
    assert isinstance(course.facts[-1], ChangeReturned)
    round_ = course.change.code_round
    course.refuses(resubmit, BEN, None)
    course.does(resubmit, ANA, None)
    assert course.stage is Stage.PREPARING
    assert course.change.code_round > round_


@pytest.mark.clause("G-APP-1")
def test_a_refusal_names_the_roles_that_are_held_and_those_that_are_missing() -> None:
    course = a_course().approved_by(TIA, LEA)
    assert sentences(course.refuses(approve, PAUL, Seen())) == (
        "You hold Product Manager for payments; what is missing needs Tech Lead or Engineer."
    )
