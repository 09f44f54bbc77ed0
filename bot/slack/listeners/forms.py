"""Buttons that ask something first: each opens a form, filled in with what is known."""

from collections.abc import Callable, Mapping
from typing import Final

from slack_bolt import Ack, App

from bot.rules.scene import Scene
from bot.slack.ids import MORE, Choice, Press, Ref, decode_choice
from bot.slack.listeners.buttons import CHOICES, act_directly
from bot.slack.listeners.desk import Body, Desk, pressed_ref
from bot.slack.views.buttons import buttons_of
from bot.slack.views.card import card
from bot.slack.views.change_modals import (
    evidence_modal,
    fail_modal,
    finish_failed_modal,
    reject_modal,
    revise_modal,
    window_modal,
    withdraw_modal,
)
from bot.slack.views.freezes import exception_modal
from bot.slack.views.hotfix_modals import breach_modal, issue_modal, revise_hotfix_modal, standard_modal
from bot.slack.views.kit import Json
from bot.slack.views.menu import more_modal
from bot.slack.views.report_modals import (
    baseline_modal,
    not_the_cause_modal,
    report_modal,
    rollback_failed_modal,
    settle_modal,
)
from bot.slack.views.spoken_modal import spoken_modal
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.waiver_modals import take_back_modal, waiver_modal

View = Callable[[Scene], Json | None]


def _revise(scene: Scene) -> Json:
    return revise_hotfix_modal(scene.change) if is_hotfix(scene) else revise_modal(scene.change)


def _evidence(scene: Scene) -> Json:
    return evidence_modal(scene.change, scene.setting.guide)


def _fail(scene: Scene) -> Json:
    return fail_modal(scene.change)


def _withdraw(scene: Scene) -> Json:
    return withdraw_modal(scene.change)


def _more(scene: Scene) -> Json | None:
    return more_modal(scene, buttons_of(scene))


def _failed(scene: Scene) -> Json | None:
    """The form about the running deployment; nothing when it has ended meanwhile."""
    running = scene.change.running
    return finish_failed_modal(scene, running) if running else None


def _rollback_failed(scene: Scene) -> Json | None:
    """The form about the running rollback; nothing when it has ended meanwhile."""
    running = scene.change.running
    return rollback_failed_modal(scene, running) if running and running.rolls_back else None


PRESSES: Final[Mapping[Press, View]] = {
    Press.REJECT: reject_modal,
    Press.STAGING_FAILED: _failed,
    Press.PRODUCTION_FAILED: _failed,
    Press.FAIL: _fail,
    Press.PROPOSE_WINDOW: window_modal,
    Press.MOVE_WINDOW: window_modal,
    Press.REVISE: _revise,
    Press.RECORD_EVIDENCE: _evidence,
    Press.EXCEPT_FROM_FREEZE: exception_modal,
    Press.REPORT: report_modal,
    Press.RECORD_BASELINE: baseline_modal,
    Press.ROLLBACK_FAILED: _rollback_failed,
    Press.NOT_THE_CAUSE: not_the_cause_modal,
    Press.SETTLE: settle_modal,
    Press.ASK_FOR_WAIVER: waiver_modal,
    Press.RECORD_VERBAL: spoken_modal,
    Press.START_IN_BREACH: breach_modal,
}
CHOICES_WITH_FORM: Final[Mapping[Choice, View]] = {
    Choice.REVISE: _revise,
    Choice.RECORD_EVIDENCE: _evidence,
    Choice.MOVE_WINDOW: window_modal,
    Choice.FAIL: _fail,
    Choice.REPORT: report_modal,
    Choice.RECORD_BASELINE: baseline_modal,
    Choice.WITHDRAW: _withdraw,
    Choice.ASK_FOR_WAIVER: waiver_modal,
    Choice.TAKE_BACK: take_back_modal,
    Choice.REVISE_ISSUE: issue_modal,
    Choice.START_IN_BREACH: breach_modal,
    Choice.TURN_INTO_STANDARD: standard_modal,
    Choice.MORE: _more,
}


def register(bolt: App, desk: Desk) -> None:
    """One listener for each button with a form, and one for the ⋯ menu, whose options open forms or act at once."""
    for press, view in PRESSES.items():
        bolt.action(press.pattern)(_listener(desk, view))

    @bolt.action(MORE)
    def chose(ack: Ack, body: Body) -> None:
        option = body["actions"][0].get("selected_option") or {}
        chosen = decode_choice(option.get("value"))
        if chosen is not None:
            choice, ref = chosen
            if choice in CHOICES:
                act_directly(desk, body, CHOICES[choice], ref)
            else:
                _open(desk, body, CHOICES_WITH_FORM[choice], ref)
        ack()


def _listener(desk: Desk, view: View) -> Callable[..., None]:
    def pressed(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            _open(desk, body, view, ref)
        ack()

    return pressed


def _open(desk: Desk, body: Body, view: View, ref: Ref) -> None:
    scene = desk.acts.look(ref.change)
    shown = view(scene)
    if shown is None:
        desk.tell(body, card(scene))
    else:
        desk.open_modal(body, shown)
