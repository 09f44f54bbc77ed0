"""Naming a deputy, and ending a delegation: who may, for whom, and what is refused."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.rules.change import Span
from bot.rules.clauses import Clause
from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation, DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.inputs import DelegationEnd, DeputyWish
from bot.rules.organization import Organization, Roster
from bot.rules.organization_outside import Outside
from bot.rules.organization_reading import parse_organization
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.verdict import Field, Refused
from bot.rules.words import plain, say
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.delegate import end_delegation, name_deputy
from tests.acting import BERLIN, GUIDE_TEXT, HOUR, MONDAY

PAYMENTS, LEDGER = ServiceName("payments"), ServiceName("ledger")
TIA, TOM, DORA, DANA, EVE, GINA, PAUL = (
    PersonId(f"U0{name}") for name in ("TIA", "TOM", "DORA", "DANA", "EVE", "GINA", "PAUL")
)
FILE = """
name = "Harbor"
team = "T0HARBOR"
zone = "Europe/Berlin"
channels = { admin = "C0A", audit = "C0B", incidents = "C0C" }
people.tia = { id = "U0TIA", name = "Tia" }
people.tom = { id = "U0TOM", name = "Tom" }
people.dora = { id = "U0DORA", name = "Dora" }
people.dana = { id = "U0DANA", name = "Dana" }
people.eve = { id = "U0EVE", name = "Eve" }
people.paul = { id = "U0PAUL", name = "Paul" }

[roles]
engineering_director = ["dora"]
engineering_manager = ["eve"]

[services.payments]
channel = "C0PAYMENTS"
[services.payments.roles]
tech_lead = ["tia", "tom"]
product_manager = ["paul"]
engineering_director = ["dana"]

[services.ledger]
channel = "C0LEDGER"
[services.ledger.roles]
tech_lead = ["tom"]
"""
HARBOR: Organization = parse_organization(FILE, source="small.toml", default_guide_text=GUIDE_TEXT)
NEXT_WEEK = Span(MONDAY, MONDAY + timedelta(days=7))
TIAS = DeputyWish(Role.TECH_LEAD, PAYMENTS, TIA, GINA, NEXT_WEEK)


class Nine:
    """Numbers that begin at nine."""

    def next_freeze(self) -> FreezeId:
        return FreezeId(9)

    def next_delegation(self) -> DelegationId:
        return DelegationId(9)

    def given_up(self) -> int:
        return 9


@dataclass
class Board:
    """The small company, with its delegations so far."""

    delegations: tuple[Delegation, ...] = ()
    now: datetime = MONDAY
    organization: Organization = field(default_factory=lambda: HARBOR)

    def moment(self, actor: PersonId) -> CompanyMoment:
        outside = Outside(delegations=self.delegations)
        return CompanyMoment(
            organization=self.organization,
            delegations=self.delegations,
            freezes=(),
            rosters=lambda service: Roster.at(self.organization, service, self.now, None, outside),
            actor=actor,
            now=self.now,
            numbers=Nine(),
        )

    def names(self, actor: PersonId, form: DeputyWish) -> CompanyVerdict:
        return name_deputy(self.moment(actor), form)

    def ends(self, actor: PersonId, number: int = 1) -> CompanyVerdict:
        return end_delegation(self.moment(actor), DelegationEnd(DelegationId(number)))


def known(form: DeputyWish, by: PersonId, number: int = 1) -> Delegation:
    return Delegation(
        DelegationId(number),
        form.role,
        form.service,
        form.principal,
        form.deputy,
        form.span.start,
        form.span.end,
        by,
    )


def said(verdict: CompanyVerdict) -> str:
    sentences = [verdict.said] if isinstance(verdict, CompanyDone) else [gate.why for gate in verdict.gates]
    return " ".join(plain(sentence, HARBOR.names(), BERLIN) for sentence in sentences)


def named(verdict: CompanyVerdict) -> DelegationNamed:
    assert isinstance(verdict, CompanyDone), said(verdict)
    (fact,) = verdict.facts
    assert isinstance(fact, DelegationNamed)
    return fact


def refused(verdict: CompanyVerdict) -> tuple[Field | None, str]:
    assert isinstance(verdict, Refused), said(verdict)
    (gate,) = verdict.gates
    return gate.field, said(verdict)


def test_a_holder_names_a_deputy_for_themselves() -> None:
    verdict = Board().names(TIA, TIAS)
    assert named(verdict) == DelegationNamed(
        DelegationId(9), Role.TECH_LEAD, PAYMENTS, TIA, GINA, NEXT_WEEK.start, NEXT_WEEK.end, TIA, MONDAY
    )
    assert said(verdict) == (
        "U0GINA acts as Tech Lead of payments for Tia from Mon 23 Nov 10:00 to Mon 30 Nov 10:00."
    )


@pytest.mark.clause("G-APP-4")
def test_a_director_names_a_deputy_for_a_holder() -> None:
    assert named(Board().names(DORA, TIAS)).by == DORA
    assert named(Board().names(DANA, TIAS)).by == DANA


def test_a_director_of_another_service_does_not() -> None:
    field, why = refused(Board().names(DANA, replace(TIAS, service=LEDGER, principal=TOM)))
    assert field is Field.PRINCIPAL
    assert why == "Naming this deputy is for Tom or the Engineering Director. Dora can."
    assert named(Board().names(DORA, replace(TIAS, service=LEDGER, principal=TOM))).by == DORA


def test_for_all_services_those_count_in_which_the_holder_holds_the_role() -> None:
    everywhere = replace(TIAS, service=None)
    assert named(Board().names(TIA, everywhere)).service is None
    assert named(Board().names(DANA, everywhere)).by == DANA
    assert refused(Board().names(DANA, replace(everywhere, principal=TOM)))[0] is Field.PRINCIPAL


def test_nobody_else_names_one_not_even_another_holder() -> None:
    field, why = refused(Board().names(TOM, TIAS))
    assert field is Field.PRINCIPAL
    assert why == "Naming this deputy is for Tia or the Engineering Director. Dora or Dana can."


def test_where_nobody_holds_the_role_a_director_names_a_deputy_for_nobody() -> None:
    vacant = replace(TIAS, role=Role.QA, principal=None)
    assert named(Board().names(DORA, vacant)).principal is None
    field, why = refused(Board().names(TIA, vacant))
    assert field is Field.PRINCIPAL
    assert why == "Naming this deputy is for the Engineering Director. Dora or Dana can."


def test_where_somebody_holds_the_role_it_must_be_said_for_whom() -> None:
    field, why = refused(Board().names(DORA, replace(TIAS, principal=None)))
    assert field is Field.PRINCIPAL
    assert why == "Tech Lead of payments is Tia or Tom: say for whom the deputy acts."
    vacant_in_one = replace(TIAS, role=Role.PRODUCT_MANAGER, principal=None, service=None)
    assert refused(Board().names(DORA, vacant_in_one))[0] is Field.PRINCIPAL
    assert named(Board().names(DORA, replace(vacant_in_one, service=LEDGER))).service == LEDGER


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (
            replace(TIAS, principal=EVE),
            "You do not hold Tech Lead of payments yourself. Tia or Tom can be acted for.",
        ),
        (
            replace(TIAS, principal=EVE, role=Role.QA),
            "You do not hold QA of payments yourself. Nobody holds it: leave that field empty.",
        ),
        (
            replace(TIAS, principal=PAUL),
            "Paul does not hold Tech Lead of payments. Tia or Tom can be acted for.",
        ),
    ],
)
def test_nobody_acts_for_somebody_who_does_not_hold_the_role(form: DeputyWish, why: str) -> None:
    assert refused(Board().names(EVE, form)) == (Field.PRINCIPAL, why)


def test_while_slack_says_nothing_of_a_group_nobody_is_taken_for_vacant() -> None:
    grouped = FILE.replace('tech_lead = ["tom"]', 'tech_lead = ["tom"]\nqa = ["@S0QUALITY"]')
    organization = parse_organization(grouped, source="small.toml", default_guide_text=GUIDE_TEXT)
    board = Board(organization=organization)
    vacant = replace(TIAS, role=Role.QA, principal=None, service=LEDGER)
    for wish in (vacant, replace(vacant, principal=GINA)):
        field, why = refused(board.names(DORA, wish))
        assert field is Field.PRINCIPAL
        assert "Slack does not say who is in the role's user group" in why
    assert named(board.names(DORA, replace(vacant, service=PAYMENTS))).principal is None


def test_a_deputy_names_no_deputy_neither_for_themselves_nor_as_a_director() -> None:
    tias = known(TIAS, TIA)
    assert (
        refused(Board((tias,)).names(GINA, replace(TIAS, principal=GINA, deputy=PAUL)))[0] is Field.PRINCIPAL
    )
    director = known(DeputyWish(Role.ENGINEERING_DIRECTOR, None, DORA, GINA, NEXT_WEEK), DORA)
    assert refused(Board((director,)).names(GINA, replace(TIAS, deputy=PAUL)))[0] is Field.PRINCIPAL


@pytest.mark.parametrize(
    ("actor", "form", "why"),
    [
        (TIA, replace(TIAS, deputy=TIA), "A deputy is somebody else than the holder."),
        (DORA, replace(TIAS, deputy=DORA), "You cannot name yourself"),
        (TIA, replace(TIAS, deputy=TOM), "Tom is Tech Lead of payments already."),
        (TIA, replace(TIAS, unfit=say("Gina is a guest.")), "Gina is a guest."),
    ],
)
def test_some_can_be_nobodys_deputy(actor: PersonId, form: DeputyWish, why: str) -> None:
    field, sentence = refused(Board().names(actor, form))
    assert field is Field.DEPUTY
    assert why in sentence


def test_whoever_holds_the_role_for_one_service_may_be_deputy_for_all() -> None:
    directors = DeputyWish(Role.ENGINEERING_DIRECTOR, None, DORA, DANA, NEXT_WEEK)
    assert named(Board().names(DORA, directors)).deputy == DANA


def test_the_same_deputy_is_not_named_twice_but_for_longer() -> None:
    board = Board((known(TIAS, TIA),))
    field, why = refused(board.names(TIA, TIAS))
    assert field is Field.DEPUTY
    assert why == "U0GINA is named already, until Mon 30 Nov 10:00."
    assert named(board.names(TIA, replace(TIAS, span=Span(MONDAY, NEXT_WEEK.end + HOUR)))).deputy == GINA
    assert named(board.names(TIA, replace(TIAS, service=None))).deputy == GINA


@pytest.mark.clause("G-APP-4")
def test_on_call_is_the_rotas_word_alone() -> None:
    field, why = refused(Board().names(DORA, replace(TIAS, role=Role.ON_CALL)))
    assert field is Field.ROLE
    assert why == "Who is on call is read from the rota: change the shift in the organization's file instead."


def test_a_service_that_is_gone_is_refused_beside_its_field() -> None:
    assert refused(Board().names(TIA, replace(TIAS, service=ServiceName("kiosk"))))[0] is Field.SERVICE


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (Span(MONDAY + HOUR, MONDAY), "The delegation ends before it starts."),
        (Span(MONDAY, MONDAY), "The delegation ends before it starts."),
        (Span(MONDAY - 2 * HOUR, MONDAY - HOUR), "That time is over already: choose an end that is ahead."),
        (Span(MONDAY - HOUR, MONDAY), "That time is over already: choose an end that is ahead."),
    ],
)
def test_a_span_that_cannot_come_is_refused(span: Span, why: str) -> None:
    assert refused(Board().names(TIA, replace(TIAS, span=span))) == (Field.ENDS, why)


def test_a_span_that_began_already_begins_now() -> None:
    fact = named(Board().names(TIA, replace(TIAS, span=Span(MONDAY - HOUR, MONDAY + HOUR))))
    assert (fact.starts, fact.ends) == (MONDAY, MONDAY + HOUR)


@pytest.mark.parametrize(
    ("role", "clause"),
    [
        (Role.TECH_LEAD, Clause.APP_1),
        (Role.DEVELOPMENT_TEAM_LEAD, Clause.APP_2),
        (Role.PRODUCT_MANAGER, Clause.APP_3),
        (Role.ENGINEERING_DIRECTOR, Clause.APP_4),
        (Role.QA, Clause.STD_6),
        (Role.ENGINEER, Clause.APP_1),
    ],
)
def test_a_refusal_names_the_clause_that_asks_for_the_role(role: Role, clause: Clause) -> None:
    verdict = Board().names(GINA, replace(TIAS, role=role, principal=GINA))
    assert isinstance(verdict, Refused)
    assert [gate.clause for gate in verdict.gates] == [clause]


@pytest.mark.parametrize("actor", [TIA, DORA, DANA])
def test_the_holder_whoever_named_it_and_directors_end_a_delegation(actor: PersonId) -> None:
    verdict = Board((known(TIAS, DANA),)).ends(actor)
    assert isinstance(verdict, CompanyDone)
    assert verdict.facts == (DelegationEnded(DelegationId(1), actor, MONDAY),)
    assert said(verdict) == (
        "U0GINA no longer acts as Tech Lead of payments by this delegation. What was signed until now stands."
    )


@pytest.mark.parametrize("actor", [GINA, TOM, PAUL])
def test_nobody_else_ends_it(actor: PersonId) -> None:
    _, why = refused(Board((known(TIAS, TIA),)).ends(actor))
    assert "is for the holder, whoever named the deputy, or a Director: Tia, Dora or Dana." in why


def test_what_is_over_cannot_be_ended_again() -> None:
    assert refused(Board().ends(TIA))[1] == "That delegation is over already."
