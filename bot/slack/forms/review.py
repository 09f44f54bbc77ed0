"""The forms of the post-incident review: as written, returned, or given more time."""

from dataclasses import dataclass

from bot.rules.hotfix import ReviewText
from bot.rules.hotfix_inputs import ReviewExtension
from bot.rules.inputs import Reason
from bot.rules.review_draft import PART_MOST
from bot.rules.terms import Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.ids import HAND_IN


@dataclass(frozen=True, slots=True)
class Written:
    """A review as it stands in its form, and whether it is handed in with that or kept as a draft."""

    text: ReviewText
    hand_in: bool


def parse_review(values: Values) -> Written | FieldErrors:
    """Read what was written; what it lacks is for the rules to say."""
    form = Filled(values)
    text = ReviewText(
        summary=Words(form.lines(Field.SUMMARY, PART_MOST)),
        timeline=Words(form.lines(Field.TIMELINE, PART_MOST)),
        root_cause=Words(form.lines(Field.ROOT_CAUSE, PART_MOST)),
        follow_ups=Words(form.lines(Field.FOLLOW_UPS, PART_MOST)),
    )
    hand_in = form.ticked(Field.CHOICE, HAND_IN)
    return FieldErrors(form.problems) if form.problems else Written(text, hand_in)


def parse_return(values: Values) -> Reason | FieldErrors:
    """Read what its author has still to write."""
    form = Filled(values)
    reason = _needed(form, "Say what is missing: its author must know.")
    return FieldErrors(form.problems) if form.problems else Reason(reason)


def parse_extension(values: Values) -> ReviewExtension | FieldErrors:
    """Read until when there is time, and why."""
    form = Filled(values)
    until = form.instant(Field.UNTIL)
    if until is None:
        form.refuse(Field.UNTIL, "Say until when.")
    reason = _needed(form, "Say why the review needs more time.")
    if until is None or form.problems:
        return FieldErrors(form.problems)
    return ReviewExtension(until, reason)


def _needed(form: Filled, asking: str) -> Words:
    text = Words(form.lines(Field.REASON, PART_MOST))
    if not text:
        form.refuse(Field.REASON, asking)
    return text
