"""Which buttons stand on a change from its start in production on."""

from bot.rules.gates import health_gates
from bot.rules.life import CLOSED, TRANSITIONS, Act, Stage
from bot.rules.scene import Scene
from bot.rules.verdict import unmet
from bot.rules.watching import is_still_in_production
from bot.slack.ids import Press, Ref
from bot.slack.views.kit import Json, button, confirmed
from bot.slack.views.reports import attempt, back_to
from bot.slack.views.text import quoted, typed


def production_ref(scene: Scene) -> Ref:
    """The change, and what was done to production for it last: whoever presses means that."""
    newest = attempt(scene)
    return Ref.of(scene.change, newest.id if newest else None)


def production_buttons(scene: Scene) -> list[Json]:
    """What can be done to get on, the likeliest first; red only where a rollback is required."""
    ref = production_ref(scene)
    match scene.stage:
        case Stage.DEPLOYING:
            succeeded, failed = _finish_buttons(scene, primary=True)
            return [succeeded, failed, report_button(scene), rollback_button(scene)]
        case Stage.MONITORING:
            return [healthy_button(scene), report_button(scene), rollback_button(scene)]
        case Stage.ROLLBACK_REQUIRED:
            return alarm_buttons(scene)
        case Stage.ROLLING_BACK:
            succeeded = button(Press.ROLLBACK_SUCCEEDED, "Rollback succeeded", ref, "primary")
            failed = button(Press.ROLLBACK_FAILED, "Rollback failed…", ref)
            return [succeeded, failed, report_button(scene)]
        case Stage.RESTORED:
            return [healthy_button(scene), report_button(scene)]
        case Stage.DONE if is_still_in_production(scene.change, scene.setting):
            return [report_button(scene), rollback_button(scene)]
        case Stage.ROLLED_BACK if is_still_in_production(scene.change, scene.setting):
            return [report_button(scene)]
        case _:
            return []


def _finish_buttons(scene: Scene, *, primary: bool) -> tuple[Json, Json]:
    ref = Ref.of(scene.change)
    succeeded = button(Press.PRODUCTION_SUCCEEDED, "Succeeded", ref, "primary" if primary else None)
    return succeeded, button(Press.PRODUCTION_FAILED, "Failed…", ref)


def alarm_buttons(scene: Scene) -> list[Json]:
    """How an alarm ends: by a rollback, because it was something else, or by a fix."""
    newest = attempt(scene)
    if newest is None:
        return []
    ref = production_ref(scene)
    withdraw = button(Press.NOT_THE_CAUSE, "This is not caused by the deployment…", ref)
    withdrawable = bool(scene.change.alarms_about(newest))
    return [
        rollback_button(scene),
        *([withdraw] if withdrawable else []),
        *(_finish_buttons(scene, primary=False) if newest.running else ()),
        *([] if newest.running else [button(Press.SETTLE, "Settle by a fix…", ref)]),
    ]


def rollback_button(scene: Scene) -> Json:
    """Starting the rollback; it asks once, since it cannot be taken back."""
    required = scene.stage is Stage.ROLLBACK_REQUIRED
    words = "Start rollback" if required else "Roll back"
    pressed = button(Press.START_ROLLBACK, words, production_ref(scene), "danger" if required else None)
    service, version = typed(scene.change.service, 60), typed(scene.change.version, 60)
    goes = f"{service} goes back{back_to(scene)}" if back_to(scene) else f"{service} {version} goes back"
    text = f"{goes}: you carry it out, this records it. No approval is needed.\n{quoted(scene.change.plan.text, 100)}"
    return confirmed(pressed, "Start the rollback now?", text, "Start rollback")


def report_button(scene: Scene) -> Json:
    """Reporting a problem."""
    return button(Press.REPORT, "Report a problem…", production_ref(scene))


def healthy_button(scene: Scene) -> Json:
    """Closing the watch; primary once its time has come."""
    over = not unmet(health_gates(scene.change, scene.setting))
    return button(Press.HEALTHY, "Healthy", production_ref(scene), "primary" if over else None)


def can_be_reported(scene: Scene) -> bool:
    """Whether a report about this change can be taken now."""
    if scene.stage not in TRANSITIONS[Act.OBSERVE].stages:
        return False
    return scene.stage not in CLOSED or is_still_in_production(scene.change, scene.setting)
