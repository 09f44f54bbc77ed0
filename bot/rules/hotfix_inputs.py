"""What a person hands in about a hotfix or its review, parsed and typed."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import PullRequest, RollbackPlan
from bot.rules.hotfix import How, Issue, ReviewText
from bot.rules.terms import ChangeType, PersonId, Role, ServiceName, Words


@dataclass(frozen=True, slots=True)
class HotfixDeclaration:
    """`/deploy hotfix`: one version of one service that cannot wait. `channel` is where the incident is talked about."""

    service: ServiceName
    version: str
    issue: Issue
    channel: str
    pull_requests: tuple[PullRequest, ...]
    reviewers: tuple[PersonId, ...]
    plan: RollbackPlan


@dataclass(frozen=True, slots=True)
class SpokenBy:
    """One person who is said to have approved, and in which role: None leaves it to the seats, as a peer's is."""

    person: PersonId
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class VerbalRecord:
    """G-HOT-2: one form records several people at once."""

    people: tuple[SpokenBy, ...]
    said: Words
    how: How
    given_at: datetime
    heard_by: PersonId | None


@dataclass(frozen=True, slots=True)
class VerbalAnswer:
    """G-HOT-2: what the named approver says about the approvals that are said to be theirs; `words` for a dispute.

    `number` is the only one that is meant, `shown` the newest that they were shown: what was recorded later is asked anew.
    """

    number: int | None = None
    words: Words = Words("")  # noqa: RUF009 - an empty string is immutable
    shown: int | None = None


@dataclass(frozen=True, slots=True)
class BreachStart:
    """G-HOT-3: why it starts without its approvals, and who was tried and how."""

    reason: Words
    tried: Words


@dataclass(frozen=True, slots=True)
class Standardization:
    """As which type a declared hotfix goes the standard way, with which rollback plan."""

    type: ChangeType = ChangeType.ROUTINE


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """What somebody quotes into the timeline: whose words, and when they were said."""

    text: Words
    said_by: PersonId | None
    said_at: datetime


@dataclass(frozen=True, slots=True)
class ReviewHandIn:
    """G-HOT-5: the review as its author hands it in."""

    text: ReviewText


@dataclass(frozen=True, slots=True)
class ReviewSignature:
    """G-HOT-5: which handing-in of the review the signer read, by its round; None where that is not known."""

    round: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewExtension:
    """G-HOT-5: until when, and why."""

    until: datetime
    reason: Words
