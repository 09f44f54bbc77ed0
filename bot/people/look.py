"""One look at many changes: what stands beside the organization's file is read once, and each roster made once."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sqlalchemy import Connection

from bot.people.company import Company
from bot.rules.change import Change
from bot.rules.freezing import Freeze
from bot.rules.organization import Roster
from bot.rules.organization_outside import Outside
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role, ServiceName
from bot.store import freezes


@dataclass(frozen=True, slots=True)
class Look:
    """The company as it is at one instant of business time, aware, UTC."""

    company: Company
    now: datetime
    outside: Outside
    freezes: tuple[Freeze, ...] = ()
    """All that are in force or ahead."""
    _rosters: dict[tuple[ServiceName, datetime | None], Roster] = field(default_factory=dict)

    @classmethod
    def at(cls, company: Company, connection: Connection, now: datetime) -> Self:
        """Look now."""
        return cls(company, now, company.outside(connection, now), freezes.all_unended(connection, now))

    def freezes_of(self, service: ServiceName) -> tuple[Freeze, ...]:
        """Those of a service."""
        return tuple(freeze for freeze in self.freezes if freeze.is_for(service))

    def roster(self, service: ServiceName, window_start: datetime | None = None) -> Roster:
        """Who holds which role for a service, now and at a window's start."""
        key = service, window_start
        if key not in self._rosters:
            self._rosters[key] = self.company.roster(service, self.now, window_start, self.outside)
        return self._rosters[key]

    def roster_for(self, change: Change) -> Roster:
        """Who holds which role for a change's service, now and at its window's start."""
        return self.roster(change.service, change.window.span.start if change.window else None)

    def setting(self, connection: Connection, change: Change) -> Setting:
        """All that a decision on a change depends on, beside itself."""
        return self.company.setting(connection, change, self.now, change.version, self.outside)

    def is_engineer(self, person: PersonId) -> bool:
        """Whether the person is an engineer of any service."""
        return any(
            person in self.roster(service).holders(Role.ENGINEER)
            for service in self.company.organization.services
        )

    def services_of(self, person: PersonId) -> tuple[ServiceName, ...]:
        """The services for which a person holds a role now, or is in the rota at all."""
        organization = self.company.organization
        in_rota = person not in self.outside.barred
        return tuple(
            service
            for service in organization.services
            if self.roster(service).roles_of(person)
            or (
                in_rota
                and any(shift.is_for(service) and person in shift.people for shift in organization.rota)
            )
        )
