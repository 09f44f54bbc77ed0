"""Declaring and lifting freezes, and excepting a change from one."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from bot.rules.change import Span
from bot.rules.company_facts import FreezeDeclared, FreezeLifted
from bot.rules.deputies import DelegationId
from bot.rules.facts import FreezeExcepted
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.inputs import FreezeLeave, FreezeLift, FreezeWish, WishedWindow
from bot.rules.life import Stage
from bot.rules.organization import Organization, Roster
from bot.rules.organization_reading import parse_organization
from bot.rules.terms import NO_WORDS, PersonId, Role, ServiceName, Words
from bot.rules.verdict import Done, Refused
from bot.rules.words import plain
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.freeze import declare_freeze, except_from_freeze, lift_freeze
from bot.workflows.moment import Moment
from bot.workflows.windows import propose_window
from tests.acting import (
    ANA,
    BERLIN,
    DORA,
    EMIL,
    EVE,
    FRIDAY,
    GUIDE_TEXT,
    HOLDERS,
    HOUR,
    MONDAY,
    PAUL,
    PAYMENTS,
    THURSDAY,
    Course,
    a_course,
    deploying,
    scheduled,
    sentences,
    verified,
)

LEDGER = ServiceName("ledger")
CLOSING = Words("year-end closing")
SMALL = """
name = "Harbor"
team = "T0HARBOR"
zone = "Europe/Berlin"
channels = { admin = "C0A", audit = "C0B", incidents = "C0C" }
people.ana = { id = "U0ANA", name = "Ana" }
services.payments = { channel = "C0PAYMENTS" }
services.ledger = { channel = "C0LEDGER" }
"""
HARBOR: Organization = parse_organization(SMALL, source="small.toml", default_guide_text=GUIDE_TEXT)


class Seven:
    """Numbers that begin at seven."""

    def next_freeze(self) -> FreezeId:
        return FreezeId(7)

    def next_delegation(self) -> DelegationId:
        return DelegationId(7)

    def given_up(self) -> int:
        return 7


@dataclass
class Board:
    """Eve is EM of both services, Emil of payments alone; Dora is Director of both."""

    freezes: tuple[Freeze, ...] = ()
    now: datetime = MONDAY

    def moment(self, actor: PersonId) -> CompanyMoment:
        directors = {Role.ENGINEERING_DIRECTOR: (DORA,)}
        rosters = {
            PAYMENTS: Roster({**directors, Role.ENGINEERING_MANAGER: (EVE, EMIL)}),
            LEDGER: Roster({**directors, Role.ENGINEERING_MANAGER: (EVE,)}),
        }
        return CompanyMoment(HARBOR, (), self.freezes, rosters.__getitem__, actor, self.now, Seven())


def says(verdict: CompanyVerdict) -> str:
    said = [verdict.said] if isinstance(verdict, CompanyDone) else [gate.why for gate in verdict.gates]
    return " ".join(plain(each, {EVE: "Eve", DORA: "Dora", EMIL: "Emil"}, BERLIN) for each in said)


def declares(
    actor: PersonId = EVE, *services: ServiceName, span: Span = THURSDAY, reason: Words = CLOSING
) -> CompanyVerdict:
    return declare_freeze(Board().moment(actor), FreezeWish(services, span, reason))


@pytest.mark.clause("G-STD-8")
def test_a_freeze_is_declared_by_a_manager_of_the_service_for_a_time_and_a_reason() -> None:
    verdict = declares(EMIL, PAYMENTS)
    assert isinstance(verdict, CompanyDone)
    assert verdict.facts == (
        FreezeDeclared(FreezeId(7), (PAYMENTS,), THURSDAY.start, THURSDAY.end, CLOSING, EMIL, MONDAY),
    )
    assert says(verdict) == "You froze payments from Thu 26 Nov 14:00 to Thu 26 Nov 15:00."


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("actor", [EVE, DORA])
def test_all_services_are_frozen_by_who_may_freeze_each_of_them(actor: PersonId) -> None:
    verdict = declares(actor)
    assert isinstance(verdict, CompanyDone)
    (fact,) = verdict.facts
    assert isinstance(fact, FreezeDeclared)
    assert fact.services == ()
    assert says(verdict).startswith("You froze all services from")


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("services", [(), (LEDGER,), (PAYMENTS, LEDGER)])
def test_nobody_freezes_a_service_of_which_they_are_no_manager(services: tuple[ServiceName, ...]) -> None:
    verdict = declares(EMIL, *services)
    assert isinstance(verdict, Refused)
    assert says(verdict) == (
        "Declaring a freeze is for the Engineering Manager or Engineering Director of each service that it is for;"
        " you are neither for ledger. Eve or Dora can."
    )


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("actor", [ANA, PAUL])
def test_engineers_and_product_managers_freeze_nothing(actor: PersonId) -> None:
    assert isinstance(declares(actor, PAYMENTS), Refused)


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_freeze_needs_a_reason(reason: str) -> None:
    verdict = declares(reason=Words(reason))
    assert isinstance(verdict, Refused)
    assert says(verdict) == "Say why: whoever has to wait reads it."


@pytest.mark.clause("G-STD-8")
def test_a_freeze_neither_ends_before_it_starts_nor_in_the_past() -> None:
    assert says(declares(span=Span(THURSDAY.end, THURSDAY.start))) == "The freeze ends before it starts."
    assert says(declares(span=Span(THURSDAY.start, THURSDAY.start))) == "The freeze ends before it starts."
    over = Span(MONDAY - 2 * HOUR, MONDAY)
    assert says(declares(span=over)) == "That freeze is over already: choose an end that is ahead."


@pytest.mark.clause("G-STD-8")
def test_a_freeze_that_should_have_begun_begins_now() -> None:
    verdict = declares(span=Span(MONDAY - HOUR, MONDAY + HOUR))
    assert isinstance(verdict, CompanyDone)
    (fact,) = verdict.facts
    assert isinstance(fact, FreezeDeclared)
    assert fact.starts == MONDAY


def test_a_service_that_does_not_exist_cannot_be_frozen() -> None:
    verdict = declares(DORA, ServiceName("legder"))
    assert says(verdict) == "legder: the organization's file names no such service."


A_FREEZE = Freeze(FreezeId(3), frozenset({PAYMENTS}), THURSDAY.start, THURSDAY.end, CLOSING, EVE)


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("actor", [EVE, EMIL, DORA])
def test_whoever_may_declare_a_freeze_may_lift_it(actor: PersonId) -> None:
    board = Board((A_FREEZE,))
    verdict = lift_freeze(board.moment(actor), FreezeLift(FreezeId(3), Words("done early")))
    assert isinstance(verdict, CompanyDone)
    assert verdict.facts == (FreezeLifted(FreezeId(3), actor, Words("done early"), MONDAY),)


@pytest.mark.clause("G-STD-8")
def test_lifting_needs_the_role_for_every_service_and_a_reason() -> None:
    board = Board((replace(A_FREEZE, services=frozenset()),))
    assert isinstance(lift_freeze(board.moment(EMIL), FreezeLift(FreezeId(3), CLOSING)), Refused)
    verdict = lift_freeze(board.moment(EVE), FreezeLift(FreezeId(3), Words(" ")))
    assert says(verdict) == "Say why it is lifted: the log keeps it."


@pytest.mark.clause("G-STD-8")
def test_a_freeze_that_is_lifted_or_over_cannot_be_lifted() -> None:
    verdict = lift_freeze(Board().moment(EVE), FreezeLift(FreezeId(3), CLOSING))
    assert says(verdict) == "That freeze is lifted or over already: it holds nobody up."


def excepts(
    course: Course, actor: PersonId = DORA, reason: str = "a fine is due", freeze: int = 3
) -> Done | Refused:
    around = replace(course.setting, freezes=(A_FREEZE,))
    moment = Moment(course.change, around, actor, course.numbers)
    return except_from_freeze(moment, FreezeLeave(FreezeId(freeze), Words(reason)))


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("made", [a_course, lambda: verified(a_course()), lambda: scheduled(a_course())])
def test_a_director_excepts_any_change_that_has_not_started(made: object) -> None:
    assert callable(made)
    course = made()
    verdict = excepts(course)
    assert isinstance(verdict, Done), sentences(verdict)
    assert verdict.facts == (FreezeExcepted(FreezeId(3), DORA, Words("a fine is due"), course.now),)
    assert "from the freeze that ends Thu 26 Nov 15:00" in sentences(verdict)


@pytest.mark.clause("G-STD-8")
def test_once_it_has_started_there_is_nothing_to_except() -> None:
    course = deploying(a_course())
    assert course.stage is Stage.DEPLOYING
    assert isinstance(excepts(course), Refused)


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("actor", [EVE, PAUL, ANA])
def test_nobody_but_a_director_excepts_a_change(actor: PersonId) -> None:
    assert isinstance(excepts(scheduled(a_course()), actor), Refused)


@pytest.mark.clause("G-STD-8")
def test_a_director_does_not_except_their_own_change() -> None:
    course = scheduled(a_course())
    held = {**HOLDERS, Role.ENGINEERING_DIRECTOR: (ANA, DORA)}
    course.roster = Roster(held)
    verdict = excepts(course, ANA)
    assert isinstance(verdict, Refused)
    assert sentences(verdict) == "This is your own change: somebody else excepts it from a freeze."
    assert isinstance(excepts(course.with_guide(allow_self_approval=True), ANA), Done)


@pytest.mark.clause("G-STD-8")
def test_an_exception_needs_a_reason_and_a_freeze_that_is_not_over() -> None:
    course = scheduled(a_course())
    assert sentences(excepts(course, reason=" ")) == "Say why this change cannot wait for its end."
    assert "lifted or over" in sentences(excepts(course, freeze=4))


@pytest.mark.clause("G-STD-8")
def test_a_second_exception_from_the_same_freeze_is_refused() -> None:
    course = scheduled(a_course())
    verdict = excepts(course)
    assert isinstance(verdict, Done)
    course.facts = (*course.facts, *verdict.facts)
    assert sentences(excepts(course)) == "CHG-1 is excepted from that freeze already."


@pytest.mark.clause("G-STD-8")
def test_a_window_inside_a_freeze_may_be_asked_for_all_the_same() -> None:
    course = verified(a_course())
    freeze = replace(A_FREEZE, starts=FRIDAY.start - HOUR, ends=FRIDAY.end + HOUR)
    moment = Moment(course.change, replace(course.setting, freezes=(freeze,)), ANA, course.numbers)
    assert isinstance(propose_window(moment, WishedWindow(FRIDAY, NO_WORDS)), Done)
