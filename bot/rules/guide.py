"""The deployment guide as typed data: every number, role, stage and switch, as `guide.toml` and a company's overrides say.

The clauses' words are in the guide itself; here stands only what a company may read otherwise. `guide_reading.parse_guide`
makes a `Guide` of text and refuses what makes no sense; `guide_words.guide_table` says one in plain sentences. Lengths of
time are `timedelta`, whatever unit the file gives them in. Everything is immutable.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

from bot.rules.clauses import Clause
from bot.rules.terms import ApprovalStage, ChangeType, EnvironmentName, HourClass, Role

GUIDE_FILE: Final = "guide.toml"
"""The name of the default guide among this package's data."""


class Peer(StrEnum):
    """The seat of a peer reviewer: held by nobody as a role, but filled by anyone of `CodeReview.peers` who did not write the code."""

    PEER = "peer"

    @property
    def label(self) -> str:
        """The seat as a person reads it."""
        return "peer reviewer"


PEER: Final = Peer.PEER
Seat = Role | Peer
"""What a signature in a row of the table of required approvals is given as."""


class Hours(StrEnum):
    """When a row of the table of required approvals applies."""

    ALWAYS = "always"
    BUSINESS = "business_hours"
    AFTER = "after_hours"

    def cover(self, touched: frozenset[HourClass]) -> bool:
        """Say whether a row for these hours applies to a span of time that touches `touched`."""
        match self:
            case Hours.ALWAYS:
                return True
            case Hours.BUSINESS:
                return HourClass.BUSINESS in touched
            case Hours.AFTER:
                return HourClass.AFTER in touched


class Process(StrEnum):
    """Which of the guide's two processes a type of change follows (G-TYPE-1)."""

    STANDARD = "standard"
    HOTFIX = "hotfix"


class Evidence(StrEnum):
    """Evidence of G-STD-1 to G-STD-4 that may be "not applicable" for some types of change."""

    BRANCH = "branch"
    PULL_REQUEST = "pull_request"
    CI = "ci"


class VerificationBefore(StrEnum):
    """What G-STD-6's verification must precede (G-STD-7)."""

    SCHEDULING = "scheduling"
    DEPLOYMENT = "deployment"


class HotfixCodeReview(StrEnum):
    """How much of G-APP-1 a hotfix needs before it starts; the rest is due before its review is signed off."""

    BEFORE = "before"
    PEER_BEFORE = "peer_before"
    AFTER = "after"


class HotfixAfterHours(StrEnum):
    """Whose approvals a hotfix outside business hours needs: G-HOT-2's and G-APP-4's, or one pair alone."""

    BOTH = "both"
    DIRECTOR_AND_ON_CALL = "director_and_on_call"
    VERBAL_ONLY = "verbal_only"


class ReviewClock(StrEnum):
    """What starts the clock of the post-incident review (G-HOT-5)."""

    DEPLOYED = "deployed"
    DECLARED = "declared"


class ErrorRateMode(StrEnum):
    """How the rise of the error rate is measured: as percent of the baseline, or in percentage points (G-RB-1)."""

    RELATIVE = "relative"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours of G-APP-3, in the organization's zone: half-open, from `start` to `end` on each of `days` that is no holiday."""

    days: frozenset[int]
    """Weekdays as `date.weekday()` counts them: Monday is 0."""
    start: time
    end: time
    holidays: frozenset[date] = frozenset()
    """Days that count like weekends; none in the guide itself, a service may have some."""
    calendar: Container[date] = frozenset()
    """More of them, by a named calendar of a service's."""


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One row of the table of required approvals: at `stage`, in these hours, each of `signers` once, by different people."""

    clause: Clause
    stage: ApprovalStage
    when: Hours
    signers: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class TypeRules:
    """What a type of change means (G-TYPE-1): its process and which evidence may be "not applicable", with a reason."""

    process: Process
    not_applicable: frozenset[Evidence]


@dataclass(frozen=True, slots=True)
class CodeReview:
    """Who may sit in a peer's seat (G-APP-1)."""

    peers: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """Who attests in the last environment before production, and what that must precede (G-STD-6, G-STD-7)."""

    before: VerificationBefore
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Waivers:
    """Who may let a change leave out an environment (G-ENV-2)."""

    granted_by: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Freezes:
    """Who may declare and lift a freeze, and who may except one change from it."""

    declared_by: tuple[Role, ...]
    excepted_by: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who, besides a role's holder, may name a deputy for it."""

    named_by: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The watch over production after a deployment (G-STD-9, G-HOT-4); all times count from the deployment's end."""

    lasts: timedelta
    """The least time that must pass before a deployment can be confirmed healthy."""
    nudges: tuple[timedelta, ...]
    """When the deployer and `roles` are nudged, ascending; the last one is at `lasts`."""
    new_messages: frozenset[timedelta]
    """Those of `nudges` that are messages of their own; the others update the message before."""
    escalate_after: timedelta
    """How long after `lasts` an unconfirmed deployment goes to `escalates_to`."""
    roles: tuple[Role, ...]
    """Who is nudged and may confirm, besides the deployer."""
    escalates_to: tuple[Role, ...]
    """Who is told of an unconfirmed deployment, and may confirm it from then on."""


@dataclass(frozen=True, slots=True)
class Hotfix:
    """The emergency process (G-HOT-1 to G-HOT-3)."""

    severities: tuple[str, ...]
    """What an issue's severity may be, gravest first."""
    signers: tuple[Role, ...]
    """Whose approval, verbal or by button, G-HOT-2 asks for."""
    requester_may_sign: int
    """How many of `signers` the requester may fill with roles that they hold; flagged."""
    code_review: HotfixCodeReview
    after_hours: HotfixAfterHours
    start_in_breach: bool
    """Whether a start without approvals can be recorded at all; it never opens the CI gate."""
    alarmed: tuple[Role, ...]
    """Who hears, with the incident channel, of a breach or a disputed approval."""
    chase_after: tuple[timedelta, ...]
    """When an unconfirmed verbal approval is asked about again, counted from its recording; ascending."""
    chase_escalates_to: tuple[Role, ...]
    """Who is told when the last of `chase_after` brought no answer."""


@dataclass(frozen=True, slots=True)
class Review:
    """The post-incident review (G-HOT-5)."""

    due_after: timedelta
    clock_starts: ReviewClock
    reminders: tuple[timedelta, ...]
    """How long before it is due the author is reminded, longest first; zero is the moment itself."""
    reminded: tuple[Role, ...]
    """Who is reminded with the author."""
    overdue_every: timedelta
    overdue_to: tuple[Role, ...]
    signed_by: tuple[Role, ...]
    extended_by: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Rollback:
    """When production must be rolled back, and who is told (G-RB-1 to G-RB-4)."""

    error_rate_mode: ErrorRateMode
    error_rate_rise: float
    """In percent of the baseline or in percentage points, as the mode says; a rise of exactly this much counts."""
    error_rate_confidence: float
    """One-sided, for the whole watch: 0.95 leaves 5 % to chance."""
    performance_loss: float
    """In percent of the baseline; a loss of exactly this much does not count."""
    widespread_reports: int
    """How many distinct reports of a major issue on one deployment make it widespread."""
    repeat_every: timedelta
    mute_after_start: timedelta
    """How long the start of a rollback silences the alarm."""
    alarmed: tuple[Role, ...]
    """Who is told, besides the deployer."""
    started_by: tuple[Role, ...]
    """Who may roll back, besides the deployer."""
    settled_by: tuple[Role, ...]
    """Who may settle a required rollback by a named fix."""
    failure_alarms: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """How old an answer about who holds which role may be when its source is unreachable."""

    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Asking:
    """How people are asked for their approval: few messages."""

    ask_at_most: int
    """Of a role with many holders, how many get a direct message."""
    remind_after: tuple[timedelta, ...]
    """When who was asked is reminded, ascending, counted from the asking."""
    snooze: timedelta
    escalates_to: tuple[Role, ...]
    """Who is told when the last reminder brought no answer."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The whole guide, as one company reads it."""

    title: str
    owner: str
    updated: date
    environments: tuple[EnvironmentName, ...]
    """In their order; at least three, the last one is production."""
    types: Mapping[ChangeType, TypeRules]
    approvals: tuple[ApprovalRow, ...]
    hours: BusinessHours
    after_hours_environments: frozenset[EnvironmentName]
    """Where deployments outside business hours need the after-hours row (G-APP-4)."""
    allow_self_approval: bool
    allow_one_person_many_roles: bool
    """Whether one person may fill several seats of the same row."""
    notice: Mapping[ChangeType, timedelta]
    """For every type; zero for one that follows the hotfix process (G-STD-7)."""
    code_review: CodeReview
    verification: Verification
    waivers: Waivers
    freezes: Freezes
    delegation: Delegation
    monitoring: Monitoring
    hotfix: Hotfix
    review: Review
    rollback: Rollback
    directory: Directory
    asking: Asking

    @property
    def production(self) -> EnvironmentName:
        """The last environment."""
        return self.environments[-1]

    @property
    def verified_in(self) -> EnvironmentName:
        """Where QA and Product verify: the last environment before production."""
        return self.environments[-2]

    @property
    def staging_environments(self) -> tuple[EnvironmentName, ...]:
        """Every environment between the first and production; each needs the staging stage's approval (G-APP-2)."""
        return self.environments[1:-1]

    def environment_before(self, environment: EnvironmentName) -> EnvironmentName | None:
        """Where a version must have been deployed before `environment`; None for the first. ValueError for a stranger."""
        place = self.environments.index(environment)
        return self.environments[place - 1] if place else None

    def follows_hotfix(self, change_type: ChangeType) -> bool:
        """Say whether changes of this type follow the emergency process."""
        return self.types[change_type].process is Process.HOTFIX

    def rows(self, stage: ApprovalStage, touched: frozenset[HourClass]) -> tuple[ApprovalRow, ...]:
        """Pick the rows of the table that apply at `stage` to a span of time that touches `touched`, in the table's order."""
        return tuple(row for row in self.approvals if row.stage is stage and row.when.cover(touched))
