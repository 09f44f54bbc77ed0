"""What happened to a change, in the past tense. A fact is never edited.

A verb decides on facts; the store writes them as rows and the audit log keeps them word for word, so that folding a
change's facts (folding.py) gives the snapshot that its rows give.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import (
    Evidence,
    PullRequest,
    ReturnedBecause,
    RollbackPlan,
    Span,
    WindowEnd,
)
from bot.rules.clauses import Clause
from bot.rules.deputies import Deputizing
from bot.rules.freezing import FreezeId
from bot.rules.hotfix import Spoken
from bot.rules.hotfix_facts import HotfixFact
from bot.rules.production_facts import ProductionFact
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    EnvironmentName,
    PersonId,
    Phase,
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
    deputizing: tuple[Deputizing, ...] = ()
    spoken: Spoken | None = None


@dataclass(frozen=True, slots=True)
class ApprovalVoided:
    """An approval stopped counting, because what it was given for is no longer so."""

    number: int
    stage: ApprovalStage
    person: PersonId
    because: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalTakenBack:
    """Its giver took an approval back."""

    number: int
    stage: ApprovalStage
    person: PersonId
    reason: Words
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
class VersionVerified:
    """G-STD-6: QA or Product looked at the version in staging, and it passed or failed."""

    version: str
    role: Role
    person: PersonId
    passed: bool
    notes: Words
    at: datetime
    deputy_for: PersonId | None = None


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
class ChangeWithdrawn:
    """The change ended without production."""

    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverAsked:
    """G-ENV-2: the requester asks to leave out an environment for this version, until a time."""

    number: int
    environment: EnvironmentName
    version: str
    reason: Words
    expires_at: datetime
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverGranted:
    """G-ENV-2: a Director lets the version leave the environment out."""

    number: int
    by: PersonId
    at: datetime
    deputy_for: PersonId | None = None


@dataclass(frozen=True, slots=True)
class WaiverRefused:
    """G-ENV-2: a Director does not."""

    number: int
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverTookEffect:
    """G-ENV-2: G-APP-1 and G-STD-1 to G-STD-4 are met, so the waived environment counts as done."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiverExpired:
    """G-ENV-2: its time is over."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FreezeExcepted:
    """A Director lets this change go on during a freeze."""

    freeze: FreezeId
    by: PersonId
    reason: Words
    at: datetime
    deputy_for: PersonId | None = None


@dataclass(frozen=True, slots=True)
class ChangeSuperseded:
    """A newer change of its service and type reached production first."""

    superseded_by: ChangeId
    at: datetime


@dataclass(frozen=True, slots=True)
class SupersedingUndone:
    """The requester wants it all the same."""

    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class AskingReminded:
    """Those who were asked and have not answered were reminded, for the `step`-th time in this round.

    `people` are those who were reminded now: a reminder that comes too late to be one reminds nobody.
    """

    phase: Phase
    round: int
    step: int
    people: tuple[PersonId, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class ReminderSnoozed:
    """A person does not want to be reminded before a time."""

    phase: Phase
    round: int
    person: PersonId
    until: datetime
    at: datetime


RequestFact = (
    ChangeRequested
    | EvidenceRecorded
    | ChangeRevised
    | VersionRevised
    | ApprovalGiven
    | ApprovalVoided
    | ApprovalTakenBack
    | ChangeReturned
    | ChangeResubmitted
    | VersionVerified
    | WindowProposed
    | WindowEnded
    | WindowCountered
    | DeployerTookOver
    | ChangeWithdrawn
    | WaiverAsked
    | WaiverGranted
    | WaiverRefused
    | WaiverTookEffect
    | WaiverExpired
    | FreezeExcepted
    | ChangeSuperseded
    | SupersedingUndone
    | AskingReminded
    | ReminderSnoozed
)
"""What happens to a request before production, and beside it."""

Fact = RequestFact | ProductionFact | HotfixFact
