"""A small company for random walks: who is what, who acts for whom, what is frozen – read from what was recorded alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.company_facts import (
    CompanyFact,
    DelegationEnded,
    DelegationNamed,
    FreezeDeclared,
    FreezeLifted,
)
from bot.rules.freezing import FreezeId
from bot.rules.terms import EnvironmentName, PersonId, Role

Holders = Mapping[Role, tuple[PersonId, ...]]
THREE = tuple(map(EnvironmentName, ("development", "staging", "production")))
FOUR = tuple(map(EnvironmentName, ("development", "integration", "staging", "production")))


@dataclass
class Company:
    """Who is what by themselves; who is on call differs from day to day. `recorded` is what happened to the company."""

    holders: Holders
    on_call_on: Callable[[datetime], tuple[PersonId, ...]]
    zone: ZoneInfo
    environments: tuple[EnvironmentName, ...] = THREE
    recorded: list[CompanyFact] = field(default_factory=list)

    @property
    def middle(self) -> tuple[EnvironmentName, ...]:
        """The environments between the first and production."""
        return self.environments[1:-1]

    def own(self, role: Role, at: datetime) -> tuple[PersonId, ...]:
        """Who holds a role by themselves."""
        return self.on_call_on(at) if role is Role.ON_CALL else self.holders[role]

    def holding(self, role: Role, at: datetime) -> set[PersonId]:
        """Who may act in a role at an instant, deputies included."""
        return {*self.own(role, at), *(named.deputy for named in self.acting(at) if named.role is role)}

    def acting(self, at: datetime) -> Iterator[DelegationNamed]:
        """The deputies' namings that count at an instant: of somebody who holds the role, or where nobody does."""
        ended = {fact.delegation: fact.at for fact in self.recorded if isinstance(fact, DelegationEnded)}
        for fact in self.recorded:
            if isinstance(fact, DelegationNamed) and fact.starts <= at < fact.ends:
                over = fact.delegation in ended and ended[fact.delegation] <= at
                if not over and (fact.principal is None or fact.principal in self.own(fact.role, at)):
                    yield fact

    def frozen(self, at: datetime) -> set[FreezeId]:
        """The freezes in force at an instant."""
        lifted = {fact.freeze for fact in self.recorded if isinstance(fact, FreezeLifted)}
        return {
            fact.freeze
            for fact in self.recorded
            if isinstance(fact, FreezeDeclared)
            and fact.freeze not in lifted
            and fact.starts <= at < fact.ends
        }
