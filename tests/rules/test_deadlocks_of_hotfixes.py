"""The search for deadlocks against hotfixes themselves: everybody who is there signs, and what is missing then is stuck."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources

import pytest
from hypothesis import given, settings

import bot.sandbox
from bot.rules.approvals import missing_seats, roles_for
from bot.rules.change import Approval, Change, PullRequest, RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.deadlocks import find_deadlocks
from bot.rules.folding import declared
from bot.rules.guide import ApprovalRow
from bot.rules.hotfix import Issue, Review
from bot.rules.hotfix_facts import HotfixDeclared
from bot.rules.hotfix_rows import code_rows, rows_for_start
from bot.rules.organization import Organization, Roster
from bot.rules.organization_reading import parse_organization
from bot.rules.policy_words import finding_lines
from bot.rules.review import who_signs
from bot.rules.setting import Neighbors, Policy, Setting
from bot.rules.terms import ChangeId, ChangeType, HourClass, Role, Words
from tests.guides import TEXT
from tests.random_companies import companies
from tests.restated_signatures import Case, every_case
from tests.short_form import WHOLE
from tests.stuck_cases import clauses_by_case

EXAMPLES = settings(max_examples=200 if WHOLE else 15)
STARTS = {
    HourClass.BUSINESS: datetime(2026, 11, 30, 9, tzinfo=UTC),
    HourClass.AFTER: datetime(2026, 11, 28, 1, tzinfo=UTC),
}


def who_is_there(company: Organization, case: Case) -> Roster:
    """The roster of then, without who is away; whoever is on call and away has handed over the turn."""
    held = dict(Roster.at(company, case.service, case.at).now)
    on_call = held.get(Role.ON_CALL, ())
    if case.absent in on_call:
        rota = (person for shift in company.rota if shift.is_for(case.service) for person in shift.people)
        held[Role.ON_CALL] = tuple(dict.fromkeys((*on_call, *rota)))
    return Roster(
        {role: tuple(each for each in people if each != case.absent) for role, people in held.items()}
    )


def a_hotfix(company: Organization, case: Case) -> tuple[Change, Setting]:
    """Declared by the case's requester, who wrote it alone."""
    guide = company.guide
    policy = Policy(guide, guide.hours, company.zone)
    now = STARTS[case.hours]
    fact = HotfixDeclared(
        change=ChangeId(1),
        service=case.service,
        version="4.12.2",
        requester=case.requester,
        reviewers=(),
        pull_requests=(PullRequest(Words("#1"), (case.requester,)),),
        plan=RollbackPlan(Words("redeploy"), pretested=False, pretest=Words("none")),
        issue=Issue(guide.hotfix.severities[0], Words("nobody can pay")),
        channel="C0X",
        at=now,
    )
    return declared(fact), Setting(policy, who_is_there(company, case), now, Neighbors())


def signed(change: Change, setting: Setting, rows: Sequence[ApprovalRow]) -> Change:
    """The change with the signature of everybody who is there, in each of these rows."""
    people = {person for role in Role for person in setting.roster.holders(role)}
    given = [(row, person) for row in rows for person in sorted(people)]
    approvals = tuple(
        Approval(number, row.clause, row.stage, person, roles_for(row, person, setting), setting.now)
        for number, (row, person) in enumerate(given, 1)
    )
    return replace(change, approvals=approvals)


def stuck_at(company: Organization, case: Case) -> Iterator[Clause]:
    """The clauses that a hotfix cannot meet though everybody does what they may, from its start to its review."""
    change, setting = a_hotfix(company, case)
    for rows in (rows_for_start(setting.policy, setting.now), code_rows(setting.guide)):
        for needed in missing_seats(signed(change, setting, rows), setting.policy, rows):
            yield needed.row.clause
    reviewed = replace(change, review=Review(setting.now, author=case.requester))
    if not who_signs(reviewed, setting):
        yield Clause.HOT_5


@EXAMPLES
@given(companies())
def test_the_search_says_of_every_hotfix_what_its_own_rules_say(small: Organization) -> None:
    said = clauses_by_case(find_deadlocks(small).deadlocks)
    for case in every_case(small):
        if case.type is ChangeType.HOTFIX:
            found = said.get(case, set()) | said.get(replace(case, absent=None), set())
            assert found == set(stuck_at(small, case)), case


def harbor(name: str) -> Organization:
    """One of the two demo companies."""
    text = resources.files(bot.sandbox).joinpath(name).read_text("utf-8")
    return parse_organization(text, source=name, default_guide_text=TEXT)


@pytest.mark.clause("G-HOT-2", "G-HOT-5", "G-APP-1", "G-APP-4")
def test_in_the_demo_company_no_hotfix_is_stuck_whoever_declares_it_and_whoever_is_away() -> None:
    company = harbor("harbor.toml")
    assert not find_deadlocks(company).stuck
    first = min(shift.starts for shift in company.rota)
    cases = [case for case in every_case(company) if case.type is ChangeType.HOTFIX and case.at == first]
    tried = {replace(case, service=next(iter(company.services))) for case in cases}
    assert len(tried) > 100
    assert [case for case in tried if set(stuck_at(company, case))] == []


@pytest.mark.clause("G-HOT-2")
def test_without_its_only_product_manager_no_hotfix_starts_and_a_deputy_mends_it() -> None:
    company = harbor("harbor-one-pm.toml")
    text = "\n".join(finding_lines(find_deadlocks(company), company))
    assert "While Paul Weber is away, nobody else is Product Manager:" in text
    assert "no hotfix of any service can be approved · G-HOT-2" in text
    assert "→ name a deputy: `/deploy delegate` Product Manager for all services to Pia Lund" in text


@pytest.mark.clause("G-HOT-2", "G-APP-4")
def test_who_declares_on_call_at_night_needs_nobody_else_on_call_and_may_sign_one_of_the_two() -> None:
    company = harbor("harbor.toml")
    omar = next(person for person, name in company.names().items() if name.startswith("Omar"))
    (case, *_) = (
        case
        for case in every_case(company)
        if case.type is ChangeType.HOTFIX and case.requester == omar and case.hours is HourClass.AFTER
    )
    change, setting = a_hotfix(company, case)
    roster = replace(setting.roster, now={**setting.roster.now, Role.ON_CALL: (omar,)})
    setting = replace(setting, roster=roster)
    rows = rows_for_start(setting.policy, setting.now)
    assert missing_seats(signed(change, setting, rows), setting.policy, rows) == ()
