"""Change freezes as values: when no standard change of a service starts, unless a Director excepts it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from bot.rules.terms import PersonId, ServiceName, Words
from bot.rules.words import join_names

FreezeId = NewType("FreezeId", int)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A declared change freeze, half-open, in aware UTC. `services` empty means all of them."""

    id: FreezeId
    services: frozenset[ServiceName]
    starts: datetime
    ends: datetime
    reason: Words
    by: PersonId
    lifted_at: datetime | None = None

    def is_for(self, service: ServiceName) -> bool:
        """Whether it concerns a service."""
        return not self.services or service in self.services

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at an instant."""
        return self.lifted_at is None and self.starts <= at < self.ends


@dataclass(frozen=True, slots=True)
class FreezeException:
    """A Director's leave for one change to go on during a freeze."""

    freeze: FreezeId
    by: PersonId
    reason: Words
    at: datetime
    deputy_for: PersonId | None = None


def services_label(freeze: Freeze) -> str:
    """Which services it is for, as people read it: "payments and search", "all services"."""
    return join_names(sorted(freeze.services), "and") if freeze.services else "all services"
