"""Having messages tried again is an act on the company as any other: decided from plain values."""

from dataclasses import dataclass

import pytest

from bot.rules.company_facts import DeliveryTriedAgain
from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.organization import Roster
from bot.rules.organization_outside import FILE_ONLY
from bot.rules.terms import PersonId
from bot.rules.verdict import Refused
from bot.rules.words import plain
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.try_again import try_again
from tests.demo_company import harbor
from tests.store.facts_at_random import MONDAY

HARBOR = harbor()


@dataclass(frozen=True)
class Left:
    """So many messages are left."""

    count: int

    def next_freeze(self) -> FreezeId:
        return FreezeId(1)

    def next_delegation(self) -> DelegationId:
        return DelegationId(1)

    def given_up(self) -> int:
        return self.count


def tries(name: str, count: int) -> CompanyVerdict:
    moment = CompanyMoment(
        organization=HARBOR,
        delegations=(),
        freezes=(),
        rosters=lambda service: Roster.at(HARBOR, service, MONDAY, None, FILE_ONLY),
        actor=PersonId(f"U0{name.upper()}"),
        now=MONDAY,
        numbers=Left(count),
    )
    return try_again(moment, None)


@pytest.mark.parametrize("name", ["ana", "tia", "quinn", "eve", "dora", "omar", "cleo"])
def test_whoever_holds_a_role_has_them_tried_again(name: str) -> None:
    verdict = tries(name, 3)
    assert isinstance(verdict, CompanyDone)
    assert verdict.facts == (DeliveryTriedAgain(3, PersonId(f"U0{name.upper()}"), MONDAY),)
    assert plain(verdict.said, {}, HARBOR.zone).startswith("3 messages are tried again now.")


@pytest.mark.parametrize("name", ["gus", "zed", "ira"])
def test_whoever_holds_none_does_not(name: str) -> None:
    assert isinstance(tries(name, 3), Refused)


def test_where_nothing_is_left_nothing_is_recorded_as_done() -> None:
    verdict = tries("eve", 0)
    assert isinstance(verdict, Refused)
    assert "Nothing is left to try" in plain(verdict.gates[0].why, {}, HARBOR.zone)
