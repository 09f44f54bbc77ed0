"""What a disputed word blocks, how long, and where the dispute goes with the version."""

from dataclasses import replace

import pytest

from bot.rules.change import Approval
from bot.rules.clauses import Clause
from bot.rules.gates import production_gates
from bot.rules.guide import PEER
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.hotfix_inputs import Standardization, VerbalAnswer
from bot.rules.inputs import EvidenceInput, Reason, Seen
from bot.rules.life import Stage
from bot.rules.setting import Neighbors
from bot.rules.spoken import (
    blocking_disputes,
    disputed_roles,
    disputed_words,
    open_words,
    open_words_of,
    word_round,
)
from bot.rules.terms import ApprovalStage, PersonId, Role, Words
from bot.rules.verdict import unmet
from bot.workflows.approve import approve, take_back_approval
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import start_in_breach, turn_into_standard
from bot.workflows.request import record_evidence
from bot.workflows.verbal import confirm_verbal
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    BRANCH,
    CI,
    DORA,
    EMIL,
    EVE,
    LEA,
    MERGE,
    MINUTE,
    MONDAY,
    OMAR,
    OTHER_PLAN,
    PAUL,
    QUINN,
    TIA,
    TOM,
    a_course,
    a_roster,
    clauses,
    revised,
    scheduled,
    sentences,
    windowed,
)
from tests.acting_in_hotfixes import (
    BREACH,
    DECLARATION,
    FAILED_UNTOUCHED,
    NIGHT,
    WHY,
    a_hotfix,
    confirmed,
    disputed,
    in_breach,
    signed,
    spoken,
    started,
    starts,
    the_breach,
    words_of,
)


def of_another(person: PersonId, role: Role, **different: object) -> Approval:
    """A word about the version that was disputed on another change."""
    word = Approval(
        number=4,
        row=Clause.HOT_2,
        stage=ApprovalStage.PRODUCTION,
        person=person,
        roles=frozenset({role}),
        at=MONDAY,
        disputed_at=MONDAY,
        dispute=Words("no"),
    )
    return replace(word, **different)  # type: ignore[arg-type] # the caller names fields of an approval


@pytest.mark.clause("G-HOT-2")
def test_a_disputed_word_fills_no_seat_and_blocks_what_has_not_started() -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE)
    refused = course.refuses(start_production, ANA, None)
    assert clauses(refused) == ["G-HOT-2", "G-HOT-2"]
    assert "eve disputes having approved it" in sentences(refused)
    assert refused.gates[1].who == (EVE,)
    assert course.stage is Stage.DECLARED


@pytest.mark.clause("G-HOT-2")
def test_another_spoken_word_fills_the_seat_and_does_not_end_the_block_confirmed_or_not() -> None:
    course = spoken(disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE), EMIL)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-HOT-2"]
    confirmed(course, EMIL)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-HOT-2"]


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", [EVE, EMIL])
@pytest.mark.parametrize("seat_is_filled", [False, True])
def test_the_block_ends_when_another_holder_of_the_role_or_the_disputer_approves_by_button(
    person: PersonId, *, seat_is_filled: bool
) -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE)
    if seat_is_filled:
        confirmed(spoken(course, EMIL), EMIL)
    course.approved_by(person)
    assert blocking_disputes(course.change, course.setting) == ()
    assert disputed_words(course.change)
    assert starts(course).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
def test_an_approval_by_button_of_before_is_enough() -> None:
    course = disputed(spoken(a_hotfix().approved_by(BEN, EMIL, PAUL), EVE), EVE)
    assert starts(course).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", [PAUL, BEN])
def test_somebody_of_another_role_does_not_end_it(person: PersonId) -> None:
    course = disputed(spoken(a_hotfix(), EVE), EVE).approved_by(person)
    assert [each.person for each in blocking_disputes(course.change, course.setting)] == [EVE]


@pytest.mark.clause("G-HOT-2")
def test_a_role_that_two_people_share_beside_the_disputed_one_does_not_end_it() -> None:
    roster = a_roster(qa=(EVE, PAUL))
    course = disputed(spoken(a_hotfix(roster), EVE), EVE).approved_by(PAUL)
    assert blocking_disputes(course.change, course.setting)


@pytest.mark.clause("G-HOT-2")
def test_a_look_at_the_code_does_not_end_a_dispute_about_the_deployment() -> None:
    roster = a_roster(engineer=(ANA, BEN, EMIL, EVE))
    for person in (EMIL, EVE):
        course = disputed(spoken(a_hotfix(roster), (EVE, Role.ENGINEERING_MANAGER)), EVE)
        alone = replace(course.roster, now={**course.roster.now, Role.ENGINEERING_MANAGER: ()})
        course.roster = alone
        course.approved_by(person)
        assert [each.stage for each in course.change.standing_approvals] == [ApprovalStage.CODE]
        assert blocking_disputes(course.change, course.setting)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", [BEN, OMAR, TIA])
def test_a_disputed_look_at_the_code_is_ended_by_any_peer_at_the_button(person: PersonId) -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE, PAUL), BEN)
    assert clauses(course.refuses(start_production, ANA, None)) == ["G-APP-1", "G-HOT-2"]
    if person is TIA:
        course.approved_by(TIA)
        assert blocking_disputes(course.change, course.setting)
        return
    assert starts(course.approved_by(person)).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
def test_who_disputed_twice_is_named_once() -> None:
    roster = a_roster(engineering_director=(EVE,))
    course = disputed(spoken(a_hotfix(roster, at=NIGHT), EVE), EVE)
    assert len(blocking_disputes(course.change, course.setting)) == 2
    gates = [gate for gate in unmet(hotfix_gates(course.change, course.setting)) if gate.who == (EVE,)]
    assert len([gate for gate in gates if "disputes" in str(gate.why)]) == 1


@pytest.mark.clause("G-HOT-2")
def test_a_changed_plan_or_pull_request_does_not_end_a_block_and_a_new_version_does() -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE, BEN)
    revised(course, plan=OTHER_PLAN, pull_requests=())
    assert {each.person for each in blocking_disputes(course.change, course.setting)} == {EVE, BEN}
    revised(course, version="4.12.2")
    assert blocking_disputes(course.change, course.setting) == ()
    voided = [each.voided_at for each in course.change.approvals]
    revised(course.wait(MINUTE), version="4.12.3")
    assert [each.voided_at for each in course.change.approvals] == voided
    assert len(disputed_words(course.change)) == 2


@pytest.mark.clause("G-HOT-2")
def test_evidence_that_turns_not_applicable_does_not_end_a_block() -> None:
    course = disputed(spoken(a_hotfix(), BEN), BEN)
    course.does(record_evidence, ANA, EvidenceInput((BRANCH, CI, MERGE)))
    assert blocking_disputes(course.change, course.setting)


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_on_another_change_follows_the_version() -> None:
    course = signed(a_hotfix())
    course.neighbors = Neighbors(disputed=(of_another(DORA, Role.ENGINEERING_DIRECTOR),))
    refused = course.refuses(start_production, ANA, None)
    assert "dora disputes" in sentences(refused)
    course.neighbors = Neighbors(disputed=(of_another(PAUL, Role.PRODUCT_MANAGER),))
    assert starts(course).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-STD-8")
def test_a_dispute_on_another_change_blocks_the_standard_way_until_the_button_is_pressed() -> None:
    course = windowed(a_course()).approved_by(PAUL)
    course.neighbors = Neighbors(disputed=(of_another(EVE, Role.ENGINEERING_MANAGER),))
    gates = unmet(production_gates(course.change, course.setting))
    assert any("disputes" in str(gate.why) for gate in gates)
    course.approved_by(EMIL)
    gates = unmet(production_gates(course.change, course.setting))
    assert not any("disputes" in str(gate.why) for gate in gates)
    other = scheduled(a_course())
    other.neighbors = Neighbors(
        disputed=(of_another(TIA, Role.TECH_LEAD, stage=ApprovalStage.CODE, row=Clause.APP_1),)
    )
    assert blocking_disputes(other.change, other.setting) == ()


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-TYPE-1")
def test_a_dispute_goes_along_when_its_hotfix_turns_into_a_standard_change() -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE), EVE)
    course.does(turn_into_standard, ANA, Standardization())
    gates = unmet(production_gates(course.change, course.setting))
    assert [gate.who for gate in gates if "disputes" in str(gate.why)] == [(EVE,)]


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_remains_under_a_dispute_and_the_disputed_seat_is_missing() -> None:
    course = spoken(disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE), EMIL)
    in_breach(course)
    assert the_breach(course).missing == (Role.ENGINEERING_MANAGER,)
    peers = spoken(disputed(spoken(a_hotfix(), BEN, EVE, PAUL), BEN), OMAR)
    peers.does(start_in_breach, ANA, BREACH)
    assert the_breach(peers).missing == (PEER,)


@pytest.mark.clause("G-HOT-2")
def test_open_words_are_those_that_nobody_answered_and_nothing_voided() -> None:
    course = spoken(a_hotfix().approved_by(BEN), EVE, PAUL)
    assert [each.number for each in open_words(course.change)] == [2, 3]
    confirmed(course, PAUL)
    assert [each.person for each in open_words(course.change)] == [EVE]
    assert open_words_of(course.change, PAUL) == ()
    assert open_words(revised(course, plan=OTHER_PLAN).change) == ()


@pytest.mark.clause("G-HOT-2")
def test_a_person_is_asked_anew_with_the_number_of_their_oldest_open_word() -> None:
    roster = a_roster(engineering_director=(EVE,))
    course = spoken(a_hotfix(roster, at=NIGHT), PAUL, EVE)
    assert (word_round(course.change, EVE), word_round(course.change, PAUL)) == (2, 1)
    course.does(confirm_verbal, EVE, VerbalAnswer(number=2))
    assert word_round(course.change, EVE) == 3
    assert word_round(course.change, TOM) == 0


@pytest.mark.clause("G-HOT-2")
def test_who_disputed_and_approves_by_button_has_nothing_left_afterwards() -> None:
    course = disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE).approved_by(EVE)
    course.refuses(approve, EVE, Seen())
    course.refuses(approve, EMIL, Seen())


@pytest.mark.clause("G-HOT-2")
def test_the_disputers_own_approval_ends_it_also_in_another_role_than_before() -> None:
    course = disputed(spoken(a_hotfix(), EVE), EVE)
    course.roster = a_roster(engineering_manager=(EMIL,), product_manager=(EVE,))
    course.approved_by(EVE)
    assert blocking_disputes(course.change, course.setting) == ()


@pytest.mark.clause("G-HOT-2")
def test_an_approval_that_was_taken_back_ends_it_no_more() -> None:
    course = disputed(spoken(a_hotfix(), EVE), EVE).approved_by(EMIL)
    course.does(take_back_approval, EMIL, Reason(WHY))
    assert blocking_disputes(course.change, course.setting)


@pytest.mark.clause("G-HOT-2")
def test_of_all_the_roles_of_a_disputer_only_those_of_the_row_are_disputed() -> None:
    roster = a_roster(engineering_manager=(BEN, EVE))
    course = disputed(spoken(a_hotfix(roster), BEN), BEN)
    roles = {each.row: disputed_roles(each, course.policy.guide) for each in disputed_words(course.change)}
    assert roles == {Clause.APP_1: {Role.ENGINEER}, Clause.HOT_2: {Role.ENGINEERING_MANAGER}}


@pytest.mark.clause("G-STD-8")
def test_what_runs_already_does_not_start_again() -> None:
    course = started(a_hotfix())
    assert [gate.clause for gate in unmet(hotfix_gates(course.change, course.setting))] == [Clause.STD_8]


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", [QUINN, LEA, BEN, PAUL, ANA])
def test_whose_word_would_not_end_the_block_has_nothing_to_approve(person: PersonId) -> None:
    course = spoken(disputed(spoken(a_hotfix(), BEN, EVE, PAUL), EVE), EMIL)
    course.refuses(approve, person, Seen())


@pytest.mark.clause("G-HOT-2")
def test_a_requester_who_may_not_sign_does_not_end_a_block_either() -> None:
    roster = a_roster(engineering_manager=(ANA, EVE, EMIL))
    strict = a_hotfix(roster, hotfix={"requester_may_sign": 0})
    spoken(disputed(spoken(strict, BEN, EVE, PAUL), EVE), EMIL).refuses(approve, ANA, Seen())
    usual = spoken(disputed(spoken(a_hotfix(roster), BEN, EVE, PAUL), EVE), EMIL)
    assert blocking_disputes(usual.approved_by(ANA).change, usual.setting) == ()


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-HOT-2")
def test_who_wrote_the_code_does_not_end_a_dispute_about_who_looked_at_it() -> None:
    wrote = replace(ANAS_PULL_REQUEST, authors=(OMAR,))
    roster = a_roster(engineer=(ANA, BEN, OMAR, LEA))
    course = a_hotfix(roster, form=replace(DECLARATION, pull_requests=(wrote,)))
    spoken(disputed(spoken(course, BEN, EVE, PAUL), BEN), LEA)
    course.refuses(approve, OMAR, Seen())
    assert starts(course.approved_by(BEN)).stage is Stage.DEPLOYING


@pytest.mark.clause("G-APP-1")
def test_after_an_untouched_start_who_looked_by_word_can_look_by_their_own_act() -> None:
    course = starts(spoken(a_hotfix(), BEN, EVE, PAUL)).does(finish_production, ANA, FAILED_UNTOUCHED)
    course.approved_by(BEN)
    assert [each.row for each in words_of(course, BEN)] == [Clause.APP_1, Clause.APP_1]
    course.refuses(approve, EVE, Seen())
