"""What is known of the reminders of one asking: how many were sent, and who put them off."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.terms import PersonId, Phase


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many reminders of one asking were sent. `round` is the asking's."""

    round: int
    step: int


@dataclass(frozen=True, slots=True)
class Snooze:
    """A person's wish not to be reminded of one asking before a time."""

    phase: Phase
    round: int
    person: PersonId
    until: datetime
