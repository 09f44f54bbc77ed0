"""Every act on a change as Slack delivers it: a press, an option of a menu, or a submitted form, filled in rightly.

Nothing asks whether the button is shown at that stage: whoever can sign can send it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from bot.rules.change import Change
from bot.rules.freezing import FreezeId
from bot.rules.hotfix import How
from bot.rules.inputs import Snoozing
from bot.rules.life import Act
from bot.rules.readings import Problem
from bot.rules.terms import PersonId, Phase, Role
from bot.rules.verdict import Done, Field
from bot.slack.forms.timeline import Quotation
from bot.slack.ids import (
    AFRESH,
    COMMAND,
    HAND_IN,
    MORE,
    Choice,
    Event,
    Modal,
    Press,
    Ref,
    encode_choice,
    encode_freeze,
    encode_review,
    encode_snooze,
    encode_speaker,
    encode_spoken,
    encode_waiver,
)
from bot.slack.views.change_modals import revise_modal
from bot.slack.views.hotfix_modals import revise_hotfix_modal
from bot.workflows.remind import snooze_reminder
from tests.acting import HOUR, THURSDAY, Course, a_span
from tests.faults.raw_requests import FORM, JSON
from tests.slack.filled import filled

TEAM: Final = "T0HARBOR"
LATER: Final = a_span(30, 10, 11)
SHOWN: Final = 9
"""Up to which of the spoken approvals somebody was shown: all of them."""


def slack_id(person: str) -> PersonId:
    """Under which id Slack knows somebody of the situations' company."""
    return PersonId(f"U0{person.upper()}")


@dataclass(frozen=True)
class Delivery:
    """What is delivered: its `type`, and what is particular to it."""

    type: str
    content: Mapping[str, Any]

    def payload(self, person: str, key: str, team: str = TEAM) -> dict[str, Any]:
        """As Slack sends it for this person; `key` tells it from every other one."""
        who = {"id": slack_id(person), "team_id": team, "name": person}
        if self.type == COMMAND:
            return {
                "command": COMMAND,
                "user_id": who["id"],
                "team_id": team,
                "trigger_id": key,
                **self.content,
            }
        content = {**self.content}
        if "event" in content:
            user = {**who} if content["event"]["type"] == Event.USER_CHANGED else who["id"]
            more = {
                "user": user,
                "tab": "home",
                "channel": "D1",
                "channel_type": "im",
                "subteam_id": "S1",
                "subteam": {"id": "S1"},
            }
            return {
                "type": self.type,
                "team_id": team,
                "event_id": key,
                "event": {**content["event"], **more},
            }
        if "view" in content:
            content["view"] = {**content["view"], "id": f"V{key}"}
        return {
            "type": self.type,
            "team": {"id": team},
            "user": who,
            "trigger_id": key,
            "api_app_id": "A0",
            **content,
        }

    def body(self, person: str, key: str, team: str = TEAM) -> bytes:
        """The same as bytes."""
        payload = self.payload(person, key, team)
        if self.type == "event_callback":
            return json.dumps(payload).encode()
        return urlencode(payload if self.type == COMMAND else {"payload": json.dumps(payload)}).encode()

    @property
    def content_type(self) -> str:
        """Of its body."""
        return JSON if self.type == "event_callback" else FORM


def press(action: str, value: str) -> Delivery:
    """A button."""
    return Delivery(
        "block_actions",
        {"actions": [{"type": "button", "action_id": action, "block_id": "b", "value": value}]},
    )


def choose(choice: Choice, ref: Ref) -> Delivery:
    """An option of the ⋯ menu."""
    option = {"value": encode_choice(choice, ref)}
    return Delivery(
        "block_actions",
        {"actions": [{"type": "overflow", "action_id": MORE, "block_id": "b", "selected_option": option}]},
    )


def submit(modal: Modal, metadata: str, values: Mapping[str, Any]) -> Delivery:
    """A form."""
    blocks = [{"type": "input", "block_id": name} for name in values]
    view = {
        "id": "V", "type": "modal", "hash": "1", "callback_id": modal.value, "private_metadata": metadata,
        "blocks": blocks, "state": {"values": dict(values)},
    }  # fmt: skip
    return Delivery("view_submission", {"view": view})


def texts(**typed: str) -> dict[str, Any]:
    """Typed text, by field."""
    return {name: {name: {"type": "plain_text_input", "value": text}} for name, text in typed.items()}


def chosen(**options: str) -> dict[str, Any]:
    """The value of the chosen option, by field."""
    return {name: {name: {"selected_option": {"value": value}}} for name, value in options.items()}


def instants(**moments: float) -> dict[str, Any]:
    """Seconds since the epoch, by field."""
    return {name: {name: {"selected_date_time": int(moment)}} for name, moment in moments.items()}


WHY: Final = texts(reason="because")
NOTES: Final = texts(notes="because")
LATER_WINDOW: Final = instants(window_start=LATER.start.timestamp(), window_end=LATER.end.timestamp())
REVIEW: Final = texts(summary="what it was", timeline="when", root_cause="why", follow_ups="what next")
HANDED_IN: Final = {Field.CHOICE.value: {Field.CHOICE.value: {"selected_options": [{"value": HAND_IN}]}}}


def _revise(course: Course, changed: Mapping[Field, object]) -> Delivery:
    change = course.change
    is_hotfix = course.policy.guide.follows_hotfix(change.type)
    view = revise_hotfix_modal(change) if is_hotfix else revise_modal(change)
    modal = Modal.REVISE_HOTFIX if is_hotfix else Modal.REVISE
    return submit(modal, _ref(change), filled(view, changed))


def _ref(change: Change) -> str:
    return Ref.of(change).encode()


def _spoken(course: Course) -> Delivery:
    seat = f"{Field.PEOPLE}{AFRESH}1"
    eve = {"selected_option": {"value": encode_speaker(slack_id("eve"), Role.ENGINEERING_MANAGER)}}
    values = {
        seat: {seat: eve},
        **texts(said="go ahead"),
        **chosen(how=How.PHONE),
        **instants(given_at=course.now.timestamp()),
    }
    return submit(Modal.RECORD_VERBAL, _ref(course.change), values)


def _quote(course: Course) -> Delivery:
    quoted = Quotation("it is slow", None, course.now)
    values = {**texts(notes="it is slow"), **chosen(choice=_ref(course.change))}
    return submit(Modal.ADD_TO_TIMELINE, quoted.encode(), values)


def _sign(course: Course) -> Delivery:
    review = course.change.review
    return submit(
        Modal.SIGN_REVIEW, encode_review(max(1, review.round if review else 1), Ref.of(course.change)), {}
    )


def _extend(course: Course) -> Delivery:
    until = instants(until=(course.now + 200 * HOUR).timestamp())
    return submit(Modal.EXTEND_REVIEW, _ref(course.change), {**until, **WHY})


def _pressed(button: Press) -> Callable[[Course], Delivery]:
    return lambda course: press(button, _ref(course.change))


def _submitted(modal: Modal, values: Mapping[str, Any]) -> Callable[[Course], Delivery]:
    return lambda course: submit(modal, _ref(course.change), values)


ACTS: Final[Mapping[Act, Callable[[Course], Delivery]]] = {
    Act.RECORD_EVIDENCE: _submitted(Modal.RECORD_EVIDENCE, texts(branch="release/4.12", ci="run 2")),
    Act.REVISE: lambda it: _revise(it, {Field.PLAN: "another plan"}),
    Act.REVISE_VERSION: lambda it: _revise(it, {Field.VERSION: "4.13.0"}),
    Act.APPROVE: _pressed(Press.APPROVE),
    Act.TAKE_BACK_APPROVAL: _submitted(Modal.TAKE_BACK, WHY),
    Act.REJECT: _submitted(Modal.REJECT, WHY),
    Act.RESUBMIT: _pressed(Press.RESUBMIT),
    Act.START_STAGING: _pressed(Press.START_STAGING),
    Act.FINISH_STAGING: _pressed(Press.STAGING_SUCCEEDED),
    Act.VERIFY: _submitted(Modal.FAIL_VERIFICATION, NOTES),
    Act.ASK_FOR_WAIVER: _submitted(
        Modal.ASK_FOR_WAIVER,
        {**chosen(environment="staging"), **instants(expires=THURSDAY.end.timestamp()), **WHY},
    ),
    Act.GRANT_WAIVER: lambda it: press(Press.GRANT_WAIVER, encode_waiver(1, Ref.of(it.change))),
    Act.REFUSE_WAIVER: lambda it: submit(Modal.REFUSE_WAIVER, encode_waiver(1, Ref.of(it.change)), WHY),
    Act.PROPOSE_WINDOW: _submitted(Modal.PROPOSE_WINDOW, LATER_WINDOW),
    Act.ACCEPT_COUNTER_PROPOSAL: _pressed(Press.ACCEPT_COUNTER),
    Act.MOVE_WINDOW: _submitted(Modal.MOVE_WINDOW, LATER_WINDOW),
    Act.EXCEPT_FROM_FREEZE: _submitted(
        Modal.EXCEPT_FROM_FREEZE, {**chosen(freeze=encode_freeze(FreezeId(1))), **WHY}
    ),
    Act.RECORD_BASELINE: _submitted(Modal.RECORD_BASELINE, texts(error_rate="0.5")),
    Act.START_PRODUCTION: _pressed(Press.START_PRODUCTION),
    Act.FINISH_PRODUCTION: _pressed(Press.PRODUCTION_SUCCEEDED),
    Act.TAKE_OVER: lambda it: choose(Choice.TAKE_OVER, Ref.of(it.change)),
    Act.OBSERVE: _submitted(Modal.REPORT, {**chosen(problem=Problem.CRITICAL_FAILURE), **NOTES}),
    Act.WITHDRAW_OBSERVATION: _submitted(Modal.NOT_THE_CAUSE, WHY),
    Act.START_ROLLBACK: _pressed(Press.START_ROLLBACK),
    Act.FINISH_ROLLBACK: _pressed(Press.ROLLBACK_SUCCEEDED),
    Act.SETTLE_ROLLBACK: _submitted(Modal.SETTLE, {**texts(fix="CHG-9"), **WHY}),
    Act.CONFIRM_HEALTHY: _pressed(Press.HEALTHY),
    Act.WITHDRAW: _submitted(Modal.WITHDRAW, WHY),
    Act.UNDO_SUPERSEDING: _pressed(Press.BRING_BACK),
    Act.RECORD_VERBAL: _spoken,
    Act.CONFIRM_VERBAL: lambda it: press(Press.CONFIRM_VERBAL, encode_spoken(SHOWN, Ref.of(it.change))),
    Act.DISPUTE_VERBAL: lambda it: submit(
        Modal.DISPUTE_VERBAL, encode_spoken(SHOWN, Ref.of(it.change)), NOTES
    ),
    Act.START_IN_BREACH: _submitted(Modal.START_IN_BREACH, {**WHY, **texts(tried="Eve, by phone")}),
    Act.RATIFY_BREACH: _pressed(Press.RATIFY_BREACH),
    Act.REFUSE_BREACH: _submitted(Modal.REFUSE_BREACH, WHY),
    Act.TURN_INTO_STANDARD: _submitted(Modal.TURN_INTO_STANDARD, chosen(type="routine")),
    Act.ADD_TO_TIMELINE: _quote,
    Act.REVISE_ISSUE: _submitted(Modal.REVISE_ISSUE, {**chosen(severity="SEV2"), **texts(impact="because")}),
    Act.DRAFT_REVIEW: _submitted(Modal.REVIEW, REVIEW),
    Act.SUBMIT_REVIEW: _submitted(Modal.REVIEW, {**REVIEW, **HANDED_IN}),
    Act.RETURN_REVIEW: _submitted(Modal.RETURN_REVIEW, WHY),
    Act.SIGN_REVIEW: _sign,
    Act.EXTEND_REVIEW: _extend,
    Act.SNOOZE_REVIEW: _pressed(Press.SNOOZE_REVIEW),
}
"""By act. The deferred code review is the button *Approve*, too; and who snoozes, snoozes what they are asked for."""


def snooze(course: Course, person: PersonId) -> Delivery:
    """Putting off whatever somebody is asked for, the code review where that is nothing."""
    asked = [
        phase
        for phase in Phase
        if isinstance(course.copy().tries(snooze_reminder, person, Snoozing(phase)), Done)
    ]
    return press(Press.SNOOZE, encode_snooze(asked[0] if asked else Phase.CODE, Ref.of(course.change)))


def delivery(act: Act, course: Course, person: PersonId) -> Delivery:
    """An act on the change of a course, tried by somebody of its company; the course itself stays."""
    return snooze(course, person) if act is Act.SNOOZE_REMINDER else ACTS[act](course)
