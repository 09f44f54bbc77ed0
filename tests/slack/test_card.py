import re
from dataclasses import replace

import pytest

from bot.rules.change import EvidenceKind, EvidenceState, PullRequest
from bot.rules.inputs import Seen
from bot.rules.terms import ChangeType, Role, Words
from bot.slack.ids import Choice
from bot.slack.views.buttons import buttons_of
from bot.slack.views.card import card
from bot.slack.views.menu import more_modal
from bot.slack.views.why import why
from bot.workflows.approve import approve
from tests import acting
from tests.acting import ANA, BEN, REQUEST, proof
from tests.slack.asking_scenes import chosen_in
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import labels, objects, texts

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def read(situation: str) -> str:
    """The card's text, with dates as the organization's zone shows them."""
    return DATE.sub(r"\1", texts(card(a_scene(situation)).blocks))


@pytest.mark.parametrize(
    ("situation", "sentences"),
    [
        ("preparing", ["*payments 4.12.0 → production*", "CHG-1 · routine · requested by Ana", "*Waiting for 3 approvals*", "• peer review (Ben, Omar, Tia or Tom)", "• Development Team Lead (Lea)"]),
        ("ready for staging", ["*Ready for staging* – Ana can start it", "✅ code: Ben (peer), Tia (Tech Lead)"]),
        ("staging failed", ["DEP-2 to staging failed."]),
        ("returned", ["*Back with Ana* – Ben sent it back: “the plan misses the migration”"]),
        ("verification failed", ["Quinn did not let it pass: “totals are wrong”", "It needs a new version"]),
        ("staging", ["*Being deployed to staging* – DEP-2, started by Ana"]),
        ("verifying", ["*Waiting for verification in staging*", "• QA (Quinn or Qadir)"]),
        ("verified", ["needs a production window* – Ana proposes one", "✅ verified: Quinn (QA), Pia (Product team)"]),
        ("countered", ["*Eve proposes Thu 26 Nov 15:00 CET – 16:00 CET instead*"]),
        ("lapsed", ["passed without a start"]),
        ("approving", ["Thu 26 Nov 14:00 CET – 15:00 CET", "• Product Manager (Paul or Priya)"]),
        ("approving after hours", ["after hours: “card vault certificate expires Sunday”", "• On-call Engineer at that time (Omar)"]),
        ("scheduled", ["*Approved – Ana can start Thu 26 Nov 14:00 CET*"]),
        ("window open", ["*Ana can start now* – the window closes Thu 26 Nov 15:00 CET"]),
        ("production untouched", ["DEP-3 to production failed, nothing was touched."]),
        ("deploying", ["is being deployed to production*"]),
        ("overran", ["🚨 *The window ended Thu 26 Nov 15:00 CET, and it is still running*"]),
        ("monitoring", ["in production since Thu 26 Nov 14:10 CET*", "*Watching until Thu 26 Nov 14:40 CET*"]),
        ("watch over", ["*30 min are over* – Ana or whoever is on call confirms"]),
        ("escalated", ["🚨 *Nobody has confirmed it since Thu 26 Nov 14:40 CET*"]),
        ("rollback required", ["🚨 *IMMEDIATE ROLLBACK REQUIRED* – DEP-3 failed and touched production: “checkout fails”", "Ana deploys, Omar is on call.", "Rollback: “redeploy 4.11.3”"]),
        ("done", ["deployed by Ana (DEP-3, 10 min)", "*Done* – Omar confirmed"]),
        ("withdrawn", ["*Withdrawn by Ana* – “4.13.0 has it, too”"]),
    ],
)  # fmt: skip
def test_a_card_says_how_the_change_stands(situation: str, sentences: list[str]) -> None:
    shown = read(situation)

    assert [sentence for sentence in sentences if sentence not in shown] == []


@pytest.mark.parametrize(
    ("situation", "buttons", "primary"),
    [
        ("preparing", ["Approve", "Reject…", "Why?"], ["Approve"]),
        ("ready for staging", ["Start staging", "Reject…", "Why?"], ["Start staging"]),
        ("returned", ["Revise…", "Resubmit as it is", "Why?"], ["Revise…"]),
        ("verification failed", ["Revise…", "Why?"], ["Revise…"]),
        ("staging", ["Staging succeeded", "Failed…", "Why?"], ["Staging succeeded"]),
        ("verifying", ["Pass", "Fail…", "Why?"], ["Pass"]),
        ("verified", ["Propose window…", "Why?"], ["Propose window…"]),
        ("countered", ["Accept 15:00–16:00 CET", "Propose another…", "Why?"], ["Accept 15:00–16:00 CET"]),
        ("approving", ["Approve", "Reject…", "Why?"], ["Approve"]),
        ("scheduled", ["Start deployment", "Reject…", "Record baseline…", "Why?"], ["Start deployment"]),
        ("deploying", ["Succeeded", "Failed…", "Report a problem…", "Roll back", "Why?"], ["Succeeded"]),
        ("monitoring", ["Healthy", "Report a problem…", "Roll back", "Why?"], []),
        ("watch over", ["Healthy", "Report a problem…", "Roll back", "Why?"], ["Healthy"]),
        ("rollback required", ["Start rollback", "Settle by a fix…", "Why?"], []),
        ("done", [], []),
        ("withdrawn", [], []),
    ],
)
def test_a_card_has_the_buttons_of_its_stage(situation: str, buttons: list[str], primary: list[str]) -> None:
    shown = card(a_scene(situation))

    assert labels(shown) == buttons
    assert labels(shown, "primary") == primary


@pytest.mark.parametrize(
    ("situation", "choices"),
    [
        ("preparing", [Choice.REVISE, Choice.START_STAGING, Choice.WITHDRAW, Choice.RECORD_EVIDENCE, Choice.MORE]),
        ("ci failed", [Choice.REVISE, Choice.START_STAGING, Choice.WITHDRAW, Choice.ASK_FOR_WAIVER, Choice.MORE]),
        ("verifying", [Choice.REVISE, Choice.START_STAGING, Choice.WITHDRAW, Choice.RECORD_EVIDENCE, Choice.MORE]),
        ("verified", [Choice.REVISE, Choice.WITHDRAW, Choice.RECORD_EVIDENCE, Choice.FAIL, Choice.MORE]),
        ("scheduled", [Choice.REVISE, Choice.MOVE_WINDOW, Choice.WITHDRAW, Choice.RECORD_EVIDENCE, Choice.MORE]),
        ("monitoring", [Choice.TAKE_OVER]),
        ("done", []),
    ],
)  # fmt: skip
def test_the_menu_offers_what_is_possible_and_has_no_button(situation: str, choices: list[Choice]) -> None:
    menus = [each for each in objects(card(a_scene(situation)).blocks) if each.get("type") == "overflow"]
    values = re.findall(r"'value': '([a-z_]+)/", str(menus))

    assert values == choices


def test_what_finds_no_room_in_the_menu_is_behind_its_last_line() -> None:
    shown = a_scene("scheduled")
    form = more_modal(shown, buttons_of(shown))
    assert form is not None
    assert list(chosen_in(form)) == [Choice.FAIL, Choice.TAKE_BACK, Choice.TAKE_OVER]
    assert more_modal(a_scene("monitoring"), buttons_of(a_scene("monitoring"))) is None


def test_missing_evidence_stands_on_the_card_and_is_offered_instead_of_the_start() -> None:
    pending = proof(EvidenceKind.CI, EvidenceState.PENDING, "https://ci.example.org/7")
    course = acting.a_course(form=replace(REQUEST, evidence=(pending,)))
    acting.ready_for_staging(course)
    shown = card(scene(course))

    assert "⏳ CI is still pending <https://ci.example.org/7|ci.example.org>" in texts(shown.blocks)
    assert "⛔ The merge to main is not recorded." in texts(shown.blocks)
    assert labels(shown, "primary") == ["Record evidence…"]
    assert "Start staging" not in labels(shown)


def test_what_is_not_applicable_is_flagged_with_its_reason() -> None:
    config = replace(REQUEST, type=ChangeType.CONFIG, evidence=(acting.no(EvidenceKind.CI),))
    shown = texts(card(scene(acting.a_course(form=config))).blocks)

    assert "ℹ️ no CI: “a flag only”" in shown


def test_twelve_pull_requests_are_told_without_a_wall_of_numbers() -> None:
    many = tuple(
        PullRequest(Words(f"https://github.com/harbor/payments/pull/{number}"), (ANA,))
        for number in range(881, 893)
    )
    shown = texts(card(scene(acting.a_course(form=replace(REQUEST, pull_requests=many)))).blocks)

    assert "Waiting for 14 approvals" in shown
    assert "and 8 more (Ben, Omar, Tia or Tom)" in shown
    assert "<https://github.com/harbor/payments/pull/881|#881>" in shown


def test_a_role_that_nobody_holds_is_said_to_be_so() -> None:
    nobody = acting.a_roster(tech_lead=())
    shown = texts(card(scene(acting.a_course(nobody))).blocks)

    assert f"{Role.TECH_LEAD.label} (nobody holds this role" in shown


def test_a_voided_approval_is_asked_for_on_the_card_again() -> None:
    course = acting.in_staging(acting.a_course())
    acting.revised(course, pull_requests=(PullRequest(Words("#882"), (ANA,)),))
    shown = card(scene(course))

    assert "Waiting for 2 approvals" in texts(shown.blocks)
    assert "Approve" in labels(shown)
    assert labels(shown, "primary") == ["Pass"]


def test_why_puts_what_is_missing_first_and_names_each_clause() -> None:
    course = acting.a_course()
    course.does(approve, BEN, Seen())
    shown = texts(why(scene(course)).blocks)

    assert "2 things are missing before the deployment to staging" in shown
    assert "Code approved by a peer and a Tech Lead · G-APP-1" in shown
    assert shown.index("⛔") < shown.index("✅")
