"""What a hotfix's card, its checklist and its forms say, in every situation."""

import re
from dataclasses import replace

import pytest

from bot.rules.life import Act
from bot.rules.scene import Scene
from bot.rules.setting import Neighbors
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Role, ServiceName, Words
from bot.rules.versions import next_patch
from bot.slack.views.card import card
from bot.slack.views.hotfix_buttons import hotfix_actions, offers_after_refusal
from bot.slack.views.hotfix_modals import HotfixPrefill, breach_modal, declaration_modal
from bot.slack.views.kit import actions
from bot.slack.views.next_act import next_gates
from bot.slack.views.spoken_modal import spoken_modal
from bot.slack.views.standing import standing
from bot.slack.views.standing_of_hotfix import checklist
from bot.slack.views.why import why
from bot.workflows.hotfix import start_in_breach
from tests import acting_in_hotfixes as hotfixes
from tests.acting import ANA, BEN, EVE, OMAR, PAUL, PRIYA, a_roster
from tests.acting_in_hotfixes import BREACH, NIGHT, a_hotfix
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import labels, objects, texts

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")


def read(shown: Scene) -> str:
    """The card's text, with dates as the organization's zone shows them."""
    return DATE.sub(r"\1", texts(card(shown).blocks))


@pytest.mark.clause("G-HOT-1")
@pytest.mark.parametrize(
    ("situation", "sentences"),
    [
        ("hotfix declared", ["*SEV1 · payments 4.12.1 → production*", "CHG-1 · hotfix · declared by Ana", "“Checkout fails for all EU cards”\nRoot cause: not known yet", "*Waiting for 3 approvals*", "• Engineering Manager (Eve or Emil)", "Rollback: “redeploy 4.11.3”"]),
        ("hotfix at night", ["✅ Omar (On-call Engineer)", "• Engineering Director (Dora or Dana)"]),
        ("hotfix spoken for", ["*Omar can start it now*", "✅ Ben (peer), Eve (Engineering Manager), Paul (Product Manager), Dora (Engineering Director) by phone – *not confirmed yet*"]),
        ("hotfix confirmed", ["Dora (Engineering Director) by phone – confirmed", "✅ Paul (Product Manager) by phone – *not confirmed yet*"]),
        ("hotfix disputed", ["⛔ *A dispute blocks it*", "• Eve disputes having approved it. Another holder of the role, or Eve, can approve by button.", "⛔ Eve (Engineering Manager) disputes having approved it: “I said that I would look at it”"]),
        ("hotfix running", ["*SEV1 · payments 4.12.1 is being deployed to production*", "⏳ Code review before the review is signed: Tech Lead (Tia or Tom)"]),
        ("hotfix disputed later", ["⛔ Eve (Engineering Manager) disputes having approved it"]),
        ("hotfix untouched", ["*Ana can start it now*", "DEP-1 to production failed, nothing was touched."]),
        ("hotfix in breach", ["🚨 *Started in breach* by Ana: no peer, no Engineering Manager and no Product Manager – “every minute costs us orders”", "ℹ️ Who was tried: “Eve and Paul, three calls each”", "⏳ To ratify it or not: peer (", "Engineering Manager (Eve or Emil)"]),
        ("breach answered", ["✅ Eve (Engineering Manager) ratified the start", "⛔ Paul (Product Manager) does not ratify the start: “I was at my desk”"]),
        ("hotfix withdrawn", ["*SEV1 · payments 4.12.1, withdrawn*", "*Withdrawn by Omar*"]),
    ],
)  # fmt: skip
def test_a_hotfixs_card_says_how_it_stands(situation: str, sentences: list[str]) -> None:
    shown = read(a_scene(situation))

    assert [sentence for sentence in sentences if sentence not in shown] == []


@pytest.mark.clause("G-HOT-3")
@pytest.mark.parametrize("situation", ["hotfix declared", "hotfix at night", "hotfix running", "hotfix done"])
def test_a_hotfix_says_nothing_of_windows_staging_verification_or_freezes(situation: str) -> None:
    shown = a_scene(situation)
    said = "\n".join((read(shown), texts(why(shown).blocks), standing(shown).said)).lower()

    assert [word for word in ("window", "staging", "verif", "freeze", "at that time") if word in said] == []


@pytest.mark.parametrize(
    ("situation", "buttons", "primary"),
    [
        ("hotfix declared", ["Approve", "Record approvals…", "Start deployment", "Why?"], ["Approve"]),
        ("hotfix spoken for", ["Start deployment", "Why?"], ["Start deployment"]),
        ("hotfix disputed", ["Approve", "Record approvals…", "Start deployment", "Why?"], ["Approve"]),
        ("hotfix running", ["Succeeded", "Failed…", "Report a problem…", "Roll back", "Why?"], ["Succeeded"]),
    ],
)  # fmt: skip
def test_a_hotfix_offers_what_makes_sense_now(situation: str, buttons: list[str], primary: list[str]) -> None:
    shown = card(a_scene(situation))

    assert labels(shown) == buttons
    assert labels(shown, "primary") == primary


def test_more_can_be_said_about_the_issue_long_after_it_is_over() -> None:
    (offered,) = [each for each in hotfix_actions(a_scene("hotfix done")) if each["type"] == "overflow"]

    assert "More about the issue…" in texts(offered)


@pytest.mark.clause("G-HOT-2")
def test_the_requesters_own_signature_is_flagged() -> None:
    roster = a_roster(engineer=(ANA, BEN, EVE), engineering_manager=(EVE,))
    course = a_hotfix(roster, by=EVE).approved_by(EVE)

    assert "ℹ️ Eve, who declared it, signed as Engineering Manager" in checklist(scene(course))


@pytest.mark.clause("G-HOT-2")
def test_who_declared_it_on_call_is_not_flagged_for_that() -> None:
    assert not any(line.startswith("ℹ️") for line in checklist(a_scene("hotfix at night")))


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_on_another_hotfix_follows_the_version() -> None:
    shown = a_scene("hotfix declared")
    disputed = a_scene("hotfix disputed").change.approvals
    elsewhere = Neighbors(disputed=tuple(each for each in disputed if each.disputed_at))
    followed = replace(shown, setting=replace(shown.setting, neighbors=elsewhere))

    assert (
        "⛔ Eve disputed having approved this version before: “I said that I would look at it”"
        in checklist(followed)
    )
    assert "Eve disputes having approved it" in standing(followed).said


@pytest.mark.clause("G-HOT-2")
def test_an_approval_that_is_disputed_is_asked_for_again_and_not_shown_as_given() -> None:
    lines = checklist(a_scene("hotfix disputed"))

    assert not any("✅" in line and "Eve" in line for line in lines)


def fields(view: dict[str, object]) -> dict[str, list[str]]:
    """The options of each menu by its label."""
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    return {
        texts(block["label"]): [texts(each["text"]) for each in block["element"].get("options") or []]
        for block in blocks
        if block["type"] == "input"
    }


@pytest.mark.clause("G-HOT-2")
def test_the_form_for_spoken_approvals_has_a_menu_for_each_missing_seat() -> None:
    view = spoken_modal(a_scene("hotfix at night"))
    assert view

    shown = fields(view)
    assert shown["Engineering Manager"] == ["Eve", "Emil"]
    assert shown["Product Manager"] == ["Paul", "Priya"]
    assert shown["Engineering Director"] == ["Dora", "Dana"]
    assert "Ben" in shown["Peer who looked at the code"]
    assert "On-call Engineer" not in shown


@pytest.mark.clause("G-HOT-2")
def test_nobody_is_chosen_before_somebody_chooses_them() -> None:
    view = spoken_modal(a_scene("hotfix at night"))
    people = [each for each in objects(view) if str(each.get("action_id")).startswith("people")]

    assert len(people) == 5
    assert not any("initial_option" in each or "initial_users" in each for each in people)


def test_a_seat_that_nobody_can_fill_has_no_menu() -> None:
    course = a_hotfix(a_roster(product_manager=()))
    view = spoken_modal(scene(course))
    assert view

    assert "Product Manager" not in fields(view)


@pytest.mark.parametrize("situation", ["hotfix spoken for", "hotfix running", "scheduled", "hotfix turned"])
def test_there_is_no_form_for_spoken_approvals_where_none_is_missing(situation: str) -> None:
    assert spoken_modal(a_scene(situation)) is None


def test_a_peer_of_another_role_is_recorded_in_the_role_that_they_hold() -> None:
    view = spoken_modal(a_scene("hotfix declared"))
    values = {str(each["value"]) for each in objects(view) if "value" in each and "text" in each}

    assert {"engineer/ben", "tech_lead/tia"} <= values


@pytest.mark.clause("G-HOT-3")
def test_a_refused_start_offers_to_record_and_in_red_to_break() -> None:
    shown = a_scene("hotfix declared")
    offered = offers_after_refusal(shown, Act.START_PRODUCTION, next_gates(shown))

    assert [texts(each["text"]) for each in offered] == ["Record approvals…", "Start in breach…"]
    assert offered[1]["style"] == "danger"
    assert "for ever" in texts(offered[1]["confirm"])


@pytest.mark.parametrize("situation", ["hotfix running", "scheduled", "hotfix spoken for"])
def test_other_refusals_offer_no_breach(situation: str) -> None:
    shown = a_scene(situation)

    assert offers_after_refusal(shown, Act.START_PRODUCTION, next_gates(shown)) == ()


@pytest.mark.clause("G-HOT-3")
def test_a_company_whose_guide_knows_no_breach_is_offered_none() -> None:
    shown = scene(a_hotfix(hotfix={"start_in_breach": False}))
    offered = offers_after_refusal(shown, Act.START_PRODUCTION, next_gates(shown))

    assert [texts(each["text"]) for each in offered] == ["Record approvals…"]
    assert breach_modal(shown) is None
    assert "breach" not in texts(card(shown).blocks)


@pytest.mark.clause("G-HOT-3")
def test_a_breach_is_no_way_around_another_deployment_that_runs() -> None:
    course = a_hotfix()
    course.neighbors = Neighbors(deploying=(ChangeId(9), DeploymentId(4)))
    shown = scene(course)

    assert breach_modal(shown) is None
    assert [
        texts(each["text"]) for each in offers_after_refusal(shown, Act.START_PRODUCTION, next_gates(shown))
    ] == ["Record approvals…"]


@pytest.mark.clause("G-HOT-3")
def test_a_start_against_a_dispute_is_shown_as_that() -> None:
    course = hotfixes.disputed(hotfixes.spoken(a_hotfix(), EVE, PAUL, BEN), EVE)
    course.does(start_in_breach, ANA, BREACH)

    assert any("no Engineering Manager" in line for line in checklist(scene(course)))


@pytest.mark.clause("G-HOT-1")
def test_the_gravest_severity_is_chosen_first_and_all_of_the_policys_can_be() -> None:
    shown = scene(a_hotfix())
    view = declaration_modal(HotfixPrefill(), [ServiceName("payments")], shown.setting.guide)
    (severity,) = [each for each in objects(view) if each.get("action_id") == "severity"]

    assert fields(view)["Severity"] == ["SEV1", "SEV2", "SEV3", "SEV4"]
    assert "SEV1" in texts(severity["initial_option"])


def test_the_declaration_says_where_its_timeline_will_be() -> None:
    guide = scene(a_hotfix()).setting.guide
    here = declaration_modal(HotfixPrefill(room="C0INC"), [ServiceName("payments")], guide)
    nowhere = declaration_modal(HotfixPrefill(), [ServiceName("payments")], guide)

    assert "into the channel where you are" in texts(here)
    assert "A channel for the incident is opened" in texts(nowhere)


@pytest.mark.parametrize(
    ("version", "following"),
    [("4.12.0", "4.12.1"), ("v9", "v10"), ("2026.11.09", "2026.11.10"), ("4.12.0-rc1", "4.12.0-rc2"), ("main", ""), ("", "")],
)  # fmt: skip
def test_the_next_patch_is_counted_from_the_last_number(version: str, following: str) -> None:
    assert next_patch(version) == following


def test_deputies_are_shown_with_both_names() -> None:
    stand_in = PersonId("stand-in")
    course = a_hotfix(a_roster(product_manager=(PAUL, PRIYA, stand_in)))
    hotfixes.spoken(course, (stand_in, Role.PRODUCT_MANAGER))

    assert any("stand-in (Product Manager) by phone" in line for line in checklist(scene(course)))


def test_the_row_of_a_hotfix_that_is_over_and_done_with_is_short() -> None:
    shown = a_scene("hotfix withdrawn")

    assert actions(*hotfix_actions(shown)) is not None
    assert labels(card(shown)) == []


def test_what_was_typed_of_an_impact_is_shown_in_full_up_to_a_limit() -> None:
    course = a_hotfix(at=NIGHT, by=OMAR)
    long = replace(course.change, issue=hotfixes.ISSUE.__class__("SEV1", Words("x" * 3000)))

    assert "x" * 500 in read(replace(scene(course), change=long))
