"""The search for deadlocks against trying everything, on small companies at random; and whether its mends mend."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hypothesis import given, settings

from bot.rules.clauses import Clause
from bot.rules.deadlock_mends import Addition, Mend, Switch
from bot.rules.deadlock_needs import Step
from bot.rules.deadlocks import Deadlock, find_deadlocks
from bot.rules.organization import Handle, Organization, PersonEntry, Shift
from bot.rules.policy_words import finding_lines
from bot.rules.terms import PersonId, Role, ServiceName
from tests.random_companies import WEEK, companies
from tests.restated_signatures import NO_ROTA, Case, every_case, unmet
from tests.short_form import WHOLE
from tests.stuck_cases import cases_of, clauses_by_case

EXAMPLES = settings(max_examples=200 if WHOLE else 15)


def cases_with_step(deadlocks: Iterable[Deadlock]) -> set[tuple[Step, Clause, Case]]:
    """What is stuck at which step."""
    return {(need.step, need.clause, case) for deadlock in deadlocks for need, case in cases_of(deadlock)}


@EXAMPLES
@given(companies())
def test_the_search_finds_what_trying_every_way_finds_and_nothing_else(small: Organization) -> None:
    said = clauses_by_case(find_deadlocks(small).deadlocks)
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
