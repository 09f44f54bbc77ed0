"""The small kit that the shapes are written with: where a value stands, and what may stand there."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Surface = Literal["message", "modal", "home"]
Check = Callable[[object, "Spot"], None]


@dataclass(slots=True)
class Findings:
    """What was found in one message or view so far."""

    surface: Surface
    unique_action_ids: bool = True
    problems: list[str] = field(default_factory=list)
    block_ids: set[str] = field(default_factory=set)
    action_ids: set[str] = field(default_factory=set)
    focused: int = 0
    inputs: int = 0
    tables: int = 0
    charts: int = 0
    characters: int = 0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the payload, as a JSON pointer, and the findings that it adds to."""

    pointer: str
    findings: Findings

    def at(self, key: str | int) -> "Spot":
        """The place one step further in."""
        return replace(self, pointer=f"{self.pointer}/{key}")

    def refuse(self, why: str) -> None:
        """Note a problem here, in the form that Slack gives it."""
        self.findings.problems.append(f"[ERROR] {why} [json-pointer:{self.pointer}]")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object."""

    check: Check
    required: bool = False


def need(check: Check) -> Field:
    """A field that must be there."""
    return Field(check, required=True)


def may(check: Check) -> Field:
    """A field that can be there."""
    return Field(check)


def string(most: int, least: int = 1) -> Check:
    """A string of `least` to `most` characters."""

    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, str):
            spot.refuse("must be a string")
        elif len(value) > most:
            spot.refuse(f"must be less than {most + 1} characters")
        elif len(value) < least:
            spot.refuse(f"must be more than {least - 1} characters")

    return check


def integer(least: int, most: int) -> Check:
    """A whole number within bounds; true and false are none."""

    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            spot.refuse("must be an integer")
        elif not least <= value <= most:
            spot.refuse(f"must be between {least} and {most}")

    return check


def boolean(value: object, spot: Spot) -> None:
    """True or false."""
    if not isinstance(value, bool):
        spot.refuse("must be a boolean")


def one_of(*allowed: str) -> Check:
    """One of a few words."""

    def check(value: object, spot: Spot) -> None:
        if value not in allowed:
            spot.refuse(f"must be a valid enum value ({', '.join(allowed)})")

    return check


def items(each: Check, most: int, least: int = 1) -> Check:
    """A list of `least` to `most` items."""

    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, list):
            spot.refuse("must be an array")
            return
        if len(value) > most:
            spot.refuse(f"no more than {most} items allowed")
        if len(value) < least:
            spot.refuse(f"must provide at least {least} items")
        for index, item in enumerate(value):
            each(item, spot.at(index))

    return check


def fields(
    allowed: Mapping[str, Field], also: Callable[[Mapping[str, object], Spot], None] | None = None
) -> Check:
    """An object with these fields and no others; `also` looks at it as a whole, once its fields are right."""

    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, dict):
            spot.refuse("must be an object")
            return
        before = len(spot.findings.problems)
        for name in value.keys() - allowed.keys():
            spot.refuse(f"invalid additional property: {name}")
        for name, one in allowed.items():
            if name in value:
                one.check(value[name], spot.at(name))
            elif one.required:
                spot.refuse(f"missing required field: {name}")
        if also is not None and len(spot.findings.problems) == before:
            also(value, spot)

    return check


def by_type(kinds: Mapping[str, Check], allowed: Callable[[Spot], Collection[str]]) -> Check:
    """An object whose `type` says what it is; `allowed` names the types that may stand at a place."""

    def check(value: object, spot: Spot) -> None:
        if not isinstance(value, dict):
            spot.refuse("must be an object")
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            spot.refuse("missing required field: type")
        elif kind not in kinds or kind not in allowed(spot):
            spot.at("type").refuse(f"unsupported type: {kind}")
        else:
            kinds[kind](value, spot)

    return check
