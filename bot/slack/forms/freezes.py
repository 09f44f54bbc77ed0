"""The forms about change freezes."""

from bot.rules.change import Span
from bot.rules.freezing import FreezeId
from bot.rules.inputs import FreezeLeave, FreezeLift, FreezeWish
from bot.rules.terms import ServiceName, Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST
from bot.slack.ids import decode_freeze


def parse_freeze(values: Values) -> FreezeWish | FieldErrors:
    """Read a freeze to be declared; no service chosen means all of them."""
    form = Filled(values)
    services = tuple(ServiceName(each) for each in form.choices(Field.SERVICES))
    starts, ends = form.instant(Field.STARTS), form.instant(Field.ENDS)
    if starts is None:
        form.refuse(Field.STARTS, "Say when the freeze begins.")
    if ends is None:
        form.refuse(Field.ENDS, "Say when the freeze ends.")
    reason = _reason(form, "Say why: whoever has to wait reads it.")
    if starts is None or ends is None or form.problems:
        return FieldErrors(form.problems)
    return FreezeWish(services, Span(starts, ends), reason)


def parse_lift(values: Values, freeze: FreezeId) -> FreezeLift | FieldErrors:
    """Read why a freeze is lifted."""
    form = Filled(values)
    reason = _reason(form, "Say why it is lifted: the log keeps it.")
    return FieldErrors(form.problems) if form.problems else FreezeLift(freeze, reason)


def parse_leave(values: Values) -> FreezeLeave | FieldErrors:
    """Read from which freeze a change is excepted, and why."""
    form = Filled(values)
    freeze = decode_freeze(form.choice(Field.FREEZE))
    if freeze is None:
        form.refuse(Field.FREEZE, "Choose the freeze.")
    reason = _reason(form, "Say why this change cannot wait for its end.")
    if freeze is None or form.problems:
        return FieldErrors(form.problems)
    return FreezeLeave(freeze, reason)


def _reason(form: Filled, asking: str) -> Words:
    text = Words(form.lines(Field.REASON, LONG_MOST))
    if not text:
        form.refuse(Field.REASON, asking)
    return text
