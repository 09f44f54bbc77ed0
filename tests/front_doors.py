"""Everything that Slack can deliver to a listener, and which decision stands before what it does: said by hand, for a test to hold to.

A door is one thing that somebody can press, choose, submit, type or make happen. What *acts* asks the rules, through
`Acts.perform` or its like, under the name of an act; what *asks* opens a form whose submission acts; what *reads* shows what
every member of the workspace may see, since the log of deployments is everybody's; what Slack *tells* is the workspace's own word.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.life import Act
from bot.rules.terms import PersonId, ServiceName
from bot.rules.verdict import Field
from bot.slack.ids import (
    ALL_SERVICES,
    COMMAND,
    MORE,
    PRETESTED,
    Choice,
    Event,
    Modal,
    Press,
    Ref,
    Shortcut,
    encode_delegation,
    encode_freeze,
)
from bot.slack.ids.turns import Turn
from bot.slack.views.request_modal import Prefill, request_modal
from tests.acting import ANA, Course, a_guide
from tests.faults.front_door_acts import (
    ACTS,
    NOTES,
    WHY,
    Delivery,
    choose,
    chosen,
    instants,
    press,
    slack_id,
    snooze,
    submit,
    texts,
)
from tests.slack.filled import filled

Kind = Literal["acts", "asks", "reads", "tells"]
ROOM: Final = "C0INCIDENT"


@dataclass(frozen=True)
class Door:
    """`act` is the name under which the rules decide, of those that act."""

    name: str
    kind: Kind
    delivers: Callable[[Course], Delivery]
    act: str = ""
    on_hotfix: bool = False


ACTING: Final[Mapping[Press, Act]] = {
    Press.APPROVE: Act.APPROVE,
    Press.START_STAGING: Act.START_STAGING,
    Press.STAGING_SUCCEEDED: Act.FINISH_STAGING,
    Press.PASS: Act.VERIFY,
    Press.ACCEPT_COUNTER: Act.ACCEPT_COUNTER_PROPOSAL,
    Press.START_PRODUCTION: Act.START_PRODUCTION,
    Press.PRODUCTION_SUCCEEDED: Act.FINISH_PRODUCTION,
    Press.HEALTHY: Act.CONFIRM_HEALTHY,
    Press.START_ROLLBACK: Act.START_ROLLBACK,
    Press.ROLLBACK_SUCCEEDED: Act.FINISH_ROLLBACK,
    Press.RESUBMIT: Act.RESUBMIT,
    Press.BRING_BACK: Act.UNDO_SUPERSEDING,
    Press.GRANT_WAIVER: Act.GRANT_WAIVER,
    Press.SNOOZE: Act.SNOOZE_REMINDER,
    Press.CONFIRM_VERBAL: Act.CONFIRM_VERBAL,
    Press.RATIFY_BREACH: Act.RATIFY_BREACH,
    Press.SNOOZE_REVIEW: Act.SNOOZE_REVIEW,
}
READING: Final = frozenset(
    {Press.WHY, Press.SHOW, Press.RUN, Press.NEWER, Press.OLDER, Press.OPEN_CARD, Press.TIMELINE}
)
OF_THE_COMPANY: Final[Mapping[Press, str]] = {
    Press.END_DELEGATION: "end_delegation",
    Press.TRY_AGAIN: "try_again",
}
ASKING: Final = frozenset(
    {
        Press.REJECT, Press.STAGING_FAILED, Press.FAIL, Press.PROPOSE_WINDOW, Press.MOVE_WINDOW, Press.PRODUCTION_FAILED,
        Press.REPORT, Press.RECORD_BASELINE, Press.ROLLBACK_FAILED, Press.NOT_THE_CAUSE, Press.SETTLE, Press.REVISE,
        Press.RECORD_EVIDENCE, Press.REQUEST, Press.LIFT_FREEZE, Press.EXCEPT_FROM_FREEZE, Press.DELEGATE, Press.REFUSE_WAIVER,
        Press.ASK_FOR_WAIVER, Press.DECLARE_HOTFIX, Press.RECORD_VERBAL, Press.START_IN_BREACH, Press.DISPUTE_VERBAL,
        Press.REFUSE_BREACH, Press.DRAFT_REVIEW, Press.SUBMIT_REVIEW, Press.READ_REVIEW, Press.RETURN_REVIEW, Press.EXTEND_REVIEW,
    }
)  # fmt: skip
SUBMITTING: Final[Mapping[Modal, Act]] = {
    Modal.REVISE: Act.REVISE,
    Modal.RECORD_EVIDENCE: Act.RECORD_EVIDENCE,
    Modal.REJECT: Act.REJECT,
    Modal.FAIL_VERIFICATION: Act.VERIFY,
    Modal.PROPOSE_WINDOW: Act.PROPOSE_WINDOW,
    Modal.MOVE_WINDOW: Act.MOVE_WINDOW,
    Modal.REPORT: Act.OBSERVE,
    Modal.RECORD_BASELINE: Act.RECORD_BASELINE,
    Modal.NOT_THE_CAUSE: Act.WITHDRAW_OBSERVATION,
    Modal.SETTLE: Act.SETTLE_ROLLBACK,
    Modal.WITHDRAW: Act.WITHDRAW,
    Modal.EXCEPT_FROM_FREEZE: Act.EXCEPT_FROM_FREEZE,
    Modal.ASK_FOR_WAIVER: Act.ASK_FOR_WAIVER,
    Modal.REFUSE_WAIVER: Act.REFUSE_WAIVER,
    Modal.TAKE_BACK: Act.TAKE_BACK_APPROVAL,
    Modal.RECORD_VERBAL: Act.RECORD_VERBAL,
    Modal.START_IN_BREACH: Act.START_IN_BREACH,
    Modal.TURN_INTO_STANDARD: Act.TURN_INTO_STANDARD,
    Modal.REVISE_ISSUE: Act.REVISE_ISSUE,
    Modal.REVISE_HOTFIX: Act.REVISE,
    Modal.DISPUTE_VERBAL: Act.DISPUTE_VERBAL,
    Modal.REFUSE_BREACH: Act.REFUSE_BREACH,
    Modal.REVIEW: Act.SUBMIT_REVIEW,
    Modal.SIGN_REVIEW: Act.SIGN_REVIEW,
    Modal.RETURN_REVIEW: Act.RETURN_REVIEW,
    Modal.EXTEND_REVIEW: Act.EXTEND_REVIEW,
    Modal.ADD_TO_TIMELINE: Act.ADD_TO_TIMELINE,
}
"""Forms that are filled in as `front_door_acts` does; the others stand below, each with what is filled in."""
ALIKE: Final[Mapping[Modal, Modal]] = {
    Modal.REVISE_AND_RESUBMIT: Modal.REVISE,
    Modal.REJECT_WINDOW: Modal.REJECT,
}
FAILING: Final[Mapping[Modal, Act]] = {
    Modal.STAGING_FAILED: Act.FINISH_STAGING,
    Modal.PRODUCTION_FAILED: Act.FINISH_PRODUCTION,
    Modal.ROLLBACK_FAILED: Act.FINISH_ROLLBACK,
}
DIRECT_CHOICES: Final[Mapping[Choice, Act]] = {
    Choice.TAKE_OVER: Act.TAKE_OVER,
    Choice.START_STAGING: Act.START_STAGING,
}
OF_HOTFIXES: Final = frozenset(
    {Modal.RECORD_VERBAL, Modal.REVISE_HOTFIX, Modal.TURN_INTO_STANDARD, Modal.START_IN_BREACH}
)
WORDS: Final = (
    "", "request", "hotfix payments 4.12.2", "record", "status CHG-1", "why CHG-1", "waive CHG-1", "list", "list deployments",
    "calendar", "report", "rollback", "review", "freeze", "delegate", "help", "approve CHG-1", "4.12.0", "nonsense",
)  # fmt: skip
REQUESTED: Final = {
    Field.VERSION: "5.0.0",
    Field.PLAN: "redeploy",
    Field.PRETESTED: PRETESTED,
    Field.PRETEST: "tried",
}


def doors() -> Iterator[Door]:
    """Every one."""
    yield from _buttons()
    yield from _choices()
    yield from _forms()
    yield from _others()


def _ref(course: Course) -> str:
    return Ref.of(course.change).encode()


def _buttons() -> Iterator[Door]:
    for button, act in ACTING.items():
        yield Door(f"button {button}", "acts", _of(button, act), act)
    values = {
        Press.END_DELEGATION: encode_delegation(DelegationId(1)),
        Press.LIFT_FREEZE: encode_freeze(FreezeId(1)),
        Press.RUN: "list",
        Press.NEWER: Turn(1, newer=True, words="").encode(),
        Press.OLDER: Turn(9, newer=False, words="deployments").encode(),
    }
    for button in (*OF_THE_COMPANY, *sorted(ASKING), *sorted(READING)):
        kind: Kind = "acts" if button in OF_THE_COMPANY else "asks" if button in ASKING else "reads"
        pressed = partial(_pressed, button, values.get(button))
        yield Door(f"button {button}", kind, pressed, OF_THE_COMPANY.get(button, ""))


def _pressed(button: Press, value: str | None, course: Course) -> Delivery:
    return press(button, _ref(course) if value is None else value)


def _chosen(choice: Choice, course: Course) -> Delivery:
    return choose(choice, Ref.of(course.change))


def _chosen_in_form(choice: Choice, course: Course) -> Delivery:
    return submit(Modal.MORE, _ref(course), chosen(choice=choice))


def _filled_alike(modal: Modal, like: Modal, course: Course) -> Delivery:
    return _renamed(ACTS[SUBMITTING[like]](course), modal)


def _failed(modal: Modal, course: Course) -> Delivery:
    return submit(modal, _ref(course), NOTES)


def _always(sent: Delivery, _course: Course) -> Delivery:
    return sent


def _of(button: Press, act: Act) -> Callable[[Course], Delivery]:
    """As `front_door_acts` presses it, but for what it does by a form there."""
    if act is Act.SNOOZE_REMINDER:
        return lambda course: snooze(course, ANA)
    if act is Act.VERIFY:
        return lambda course: press(button, _ref(course))
    return ACTS[act]


def _choices() -> Iterator[Door]:
    for choice in Choice:
        act = DIRECT_CHOICES.get(choice)
        kind: Kind = "acts" if act else "asks"
        yield Door(f"menu {MORE} → {choice}", kind, partial(_chosen, choice), act or "")
        yield Door(f"form {Modal.MORE} → {choice}", kind, partial(_chosen_in_form, choice), act or "")


def _forms() -> Iterator[Door]:
    for modal, act in SUBMITTING.items():
        yield Door(f"form {modal}", "acts", ACTS[act], act, on_hotfix=modal in OF_HOTFIXES)
    for modal, like in ALIKE.items():
        yield Door(f"form {modal}", "acts", partial(_filled_alike, modal, like), SUBMITTING[like])
    for modal, act in FAILING.items():
        yield Door(f"form {modal}", "acts", partial(_failed, modal), act)
    span = instants(starts=1_796_200_000, ends=1_796_300_000)
    deputy = {
        **chosen(role="qa", service=ALL_SERVICES),
        **span,
        Field.DEPUTY: {Field.DEPUTY: {"selected_user": slack_id("ben")}},
    }
    prefilled = request_modal(
        Prefill(authors=(PersonId("U0ANA"),), service=ServiceName("payments")),
        (ServiceName("payments"),),
        a_guide(),
    )
    declared = {
        **chosen(service="payments", severity="SEV1"),
        **texts(version="5.0.1", impact="it is slow", plan="redeploy"),
    }
    for modal, metadata, values, verb in (
        (Modal.REQUEST, "", filled(prefilled, REQUESTED), "request_deployment"),
        (Modal.DECLARE_HOTFIX, "", declared, "declare_hotfix"),
        (Modal.FREEZE, "", {**span, **WHY}, "declare_freeze"),
        (Modal.LIFT_FREEZE, encode_freeze(FreezeId(1)), WHY, "lift_freeze"),
        (Modal.DELEGATE, "", deputy, "name_deputy"),
    ):
        sent = submit(modal, metadata, values)
        yield Door(f"form {modal}", "acts", partial(_always, sent), verb)


def _renamed(sent: Delivery, modal: Modal) -> Delivery:
    return Delivery(sent.type, {"view": {**sent.content["view"], "callback_id": modal.value}})


def _others() -> Iterator[Door]:
    message = {
        "message": {"text": "CHG-1 is slow", "ts": "1796200000.000100", "user": "U0ANA"},
        "channel": {"id": ROOM, "name": "inc-1"},
    }
    kinds: Mapping[Shortcut, Kind] = {Shortcut.STATUS_OF_MESSAGE: "reads", Shortcut.ADD_TO_TIMELINE: "acts"}
    for shortcut in Shortcut:
        on_message = "message" in shortcut or shortcut is Shortcut.ADD_TO_TIMELINE
        content = {"callback_id": shortcut.value, **(message if on_message else {})}
        sent = Delivery("message_action" if on_message else "shortcut", content)
        kind: Kind = kinds.get(shortcut, "asks")
        act = Act.ADD_TO_TIMELINE if kind == "acts" else ""
        yield Door(f"shortcut {shortcut}", kind, partial(_always, sent), act, on_hotfix=kind == "acts")
    for words in WORDS:
        typed = Delivery(COMMAND, {"text": words, "channel_id": "C0PAYMENTS", "channel_name": "payments"})
        yield Door(f"command {words}".strip(), "reads", partial(_always, typed))
    for event in Event:
        told = Delivery("event_callback", {"event": {"type": event.value}})
        by_people = event in {Event.HOME_OPENED, Event.MESSAGE}
        yield Door(f"event {event}", "reads" if by_people else "tells", partial(_always, told))
