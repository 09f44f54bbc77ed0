"""Who holds which role for a service in each turn of its rota, and who is left of them when somebody is away."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, Self

from bot.rules.deadlock_needs import Place
from bot.rules.organization import Organization, Roster, Shift
from bot.rules.organization_outside import Outside
from bot.rules.terms import PersonId, Role, ServiceName

WITHOUT_A_ROTA: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The instant at which holders are asked for where no shift says a better one."""
_A_SHIFT_HAS: Final = 2
UNSEEN: Final = frozenset(PersonId(f"unseen {number}") for number in range(20))
"""Stand for the members of a user group of which nobody says who they are: taken for enough people, none of them known."""


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One service while certain people are on call: the turns of the rota in which it is so, and all holders of then."""

    service: ServiceName
    turns: tuple[datetime, ...]
    """When each such turn starts, aware, in UTC; none for a service without a rota."""
    on_call: tuple[PersonId, ...]
    rota: frozenset[PersonId]
    """Everybody who is ever on call for the service."""
    holders: Mapping[Role, frozenset[PersonId]]

    @property
    def requesters(self) -> frozenset[PersonId]:
        """Everybody known who can ask for a change: the engineers, with those on call."""
        return self.holders[Role.ENGINEER] - UNSEEN

    def able(self, place: Place, absent: PersonId | None = None) -> frozenset[PersonId]:
        """Everybody who can fill a place while `absent` is away.

        Whoever is on call and away has handed over the turn: anybody else in the service's rota can have taken it.
        """
        people = frozenset[PersonId]().union(*(self.holders[role] for role in place.roles))
        if absent is None:
            return people
        if Role.ON_CALL in place.roles and absent in self.on_call:
            people |= self.rota
        return people - {absent}

    def joined_by(self, person: PersonId, role: Role) -> Self:
        """The same moment with one more holder; on call as the shift's second, or taking turns where it has two."""
        holders = {**self.holders, role: self.holders[role] | {person}}
        if role is not Role.ON_CALL:
            return replace(self, holders=holders)
        if len(self.on_call) == _A_SHIFT_HAS:
            return replace(self, rota=self.rota | {person})
        on_call = tuple(dict.fromkeys((*self.on_call, person)))
        holders[Role.ENGINEER] = self.holders[Role.ENGINEER] | {person}
        return replace(self, rota=self.rota | {person}, on_call=on_call, holders=holders)


def moments_of(organization: Organization, outside: Outside) -> tuple[Moment, ...]:
    """Every moment of every service that differs from the others, in the file's order."""
    return tuple(
        moment for service in organization.services for moment in _moments(organization, service, outside)
    )


def _moments(organization: Organization, service: ServiceName, outside: Outside) -> Iterator[Moment]:
    shifts = tuple(shift for shift in organization.rota if shift.is_for(service))
    asked = replace(organization, rota=shifts)  # the same answers, without a look at other services' shifts
    turns: dict[tuple[PersonId, ...], list[datetime]] = {}
    for shift in shifts:
        turns.setdefault(shift.people, []).append(shift.starts)
    rota = frozenset(person for people in turns for person in people)
    for people, starts in turns.items() or [((), [])]:
        at = starts[0] if starts else WITHOUT_A_ROTA
        roster = Roster.at(asked, service, at, outside=outside)
        holders = {
            role: frozenset(roster.holders(role)) | (UNSEEN if role in roster.silent else frozenset())
            for role in Role
        }
        yield Moment(service, tuple(starts), people, rota, holders)


@dataclass(frozen=True, slots=True)
class Coverage:
    """From when to when a rota says who is on call (aware, UTC), and the times in between for which it does not."""

    starts: datetime
    ends: datetime
    gaps: tuple[tuple[datetime, datetime], ...]


def coverage(organization: Organization, service: ServiceName) -> Coverage | None:
    """The times that the rota covers for a service; None without a shift."""
    shifts = sorted(
        (shift for shift in organization.rota if shift.is_for(service)), key=lambda shift: shift.starts
    )
    if not shifts:
        return None
    return Coverage(shifts[0].starts, max(shift.ends for shift in shifts), tuple(_gaps(shifts)))


def _gaps(shifts: Iterable[Shift]) -> Iterator[tuple[datetime, datetime]]:
    for earlier, later in pairwise(shifts):
        if later.starts - earlier.ends > timedelta(0):
            yield earlier.ends, later.starts
