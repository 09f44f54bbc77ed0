"""The words that narrow the log, and a page of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.change import Outcome
from bot.rules.deviation import DeviationCode
from bot.rules.filters import DeploymentFilter, DeploymentState
from bot.rules.guide import PEER
from bot.rules.hotfix import Issue
from bot.rules.terms import (
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Role,
    ServiceName,
    Words,
)
from bot.slack.forms.commands import UnknownWord, parse_deployment_filter
from bot.slack.ids.turns import Turn, decode_turn
from bot.slack.listeners.deployment_lists import asks_for_deployments
from bot.slack.views.deployment_list import deployments_message
from bot.store.reading import DeploymentCursor, DeploymentPage
from tests.slack.deployment_lines import CARD, deployment_lists, full_page
from tests.slack.scenes import COURSES, a_scene
from tests.slack.shown import check

PAYMENTS, LEDGER = ServiceName("payments"), ServiceName("Ledger")
STAGING, PRODUCTION = EnvironmentName("staging"), EnvironmentName("production")
ANA = PersonId("U0ANA")
LATE = DeviationCode.LATE_REVIEW


def parsed(text: str) -> DeploymentFilter | UnknownWord:
    return parse_deployment_filter(text, [PAYMENTS, LEDGER], [STAGING, PRODUCTION], ANA)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", DeploymentFilter()),
        ("all", DeploymentFilter()),
        ("PAYMENTS ledger", DeploymentFilter(services=frozenset({PAYMENTS, LEDGER}))),
        ("Production", DeploymentFilter(environments=frozenset({PRODUCTION}))),
        (
            "failed running",
            DeploymentFilter(states=frozenset({DeploymentState.FAILED, DeploymentState.RUNNING})),
        ),
        ("rollbacks mine", DeploymentFilter(only_rollbacks=True, started_by=ANA)),
        ("hotfix", DeploymentFilter(types=frozenset({ChangeType.HOTFIX}))),
        (
            "Config infra",
            DeploymentFilter(types=frozenset({ChangeType.CONFIG, ChangeType.INFRA})),
        ),
        ("breach late_review", DeploymentFilter(deviations=frozenset({LATE, DeviationCode.BREACH}))),
        ("deviations", DeploymentFilter(deviations=frozenset(DeviationCode) - {DeviationCode.ATTESTED})),
        ("breech", UnknownWord("breech", "breach")),
        ("prodution", UnknownWord("prodution", "production")),
        ("payments xyzzy", UnknownWord("xyzzy", None)),
    ],
)
def test_words_narrow_the_log(text: str, wanted: DeploymentFilter | UnknownWord) -> None:
    assert parsed(text) == wanted


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_an_unknown_word(text: str) -> None:
    assert isinstance(parsed(text), DeploymentFilter | UnknownWord)


@given(st.integers(1, 10**17), st.booleans(), st.text(max_size=60))
def test_a_turned_page_stays_in_the_log(beside: int, newer: bool, words: str) -> None:  # noqa: FBT001 - Hypothesis gives it by place
    turn = decode_turn(Turn(beside, newer=newer, words=f"deployments {words}").encode())
    assert turn is not None
    assert asks_for_deployments(turn.words)
    assert not asks_for_deployments(f"payments {words}")


@pytest.mark.parametrize("situation", sorted(COURSES))
def test_slack_takes_every_page_of_the_log(situation: str) -> None:
    for message in deployment_lists(a_scene(situation), "payments <!channel> *bold*"):
        check(message)


def lines(**different: object) -> str:
    """A page whose deployments are like this, as one text."""
    full = full_page(a_scene("scheduled"), "")
    shown = tuple(
        replace(
            each,
            logged=replace(each.logged, deployment=replace(each.logged.deployment, **different)),  # type: ignore[arg-type] # fields that the caller names
        )
        for each in full.shown
    )
    return str(deployments_message(replace(full, shown=shown), "", {ChangeId(99): CARD}).blocks)


def test_how_a_deployment_ended_is_in_the_words_too() -> None:
    assert "⏳ running" in lines(outcome=None)
    assert "✅ succeeded" in lines(outcome=Outcome.SUCCEEDED)
    assert "⛔ failed, nothing was touched" in lines(outcome=Outcome.FAILED_UNTOUCHED)
    assert "rollback of DEP-3" in lines(rolls_back=DeploymentId(3))


def test_only_a_card_that_can_be_shown_has_a_button() -> None:
    full = full_page(a_scene("scheduled"), "")
    text = str(deployments_message(full, "", {}).blocks)
    assert text.count("Show card") == sum(each.shows_card for each in full.shown)
    change = full.shown[0].logged.change.id
    assert str(deployments_message(full, "", {change: CARD}).blocks).count("Open card") == len(full.shown)


def test_a_service_that_is_called_like_a_type_is_meant_as_the_service() -> None:
    config = ServiceName("config")
    wanted = parse_deployment_filter("config", [config], [PRODUCTION], ANA)
    assert wanted == DeploymentFilter(services=frozenset({config}))


@pytest.mark.clause("G-APP-1", "G-LOG-1")
def test_a_line_of_a_hotfix_says_how_grave_it_was_and_how_its_code_was_reviewed() -> None:
    full = full_page(a_scene("scheduled"), "")
    issue = Issue("SEV1", Words("nobody can pay"))

    def line(**different: object) -> str:
        (first, *_) = full.shown
        logged = replace(first.logged, change=replace(first.logged.change, issue=issue))
        shown = replace(first, logged=logged, deviations=(), **different)  # type: ignore[arg-type] # the caller names fields
        page = replace(full, page=DeploymentPage((shown.logged.deployment.id,)), shown=(shown,))
        return str(deployments_message(page, "", {}).blocks)

    assert "hotfix SEV1 · code review open: peer reviewer and Tech Lead" in line(
        code_open=(PEER, Role.TECH_LEAD), code_afterwards=True
    )
    assert "hotfix SEV1 · code reviewed afterwards" in line(code_afterwards=True)
    assert "code review" not in line()


def test_a_page_that_was_not_found_full_leads_on_from_where_looking_ended() -> None:
    full = full_page(a_scene("scheduled"), "")
    looked_to = DeploymentCursor(DeploymentId(77))
    page = DeploymentPage((), newer=True, older=True, looked_to=looked_to)
    shown = str(deployments_message(replace(full, page=page, shown=()), "breach", {}).blocks)
    assert "Nothing in this part of the log." in shown
    assert Turn(77, newer=False, words="deployments breach").encode() in shown
    some = replace(page, ids=(DeploymentId(99), DeploymentId(90)))
    assert (some.beside(newer=True), some.beside(newer=False)) == (99, 77)
    back = replace(some, looked_to=DeploymentCursor(DeploymentId(120), newer=True))
    assert (back.beside(newer=True), back.beside(newer=False)) == (120, 90)
    assert DeploymentPage(()).beside(newer=True) is None
