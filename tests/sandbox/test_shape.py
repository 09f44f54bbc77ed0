"""What Slack refuses in messages and views: limit, payload, refusal."""

from typing import Literal

import pytest

from bot.sandbox.refusal import RefusalError
from bot.sandbox.shape import check_message, check_metadata, check_view
from tests.sandbox.kit import (
    Json,
    actions,
    button,
    field,
    home,
    modal,
    mrkdwn,
    option,
    options,
    plain,
    section,
    text_input,
)

Surface = Literal["message", "modal", "home"]


def refusal(surface: Surface, *blocks: Json) -> str:
    """Why the blocks are refused, or an empty text."""
    try:
        if surface == "message":
            check_message(list(blocks))
        else:
            check_view(home(*blocks) if surface == "home" else modal(*blocks), surface)
    except RefusalError as refused:
        return str(refused)
    return ""


def select(**more: object) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def confirm(**more: Json) -> Json:
    return {
        "title": plain("Sure?"),
        "text": plain("It is."),
        "confirm": plain("Yes"),
        "deny": plain("No"),
        **more,
    }


ALLOWED: list[tuple[Surface, list[Json]]] = [
    ("message", [section("x" * 3000)]),
    ("message", [{"type": "section", "fields": [mrkdwn("x" * 900)] * 10}]),
    ("message", [{"type": "header", "text": plain("x" * 150)}]),
    ("message", [{"type": "context", "elements": [mrkdwn("x")] * 10}]),
    ("message", [actions(*(button(f"B{n}") for n in range(25)))]),
    ("message", [actions(button("x" * 75, action_id="a", value="v" * 2000, confirm=confirm()))]),
    ("message", [{"type": "divider"}] * 50),
    ("message", [actions(select(options=options(100)))]),
    ("message", [actions({"type": "overflow", "action_id": "o", "options": options(5)})]),
    ("message", [field("Version", text_input())]),
    ("message", [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}] * 20] * 100}]),
    ("message", [{"type": "data_visualization", "title": "x" * 50, "chart": {}}] * 2),
    ("modal", [{"type": "divider"}] * 100),
    ("modal", [{"type": "alert", "text": mrkdwn("Careful"), "level": "warning"}]),
    ("modal", [field("When", {"type": "datetimepicker", "initial_date_time": 1_796_000_000})]),
    ("modal", [field("Version", text_input(max_length=3000, initial_value="4.12.0"))]),
    ("home", [section(accessory=button())]),
]

REFUSED: list[tuple[str, Surface, list[Json], str]] = [
    ("an unknown block", "message", [{"type": "fancy"}], "unsupported type: fancy"),
    ("a block without a type", "message", [{"text": plain("x")}], "missing required field: type"),
    ("an unknown field", "message", [section(txt="x")], "invalid additional property: txt"),
    (
        "a misspelled button field",
        "message",
        [actions(button(styl="primary"))],
        "invalid additional property: styl",
    ),
    ("51 blocks in a message", "message", [{"type": "divider"}] * 51, "no more than 50 items"),
    ("101 blocks in a modal", "modal", [{"type": "divider"}] * 101, "no more than 100 items"),
    ("a view without blocks", "home", [], "at least 1"),
    ("3,001 characters", "message", [section("x" * 3001)], "must be less than 3001 characters"),
    ("an empty text", "message", [section("")], "must be more than 0 characters"),
    (
        "a bare string as text",
        "message",
        [{"type": "section", "text": "x"}],
        "failed to match all allowed schemas",
    ),
    ("a section of nothing", "message", [{"type": "section"}], "text or fields"),
    ("11 fields", "message", [{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items"),
    ("a long field", "message", [{"type": "section", "fields": [mrkdwn("x" * 2001)]}], "less than 2001"),
    ("a long header", "message", [{"type": "header", "text": plain("x" * 151)}], "less than 151"),
    ("a header in mrkdwn", "message", [{"type": "header", "text": mrkdwn("x")}], "valid enum value"),
    (
        "11 context elements",
        "message",
        [{"type": "context", "elements": [mrkdwn("x")] * 11}],
        "no more than 10",
    ),
    (
        "a button in a context",
        "message",
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button",
    ),
    ("26 buttons", "message", [actions(*(button(f"B{n}") for n in range(26)))], "no more than 25 items"),
    ("no buttons", "message", [actions()], "at least 1"),
    ("a long button", "message", [actions(button("x" * 76))], "less than 76"),
    ("a button in mrkdwn", "message", [actions({**button(), "text": mrkdwn("x")})], "valid enum value"),
    ("a long value", "message", [actions(button(value="v" * 2001))], "less than 2001"),
    ("an unknown style", "message", [actions(button(style="green"))], "valid enum value"),
    ("a long action_id", "message", [actions(button(action_id="a" * 256))], "less than 256"),
    ("a long block_id", "message", [section(block_id="b" * 256)], "less than 256"),
    ("a block_id twice", "message", [section(block_id="b"), section(block_id="b")], "duplicate block_id"),
    ("an action_id twice", "message", [actions(button(), button())], "duplicate action_id"),
    ("an action_id in two blocks", "modal", [actions(button()), actions(button())], "duplicate action_id"),
    ("101 options", "message", [actions(select(options=options(101)))], "no more than 100"),
    ("no options", "message", [actions(select(options=[]))], "at least 1"),
    (
        "options and groups",
        "message",
        [actions(select(option_groups=[{"label": plain("A"), "options": options(1)}]))],
        "either options or option_groups",
    ),
    ("a long option", "message", [actions(select(options=[option("x" * 76)]))], "less than 76"),
    (
        "a long option value",
        "message",
        [actions(select(options=[{"text": plain("x"), "value": "v" * 151}]))],
        "less than 151",
    ),
    ("an option twice", "message", [actions(select(options=[option("A"), option("A")]))], "unique values"),
    (
        "a mrkdwn option in a menu",
        "message",
        [actions(select(options=[{"text": mrkdwn("x"), "value": "v"}]))],
        "valid enum",
    ),
    (
        "an initial option that is none",
        "message",
        [actions(select(initial_option=option("Z")))],
        "must match an option",
    ),
    ("a long placeholder", "message", [actions(select(placeholder=plain("x" * 151)))], "less than 151"),
    ("6 in an overflow", "message", [actions({"type": "overflow", "options": options(6)})], "no more than 5"),
    (
        "11 radio buttons",
        "modal",
        [field("Pick", {"type": "radio_buttons", "options": options(11)})],
        "no more than 10",
    ),
    (
        "11 checkboxes",
        "modal",
        [field("Pick", {"type": "checkboxes", "options": options(11)})],
        "no more than 10",
    ),
    (
        "a dialog without a way out",
        "message",
        [actions(button(confirm={"title": plain("x"), "text": plain("x"), "confirm": plain("x")}))],
        "missing required field: deny",
    ),
    (
        "a long dialog title",
        "message",
        [actions(button(confirm=confirm(title=plain("x" * 101))))],
        "less than 101",
    ),
    (
        "a long dialog text",
        "message",
        [actions(button(confirm=confirm(text=plain("x" * 301))))],
        "less than 301",
    ),
    (
        "a long dialog button",
        "message",
        [actions(button(confirm=confirm(deny=plain("x" * 31))))],
        "less than 31",
    ),
    (
        "a text input as accessory",
        "message",
        [section(accessory=text_input(action_id="a"))],
        "unsupported type",
    ),
    (
        "a datetimepicker as accessory",
        "modal",
        [section(accessory={"type": "datetimepicker"})],
        "unsupported type",
    ),
    ("a datetimepicker on a Home", "home", [actions({"type": "datetimepicker"})], "unsupported type"),
    ("a button as input", "modal", [field("Go", button())], "unsupported type: button"),
    (
        "an e-mail input in a message",
        "message",
        [field("Mail", {"type": "email_text_input"})],
        "unsupported type",
    ),
    (
        "a placeholder on a datetimepicker",
        "modal",
        [field("When", {"type": "datetimepicker", "placeholder": plain("x")})],
        "invalid additional property",
    ),
    (
        "a date as text",
        "modal",
        [field("When", {"type": "datetimepicker", "initial_date_time": "1796000000"})],
        "must be an integer",
    ),
    (
        "a time in milliseconds",
        "modal",
        [field("When", {"type": "datetimepicker", "initial_date_time": 1_796_000_000_000})],
        "must be between",
    ),
    (
        "an initial date of another form",
        "modal",
        [field("Day", {"type": "datepicker", "initial_date": "28.11.2026"})],
        "YYYY-MM-DD",
    ),
    (
        "an input longer than Slack's",
        "modal",
        [field("Plan", text_input(max_length=3001))],
        "must be between 1 and 3000",
    ),
    (
        "an initial value too long",
        "modal",
        [field("Plan", text_input(max_length=3, initial_value="four"))],
        "less than 4",
    ),
    (
        "lengths that cross",
        "modal",
        [field("Plan", text_input(min_length=9, max_length=3))],
        "must not be greater",
    ),
    (
        "two that want the focus",
        "modal",
        [field("A", text_input(focus_on_load=True)), field("B", text_input(focus_on_load=True))],
        "only one element",
    ),
    (
        "an input without a label",
        "modal",
        [{"type": "input", "element": text_input(action_id="a")}],
        "missing required field: label",
    ),
    ("a mrkdwn label", "modal", [{**field("A", text_input()), "label": mrkdwn("A")}], "valid enum value"),
    ("a long label", "modal", [{**field("A", text_input()), "label": plain("x" * 2001)}], "less than 2001"),
    (
        "an image without words",
        "message",
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "alt_text",
    ),
    (
        "two tables",
        "message",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}] * 2,
        "only_one_table_allowed",
    ),
    (
        "101 rows",
        "message",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]] * 101}],
        "no more than 100",
    ),
    (
        "a table in a modal",
        "modal",
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}],
        "unsupported type: table",
    ),
    ("an alert in a message", "message", [{"type": "alert", "text": plain("x")}], "unsupported type: alert"),
    (
        "three charts",
        "message",
        [{"type": "data_visualization", "title": "x", "chart": {}}] * 3,
        "no more than 2",
    ),
    (
        "a chart on a Home",
        "home",
        [{"type": "data_visualization", "title": "x", "chart": {}}],
        "unsupported type",
    ),
    (
        "too much text in all",
        "message",
        [section("x" * 3000, block_id=str(n)) for n in range(5)],
        "msg_blocks_too_long",
    ),
]


@pytest.mark.parametrize(("surface", "blocks"), ALLOWED)
def test_what_keeps_to_the_limits_is_taken(surface: Surface, blocks: list[Json]) -> None:
    assert refusal(surface, *blocks) == ""


@pytest.mark.parametrize(("what", "surface", "blocks", "why"), REFUSED, ids=[one[0] for one in REFUSED])
def test_what_passes_a_limit_is_refused(what: str, surface: Surface, blocks: list[Json], why: str) -> None:
    assert why in refusal(surface, *blocks), what


VIEWS: list[tuple[str, Json, str]] = [
    ("a long title", modal(title=plain("x" * 25)), "/view/title/text"),
    ("a long submit", modal(submit=plain("x" * 25)), "/view/submit/text"),
    ("a long close", modal(close=plain("x" * 25)), "/view/close/text"),
    ("long private metadata", modal(private_metadata="x" * 3001), "/view/private_metadata"),
    ("a long callback_id", modal(callback_id="x" * 256), "/view/callback_id"),
    ("a mrkdwn title", modal(title=mrkdwn("x")), "/view/title/type"),
    ("an id of its own", modal(id="V1"), "invalid additional property: id"),
    ("a hash of its own", modal(hash="1"), "invalid additional property: hash"),
]


@pytest.mark.parametrize(("what", "view", "why"), VIEWS, ids=[one[0] for one in VIEWS])
def test_a_modal_keeps_to_its_own_limits(what: str, view: Json, why: str) -> None:
    with pytest.raises(RefusalError, match="invalid_arguments") as refused:
        check_view(view, "modal")
    assert why in str(refused.value), what


def test_a_modal_without_a_title_is_refused() -> None:
    view = modal()
    del view["title"]
    with pytest.raises(RefusalError, match="missing required field: title"):
        check_view(view, "modal")


def test_an_input_needs_a_submit_button() -> None:
    view = modal(field("Version", text_input()))
    del view["submit"]
    with pytest.raises(RefusalError, match="must define `submit`"):
        check_view(view, "modal")


def test_a_home_has_no_title() -> None:
    with pytest.raises(RefusalError, match="invalid additional property: title"):
        check_view({**home(section()), "title": plain("x")}, "home")


def test_an_action_id_may_stand_in_two_blocks_when_that_is_allowed() -> None:
    check_message([actions(button()), actions(button())], unique_action_ids=False)
    with pytest.raises(RefusalError, match="duplicate action_id"):
        check_message([actions(button(), button())], unique_action_ids=False)


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ("text", "invalid_metadata_format"),
        ({"event_type": "card"}, "invalid_metadata_schema"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "card", "event_payload": {"x": "y" * 8000}}, "metadata_too_large"),
    ],
)
def test_metadata_have_a_type_a_payload_and_a_size(metadata: object, why: str) -> None:
    with pytest.raises(RefusalError, match=why):
        check_metadata(metadata)
