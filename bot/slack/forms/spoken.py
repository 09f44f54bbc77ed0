"""The forms by which somebody says no: that a word is not theirs, or that a start in breach was not right."""

from bot.rules.hotfix_inputs import VerbalAnswer
from bot.rules.inputs import Reason
from bot.rules.terms import Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST


def parse_dispute(values: Values, shown: int) -> VerbalAnswer | FieldErrors:
    """Read what somebody did say, about the words up to the newest that they were shown."""
    form = Filled(values)
    words = _needed(form, Field.NOTES, "Say in your words what you did say.")
    return FieldErrors(form.problems) if form.problems else VerbalAnswer(words=words, shown=shown)


def parse_breach_refusal(values: Values) -> Reason | FieldErrors:
    """Read why somebody would not have approved the start."""
    form = Filled(values)
    reason = _needed(form, Field.REASON, "Say why you would not have approved it.")
    return FieldErrors(form.problems) if form.problems else Reason(reason)


def _needed(form: Filled, field: Field, asking: str) -> Words:
    text = Words(form.lines(field, LONG_MOST))
    if not text:
        form.refuse(field, asking)
    return text
