"""What an Engineering Director is asked: to grant a waiver (G-ENV-2), or to except a change from a freeze (G-STD-8)."""

from bot.rules.asking import Ask
from bot.rules.freeze_gates import freezes_over
from bot.rules.scene import Scene
from bot.rules.terms import Phase
from bot.rules.waiver_gates import undecided_waivers
from bot.rules.waivers import Waiver
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.freezes import freeze_line
from bot.slack.views.kit import Json, button
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.waivers import waiver_buttons, waiver_details, waiver_question


def director_question(scene: Scene, ask: Ask) -> str:
    """What one Director is asked, in a sentence of mrkdwn."""
    waiver = asked_waiver(scene, ask)
    if waiver:
        return waiver_question(scene, waiver)
    speech, window = Speech.of(scene), scene.change.window
    roles = join_names([role.label for role in scene.setting.guide.freezes.excepted_by])
    when = f", *{speech.span(window.span)}*," if window else ""
    return (
        f"{speech.name(scene.change.requester)}'s window for *{subject(scene)}*{when} lies in a freeze."
        f" May it start all the same? You are asked as *{roles}*."
    )


def director_details(scene: Scene, ask: Ask) -> str:
    """What they need to decide it, beside what every approver is shown."""
    waiver = asked_waiver(scene, ask)
    if waiver:
        return waiver_details(scene, waiver)
    speech = Speech.of(scene)
    over = [
        freeze_line(each, speech)
        for each in freezes_over(scene.change, scene.setting)
        if each.id == ask.round
    ]
    return "\n".join((*over, "Without an exception it waits for the freeze's end, or moves its window."))


def director_buttons(scene: Scene, ask: Ask) -> list[Json]:
    """The two answers to a waiver; an exception needs a reason, and to refuse one nothing is pressed."""
    waiver = asked_waiver(scene, ask)
    if waiver:
        return waiver_buttons(scene, waiver)
    return [button(Press.EXCEPT_FROM_FREEZE, "Except this change…", Ref.of(scene.change), "primary")]


def asked_waiver(scene: Scene, ask: Ask) -> Waiver | None:
    """The waiver that an ask is about."""
    if ask.phase is not Phase.WAIVER:
        return None
    found = undecided_waivers(scene.change, scene.setting)
    return next((each for each in found if each.number == ask.round), None)
