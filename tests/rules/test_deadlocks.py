"""What the search for deadlocks says of companies in which one thing is scarce."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import TypedDict, Unpack, cast

import pytest

import bot.rules
import bot.sandbox
from bot.rules.deadlock_mends import Addition, Mend, Switch
from bot.rules.deadlocks import Findings, find_deadlocks
from bot.rules.guide import GUIDE_FILE
from bot.rules.organization import Organization
from bot.rules.organization_outside import GroupId, Outside
from bot.rules.organization_reading import parse_organization
from bot.rules.policy_words import finding_lines
from bot.rules.terms import PersonId, Role, ServiceName

GUIDE = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")

SHOP = ServiceName("shop")
FRAME = """
name = "Small"
team = "T0SMALL"
zone = "Europe/Berlin"
channels = {{ admin = "C0ADMIN", audit = "C0AUDIT", incidents = "C0INCIDENTS" }}
services.shop.channel = "C0SHOP"
{services}

[people]
{people}

[roles]
{roles}

{rota}

[guide]
{guide}
"""
NAMES = ("ana", "ben", "cleo", "tia", "tom", "lea", "luis", "quinn", "qadir", "pia", "petra", "paul", "priya")
MANAGERS = ("eve", "emil", "dora", "dana")
ENOUGH: Mapping[str, Sequence[str]] = {
    "engineer": ("ana", "ben", "cleo"),
    "tech_lead": ("tia", "tom"),
    "development_team_lead": ("lea", "luis"),
    "qa": ("quinn", "qadir"),
    "product": ("pia", "petra"),
    "product_manager": ("paul", "priya"),
    "engineering_manager": ("eve", "emil"),
    "engineering_director": ("dora", "dana"),
}
TURNS = (("ana", "ben"), ("ben", "cleo"), ("cleo", "ana"))


class Roles(TypedDict, total=False):
    engineer: Sequence[str]
    tech_lead: Sequence[str]
    development_team_lead: Sequence[str]
    qa: Sequence[str]
    product: Sequence[str]
    product_manager: Sequence[str]
    engineering_manager: Sequence[str]
    engineering_director: Sequence[str]


def company(
    *,
    turns: Sequence[Sequence[str]] = TURNS,
    guide: str = "",
    services: str = "",
    **roles: Unpack[Roles],
) -> Organization:
    """Two of everybody and three in the rota, but for what is said otherwise; the names are the handles."""
    starts = datetime(2026, 11, 30)  # noqa: DTZ001 - the file's times are local ones
    rota = [
        f"[[rota]]\nstarts = {starts + number * timedelta(days=7):%Y-%m-%dT%H:%M:%S}\n"
        f"ends = {starts + (number + 1) * timedelta(days=7):%Y-%m-%dT%H:%M:%S}\n"
        f'primary = "{on_call[0]}"\n' + "".join(f'secondary = "{other}"\n' for other in on_call[1:])
        for number, on_call in enumerate(turns)
        if on_call
    ]
    held = {**ENOUGH, **cast("Mapping[str, Sequence[str]]", roles)}
    text = FRAME.format(
        people="\n".join(
            f'{name} = {{ id = "U0{name.upper()}", name = "{name.capitalize()}" }}'
            for name in (*NAMES, *MANAGERS)
        ),
        roles="\n".join(f"{role} = {list(people)}" for role, people in held.items() if people),
        rota="\n".join(rota),
        guide=guide,
        services=services,
    )
    return parse_organization(text, source="small.toml", default_guide_text=GUIDE)


def said(organization: Organization, outside: Outside | None = None) -> str:
    findings = find_deadlocks(organization) if outside is None else find_deadlocks(organization, outside)
    return "\n".join(finding_lines(findings, organization))


def clauses(findings: Findings) -> set[str]:
    return {need.clause.value for deadlock in findings.deadlocks for need in deadlock.needs}


def test_two_of_everybody_and_three_in_the_rota_are_enough() -> None:
    assert find_deadlocks(company()).deadlocks == ()
    assert "No deadlock" in said(company())


@pytest.mark.clause("G-APP-1")
def test_a_tech_lead_alone_can_neither_be_away_nor_ask() -> None:
    text = said(company(tech_lead=("ana",)))
    assert "Nobody else is Tech Lead:" in text
    assert "  – for shop, while Ana is away\n" in text
    assert "  – for shop, when Ana asks\n" in text
    assert "no routine, config or infra change can have its code approved · G-APP-1" in text
    assert "no hotfix can have its code approved, as its review needs · G-APP-1" in text


@pytest.mark.clause("G-APP-1")
def test_the_last_peer_is_missed_when_they_are_away() -> None:
    text = said(company(engineer=("ana", "ben"), tech_lead=("tia",), turns=(("ana", "ben"),)))
    why = "Tech Lead and peer reviewer are to be different people, and there is only Tia"
    assert f"{why}:\n  – for shop, while Ben is away\n  – for shop, while Ana is away\n" in text


@pytest.mark.clause("G-APP-2")
@pytest.mark.parametrize(
    ("role", "clause"),
    [
        ("development_team_lead", "G-APP-2"),
        ("qa", "G-STD-6"),
        ("product", "G-STD-6"),
        ("product_manager", "G-APP-3"),
        ("engineering_manager", "G-APP-3"),
        ("engineering_director", "G-APP-4"),
    ],
)
def test_a_single_holder_stops_the_rows_that_need_them_when_they_are_away(role: str, clause: str) -> None:
    holder = ENOUGH[role][0]
    findings = find_deadlocks(company(**cast("Roles", {role: (holder,)})))
    assert {deadlock.absent for deadlock in findings.deadlocks} == {PersonId(f"U0{holder.upper()}")}
    assert clause in clauses(findings)


@pytest.mark.clause("G-APP-3")
def test_one_person_who_is_both_managers_cannot_sign_twice() -> None:
    text = said(company(product_manager=("eve",), engineering_manager=("eve",)))
    assert (
        "Product Manager and Engineering Manager are to be different people, and there is only Eve:" in text
    )


@pytest.mark.clause("G-APP-3")
def test_a_company_that_lets_one_person_sign_twice_has_no_such_deadlock() -> None:
    both = company(
        product_manager=("eve", "emil"),
        engineering_manager=("eve", "emil"),
        guide="allow_one_person_many_roles = true",
    )
    assert find_deadlocks(both).deadlocks == ()
    assert find_deadlocks(
        company(product_manager=("eve", "emil"), engineering_manager=("eve", "emil"))
    ).deadlocks


@pytest.mark.clause("G-APP-4")
def test_whoever_is_alone_on_call_cannot_ask_for_a_window_after_hours() -> None:
    text = said(company(turns=(("ana",), ("ben", "cleo"))))
    assert "When Ana asks in turns of Ana, nobody else is On-call Engineer:" in text
    assert "change of shop can be approved for production outside business hours · G-APP-4" in text
    assert "no hotfix" not in text, "who declares one while on call has signed"


@pytest.mark.clause("G-APP-4")
def test_who_is_on_call_and_away_is_stood_in_for_by_the_rest_of_the_rota() -> None:
    assert find_deadlocks(company(turns=(("ana", "ben"), ("cleo", "ben")))).deadlocks == ()
    text = said(company(turns=(("ana", "ben"),)))
    assert "when Ben asks while Ana is away" in text
    assert "take turns in the rota for shop as well" in text


@pytest.mark.clause("G-HOT-2")
def test_a_small_company_is_not_stuck_when_the_requester_may_sign_for_a_hotfix() -> None:
    small = Roles(engineer=("ana", "ben", "eve"), engineering_manager=("eve", "emil"))
    findings = find_deadlocks(company(**small))
    assert "G-HOT-2" not in clauses(findings)
    strict = company(guide="hotfix.requester_may_sign = 0", **small)
    assert "G-HOT-2" in clauses(find_deadlocks(strict))


@pytest.mark.clause("G-HOT-5")
def test_a_review_needs_a_manager_or_director_besides_its_author() -> None:
    alone = company(engineering_manager=("eve",), engineering_director=("eve",))
    assert "G-HOT-5" in clauses(find_deadlocks(alone))


@pytest.mark.clause("G-STD-6")
def test_a_requester_may_attest_for_one_of_qa_and_product() -> None:
    findings = find_deadlocks(company(qa=("ana", "ben"), product=("ana", "ben", "pia")))
    assert findings.deadlocks == ()


def test_roles_that_nobody_holds_are_named() -> None:
    text = said(company(qa=()))
    assert "Nobody is QA for shop." in text
    assert "  → name a holder: `/deploy delegate` QA for shop to Ana" in text


def test_a_service_without_engineers_is_stuck_since_nobody_can_ask() -> None:
    findings = find_deadlocks(company(engineer=(), turns=()))
    assert findings.stuck
    assert Role.ENGINEER in dict(findings.vacant)
    assert said(company(engineer=(), turns=())).endswith("changes that somebody can ask for.")


def test_a_switch_is_the_mend_only_where_it_stands_for_two_people() -> None:
    three = 'hotfix.signers = ["engineering_manager", "product_manager", "engineering_director"]'
    only_eve = Roles(product_manager=("eve",), engineering_manager=("eve",), engineering_director=("eve",))
    with_three, with_two = (
        next(
            each.mend
            for each in find_deadlocks(company(guide=guide, **only_eve)).deadlocks
            if not each.absent
        )
        for guide in (three, "")
    )
    assert with_three == Mend((SHOP,), switch=Switch.MANY_ROLES)
    assert with_two == Mend((SHOP,), (Addition(Role.PRODUCT_MANAGER, PersonId("U0PIA")),))


def test_gaps_of_the_rota_are_told_but_are_no_deadlock() -> None:
    text = said(company(turns=(("ana", "ben"), (), ("cleo", "ana"))))
    assert "Nobody is on call for shop from Mon 7 Dec 2026 00:00 to Mon 14 Dec 2026 00:00." in text
    assert "No deadlock" in text


def test_members_of_a_user_group_count_as_enough_and_the_group_is_told_of() -> None:
    grouped = company(tech_lead=("@S0LEADS",))
    text = said(grouped)
    assert "Who else is Tech Lead for shop stands in a Slack user group" in text
    assert "No deadlock" in text


def test_a_user_group_whose_members_are_known_counts_for_what_it_holds() -> None:
    grouped = company(tech_lead=("@S0LEADS",))
    known = Outside(members={GroupId("S0LEADS"): (PersonId("U0TIA"),)})
    text = said(grouped, known)
    assert "While Tia is away, nobody else is Tech Lead:" in text


def test_services_that_lack_the_same_share_a_paragraph() -> None:
    services = 'services.bank.channel = "C0BANK"\nservices.bank.roles.qa = ["qadir"]\nservices.shop.roles.qa = ["quinn"]'
    text = said(company(qa=(), services=services))
    assert "  → name a deputy: `/deploy delegate` QA for all services to Ana" in text
    assert "  – for shop, while Quinn is away\n  – for bank, while Qadir is away" in text
    assert "1 deadlock." in text


def test_all_times_are_shown_in_the_organizations_zone() -> None:
    assert datetime(2026, 11, 29, 23, tzinfo=UTC) == find_deadlocks(company()).coverage[0][0].starts
    assert "goes from Mon 30 Nov 2026 00:00 to Mon 21 Dec 2026 00:00" in said(company())
