"""Block elements: what each one may carry, and in which blocks and on which surfaces it may stand."""

import re
from collections.abc import Mapping
from typing import Final

from bot.sandbox.shape.composition import (
    CONFIRM,
    OPTION,
    OPTION_GROUP,
    OPTIONS_MOST,
    check_options,
    option,
    plain,
)
from bot.sandbox.shape.spot import (
    Check,
    Field,
    Spot,
    boolean,
    fields,
    integer,
    items,
    may,
    need,
    one_of,
    string,
)

INPUT_TEXT_MOST: Final = 3000
PLACEHOLDER: Final = may(plain(150))
_TYPE: Final = need(string(50))


def _focus(value: object, spot: Spot) -> None:
    boolean(value, spot)
    if value is True:
        spot.findings.focused += 1
        if spot.findings.focused > 1:
            spot.refuse("only one element can have focus_on_load")


def _action_id(value: object, spot: Spot) -> None:
    string(255)(value, spot)
    if isinstance(value, str):
        if value in spot.findings.action_ids:
            spot.refuse(f"duplicate action_id: {value}")
        spot.findings.action_ids.add(value)


def _matching(pattern: str, example: str) -> Check:
    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            spot.refuse(f"must be of the form {example}")

    return check


DATE: Final = _matching(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", "YYYY-MM-DD")
CLOCK_TIME: Final = _matching(r"([01]\d|2[0-3]):[0-5]\d", "HH:mm")
SECONDS: Final = integer(1_000_000_000, 9_999_999_999)


def _asking(**more: Field) -> dict[str, Field]:
    """The fields of an element that asks for something, and its own."""
    return {
        "type": _TYPE,
        "action_id": may(_action_id),
        "focus_on_load": may(_focus),
        "confirm": may(CONFIRM),
        **more,
    }


def _one_kind_of_options(element: Mapping[str, object], spot: Spot) -> None:
    if ("options" in element) == ("option_groups" in element):
        spot.refuse("either options or option_groups must be given")
    check_options(element, spot)


def _lengths_agree(element: Mapping[str, object], spot: Spot) -> None:
    least, most = element.get("min_length"), element.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        spot.refuse("min_length must not be greater than max_length")
    initial = element.get("initial_value")
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        spot.at("initial_value").refuse(f"must be less than {most + 1} characters")


_OPTIONS: Final = {
    "options": may(items(OPTION, OPTIONS_MOST)),
    "option_groups": may(items(OPTION_GROUP, OPTIONS_MOST)),
}
_DISPATCH: Final = may(
    fields({"trigger_actions_on": may(items(one_of("on_enter_pressed", "on_character_entered"), 2))})
)
_CONVERSATIONS: Final = fields(
    {
        "include": may(items(one_of("im", "mpim", "private", "public"), 4)),
        "exclude_external_shared_channels": may(boolean),
        "exclude_bot_users": may(boolean),
    }
)
_ID: Final = string(50)
_MANY: Final = {"max_selected_items": may(integer(1, 10_000))}


def _typed(**more: Field) -> dict[str, Field]:
    fields_of = _asking(placeholder=PLACEHOLDER, dispatch_action_config=_DISPATCH, **more)
    del fields_of["confirm"]
    return fields_of


def image_source(element: Mapping[str, object], spot: Spot) -> None:
    """An image comes from one source."""
    if ("image_url" in element) == ("slack_file" in element):
        spot.refuse("either image_url or slack_file must be given")


IMAGE: Final = {
    "type": _TYPE,
    "image_url": may(string(3000)),
    "slack_file": may(fields({"id": may(_ID), "url": may(string(3000))})),
    "alt_text": need(string(2000)),
}

ELEMENTS: Final[dict[str, Check]] = {
    "button": fields(
        {
            "type": _TYPE,
            "text": need(plain(75)),
            "action_id": may(_action_id),
            "url": may(string(3000)),
            "value": may(string(2000)),
            "style": may(one_of("primary", "danger")),
            "confirm": may(CONFIRM),
            "accessibility_label": may(string(75)),
        }
    ),
    "overflow": fields(
        {
            "type": _TYPE,
            "action_id": may(_action_id),
            "options": need(items(option(url=True), 5)),
            "confirm": may(CONFIRM),
        },
        check_options,
    ),
    "checkboxes": fields(
        _asking(
            options=need(items(option(rich=True), 10)), initial_options=may(items(option(rich=True), 10))
        ),
        check_options,
    ),
    "radio_buttons": fields(
        _asking(options=need(items(option(rich=True), 10)), initial_option=may(option(rich=True))),
        check_options,
    ),
    "static_select": fields(
        _asking(placeholder=PLACEHOLDER, initial_option=may(OPTION), **_OPTIONS), _one_kind_of_options
    ),
    "multi_static_select": fields(
        _asking(
            placeholder=PLACEHOLDER, initial_options=may(items(OPTION, OPTIONS_MOST)), **_MANY, **_OPTIONS
        ),
        _one_kind_of_options,
    ),
    "users_select": fields(_asking(placeholder=PLACEHOLDER, initial_user=may(_ID))),
    "multi_users_select": fields(
        _asking(placeholder=PLACEHOLDER, initial_users=may(items(_ID, 100)), **_MANY)
    ),
    "channels_select": fields(
        _asking(placeholder=PLACEHOLDER, initial_channel=may(_ID), response_url_enabled=may(boolean))
    ),
    "conversations_select": fields(
        _asking(
            placeholder=PLACEHOLDER,
            initial_conversation=may(_ID),
            default_to_current_conversation=may(boolean),
            response_url_enabled=may(boolean),
            filter=may(_CONVERSATIONS),
        )
    ),
    "datepicker": fields(_asking(placeholder=PLACEHOLDER, initial_date=may(DATE))),
    "timepicker": fields(
        _asking(placeholder=PLACEHOLDER, initial_time=may(CLOCK_TIME), timezone=may(string(60)))
    ),
    "datetimepicker": fields(_asking(initial_date_time=may(SECONDS))),
    "plain_text_input": fields(
        _typed(
            initial_value=may(string(INPUT_TEXT_MOST, 0)),
            multiline=may(boolean),
            min_length=may(integer(0, INPUT_TEXT_MOST)),
            max_length=may(integer(1, INPUT_TEXT_MOST)),
        ),
        _lengths_agree,
    ),
    "number_input": fields(
        _typed(
            is_decimal_allowed=need(boolean),
            initial_value=may(string(50)),
            min_value=may(string(50)),
            max_value=may(string(50)),
        )
    ),
    "email_text_input": fields(_typed(initial_value=may(string(INPUT_TEXT_MOST)))),
    "url_text_input": fields(_typed(initial_value=may(string(INPUT_TEXT_MOST)))),
    "image": fields(IMAGE, image_source),
}

_CHOOSING: Final = frozenset(
    {
        "checkboxes",
        "radio_buttons",
        "static_select",
        "multi_static_select",
        "users_select",
        "multi_users_select",
        "channels_select",
        "conversations_select",
        "datepicker",
        "timepicker",
    }
)
ACCESSORIES: Final = _CHOOSING | {"button", "overflow", "image"}
ACTIONS: Final = _CHOOSING | {"button", "overflow", "datetimepicker"}
INPUTS: Final = _CHOOSING | {
    "datetimepicker",
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
}
MODAL_ONLY: Final = frozenset({"number_input", "email_text_input", "url_text_input"})
NOT_HOME: Final = frozenset({"datetimepicker"})


def standing_here(allowed: frozenset[str], spot: Spot) -> frozenset[str]:
    """Which of a block's elements may stand on this surface."""
    surface = spot.findings.surface
    if surface != "modal":
        allowed -= MODAL_ONLY
    return allowed - NOT_HOME if surface == "home" else allowed
