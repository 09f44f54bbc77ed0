"""The inputs of forms, by the rules' names for them: one label, at most one line of help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rules.terms import PersonId
from bot.rules.verdict import Field
from bot.slack.ids import AFRESH
from bot.slack.views.kit import Json, plain_text
from bot.slack.views.text import clip

LABEL_MOST = 150
HINT_MOST = 300
OPTION_MOST = 75
OPTIONS_MOST = 100
LONG_TEXT_MOST = 3000
SHORT_TEXT_MOST = 300
PEOPLE_MOST = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A field as it is put to a person."""

    field: Field
    label: str
    hint: str = ""
    optional: bool = False
    place: str = ""
    """What tells this input from others that ask for the same field."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose."""

    value: str
    label: str
    description: str = ""


def _input(asked: Asked, element: Json) -> Json:
    own = f"{asked.field}{AFRESH}{asked.place}" if asked.place else asked.field.value
    made: Json = {
        "type": "input",
        "block_id": own,
        "label": plain_text(asked.label, LABEL_MOST),
        "element": {**element, "action_id": own},
        "optional": asked.optional,
    }
    if asked.hint:
        made["hint"] = plain_text(asked.hint, HINT_MOST)
    return made


def text_field(asked: Asked, initial: str = "", *, lines: bool = False) -> Json:
    """A text, of one line or of several, that may be filled in already."""
    most = LONG_TEXT_MOST if lines else SHORT_TEXT_MOST
    element: Json = {"type": "plain_text_input", "multiline": lines, "max_length": most}
    if initial:
        element["initial_value"] = clip(initial, most)
    return _input(asked, element)


def people_field(asked: Asked, initial: Iterable[PersonId] = ()) -> Json:
    """Several people."""
    element: Json = {"type": "multi_users_select", "max_selected_items": PEOPLE_MOST}
    chosen = list(dict.fromkeys(initial))[:PEOPLE_MOST]
    if chosen:
        element["initial_users"] = chosen
    return _input(asked, element)


def person_field(asked: Asked, initial: PersonId | None = None) -> Json:
    """One person."""
    element: Json = {"type": "users_select"}
    if initial:
        element["initial_user"] = initial
    return _input(asked, element)


def choice_field(asked: Asked, options: Sequence[Option], initial: str | None = None) -> Json:
    """One of several; `initial` is a value."""
    shown = [_option(option) for option in options]
    return _input(asked, {"type": "static_select", **_grouped(shown)} | _chosen(shown, initial))


def choices_field(asked: Asked, options: Sequence[Option], initial: Iterable[str] = ()) -> Json:
    """Several of many; `initial` are values."""
    shown = [_option(option) for option in options]
    element = {"type": "multi_static_select", **_grouped(shown)}
    chosen = [option for option in shown if option["value"] in set(initial)]
    if chosen:
        element["initial_options"] = chosen
    return _input(asked, element)


def _grouped(shown: list[Json]) -> Json:
    """Options as a select takes them: in groups where there are more than one list may hold."""
    if len(shown) <= OPTIONS_MOST:
        return {"options": shown}
    groups = (shown[at : at + OPTIONS_MOST] for at in range(0, len(shown), OPTIONS_MOST))
    return {"option_groups": [{"label": group[0]["text"], "options": group} for group in groups]}


def radio_field(asked: Asked, options: Sequence[Option], initial: str | None = None) -> Json:
    """One of a few, all of them in sight."""
    shown = [_option(option) for option in options]
    return _input(asked, {"type": "radio_buttons", "options": shown} | _chosen(shown, initial))


def _chosen(shown: list[Json], initial: str | None) -> Json:
    chosen = next((option for option in shown if option["value"] == initial), None)
    return {"initial_option": chosen} if chosen else {}


def _option(option: Option) -> Json:
    made: Json = {"text": plain_text(option.label, OPTION_MOST), "value": option.value}
    if option.description:
        made["description"] = plain_text(option.description, OPTION_MOST)
    return made


def tick_field(asked: Asked, option: Option, *, ticked: bool = False) -> Json:
    """A single box to tick."""
    shown = _option(option)
    element: Json = {"type": "checkboxes", "options": [shown]}
    if ticked:
        element["initial_options"] = [shown]
    return _input(asked, element)


def instant_field(asked: Asked, initial: datetime | None = None) -> Json:
    """A day and a time, in the person's own zone."""
    element: Json = {"type": "datetimepicker"}
    if initial:
        element["initial_date_time"] = int(initial.timestamp())
    return _input(asked, element)
