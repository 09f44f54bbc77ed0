"""Frozen snapshots of one change and everything recorded about it. All instants are aware, UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.clauses import Clause
from bot.rules.deputies import Deputizing
from bot.rules.freezing import FreezeException
from bot.rules.hotfix import Breach, Entry, Issue, Review, Spoken
from bot.rules.production import Baseline, Observation, Settled
from bot.rules.readings import Problem
from bot.rules.reminded import Reminded, Snooze
from bot.rules.terms import (
    NO_WORDS,
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Phase,
    Role,
    ServiceName,
    Words,
)
from bot.rules.waivers import Waiver


class EvidenceKind(StrEnum):
    """What G-STD-1 to G-STD-4 ask to see."""

    BRANCH = "branch"
    PULL_REQUEST = "pull_request"
    CI = "ci"
    MERGE = "merge"


class EvidenceState(StrEnum):
    """What a piece of evidence says. Only PRESENT and NOT_APPLICABLE ever meet a gate."""

    PENDING = "pending"
    PRESENT = "present"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing recorded about the code: a branch's name, CI's result and link, the merge commit.

    `text` is the branch, link or commit; for NOT_APPLICABLE the reason, which approvers see.
    """

    kind: EvidenceKind
    state: EvidenceState
    text: Words


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request in the version, and all who wrote it: none of them can be its peer (G-APP-1)."""

    reference: Words
    authors: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class RollbackPlan:
    """G-STD-10: the plan, and the evidence of its pre-test – or why a pre-test is not applicable."""

    text: Words
    pretested: bool
    pretest: Words


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, half-open: the end is outside."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        """Whether the instant lies inside."""
        return self.start <= at < self.end

    def encloses(self, other: "Span") -> bool:
        """Whether the other span lies inside this one."""
        return self.start <= other.start and other.end <= self.end

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's approval of one row of the guide's table, by the roles that they held at that moment.

    Which seat of the row it fills is derived, never stored (approvals.seat).
    """

    number: int
    row: Clause
    stage: ApprovalStage
    person: PersonId
    roles: frozenset[Role]
    at: datetime
    voided_at: datetime | None = None
    deputizing: tuple[Deputizing, ...] = ()
    spoken: Spoken | None = None
    confirmed_at: datetime | None = None
    disputed_at: datetime | None = None
    dispute: Words | None = None
    chased: int = 0

    @property
    def stands(self) -> bool:
        """Whether it still counts. A disputed word does not."""
        return self.voided_at is None and self.disputed_at is None

    @property
    def unconfirmed(self) -> bool:
        """Whether it was spoken, and the one who is said to have spoken it has not said yet whether that is so."""
        return self.spoken is not None and self.confirmed_at is None and self.disputed_at is None


class WindowEnd(StrEnum):
    """Why a proposed window is no longer the current one."""

    MOVED = "moved"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    VERSION_REVISED = "version_revised"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Window:
    """A proposed change window. `submitted_at` is what G-STD-7 counts from; a narrowed window keeps it."""

    number: int
    span: Span
    submitted_at: datetime
    reason: Words
    ended: WindowEnd | None = None
    end_reason: Words = NO_WORDS


@dataclass(frozen=True, slots=True)
class CounterProposal:
    """Another window, proposed by an approver while rejecting one. Proposing it is not approving it."""

    span: Span
    by: PersonId


@dataclass(frozen=True, slots=True)
class Verification:
    """G-STD-6: one person's attestation for a role and a version."""

    version: str
    role: Role
    person: PersonId
    passed: bool
    notes: Words
    at: datetime
    deputy_for: PersonId | None = None


class Outcome(StrEnum):
    """How a deployment ended. FAILED_UNTOUCHED left the environment as it was."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    FAILED_UNTOUCHED = "failed_untouched"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One attempt to put a version into an environment; a rollback of another one puts the version before back.

    `notes` is what was said when it ended, `nudged` the newest nudge to look, in minutes after its end, and `nudged_at`
    when that was sent; `alarmed_at` is when the alarm about it was last sounded.
    """

    id: DeploymentId
    environment: EnvironmentName
    version: str
    attested: bool
    started_by: PersonId
    started_at: datetime
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    window_end: datetime | None = None
    nudged: int | None = None
    escalated_at: datetime | None = None
    overran_at: datetime | None = None
    healthy_by: PersonId | None = None
    healthy_at: datetime | None = None
    rolls_back: DeploymentId | None = None
    alarmed_at: datetime | None = None
    settled: Settled | None = None
    notes: Words = NO_WORDS
    nudged_at: datetime | None = None

    @property
    def running(self) -> bool:
        """Whether nobody has said yet how it ended."""
        return self.outcome is None


class ReturnedBecause(StrEnum):
    """Why a change went back to its requester."""

    REJECTED = "rejected"
    VERIFICATION_FAILED = "verification_failed"


@dataclass(frozen=True, slots=True)
class Returned:
    """Who sent the change back, and why."""

    because: ReturnedBecause
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Who took the change back for good, and why."""

    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class Superseded:
    """A newer change of the service and type reached production first."""

    by: ChangeId
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One version of one service on its way to production, with all that is recorded about it.

    `revision` counts what approvers were shown: a button pressed on an older one has moved on. `code_round`,
    `version_number` and `production_round` grow whenever the approvals before staging, the verifications and the
    production approvals are asked for anew, so that those who must act again get a new message; `code_asked_at` and
    `production_asked_at` are when that was.
    """

    id: ChangeId
    service: ServiceName
    type: ChangeType
    requester: PersonId
    deployer: PersonId
    version: str
    requested_at: datetime
    reviewers: tuple[PersonId, ...]
    pull_requests: tuple[PullRequest, ...]
    plan: RollbackPlan
    wished: Span | None = None
    wished_reason: Words = NO_WORDS
    evidence: Mapping[EvidenceKind, Evidence] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    verifications: tuple[Verification, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    windows: tuple[Window, ...] = ()
    counter: CounterProposal | None = None
    returned: Returned | None = None
    withdrawn: Withdrawn | None = None
    revision: int = 1
    code_round: int = 1
    version_number: int = 1
    production_round: int = 0
    code_asked_at: datetime | None = None
    production_asked_at: datetime | None = None
    waivers: tuple[Waiver, ...] = ()
    exceptions: tuple[FreezeException, ...] = ()
    baselines: Mapping[Problem, Baseline] = field(default_factory=dict)
    observations: tuple[Observation, ...] = ()
    superseded: Superseded | None = None
    reminded: Mapping[Phase, Reminded] = field(default_factory=dict)
    snoozes: tuple[Snooze, ...] = ()
    issue: Issue | None = None
    incident_channel: str | None = None
    breach: Breach | None = None
    earlier_breaches: tuple[Breach, ...] = ()
    review: Review | None = None
    entries: tuple[Entry, ...] = ()

    @property
    def window(self) -> Window | None:
        """The current window, if one is proposed and still stands."""
        return next((window for window in reversed(self.windows) if window.ended is None), None)

    @property
    def standing_approvals(self) -> tuple[Approval, ...]:
        """The approvals that still count, in the order given."""
        return tuple(approval for approval in self.approvals if approval.stands)

    def deployments_to(self, environment: EnvironmentName) -> tuple[Deployment, ...]:
        """This version's deployments to an environment, oldest first; rollbacks are none."""
        return tuple(
            deployment
            for deployment in self.deployments
            if deployment.environment == environment
            and deployment.version == self.version
            and deployment.rolls_back is None
        )

    def latest_in(self, environment: EnvironmentName) -> Deployment | None:
        """This version's newest deployment to an environment."""
        return next(reversed(self.deployments_to(environment)), None)

    def attempt_in(self, environment: EnvironmentName) -> Deployment | None:
        """The newest thing done to production for this version: its rollback where there is one, else its deployment."""
        latest = self.latest_in(environment)
        if latest is None:
            return None
        rollbacks = (each for each in reversed(self.deployments) if each.rolls_back == latest.id)
        return next(rollbacks, latest)

    def alarms_about(self, deployment: Deployment) -> tuple[Observation, ...]:
        """The observations that demand a rollback of a deployment, oldest first."""
        return tuple(each for each in self.observations if each.deployment == deployment.id and each.alarming)

    def waiver_for(self, environment: EnvironmentName) -> Waiver | None:
        """This version's newest waiver of an environment, decided or not."""
        return next(
            (
                waiver
                for waiver in reversed(self.waivers)
                if waiver.version == self.version and waiver.environment == environment
            ),
            None,
        )

    def waived(self, environment: EnvironmentName) -> Waiver | None:
        """This version's newest waiver of an environment that was granted and has not run out."""
        return next(
            (
                waiver
                for waiver in reversed(self.waivers)
                if waiver.version == self.version and waiver.environment == environment and waiver.granted
            ),
            None,
        )

    def left_out(self, environment: EnvironmentName) -> Waiver | None:
        """This version's waiver of an environment that is in effect; of several the one that lasts longest."""
        in_effect = (
            waiver
            for waiver in self.waivers
            if waiver.version == self.version and waiver.environment == environment and waiver.in_effect
        )
        return max(in_effect, key=lambda waiver: waiver.expires_at, default=None)

    @property
    def running(self) -> Deployment | None:
        """The deployment that is running, in whatever environment."""
        return next((deployment for deployment in self.deployments if deployment.running), None)

    def verified_by(self, role: Role) -> Verification | None:
        """This version's newest verification for a role."""
        return next(
            (
                verification
                for verification in reversed(self.verifications)
                if verification.version == self.version and verification.role is role
            ),
            None,
        )

    @property
    def authors(self) -> frozenset[PersonId]:
        """All who wrote any of its pull requests."""
        return frozenset(author for pull_request in self.pull_requests for author in pull_request.authors)
