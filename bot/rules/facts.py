"""What happened to a change, in the past tense. A fact is never edited.

A verb decides on facts; the store writes them as rows and the audit log keeps them word for word, so that folding a
change's facts (folding.py) gives the snapshot that its rows give.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import (
    Evidence,
    Outcome,
    PullRequest,
    ReturnedBecause,
    RollbackPlan,
    Span,
    WindowEnd,
)
from bot.rules.clauses import Clause
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Role,
    ServiceName,
    Words,
)


@dataclass(frozen=True, slots=True)
class ChangeRequested:
    """G-TYPE-1: a standard change was asked for."""

    change: ChangeId
    service: ServiceName
    type: ChangeType
    version: str
    requester: PersonId
    reviewers: tuple[PersonId, ...]
    pull_requests: tuple[PullRequest, ...]
    plan: RollbackPlan
    wished: Span | None
    wished_reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRecorded:
    """G-STD-1 to G-STD-4: something about the code became known. The newest of a kind counts."""

    evidence: Evidence
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRevised:
    """The requester changed the plan, the pull requests or the reviewers; what it voids stands in facts of its own."""

    plan: RollbackPlan
    pull_requests: tuple[PullRequest, ...]
    reviewers: tuple[PersonId, ...]
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionRevised:
    """Another version took the place of this change's. Everything is void; evidence starts afresh."""

    version: str
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A person approved one row of the guide's table, holding `roles` at that moment."""

    number: int
    row: Clause
    stage: ApprovalStage
    person: PersonId
    roles: tuple[Role, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalVoided:
    """An approval stopped counting, because what it was given for is no longer so."""

    number: int
    stage: ApprovalStage
    person: PersonId
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeReturned:
    """The change went back to its requester: an approver rejected it, or a verification failed."""

    because: ReturnedBecause
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeResubmitted:
    """The requester asks again, for what the change is now."""

    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class DeploymentStarted:
    """A deployment began; `attested` when it was recorded after the fact by the requester's word."""

    deployment: DeploymentId
    environment: EnvironmentName
    version: str
    attested: bool
    by: PersonId
    at: datetime
    window_end: datetime | None


@dataclass(frozen=True, slots=True)
class DeploymentFinished:
    """A deployment ended, and how."""

    deployment: DeploymentId
    outcome: Outcome
    by: PersonId
    notes: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionVerified:
    """G-STD-6: QA or Product looked at the version in staging, and it passed or failed."""

    version: str
    role: Role
    person: PersonId
    passed: bool
    notes: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class WindowProposed:
    """G-STD-7: a window was asked for. A narrowed one keeps its submission time, and nobody is asked again."""

    number: int
    narrowed: bool
    span: Span
    submitted_at: datetime
    reason: Words
    by: PersonId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class WindowEnded:
    """A proposed window is no longer the current one. `by` is nobody when time did it."""

    number: int
    because: WindowEnd
    by: PersonId | None
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class WindowCountered:
    """An approver who rejected a window proposed another one."""

    span: Span
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class DeployerTookOver:
    """Another engineer of the service deploys from now on."""

    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringNudged:
    """G-STD-9: the deployer and the on-call engineer were reminded to look, at this many minutes."""

    deployment: DeploymentId
    minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringEscalated:
    """G-STD-9: nobody confirmed in time; the Engineering Manager was told."""

    deployment: DeploymentId
    at: datetime


@dataclass(frozen=True, slots=True)
class DeploymentOverran:
    """G-STD-8: the window ended while the deployment was still running."""

    deployment: DeploymentId
    at: datetime


@dataclass(frozen=True, slots=True)
class HealthConfirmed:
    """G-STD-9: somebody who watched says that production is healthy."""

    deployment: DeploymentId
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangeWithdrawn:
    """The change ended without production."""

    by: PersonId
    reason: Words
    at: datetime


Fact = (
    ChangeRequested
    | EvidenceRecorded
    | ChangeRevised
    | VersionRevised
    | ApprovalGiven
    | ApprovalVoided
    | ChangeReturned
    | ChangeResubmitted
    | DeploymentStarted
    | DeploymentFinished
    | VersionVerified
    | WindowProposed
    | WindowEnded
    | WindowCountered
    | DeployerTookOver
    | MonitoringNudged
    | MonitoringEscalated
    | DeploymentOverran
    | HealthConfirmed
    | ChangeWithdrawn
)
