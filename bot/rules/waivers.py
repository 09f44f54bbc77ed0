"""Waivers: an environment that one version may leave out, by an Engineering Director's word (G-ENV-2)."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.terms import EnvironmentName, PersonId, Words


@dataclass(frozen=True, slots=True)
class Waiver:
    """Asked for by the requester for one version and one environment; decided once.

    Granted, it takes effect when G-APP-1 and G-STD-1 to G-STD-4 are met (`effective_at`), and ends at `expires_at`.
    """

    number: int
    environment: EnvironmentName
    version: str
    reason: Words
    expires_at: datetime
    asked_by: PersonId
    asked_at: datetime
    granted_by: PersonId | None = None
    granted_at: datetime | None = None
    deputy_for: PersonId | None = None
    refused_by: PersonId | None = None
    refused_reason: Words | None = None
    refused_at: datetime | None = None
    effective_at: datetime | None = None
    expired_at: datetime | None = None

    @property
    def undecided(self) -> bool:
        """Whether a Director has still to decide, in time."""
        return self.granted_at is None and self.refused_at is None and self.expired_at is None

    @property
    def granted(self) -> bool:
        """Whether it was granted and has not run out."""
        return self.granted_at is not None and self.expired_at is None

    @property
    def in_effect(self) -> bool:
        """Whether the environment counts as done."""
        return self.granted and self.effective_at is not None
