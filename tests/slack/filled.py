"""A modal as a person sends it: its inputs' initial values, and what they changed."""

from collections.abc import Mapping

from bot.rules.verdict import Field
from bot.slack.views.kit import Json

_STATES = {
    "plain_text_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}


def as_opened(view: Json) -> dict[str, object]:
    """`state.values` when nobody has touched anything."""
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    values: dict[str, object] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            state, initial = _STATES[element["type"]]
            values[block["block_id"]] = {
                element["action_id"]: {"type": element["type"], state: element.get(initial)}
            }
    return values


def filled(view: Json, changed: Mapping[Field, object]) -> dict[str, object]:
    """The same with some inputs changed: texts, option values, lists of people, seconds, True for a ticked box."""
    values = as_opened(view)
    for field, value in changed.items():
        block = values[field.value]
        assert isinstance(block, dict)
        element = block[field.value]
        state, _ = _STATES[element["type"]]
        element[state] = _state(element["type"], value)
    return values


def _state(kind: str, value: object) -> object:
    if kind in {"static_select", "radio_buttons"}:
        return {"value": value} if value is not None else None
    if kind == "checkboxes":
        return [{"value": value}] if value else []
    return value
