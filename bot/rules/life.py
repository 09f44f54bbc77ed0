"""The life of a change as data: its stages, the acts, and which act is possible at which stage.

What stands here is all there is: an act at a stage that is not in its row is refused with a sentence made from the row.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.approvals import missing_seats, rows_at
from bot.rules.change import Change, Outcome
from bot.rules.clauses import Clause
from bot.rules.guide import Guide
from bot.rules.setting import Policy
from bot.rules.terms import EnvironmentName, change_label
from bot.rules.verdict import Gate
from bot.rules.words import say


class Stage(StrEnum):
    """Where a change is. Derived from what is recorded, by `stage`."""

    PREPARING = "preparing"
    RETURNED = "returned"
    STAGING = "staging"
    VERIFYING = "verifying"
    VERIFIED = "verified"
    APPROVING = "approving"
    SCHEDULED = "scheduled"
    DEPLOYING = "deploying"
    MONITORING = "monitoring"
    ROLLBACK_REQUIRED = "rollback_required"
    DONE = "done"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The stage as a person reads it, to follow "is"."""
        return STAGE_LABELS[self]


STAGE_LABELS = {
    Stage.PREPARING: "being prepared for staging",
    Stage.RETURNED: "back with its requester",
    Stage.STAGING: "being deployed to staging",
    Stage.VERIFYING: "waiting for verification in staging",
    Stage.VERIFIED: "verified and waits for a window",
    Stage.APPROVING: "waiting for its production approvals",
    Stage.SCHEDULED: "scheduled",
    Stage.DEPLOYING: "being deployed to production",
    Stage.MONITORING: "in production and being watched",
    Stage.ROLLBACK_REQUIRED: "waiting for its rollback",
    Stage.DONE: "done",
    Stage.WITHDRAWN: "withdrawn",
}

FINISHED = frozenset({Stage.DONE, Stage.WITHDRAWN})
UNSTARTED = frozenset(
    {
        Stage.PREPARING,
        Stage.RETURNED,
        Stage.STAGING,
        Stage.VERIFYING,
        Stage.VERIFIED,
        Stage.APPROVING,
        Stage.SCHEDULED,
    }
)
LIVE = frozenset(Stage) - FINISHED
WINDOWED = frozenset({Stage.APPROVING, Stage.SCHEDULED})


class Act(StrEnum):
    """What a person or a timer can do to a change; the same names in the audit log."""

    REQUEST_DEPLOYMENT = "request_deployment"
    RECORD_EVIDENCE = "record_evidence"
    REVISE = "revise"
    REVISE_VERSION = "revise_version"
    APPROVE = "approve"
    REJECT = "reject"
    RESUBMIT = "resubmit"
    START_STAGING = "start_staging"
    FINISH_STAGING = "finish_staging"
    VERIFY = "verify"
    PROPOSE_WINDOW = "propose_window"
    ACCEPT_COUNTER_PROPOSAL = "accept_counter_proposal"
    MOVE_WINDOW = "move_window"
    START_PRODUCTION = "start_production"
    FINISH_PRODUCTION = "finish_production"
    TAKE_OVER = "take_over"
    CONFIRM_HEALTHY = "confirm_healthy"
    WITHDRAW = "withdraw"
    LAPSE_WINDOW = "lapse_window"
    FLAG_OVERRUN = "flag_overrun"
    NUDGE_MONITORING = "nudge_monitoring"
    ESCALATE_MONITORING = "escalate_monitoring"


@dataclass(frozen=True, slots=True)
class Transition:
    """A row of the table: from where an act is possible, which clause it serves, how a refusal calls it."""

    act: Act
    stages: frozenset[Stage]
    clause: Clause
    doing: str
    """To follow "you can't", about the change."""
    to: frozenset[Stage]
    """Where it may lead; the same stage included where it can stay."""


def _row(act: Act, stages: frozenset[Stage] | Stage, clause: Clause, doing: str, *to: Stage) -> Transition:
    from_stages = frozenset({stages}) if isinstance(stages, Stage) else stages
    return Transition(act, from_stages, clause, doing, frozenset(to) or from_stages)


_S = Stage
TRANSITIONS = {
    row.act: row
    for row in (
        _row(Act.REQUEST_DEPLOYMENT, frozenset(), Clause.TYPE_1, "request", _S.PREPARING),
        _row(Act.RECORD_EVIDENCE, UNSTARTED, Clause.STD_2, "record evidence for"),
        _row(Act.REVISE, UNSTARTED, Clause.STD_10, "revise", *UNSTARTED),
        _row(
            Act.REVISE_VERSION, UNSTARTED - {_S.STAGING}, Clause.TYPE_1, "change the version of", _S.PREPARING
        ),
        _row(Act.APPROVE, UNSTARTED, Clause.APP_1, "approve", *UNSTARTED),
        _row(
            Act.REJECT,
            WINDOWED | {_S.PREPARING},
            Clause.APP_1,
            "reject",
            _S.RETURNED,
            _S.VERIFIED,
        ),
        _row(Act.RESUBMIT, _S.RETURNED, Clause.APP_1, "resubmit", _S.PREPARING),
        _row(
            Act.START_STAGING,
            frozenset({_S.PREPARING, _S.VERIFYING}),
            Clause.STD_5,
            "start the staging deployment of",
            _S.STAGING,
        ),
        _row(Act.FINISH_STAGING, _S.STAGING, Clause.STD_5, "finish the staging deployment of", *UNSTARTED),
        _row(
            Act.VERIFY,
            frozenset({_S.VERIFYING, _S.VERIFIED}) | WINDOWED,
            Clause.STD_6,
            "verify",
            _S.VERIFYING,
            _S.VERIFIED,
            _S.APPROVING,
            _S.RETURNED,
        ),
        _row(Act.PROPOSE_WINDOW, _S.VERIFIED, Clause.STD_7, "propose a window for", _S.APPROVING),
        _row(Act.ACCEPT_COUNTER_PROPOSAL, _S.VERIFIED, Clause.STD_7, "accept a window for", _S.APPROVING),
        _row(Act.MOVE_WINDOW, WINDOWED, Clause.STD_7, "move the window of", *WINDOWED),
        _row(Act.START_PRODUCTION, _S.SCHEDULED, Clause.STD_8, "start", _S.DEPLOYING),
        _row(
            Act.FINISH_PRODUCTION,
            _S.DEPLOYING,
            Clause.STD_8,
            "finish",
            _S.MONITORING,
            _S.SCHEDULED,
            _S.VERIFIED,
            _S.APPROVING,
            _S.ROLLBACK_REQUIRED,
        ),
        _row(Act.TAKE_OVER, LIVE, Clause.STD_8, "take over"),
        _row(Act.CONFIRM_HEALTHY, _S.MONITORING, Clause.STD_9, "close", _S.DONE),
        _row(Act.WITHDRAW, UNSTARTED - {_S.STAGING}, Clause.LOG_1, "withdraw", _S.WITHDRAWN),
        _row(Act.LAPSE_WINDOW, WINDOWED, Clause.STD_8, "lapse", _S.VERIFIED),
        _row(Act.FLAG_OVERRUN, _S.DEPLOYING, Clause.STD_8, "flag"),
        _row(Act.NUDGE_MONITORING, _S.MONITORING, Clause.STD_9, "nudge about"),
        _row(Act.ESCALATE_MONITORING, _S.MONITORING, Clause.STD_9, "escalate"),
    )
}


def stage(change: Change, policy: Policy) -> Stage:
    """Derive where a change is from what is recorded about it: the one place that says so."""
    if change.withdrawn:
        return Stage.WITHDRAWN
    after_start = _stage_in_production(change, policy)
    if after_start:
        return after_start
    if change.returned:
        return Stage.RETURNED
    before_verification = _stage_before_verification(change, policy)
    if before_verification:
        return before_verification
    if change.window is None:
        return Stage.VERIFIED
    return Stage.APPROVING if missing_seats(change, policy, rows_at(change, policy)) else Stage.SCHEDULED


def _stage_in_production(change: Change, policy: Policy) -> Stage | None:
    """The stage from the newest production deployment, unless it left production untouched."""
    latest = change.latest_in(policy.guide.production)
    if latest is None or latest.outcome is Outcome.FAILED_UNTOUCHED:
        return None
    if latest.outcome is None:
        return Stage.DEPLOYING
    if latest.outcome is Outcome.FAILED:
        return Stage.ROLLBACK_REQUIRED
    return Stage.DONE if latest.healthy_at else Stage.MONITORING


def _stage_before_verification(change: Change, policy: Policy) -> Stage | None:
    """PREPARING, STAGING or VERIFYING; None once QA and Product have both let the version pass."""
    for environment in policy.guide.staging_environments:
        latest = change.latest_in(environment)
        if latest is not None and latest.running:
            return Stage.STAGING
        if latest is None or latest.outcome is not Outcome.SUCCEEDED:
            return Stage.PREPARING
    if not all(
        (verification := change.verified_by(role)) and verification.passed
        for role in policy.guide.verification.roles
    ):
        return Stage.VERIFYING
    return None


def next_environment(change: Change, guide: Guide) -> EnvironmentName:
    """Where the version goes next before production; the last of those environments again once it was in all of them."""
    for environment in guide.staging_environments:
        latest = change.latest_in(environment)
        if latest is None or latest.outcome is not Outcome.SUCCEEDED:
            return environment
    return guide.verified_in


def refuse_by_stage(act: Act, change: Change, policy: Policy) -> Gate | None:
    """Say why an act is not possible at the change's stage; None when it is."""
    row = TRANSITIONS[act]
    now_at = stage(change, policy)
    if now_at in row.stages:
        return None
    return Gate(
        row.clause,
        met=False,
        why=say(f"You can't {row.doing} {change_label(change.id)} now: it is {now_at.label}."),
    )
