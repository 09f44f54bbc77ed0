"""The stages of a change and the acts that people and time do, by name."""

from enum import StrEnum


class Stage(StrEnum):
    """Where a change is. Derived from what is recorded, by `stage`."""

    DECLARED = "declared"
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
    ROLLING_BACK = "rolling_back"
    RESTORED = "restored"
    DONE = "done"
    ROLLED_BACK = "rolled_back"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        """The stage as a person reads it, to follow "is"."""
        return STAGE_LABELS[self]


STAGE_LABELS = {
    Stage.DECLARED: "a declared hotfix",
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
    Stage.ROLLING_BACK: "being rolled back",
    Stage.RESTORED: "rolled back and being watched",
    Stage.DONE: "done",
    Stage.ROLLED_BACK: "rolled back",
    Stage.WITHDRAWN: "withdrawn",
    Stage.SUPERSEDED: "superseded",
}

FINISHED = frozenset({Stage.DONE, Stage.ROLLED_BACK, Stage.WITHDRAWN, Stage.SUPERSEDED})
CLOSED = frozenset({Stage.DONE, Stage.ROLLED_BACK})
"""The ends that a change reaches by way of production."""
LIVE = frozenset(Stage) - FINISHED
WINDOWED = frozenset({Stage.APPROVING, Stage.SCHEDULED})
WAIVABLE = frozenset({Stage.PREPARING, Stage.STAGING, Stage.VERIFYING, Stage.VERIFIED})
IN_PRODUCTION = frozenset(
    {
        Stage.DEPLOYING,
        Stage.MONITORING,
        Stage.ROLLBACK_REQUIRED,
        Stage.ROLLING_BACK,
        Stage.RESTORED,
        Stage.DONE,
        Stage.ROLLED_BACK,
    }
)
UNSTARTED = frozenset(Stage) - IN_PRODUCTION - FINISHED
STANDARD = UNSTARTED - {Stage.DECLARED}
"""Those before the production start on the standard way."""
WATCHED = frozenset({Stage.MONITORING, Stage.RESTORED})


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
    TAKE_BACK_APPROVAL = "take_back_approval"
    ASK_FOR_WAIVER = "ask_for_waiver"
    GRANT_WAIVER = "grant_waiver"
    REFUSE_WAIVER = "refuse_waiver"
    EXCEPT_FROM_FREEZE = "except_from_freeze"
    RECORD_BASELINE = "record_baseline"
    OBSERVE = "observe"
    WITHDRAW_OBSERVATION = "withdraw_observation"
    START_ROLLBACK = "start_rollback"
    FINISH_ROLLBACK = "finish_rollback"
    SETTLE_ROLLBACK = "settle_rollback"
    UNDO_SUPERSEDING = "undo_superseding"
    DECLARE_HOTFIX = "declare_hotfix"
    RECORD_VERBAL = "record_verbal"
    CONFIRM_VERBAL = "confirm_verbal"
    DISPUTE_VERBAL = "dispute_verbal"
    START_IN_BREACH = "start_in_breach"
    RATIFY_BREACH = "ratify_breach"
    REFUSE_BREACH = "refuse_breach"
    TURN_INTO_STANDARD = "turn_into_standard"
    ADD_TO_TIMELINE = "add_to_timeline"
    REVIEW_CODE = "review_code"
    REVISE_ISSUE = "revise_issue"
    DRAFT_REVIEW = "draft_review"
    SUBMIT_REVIEW = "submit_review"
    RETURN_REVIEW = "return_review"
    SIGN_REVIEW = "sign_review"
    EXTEND_REVIEW = "extend_review"
    SNOOZE_REVIEW = "snooze_review"
    SNOOZE_REMINDER = "snooze_reminder"
    LAPSE_WINDOW = "lapse_window"
    FLAG_OVERRUN = "flag_overrun"
    NUDGE_MONITORING = "nudge_monitoring"
    ESCALATE_MONITORING = "escalate_monitoring"
    REPEAT_ALARM = "repeat_alarm"
    EXPIRE_WAIVER = "expire_waiver"
    SUPERSEDE = "supersede"
    REMIND_ASKED = "remind_asked"
    CHASE_VERBAL = "chase_verbal"
    REMIND_REVIEW = "remind_review"
    ASK_WHETHER_CONTAINED = "ask_whether_contained"


TIMED = frozenset(
    {
        Act.LAPSE_WINDOW,
        Act.FLAG_OVERRUN,
        Act.NUDGE_MONITORING,
        Act.ESCALATE_MONITORING,
        Act.REPEAT_ALARM,
        Act.EXPIRE_WAIVER,
        Act.SUPERSEDE,
        Act.REMIND_ASKED,
        Act.CHASE_VERBAL,
        Act.REMIND_REVIEW,
        Act.ASK_WHETHER_CONTAINED,
    }
)
"""What time does. Everything else is done by people, or by CI."""
