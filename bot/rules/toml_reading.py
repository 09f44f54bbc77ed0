"""Reading TOML tables with types: every problem is gathered, with its file, line and key, and told in one error.

A reader that meets a problem notes it and goes on with a stand-in value, so that a person sees all problems of their file
at once; whoever reads calls `Problems.raise_any` before using what was read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from bot.rules.toml_places import Places, Problems, joined

Choice = TypeVar("Choice", bound=StrEnum)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
_LONGEST = timedelta(days=366)
_HUGE = 10**12
_EARLIEST_YEAR, _LATEST_YEAR = 2000, 2999
_UNITS = {HOUR: "hours", MINUTE: "minutes"}


def shown(value: object) -> str:
    """A value as it stands in the file, near enough for a sentence."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case dict():
            return "a table"
        case list():
            return f"[{', '.join(shown(item) for item in value)}]"
        case _:
            return str(value)


def quoted(names: Iterable[str]) -> str:
    """`"before", "after"`."""
    return ", ".join(f'"{name}"' for name in names)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _HUGE


@dataclass(slots=True)
class Table:
    """One TOML table, read key by key; `report_unknown` then names the keys that nobody asked for."""

    values: Mapping[str, object]
    path: str
    places: Places
    problems: Problems
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Values of another file that stand in for `values`, key by key, tables merged."""
    override_places: Places | None = None
    _asked: dict[str, None] = field(default_factory=dict)
    _wrong: set[str] = field(default_factory=set)
    _within: "list[Table]" = field(default_factory=list)

    def where(self, key: str = "") -> str:
        """The place of a key, in the file that its value is from; without a key, the table's own."""
        foreign = key in self.overrides or key not in self.values
        places = self.override_places if foreign and self.override_places else self.places
        return places.of(joined(self.path, key) if key else self.path)

    def bad(self, key: str, reason: str) -> None:
        """Note a problem with a key's value."""
        self._wrong.add(key)
        self.problems.note(self.where(key), reason)

    def bad_together(self, keys: Sequence[str], reason: str) -> None:
        """Note that the values of `keys` contradict each other, at the first that the company has set itself.

        Not where one of them is wrong in itself: that is told already, and its stand-in value contradicts nothing.
        """
        if not self._wrong.isdisjoint(keys):
            return
        self.bad(next((key for key in keys if key in self.overrides), keys[0]), reason)

    def has(self, key: str) -> bool:
        """Say whether the key is there; asking makes it a known one."""
        self._asked[key] = None
        return key in self.overrides or key in self.values

    def names(self) -> tuple[str, ...]:
        """Every key of a table whose keys are the company's own names, in the file's order."""
        names = dict.fromkeys((*self.values, *self.overrides))
        self._asked.update(names)
        return tuple(names)

    def raw(self, key: str) -> object:
        """The value as TOML has it; None, and a problem, where it is missing."""
        if not self.has(key):
            self.bad(key, "is missing")
            return None
        return self.overrides[key] if key in self.overrides else self.values[key]

    def table(self, key: str) -> "Table":
        """A table within this one; a missing one reads as empty."""
        self._asked[key] = None
        values, overrides = (
            self._as_table(key, values.get(key, {})) for values in (self.values, self.overrides)
        )
        path = joined(self.path, key)
        self._within.append(Table(values, path, self.places, self.problems, overrides, self.override_places))
        return self._within[-1]

    def tables(self, key: str) -> "list[Table]":
        """The items of an array of tables; a missing one reads as empty, an override replaces all of it."""
        if not self.has(key):
            return []
        items = self.raw(key)
        path = joined(self.path, key)
        if not isinstance(items, list):
            self.bad(key, f"must be a list of tables, each under [[{path}]], not {shown(items)}")
            return []
        places = self.override_places if key in self.overrides and self.override_places else self.places
        read = [
            Table(self._as_table(key, item), f"{path}[{number}]", places, self.problems)
            for number, item in enumerate(items, start=1)
        ]
        self._within.extend(read)
        return read

    def _as_table(self, key: str, value: object) -> dict[str, object]:
        if isinstance(value, dict):
            return value
        self.bad(key, f"must be a table, not {shown(value)}")
        return {}

    def report_unknown(self) -> None:
        """Note every key that was not asked for, here and in the tables within."""
        for key in dict.fromkeys((*self.values, *self.overrides)):
            if key not in self._asked:
                self.bad(key, f"is not a key that is known here; known are {', '.join(sorted(self._asked))}")
        for table in self._within:
            table.report_unknown()

    # Values

    def _refuse(self, key: str, value: object, must: str) -> None:
        if value is not None:
            self.bad(key, f"must be {must}, not {shown(value)}")

    def text(self, key: str) -> str:
        """A text that says something; "" where it is bad."""
        value = self.raw(key)
        if isinstance(value, str) and value.strip():
            return value
        self._refuse(key, value, "a text that is not empty")
        return ""

    def texts(self, key: str, *, empty: bool = False) -> tuple[str, ...]:
        """Texts, each once; at least one unless `empty`."""
        value = self.raw(key)
        if isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value):
            if len(set(value)) < len(value):
                self.bad(key, f"must name each once, not {shown(value)}")
            elif value or empty:
                return tuple(value)
        self._refuse(key, value, f"a list of {'' if empty else 'one or more '}texts, each once")
        return ()

    def choice(self, key: str, kind: type[Choice], stand_in: Choice | None = None) -> Choice:
        """One of an enumeration's values; `stand_in`, or else its first, where it is bad."""
        value = self.raw(key)
        if isinstance(value, str) and value in list(kind):
            return kind(value)
        self._refuse(key, value, f"one of {quoted(kind)}")
        return stand_in or next(iter(kind))

    def choices(self, key: str, kind: type[Choice], *, empty: bool = False) -> tuple[Choice, ...]:
        """Several of an enumeration's values, each once; at least one unless `empty`."""
        names = self.texts(key, empty=empty)
        for name in names:
            if name not in list(kind):
                self.bad(key, f"must name only {quoted(kind)}, not {shown(name)}")
        return tuple(kind(name) for name in names if name in list(kind))

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self.raw(key)
        if isinstance(value, bool):
            return value
        self._refuse(key, value, "true or false")
        return False

    def whole(self, key: str, *, least: int, most: int = 1_000) -> int:
        """A whole number from `least` to `most`."""
        value = self.raw(key)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._refuse(key, value, f"a whole number from {least} to {most}")
        return least

    def number(self, key: str, *, above: float, below: float) -> float:
        """A number between two bounds, neither included."""
        value = self.raw(key)
        if isinstance(value, int | float) and _is_number(value) and above < value < below:
            return float(value)
        self._refuse(key, value, f"a number above {above:g} and below {below:g}")
        return below

    def span(self, key: str, unit: timedelta) -> timedelta:
        """A length of time above zero and at most a year, in hours or minutes as `unit` says."""
        value = self.raw(key)
        if isinstance(value, int | float) and _is_number(value) and 0 < value <= _LONGEST / unit:
            return value * unit
        limit = (
            ""
            if _is_number(value) and isinstance(value, int | float) and value <= 0
            else " and within a year"
        )
        self._refuse(key, value, f"{_UNITS[unit]} above 0{limit}")
        return unit

    def spans(self, key: str, unit: timedelta) -> tuple[timedelta, ...]:
        """Lengths of time from zero to a year, each once."""
        value = self.raw(key)
        if isinstance(value, list) and len(set(map(str, value))) == len(value) > 0:
            spans = tuple(item * unit for item in value if _is_number(item) and 0 <= item <= _LONGEST / unit)
            if len(spans) == len(value):
                return spans
        self._refuse(key, value, f"a list of {_UNITS[unit]}, 0 or more, within a year and each once")
        return (unit,)

    def day(self, key: str) -> date:
        """A date."""
        value = self.raw(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self._refuse(key, value, "a date such as 2026-11-30")
        return date.min

    def days(self, key: str) -> frozenset[date]:
        """Dates, or none."""
        value = self.raw(key)
        if isinstance(value, list) and all(
            isinstance(i, date) and not isinstance(i, datetime) for i in value
        ):
            return frozenset(value)
        self._refuse(key, value, "a list of dates such as [2026-12-25]")
        return frozenset()

    def time_of_day(self, key: str) -> time:
        """A time of day, to the minute."""
        value = self.raw(key)
        if isinstance(value, time) and not value.second and not value.microsecond:
            return value
        self._refuse(key, value, "a time of day such as 09:00:00, to the minute")
        return time()

    def local_instant(self, key: str) -> datetime | None:
        """A date and time without an offset, as clocks show it; None where it is bad."""
        value = self.raw(key)
        if isinstance(value, datetime) and value.tzinfo is not None:
            self.bad(
                key,
                f"must be a local time without an offset, in the organization's zone, not {value.isoformat()}",
            )
        elif isinstance(value, datetime) and _EARLIEST_YEAR <= value.year <= _LATEST_YEAR:
            return value
        else:
            self._refuse(key, value, "a local date and time such as 2026-11-30T09:00:00")
        return None
