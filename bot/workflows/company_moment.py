"""What a verb on the company as a whole is given, and what comes of it: freezes, delegations."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.rules.company_facts import CompanyFact
from bot.rules.deputies import Delegation, DelegationId
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.organization import Organization, Roster
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.verdict import Refused
from bot.rules.words import Sentence


class CompanyNumbers(Protocol):
    """Gives new numbers; asked only once a decision is positive."""

    def next_freeze(self) -> FreezeId:
        """The next freeze's number."""

    def next_delegation(self) -> DelegationId:
        """The next delegation's number."""

    def given_up(self) -> int:
        """How many messages were given up and are not on their way again."""


@dataclass(frozen=True, slots=True)
class CompanyMoment:
    """A person about to do something to the company, and all that the decision may depend on.

    `delegations` are those that have not ended; `freezes` those that were not lifted and have not ended; `rosters` says
    who holds which role for a service now. `now` is business time, aware, UTC.
    """

    organization: Organization
    delegations: tuple[Delegation, ...]
    freezes: tuple[Freeze, ...]
    rosters: Callable[[ServiceName], Roster]
    actor: PersonId
    now: datetime
    numbers: CompanyNumbers

    def next_freeze(self) -> FreezeId:
        """The next freeze's number."""
        return self.numbers.next_freeze()

    def next_delegation(self) -> DelegationId:
        """The next delegation's number."""
        return self.numbers.next_delegation()

    def given_up(self) -> int:
        """How many messages were given up and are not on their way again."""
        return self.numbers.given_up()

    def roles(self) -> tuple[Role, ...]:
        """Every role that the actor holds for any service now."""
        held = {
            role
            for service in self.organization.services
            for role in self.rosters(service).roles_of(self.actor)
        }
        return tuple(sorted(held))


@dataclass(frozen=True, slots=True)
class CompanyDone:
    """The act is done: what happened, and what the person reads."""

    facts: tuple[CompanyFact, ...]
    said: Sentence


CompanyVerdict = CompanyDone | Refused
