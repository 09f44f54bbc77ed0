"""The forms that ask something before an act on a change."""

from bot.rules.change import Evidence, EvidenceKind, EvidenceState, Outcome
from bot.rules.inputs import EvidenceInput, Finish, Reason, Rejection, VerificationInput, WishedWindow
from bot.rules.terms import Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST, SHORT_MOST, read_evidence
from bot.slack.ids import ATTESTED, Ref


def parse_evidence(values: Values) -> EvidenceInput | FieldErrors:
    """Read what became known about the code. A form without anything in it is said so."""
    form = Filled(values)
    evidence = read_evidence(form)
    no_pull_request = Words(form.line(Field.PULL_REQUESTS, SHORT_MOST))
    if no_pull_request:
        none = Evidence(EvidenceKind.PULL_REQUEST, EvidenceState.NOT_APPLICABLE, no_pull_request)
        evidence = (*evidence, none)
    in_development = form.ticked(Field.DEVELOPMENT, ATTESTED)
    if not evidence and not in_development:
        form.refuse(Field.BRANCH, "Fill in at least one of these.")
    return FieldErrors(form.problems) if form.problems else EvidenceInput(evidence, in_development)


def parse_rejection(values: Values, ref: Ref) -> Rejection | FieldErrors:
    """Read why not, and the window that would do, if one is named."""
    form = Filled(values)
    reason = _needed(form, Field.REASON, "Say why: the requester must know what to change.")
    counter = form.span(required=False)
    return FieldErrors(form.problems) if form.problems else Rejection(reason, ref.revision, counter)


def parse_failed_verification(values: Values, ref: Ref) -> VerificationInput | FieldErrors:
    """Read what failed, in the change as it was when the form was opened."""
    form = Filled(values)
    notes = _needed(form, Field.NOTES, "Say what failed: the requester must know what to mend.")
    if form.problems:
        return FieldErrors(form.problems)
    return VerificationInput(passed=False, notes=notes, revision=ref.revision)


def parse_window(values: Values) -> WishedWindow | FieldErrors:
    """Read a window, and why it cannot wait."""
    form = Filled(values)
    span = form.span(required=True)
    reason = Words(form.line(Field.WINDOW_REASON, SHORT_MOST))
    if span is None or form.problems:
        return FieldErrors(form.problems)
    return WishedWindow(span, reason)


def parse_failed_finish(values: Values, ref: Ref) -> Finish | FieldErrors:
    """Read how a deployment failed. One whose form does not ask what was touched counts as having touched it."""
    form = Filled(values)
    notes = _needed(form, Field.NOTES, "Say in a few words what failed.")
    chosen = form.choice(Field.OUTCOME)
    asked = Field.OUTCOME.value in form.values
    if asked and chosen not in {Outcome.FAILED, Outcome.FAILED_UNTOUCHED}:
        form.refuse(Field.OUTCOME, "Say whether it was touched.")
    untouched = asked and chosen == Outcome.FAILED_UNTOUCHED
    if form.problems:
        return FieldErrors(form.problems)
    return Finish(Outcome.FAILED_UNTOUCHED if untouched else Outcome.FAILED, notes, ref.deployment)


def parse_withdrawal(values: Values) -> Reason | FieldErrors:
    """Read why the change is withdrawn."""
    form = Filled(values)
    reason = _needed(form, Field.REASON, "Say why it is withdrawn: the log keeps it.")
    return FieldErrors(form.problems) if form.problems else Reason(reason)


def _needed(form: Filled, field: Field, asking: str) -> Words:
    text = Words(form.lines(field, LONG_MOST))
    if not text:
        form.refuse(field, asking)
    return text
