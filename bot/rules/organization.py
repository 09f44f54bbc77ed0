"""The company that the guide is applied to: its services, people, roles and rota, as its file says.

`organization_reading.parse_organization` makes an `Organization` of the file's text. Who holds a role also comes from
elsewhere (user groups, delegations); whatever the source, rules are given the answer as a `Roster`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NewType, Self
from zoneinfo import ZoneInfo

from bot.rules.guide import BusinessHours, Guide
from bot.rules.terms import PersonId, Role, ServiceName

ChannelId = NewType("ChannelId", str)
Handle = NewType("Handle", str)
"""The short name by which the organization's file speaks of a person."""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as the organization's file introduces them."""

    person: PersonId
    name: str
    handle: Handle


@dataclass(frozen=True, slots=True)
class Service:
    """A service: where its cards are, its own role holders, and its days off."""

    name: ServiceName
    channel: ChannelId
    roles: Mapping[Role, tuple[PersonId, ...]]
    """Holders for this service alone; those for all services stand in the organization."""
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Shift:
    """A turn of the rota, half-open, in aware UTC; `services` None covers all of them."""

    starts: datetime
    ends: datetime
    primary: PersonId
    secondary: PersonId | None = None
    services: frozenset[ServiceName] | None = None

    def covers(self, service: ServiceName, at: datetime) -> bool:
        """Say whether this turn is for `service` and includes the instant `at`."""
        return self.is_for(service) and self.starts <= at < self.ends

    def is_for(self, service: ServiceName) -> bool:
        """Say whether this turn is for `service`, whenever it is."""
        return self.services is None or service in self.services

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Primary first, then secondary; both are on call."""
        return (self.primary,) if self.secondary is None else (self.primary, self.secondary)


@dataclass(frozen=True, slots=True)
class Organization:
    """A company and the guide as it reads it."""

    name: str
    team: str
    """Slack's team id: people of other teams hold no role."""
    zone: ZoneInfo
    admin_channel: ChannelId
    audit_channel: ChannelId
    incident_channel: ChannelId
    services: Mapping[ServiceName, Service]
    people: Mapping[Handle, PersonEntry]
    roles: Mapping[Role, tuple[PersonId, ...]]
    """Holders for all services."""
    rota: tuple[Shift, ...]
    guide: Guide

    def holders(self, role: Role, service: ServiceName, at: datetime) -> tuple[PersonId, ...]:
        """Who holds `role` for `service` at the instant `at`, in the file's order, each once; nobody for an unknown service.

        On call are the rota's primary, then its secondary; whoever is on call is an engineer of the service, too.
        """
        if service not in self.services:
            return ()
        if role is Role.ON_CALL:
            return _each_once(
                person for shift in self.rota if shift.covers(service, at) for person in shift.people
            )
        named = (*self.roles.get(role, ()), *self.services[service].roles.get(role, ()))
        if role is Role.ENGINEER:
            named = (*named, *self.holders(Role.ON_CALL, service, at))
        return _each_once(named)

    def rota_knows(self, service: ServiceName, at: datetime) -> bool:
        """Say whether the rota names somebody for `service` at `at`."""
        return any(shift.covers(service, at) for shift in self.rota)

    def hours_of(self, service: ServiceName) -> BusinessHours:
        """The guide's business hours with the service's own holidays. KeyError for an unknown service."""
        return replace(self.guide.hours, holidays=self.guide.hours.holidays | self.services[service].holidays)

    def names(self) -> dict[PersonId, str]:
        """Everybody's name by Slack id, for sentences."""
        return {entry.person: entry.name for entry in self.people.values()}


@dataclass(frozen=True, slots=True)
class Roster:
    """The holders of each role for one service at two instants.

    *On call* means on call at the planned window's start, where the rota knows that, else now: without an answer for the
    window (`at_window` is None), the holders of now count for it.
    """

    now: Mapping[Role, tuple[PersonId, ...]]
    at_window: Mapping[Role, tuple[PersonId, ...]] | None = None

    @classmethod
    def at(
        cls,
        organization: Organization,
        service: ServiceName,
        now: datetime,
        window_start: datetime | None = None,
    ) -> Self:
        """Ask the organization's file, for `now` and for the window's start (both aware)."""
        if window_start is None or not organization.rota_knows(service, window_start):
            return cls(_all_holders(organization, service, now))
        return cls(
            _all_holders(organization, service, now), _all_holders(organization, service, window_start)
        )

    def holders(self, role: Role, *, for_window: bool = False) -> tuple[PersonId, ...]:
        """Who holds `role` now, or for the planned window; in the order in which they are named."""
        return self._at(for_window=for_window).get(role, ())

    def on_call_for_window(self) -> tuple[PersonId, ...]:
        """Who is on call at the planned window's start where the rota knows that, else now; primary first."""
        return self.holders(Role.ON_CALL, for_window=True)

    def roles_of(self, person: PersonId, *, for_window: bool = False) -> frozenset[Role]:
        """Every role that `person` holds, now or for the planned window."""
        return frozenset(role for role, people in self._at(for_window=for_window).items() if person in people)

    def _at(self, *, for_window: bool) -> Mapping[Role, tuple[PersonId, ...]]:
        return self.at_window if for_window and self.at_window is not None else self.now


def _all_holders(
    organization: Organization, service: ServiceName, at: datetime
) -> Mapping[Role, tuple[PersonId, ...]]:
    return {role: organization.holders(role, service, at) for role in Role}


def _each_once(people: Iterable[PersonId]) -> tuple[PersonId, ...]:
    return tuple(dict.fromkeys(people))
