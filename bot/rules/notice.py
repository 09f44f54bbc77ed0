"""What a direct message, a thread or the incident channel is told: of which kind, to whom, in whose words."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.terms import PersonId, Phase, Role, Words


class NoticeKind(StrEnum):
    """What a notice says."""

    RETURNED = "returned"
    APPROVAL_VOIDED = "approval_voided"
    VERIFIED = "verified"
    WINDOW_REJECTED = "window_rejected"
    WINDOW_LAPSED = "window_lapsed"
    SCHEDULED = "scheduled"
    DEPLOYMENT_STARTED = "deployment_started"
    DEPLOYMENT_OVERRAN = "deployment_overran"
    DEPLOYMENT_FAILED = "deployment_failed"
    ROLLBACK_REQUIRED = "rollback_required"
    ESCALATED = "escalated"
    ALARM_AGAIN = "alarm_again"
    ROLLBACK_STARTED = "rollback_started"
    ROLLBACK_FAILED = "rollback_failed"
    RESTORED = "restored"
    SETTLED = "settled"
    OBSERVED = "observed"
    OBSERVATION_WITHDRAWN = "observation_withdrawn"
    APPROVAL_TAKEN_BACK = "approval_taken_back"
    WAIVER_GRANTED = "waiver_granted"
    WAIVER_REFUSED = "waiver_refused"
    WAIVER_EXPIRED = "waiver_expired"
    SUPERSEDED = "superseded"
    REMINDED = "reminded"
    REMINDER_ESCALATED = "reminder_escalated"
    FREEZE_DECLARED = "freeze_declared"
    FREEZE_LIFTED = "freeze_lifted"
    ON_CALL_TAKEN_OVER = "on_call_taken_over"
    VERBAL_CONFIRMED = "verbal_confirmed"
    VERBAL_DISPUTED = "verbal_disputed"
    STARTED_IN_BREACH = "started_in_breach"
    BREACH_ANSWERED = "breach_answered"
    REVIEW_DUE = "review_due"
    REVIEW_RETURNED = "review_returned"
    REVIEW_EXTENDED = "review_extended"
    HOTFIX_TO_CONTAIN = "hotfix_to_contain"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `by` did it, `words` is what they typed, `because` is the bot's own reason.

    `phase` and `round` are what a reminder is about. `late` is how many minutes after its time it is told, where that is worth saying.
    """

    kind: NoticeKind
    to: tuple[PersonId | Role, ...]
    by: PersonId | None = None
    words: Words | None = None
    because: str = ""
    phase: Phase | None = None
    late: int = 0
    round: int = 0


IN_THREAD = frozenset(
    {
        NoticeKind.ROLLBACK_REQUIRED,
        NoticeKind.ALARM_AGAIN,
        NoticeKind.ROLLBACK_STARTED,
        NoticeKind.ROLLBACK_FAILED,
        NoticeKind.RESTORED,
        NoticeKind.SETTLED,
        NoticeKind.OBSERVED,
        NoticeKind.OBSERVATION_WITHDRAWN,
    }
)
"""What stands in the card's thread as well, for everybody in the channel."""
IN_INCIDENTS = frozenset(
    {
        NoticeKind.ROLLBACK_REQUIRED,
        NoticeKind.ROLLBACK_FAILED,
        NoticeKind.VERBAL_DISPUTED,
        NoticeKind.STARTED_IN_BREACH,
    }
)
"""What the incident channel hears, too."""
