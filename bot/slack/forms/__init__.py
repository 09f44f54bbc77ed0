"""From what a person filled in to the typed input of an act – or to a sentence beside each field that needs another look."""

from bot.slack.forms.acts import (
    parse_evidence,
    parse_failed_finish,
    parse_failed_verification,
    parse_rejection,
    parse_window,
    parse_withdrawal,
)
from bot.slack.forms.freezes import parse_freeze, parse_leave, parse_lift
from bot.slack.forms.reading import FieldErrors, Values
from bot.slack.forms.request import parse_request, parse_revision
from bot.slack.forms.waivers import parse_take_back, parse_waiver, parse_waiver_refusal

__all__ = [
    "FieldErrors",
    "Values",
    "parse_evidence",
    "parse_failed_finish",
    "parse_failed_verification",
    "parse_freeze",
    "parse_leave",
    "parse_lift",
    "parse_rejection",
    "parse_request",
    "parse_revision",
    "parse_take_back",
    "parse_waiver",
    "parse_waiver_refusal",
    "parse_window",
    "parse_withdrawal",
]
