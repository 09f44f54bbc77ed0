"""The company's file: who holds which role for which service, and what is refused of it."""

from datetime import UTC, datetime, timedelta
from importlib import resources
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

import bot.rules
import bot.sandbox
from bot.rules.guide import GUIDE_FILE
from bot.rules.organization import Handle, Organization, Roster
from bot.rules.organization_reading import BadOrganization, parse_organization
from bot.rules.terms import ChangeType, PersonId, Role, ServiceName

GUIDE = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")
SANDBOX = resources.files(bot.sandbox)
HARBOR = SANDBOX.joinpath("harbor.toml").read_text("utf-8")
SOURCE = "organization.toml"
PAYMENTS, LEDGER = ServiceName("payments"), ServiceName("ledger")
OMAR, OKSANA, BEN = PersonId("U0OMAR"), PersonId("U0OKSANA"), PersonId("U0BEN")
DURING_THE_STORY = datetime(2026, 11, 30, 10, tzinfo=UTC)
AT_CHRISTMAS = datetime(2026, 12, 24, 10, tzinfo=UTC)
LONG_AFTER = datetime(2028, 1, 1, tzinfo=UTC)

SMALL = """
name = "Small"
team = "T0SMALL"
zone = "Europe/Berlin"

[channels]
admin = "C0ADMIN"
audit = "C0AUDIT"
incidents = "C0INCIDENTS"

[people]
ana = { id = "U0ANA", name = "Ana" }
ben = { id = "U0BEN", name = "Ben" }
cleo = { id = "U0CLEO", name = "Cleo" }

[roles]
tech_lead = ["ben", "ana"]

[services.shop]
channel = "C0SHOP"

[services.shop.roles]
tech_lead = ["cleo", "ana"]
engineer = ["ana"]

[services.bank]
channel = "C0BANK"

[[rota]]
starts = 2026-11-30T00:00:00
ends = 2026-12-07T00:00:00
primary = "cleo"
secondary = "ben"
services = ["shop"]
"""
SHOP, BANK = ServiceName("shop"), ServiceName("bank")


def read(text: str = SMALL) -> Organization:
    return parse_organization(text, source=SOURCE, default_guide_text=GUIDE)


def problems(text: str) -> list[str]:
    with pytest.raises(BadOrganization) as caught:
        read(text)
    return str(caught.value).splitlines()


def with_shift(starts: str, ends: str, more: str = "") -> str:
    return f'{SMALL}\n[[rota]]\nstarts = {starts}\nends = {ends}\nprimary = "ana"\n{more}\n'


def test_the_demo_company_is_read_as_its_story_tells_it() -> None:
    harbor = read(HARBOR)

    assert (harbor.name, harbor.team, harbor.zone) == ("Harbor", "T0HARBOR", ZoneInfo("Europe/Berlin"))
    assert {name: one.channel for name, one in harbor.services.items()} == {
        "payments": "C0PAYMENTS",
        "storefront": "C0STOREFRONT",
        "ledger": "C0LEDGER",
    }
    assert harbor.people[Handle("ana")].person == "U0ANA"
    assert harbor.names()[PersonId("U0ANA")] == "Ana Costa"
    assert harbor.audit_channel == "C0DEPLOYAUDIT"


@pytest.mark.parametrize("service", ["payments", "storefront", "ledger"])
@pytest.mark.parametrize("role", list(Role))
def test_every_role_of_the_demo_company_has_two_holders(service: str, role: Role) -> None:
    assert len(read(HARBOR).holders(role, ServiceName(service), DURING_THE_STORY)) >= 2


def test_the_rota_of_the_demo_company_has_three_people_and_no_gap_until_february() -> None:
    rota = read(HARBOR).rota

    assert {person for shift in rota for person in shift.people} == {OMAR, OKSANA, BEN}
    assert all(one.ends == other.starts for one, other in pairwise(rota))
    assert rota[-1].ends == datetime(2027, 1, 31, 23, tzinfo=UTC)


def test_the_example_that_fails_has_one_product_manager_and_is_otherwise_the_same() -> None:
    failing = read(SANDBOX.joinpath("harbor-one-pm.toml").read_text("utf-8"))
    harbor = read(HARBOR)

    assert failing.roles == {**harbor.roles, Role.PRODUCT_MANAGER: ("U0PAUL",)}
    assert failing.rota == harbor.rota
    assert failing.services == harbor.services
    assert failing.guide == harbor.guide


def test_holders_for_all_services_come_before_the_services_own_and_each_once() -> None:
    assert read().holders(Role.TECH_LEAD, SHOP, DURING_THE_STORY) == ("U0BEN", "U0ANA", "U0CLEO")
    assert read().holders(Role.TECH_LEAD, BANK, DURING_THE_STORY) == ("U0BEN", "U0ANA")


def test_nobody_holds_a_role_for_a_service_that_is_not_known() -> None:
    assert read().holders(Role.TECH_LEAD, ServiceName("shpo"), DURING_THE_STORY) == ()


@pytest.mark.clause("G-APP-4")
def test_on_call_are_the_primary_and_then_the_secondary_of_the_shift() -> None:
    assert read(HARBOR).holders(Role.ON_CALL, PAYMENTS, DURING_THE_STORY) == (OMAR, OKSANA)
    assert read(HARBOR).holders(Role.ON_CALL, PAYMENTS, AT_CHRISTMAS) == (BEN, OMAR)


@pytest.mark.clause("G-APP-1")
def test_whoever_is_on_call_is_an_engineer_of_the_services_that_they_cover() -> None:
    assert OMAR in read(HARBOR).holders(Role.ENGINEER, LEDGER, DURING_THE_STORY)
    assert OMAR not in read(HARBOR).holders(Role.ENGINEER, LEDGER, LONG_AFTER)
    assert read().holders(Role.ENGINEER, BANK, DURING_THE_STORY) == ()


def test_a_shift_is_half_open_in_the_organizations_zone() -> None:
    first, last = datetime(2026, 11, 29, 23, tzinfo=UTC), datetime(2026, 12, 6, 23, tzinfo=UTC)

    known = [read().rota_knows(SHOP, at) for at in (first - timedelta(seconds=1), first, last)]

    assert known == [False, True, False]
    assert not read().rota_knows(BANK, first)


def test_a_local_time_that_comes_twice_is_the_first_of_the_two() -> None:
    text = with_shift("2026-10-25T02:30:00", "2026-10-26T00:00:00")

    assert read(text).rota[-1].starts == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.clause("G-APP-4")
def test_on_call_for_a_window_is_whom_the_rota_names_at_its_start() -> None:
    roster = Roster.at(read(HARBOR), PAYMENTS, DURING_THE_STORY, AT_CHRISTMAS)

    assert roster.holders(Role.ON_CALL) == (OMAR, OKSANA)
    assert roster.on_call_for_window() == (BEN, OMAR)


@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize("start", [None, LONG_AFTER])
def test_on_call_for_a_window_is_who_is_on_call_now_where_the_rota_does_not_know(
    start: datetime | None,
) -> None:
    roster = Roster.at(read(HARBOR), PAYMENTS, DURING_THE_STORY, start)

    assert roster.on_call_for_window() == (OMAR, OKSANA)


def test_a_person_has_all_roles_that_they_hold_now_or_for_the_window() -> None:
    roster = Roster.at(read(HARBOR), LEDGER, DURING_THE_STORY, AT_CHRISTMAS)

    assert roster.roles_of(OKSANA) == {Role.ENGINEER, Role.ON_CALL}
    assert roster.roles_of(OKSANA, for_window=True) == frozenset()
    assert roster.roles_of(BEN, for_window=True) == {Role.ENGINEER, Role.ON_CALL}
    assert roster.roles_of(PersonId("U0STRANGER")) == frozenset()


def test_a_roster_can_be_given_as_plain_names() -> None:
    roster = Roster({Role.QA: (BEN,)})

    assert roster.holders(Role.QA) == (BEN,)
    assert roster.holders(Role.QA, for_window=True) == (BEN,)
    assert roster.holders(Role.PRODUCT) == ()


def test_the_guide_is_the_default_one_with_what_the_company_reads_otherwise() -> None:
    guide = read(f"{SMALL}\n[guide]\nallow_self_approval = true\n[guide.notice]\nconfig = 24\n").guide

    assert guide.allow_self_approval
    assert guide.notice[ChangeType.CONFIG] == timedelta(hours=24)
    assert guide.notice[ChangeType.ROUTINE] == timedelta(hours=48)


def test_a_companys_bad_reading_of_the_guide_is_refused_at_its_own_line() -> None:
    text = f"{SMALL}\n[guide.notice]\nroutine = -3\n"
    line = text.splitlines().index("routine = -3") + 1

    assert problems(text) == [f"{SOURCE}, line {line}, guide.notice.routine: must be hours above 0, not -3"]


@pytest.mark.clause("G-APP-3")
def test_a_services_holidays_are_added_to_its_business_hours_alone() -> None:
    organization = read(SMALL.replace('channel = "C0SHOP"', 'channel = "C0SHOP"\nholidays = [2026-12-25]'))

    assert [day.isoformat() for day in organization.hours_of(SHOP).holidays] == ["2026-12-25"]
    assert not organization.hours_of(BANK).holidays


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        ('tech_lead = ["ben", "ana"]', 'tech_lead = ["zoe"]', 'roles.tech_lead: names "zoe", whom [people] does not introduce'),
        ('tech_lead = ["ben", "ana"]', 'cto = ["ana"]', "roles.cto: is not a role"),
        ('tech_lead = ["ben", "ana"]', 'on_call = ["ana"]', "roles.on_call: is read from the rota"),
        ('channel = "C0BANK"', "", "services.bank.channel: is missing"),
        ('channel = "C0BANK"', 'channel = "#bank"', "services.bank.channel: must be a Slack channel id"),
        ('zone = "Europe/Berlin"', 'zone = "Europe/Bonn"', 'zone: must be a time zone such as "Europe/Berlin"; there is no "Europe/Bonn"'),
        ('zone = "Europe/Berlin"', 'zone = "Europe"', "zone: must be a time zone"),
        ('zone = "Europe/Berlin"', 'zone = "../etc"', "zone: must be a time zone"),
        ('id = "U0CLEO"', 'id = "U0ANA"', 'people.cleo.id: is the id of "ana" already'),
        ('id = "U0CLEO"', 'id = "cleo"', "people.cleo.id: must be a Slack user id"),
        ('name = "Cleo" }', 'name = "Cleo", mail = "c" }', "people.cleo.mail: is not a key"),
        ('team = "T0SMALL"', 'team = "small"', "team: must be a Slack team id"),
        ('team = "T0SMALL"', 'teem = "T0SMALL"', "teem: is not a key"),
        ('services = ["shop"]', 'services = ["shpo"]', 'rota[1].services: names "shpo", which is not a service'),
        ('secondary = "ben"', 'secondary = "cleo"', "rota[1].secondary: must be somebody else than the primary"),
        ("ends = 2026-12-07T00:00:00", "ends = 2026-11-30T00:00:00", "rota[1].ends: must be later than the shift's start"),
        ("ends = 2026-12-07T00:00:00", "ends = 2026-12-07T00:00:00Z", "rota[1].ends: must be a local time without an offset"),
        ("ends = 2026-12-07T00:00:00", "ends = 2026-12-07", "rota[1].ends: must be a local date and time"),
        ("ends = 2026-12-07T00:00:00", "ends = 2027-03-28T02:30:00", "rota[1].ends: must be a time that exists; clocks in Europe/Berlin skip 2027-03-28 02:30"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_key_and_reason(part: str, instead: str, told: str) -> None:
    assert part in SMALL
    assert any(f", {told}" in line for line in problems(SMALL.replace(part, instead, 1)))


def test_a_refusal_names_the_line_of_the_shift_that_it_is_about() -> None:
    text = with_shift("2027-01-02T00:00:00", "2027-01-01T00:00:00")
    line = text.splitlines().index("ends = 2027-01-01T00:00:00") + 1

    assert problems(text) == [f"{SOURCE}, line {line}, rota[2].ends: must be later than the shift's start"]


@pytest.mark.parametrize(
    ("more", "refused"), [("", True), ('services = ["shop"]', True), ('services = ["bank"]', False)]
)
def test_shifts_that_overlap_for_one_service_are_refused(more: str, *, refused: bool) -> None:
    text = with_shift("2026-12-06T00:00:00", "2026-12-08T00:00:00", more)

    if refused:
        assert "rota[2].starts: overlaps the shift that starts at 2026-11-30 00:00" in problems(text)[0]
    else:
        assert len(read(text).rota) == 2


def test_shifts_may_stand_in_any_order_and_meet() -> None:
    assert len(read(with_shift("2026-11-23T00:00:00", "2026-11-30T00:00:00")).rota) == 2
    assert len(read(with_shift("2026-12-07T00:00:00", "2026-12-14T00:00:00")).rota) == 2


def test_a_company_without_services_is_refused() -> None:
    assert any("services: must have one service or more" in line for line in problems('name = "Empty"\n'))


def test_all_problems_of_a_file_are_told_at_once() -> None:
    text = (
        SMALL.replace("C0SHOP", "shop").replace('"cleo", "ana"]', '"zoe"]')
        + "\n[guide.directory]\nmax_age = 0\n"
    )

    assert len(problems(text)) == 3
