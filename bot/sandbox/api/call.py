"""One call of a method: its arguments, and the table of methods."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Arguments:
    """A call's arguments, whether they came as a form, as JSON or in the query."""

    given: Json

    def text(self, name: str) -> str:
        """A string that must be there.

        Raises:
            RefusalError: `invalid_arguments`.
        """
        value = self.given.get(name)
        if value is None or value == "":
            raise RefusalError("invalid_arguments", (f"[ERROR] missing required field: {name}",))
        return str(value)

    def words(self, name: str) -> str | None:
        """A string that can be there."""
        value = self.given.get(name)
        return None if value is None else str(value)

    def flag(self, name: str) -> bool:
        """True or false; false where it is missing."""
        return str(self.given.get(name, "")).lower() in {"true", "1"}

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number between 1 and `most`.

        Raises:
            RefusalError: `invalid_limit`.
        """
        try:
            value = int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise RefusalError("invalid_limit") from None
        if not 1 <= value <= most:
            raise RefusalError("invalid_limit")
        return value

    def structure(self, name: str, error: str) -> object:
        """Something given as JSON, or as JSON within a string; None where it is missing or empty.

        Raises:
            RefusalError: `error`, where it cannot be read.
        """
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            read: object = json.loads(value)
        except ValueError:
            raise RefusalError(error) from None
        return read


Answer = Callable[[Workspace, Arguments], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of the Web API, the scope that it needs, if any, and whether it is called with the app's own token."""

    answer: Answer
    scope: str | None
    is_apps_own: bool = False


METHODS: Final[dict[str, Method]] = {}


def method(name: str, scope: str | None = None, *, is_apps_own: bool = False) -> Callable[[Answer], Answer]:
    """Enter a function into the table of methods."""

    def enter(answer: Answer) -> Answer:
        METHODS[name] = Method(answer, scope, is_apps_own)
        return answer

    return enter
