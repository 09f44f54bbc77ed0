"""Deputies: who acts in a role for whom. A use of such a role is recorded with both names (delegation)."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from bot.rules.terms import PersonId, Role, ServiceName

DelegationId = NewType("DelegationId", int)


@dataclass(frozen=True, slots=True)
class Deputizing:
    """A role in which somebody acts as deputy. `principal` is the holder, or None where the role had none."""

    role: Role
    principal: PersonId | None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A deputy named for a role and a span of time, half-open, in aware UTC; `service` None means all services."""

    id: DelegationId
    role: Role
    service: ServiceName | None
    principal: PersonId | None
    deputy: PersonId
    starts: datetime
    ends: datetime
    named_by: PersonId
    ended_at: datetime | None = None

    def covers(self, service: ServiceName, at: datetime) -> bool:
        """Whether it counts for a service at an instant."""
        if self.service not in {None, service} or not self.starts <= at < self.ends:
            return False
        return self.ended_at is None or at < self.ended_at
