"""Who may sit in which seat of the table of required approvals, and how people are matched to seats."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.approvals import missing_seats, seating, standard_rows
from bot.rules.change import Approval, PullRequest, Span
from bot.rules.clauses import Clause
from bot.rules.gates import approval_gates
from bot.rules.guide import PEER, Seat
from bot.rules.inputs import Seen
from bot.rules.terms import ApprovalStage, PersonId, Role, Words
from bot.workflows.approve import approve
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    BOTH_HOURS,
    DORA,
    EMIL,
    EVE,
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
    Course,
    a_course,
    a_roster,
    a_roster_for_the_window,
    clauses,
    sentences,
    standing,
    windowed,
)

BENS_PULL_REQUEST = PullRequest(Words("#884"), (BEN,))
TIAS_PULL_REQUEST = PullRequest(Words("#885"), (TIA, TOM))


def missing(course: Course, clause: Clause) -> list[Seat]:
    rows = [row for row in standard_rows(course.change, course.policy) if row.clause is clause]
    return [needed.seat for needed in missing_seats(course.change, course.policy, rows)]


def for_pull_requests(*pull_requests: PullRequest) -> Course:
    return a_course(form=replace(REQUEST, pull_requests=pull_requests))


def both_managers(*extra: PersonId) -> Course:
    """Eve is Product Manager and Engineering Manager; the others named hold what they always do."""
    return windowed(a_course(a_roster(product_manager=(EVE, *extra), engineering_manager=(EVE, EMIL))))


@pytest.mark.clause("G-APP-1")
def test_code_needs_a_peer_and_a_tech_lead() -> None:
    course = a_course()
    assert missing(course, Clause.APP_1) == [PEER, Role.TECH_LEAD]
    assert missing(course.approved_by(BEN), Clause.APP_1) == [Role.TECH_LEAD]
    assert missing(course.approved_by(TIA), Clause.APP_1) == []


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("first", [TIA, TOM])
def test_two_tech_leads_are_peer_and_tech_lead_whoever_is_first(first: PersonId) -> None:
    second = TOM if first == TIA else TIA
    course = a_course().approved_by(first)
    assert missing(course, Clause.APP_1) == [PEER]
    assert missing(course.approved_by(second), Clause.APP_1) == []


@pytest.mark.clause("G-APP-1")
def test_one_tech_lead_alone_is_not_both_peer_and_tech_lead() -> None:
    course = a_course().approved_by(TIA)
    assert len(missing(course, Clause.APP_1)) == 1
    assert clauses(course.refuses(approve, TIA, Seen())) == ["G-APP-1"]


@pytest.mark.clause("G-APP-1")
def test_who_wrote_a_pull_request_is_not_its_peer() -> None:
    course = for_pull_requests(BENS_PULL_REQUEST)
    refused = course.refuses(approve, BEN, Seen())
    assert clauses(refused) == ["G-APP-1"]
    assert "You wrote this code" in sentences(refused)


@pytest.mark.clause("G-APP-1")
def test_each_pull_request_has_a_peer_who_did_not_write_it() -> None:
    course = for_pull_requests(ANAS_PULL_REQUEST, BENS_PULL_REQUEST).approved_by(TIA, BEN)
    assert missing(course, Clause.APP_1) == [PEER]  # Ben is the peer of Ana's, nobody that of Ben's own
    assert missing(course.approved_by(OMAR), Clause.APP_1) == []


@pytest.mark.clause("G-APP-1")
def test_one_peer_may_have_read_several_pull_requests() -> None:
    course = for_pull_requests(ANAS_PULL_REQUEST, BENS_PULL_REQUEST).approved_by(TIA, OMAR)
    assert missing(course, Clause.APP_1) == []


@pytest.mark.clause("G-APP-1")
def test_a_tech_lead_who_wrote_any_of_it_does_not_sign_as_tech_lead() -> None:
    course = for_pull_requests(ANAS_PULL_REQUEST, TIAS_PULL_REQUEST)
    assert missing(course.approved_by(TIA), Clause.APP_1) == [PEER, Role.TECH_LEAD]  # a peer of Ana's only


@pytest.mark.clause("G-APP-1")
def test_without_a_pull_request_the_peer_is_anyone_but_the_requester() -> None:
    course = for_pull_requests()
    course.refuses(approve, ANA, Seen())
    assert missing(course.approved_by(BEN, TIA), Clause.APP_1) == []


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_a_requester_cannot_approve_their_own_change_whatever_they_are() -> None:
    everything = a_roster(**{role.value: (ANA,) for role in Role})
    refused = a_course(everything).refuses(approve, ANA, Seen())
    assert sentences(refused).startswith("This is your own change")


@pytest.mark.clause("G-APP-1")
def test_a_company_may_let_requesters_approve() -> None:
    course = a_course(
        a_roster(tech_lead=(ANA,)), form=replace(REQUEST, pull_requests=()), allow_self_approval=True
    )
    assert missing(course.approved_by(ANA), Clause.APP_1) == [PEER]


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_one_person_may_sign_in_two_rows() -> None:
    course = a_course(a_roster(development_team_lead=(TIA,))).approved_by(TIA)
    assert standing(course) == [TIA, TIA]
    assert missing(course, Clause.APP_2) == []
    assert missing(course, Clause.APP_1) == [PEER]


@pytest.mark.clause("G-APP-1")
def test_a_company_may_let_one_person_fill_a_row_alone() -> None:
    course = a_course(allow_one_person_many_roles=True).approved_by(TIA)
    assert missing(course, Clause.APP_1) == []


@pytest.mark.clause("G-APP-3")
def test_a_company_may_let_one_manager_sign_for_both() -> None:
    course = windowed(
        a_course(
            a_roster(product_manager=(EVE,), engineering_manager=(EVE,)), allow_one_person_many_roles=True
        )
    )
    assert missing(course.approved_by(EVE), Clause.APP_3) == []


@pytest.mark.clause("G-APP-1")
def test_a_requester_who_may_approve_reads_that_they_did() -> None:
    course = a_course(
        a_roster(tech_lead=(ANA,)), form=replace(REQUEST, pull_requests=()), allow_self_approval=True
    )
    refused = course.approved_by(ANA).refuses(approve, ANA, Seen())
    assert sentences(refused).startswith("You approved this already")


@pytest.mark.clause("G-APP-2")
def test_staging_needs_the_team_lead_and_nobody_else_can_be_it() -> None:
    course = a_course().approved_by(BEN, TIA)
    assert missing(course, Clause.APP_2) == [Role.DEVELOPMENT_TEAM_LEAD]
    for person in (TOM, DORA, EVE, PAUL, STRANGER):
        course.refuses(approve, person, Seen())
    assert missing(course.approved_by(LEA), Clause.APP_2) == []


@pytest.mark.clause("G-APP-3")
def test_production_in_business_hours_needs_product_and_engineering_manager() -> None:
    course = windowed(a_course())
    assert missing(course, Clause.APP_3) == [Role.PRODUCT_MANAGER, Role.ENGINEERING_MANAGER]
    assert missing(course, Clause.APP_4) == []
    assert missing(course.approved_by(PAUL, EVE), Clause.APP_3) == []


@pytest.mark.clause("G-APP-3")
def test_who_is_both_managers_never_fills_both_seats() -> None:
    course = both_managers().approved_by(EVE)
    assert len(missing(course, Clause.APP_3)) == 1


@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize("order", [(EVE, PAUL), (PAUL, EVE), (EVE, EMIL), (EMIL, EVE)], ids=" then ".join)
def test_who_is_both_managers_fills_whichever_seat_the_other_one_cannot(order: tuple[PersonId, ...]) -> None:
    course = both_managers(PAUL).approved_by(*order)
    assert missing(course, Clause.APP_3) == []


@pytest.mark.clause("G-APP-3")
def test_two_of_the_same_kind_of_manager_are_not_both() -> None:
    course = windowed(a_course()).approved_by(PAUL)
    refused = course.refuses(approve, PRIYA, Seen())
    assert "paul approved already" in sentences(refused)


@pytest.mark.clause("G-APP-3")
def test_whoever_can_complete_a_row_by_moving_somebody_to_another_seat_is_asked() -> None:
    course = windowed(a_course(a_roster(product_manager=(PAUL, EVE), engineering_manager=(EVE,))))
    course.approved_by(EVE)
    (gate,) = approval_gates(course.change, course.setting, ApprovalStage.PRODUCTION)
    assert gate.who == (PAUL,)


@pytest.mark.clause("G-APP-4")
def test_a_weekend_window_needs_director_and_on_call() -> None:
    course = windowed(a_course(), SATURDAY, "certificate expires")
    assert missing(course, Clause.APP_3) == []
    assert missing(course, Clause.APP_4) == [Role.ENGINEERING_DIRECTOR, Role.ON_CALL]
    assert missing(course.approved_by(OMAR, DORA), Clause.APP_4) == []


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_a_window_that_touches_both_needs_all_four() -> None:
    course = windowed(a_course(), BOTH_HOURS, "long migration")
    assert missing(course, Clause.APP_3) == [Role.PRODUCT_MANAGER, Role.ENGINEERING_MANAGER]
    assert missing(course, Clause.APP_4) == [Role.ENGINEERING_DIRECTOR, Role.ON_CALL]


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    ("minutes", "rows"),
    [
        ((-60, 0), ["G-APP-3"]),
        ((0, 60), ["G-APP-4"]),
        ((-1, 1), ["G-APP-3", "G-APP-4"]),
        ((-8 * 60, 0), ["G-APP-3"]),
        ((-8 * 60 - 1, 0), ["G-APP-3", "G-APP-4"]),
    ],
)
def test_a_window_that_ends_at_five_is_inside_one_that_starts_then_is_outside(
    minutes: tuple[int, int], rows: list[str]
) -> None:
    five = BOTH_HOURS.start + timedelta(hours=1)
    start, end = (five + timedelta(minutes=each) for each in minutes)
    course = windowed(a_course(), Span(start, end), "why not")
    assert [row.clause for row in standard_rows(course.change, course.policy)][2:] == rows


@pytest.mark.clause("G-APP-4")
def test_on_call_is_who_is_so_at_the_start_of_the_window() -> None:
    course = windowed(a_course(a_roster_for_the_window(on_call=(BEN,))), SATURDAY, "certificate expires")
    course.refuses(approve, OMAR, Seen())
    assert missing(course.approved_by(BEN), Clause.APP_4) == [Role.ENGINEERING_DIRECTOR]


@pytest.mark.clause("G-APP-4")
def test_where_the_rota_ends_before_the_window_who_is_on_call_now_signs() -> None:
    course = windowed(a_course(), SATURDAY, "certificate expires").approved_by(OMAR)
    assert missing(course, Clause.APP_4) == [Role.ENGINEERING_DIRECTOR]


@pytest.mark.clause("G-APP-4")
def test_an_on_call_approval_stands_when_the_rota_changes_afterwards() -> None:
    course = windowed(a_course(), SATURDAY, "certificate expires").approved_by(OMAR, DORA)
    course.roster = a_roster(on_call=(BEN,))
    assert missing(course, Clause.APP_4) == []


@pytest.mark.clause("G-APP-4")
def test_a_director_on_call_does_not_grant_their_own_exception() -> None:
    course = windowed(a_course(a_roster(on_call=(DORA, OMAR))), SATURDAY, "certificate expires")
    assert len(missing(course.approved_by(DORA), Clause.APP_4)) == 1


@pytest.mark.clause("G-APP-1")
def test_a_voided_approval_fills_no_seat() -> None:
    course = a_course()
    row = standard_rows(course.change, course.policy)[0]
    void = Approval(
        1, row.clause, row.stage, TIA, frozenset({Role.TECH_LEAD}), course.now, voided_at=course.now
    )
    change = replace(course.change, approvals=(void,))
    assert Role.TECH_LEAD in [each.seat for each in missing_seats(change, course.policy, [row])]


@pytest.mark.clause("G-APP-1")
def test_the_seating_names_who_sits_where() -> None:
    course = a_course().approved_by(TIA, TOM)
    row = standard_rows(course.change, course.policy)[0]
    seated = seating(row, course.change, course.policy, course.change.standing_approvals)
    assert {(needed.seat, approval.person) for needed, approval in seated.filled} in (
        {(PEER, TIA), (Role.TECH_LEAD, TOM)},
        {(PEER, TOM), (Role.TECH_LEAD, TIA)},
    )
    assert seated.missing == ()


@pytest.mark.clause("G-APP-1")
def test_roles_count_as_they_were_when_the_approval_was_given() -> None:
    course = a_course().approved_by(TIA)
    course.roster = a_roster(tech_lead=(TOM,))
    assert missing(course, Clause.APP_1) == [PEER]


def test_a_window_on_thursday_needs_three_rows_and_none_needs_two() -> None:
    assert [row.clause for row in standard_rows(a_course().change, a_course().policy)] == [
        "G-APP-1",
        "G-APP-2",
    ]
    course = windowed(a_course(), THURSDAY)
    assert [row.clause for row in standard_rows(course.change, course.policy)] == [
        "G-APP-1",
        "G-APP-2",
        "G-APP-3",
    ]
