"""A hotfix that turns into a standard change, its issue and timeline as more is known, and what it asks of older changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.rules.hotfix import Entry, Issue, ReviewStage
from bot.rules.hotfix_facts import HotfixToContain, IssueRevised
from bot.rules.hotfix_inputs import Standardization, TimelineEntry
from bot.rules.inputs import EvidenceInput
from bot.rules.life import Stage
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.hotfix import (
    add_to_timeline,
    ask_whether_contained,
    revise_issue,
    turn_into_standard,
)
from bot.workflows.request import record_evidence
from tests.acting import (
    ANA,
    BEN,
    EVE,
    OMAR,
    PAUL,
    QUINN,
    REQUEST,
    STRANGER,
    TIA,
    Course,
    a_course,
    deploying,
    scheduled,
    sentences,
    standing,
)
from tests.acting_in_hotfixes import (
    ISSUE,
    NIGHT,
    a_hotfix,
    finished,
    ready_to_sign,
    spoken,
    started,
    the_review,
    untouched,
)

Build = Callable[[Course], Course]
ROOT_CAUSE = replace(ISSUE, root_cause=Words("a certificate that ran out"))
A_QUOTE = TimelineEntry(Words("rates are back to normal"), QUINN, NIGHT)


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.clause("G-APP-1")
def test_turned_into_a_standard_change_it_keeps_its_code_reviews_by_own_act_and_nothing_else() -> None:
    course = spoken(a_hotfix(by=OMAR, at=NIGHT).approved_by(BEN), EVE, PAUL, TIA, by=BEN)
    shown, code_round = course.change.revision, course.change.code_round
    course.does(turn_into_standard, OMAR, Standardization())
    assert standing(course) == [BEN]
    assert (course.change.type, course.stage) == (ChangeType.ROUTINE, Stage.PREPARING)
    assert course.change.revision == shown + 1
    assert course.change.code_round > code_round
    assert course.change.issue == ISSUE


@pytest.mark.clause("G-TYPE-1")
def test_a_spoken_look_at_the_code_does_not_go_along() -> None:
    course = spoken(a_hotfix(), BEN).does(turn_into_standard, ANA, Standardization(ChangeType.CONFIG))
    assert standing(course) == []
    assert course.change.type is ChangeType.CONFIG
    plain = a_hotfix().does(turn_into_standard, ANA, Standardization())
    assert (plain.change.revision, plain.change.code_round) == (2, 2)
    course.approved_by(BEN, TIA)
    assert standing(course) == [BEN, TIA]


@pytest.mark.clause("G-TYPE-1")
def test_its_evidence_goes_along() -> None:
    course = a_hotfix()
    course.does(record_evidence, ANA, EvidenceInput(REQUEST.evidence))
    course.does(turn_into_standard, ANA, Standardization())
    assert set(course.change.evidence) == {each.kind for each in REQUEST.evidence}


@pytest.mark.clause("G-TYPE-1")
def test_only_its_requester_turns_it_and_only_while_it_is_declared() -> None:
    assert a_hotfix().refuses(turn_into_standard, EVE, Standardization()).gates[0].who == (ANA,)
    for build in (started, finished):
        build(a_hotfix()).refuses(turn_into_standard, ANA, Standardization())
    again = untouched(a_hotfix()).does(turn_into_standard, ANA, Standardization())
    assert again.stage is Stage.PREPARING
    assert the_review(again).stage is ReviewStage.OPEN
    refused = a_hotfix().refuses(turn_into_standard, ANA, Standardization(ChangeType.HOTFIX))
    assert refused.gates[0].field is Field.TYPE


@pytest.mark.clause("G-HOT-1")
@pytest.mark.parametrize("build", [lambda course: course, started, finished, ready_to_sign])
def test_more_is_said_about_the_issue_at_any_stage_by_whoever_has_a_role(build: Build) -> None:
    course = build(a_hotfix())
    verdict = course.tries(revise_issue, QUINN, ROOT_CAUSE)
    assert isinstance(verdict, Done)
    assert verdict.facts == (IssueRevised(ROOT_CAUSE, QUINN, course.now),)
    assert course.change.issue == ROOT_CAUSE
    assert course.change.standing_approvals == build(a_hotfix()).change.standing_approvals


@pytest.mark.clause("G-HOT-1")
def test_a_revised_issue_is_complete_and_says_something_new() -> None:
    course = a_hotfix()
    assert course.refuses(revise_issue, ANA, ISSUE).gates[0].field is Field.ROOT_CAUSE
    assert course.refuses(revise_issue, ANA, Issue("SEV1", NO_WORDS)).gates[0].field is Field.IMPACT
    course.refuses(revise_issue, STRANGER, ROOT_CAUSE)
    a_course().refuses(revise_issue, ANA, ROOT_CAUSE)


@pytest.mark.clause("G-HOT-1")
def test_what_people_add_to_the_timeline_is_quoted_with_who_said_it_and_when() -> None:
    course = finished(a_hotfix())
    course.does(add_to_timeline, PAUL, A_QUOTE)
    assert course.change.entries == (Entry(A_QUOTE.text, QUINN, NIGHT, PAUL, course.now),)
    course.does(add_to_timeline, ANA, replace(A_QUOTE, said_by=None))
    assert len(course.change.entries) == 2


@pytest.mark.clause("G-HOT-1")
def test_nothing_empty_and_nothing_by_strangers_is_added_to_a_timeline() -> None:
    course = a_hotfix()
    refused = course.refuses(add_to_timeline, ANA, replace(A_QUOTE, text=Words(" ")))
    assert refused.gates[0].field is Field.NOTES
    assert course.refuses(add_to_timeline, STRANGER, A_QUOTE).gates[0].who == (ANA,)
    assert "no hotfix" in sentences(a_course().refuses(add_to_timeline, ANA, A_QUOTE))


@pytest.mark.clause("G-TYPE-1")
def test_a_finished_hotfix_asks_requesters_of_older_changes_and_supersedes_none() -> None:
    course = scheduled(a_course())
    course.neighbors = Neighbors(hotfixed_by=(ChangeId(9), "4.12.1"))
    verdict = course.fires(ask_whether_contained)
    assert isinstance(verdict, Done)
    assert verdict.facts == (HotfixToContain(ChangeId(9), "4.12.1", course.now),)
    assert course.stage is Stage.SCHEDULED


@pytest.mark.clause("G-TYPE-1")
def test_nobody_is_asked_without_a_hotfix_nor_about_what_has_started() -> None:
    verdict = scheduled(a_course()).fires(ask_whether_contained)
    assert verdict == Refused(())
    course = deploying(a_course())
    course.neighbors = Neighbors(hotfixed_by=(ChangeId(9), "4.12.1"))
    refused = course.fires(ask_whether_contained)
    assert isinstance(refused, Refused)
    assert refused.gates
