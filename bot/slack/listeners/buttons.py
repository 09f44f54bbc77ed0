"""Buttons that act at once: one press, one act."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import Ack, App

from bot.act import Verb
from bot.rules.change import Outcome
from bot.rules.inputs import Finish, RollbackStart, Seen, VerificationInput
from bot.rules.life import Act
from bot.rules.terms import NO_WORDS
from bot.slack.ids import Choice, Press, Ref
from bot.slack.listeners.desk import Body, Desk, caller_of_action, pressed_ref
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging, take_over
from bot.workflows.request import resubmit
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.supersede import undo_superseding
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import accept_counter_proposal


@dataclass(frozen=True, slots=True)
class Direct:
    """What a press does, and what it hands in, made of the button's value."""

    verb: Verb[Any]
    form: Callable[[Ref], object]


def _nothing(_ref: Ref) -> None:
    return None


def _seen(ref: Ref) -> Seen:
    return Seen(ref.revision)


def _succeeded(ref: Ref) -> Finish:
    return Finish(Outcome.SUCCEEDED, NO_WORDS, ref.deployment)


def _shown(ref: Ref) -> RollbackStart:
    return RollbackStart(ref.deployment)


def _passed(ref: Ref) -> VerificationInput:
    return VerificationInput(passed=True, notes=NO_WORDS, revision=ref.revision)


PRESSES: Final[Mapping[Press, Direct]] = {
    Press.APPROVE: Direct(approve, _seen),
    Press.START_STAGING: Direct(start_staging, _nothing),
    Press.STAGING_SUCCEEDED: Direct(finish_staging, _succeeded),
    Press.PASS: Direct(verify, _passed),
    Press.ACCEPT_COUNTER: Direct(accept_counter_proposal, _seen),
    Press.START_PRODUCTION: Direct(start_production, _nothing),
    Press.PRODUCTION_SUCCEEDED: Direct(finish_production, _succeeded),
    Press.HEALTHY: Direct(confirm_healthy, _nothing),
    Press.START_ROLLBACK: Direct(start_rollback, _shown),
    Press.ROLLBACK_SUCCEEDED: Direct(finish_rollback, _succeeded),
    Press.RESUBMIT: Direct(resubmit, _nothing),
    Press.BRING_BACK: Direct(undo_superseding, _nothing),
}
CHOICES: Final[Mapping[Choice, Direct]] = {
    Choice.TAKE_OVER: Direct(take_over, _nothing),
    Choice.START_STAGING: Direct(start_staging, _nothing),
}


def register(bolt: App, desk: Desk) -> None:
    """One listener for each button; what the ⋯ menu offers goes through `act_directly`, too."""
    for press, direct in PRESSES.items():
        bolt.action(press.pattern)(_listener(desk, direct))


def _listener(desk: Desk, direct: Direct) -> Callable[..., None]:
    def pressed(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            act_directly(desk, body, direct, ref)
        ack()

    return pressed


def act_directly(desk: Desk, body: Body, direct: Direct, ref: Ref) -> None:
    """Do what was pressed; a refusal is shown to the person alone, success shows on card and DMs."""
    caller = caller_of_action(body)
    answer = desk.acts.perform(caller, ref.change, direct.verb, direct.form(ref))
    desk.tell(body, *desk.refusal(answer, Act(direct.verb.__name__), caller))
