"""How a change stands from its start in production on: running, watched, to be rolled back, back, done."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.rules.change import Deployment
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import deployment_label
from bot.rules.words import span
from bot.slack.views.reports import attempt, back_to, is_reported, why_alarmed
from bot.slack.views.speech import Speech
from bot.slack.views.stands import Standing
from bot.slack.views.text import quoted, typed


def _deploying(scene: Scene, speech: Speech) -> Standing:
    running = scene.change.running
    if running is None:
        return Standing("⏳", "Being deployed")
    by = f"{deployment_label(running.id)} by {speech.name(running.started_by)}, since {speech.when(running.started_at)}"
    if running.overran_at and running.window_end:
        return Standing(
            "🚨", f"The window ended {speech.when(running.window_end)}, and it is still running", by
        )
    ends = f"; the window closes {speech.when(running.window_end)}" if running.window_end else ""
    return Standing("⏳", "Being deployed", f"{by}{ends}")


def _watched(scene: Scene, speech: Speech) -> Standing:
    """After a deployment, and after a rollback of one."""
    newest = attempt(scene)
    if newest is None or newest.finished_at is None:
        return Standing("👀", "Being watched")
    monitoring = scene.setting.guide.monitoring
    ends = newest.finished_at + monitoring.lasts
    if scene.setting.now < ends:
        since = " since" if newest.rolls_back else ""
        nobody = "" if is_reported(scene) else f"nobody has reported a problem{since}"
        return Standing("👀", f"Watching until {speech.when(ends)}", nobody)
    who = speech.name(scene.change.deployer)
    what = "production is healthy" if newest.rolls_back else "it is healthy"
    confirms = f"{who} or whoever is on call confirms that {what}"
    if newest.escalated_at:
        return Standing("🚨", f"Nobody has confirmed it since {speech.when(ends)}", confirms)
    return Standing("⏳", f"{span(monitoring.lasts)} are over", confirms)


def _rollback_required(scene: Scene, speech: Speech) -> Standing:
    del speech
    newest = attempt(scene)
    return Standing("🚨", "IMMEDIATE ROLLBACK REQUIRED", points=why_alarmed(scene, newest) if newest else ())


def _rolling_back(scene: Scene, speech: Speech) -> Standing:
    newest = attempt(scene)
    if newest is None:
        return Standing("⏳", "Being rolled back")
    by = f"{deployment_label(newest.id)} by {speech.name(newest.started_by)}"
    return Standing("⏳", f"Rolling back{back_to(scene)}", f"{by}, since {speech.when(newest.started_at)}")


def _done(scene: Scene, speech: Speech) -> Standing:
    newest = attempt(scene)
    return Standing("✅", "Done", _confirmed(newest, "it is healthy", speech))


def _rolled_back(scene: Scene, speech: Speech) -> Standing:
    newest = attempt(scene)
    if newest and newest.settled:
        settled = newest.settled
        by = f"{speech.name(settled.by)}, {speech.when(settled.at)}: {quoted(settled.reason, 300)}"
        return Standing("ℹ️", f"A deviation: no rollback, but a fix, {quoted(settled.fix)}", by)
    return Standing("✅", "Rolled back", _confirmed(newest, "production is healthy", speech))


def _confirmed(deployment: Deployment | None, that: str, speech: Speech) -> str:
    if deployment is None or deployment.healthy_by is None or deployment.healthy_at is None:
        return ""
    return f"{speech.name(deployment.healthy_by)} confirmed {speech.when(deployment.healthy_at)} that {that}"


IN_PRODUCTION: Final[Mapping[Stage, Callable[[Scene, Speech], Standing]]] = {
    Stage.DEPLOYING: _deploying,
    Stage.MONITORING: _watched,
    Stage.ROLLBACK_REQUIRED: _rollback_required,
    Stage.ROLLING_BACK: _rolling_back,
    Stage.RESTORED: _watched,
    Stage.DONE: _done,
    Stage.ROLLED_BACK: _rolled_back,
}


def production_headline(scene: Scene, what: str) -> str | None:
    """The card's first line from the start in production on; `what` is the service and version. None before it."""
    speech, environment = Speech.of(scene), typed(scene.setting.guide.production)
    newest = attempt(scene)
    match scene.stage:
        case Stage.DEPLOYING:
            return f"*{what} is being deployed to {environment}*"
        case Stage.MONITORING | Stage.DONE if newest and newest.finished_at:
            return f"*{what} in {environment} since {speech.when(newest.finished_at)}*"
        case Stage.ROLLBACK_REQUIRED:
            return f"*{what} must leave {environment}*"
        case Stage.ROLLING_BACK:
            return f"*{what} is leaving {environment}*"
        case Stage.ROLLED_BACK if newest and newest.settled:
            return f"*{what}, settled by a fix*"
        case Stage.RESTORED | Stage.ROLLED_BACK:
            return f"*{what}, rolled back{back_to(scene)}*"
        case _:
            return None
