"""Recording what people said (G-HOT-2): who may, of whom, of when, for which seats."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.change import PullRequest
from bot.rules.deputies import Deputizing
from bot.rules.hotfix import How
from bot.rules.hotfix_inputs import SpokenBy, VerbalRecord
from bot.rules.life import Stage
from bot.rules.organization import Roster
from bot.rules.terms import PersonId, Role, Words
from bot.rules.verdict import Field
from bot.workflows.deploy import start_production
from bot.workflows.verbal import record_verbal
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    HOUR,
    LEA,
    MINUTE,
    MONDAY,
    OMAR,
    PAUL,
    STRANGER,
    Course,
    a_course,
    a_roster,
    clauses,
    sentences,
    standing,
)
from tests.acting_in_hotfixes import (
    DECLARATION,
    NIGHT,
    WHY,
    a_hotfix,
    a_record,
    finished,
    signed,
    spoken,
    starts,
    words_of,
)


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-4")
def test_one_form_records_several_people_at_once_in_all_rows_a_peer_too() -> None:
    course = a_hotfix(at=NIGHT)
    people = (BEN, EVE, PAUL, DORA, (OMAR, Role.ON_CALL))
    form = replace(a_record(course, *people), how=How.VIDEO, heard_by=LEA)
    verdict = course.tries(record_verbal, ANA, form)
    assert sentences(verdict) == "Recorded. Now asked to confirm: ben, eve, paul, dora and omar."
    approvals = course.change.approvals
    assert [(each.number, each.row, each.person) for each in approvals] == [
        (1, "G-APP-1", BEN),
        (2, "G-HOT-2", EVE),
        (3, "G-HOT-2", PAUL),
        (4, "G-APP-4", DORA),
        (5, "G-APP-4", OMAR),
    ]
    for each in approvals:
        said = each.spoken
        assert said
        assert (said.said, said.how, said.given_at, said.heard_by, said.recorded_by) == (
            "yes, roll it",
            How.VIDEO,
            NIGHT,
            LEA,
            ANA,
        )
    assert starts(course).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
def test_a_spoken_word_counts_as_soon_as_it_is_recorded() -> None:
    course = spoken(a_hotfix(), BEN, EVE, PAUL)
    assert all(each.unconfirmed for each in course.change.approvals)
    assert starts(course).stage is Stage.DEPLOYING


@pytest.mark.clause("G-HOT-2")
def test_one_word_counts_in_every_row_where_its_speaker_has_a_seat_unless_a_role_is_named() -> None:
    both = a_roster(engineering_director=(EVE,))
    course = spoken(a_hotfix(both, at=NIGHT), EVE)
    assert [each.row for each in words_of(course, EVE)] == ["G-HOT-2", "G-APP-4"]
    one = spoken(a_hotfix(both, at=NIGHT), (EVE, Role.ENGINEERING_DIRECTOR))
    assert [(each.row, set(each.roles)) for each in words_of(one, EVE)] == [
        ("G-APP-4", {Role.ENGINEERING_DIRECTOR})
    ]
    spoken(one, (EVE, Role.ENGINEERING_MANAGER))
    assert [each.row for each in words_of(one, EVE)] == ["G-APP-4", "G-HOT-2"]


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {STRANGER, EVE}))
def test_anybody_with_a_role_for_the_service_records(person: PersonId) -> None:
    assert standing(spoken(a_hotfix(), EVE, by=person)) == [EVE]


@pytest.mark.clause("G-HOT-2")
def test_nobody_else_records() -> None:
    course = a_hotfix()
    refused = course.refuses(record_verbal, STRANGER, a_record(course, EVE))
    assert clauses(refused) == ["G-HOT-2"]
    assert refused.gates[0].who == (ANA,)


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize(
    ("person", "role"),
    [
        (DORA, None),
        (STRANGER, None),
        (LEA, Role.DEVELOPMENT_TEAM_LEAD),
        (EVE, Role.PRODUCT_MANAGER),
        (PAUL, Role.ENGINEERING_MANAGER),
        (EVE, Role.ENGINEERING_DIRECTOR),
    ],
)
def test_a_role_that_is_not_held_now_is_refused_and_so_is_one_that_nothing_asks_for(
    person: PersonId, role: Role | None
) -> None:
    course = a_hotfix()
    named = (person, role) if role else person
    refused = course.refuses(record_verbal, ANA, a_record(course, named))
    assert [(gate.clause, gate.field, gate.met) for gate in refused.gates] == [
        ("G-HOT-2", Field.PEOPLE, False)
    ]
    seat = f"the {role.label}" if role else "anything that is missing"
    assert sentences(refused) == f"{person} cannot approve as {seat} of payments now."


@pytest.mark.clause("G-HOT-2")
def test_a_role_held_yesterday_does_not_count() -> None:
    course = a_hotfix()
    course.roster = a_roster(engineering_manager=(EMIL,))
    course.refuses(record_verbal, ANA, a_record(course, EVE))
    assert standing(spoken(course, EMIL)) == [EMIL]


@pytest.mark.clause("G-HOT-2")
def test_of_several_people_one_who_cannot_have_approved_leaves_all_unrecorded() -> None:
    course = a_hotfix()
    refused = course.refuses(record_verbal, ANA, a_record(course, EVE, LEA, DORA))
    assert len(refused.gates) == 2
    assert standing(course) == []


@pytest.mark.clause("G-APP-1")
def test_who_wrote_the_code_is_no_peer_by_word_either() -> None:
    bens = replace(DECLARATION, pull_requests=(PullRequest(Words("#887"), (BEN,)),))
    course = a_hotfix(form=bens)
    course.refuses(record_verbal, ANA, a_record(course, BEN))
    spoken(course, OMAR)
    assert [each.row for each in words_of(course, OMAR)] == ["G-APP-1"]


@pytest.mark.clause("G-APP-1")
def test_without_a_pull_request_the_requester_is_no_peer_by_word() -> None:
    course = a_hotfix(form=replace(DECLARATION, pull_requests=()))
    course.refuses(record_verbal, BEN, a_record(course, ANA))
    spoken(course, BEN)


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("person", [EVE, BEN, ANA])
def test_nobody_records_their_own_word(person: PersonId) -> None:
    course = a_hotfix()
    refused = course.refuses(record_verbal, person, a_record(course, PAUL, person))
    assert sentences(refused) == "You are here: press Approve instead of recording your own word."
    assert refused.gates[0].field is Field.PEOPLE


@pytest.mark.clause("G-HOT-2")
def test_the_requesters_word_is_recorded_by_somebody_else_for_one_seat() -> None:
    course = a_hotfix(a_roster(engineering_manager=(ANA,), product_manager=(ANA, PAUL)))
    spoken(course, ANA, PAUL, BEN, by=OMAR)
    assert starts(course).stage is Stage.DEPLOYING
    alone = a_hotfix(a_roster(engineering_manager=(ANA,), product_manager=(ANA,)))
    spoken(alone, ANA, BEN, by=OMAR)
    assert clauses(alone.refuses(start_production, ANA, None)) == ["G-HOT-2"]


@pytest.mark.clause("G-HOT-2")
def test_words_of_the_future_and_of_before_the_declaration_are_refused() -> None:
    course = a_hotfix().wait(HOUR)
    for minutes in (61, -1):
        at = MONDAY + minutes * MINUTE
        refused = course.refuses(record_verbal, ANA, a_record(course, EVE, given_at=at))
        assert refused.gates[0].field is Field.GIVEN_AT
    spoken(course, EVE)
    course.does(record_verbal, ANA, a_record(course, PAUL, given_at=MONDAY))


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize(
    ("change", "field"),
    [({"people": ()}, Field.PEOPLE), ({"said": Words(" ")}, Field.SAID)],
)
def test_a_record_says_who_approved_and_what_was_said(change: dict[str, object], field: Field) -> None:
    course = a_hotfix()
    form: VerbalRecord = replace(a_record(course, EVE), **change)  # type: ignore[arg-type] # fields of the form
    assert course.refuses(record_verbal, ANA, form).gates[0].field is field


@pytest.mark.clause("G-HOT-2")
def test_what_stands_already_is_not_recorded_twice() -> None:
    course = spoken(a_hotfix(), EVE)
    refused = course.refuses(record_verbal, OMAR, a_record(course, EVE))
    assert sentences(refused) == "eve has approved already."
    signed_by_button = signed(a_hotfix())
    signed_by_button.refuses(record_verbal, OMAR, a_record(signed_by_button, PAUL))


@pytest.mark.clause("G-HOT-2")
def test_a_person_named_twice_in_one_form_is_recorded_once() -> None:
    course = spoken(a_hotfix(), EVE, EVE)
    assert len(words_of(course, EVE)) == 1
    both = a_hotfix(a_roster(product_manager=(EVE,)))
    twice = VerbalRecord(
        (SpokenBy(EVE, Role.ENGINEERING_MANAGER), SpokenBy(EVE, Role.PRODUCT_MANAGER)),
        WHY,
        How.CHAT,
        both.now,
        None,
    )
    both.refuses(record_verbal, ANA, twice)
    assert standing(both) == []


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize("build", [finished, lambda _: a_course()])
def test_once_started_and_on_the_standard_way_nothing_is_recorded(build: Callable[[Course], Course]) -> None:
    course = build(a_hotfix())
    refused = course.refuses(record_verbal, ANA, a_record(course, EVE))
    assert clauses(refused) == ["G-HOT-2"]


def deputy_roster() -> Roster:
    roster = a_roster(engineering_director=(DORA, LEA))
    return replace(roster, acting={LEA: (Deputizing(Role.ENGINEERING_DIRECTOR, DORA),)})


@pytest.mark.clause("G-HOT-2")
def test_a_deputys_word_names_for_whom_they_act() -> None:
    course = spoken(a_hotfix(deputy_roster(), at=NIGHT), LEA, EVE)
    assert words_of(course, LEA)[0].deputizing == (Deputizing(Role.ENGINEERING_DIRECTOR, DORA),)
    assert words_of(course, EVE)[0].deputizing == ()
