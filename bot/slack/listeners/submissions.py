"""Submitted forms: read, one act, and closed – or every problem beside its field, with nothing typed lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Ack, App

from bot.act import Answer, UnknownService, Verb
from bot.rules.terms import PersonId
from bot.rules.verdict import Refused
from bot.slack.forms import (
    FieldErrors,
    Values,
    parse_evidence,
    parse_failed_finish,
    parse_failed_verification,
    parse_rejection,
    parse_request,
    parse_revision,
    parse_window,
    parse_withdrawal,
)
from bot.slack.ids import Modal, Ref
from bot.slack.listeners.desk import Body, Desk, caller_of_submission
from bot.slack.views.refusals import field_errors
from bot.slack.views.speech import Speech
from bot.workflows.approve import reject
from bot.workflows.deploy import finish_production, finish_staging
from bot.workflows.request import record_evidence, revise, withdraw
from bot.workflows.verify import verify
from bot.workflows.windows import move_window, propose_window

Parse = Callable[[Desk, Values, Ref], object]


@dataclass(frozen=True, slots=True)
class Submission:
    """What a submitted form does, and how it is read."""

    verb: Verb[Any]
    parse: Parse


def _revision(desk: Desk, values: Values, ref: Ref, *, resubmit: bool) -> object:
    return parse_revision(values, desk.acts.look(ref.change).change, resubmit=resubmit)


SUBMISSIONS: Final[Mapping[Modal, Submission]] = {
    Modal.REVISE: Submission(revise, lambda desk, values, ref: _revision(desk, values, ref, resubmit=False)),
    Modal.REVISE_AND_RESUBMIT: Submission(
        revise, lambda desk, values, ref: _revision(desk, values, ref, resubmit=True)
    ),
    Modal.RECORD_EVIDENCE: Submission(record_evidence, lambda _desk, values, _ref: parse_evidence(values)),
    Modal.REJECT: Submission(reject, lambda _desk, values, ref: parse_rejection(values, ref)),
    Modal.REJECT_WINDOW: Submission(reject, lambda _desk, values, ref: parse_rejection(values, ref)),
    Modal.FAIL_VERIFICATION: Submission(
        verify, lambda _desk, values, ref: parse_failed_verification(values, ref)
    ),
    Modal.PROPOSE_WINDOW: Submission(propose_window, lambda _desk, values, _ref: parse_window(values)),
    Modal.MOVE_WINDOW: Submission(move_window, lambda _desk, values, _ref: parse_window(values)),
    Modal.STAGING_FAILED: Submission(
        finish_staging, lambda _desk, values, ref: parse_failed_finish(values, ref)
    ),
    Modal.PRODUCTION_FAILED: Submission(
        finish_production, lambda _desk, values, ref: parse_failed_finish(values, ref)
    ),
    Modal.WITHDRAW: Submission(withdraw, lambda _desk, values, _ref: parse_withdrawal(values)),
}


def register(bolt: App, desk: Desk) -> None:
    """One listener for each form."""
    for modal, submission in SUBMISSIONS.items():
        bolt.view(modal)(_listener(desk, submission))

    @bolt.view(Modal.REQUEST)
    def requested(ack: Ack, body: Body) -> None:
        caller = caller_of_submission(body)
        form = parse_request(body["view"]["state"]["values"], PersonId(body["user"]["id"]))
        if isinstance(form, FieldErrors):
            _show_problems(ack, form.errors)
            return
        try:
            answer = desk.acts.request(caller, form)
        except UnknownService:
            _show_problems(ack, {"service": "This service is no longer in the organization's file."})
            return
        _close(ack, body, answer, desk)


def _listener(desk: Desk, submission: Submission) -> Callable[..., None]:
    def submitted(ack: Ack, body: Body) -> None:
        view = body["view"]
        ref = Ref.decode(view["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = submission.parse(desk, view["state"]["values"], ref)
        if isinstance(form, FieldErrors):
            _show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, submission.verb, form)
        _close(ack, body, answer, desk)

    return submitted


def _close(ack: Ack, body: Body, answer: Answer, desk: Desk) -> None:
    """Close the form when the act is done; else say what stands in the way, beside the fields."""
    if answer.done:
        ack()
    elif answer.repeated or not isinstance(answer.verdict, Refused):
        _show_problems(ack, {_first_input(body): answer.said})
    else:
        speech = Speech.of(answer.scene) if answer.scene else desk.speech()
        _show_problems(ack, field_errors(answer.verdict, body["view"], speech))


def _first_input(body: Body) -> str:
    blocks: list[dict[str, Any]] = body["view"]["blocks"]
    return next((str(block["block_id"]) for block in blocks if block["type"] == "input"), "")


def _show_problems(ack: Ack, errors: Mapping[str, str]) -> None:
    ack(response_action="errors", errors=dict(errors))
