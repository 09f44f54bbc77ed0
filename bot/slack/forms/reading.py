"""Reading the state of a modal's inputs. Anything may stand in it: what is missing or of a wrong kind counts as left empty."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from bot.rules.change import Span
from bot.rules.terms import PersonId
from bot.rules.verdict import Field
from bot.slack.ids import AFRESH

Values = Mapping[str, object]
"""`view.state.values` of a submission: by block id, then by action id."""

_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff0-\uffff]"
)
_PERSON: Final = re.compile(r"[A-Z0-9]{2,30}")
_LAST_SECOND: Final = 253_402_214_400
"""The start of 9999-12-31, UTC; later instants are nobody's wish."""


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """What is to be looked at again: a sentence for each block id."""

    errors: Mapping[str, str]


def block_of(block_ids: Iterable[str], where: Field) -> str | None:
    """The block of a field: its name, or its name and what tells it from the same field as it was filled in before."""
    return next((each for each in block_ids if each.partition(AFRESH)[0] == where.value), None)


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled-in form, and the problems that were found while reading it."""

    values: Values
    problems: dict[str, str] = field(default_factory=dict)

    def refuse(self, where: Field, sentence: str) -> None:
        """Note a problem; the first one of a field stays."""
        self.problems.setdefault(block_of(self.values, where) or where.value, sentence)

    def _element(self, where: Field) -> Mapping[str, object]:
        block = self.values.get(block_of(self.values, where) or "")
        element = block.get(where.value) if isinstance(block, Mapping) else None
        return element if isinstance(element, Mapping) else {}

    def lines(self, where: Field, most: int) -> str:
        """A text of several lines, without unseen characters, its ends trimmed; too long a one is a problem."""
        raw = self._element(where).get("value")
        if not isinstance(raw, str):
            return ""
        whole = raw.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
        text = _UNSEEN.sub("", whole).strip()
        if len(text) > most:
            self.refuse(where, f"That is {len(text):,} characters; {most:,} fit.")
        return text[:most]

    def line(self, where: Field, most: int) -> str:
        """A text of one line."""
        return " ".join(self.lines(where, most).split())

    def choice(self, where: Field) -> str | None:
        """The value of the chosen option."""
        chosen = self._element(where).get("selected_option")
        value = chosen.get("value") if isinstance(chosen, Mapping) else None
        return value if isinstance(value, str) else None

    def choices(self, where: Field) -> tuple[str, ...]:
        """The values of the chosen options, each once."""
        chosen = self._element(where).get("selected_options")
        options = chosen if isinstance(chosen, list) else []
        values = (option.get("value") for option in options if isinstance(option, Mapping))
        return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))

    def ticked(self, where: Field, value: str) -> bool:
        """Whether the box with this value is ticked."""
        chosen = self._element(where).get("selected_options")
        options = chosen if isinstance(chosen, list) else []
        return any(isinstance(option, Mapping) and option.get("value") == value for option in options)

    def people(self, where: Field) -> tuple[PersonId, ...]:
        """Those who were chosen, each once."""
        chosen = self._element(where).get("selected_users")
        ids = chosen if isinstance(chosen, list) else []
        found = (PersonId(one) for one in ids if isinstance(one, str) and _PERSON.fullmatch(one))
        return tuple(dict.fromkeys(found))

    def person(self, where: Field) -> PersonId | None:
        """Who was chosen."""
        chosen = self._element(where).get("selected_user")
        return PersonId(chosen) if isinstance(chosen, str) and _PERSON.fullmatch(chosen) else None

    def instant(self, where: Field) -> datetime | None:
        """An instant in UTC."""
        seconds = self._element(where).get("selected_date_time")
        if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < _LAST_SECOND:
            return None
        return datetime.fromtimestamp(seconds, UTC)

    def span(self, *, required: bool) -> Span | None:
        """The window between the form's two instants; half a window is a problem, and none where it is required."""
        start, end = self.instant(Field.WINDOW_START), self.instant(Field.WINDOW_END)
        if start and end:
            return Span(start, end)
        if required or end:
            missing = "Say when the window begins."
            if start is None:
                self.refuse(Field.WINDOW_START, missing)
        if (required or start) and end is None:
            self.refuse(Field.WINDOW_END, "Say when the window ends.")
        return None
