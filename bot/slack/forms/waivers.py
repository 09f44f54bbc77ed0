"""The forms about waivers, and about taking an approval back."""

from bot.rules.inputs import Reason, WaiverRefusal, WaiverWish
from bot.rules.terms import EnvironmentName, Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST


def parse_waiver(values: Values) -> WaiverWish | FieldErrors:
    """Read what a version shall leave out, why, and until when."""
    form = Filled(values)
    environment = form.choice(Field.ENVIRONMENT)
    if not environment:
        form.refuse(Field.ENVIRONMENT, "Choose the environment.")
    expires_at = form.instant(Field.EXPIRES)
    if expires_at is None:
        form.refuse(Field.EXPIRES, "Say until when: no sooner than the window's end.")
    reason = _reason(form, "Say why: the Director decides on it, and the card shows it.")
    if not environment or expires_at is None or form.problems:
        return FieldErrors(form.problems)
    return WaiverWish(EnvironmentName(environment), reason, expires_at)


def parse_waiver_refusal(values: Values, waiver: int) -> WaiverRefusal | FieldErrors:
    """Read why a waiver is refused."""
    form = Filled(values)
    reason = _reason(form, "Say why: the requester must know what to do instead.")
    return FieldErrors(form.problems) if form.problems else WaiverRefusal(reason, waiver)


def parse_take_back(values: Values) -> Reason | FieldErrors:
    """Read why an approval is taken back."""
    form = Filled(values)
    reason = _reason(form, "Say why: the requester must know what changed.")
    return FieldErrors(form.problems) if form.problems else Reason(reason)


def _reason(form: Filled, asking: str) -> Words:
    text = Words(form.lines(Field.REASON, LONG_MOST))
    if not text:
        form.refuse(Field.REASON, asking)
    return text
