"""What happened to the company as a whole rather than to one change: freezes, delegations, its file read anew."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.terms import PersonId, Role, ServiceName, Words


@dataclass(frozen=True, slots=True)
class FreezeDeclared:
    """No standard change of these services (none named: all) starts from `starts` up to `ends`."""

    freeze: FreezeId
    services: tuple[ServiceName, ...]
    starts: datetime
    ends: datetime
    reason: Words
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class FreezeLifted:
    """A freeze was ended before its time."""

    freeze: FreezeId
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class DelegationNamed:
    """Somebody acts in a role, for a holder or where there is none, for a span of time."""

    delegation: DelegationId
    role: Role
    service: ServiceName | None
    principal: PersonId | None
    deputy: PersonId
    starts: datetime
    ends: datetime
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class DelegationEnded:
    """A delegation was ended before its time."""

    delegation: DelegationId
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class OrganizationReloaded:
    """The organization's file changed and counts from now on; `digest` is SHA-256 of its text."""

    digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OrganizationRefused:
    """The organization's file changed and cannot be used; the one before still counts."""

    digest: str
    problem: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryTriedAgain:
    """Somebody had the messages that were given up tried again; `by` is None on the bot's own command line."""

    messages: int
    by: PersonId | None
    at: datetime


CompanyFact = (
    FreezeDeclared
    | FreezeLifted
    | DelegationNamed
    | DelegationEnded
    | OrganizationReloaded
    | OrganizationRefused
    | DeliveryTriedAgain
)
