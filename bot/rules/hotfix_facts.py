"""What happened to a hotfix and its review, in the past tense. Like all facts, never edited."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import PullRequest, RollbackPlan
from bot.rules.guide import Seat
from bot.rules.hotfix import Issue, ReviewText
from bot.rules.terms import ChangeId, ChangeType, DeploymentId, PersonId, ServiceName, Words


@dataclass(frozen=True, slots=True)
class HotfixDeclared:
    """G-HOT-1: a hotfix was asked for; `channel` is where its incident is talked about."""

    change: ChangeId
    service: ServiceName
    version: str
    requester: PersonId
    reviewers: tuple[PersonId, ...]
    pull_requests: tuple[PullRequest, ...]
    plan: RollbackPlan
    issue: Issue
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IssueRevised:
    """More is known about the issue."""

    issue: Issue
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class VerbalConfirmed:
    """G-HOT-2: the named approver says that they approved. `number` is the approval's."""

    number: int
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class VerbalDisputed:
    """G-HOT-2: the named approver says that they did not. Never erased."""

    number: int
    by: PersonId
    words: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class VerbalChased:
    """G-HOT-2: an unconfirmed approval was asked about once more, for the `step`-th time."""

    number: int
    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StartedInBreach:
    """G-HOT-3: the deployment started without all approvals; `missing` are the seats, `tried` who was tried and how."""

    deployment: DeploymentId
    by: PersonId
    reason: Words
    tried: Words
    missing: tuple[Seat, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class BreachAnswered:
    """G-HOT-3: a missing signer ratified the breach, or refused to, with a reason. Both stand."""

    person: PersonId
    seat: Seat
    ratified: bool
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class TurnedIntoStandard:
    """A declared hotfix goes the standard way instead, as a change of another type; its evidence goes along."""

    type: ChangeType
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class TimelineEntryAdded:
    """Somebody quoted something into the timeline."""

    text: Words
    said_by: PersonId | None
    said_at: datetime
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewOpened:
    """G-HOT-5: the hotfix started, so a review is due."""

    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewDrafted:
    """G-HOT-5: somebody wrote on the review, and did not hand it in yet."""

    text: ReviewText
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewSubmitted:
    """G-HOT-5: the review was handed in for its sign-off."""

    text: ReviewText
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewReturned:
    """G-HOT-5: the review went back to its author."""

    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewSigned:
    """G-HOT-5: the review is complete."""

    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewExtended:
    """G-HOT-5: a Director gave more time. A deviation."""

    until: datetime
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewReminded:
    """G-HOT-5: those who owe the review were reminded, at a moment that the guide names or that one of them chose."""

    due: datetime
    people: tuple[PersonId, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class HotfixToContain:
    """A hotfix of the service is in production: the requester of this change was asked whether the change contains it."""

    hotfix: ChangeId
    version: str
    at: datetime


HotfixFact = (
    HotfixDeclared
    | IssueRevised
    | VerbalConfirmed
    | VerbalDisputed
    | VerbalChased
    | StartedInBreach
    | BreachAnswered
    | TurnedIntoStandard
    | TimelineEntryAdded
    | ReviewOpened
    | ReviewDrafted
    | ReviewSubmitted
    | ReviewReturned
    | ReviewSigned
    | ReviewExtended
    | ReviewReminded
    | HotfixToContain
)
