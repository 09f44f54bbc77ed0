"""What can be pressed on a hotfix: on its card, on its incident's message, and where a start was refused."""

from bot.rules.approvals import open_seats
from bot.rules.clauses import Clause
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.life import Act, Stage
from bot.rules.scene import Scene
from bot.rules.spoken import dispute_gates
from bot.rules.verdict import Gate, unmet
from bot.slack.ids import Press, Ref
from bot.slack.views.kit import Json, button, confirmed
from bot.slack.views.menu import menu
from bot.slack.views.production_buttons import production_buttons
from bot.slack.views.speech import Speech
from bot.slack.views.standing_of_hotfix import can_start_in_breach, is_hotfix


def hotfix_actions(scene: Scene) -> list[Json]:
    """The whole row under a hotfix's card or its incident's message, at whatever stage; empty where nothing can be done."""
    pressed = hotfix_buttons(scene)
    offered = menu(scene, pressed)
    why = [button(Press.WHY, "Why?", Ref.of(scene.change))] if pressed else []
    return [*pressed, *why, *([offered] if offered else [])]


def hotfix_buttons(scene: Scene) -> list[Json]:
    """What can be done to get on, the likeliest first and primary."""
    return declared_buttons(scene) if scene.stage is Stage.DECLARED else production_buttons(scene)


def declared_buttons(scene: Scene) -> list[Json]:
    """Signing, recording who signed by word, and the start; that is primary as soon as nothing is missing."""
    ref = Ref.of(scene.change)
    if not unmet(hotfix_gates(scene.change, scene.setting)):
        return [button(Press.START_PRODUCTION, "Start deployment", ref, "primary")]
    start = button(Press.START_PRODUCTION, "Start deployment", ref)
    if not lacks_signatures(scene):
        return [start]
    return [button(Press.APPROVE, "Approve", ref, "primary"), record_button(scene), start]


def lacks_signatures(scene: Scene) -> bool:
    """Whether a start now waits for somebody's word or button; a dispute is settled by a button, too."""
    change, setting = scene.change, scene.setting
    rows = rows_for_start(setting.policy, setting.now)
    return bool(open_seats(change, setting, rows)) or bool(dispute_gates(change, setting))


def record_button(scene: Scene) -> Json:
    """Recording that people said yes."""
    return button(Press.RECORD_VERBAL, "Record approvals…", Ref.of(scene.change))


def breach_button(scene: Scene) -> Json:
    """Starting without the approvals; it asks once before its form, since a breach stays on record for ever."""
    pressed = button(Press.START_IN_BREACH, "Start in breach…", Ref.of(scene.change), "danger")
    alarmed = scene.setting.roster.holders_of(scene.setting.guide.hotfix.alarmed)
    told = f"{Speech.of(scene).people(alarmed, 'and')} are alarmed. " if alarmed else ""
    text = (
        f"{told}Whoever did not approve is asked afterwards whether it was right. The log keeps it for ever."
    )
    return confirmed(pressed, "Start without the approvals?", text, "Go on")


def offers_after_refusal(scene: Scene, act: Act, gates: tuple[Gate, ...]) -> tuple[Json, ...]:
    """What helps a start that was refused for want of signatures."""
    signs = any(gate.clause is not Clause.STD_8 for gate in gates)
    if act is not Act.START_PRODUCTION or not is_hotfix(scene) or not signs:
        return ()
    if scene.stage is not Stage.DECLARED or not lacks_signatures(scene):
        return ()
    breach = [breach_button(scene)] if can_start_in_breach(scene) else []
    return (record_button(scene), *breach)
