"""Windows that begin in business hours and reach past their end: they need both rows' approvers (G-APP-3, G-APP-4)."""

from datetime import datetime

from bot.rules.change import Span
from bot.rules.clauses import Clause
from bot.rules.setting import Policy
from bot.rules.terms import ChangeType
from bot.rules.verdict import Field, Refused, unmet
from bot.rules.windows import end_of_business, notice_given
from bot.rules.words import join_names


def offered_instead(
    policy: Policy, change_type: ChangeType, wished: Span, refused: Refused, submitted_at: datetime
) -> Span | None:
    """The window that ends with business, where all that was wrong with `wished` is that it gives no reason for its hours.

    None where the shorter one would be refused, too, because it is asked for too late (G-STD-7).
    """
    missing = unmet(refused.gates)
    if not missing or any(
        gate.clause is not Clause.APP_4 or gate.field is not Field.WINDOW_REASON for gate in missing
    ):
        return None
    shorter = _until_end_of_business(policy, wished)
    in_time = notice_given(submitted_at, wished.start) >= policy.guide.notice[change_type]
    return shorter if in_time else None


def _until_end_of_business(policy: Policy, wished: Span) -> Span | None:
    closes = end_of_business(wished.start, policy.hours, policy.zone)
    if closes is None or wished.end <= closes:
        return None
    return Span(wished.start, closes)


def signers_of(policy: Policy, window: Span) -> str:
    """Whose approvals a window needs: "Product Manager, Engineering Manager, Engineering Director and On-call Engineer"."""
    rows = policy.production_rows(window)
    return join_names(list(dict.fromkeys(seat.label for row in rows for seat in row.signers)), "and")
