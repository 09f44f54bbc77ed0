"""Reading the record of one change for the guide as it is restated: what was asked for, who signed, what runs.

It reads only what happened and the company's own list of who is what; nothing of the rules that are held to account.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.rules.change import EvidenceState, PullRequest, ReturnedBecause, Span
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ChangeRequested,
    ChangeReturned,
    ChangeRevised,
    DeployerTookOver,
    EvidenceRecorded,
    Fact,
    VersionRevised,
)
from bot.rules.hotfix_facts import HotfixDeclared, TurnedIntoStandard, VerbalDisputed
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, Role
from tests.restated_company import Company

Request = ChangeRequested | HotfixDeclared
NO_PULL_REQUEST = PullRequest(NO_WORDS, ())


def request(before: Sequence[Fact]) -> Request:
    """With what the change began."""
    first = before[0]
    assert isinstance(first, Request)
    return first


def requester(before: Sequence[Fact]) -> PersonId:
    """Who asked for it."""
    return request(before).requester


def kind(before: Sequence[Fact]) -> ChangeType:
    """Its type: what it was asked for as, or turned into."""
    first = request(before)
    asked = first.type if isinstance(first, ChangeRequested) else ChangeType.HOTFIX
    return next((fact.type for fact in before if isinstance(fact, TurnedIntoStandard)), asked)


def version(before: Sequence[Fact]) -> str:
    """The version that it carries."""
    return [fact.version for fact in before if isinstance(fact, Request | VersionRevised)][-1]


def deployer(before: Sequence[Fact]) -> PersonId:
    """Who deploys: the requester, until somebody takes over."""
    return next(
        (fact.by for fact in reversed(before) if isinstance(fact, DeployerTookOver)), requester(before)
    )


def last(before: Sequence[Fact], is_it: Callable[[Fact], bool]) -> int:
    """The place of the last fact of a sort; 0 where there is none."""
    return max((place for place, fact in enumerate(before) if is_it(fact)), default=0)


def new_version_at(before: Sequence[Fact]) -> int:
    """The place of the last new version."""
    return last(before, lambda fact: isinstance(fact, VersionRevised))


def described(before: Sequence[Fact]) -> list[tuple[int, Request | ChangeRevised]]:
    """Each description of what is to be deployed, with its place."""
    return [(place, fact) for place, fact in enumerate(before) if isinstance(fact, Request | ChangeRevised)]


def pull_requests(before: Sequence[Fact]) -> tuple[PullRequest, ...]:
    """The pull requests in it."""
    return described(before)[-1][1].pull_requests


def last_difference(before: Sequence[Fact], what: str) -> int:
    """The place of the last revision in which the named part of the request became another."""
    changed = [
        place
        for (_, older), (place, newer) in pairwise(described(before))
        if getattr(older, what) != getattr(newer, what)
    ]
    return max(changed, default=0)


def given(before: Sequence[Fact], row: str, since: int, *, words: bool = False) -> dict[PersonId, int]:
    """Who approved a row after the place `since`, and neither rejected the change afterwards nor took it back.

    With `words` what was spoken counts as well, unless it was disputed.
    """
    rejected = {
        (fact.by if isinstance(fact, ChangeReturned) else fact.person): place
        for place, fact in enumerate(before)
        if isinstance(fact, ApprovalTakenBack)
        or (isinstance(fact, ChangeReturned) and fact.because is ReturnedBecause.REJECTED)
    }
    disputed = {fact.number for fact in before if isinstance(fact, VerbalDisputed)}
    return {
        fact.person: place
        for place, fact in enumerate(before)
        if isinstance(fact, ApprovalGiven)
        and fact.row == row
        and place > since
        and place > rejected.get(fact.person, -1)
        and (fact.spoken is None or (words and fact.number not in disputed))
    }


def signed_code(before: Sequence[Fact], company: Company, *, words: bool) -> dict[Role, set[PersonId]]:
    """Who approved the code as it is, by the role that they held then; never the requester."""
    since = max(new_version_at(before), last_difference(before, "pull_requests"), last(before, _turned_off))
    signers = given(before, "G-APP-1", since, words=words)
    signers.pop(requester(before), None)
    return {
        role: {
            person for person, place in signers.items() if person in company.holding(role, before[place].at)
        }
        for role in (Role.ENGINEER, Role.TECH_LEAD)
    }


def peers_looked(before: Sequence[Fact], peers: set[PersonId]) -> bool:
    """Whether one of these looked at each pull request who did not write it."""
    return all(
        any(peer not in each.authors for peer in peers)
        for each in pull_requests(before) or (NO_PULL_REQUEST,)
    )


def code_is_approved(before: Sequence[Fact], company: Company) -> bool:
    """G-APP-1 whole, by people's own acts: peers, and another one as Tech Lead who wrote none of it."""
    held = signed_code(before, company, words=False)
    peers, leads = held[Role.ENGINEER] | held[Role.TECH_LEAD], held[Role.TECH_LEAD]
    wrote = {author for each in pull_requests(before) for author in each.authors}
    return any(peers_looked(before, peers - {lead}) for lead in leads - wrote)


def _turned_off(fact: Fact) -> bool:
    return isinstance(fact, EvidenceRecorded) and fact.evidence.state is EvidenceState.NOT_APPLICABLE


def is_running(before: Sequence[Fact]) -> bool:
    """Whether anything of the change runs, in whatever environment."""
    started = {fact.deployment for fact in before if isinstance(fact, DeploymentStarted)}
    return bool(started - {fact.deployment for fact in before if isinstance(fact, DeploymentFinished)})


def hours_of(span: Span, zone: ZoneInfo) -> tuple[bool, bool]:
    """Whether any minute of the span is inside business hours, and whether any is outside."""
    length = int((span.end - span.start).total_seconds()) // 60
    minutes = [(span.start + timedelta(minutes=each)).astimezone(zone) for each in range(max(1, length))]
    inside = [each.weekday() < 5 and 9 <= each.hour < 17 for each in minutes]
    return any(inside), not all(inside)
