"""Small companies at random, in which one thing or another is scarce."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.rules.guide import Guide, HotfixAfterHours, HotfixCodeReview
from bot.rules.organization import ChannelId, Handle, Organization, PersonEntry, Service, Shift
from bot.rules.terms import PersonId, Role, ServiceName
from tests.guides import guide

MONDAY = datetime.fromisoformat("2026-11-30T00:00:00+00:00")
WEEK = timedelta(days=7)

PEOPLE = tuple(PersonId(name) for name in ("ana", "ben", "cleo", "dora", "eve"))
LISTED = tuple(role for role in Role if role is not Role.ON_CALL)
CHANNEL = ChannelId("C0X")

THREE_IN_PRODUCTION = [
    {"clause": "G-APP-1", "stage": "code", "when": "always", "signers": ["tech_lead", "peer"]},
    {"clause": "G-APP-2", "stage": "staging", "when": "always", "signers": ["development_team_lead", "qa"]},
    {
        "clause": "G-APP-4",
        "stage": "production",
        "when": "always",
        "signers": ["on_call", "engineering_director", "engineering_manager"],
    },
]


TABLES: list[Mapping[str, object]] = [
    {},
    {"approvals": THREE_IN_PRODUCTION},
    {"verified_by": ["qa", "product", "tech_lead"]},
    {"peers": ["tech_lead"]},
]


@st.composite
def guides(draw: st.DrawFn) -> Guide:
    return guide(
        {
            **draw(st.sampled_from(TABLES)),
            "allow_self_approval": draw(st.booleans()),
            "allow_one_person_many_roles": draw(st.booleans()),
            "hotfix": {
                "requester_may_sign": draw(st.integers(0, 1)),
                "code_review": draw(st.sampled_from(HotfixCodeReview)).value,
                "after_hours": draw(st.sampled_from(HotfixAfterHours)).value,
            },
        }
    )


def held_by(
    people: tuple[PersonId, ...], least: int, most: int
) -> st.SearchStrategy[Mapping[Role, tuple[PersonId, ...]]]:
    least, most = min(least, len(people)), min(most, len(people))
    some = st.lists(st.sampled_from(people), min_size=least, max_size=most, unique=True).map(tuple)
    return st.fixed_dictionaries(dict.fromkeys(LISTED, some))


@st.composite
def companies(draw: st.DrawFn) -> Organization:
    """From one where nearly every role is vacant to one where only certain absences stop anything."""
    people = PEOPLE[: draw(st.integers(1, 5))]
    least = draw(st.integers(0, 3))
    services = [ServiceName(name) for name in ("shop", "bank")[: draw(st.integers(1, 2))]]
    return company(
        people=people,
        services={service: draw(held_by(people, 0, 2)) for service in services},
        roles=draw(held_by(people, least, least + 1)),
        rota=[draw(shifts(people, number)) for number in range(draw(st.integers(0, 2)))],
        guide=draw(guides()),
    )


def shifts(people: tuple[PersonId, ...], number: int) -> st.SearchStrategy[Shift]:
    at = MONDAY + number * WEEK
    on_call = st.lists(st.sampled_from(people), min_size=1, max_size=2, unique=True)
    return on_call.map(lambda some: Shift(at, at + WEEK, some[0], some[1] if len(some) > 1 else None))


def company(
    people: tuple[PersonId, ...],
    services: Mapping[ServiceName, Mapping[Role, tuple[PersonId, ...]]],
    roles: Mapping[Role, tuple[PersonId, ...]],
    rota: list[Shift],
    guide: Guide,
) -> Organization:
    return Organization(
        name="Small",
        team="T0SMALL",
        zone=ZoneInfo("Europe/Berlin"),
        admin_channel=CHANNEL,
        audit_channel=CHANNEL,
        incident_channel=CHANNEL,
        services={name: Service(name, CHANNEL, held) for name, held in services.items()},
        people={
            Handle(person): PersonEntry(person, person.capitalize(), Handle(person)) for person in people
        },
        roles=roles,
        rota=tuple(rota),
        guide=guide,
    )
