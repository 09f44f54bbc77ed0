"""What Slack adds to the blocks it is given, and what the inputs in them hold."""

import copy
import secrets
from collections.abc import Iterator
from typing import Final

from bot.sandbox.refusal import Json

_EMPTY: Final[dict[str, tuple[str, str]]] = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
"""By element: the name of its value in the state, and of the value that it begins with."""
_MANY: Final = frozenset({"selected_options", "selected_users"})

Values = dict[str, dict[str, Json]]
"""A view's `state.values`: block id to action id to value."""


def completed(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack keeps them: with block ids, action ids and the defaults of text objects."""
    kept: list[Json] = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        for element in elements_of(block):
            if element.get("type") not in {"image", "plain_text", "mrkdwn"}:
                element.setdefault("action_id", secrets.token_urlsafe(4)[:5])
        _complete_texts(block)
    return kept


def _complete_texts(value: object) -> None:
    if isinstance(value, list):
        for item in value:
            _complete_texts(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _complete_texts(item)


def elements_of(block: Json) -> Iterator[Json]:
    """The elements of a block, whatever its type."""
    if block.get("type") in {"actions", "context"}:
        yield from block["elements"]
    elif block.get("type") == "input":
        yield block["element"]
    elif isinstance(block.get("accessory"), dict):
        yield block["accessory"]


def state_name(element: Json) -> str | None:
    """The name of an element's value in the state (`selected_option`), None for buttons and the like."""
    names = _EMPTY.get(element["type"])
    return names[0] if names else None


def beginning(element: Json) -> Json | None:
    """An element's state before anybody touched it; None where it has none."""
    names = _EMPTY.get(element["type"])
    if names is None:
        return None
    name, initial = names
    empty: object = [] if name in _MANY else None
    return {"type": element["type"], name: copy.deepcopy(element.get(initial, empty))}


def values_of(blocks: list[Json], kept: Values | None = None) -> Values:
    """The state of all inputs; what `kept` holds for the same block, action and type stays as it was typed."""
    values: Values = {}
    for block in blocks:
        for element in elements_of(block):
            value = beginning(element)
            if value is None:
                continue
            before = (kept or {}).get(block["block_id"], {}).get(element["action_id"])
            if before is not None and before["type"] == value["type"]:
                value = before
            values.setdefault(block["block_id"], {})[element["action_id"]] = value
    return values


def is_empty(value: Json) -> bool:
    """Whether an input's state holds nothing."""
    return all(one in (None, "", []) for name, one in value.items() if name not in {"type", "timezone"})
