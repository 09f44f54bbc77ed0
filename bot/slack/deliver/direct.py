"""A message that follows from a change: its key for ever, where it stands, and how it reads now."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.terms import PersonId
from bot.slack.views.kit import Message
from bot.store.lines import LineKind


class Where(StrEnum):
    """Where a message stands that is for no single person."""

    THREAD = "thread"
    """In the thread of the change's card."""
    INCIDENTS = "incidents"
    """In the incident channel."""


@dataclass(frozen=True, slots=True)
class Direct:
    """One message to a person, or to everybody in a channel."""

    key: str
    kind: LineKind
    to: PersonId | Where
    message: Message

    @property
    def person(self) -> PersonId | None:
        """For whom alone it is."""
        return None if isinstance(self.to, Where) else self.to
