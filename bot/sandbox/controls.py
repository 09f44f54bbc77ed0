"""The page's form controls: what an input holds, as HTML writes it, and back."""

from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.sandbox.blocks import state_name
from bot.sandbox.company import Member
from bot.sandbox.messages import options_of
from bot.sandbox.refusal import Json

Control = Any
"""A string, a list of strings, or None: what an HTML control holds."""
LOCAL: Final = "%Y-%m-%dT%H:%M"


def to_control(value: Json, who: Member) -> Control:
    """An input's state as its control shows it; times are local to the person."""
    match value.get(_name(value)):
        case dict() as option:
            return option["value"]
        case list() as chosen:
            return [one["value"] if isinstance(one, dict) else one for one in chosen]
        case int() as seconds:
            return datetime.fromtimestamp(seconds, UTC).astimezone(ZoneInfo(who.tz)).strftime(LOCAL)
        case other:
            return other


def from_control(element: Json, given: Control, who: Member) -> Json:
    """A control's content as the input's state.

    Raises:
        ValueError: for a time that cannot be read.
        KeyError: for an option that the element does not have.
    """
    name = str(state_name(element))
    options = {one["value"]: one for one in options_of(element)}
    value: Control = given or None
    if name == "selected_option":
        value = options[given] if given else None
    elif name == "selected_options":
        value = [options[one] for one in given or []]
    elif name == "selected_users":
        value = list(given or [])
    elif name == "selected_date_time" and given:
        local = datetime.strptime(given, LOCAL).replace(tzinfo=ZoneInfo(who.tz))
        value = int(local.timestamp())
    return {"type": element["type"], name: value}


def _name(value: Json) -> str:
    return next(name for name in value if name not in {"type", "timezone"})
