"""What a person hands in with an act, parsed and typed; Slack's forms and the API both end here."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import Evidence, Outcome, PullRequest, RollbackPlan, Span
from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.readings import Figure, Problem
from bot.rules.terms import (
    NO_WORDS,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Phase,
    Role,
    ServiceName,
    Words,
)
from bot.rules.words import Sentence


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


@dataclass(frozen=True, slots=True)
class WaiverWish:
    """G-ENV-2: which environment the version shall leave out, why, and until when."""

    environment: EnvironmentName
    reason: Words
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class WaiverGrant:
    """G-ENV-2: leave for the waiver that the Director was shown."""

    waiver: int | None = None


@dataclass(frozen=True, slots=True)
class WaiverRefusal:
    """G-ENV-2: why not."""

    reason: Words
    waiver: int | None = None


@dataclass(frozen=True, slots=True)
class BaselineInput:
    """What production measures before the deployment."""

    figures: tuple[tuple[Problem, Figure], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """G-RB-1 to G-RB-4: what somebody saw. `before` only counts where no baseline was stored before the start."""

    problem: Problem
    now: Figure | None = None
    before: Figure | None = None
    notes: Words = NO_WORDS
    deployment: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class ReportWithdrawal:
    """Why an observation has nothing to do with the deployment; without a number, all that stand."""

    reason: Words
    observation: int | None = None


@dataclass(frozen=True, slots=True)
class RollbackStart:
    """A rollback of the deployment that its starter was shown."""

    deployment: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The fix that stands in for a required rollback: a change's number or a few words, and why."""

    fix: Words
    reason: Words


@dataclass(frozen=True, slots=True)
class Snoozing:
    """Which asking's reminders a person puts off."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class FreezeWish:
    """A change freeze: for these services (none named: all), when, and why."""

    services: tuple[ServiceName, ...]
    span: Span
    reason: Words


@dataclass(frozen=True, slots=True)
class FreezeLift:
    """Which freeze ends before its time, and why."""

    freeze: FreezeId
    reason: Words


@dataclass(frozen=True, slots=True)
class FreezeLeave:
    """From which freeze a change is excepted, and why."""

    freeze: FreezeId
    reason: Words


@dataclass(frozen=True, slots=True)
class DeputyWish:
    """A deputy for a role, for a service (None: for all), instead of a holder (None: where there is none), for a time.

    `unfit` is why the deputy can hold no role, by the directory's word, which is asked before the act.
    """

    role: Role
    service: ServiceName | None
    principal: PersonId | None
    deputy: PersonId
    span: Span
    unfit: Sentence | None = None


@dataclass(frozen=True, slots=True)
class DelegationEnd:
    """A delegation that is to end now."""

    delegation: DelegationId
