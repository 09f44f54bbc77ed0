"""What a person hands in with an act, parsed and typed; Slack's forms and the API both end here."""

from dataclasses import dataclass

from bot.rules.change import Evidence, Outcome, PullRequest, RollbackPlan, Span
from bot.rules.terms import ChangeType, DeploymentId, PersonId, Role, ServiceName, Words


@dataclass(frozen=True, slots=True)
class WishedWindow:
    """A production window, and why it cannot wait for business hours (may be empty)."""

    span: Span
    reason: Words


@dataclass(frozen=True, slots=True)
class DeploymentRequest:
    """`/deploy request`: one version of one service, on its way."""

    service: ServiceName
    type: ChangeType
    version: str
    pull_requests: tuple[PullRequest, ...]
    reviewers: tuple[PersonId, ...]
    evidence: tuple[Evidence, ...]
    in_development: bool
    plan: RollbackPlan
    wished: WishedWindow | None


@dataclass(frozen=True, slots=True)
class Revision:
    """The requester's new plan, pull requests, reviewers – and version, where that changes, too."""

    version: str
    pull_requests: tuple[PullRequest, ...]
    reviewers: tuple[PersonId, ...]
    plan: RollbackPlan
    resubmit: bool


@dataclass(frozen=True, slots=True)
class EvidenceInput:
    """What became known about the code."""

    evidence: tuple[Evidence, ...]
    in_development: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A button pressed on a change as it was at `revision`; None when no message was looked at."""

    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why not, and optionally another window."""

    reason: Words
    revision: int | None = None
    counter: Span | None = None


@dataclass(frozen=True, slots=True)
class VerificationInput:
    """G-STD-6: pass or fail with notes, of the change as it was at `revision`; `role` where the person holds both."""

    passed: bool
    notes: Words
    revision: int | None = None
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """How a running deployment ended."""

    outcome: Outcome
    notes: Words
    deployment: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Just a reason."""

    reason: Words
