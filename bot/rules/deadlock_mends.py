"""The smallest change that makes stuck signatures possible: another holder of a role or, where that is less, a switch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations_with_replacement
from typing import Final

from bot.rules.deadlock_moments import Moment
from bot.rules.deadlock_needs import Need, lack, needs_of
from bot.rules.deadlock_stuck import Stuck
from bot.rules.guide import Guide
from bot.rules.organization import Organization
from bot.rules.terms import PersonId, Role, ServiceName


class Switch(StrEnum):
    """A switch of the guide that loosens who signs, as the organization's file writes it under [guide]."""

    MANY_ROLES = "allow_one_person_many_roles = true"
    SELF_APPROVAL = "allow_self_approval = true"
    REQUESTER_MAY_SIGN = "hotfix.requester_may_sign = 1"


_TURNED: Final[Mapping[Switch, Callable[[Guide], Guide]]] = {
    Switch.MANY_ROLES: lambda guide: replace(guide, allow_one_person_many_roles=True),
    Switch.REQUESTER_MAY_SIGN: lambda guide: replace(
        guide, hotfix=replace(guide.hotfix, requester_may_sign=max(1, guide.hotfix.requester_may_sign))
    ),
    Switch.SELF_APPROVAL: lambda guide: replace(guide, allow_self_approval=True),
}


@dataclass(frozen=True, slots=True)
class Addition:
    """One more holder of a role; `person` None is somebody whom the company does not have yet, or not to spare."""

    role: Role
    person: PersonId | None


@dataclass(frozen=True, slots=True)
class Mend:
    """Additions for these services, or a switch."""

    services: tuple[ServiceName, ...]
    additions: tuple[Addition, ...] = ()
    switch: Switch | None = None


_FITTING: Final[Mapping[Role, tuple[Role, ...]]] = {
    Role.PRODUCT_MANAGER: (Role.PRODUCT, Role.ENGINEERING_MANAGER, Role.ENGINEERING_DIRECTOR),
    Role.ENGINEERING_MANAGER: (Role.ENGINEERING_DIRECTOR, Role.DEVELOPMENT_TEAM_LEAD, Role.TECH_LEAD),
    Role.ENGINEERING_DIRECTOR: (Role.ENGINEERING_MANAGER,),
    Role.TECH_LEAD: (Role.DEVELOPMENT_TEAM_LEAD, Role.ENGINEER),
    Role.DEVELOPMENT_TEAM_LEAD: (Role.TECH_LEAD, Role.ENGINEERING_MANAGER, Role.ENGINEER),
    Role.QA: (Role.ENGINEER, Role.TECH_LEAD, Role.DEVELOPMENT_TEAM_LEAD),
    Role.PRODUCT: (Role.PRODUCT_MANAGER,),
    Role.ON_CALL: (Role.ENGINEER, Role.TECH_LEAD),
    Role.ENGINEER: (Role.TECH_LEAD, Role.DEVELOPMENT_TEAM_LEAD),
}
"""Whose work is near enough to a role's that they can be its deputy; nearest first."""

_NEW: Final = ("+1", "+2", "+3", "+4", "+5", "+6", "+7", "+8", "+9", "+10")


def smallest_mend(together: Sequence[Stuck], organization: Organization) -> Mend | None:
    """What mends all of these with the fewest additions, by people whom the company has where they fit.

    A switch counts as smaller than two additions, not as smaller than one. None where nothing of this kind helps.
    """
    services = tuple(dict.fromkeys(stuck.moment.service for stuck in together))
    for size in range(1, max(len(stuck.need.places) for stuck in together) + 1):
        if size > 1 and (switch := _switch(together, organization.guide)):
            return Mend(services, switch=switch)
        for roles in combinations_with_replacement(_roles(together), size):
            new = [Addition(role, None) for role in roles]
            if _mended(together, new):
                return Mend(services, additions=_by_people(together, new, tuple(organization.names())))
    return None


def _roles(together: Sequence[Stuck]) -> tuple[Role, ...]:
    """The roles that are wanted, those first that stand first in their row."""
    return tuple(
        dict.fromkeys(
            role
            for stuck in together
            for roles in (
                *(wanted for shortage in stuck.lack for wanted in shortage.wanted),
                *(place.roles for place in stuck.need.places),
            )
            for role in roles
        )
    )


def _by_people(
    together: Sequence[Stuck], new: list[Addition], people: Sequence[PersonId]
) -> tuple[Addition, ...]:
    """The same additions with people whom the company has, as far as that mends as much."""
    additions = list(new)
    for place, addition in enumerate(new):
        for person in _fitting(addition.role, together, people):
            trial = [*additions[:place], Addition(addition.role, person), *additions[place + 1 :]]
            if _mended(together, trial):
                additions = trial
                break
    return tuple(additions)


def _fitting(role: Role, together: Sequence[Stuck], people: Sequence[PersonId]) -> Iterator[PersonId]:
    """Those of `people` who hold a role near this one wherever it is needed, and not the role itself."""
    moments = list({id(stuck.moment): stuck.moment for stuck in together}.values())
    seen = {person for moment in moments for person in moment.holders[role]}
    if role is Role.ON_CALL:
        seen |= {person for moment in moments if len(moment.on_call) > 1 for person in moment.rota}
    for near in _FITTING[role]:
        everywhere = frozenset.intersection(*(moment.holders[near] for moment in moments)) - seen
        yield from (person for person in people if person in everywhere)
        seen |= everywhere


def _mended(together: Sequence[Stuck], additions: Sequence[Addition]) -> bool:
    """Whether nothing of it is stuck once these people hold these roles as well."""
    joined: dict[int, Moment] = {}
    settled: set[object] = set()
    for stuck in together:
        moment = joined.get(id(stuck.moment)) or _join(stuck.moment, additions)
        joined[id(stuck.moment)] = moment
        able = tuple(moment.able(place, stuck.absent) for place in stuck.need.places)
        for requester in stuck.requesters:
            counts = tuple(requester in people for people in able)
            problem = (stuck.need, able, requester if any(counts) else None)
            if problem not in settled and lack(stuck.need, able, requester):
                return False
            settled.add(problem)
    return True


def _join(moment: Moment, additions: Sequence[Addition]) -> Moment:
    for number, addition in enumerate(additions):
        moment = moment.joined_by(addition.person or PersonId(_NEW[number]), addition.role)
    return moment


def _switch(together: Sequence[Stuck], guide: Guide) -> Switch | None:
    for switch, turn in _TURNED.items():
        needs = needs_of(turn(guide))
        if all(_possible(stuck, need) for stuck in together for need in needs if _same(need, stuck.need)):
            return switch
    return None


def _same(one: Need, other: Need) -> bool:
    return (one.step, one.clause, one.hours) == (other.step, other.clause, other.hours)


def _possible(stuck: Stuck, need: Need) -> bool:
    able = tuple(stuck.moment.able(place, stuck.absent) for place in need.places)
    return not any(lack(need, able, requester) for requester in stuck.requesters)
