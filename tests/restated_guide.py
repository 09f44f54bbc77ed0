"""The standard process of the guide, stated a second time and in another way: what a start must be preceded by.

It reads only the record of what happened and the company's own list of who is what; nothing of the rules that it holds to
account. `objections` is empty where the guide was kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations, product
from typing import NamedTuple

from bot.rules.change import EvidenceKind, EvidenceState, Outcome, Span
from bot.rules.facts import (
    EvidenceRecorded,
    Fact,
    FreezeExcepted,
    VersionVerified,
    WaiverAsked,
    WaiverGranted,
    WaiverTookEffect,
    WindowEnded,
    WindowProposed,
)
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.terms import ChangeType, PersonId, Role
from tests import restated_record as record
from tests.restated_company import Company
from tests.restated_hotfix import against_hotfix_fact, blocked, follows_hotfix
from tests.restated_production import against_production_fact


@dataclass(frozen=True)
class Asked:
    """A window as it stands on record: `since` is the place from which approvals for it count."""

    span: Span
    submitted_at: datetime
    reason: str
    since: int
    number: int


def objections(facts: Sequence[Fact], company: Company) -> list[str]:
    """What the guide holds against the last fact, given all those before it."""
    *before, last = facts
    match last:
        case DeploymentStarted(environment="production", rolls_back=None) if not follows_hotfix(before):
            return _against_production(before, last, company)
        case DeploymentStarted(environment=environment) if environment in company.middle:
            return _against_staging(before, last, company)
        case WaiverGranted() | FreezeExcepted():
            checks = {
                "a Director's word": last.by in company.holding(Role.ENGINEERING_DIRECTOR, last.at),
                "not the requester's own": last.by != record.requester(before),
            }
        case WaiverTookEffect():
            granted = [fact.number for fact in before if isinstance(fact, WaiverGranted)]
            checks = {
                "granted": last.number in granted,
                "code approved by peer and Tech Lead": record.code_is_approved(before, company),
                "evidence": _evidence_is_there(before),
            }
        case _:
            return [
                *against_production_fact(before, last, company, record.deployer(before)),
                *against_hotfix_fact(before, last, company),
            ]
    return [name for name, kept in checks.items() if not kept]


def _against_staging(before: Sequence[Fact], start: DeploymentStarted, company: Company) -> list[str]:
    previous = company.environments[company.environments.index(start.environment) - 1]
    checks = {
        "code approved by peer and Tech Lead": record.code_is_approved(before, company),
        "staging approved by the Team Lead": _staging_is_approved(before, start, company),
        f"{previous} first": _reached(before, previous, start),
        "evidence": _evidence_is_there(before),
        "started by the deployer": start.by == record.deployer(before),
        "nothing else running": not record.is_running(before),
        "the version is the change's": start.version == record.version(before),
    }
    return [name for name, kept in checks.items() if not kept]


def _against_production(before: Sequence[Fact], start: DeploymentStarted, company: Company) -> list[str]:
    window = _window(before)
    if window is None:
        return ["a window"]
    verified_at = _verified_at(before, company)
    waived = [_waived(before, environment, start) for environment in company.environments[:-1]]
    through = [place for place in (verified_at, waived[-1] and waived[-1].place) if place]
    inside, outside = record.hours_of(window.span, company.zone)
    notice = window.span.start - window.submitted_at >= timedelta(hours=48)
    checks = {
        "code approved by peer and Tech Lead": record.code_is_approved(before, company),
        "staging approved by the Team Lead": _staging_is_approved(before, start, company),
        **{f"{each} first": _reached(before, each, start) for each in company.environments[:-1]},
        "verified by QA and Product": bool(through),
        "a version that did not fail": not _failed(before),
        "scheduled after the verification": bool(through) and min(through) < window.since,
        "waivers that last through the window": all(
            each.expires_at >= window.span.end
            for environment, each in zip(company.environments, waived, strict=False)
            if each and not _succeeded(before, environment, start.version)
        ),
        "no dispute": not blocked(before, company),
        "no freeze": not company.frozen(start.at)
        - {fact.freeze for fact in before if isinstance(fact, FreezeExcepted)},
        "evidence": _evidence_is_there(before),
        "rollback plan": _plan_is_there(before),
        "inside its window": window.span.start <= start.at < window.span.end,
        "48 hours of notice": notice or outside,
        "a reason outside business hours": not outside or bool(window.reason.strip()),
        "PM and EM": not inside
        or _two(before, window, "G-APP-3", (Role.PRODUCT_MANAGER, Role.ENGINEERING_MANAGER), company),
        "Director and on-call": not outside
        or _two(before, window, "G-APP-4", (Role.ENGINEERING_DIRECTOR, Role.ON_CALL), company),
        "started by the deployer": start.by == record.deployer(before),
        "nothing else running": not record.is_running(before),
        "the version is the change's": start.version == record.version(before),
    }
    return [name for name, kept in checks.items() if not kept]


def _staging_is_approved(before: Sequence[Fact], start: DeploymentStarted, company: Company) -> bool:
    """G-APP-2 is waived with the environments that it is for."""
    return _team_lead_approved(before, company) or all(
        _waived(before, environment, start) for environment in company.middle
    )


def _reached(before: Sequence[Fact], environment: str, start: DeploymentStarted) -> bool:
    return _succeeded(before, environment, start.version) or _waived(before, environment, start) is not None


class Waived(NamedTuple):
    """A waiver that counts: from which place of the record, and how long."""

    place: int
    expires_at: datetime


def _waived(before: Sequence[Fact], environment: str, start: DeploymentStarted) -> Waived | None:
    """The waiver of an environment, for this version, that took effect and still lasts at the start; the longest."""
    effective = {
        fact.number: place for place, fact in enumerate(before) if isinstance(fact, WaiverTookEffect)
    }
    found = [
        Waived(effective[fact.number], fact.expires_at)
        for fact in before
        if isinstance(fact, WaiverAsked)
        and fact.number in effective
        and (fact.environment, fact.version) == (environment, start.version)
        and fact.reason.strip()
        and fact.expires_at > start.at
    ]
    return max(found, key=lambda each: each.expires_at, default=None)


def _failed(before: Sequence[Fact]) -> bool:
    return any(
        isinstance(fact, VersionVerified) and fact.version == record.version(before) and not fact.passed
        for fact in before
    )


def _team_lead_approved(before: Sequence[Fact], company: Company) -> bool:
    given = record.given(before, "G-APP-2", record.new_version_at(before))
    return any(
        person in company.holding(Role.DEVELOPMENT_TEAM_LEAD, before[place].at)
        for person, place in given.items()
        if person != record.requester(before)
    )


def _succeeded(before: Sequence[Fact], environment: str, version: str) -> bool:
    """Whether the newest deployment of the version to the environment succeeded."""
    started = [
        fact.deployment
        for fact in before
        if isinstance(fact, DeploymentStarted)
        and fact.rolls_back is None
        and (fact.environment, fact.version) == (environment, version)
    ]
    ended = {fact.deployment: fact.outcome for fact in before if isinstance(fact, DeploymentFinished)}
    return bool(started) and ended.get(started[-1]) is Outcome.SUCCEEDED


def _verified_at(before: Sequence[Fact], company: Company) -> int | None:
    """Where the second of two people passed the version for QA and for Product; None if it failed or is not verified."""
    version, since = record.version(before), record.new_version_at(before)
    if any(
        isinstance(fact, VersionVerified) and fact.version == version and not fact.passed for fact in before
    ):
        return None
    passed: dict[Role, list[tuple[int, PersonId]]] = {Role.QA: [], Role.PRODUCT: []}
    for place, fact in enumerate(before):
        if not isinstance(fact, VersionVerified) or fact.version != version or place <= since:
            continue
        if fact.person in company.holding(fact.role, fact.at):
            passed[fact.role].append((place, fact.person))
    pairs = [
        max(qa_at, product_at)
        for (qa_at, qa), (product_at, other) in product(passed[Role.QA], passed[Role.PRODUCT])
        if qa != other
    ]
    return min(pairs, default=None)


def _evidence_is_there(before: Sequence[Fact]) -> bool:
    since = record.new_version_at(before)
    newest = {
        fact.evidence.kind: fact.evidence for fact in before[since:] if isinstance(fact, EvidenceRecorded)
    }
    may_lack = record.kind(before) in {ChangeType.CONFIG, ChangeType.INFRA}

    def there(kind: EvidenceKind) -> bool:
        proof = newest.get(kind)
        if proof is None:
            return False
        if proof.state is EvidenceState.NOT_APPLICABLE:
            has_code = kind is EvidenceKind.MERGE and record.pull_requests(before)
            return may_lack and not has_code and bool(proof.text.strip())
        return proof.state is EvidenceState.PRESENT

    named = bool(record.pull_requests(before)) or there(EvidenceKind.PULL_REQUEST)
    return named and all(there(kind) for kind in (EvidenceKind.BRANCH, EvidenceKind.CI, EvidenceKind.MERGE))


def _plan_is_there(before: Sequence[Fact]) -> bool:
    plan = record.described(before)[-1][1].plan
    return bool(plan.text.strip() and plan.pretest.strip())


def _window(before: Sequence[Fact]) -> Asked | None:
    """The window that stands; one that was narrowed counts from the first submission of what it lies in."""
    asked: Asked | None = None
    moved_from: Asked | None = None
    for place, fact in enumerate(before):
        if isinstance(fact, WindowEnded):
            moved_from, asked = asked if fact.because == "moved" else None, None
        elif isinstance(fact, WindowProposed):
            inside = (
                moved_from is not None
                and moved_from.span.start <= fact.span.start
                and fact.span.end <= moved_from.span.end
            )
            submitted_at = moved_from.submitted_at if moved_from and inside else fact.at
            since = moved_from.since if moved_from and inside else place
            asked = Asked(fact.span, submitted_at, fact.reason, since, fact.number)
    return asked


def _two(before: Sequence[Fact], window: Asked, row: str, roles: tuple[Role, Role], company: Company) -> bool:
    """Whether two people approved the row for this window and plan, one in each role."""
    since = max(window.since, record.last_difference(before, "plan"), record.new_version_at(before))
    given = record.given(before, row, since)
    first, second = roles
    return any(
        _held(before, given[one], one, first, company) and _held(before, given[other], other, second, company)
        for one, other in permutations(set(given) - {record.requester(before)}, 2)
    )


def _held(before: Sequence[Fact], place: int, person: PersonId, role: Role, company: Company) -> bool:
    """Whether somebody held the role when they approved; on call is who is so at the start of the window of then."""
    if role is not Role.ON_CALL:
        return person in company.holding(role, before[place].at)
    then = _window(before[:place])
    return then is not None and person in company.on_call_on(then.span.start)
