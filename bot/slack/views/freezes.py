"""Change freezes: the form that declares one beneath those that there are, lifting one, and excepting a change from one."""

from collections.abc import Sequence
from typing import Final

from bot.rules.freeze_gates import excepted_by, freezes_over, is_excepted
from bot.rules.freezing import Freeze, services_label
from bot.rules.life import TRANSITIONS, Act
from bot.rules.scene import Scene
from bot.rules.terms import ServiceName, change_label
from bot.rules.verdict import Field
from bot.slack.ids import Modal, Press, Ref, encode_freeze
from bot.slack.views.deputizing import acting
from bot.slack.views.fields import Asked, Option, choice_field, choices_field, instant_field, text_field
from bot.slack.views.kit import (
    Form,
    Json,
    beside,
    button,
    lines,
    modal,
    repeated,
    section,
    small,
    worded_button,
)
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.text import in_zone, one_line, quoted, typed

SHOWN_MOST: Final = 10
OPTION_WORDS_MOST: Final = 40


def freeze_modal(services: Sequence[ServiceName], freezes: Sequence[Freeze], speech: Speech) -> Json:
    """The freezes in force and ahead, each of which can be lifted, and the form for another one."""
    shown, left_out = freezes[:SHOWN_MOST], len(freezes) - SHOWN_MOST
    names = [Option(name, name) for name in services]
    return modal(
        Form(Modal.FREEZE, "Change freeze", "Declare freeze"),
        [
            section("No change freeze is in force or ahead.") if not freezes else None,
            *(_with_lift(freeze, speech) for freeze in shown),
            small(f"and {left_out} more") if left_out > 0 else None,
            {"type": "divider"},
            section(
                "*Declare a freeze*\nNo standard change of these services starts in production while it lasts, unless"
                " it is excepted. Hotfixes go on."
            ),
            choices_field(
                Asked(Field.SERVICES, "Services", "None chosen: all of them.", optional=True), names
            ),
            instant_field(Asked(Field.STARTS, "From")),
            instant_field(Asked(Field.ENDS, "To")),
            text_field(Asked(Field.REASON, "Why", "Whoever has to wait reads it."), lines=True),
        ],
    )


def _with_lift(freeze: Freeze, speech: Speech) -> Json:
    pressed = worded_button(Press.LIFT_FREEZE, "Lift…", encode_freeze(freeze.id))
    return beside(freeze_line(freeze, speech), repeated(pressed, str(freeze.id)))


def freeze_line(freeze: Freeze, speech: Speech) -> str:
    """`❄️ payments, Fri 4 Dec 09:00 – Mon 7 Dec 09:00: “year-end closing” (Eve)`, as mrkdwn."""
    when = f"{speech.when(freeze.starts)} – {speech.when(freeze.ends)}"
    return f"❄️ *{typed(services_label(freeze))}*, {when}: {quoted(freeze.reason)} ({speech.name(freeze.by)})"


def lift_modal(freeze: Freeze, speech: Speech) -> Json:
    """Why a freeze ends before its time."""
    return modal(
        Form(Modal.LIFT_FREEZE, "Lift the freeze", "Lift freeze", encode_freeze(freeze.id)),
        [
            section(freeze_line(freeze, speech)),
            text_field(Asked(Field.REASON, "Why it is lifted", "The log keeps it."), lines=True),
        ],
    )


def exception_modal(scene: Scene) -> Json | None:
    """From which freeze this change is to be excepted, and why; nothing where there is none to except it from."""
    change, speech = scene.change, Speech.of(scene)
    touched = freezes_over(change, scene.setting)
    open_ones = [each for each in scene.setting.freezes if not is_excepted(change, each)]
    freezes = sorted(open_ones, key=lambda freeze: freeze not in touched)
    if not freezes:
        return None
    options = [Option(encode_freeze(each.id), _option(each, speech)) for each in freezes[:SHOWN_MOST]]
    return modal(
        Form(
            Modal.EXCEPT_FROM_FREEZE,
            f"Except {change_label(change.id)}",
            "Except it",
            Ref.of(change).encode(),
        ),
        [
            section(
                lines(
                    f"*{subject(scene)}* may then start in its window although the service is frozen.",
                    *(freeze_line(each, speech) for each in freezes[:SHOWN_MOST]),
                )
            ),
            choice_field(Asked(Field.FREEZE, "Freeze"), options, options[0].value),
            text_field(
                Asked(Field.REASON, "Why it cannot wait for the freeze's end", "The card shows it."),
                lines=True,
            ),
        ],
    )


def _option(freeze: Freeze, speech: Speech) -> str:
    return f"until {in_zone(freeze.ends, speech.zone)}: {one_line(freeze.reason, OPTION_WORDS_MOST)}"


def exception_button(scene: Scene, *, ahead: bool = False) -> Json | None:
    """What a Director presses where a freeze is in the window's way; with `ahead`, where there is any freeze at all."""
    freezes = scene.setting.freezes if ahead else freezes_over(scene.change, scene.setting)
    possible = scene.stage in TRANSITIONS[Act.EXCEPT_FROM_FREEZE].stages
    if not possible or all(is_excepted(scene.change, freeze) for freeze in freezes):
        return None
    return button(Press.EXCEPT_FROM_FREEZE, "Except from freeze…", Ref.of(scene.change))


def freeze_lines(scene: Scene) -> list[str]:
    """What freezes mean for the change's window, a sentence each; those from which it is excepted, too."""
    speech, change = Speech.of(scene), scene.change
    able = excepted_by(scene.setting.roster, scene.setting.guide)
    can = f" {speech.people(able)} can except it." if able else ""
    in_the_way = [
        f"⛔ Its window lies in a freeze of {typed(services_label(each))} until {speech.when(each.ends)}:"
        f" {quoted(each.reason)}.{can}"
        for each in freezes_over(change, scene.setting)
    ]
    unended = {each.id for each in scene.setting.freezes}
    excepted = [
        f"ℹ️ {acting(each.by, each.deputy_for, speech)} excepted it from a freeze: {quoted(each.reason)}"
        for each in change.exceptions
        if each.freeze in unended
    ]
    return [*in_the_way, *excepted]
