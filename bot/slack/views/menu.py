"""The ⋯ menu of a card: what does not deserve a button. What finds no room in it is behind its last line."""

from typing import Final

from bot.rules.leaving_out import waivable
from bot.rules.life import TRANSITIONS, WINDOWED, Act, Stage
from bot.rules.scene import Scene
from bot.rules.terms import change_label
from bot.rules.verdict import Field
from bot.slack.ids import Choice, Modal, Press, Ref
from bot.slack.views.fields import Asked, Option, radio_field
from bot.slack.views.kit import CHOICES_MOST, Form, Json, modal, more, section
from bot.slack.views.production_buttons import can_be_reported
from bot.slack.views.standing import standing, subject
from bot.slack.views.standing_of_hotfix import can_start_in_breach, is_hotfix

_CHOICES: Final = (
    (Choice.REVISE, Act.REVISE, "Revise…"),
    (Choice.REVISE_ISSUE, Act.REVISE_ISSUE, "More about the issue…"),
    (Choice.START_IN_BREACH, Act.START_IN_BREACH, "Start in breach…"),
    (Choice.MOVE_WINDOW, Act.MOVE_WINDOW, "Move window…"),
    (Choice.START_STAGING, Act.START_STAGING, "Start staging"),
    (Choice.WITHDRAW, Act.WITHDRAW, "Withdraw…"),
    (Choice.TURN_INTO_STANDARD, Act.TURN_INTO_STANDARD, "Turn into a standard change…"),
    (Choice.RECORD_EVIDENCE, Act.RECORD_EVIDENCE, "Record evidence…"),
    (Choice.FAIL, Act.VERIFY, "Report a failed verification…"),
    (Choice.ASK_FOR_WAIVER, Act.ASK_FOR_WAIVER, "Ask for a waiver…"),
    (Choice.REPORT, Act.OBSERVE, "Report a problem…"),
    (Choice.RECORD_BASELINE, Act.RECORD_BASELINE, "Record baseline…"),
    (Choice.TAKE_BACK, Act.TAKE_BACK_APPROVAL, "Take back my approval…"),
    (Choice.TAKE_OVER, Act.TAKE_OVER, "Take over as deployer"),
)
"""The likeliest first: of many the last ones are behind "More…"."""
_BUTTONS: Final = {
    Choice.REVISE: Press.REVISE,
    Choice.START_STAGING: Press.START_STAGING,
    Choice.RECORD_EVIDENCE: Press.RECORD_EVIDENCE,
    Choice.FAIL: Press.FAIL,
    Choice.REPORT: Press.REPORT,
    Choice.RECORD_BASELINE: Press.RECORD_BASELINE,
}
"""The button that does the same."""


def menu(scene: Scene, buttons: list[Json]) -> Json | None:
    """The menu beside these buttons: what they do is not in it again."""
    choices = choices_of(scene, buttons)
    if len(choices) > CHOICES_MOST:
        choices = [*choices[: CHOICES_MOST - 1], (Choice.MORE, "More…")]
    return more(choices, Ref.of(scene.change))


def choices_of(scene: Scene, buttons: list[Json]) -> list[tuple[Choice, str]]:
    """Everything that the menu should offer beside these buttons, with how it is called."""
    pressed = {str(each["action_id"]) for each in buttons}
    return [
        (choice, _called(choice, label, scene))
        for choice, act, label in _CHOICES
        if scene.stage in TRANSITIONS[act].stages
        and (choice not in _BUTTONS or _BUTTONS[choice] not in pressed)
        and _makes_sense(choice, scene)
    ]


def _called(choice: Choice, label: str, scene: Scene) -> str:
    again = choice is Choice.START_STAGING and scene.stage is Stage.VERIFYING
    return "Deploy to staging again" if again else label


def _makes_sense(choice: Choice, scene: Scene) -> bool:
    if choice is Choice.ASK_FOR_WAIVER:
        return bool(waivable(scene.change, scene.setting.guide))
    if choice is Choice.TAKE_BACK:
        return bool(scene.change.standing_approvals)
    if choice is Choice.RECORD_BASELINE:
        return scene.stage in WINDOWED | {Stage.DECLARED}
    if choice is Choice.REVISE_ISSUE:
        return is_hotfix(scene) and scene.change.issue is not None
    if choice is Choice.START_IN_BREACH:
        return can_start_in_breach(scene)
    if choice is Choice.REPORT:
        return can_be_reported(scene)
    return True


def more_modal(scene: Scene, buttons: list[Json]) -> Json | None:
    """What found no room in the menu; nothing where all of it did, by now."""
    left = choices_of(scene, buttons)[CHOICES_MOST - 1 :]
    if not left:
        return None
    stands = standing(scene)
    return modal(
        Form(Modal.MORE, change_label(scene.change.id), "Go on", Ref.of(scene.change).encode()),
        [
            section(f"*{subject(scene)}* – {stands.said}"),
            radio_field(
                Asked(Field.CHOICE, "What do you want to do?"),
                [Option(choice.value, label) for choice, label in left],
                left[0][0].value,
            ),
        ],
    )
