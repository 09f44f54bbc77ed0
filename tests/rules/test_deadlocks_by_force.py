"""The search for deadlocks against trying everything, on small companies at random; and whether its mends mend."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.clauses import Clause
from bot.rules.deadlock_mends import Addition, Mend, Switch
from bot.rules.deadlock_moments import WITHOUT_A_ROTA
from bot.rules.deadlock_needs import Need, Step
from bot.rules.deadlocks import Deadlock, find_deadlocks
from bot.rules.guide import Guide, HotfixAfterHours, HotfixCodeReview
from bot.rules.organization import ChannelId, Handle, Organization, PersonEntry, Service, Shift
from bot.rules.policy_words import finding_lines
from bot.rules.terms import PersonId, Role, ServiceName
from tests.guides import guide
from tests.restated_signatures import NO_ROTA, Case, every_case, unmet
from tests.short_form import WHOLE

MONDAY = datetime.fromisoformat("2026-11-30T00:00:00+00:00")
WEEK = timedelta(days=7)
EXAMPLES = settings(max_examples=200 if WHOLE else 15)

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


def cases_of(deadlock: Deadlock) -> Iterator[tuple[Need, Case]]:
    """Each single change that a deadlock speaks of."""
    for stuck in deadlock.stuck:
        for at in stuck.moment.turns or (WITHOUT_A_ROTA,):
            for change_type in stuck.need.types:
                for hours in stuck.need.hours:
                    for requester in stuck.requesters:
                        of = stuck.moment.service
                        yield stuck.need, Case(of, at, change_type, requester, hours, stuck.absent)


def cases_with_step(deadlocks: Iterable[Deadlock]) -> set[tuple[Step, Clause, Case]]:
    """What is stuck at which step."""
    return {(need.step, need.clause, case) for deadlock in deadlocks for need, case in cases_of(deadlock)}


@EXAMPLES
@given(companies())
def test_the_search_finds_what_trying_every_way_finds_and_nothing_else(small: Organization) -> None:
    said: dict[Case, set[Clause]] = {}
    for deadlock in find_deadlocks(small).deadlocks:
        for need, case in cases_of(deadlock):
            said.setdefault(case, set()).add(need.clause)
    everything = set(every_case(small))
    assert said.keys() <= everything
    for case in everything:
        found = said.get(case, set()) | said.get(replace(case, absent=None), set())
        assert found == unmet(small, case), case


@EXAMPLES
@given(companies())
def test_every_mend_mends_all_that_it_is_printed_for(small: Organization) -> None:
    for deadlock in find_deadlocks(small).deadlocks:
        assert deadlock.mend is not None, deadlock
        left = cases_with_step(find_deadlocks(mended(small, deadlock.mend)).deadlocks)
        assert not left & cases_with_step([deadlock]), deadlock.mend


@EXAMPLES
@given(companies())
def test_with_all_mends_together_every_change_can_be_approved_while_everybody_is_there(
    small: Organization,
) -> None:
    found = find_deadlocks(small).deadlocks
    better = small
    for deadlock in found:
        assert deadlock.mend is not None, deadlock
        better = mended(better, deadlock.mend)
    for case in every_case(small):
        if case.absent is None:
            assert not unmet(better, case), case


@EXAMPLES
@given(companies())
def test_no_smaller_mend_is_left_out(small: Organization) -> None:
    for deadlock in find_deadlocks(small).deadlocks:
        assert deadlock.mend is not None, deadlock
        if deadlock.mend.switch or len(deadlock.mend.additions) > 1:
            for role in Role:
                one = Mend(deadlock.services, (Addition(role, None),))
                left = cases_with_step(find_deadlocks(mended(small, one)).deadlocks)
                assert left & cases_with_step([deadlock]), one


@EXAMPLES
@given(companies())
def test_every_deadlock_is_told_with_its_changes_and_its_mend(small: Organization) -> None:
    findings = find_deadlocks(small)
    paragraphs = "\n".join(finding_lines(findings, small)).split("\n\n")
    about = [paragraph for paragraph in paragraphs if "•" in paragraph]
    assert bool(about) == bool(findings.deadlocks)
    assert all("→" in paragraph for paragraph in about)


SWITCHES: Mapping[Switch, Mapping[str, object]] = {
    Switch.MANY_ROLES: {"allow_one_person_many_roles": True},
    Switch.SELF_APPROVAL: {"allow_self_approval": True},
}


def mended(small: Organization, mend: Mend) -> Organization:
    """The company as it is when somebody has done what the mend says."""
    if mend.switch is Switch.REQUESTER_MAY_SIGN:
        return replace(
            small, guide=replace(small.guide, hotfix=replace(small.guide.hotfix, requester_may_sign=1))
        )
    if mend.switch is not None:
        return replace(small, guide=replace(small.guide, **SWITCHES[mend.switch]))  # type: ignore[arg-type] # two booleans
    for addition in mend.additions:
        small = joined(small, addition, mend.services)
    return small


def joined(small: Organization, addition: Addition, services: tuple[ServiceName, ...]) -> Organization:
    person = addition.person or PersonId(f"new {len(small.people)}")
    people = {**small.people, Handle(person): PersonEntry(person, person, Handle(person))}
    small = replace(small, people=people)
    for service in services:
        if addition.role is Role.ON_CALL:
            small = replace(small, rota=tuple(on_call(small.rota, person, service, tuple(small.services))))
        else:
            entry = small.services[service]
            held = {**entry.roles, addition.role: (*entry.roles.get(addition.role, ()), person)}
            small = replace(small, services={**small.services, service: replace(entry, roles=held)})
    return small


def on_call(
    rota: tuple[Shift, ...], person: PersonId, service: ServiceName, services: tuple[ServiceName, ...]
) -> Iterator[Shift]:
    """The rota with one more person for a service: the second of each turn that has one, and in a turn of their own."""
    own = [shift for shift in rota if shift.is_for(service)]
    for shift in rota:
        covered = frozenset(services) if shift.services is None else shift.services
        yield replace(shift, services=covered - {service})
    for shift in own:
        second = shift.secondary or (person if person != shift.primary else None)
        yield replace(shift, services=frozenset({service}), secondary=second)
    if not own:
        yield Shift(NO_ROTA, NO_ROTA + WEEK, person, None, frozenset({service}))
    elif all(shift.secondary for shift in own):
        last = max(shift.ends for shift in own)
        yield Shift(last, last + WEEK, person, own[0].primary, frozenset({service}))
