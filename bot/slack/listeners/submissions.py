"""Submitted forms: read, one act, and closed – or every problem beside its field, with nothing typed lost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Ack, App

from bot.act import Answer, UnknownService, Verb
from bot.rules.inputs import WishedWindow
from bot.rules.terms import PersonId
from bot.rules.verdict import Refused
from bot.slack.forms import (
    FieldErrors,
    Values,
    parse_evidence,
    parse_failed_finish,
    parse_failed_verification,
    parse_leave,
    parse_rejection,
    parse_request,
    parse_revision,
    parse_take_back,
    parse_waiver,
    parse_window,
    parse_withdrawal,
)
from bot.slack.forms.hotfix import (
    parse_breach,
    parse_hotfix_revision,
    parse_issue,
    parse_standardization,
)
from bot.slack.forms.production import (
    parse_baseline,
    parse_failed_rollback,
    parse_settlement,
    parse_withdrawn_report,
)
from bot.slack.ids import Modal, Ref
from bot.slack.listeners.desk import Body, Desk, caller_of_submission, first_input
from bot.slack.listeners.shorter_windows import Wished, offers_shorter
from bot.slack.views.refusals import field_errors
from bot.slack.views.speech import Speech
from bot.workflows.approve import reject, take_back_approval
from bot.workflows.deploy import finish_production, finish_staging
from bot.workflows.freeze import except_from_freeze
from bot.workflows.hotfix import revise_issue, start_in_breach, turn_into_standard
from bot.workflows.observe import record_baseline, withdraw_observation
from bot.workflows.request import record_evidence, revise, withdraw
from bot.workflows.rollback import finish_rollback, settle_rollback
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver
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
    Modal.EXCEPT_FROM_FREEZE: Submission(except_from_freeze, lambda _desk, values, _ref: parse_leave(values)),
    Modal.ASK_FOR_WAIVER: Submission(ask_for_waiver, lambda _desk, values, _ref: parse_waiver(values)),
    Modal.TAKE_BACK: Submission(take_back_approval, lambda _desk, values, _ref: parse_take_back(values)),
    Modal.RECORD_BASELINE: Submission(record_baseline, lambda _desk, values, _ref: parse_baseline(values)),
    Modal.ROLLBACK_FAILED: Submission(
        finish_rollback, lambda _desk, values, ref: parse_failed_rollback(values, ref)
    ),
    Modal.NOT_THE_CAUSE: Submission(
        withdraw_observation, lambda _desk, values, _ref: parse_withdrawn_report(values)
    ),
    Modal.SETTLE: Submission(settle_rollback, lambda _desk, values, _ref: parse_settlement(values)),
    Modal.REVISE_HOTFIX: Submission(
        revise, lambda desk, values, ref: parse_hotfix_revision(values, desk.acts.look(ref.change).change)
    ),
    Modal.REVISE_ISSUE: Submission(revise_issue, lambda _desk, values, _ref: parse_issue(values)),
    Modal.START_IN_BREACH: Submission(start_in_breach, lambda _desk, values, _ref: parse_breach(values)),
    Modal.TURN_INTO_STANDARD: Submission(
        turn_into_standard, lambda _desk, values, _ref: parse_standardization(values)
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
            show_problems(ack, form.errors)
            return
        try:
            answer = desk.acts.request(caller, form)
        except UnknownService:
            show_problems(ack, {"service": "This service is no longer in the organization's file."})
            return
        wished = Wished(form.service, form.type, form.wished.span) if form.wished else None
        if not offers_shorter(ack, body, answer, wished, desk):
            close_form(ack, body, answer, desk)


def _listener(desk: Desk, submission: Submission) -> Callable[..., None]:
    def submitted(ack: Ack, body: Body) -> None:
        view = body["view"]
        ref = Ref.decode(view["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = submission.parse(desk, view["state"]["values"], ref)
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, submission.verb, form)
        if not offers_shorter(ack, body, answer, _wished(form, answer), desk):
            close_form(ack, body, answer, desk)

    return submitted


def _wished(form: object, answer: Answer) -> Wished | None:
    """The window that a form about a change asks for, if that is what it is about."""
    if not isinstance(form, WishedWindow) or answer.scene is None:
        return None
    change = answer.scene.change
    return Wished(change.service, change.type, form.span)


def close_form(ack: Ack, body: Body, answer: Answer, desk: Desk) -> None:
    """Close the form when the act is done; else say what stands in the way, beside the fields."""
    if answer.done:
        ack()
    elif answer.repeated or not isinstance(answer.verdict, Refused):
        show_problems(ack, {first_input(body): answer.said})
    else:
        speech = Speech.of(answer.scene) if answer.scene else desk.speech()
        show_problems(ack, field_errors(answer.verdict, body["view"], speech))


def show_problems(ack: Ack, errors: Mapping[str, str]) -> None:
    """Keep the form open, with these sentences beside its fields."""
    ack(response_action="errors", errors=dict(errors))
