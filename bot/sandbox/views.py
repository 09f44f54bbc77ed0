"""Modals, stacked per person, and Homes."""

import copy
import secrets
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.blocks import Values, completed, values_of
from bot.sandbox.refusal import Json, RefusalError

STACKED: Final = 3


@dataclass(slots=True)
class View:
    """An open modal, or a Home: what the bot asked for, and what the person typed into it.

    `changed` is the number of the person's act during which it was opened or updated last; `errors` are
    the sentences beside its fields, by block id.
    """

    id: str
    user: str
    content: Json
    hash: str
    root: str
    previous: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None
    changed: int = 0

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, with their ids."""
        blocks: list[Json] = self.content["blocks"]
        return blocks

    def show(self, content: Json, during: int) -> None:
        """Take new content; what was typed stays where block and action are the same."""
        self.content = {**copy.deepcopy(content), "blocks": completed(content["blocks"])}
        self.values = values_of(self.blocks, self.values)
        self.hash = f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"
        self.errors = {}
        self.trouble = None
        self.changed = during


def new_view(user: str, content: Json, during: int, under: View | None = None) -> View:
    """A view for a person; `under` is the modal that it is pushed onto."""
    view_id = f"V{secrets.token_hex(5).upper()}"
    view = View(view_id, user, {}, "", under.root if under else view_id, under.id if under else None)
    view.show(content, during)
    return view


class OpenViews:
    """Who has which modals open, and each person's Home. The workspace's lock guards it."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """A person's open modals, the top one last."""
        return self._stacks.setdefault(user, [])

    def top(self, user: str) -> View | None:
        """The modal that a person sees."""
        stack = self.stack(user)
        return stack[-1] if stack else None

    def open(self, view: View) -> None:
        """Show a modal in place of whatever was open."""
        self._check_external_id(view)
        self._stacks[view.user] = [view]

    def push(self, view: View) -> None:
        """Show a modal on top.

        Raises:
            RefusalError: `push_limit_reached` when three are open, `duplicate_external_id`.
        """
        stack = self.stack(view.user)
        if len(stack) >= STACKED:
            raise RefusalError("push_limit_reached")
        self._check_external_id(view)
        stack.append(view)

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """An open modal or a Home by id.

        Raises:
            RefusalError: `not_found`.
        """
        for view in self._all():
            if view_id is not None and view.id == view_id:
                return view
            if external_id and view_id is None and view.content.get("external_id") == external_id:
                return view
        raise RefusalError("not_found")

    def close(self, view: View) -> None:
        """Take a modal away; the one under it shows again."""
        stack = self.stack(view.user)
        if view in stack:
            stack.remove(view)

    def clear(self, user: str) -> None:
        """Take all modals of a person away."""
        self._stacks[user] = []

    def _all(self) -> list[View]:
        stacked = [view for stack in self._stacks.values() for view in stack]
        return stacked + list(self.homes.values())

    def _check_external_id(self, view: View) -> None:
        external_id = view.content.get("external_id")
        if external_id and any(other.content.get("external_id") == external_id for other in self._all()):
            raise RefusalError("duplicate_external_id")
