"""Which rows of the table of required approvals a hotfix needs (G-HOT-2, G-APP-1, G-APP-4): for its start, and in all."""

from datetime import datetime

from bot.rules.change import Change, Outcome, Span
from bot.rules.clauses import Clause
from bot.rules.guide import PEER, ApprovalRow, Guide, HotfixAfterHours, HotfixCodeReview, Hours
from bot.rules.setting import Policy
from bot.rules.terms import ApprovalStage, HourClass


def hotfix_rows(change: Change, policy: Policy, now: datetime) -> tuple[ApprovalRow, ...]:
    """The rows that count now: before the start what the start needs, afterwards the code's whole approval, too.

    What a start once left to the review is asked for until that is signed, also when the start left production untouched.
    """
    started = started_at(change, policy)
    owed = change.review is not None and change.review.signed_at is None
    code = code_rows(policy.guide) if started or owed else code_rows_before(policy.guide)
    return (*code, *production_rows(policy, started or now))


def rows_for_start(policy: Policy, at: datetime) -> tuple[ApprovalRow, ...]:
    """What must be signed for a hotfix that starts at an instant; its hours are those of its start."""
    return (*code_rows_before(policy.guide), *production_rows(policy, at))


def started_at(change: Change, policy: Policy) -> datetime | None:
    """When the hotfix started in production; None before, and after an attempt that left production untouched."""
    latest = change.latest_in(policy.guide.production)
    return None if latest is None or latest.outcome is Outcome.FAILED_UNTOUCHED else latest.started_at


def code_rows(guide: Guide) -> tuple[ApprovalRow, ...]:
    """G-APP-1 whole."""
    return tuple(row for row in guide.approvals if row.stage is ApprovalStage.CODE)


def code_rows_before(guide: Guide) -> tuple[ApprovalRow, ...]:
    """As much of G-APP-1 as a hotfix needs before it starts."""
    match guide.hotfix.code_review:
        case HotfixCodeReview.BEFORE:
            return code_rows(guide)
        case HotfixCodeReview.PEER_BEFORE:
            return tuple(
                ApprovalRow(row.clause, row.stage, row.when, (PEER,))
                for row in code_rows(guide)
                if PEER in row.signers
            )
        case HotfixCodeReview.AFTER:
            return ()


def production_rows(policy: Policy, at: datetime) -> tuple[ApprovalRow, ...]:
    """G-HOT-2's row, and G-APP-4's outside business hours, as the guide reads it."""
    guide = policy.guide
    verbal = ApprovalRow(Clause.HOT_2, ApprovalStage.PRODUCTION, Hours.ALWAYS, guide.hotfix.signers)
    if HourClass.BUSINESS in policy.hour_classes(Span(at, at)):
        return (verbal,)
    after_hours = guide.rows(ApprovalStage.PRODUCTION, frozenset({HourClass.AFTER}))
    match guide.hotfix.after_hours:
        case HotfixAfterHours.BOTH:
            return (verbal, *after_hours)
        case HotfixAfterHours.DIRECTOR_AND_ON_CALL:
            return after_hours
        case HotfixAfterHours.VERBAL_ONLY:
            return (verbal,)
