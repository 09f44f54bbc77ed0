"""The driver: a person does what they could do in Slack, and nothing else."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.sandbox import Message, Person, Sandbox
from tests.sandbox.kit import (
    Json,
    actions,
    button,
    field,
    home,
    modal,
    option,
    options,
    plain,
    section,
    text_input,
)
from tests.sandbox.tiny_bot import Delivery, TinyBot

PLACE = "C0PAYMENTS"


@pytest.fixture
def ana(sandbox: Sandbox) -> Person:
    return sandbox.person("ana")


def shown(ana: Person, bot: TinyBot, client: WebClient, *blocks: Json) -> None:
    """Let Ana have a modal of these blocks open."""

    def answer(delivery: Delivery) -> None:
        client.views_open(trigger_id=delivery.payload["trigger_id"], view=modal(*blocks))

    bot.on("command", answer)
    ana.types("/deploy request", channel="payments")


def card(client: WebClient, sandbox: Sandbox, *blocks: Json) -> Message:
    client.chat_postMessage(channel=PLACE, text="card", blocks=list(blocks))
    return sandbox.channel("payments").newest


def element(kind: str, **more: object) -> Json:
    return {"type": kind, **more}


WINDOW = datetime(2026, 12, 2, 14, 0, tzinfo=UTC)
KINDS: list[tuple[Json, Any, str, Json]] = [
    (element("plain_text_input"), "4.12.0", "4.12.0", {"value": "4.12.0"}),
    (element("number_input", is_decimal_allowed=True), 0.9, "0.9", {"value": "0.9"}),
    (
        element("static_select", options=options(2)),
        "Option 1",
        "Option 1",
        {"selected_option": option("Option 1")},
    ),
    (
        element("radio_buttons", options=options(2)),
        "Option 0",
        "Option 0",
        {"selected_option": option("Option 0")},
    ),
    (
        element("checkboxes", options=[option("Ready")]),
        True,
        "Ready",
        {"selected_options": [option("Ready")]},
    ),
    (element("checkboxes", options=options(3)), ["Option 0", "Option 2"], "Option 0, Option 2", {}),
    (element("multi_static_select", options=options(3)), "Option 1", "Option 1", {}),
    (element("users_select"), "ben", "Ben", {"selected_user": "U0BEN"}),
    (element("multi_users_select"), ["Ben Okoro", "tia"], "Ben, Tia", {"selected_users": ["U0BEN", "U0TIA"]}),
    (element("conversations_select"), "ledger", "ledger", {"selected_conversation": "C0LEDGER"}),
    (element("datepicker"), "2026-12-02", "2026-12-02", {"selected_date": "2026-12-02"}),
    (element("timepicker"), "14:30", "14:30", {"selected_time": "14:30"}),
    (element("datetimepicker"), WINDOW, "2026-12-02 15:00", {"selected_date_time": int(WINDOW.timestamp())}),
]


@pytest.mark.parametrize(("kind", "given", "reads", "state"), KINDS)
def test_every_kind_of_field_can_be_filled_in(  # noqa: PLR0917 – three fixtures and a table's row
    ana: Person, bot: TinyBot, client: WebClient, kind: Json, given: object, reads: str, state: Json
) -> None:
    shown(ana, bot, client, field("Field", kind))
    ana.fills({"Field": given})
    assert ana.modal
    assert ana.modal.field("Field").value == reads
    assert ana.submits() == {}
    sent = bot.of("view_submission")[0].payload["view"]["state"]["values"]["field"]["field-action"]
    assert sent["type"] == kind["type"]
    for name, value in state.items():
        assert _bare(sent[name]) == value


def _bare(value: object) -> object:
    """Without the `emoji` that Slack adds."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, dict):
        return {name: _bare(one) for name, one in value.items() if name != "emoji"}
    return value


IMPOSSIBLE: list[tuple[Json, Any, str]] = [
    (text_input(max_length=5), "too long", "takes 5 characters"),
    (text_input(), "two\nlines", "is a single line"),
    (element("static_select", options=options(2)), "Option 7", "has no option “Option 7”"),
    (element("users_select"), "nobody", "nobody"),
    (element("multi_users_select", max_selected_items=1), ["ana", "ben"], "takes 1 at most"),
    (element("datetimepicker"), WINDOW.replace(tzinfo=None), "aware datetime"),
    (element("number_input", is_decimal_allowed=False), 0.5, "whole numbers"),
]


@pytest.mark.parametrize(("kind", "given", "why"), IMPOSSIBLE)
def test_nobody_enters_what_slack_would_not_take(  # noqa: PLR0917 – as above
    ana: Person, bot: TinyBot, client: WebClient, kind: Json, given: object, why: str
) -> None:
    shown(ana, bot, client, field("Field", kind))
    with pytest.raises(AssertionError, match=re.escape(why)):
        ana.fills({"Field": given})


def test_a_field_that_is_not_there_cannot_be_filled_in(ana: Person, bot: TinyBot, client: WebClient) -> None:
    shown(ana, bot, client, field("Version", text_input()))
    with pytest.raises(AssertionError, match="has no field “Plan”; it has \\['Version'\\]"):
        ana.fills({"Plan": "x"})


def test_required_fields_stop_a_submission_before_the_bot_hears_of_it(
    ana: Person, bot: TinyBot, client: WebClient
) -> None:
    shown(
        ana,
        bot,
        client,
        field("Version", text_input()),
        field("Plan", text_input(min_length=10)),
        field("Note", text_input(), optional=True),
    )
    ana.fills({"Plan": "short"})
    assert ana.submits() == {
        "Version": "Please complete this required field.",
        "Plan": "Please enter at least 10 characters.",
    }
    assert bot.of("view_submission") == []


def test_without_a_modal_there_is_nothing_to_fill_in(ana: Person) -> None:
    assert ana.modal is None
    with pytest.raises(AssertionError, match="Ana has no modal open"):
        ana.submits()


def test_a_button_that_is_not_there_cannot_be_pressed(
    ana: Person, sandbox: Sandbox, client: WebClient
) -> None:
    message = card(client, sandbox, section(), actions(button("Why?")))
    with pytest.raises(AssertionError, match="There is no button “Approve”, only \\['Why\\?'\\]"):
        ana.clicks("Approve", on=message)


def test_of_two_like_buttons_one_says_which(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    rows = [section(f"CHG-{n}", accessory=button(action_id=f"approve-{n}")) for n in (1, 2)]
    client.views_publish(user_id="U0ANA", view=home(*rows))
    with pytest.raises(AssertionError, match="2 buttons say “Approve”"):
        ana.clicks("Approve", on=ana.home)
    ana.clicks("Approve", on=ana.home, near="CHG-2")
    assert bot.of("block_actions")[0].payload["actions"][0]["action_id"] == "approve-2"
    assert sandbox.wire.refusals == []


def test_an_overflow_menu_is_pressed_by_its_words(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    message = card(client, sandbox, actions({"type": "overflow", "action_id": "more", "options": options(2)}))
    assert message.buttons == ["Option 0", "Option 1"]
    ana.clicks("Option 1", on=message)
    assert bot.of("block_actions")[0].payload["actions"][0]["selected_option"]["value"] == "option 1"


def test_a_menu_in_a_message_is_chosen_from(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    menu = {"type": "static_select", "action_id": "snooze", "options": [option("Two hours"), option("A day")]}
    ana.picks("A day", on=card(client, sandbox, section(accessory=menu, block_id="b")))
    payload = bot.of("block_actions")[0].payload
    assert payload["actions"][0]["selected_option"]["value"] == "a day"
    assert payload["state"]["values"]["b"]["snooze"]["selected_option"]["value"] == "a day"


def test_each_of_two_clicks_has_its_own_answer(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    def answer(delivery: Delivery) -> None:
        said = delivery.payload["trigger_id"]
        assert WebhookClient(delivery.payload["response_url"]).send(text=said).status_code == 200

    bot.on("block_actions", answer)
    outcomes = ana.clicks_twice("Approve", on=card(client, sandbox, actions(button())))
    said = {one.payload["trigger_id"] for one in bot.of("block_actions")}
    assert {one.text for one in outcomes} == said
    assert len(said) == 2


def test_two_clicks_at_once_are_two_clicks(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    ana.clicks_twice("Approve", on=card(client, sandbox, actions(button())))
    first, second = bot.of("block_actions")
    assert first.payload["trigger_id"] != second.payload["trigger_id"]


def test_what_was_on_the_screen_can_still_be_pressed(
    ana: Person, sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    before = card(client, sandbox, actions(button())).as_it_is()
    client.chat_update(channel=PLACE, ts=before.ts, text="moved on")
    ana.clicks("Approve", on=before)
    assert bot.of("block_actions")[0].payload["actions"][0]["action_id"] == "approve"


def test_an_outcome_is_what_came_of_this_act_alone(ana: Person, bot: TinyBot) -> None:
    bot.on("command", lambda one: one.payload["text"])
    first = ana.types("/deploy one", channel="payments")
    second = ana.types("/deploy two", channel="payments")
    assert (first.text, second.text) == ("one", "two")
    assert first.modal is None


def test_one_speaks_only_where_one_is(sandbox: Sandbox) -> None:
    with pytest.raises(AssertionError, match="Zed is not in #ledger"):
        sandbox.person("zed").types("/deploy", channel="ledger")


def test_waiting_ends(ana: Person) -> None:
    assert ana.waits_for(lambda: 7) == 7
    with pytest.raises(AssertionError, match="in vain"):
        ana.waits_for(lambda: None, timeout=0.05)


def test_a_modal_reads_as_one_sees_it(ana: Person, bot: TinyBot, client: WebClient) -> None:
    hint = {"hint": plain("As CI tags it.")}
    shown(ana, bot, client, field("Version", text_input(initial_value="4.12.0"), **hint))
    assert ana.modal
    assert ana.modal.text == "Request a deployment\nVersion: 4.12.0\n  As CI tags it.\n[[Request]]"
