"""Can every change be approved? For each service, type, requester, class of hours, turn of the rota and one absence.

A change needs several rows of signatures, and across rows one person may act in two roles: so each row is looked at for
itself, and a change is stuck when one of its rows is. A window that touches both classes of hours needs both rows, and is
stuck when either is. Who holds a role is asked of the organization's file alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.rules.deadlock_mends import Mend, smallest_mend
from bot.rules.deadlock_moments import UNSEEN, Coverage, Moment, coverage, moments_of
from bot.rules.deadlock_needs import Lack, Need, needs_of
from bot.rules.deadlock_stuck import Stuck, search
from bot.rules.guide import Guide
from bot.rules.organization import Organization
from bot.rules.organization_outside import FILE_ONLY, Outside
from bot.rules.terms import PersonId, Role, ServiceName

Teams = tuple[tuple[PersonId, ...], ...]


RolesOfServices = tuple[tuple[Role, tuple[ServiceName, ...]], ...]
"""Roles, each with the services for which something is so."""


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Changes that cannot be approved for one and the same reason, and what mends that."""

    absent: PersonId | None
    """Who is away; None when it is so with everybody there."""
    lack: Lack
    needs: tuple[Need, ...]
    """The signatures that cannot be given, with the types of change and the hours."""
    services: tuple[ServiceName, ...]
    requesters: frozenset[PersonId] | None
    """Whose changes; None for everybody's."""
    teams: Teams | None
    """Who is on call when it is so; None when it is so whoever is."""
    mend: Mend | None
    stuck: tuple[Stuck, ...]
    """Each single thing of it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look at a company's guide, people and rota finds."""

    deadlocks: tuple[Deadlock, ...]
    vacant: RolesOfServices
    """The guide's roles that nobody holds."""
    unseen: RolesOfServices
    """Roles with a user group of which it is not known who is in it."""
    coverage: tuple[tuple[Coverage, tuple[ServiceName, ...]], ...]
    """When the rota says who is on call; services that share a rota together."""

    @property
    def stuck(self) -> bool:
        """Whether there is a change that cannot be approved, or a service for which nobody can ask."""
        return bool(self.deadlocks) or any(role is Role.ENGINEER for role, _ in self.vacant)


def find_deadlocks(organization: Organization, outside: Outside = FILE_ONLY) -> Findings:
    """Look at the whole company, as its file and what is known beside it say.

    A user group whose members nobody names is taken for enough people, and said to be unseen.
    """
    moments = moments_of(organization, outside)
    found = search(moments, needs_of(organization.guide))
    return Findings(
        deadlocks=tuple(_deadlocks(found, moments, organization)),
        vacant=_vacant(organization.guide, moments),
        unseen=_by_service(moments, lambda moment, role: moment.holders[role] >= UNSEEN),
        coverage=_coverage(organization),
    )


_Reason = tuple[PersonId | None, Lack]
_Whose = tuple[frozenset[PersonId] | None, Teams | None]


def _deadlocks(
    found: Sequence[Stuck], moments: Sequence[Moment], organization: Organization
) -> Iterator[Deadlock]:
    of_service: dict[ServiceName, list[Moment]] = defaultdict(list)
    for moment in moments:
        of_service[moment.service].append(moment)
    alike: dict[tuple[_Reason, Need, ServiceName], list[Stuck]] = defaultdict(list)
    for each in found:
        alike[(each.absent, each.lack), each.need, each.moment.service].append(each)
    by_service: dict[tuple[_Reason, _Whose, ServiceName], dict[Need, list[Stuck]]] = defaultdict(dict)
    for (reason, need, service), some in alike.items():
        by_service[reason, _whose(some, of_service[service]), service][need] = some
    merged: dict[tuple[_Reason, _Whose, tuple[Need, ...]], dict[ServiceName, list[Stuck]]]
    merged = defaultdict(dict)
    for (reason, whose, service), of_need in by_service.items():
        merged[reason, whose, tuple(of_need)][service] = [each for some in of_need.values() for each in some]
    for ((absent, lack), (requesters, teams), needs), of in merged.items():
        services = tuple(of)
        together = tuple(each for some in of.values() for each in some)
        mend = smallest_mend(together, organization)
        yield Deadlock(absent, lack, needs, services, requesters, teams, mend, together)


def _whose(some: Sequence[Stuck], moments: Sequence[Moment]) -> _Whose:
    """Whose changes are stuck, and in which turns of the rota, where it is not everybody's or not always."""
    absent = some[0].absent
    requesters = frozenset[PersonId]().union(*(each.requesters for each in some))
    in_moment = {id(each.moment): each.requesters for each in some}
    everybody = all(each.requesters >= each.moment.requesters - {absent} for each in some)
    always = all(
        in_moment.get(id(moment), frozenset()) >= (requesters & moment.requesters) - {absent}
        for moment in moments
    )
    if everybody:
        always = len(in_moment) == len(moments)
    teams = None if always else tuple(dict.fromkeys(each.moment.on_call for each in some))
    return None if everybody else requesters, teams


def _vacant(guide: Guide, moments: Sequence[Moment]) -> RolesOfServices:
    asked_for = _asked_for(guide)
    held = {(role, moment.service) for moment in moments for role in Role if moment.holders[role]}
    return _by_service(moments, lambda moment, role: role in asked_for and (role, moment.service) not in held)


def _by_service(moments: Sequence[Moment], is_so: Callable[[Moment, Role], bool]) -> RolesOfServices:
    found = (
        (role, tuple(dict.fromkeys(moment.service for moment in moments if is_so(moment, role))))
        for role in Role
    )
    return tuple((role, services) for role, services in found if services)


def _asked_for(guide: Guide) -> frozenset[Role]:
    """Every role that the guide gives something to do."""
    signing = (role for need in needs_of(guide) for place in need.places for role in place.roles)
    return frozenset(
        (
            Role.ENGINEER,
            *signing,
            *guide.waivers.granted_by,
            *guide.freezes.declared_by,
            *guide.freezes.excepted_by,
            *guide.delegation.named_by,
            *guide.monitoring.roles,
            *guide.monitoring.escalates_to,
            *guide.hotfix.alarmed,
            *guide.hotfix.chase_escalates_to,
            *guide.review.overdue_to,
            *guide.review.extended_by,
            *guide.rollback.alarmed,
            *guide.rollback.started_by,
            *guide.rollback.settled_by,
            *guide.rollback.failure_alarms,
            *guide.asking.escalates_to,
        )
    )


def _coverage(organization: Organization) -> tuple[tuple[Coverage, tuple[ServiceName, ...]], ...]:
    alike: dict[Coverage, list[ServiceName]] = defaultdict(list)
    for service in organization.services:
        covered = coverage(organization, service)
        if covered is not None:
            alike[covered].append(service)
    return tuple((covered, tuple(services)) for covered, services in alike.items())
