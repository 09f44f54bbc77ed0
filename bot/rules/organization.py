"""The company that the guide is applied to: its services, people, roles and rota, as its file says.

`organization_reading.parse_organization` makes an `Organization` of the file's text. Who holds a role also comes from
elsewhere (user groups, delegations: `organization_outside`); whatever the source, rules get the answer as a `Roster`.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NewType, Self, TypeVar
from zoneinfo import ZoneInfo

from bot.rules.deputies import Deputizing
from bot.rules.guide import BusinessHours, Guide
from bot.rules.organization_outside import FILE_ONLY, GroupId, Outside, StandingDeputy
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
    calendar: Container[date] = frozenset()
    """The holidays of a named calendar, beside those that are listed."""
    groups: Mapping[Role, tuple[GroupId, ...]] = field(default_factory=dict)
    """User groups whose members hold a role for this service alone."""


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
    groups: Mapping[Role, tuple[GroupId, ...]] = field(default_factory=dict)
    """User groups whose members hold a role for all services."""
    deputies: tuple[StandingDeputy, ...] = ()

    def holders(
        self, role: Role, service: ServiceName, at: datetime, outside: Outside = FILE_ONLY
    ) -> tuple[PersonId, ...]:
        """Who holds `role` for `service` at the instant `at` by themselves: no deputies. Nobody for an unknown service.

        In the file's order, members of user groups last, each once. On call are the rota's primary, then its secondary;
        whoever is on call is an engineer of the service, too.
        """
        if service not in self.services:
            return ()
        named: tuple[PersonId, ...]
        if role is Role.ON_CALL:
            named = tuple(
                person for shift in self.rota if shift.covers(service, at) for person in shift.people
            )
        else:
            members = (outside.members.get(group, ()) for group in self.groups_of(role, service))
            named = (
                *self.roles.get(role, ()),
                *self.services[service].roles.get(role, ()),
                *(person for group in members for person in group),
            )
        if role is Role.ENGINEER:
            named = (*named, *self.holders(Role.ON_CALL, service, at))
        return _each_once(person for person in named if person not in outside.barred)

    def groups_of(self, role: Role, service: ServiceName) -> tuple[GroupId, ...]:
        """The user groups whose members hold `role` for a service."""
        return _each_once((*self.groups.get(role, ()), *self.services[service].groups.get(role, ())))

    def all_groups(self) -> tuple[GroupId, ...]:
        """Every user group that the file names."""
        tables = (self.groups, *(service.groups for service in self.services.values()))
        return _each_once(group for table in tables for groups in table.values() for group in groups)

    def groups_for(self, service: ServiceName) -> tuple[GroupId, ...]:
        """Every user group whose members hold a role for a service."""
        return _each_once(group for role in Role for group in self.groups_of(role, service))

    def everybody(self) -> frozenset[PersonId]:
        """Everybody whom the file introduces."""
        return frozenset(entry.person for entry in self.people.values())

    def named_for(self, service: ServiceName) -> frozenset[PersonId]:
        """Everybody whom the file names as holder or deputy of a role for a service, or ever in its rota."""
        tables = (self.roles, self.services[service].roles)
        return frozenset(
            (
                *(person for table in tables for people in table.values() for person in people),
                *(person for shift in self.rota if shift.is_for(service) for person in shift.people),
                *(each.deputy for each in self.deputies if each.is_for(service)),
            )
        )

    def acting(
        self, role: Role, service: ServiceName, at: datetime, outside: Outside
    ) -> Iterator[tuple[PersonId, Deputizing]]:
        """Whom the file and delegations name as deputies in `role` at `at`, whoever holds it by themselves among them.

        A deputy of somebody who does not hold the role, or no longer, is none. On call is read from the rota alone.
        """
        if role is Role.ON_CALL:
            return
        own = self.holders(role, service, at, outside)
        named = (
            *(
                (each.deputy, each.principal)
                for each in self.deputies
                if each.role is role and each.is_for(service)
            ),
            *(
                (each.deputy, each.principal)
                for each in outside.delegations
                if each.role is role and each.covers(service, at)
            ),
        )
        for deputy, principal in named:
            if deputy not in outside.barred and (principal is None or principal in own):
                yield deputy, Deputizing(role, principal)

    def rota_knows(self, service: ServiceName, at: datetime) -> bool:
        """Say whether the rota names somebody for `service` at `at`."""
        return any(shift.covers(service, at) for shift in self.rota)

    def hours_of(self, service: ServiceName) -> BusinessHours:
        """The guide's business hours with the service's own holidays. KeyError for an unknown service."""
        own, hours = self.services[service], self.guide.hours
        return replace(hours, holidays=hours.holidays | own.holidays, calendar=own.calendar)

    def names(self) -> dict[PersonId, str]:
        """Everybody's name by Slack id, for sentences."""
        return {entry.person: entry.name for entry in self.people.values()}


NOBODY_KNOWS = "Slack does not say who is in the role's user group, and no answer of the last hours is known: its members hold nothing"
"""Why somebody who should hold a role may not; without a full stop."""

Acting = Mapping[PersonId, tuple[Deputizing, ...]]
"""In which roles people act as deputies, and for whom."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The holders of each role for one service at two instants, deputies last.

    *On call* means on call at the planned window's start, where the rota knows that, else now: without an answer for the
    window (`at_window` is None), the holders of now count for it. Every other role is held at the moment of the act.
    """

    now: Mapping[Role, tuple[PersonId, ...]]
    at_window: Mapping[Role, tuple[PersonId, ...]] | None = None
    acting: Acting = field(default_factory=dict)
    acting_at_window: Acting = field(default_factory=dict)
    silent: frozenset[Role] = frozenset()
    """Roles with a user group of which nobody can say who is in it: its members hold nothing."""

    @classmethod
    def at(
        cls,
        organization: Organization,
        service: ServiceName,
        now: datetime,
        window_start: datetime | None = None,
        outside: Outside = FILE_ONLY,
    ) -> Self:
        """Ask the organization's file and what stands beside it, for `now` and for the window's start (both aware)."""
        held, acting = _all_holders(organization, service, now, now, outside)
        silent = _silent(organization, service, outside)
        if window_start is None or not organization.rota_knows(service, window_start):
            return cls(held, None, acting, silent=silent)
        at_window, acting_at_window = _all_holders(organization, service, now, window_start, outside)
        return cls(held, at_window, acting, acting_at_window, silent)

    def holders(self, role: Role, *, for_window: bool = False) -> tuple[PersonId, ...]:
        """Who holds `role` now, or for the planned window, deputies included; in the order in which they are named."""
        return self._at(for_window=for_window).get(role, ())

    def holders_of(self, roles: Iterable[Role]) -> tuple[PersonId, ...]:
        """Who holds any of these roles now, each once, in the order of the roles."""
        return _each_once(person for role in roles for person in self.holders(role))

    def own_holders(self, role: Role) -> tuple[PersonId, ...]:
        """Who holds `role` now by themselves, and may therefore name a deputy for it."""
        return tuple(person for person in self.holders(role) if not self.deputizing(person, (role,)))

    def on_call_for_window(self) -> tuple[PersonId, ...]:
        """Who is on call at the planned window's start where the rota knows that, else now; primary first."""
        return self.holders(Role.ON_CALL, for_window=True)

    def roles_of(self, person: PersonId, *, for_window: bool = False) -> frozenset[Role]:
        """Every role that `person` holds, now or for the planned window."""
        return frozenset(role for role, people in self._at(for_window=for_window).items() if person in people)

    def deputizing(
        self, person: PersonId, roles: Collection[Role], *, for_window: bool = False
    ) -> tuple[Deputizing, ...]:
        """In which of these roles `person` acts as deputy, and for whom, once for each role; nothing for their own ones."""
        acting = self.acting_at_window if for_window and self.at_window is not None else self.acting
        return tuple(each for each in acting.get(person, ()) if each.role in roles)

    def deputy_for(self, person: PersonId, role: Role, *, for_window: bool = False) -> PersonId | None:
        """The holder for whom `person` acts in `role`; None for their own role, and where it has no holder."""
        found = self.deputizing(person, (role,), for_window=for_window)
        return found[0].principal if found else None

    def acts_for(self, person: PersonId, roles: Collection[Role]) -> PersonId | None:
        """For whom `person` acts now in whichever of these roles they hold; None where they hold one of them themselves."""
        held = [role for role in roles if person in self.holders(role)]
        if any(not self.deputizing(person, (role,)) for role in held):
            return None
        return next((self.deputy_for(person, role) for role in held), None)

    def _at(self, *, for_window: bool) -> Mapping[Role, tuple[PersonId, ...]]:
        return self.at_window if for_window and self.at_window is not None else self.now


def _all_holders(
    organization: Organization, service: ServiceName, now: datetime, on_call_at: datetime, outside: Outside
) -> tuple[Mapping[Role, tuple[PersonId, ...]], Acting]:
    """The holders of every role, and who of them are deputies. Who is on call, and an engineer by that, is asked of then."""
    held: dict[Role, tuple[PersonId, ...]] = {}
    acting: dict[PersonId, tuple[Deputizing, ...]] = {}
    for role in Role:
        at = on_call_at if role in _BY_ROTA else now
        own = organization.holders(role, service, at, outside)
        deputies: dict[PersonId, Deputizing] = {}
        if service in organization.services:
            for person, deputizing in organization.acting(role, service, now, outside):
                if person not in own:
                    deputies.setdefault(person, deputizing)
        held[role] = (*own, *deputies)
        for person, deputizing in deputies.items():
            acting[person] = (*acting.get(person, ()), deputizing)
    return held, acting


_BY_ROTA = frozenset({Role.ON_CALL, Role.ENGINEER})


def _silent(organization: Organization, service: ServiceName, outside: Outside) -> frozenset[Role]:
    if service not in organization.services:
        return frozenset()
    return frozenset(
        role
        for role in Role
        if any(group not in outside.members for group in organization.groups_of(role, service))
    )


_Each = TypeVar("_Each")


def _each_once(things: Iterable[_Each]) -> tuple[_Each, ...]:
    return tuple(dict.fromkeys(things))
