"""Filling in a field as a person would: by what is to be seen, and no more than Slack lets them."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

from bot.sandbox.messages import Field, options_of
from bot.sandbox.refusal import Json
from bot.sandbox.workspace import Workspace

TEXT_MOST: Final = 3000
Given = Any


def filled(workspace: Workspace, field: Field, given: Given) -> Json:
    """The state of a field after a person filled it in; None empties it.

    Raises:
        AssertionError: when they could not: no such option or person, too long, a line break in a single line.
    """
    value: Json = {"type": field.kind}
    return value | _FILLERS[field.kind](workspace, field, given)


def _text(_: Workspace, field: Field, given: Given) -> Json:
    if given is None:
        return {"value": None}
    text = str(given)
    most = field.element.get("max_length", TEXT_MOST)
    if len(text) > most:
        raise AssertionError(f"“{field.label}” takes {most} characters, not {len(text)}.")
    if "\n" in text and field.kind == "plain_text_input" and not field.element.get("multiline"):
        raise AssertionError(f"“{field.label}” is a single line.")
    return {"value": text or None}


def _number(_: Workspace, field: Field, given: Given) -> Json:
    if given is None:
        return {"value": None}
    number = float(given)
    low, high = field.element.get("min_value"), field.element.get("max_value")
    if not field.element["is_decimal_allowed"] and not number.is_integer():
        raise AssertionError(f"“{field.label}” takes whole numbers.")
    if (low is not None and number < float(low)) or (high is not None and number > float(high)):
        raise AssertionError(f"“{field.label}” takes numbers from {low} to {high}.")
    return {"value": str(given)}


def _option(field: Field, words: Given) -> Json:
    for one in options_of(field.element):
        if one["text"]["text"] == words:
            return one
    raise AssertionError(f"“{field.label}” has no option “{words}”; it has {list(field.options)}.")


def _one_option(_: Workspace, field: Field, given: Given) -> Json:
    return {"selected_option": None if given is None else _option(field, given)}


def _many(given: Given) -> Iterable[Given]:
    if given is None or given is False:
        return ()
    return (given,) if isinstance(given, str) else given


def _options(_: Workspace, field: Field, given: Given) -> Json:
    if given is True:
        if len(field.options) != 1:
            raise AssertionError(f"“{field.label}” has several boxes: {list(field.options)}.")
        given = field.options
    chosen = [_option(field, one) for one in _many(given)]
    return {"selected_options": _at_most(field, chosen)}


def _at_most(field: Field, chosen: list[Given]) -> list[Given]:
    most = field.element.get("max_selected_items")
    if most is not None and len(chosen) > most:
        raise AssertionError(f"“{field.label}” takes {most} at most.")
    return chosen


def _user_id(workspace: Workspace, name: str) -> str:
    try:
        return workspace.person_named(name).id
    except KeyError as unknown:
        raise AssertionError(str(unknown)) from None


def _user(workspace: Workspace, _: Field, given: Given) -> Json:
    return {"selected_user": None if given is None else _user_id(workspace, given)}


def _users(workspace: Workspace, field: Field, given: Given) -> Json:
    return {"selected_users": _at_most(field, [_user_id(workspace, one) for one in _many(given)])}


def _conversation(name: str) -> Callable[[Workspace, Field, Given], Json]:
    def fill(workspace: Workspace, _: Field, given: Given) -> Json:
        return {name: None if given is None else workspace.channel_named(given).id}

    return fill


def _date(_: Workspace, __: Field, given: Given) -> Json:
    return {"selected_date": None if given is None else dt.date.fromisoformat(str(given)).isoformat()}


def _time(_: Workspace, __: Field, given: Given) -> Json:
    if given is None:
        return {"selected_time": None}
    return {"selected_time": dt.time.fromisoformat(str(given)).strftime("%H:%M")}


def _date_time(_: Workspace, field: Field, given: Given) -> Json:
    if given is None:
        return {"selected_date_time": None}
    if not isinstance(given, dt.datetime) or given.tzinfo is None:
        raise AssertionError(f"“{field.label}” takes an aware datetime, not {given!r}.")
    return {"selected_date_time": int(given.timestamp())}


_FILLERS: Final[dict[str, Callable[[Workspace, Field, Given], Json]]] = {
    "plain_text_input": _text,
    "email_text_input": _text,
    "url_text_input": _text,
    "number_input": _number,
    "static_select": _one_option,
    "radio_buttons": _one_option,
    "multi_static_select": _options,
    "checkboxes": _options,
    "users_select": _user,
    "multi_users_select": _users,
    "channels_select": _conversation("selected_channel"),
    "conversations_select": _conversation("selected_conversation"),
    "datepicker": _date,
    "timepicker": _time,
    "datetimepicker": _date_time,
}
