"""Who holds a role beside those whom the file lists: members of user groups, standing deputies, delegations – and who never does."""

from datetime import UTC, datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.rules
from bot.rules.deputies import Delegation, DelegationId, Deputizing
from bot.rules.guide import GUIDE_FILE
from bot.rules.organization import Organization, Roster
from bot.rules.organization_outside import GroupId, Outside
from bot.rules.organization_reading import BadOrganization, parse_organization
from bot.rules.terms import PersonId, Role, ServiceName

GUIDE = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")
SHOP, BANK = ServiceName("shop"), ServiceName("bank")
ANA, BEN, CLEO, DORA, EVE, FINN = (
    PersonId(f"U0{name}") for name in ("ANA", "BEN", "CLEO", "DORA", "EVE", "FINN")
)
LEADS, SHOP_LEADS = GroupId("S0LEADS"), GroupId("S0SHOPLEADS")
NOW = datetime(2026, 11, 30, 10, tzinfo=UTC)
IN_THE_SHIFT, AFTER_IT = datetime(2026, 12, 3, 10, tzinfo=UTC), datetime(2026, 12, 20, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)

FILE = """
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
dora = { id = "U0DORA", name = "Dora" }

[roles]
tech_lead = ["ben", "@S0LEADS"]
engineering_director = ["dora"]

[services.shop]
channel = "C0SHOP"

[services.shop.roles]
tech_lead = ["@S0SHOPLEADS"]
engineer = ["ana"]

[services.bank]
channel = "C0BANK"

[[rota]]
starts = 2026-12-01T00:00:00
ends = 2026-12-07T00:00:00
primary = "cleo"
"""


def standing(**keys: str) -> str:
    lines = [f"{key.rstrip('_')} = {value}" for key, value in keys.items()]
    return f"{FILE}\n[[deputies]]\n" + "\n".join(lines) + "\n"


DANAS = standing(role='"engineering_director"', for_='"dora"', deputy='"ana"')


def read(text: str = FILE) -> Organization:
    return parse_organization(text, source="organization.toml", default_guide_text=GUIDE)


def delegation(
    deputy: PersonId,
    principal: PersonId | None,
    role: Role = Role.TECH_LEAD,
    *,
    service: ServiceName | None = None,
    starts: datetime = NOW - HOUR,
    ends: datetime = NOW + HOUR,
) -> Delegation:
    return Delegation(DelegationId(1), role, service, principal, deputy, starts, ends, DORA)


def roster(
    outside: Outside, *, text: str = FILE, service: ServiceName = SHOP, window: datetime | None = None
) -> Roster:
    return Roster.at(read(text), service, NOW, window, outside)


def leads(*people: PersonId, **more: object) -> Outside:
    members: dict[GroupId, tuple[PersonId, ...]] = {LEADS: people, SHOP_LEADS: ()}
    return Outside(members, **more)  # type: ignore[arg-type] # the caller names fields


# User groups


@pytest.mark.clause("G-APP-1")
def test_members_of_a_user_group_join_the_people_of_the_file() -> None:
    found = roster(Outside({LEADS: (FINN, BEN), SHOP_LEADS: (EVE,)}))
    assert found.holders(Role.TECH_LEAD) == (BEN, FINN, EVE)
    assert found.silent == frozenset()


def test_a_services_own_group_is_for_that_service_alone() -> None:
    outside = Outside({LEADS: (), SHOP_LEADS: (EVE,)})
    assert roster(outside).holders(Role.TECH_LEAD) == (BEN, EVE)
    assert roster(outside, service=BANK).holders(Role.TECH_LEAD) == (BEN,)


def test_a_group_without_an_answer_gives_nobody_the_role_and_the_roster_knows_it() -> None:
    found = roster(Outside({LEADS: (FINN,)}))
    assert found.holders(Role.TECH_LEAD) == (BEN, FINN)
    assert found.silent == {Role.TECH_LEAD}
    assert roster(Outside({LEADS: (FINN,)}), service=BANK).silent == frozenset()


def test_every_group_of_the_file_is_known_once() -> None:
    assert read().all_groups() == (LEADS, SHOP_LEADS)
    assert read().groups_of(Role.TECH_LEAD, BANK) == (LEADS,)
    assert read().groups_of(Role.QA, SHOP) == ()


def test_the_examples_in_the_demo_companys_file_can_be_used_as_they_stand() -> None:
    lines = resources.files("bot.sandbox").joinpath("harbor.toml").read_text("utf-8").splitlines()
    chosen = ("# tech_lead = ", "# [[deputies]]", "# role = ", "# for = ", "# deputy = ", "# services = ")
    uncommented = [line.removeprefix("# ") if line.startswith(chosen) else line for line in lines]
    text = "\n".join(uncommented).replace('tech_lead = ["tia", "tom"]\n', "", 1)
    harbor = read(text)
    assert harbor.all_groups() == (GroupId("S0TECHLEADS"),)
    (deputy,) = harbor.deputies
    assert (deputy.deputy, deputy.principal) == ("U0EVE", "U0DORA")


# Deputies


@pytest.mark.clause("G-APP-4")
def test_a_standing_deputy_counts_as_a_delegation_without_an_end_and_says_for_whom() -> None:
    found = Roster.at(read(DANAS), SHOP, AFTER_IT + timedelta(days=3000), None, Outside())
    assert found.holders(Role.ENGINEERING_DIRECTOR) == (DORA, ANA)
    assert found.own_holders(Role.ENGINEERING_DIRECTOR) == (DORA,)
    assert found.deputizing(ANA, list(Role)) == (Deputizing(Role.ENGINEERING_DIRECTOR, DORA),)
    assert found.deputizing(ANA, [Role.ENGINEER]) == ()
    assert found.deputy_for(ANA, Role.ENGINEERING_DIRECTOR) == DORA
    assert found.deputy_for(DORA, Role.ENGINEERING_DIRECTOR) is None


def test_a_standing_deputy_of_some_services_is_none_of_the_others() -> None:
    text = standing(role='"engineering_director"', deputy='"ana"', services='["bank"]')
    assert Roster.at(read(text), SHOP, NOW).holders(Role.ENGINEERING_DIRECTOR) == (DORA,)
    assert Roster.at(read(text), BANK, NOW).holders(Role.ENGINEERING_DIRECTOR) == (DORA, ANA)


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [
        (NOW, NOW + HOUR, True),
        (NOW - HOUR, NOW, False),
        (NOW + HOUR, NOW + 2 * HOUR, False),
        (NOW - HOUR, NOW + timedelta(microseconds=1), True),
    ],
)
def test_a_delegation_counts_from_its_start_up_to_its_end(
    starts: datetime, ends: datetime, *, counts: bool
) -> None:
    found = roster(leads(delegations=(delegation(EVE, BEN, starts=starts, ends=ends),)))
    assert (EVE in found.holders(Role.TECH_LEAD)) is counts


def test_a_delegation_for_one_service_is_for_that_one() -> None:
    outside = leads(delegations=(delegation(EVE, BEN, service=BANK),))
    assert EVE not in roster(outside).holders(Role.TECH_LEAD)
    assert EVE in roster(outside, service=BANK).holders(Role.TECH_LEAD)


def test_a_deputy_of_somebody_who_does_not_hold_the_role_holds_nothing() -> None:
    assert EVE not in roster(leads(delegations=(delegation(EVE, FINN),))).holders(Role.TECH_LEAD)
    assert EVE in roster(leads(FINN, delegations=(delegation(EVE, FINN),))).holders(Role.TECH_LEAD)


def test_a_deputys_deputy_holds_nothing() -> None:
    chain = (delegation(EVE, BEN), delegation(FINN, EVE))
    assert roster(leads(delegations=chain)).holders(Role.TECH_LEAD) == (BEN, EVE)


def test_where_nobody_holds_a_role_a_deputy_acts_for_nobody() -> None:
    found = roster(leads(delegations=(delegation(EVE, None, Role.QA),)))
    assert found.holders(Role.QA) == (EVE,)
    assert found.own_holders(Role.QA) == ()
    assert found.deputizing(EVE, [Role.QA]) == (Deputizing(Role.QA, None),)


def test_whoever_holds_a_role_themselves_is_nobodys_deputy_in_it() -> None:
    found = roster(leads(FINN, delegations=(delegation(FINN, BEN),)))
    assert found.holders(Role.TECH_LEAD) == (BEN, FINN)
    assert found.deputizing(FINN, [Role.TECH_LEAD]) == ()


@pytest.mark.clause("G-APP-4")
def test_nobody_is_deputy_on_call_whatever_a_row_says() -> None:
    outside = leads(delegations=(delegation(EVE, CLEO, Role.ON_CALL, ends=AFTER_IT),))
    assert roster(outside, window=IN_THE_SHIFT).on_call_for_window() == (CLEO,)


def test_a_role_is_held_at_the_moment_of_the_act_whatever_the_window() -> None:
    now, ahead = delegation(EVE, BEN), delegation(FINN, BEN, starts=IN_THE_SHIFT - HOUR, ends=AFTER_IT)
    found = roster(leads(delegations=(now, ahead)), window=IN_THE_SHIFT)
    assert found.holders(Role.TECH_LEAD, for_window=True) == (BEN, EVE)
    assert found.holders(Role.ENGINEER, for_window=True) == (ANA, CLEO)
    assert found.deputizing(EVE, [Role.TECH_LEAD], for_window=True) == (Deputizing(Role.TECH_LEAD, BEN),)


# Who holds no role


@pytest.mark.clause("G-APP-1")
def test_the_deactivated_hold_nothing_whoever_names_them() -> None:
    barred = frozenset({BEN, CLEO, FINN, EVE})
    outside = Outside({LEADS: (FINN, DORA), SHOP_LEADS: ()}, (delegation(EVE, DORA),), barred)
    found = roster(outside, window=IN_THE_SHIFT)
    assert found.holders(Role.TECH_LEAD) == (DORA,)
    assert found.holders(Role.ON_CALL, for_window=True) == ()
    assert found.holders(Role.ENGINEER, for_window=True) == (ANA,)


def test_a_deputy_of_a_deactivated_holder_holds_nothing() -> None:
    outside = leads(delegations=(delegation(EVE, BEN),), barred=frozenset({BEN}))
    assert roster(outside).holders(Role.TECH_LEAD) == ()


PEOPLE = st.sampled_from([ANA, BEN, CLEO, DORA, EVE, FINN])
DELEGATIONS = st.builds(
    delegation,
    PEOPLE,
    st.none() | PEOPLE,
    st.sampled_from(list(Role)),
    service=st.none() | st.sampled_from([SHOP, BANK]),
    starts=st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]),
    ends=st.sampled_from([NOW, NOW + 2 * HOUR]),
)
OUTSIDES = st.builds(
    Outside,
    st.dictionaries(st.sampled_from([LEADS, SHOP_LEADS]), st.lists(PEOPLE, max_size=3).map(tuple)),
    st.lists(DELEGATIONS, max_size=4).map(tuple),
    st.frozensets(PEOPLE, max_size=3),
)


@given(OUTSIDES, st.sampled_from([SHOP, BANK]), st.sampled_from([None, IN_THE_SHIFT, AFTER_IT]))
def test_nobody_holds_a_role_whom_neither_file_nor_group_nor_rota_nor_a_delegation_in_force_gives_it(
    outside: Outside, service: ServiceName, window: datetime | None
) -> None:
    organization = read(DANAS)
    found = Roster.at(organization, service, NOW, window, outside)
    in_force = [each for each in outside.delegations if each.covers(service, NOW)]
    for role in Role:
        for for_window in (False, True):
            own = {
                *organization.roles.get(role, ()),
                *organization.services[service].roles.get(role, ()),
                *(m for g in organization.groups_of(role, service) for m in outside.members.get(g, ())),
            }
            if role in {Role.ON_CALL, Role.ENGINEER} and for_window and window == IN_THE_SHIFT:
                own |= {CLEO}
            deputies = {each.deputy for each in in_force if each.role is role and role is not Role.ON_CALL}
            deputies |= {ANA} if role is Role.ENGINEERING_DIRECTOR else set()
            held = found.holders(role, for_window=for_window)
            assert set(held) <= (own | deputies) - outside.barred
            assert len(set(held)) == len(held)
            for person in held:
                acted = found.deputizing(person, [role], for_window=for_window)
                assert bool(acted) == (person not in own - outside.barred)
                assert all(each.principal is None or each.principal in held for each in acted)


# What is refused of the file


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            FILE.replace('["ben", "@S0LEADS"]', '["ben", "@tech-leads"]'),
            'roles.tech_lead: must name a user group by its Slack id, such as "@S0TECHLEADS", not "@tech-leads"',
        ),
        (standing(role='"boss"', deputy='"ana"'), 'deputies[1].role: names "boss", which is not a role'),
        (standing(role='"on_call"', deputy='"ana"'), "deputies[1].role: is read from the rota"),
        (standing(role='"qa"'), "deputies[1].deputy: is missing"),
        (
            standing(role='"qa"', deputy='"zoe"'),
            'deputies[1].deputy: names "zoe", whom [people] does not introduce',
        ),
        (standing(role='"qa"', deputy='"ana"', for_='"zoe"'), 'deputies[1].for: names "zoe", whom'),
        (
            standing(role='"engineering_director"', deputy='"dora"', for_='"dora"'),
            "deputies[1].deputy: must be somebody else than the one for whom they act",
        ),
        (
            standing(role='"engineering_director"', deputy='"dora"'),
            "deputies[1].deputy: names somebody who is engineering_director already",
        ),
        (
            standing(role='"engineering_director"', deputy='"ana"', for_='"ben"'),
            "deputies[1].for: names somebody who is not engineering_director of shop, bank",
        ),
        (
            standing(role='"engineer"', deputy='"ben"', for_='"ana"', services='["shop", "bank"]'),
            "deputies[1].for: names somebody who is not engineer of bank",
        ),
        (
            standing(role='"qa"', deputy='"ana"', services='["kiosk"]'),
            'deputies[1].services: names "kiosk", which is not a service of this file',
        ),
        (
            standing(role='"qa"', deputy='"ana"', until='"ever"'),
            "deputies[1].until: is not a key that is known here",
        ),
    ],
)
def test_a_group_or_deputy_that_makes_no_sense_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(BadOrganization) as caught:
        read(text)
    assert any(problem in line for line in str(caught.value).splitlines()), str(caught.value)
    assert "organization.toml, line" in str(caught.value)


def test_for_whom_a_deputy_acts_may_be_known_to_slack_alone() -> None:
    text = standing(role='"tech_lead"', deputy='"ana"', for_='"dora"')
    assert Roster.at(read(text), SHOP, NOW, None, leads(DORA)).holders(Role.TECH_LEAD) == (BEN, DORA, ANA)
    assert Roster.at(read(text), SHOP, NOW, None, leads()).holders(Role.TECH_LEAD) == (BEN,)
