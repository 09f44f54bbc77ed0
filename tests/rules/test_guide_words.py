"""The guide's sentences about hotfixes: they say what a company has set."""

import pytest

from bot.rules.clauses import Clause
from bot.rules.guide_differences import unsaid_differences
from bot.rules.guide_words import demands_of
from tests.guides import guide


def said(clause: Clause, table: str = "", **changed: object) -> str:
    return demands_of(guide({table: changed} if table else {}))[clause]


@pytest.mark.clause("G-HOT-2")
def test_who_declares_on_call_has_signed_where_that_is_asked_for() -> None:
    signed = "who declares it while on call has signed for on-call"
    assert signed in said(Clause.HOT_2)
    assert signed in said(Clause.HOT_2, "hotfix", after_hours="director_and_on_call")
    assert signed not in said(Clause.HOT_2, "hotfix", after_hours="verbal_only")


@pytest.mark.clause("G-HOT-2")
def test_chases_and_disputes_are_told_with_whom_they_reach() -> None:
    assert "asked again after 4 h and 24 h; the last time, the Engineering Director is told." in said(
        Clause.HOT_2
    )
    qa = said(Clause.HOT_2, "hotfix", chase_after=[2], chase_escalates_to=["qa"], alarmed=["tech_lead"])
    assert "asked again after 2 h; the last time, the QA is told." in qa
    assert "approves by button; the Tech Lead is told of it" in qa


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_is_told_where_it_can_be_recorded() -> None:
    assert "ratify it or refuse to, and it stands under deviations for ever." in said(Clause.HOT_3)
    none = said(Clause.HOT_3, "hotfix", start_in_breach=False)
    assert none.endswith("A start without them cannot be recorded.")


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {},
            "Its author and the Engineering Manager are reminded 48 h, 24 h and 6 h before it is due and when",
        ),
        ({}, "overdue, so are Engineering Manager and Engineering Director, every 24 h until it is signed."),
        ({"reminded": []}, "Its author is reminded 48 h, 24 h and 6 h before it is due and when it is due;"),
        ({"reminded": ["qa", "product"]}, "Its author, the QA and the Product team are reminded 48 h"),
        ({"reminders": [0]}, "Engineering Manager are reminded when it is due; overdue"),
        ({"reminders": [6]}, "Engineering Manager are reminded 6 h before it is due; overdue"),
        ({"clock_starts": "declared"}, "A review is complete 72 h after the declaration, signed by"),
        ({"extended_by": ["tech_lead"]}, "Only the Tech Lead gives more time, with a reason."),
    ],
)
def test_the_reviews_clock_is_told_with_who_is_reminded_when(changed: dict[str, object], told: str) -> None:
    assert told in said(Clause.HOT_5, "review", **changed)


def test_no_number_or_role_of_the_hotfix_process_is_read_otherwise_without_a_sentence_that_says_so() -> None:
    otherwise = guide(
        {
            "hotfix": {
                "severities": ["P1", "P2"],
                "signers": ["engineering_director", "tech_lead"],
                "requester_may_sign": 0,
                "code_review": "after",
                "after_hours": "verbal_only",
                "start_in_breach": True,
                "alarmed": ["qa"],
                "chase_after": [1, 2],
                "chase_escalates_to": ["qa"],
            },
            "review": {
                "due_after": 100,
                "clock_starts": "declared",
                "reminders": [50, 0],
                "reminded": ["qa"],
                "overdue_every": 12,
                "overdue_to": ["qa"],
                "signed_by": ["qa"],
                "extended_by": ["qa"],
            },
        }
    )
    assert list(unsaid_differences(otherwise, guide())) == []
