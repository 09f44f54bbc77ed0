"""The alarm: why production must be rolled back, who can do it, the plan – and, once it is over, how it ended."""

from datetime import datetime

from bot.rules.change import Deployment, Outcome
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.rules.words import span
from bot.slack.ids import Press
from bot.slack.views.card import plan_line
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    button,
    card_link,
    dots,
    lines,
    message,
    section,
    small,
)
from bot.slack.views.lateness import late_words
from bot.slack.views.production_buttons import alarm_buttons, production_ref
from bot.slack.views.production_lines import plan_in_sight
from bot.slack.views.reports import attempt, who_acts, why_alarmed
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import quoted, typed


def is_sounding(scene: Scene, deployment: Deployment) -> bool:
    """Whether an alarm about this deployment still asks for something."""
    newest = attempt(scene)
    return scene.stage is Stage.ROLLBACK_REQUIRED and newest is not None and newest.id == deployment.id


def alarm_message(
    scene: Scene, deployment: Deployment, reader: PersonId | None, permalink: str | None = None
) -> Message:
    """The alarm as `reader` reads it, or a whole channel; when it is over, who ended it and how."""
    if not is_sounding(scene, deployment):
        return _over(scene, deployment, reader, permalink)
    what = f"Immediate rollback required: {subject(scene)}"
    reasons = why_alarmed(scene, deployment)
    shown = [f"• {each}" for each in reasons] if len(reasons) > 1 else reasons
    plan = plan_in_sight(scene, plan_line(scene.change))
    return message(
        f"🚨 {what} ({label(scene)}). {' '.join(reasons)}",
        section(lines(f"🚨 *{what}* ({deployment_label(deployment.id)})", *shown)),
        section(lines(who_acts(scene, reader), plan)),
        small(label(scene)),
        actions(*_pressed(scene, reader), card_link(permalink)),
    )


def _pressed(scene: Scene, reader: PersonId | None) -> list[Json]:
    """What this reader can do: the deployer does not decide that it was something else, and only some settle it."""
    hidden = {Press.PRODUCTION_SUCCEEDED, Press.PRODUCTION_FAILED}
    if reader == scene.change.deployer:
        hidden.add(Press.NOT_THE_CAUSE)
    settle_by = scene.setting.guide.rollback.settled_by
    if reader is None or not any(reader in scene.setting.roster.holders(role) for role in settle_by):
        hidden.add(Press.SETTLE)
    return [each for each in alarm_buttons(scene) if each["action_id"] not in hidden]


def _over(scene: Scene, deployment: Deployment, reader: PersonId | None, permalink: str | None) -> Message:
    said = ended(scene, deployment, reader)
    return message(
        f"{said} ({label(scene)})",
        section(said),
        small(dots(label(scene), deployment_label(deployment.id))),
        actions(card_link(permalink)),
    )


def ended(scene: Scene, deployment: Deployment, reader: PersonId | None) -> str:
    """How an alarm about a deployment ended: only what will still be true tomorrow, so that it is edited once."""
    change, speech, what = scene.change, Speech.of(scene), subject(scene)
    undone = deployment.rolls_back or deployment.id
    rollback = next(
        (each for each in change.deployments if each.rolls_back == undone and each.id > deployment.id), None
    )
    if rollback:
        who = _name(rollback.started_by, reader, speech)
        started = f"*{who} started the rollback of {what}* {speech.when(rollback.started_at)}"
        return f"✅ {started} ({deployment_label(rollback.id)})."
    if deployment.settled:
        who = _name(deployment.settled.by, reader, speech)
        return (
            f"ℹ️ *{who} settled the required rollback of {what} by a fix*: {quoted(deployment.settled.fix)}."
        )
    withdrawn = [each for each in change.observations if each.deployment == deployment.id and not each.stands]
    if withdrawn and withdrawn[-1].withdrawn_by:
        why = quoted(withdrawn[-1].withdrawn_reason or "", 300)
        who = _name(withdrawn[-1].withdrawn_by, reader, speech)
        return f"ℹ️ *{who} withdrew the report: no rollback of {what} is required.* {why}"
    if deployment.rolls_back and deployment.outcome is Outcome.SUCCEEDED:
        return f"✅ *{what} is rolled back* ({deployment_label(deployment.id)})."
    return f"ℹ️ *No rollback of {what} is required any more.*"


def _name(person: PersonId, reader: PersonId | None, speech: Speech) -> str:
    return "You" if person == reader else speech.name(person)


def alarm_again_message(
    scene: Scene,
    deployment: Deployment,
    reader: PersonId | None,
    *,
    late: int = 0,
    permalink: str | None = None,
) -> Message:
    """One line, every few minutes; with buttons for a person, without them in a thread. `late` in minutes."""
    pressed: list[Json] = []
    if scene.stage is Stage.ROLLING_BACK and deployment.running:
        said = _still_rolling_back(scene, deployment)
        ref = production_ref(scene)
        pressed = [
            button(Press.ROLLBACK_SUCCEEDED, "Rollback succeeded", ref, "primary"),
            button(Press.ROLLBACK_FAILED, "Rollback failed…", ref),
        ]
    elif is_sounding(scene, deployment):
        said = _still_required(scene, deployment)
        pressed = _pressed(scene, reader)
    else:
        said, late = ended(scene, deployment, reader), 0
    return message(
        f"{said} ({label(scene)})",
        section(said),
        small(dots(label(scene) if reader else "", late_words(late))),
        actions(*pressed, card_link(permalink)) if reader else None,
    )


def _still_required(scene: Scene, deployment: Deployment) -> str:
    since = _since(scene, deployment)
    passed = f" {span(scene.setting.now - since)} have passed, and nobody has started." if since else ""
    why, *others = why_alarmed(scene, deployment) or ("",)
    more = f" (and {len(others)} more)" if others else ""
    return f"🚨 *{subject(scene)} must still be rolled back.*{passed} {why}{more}"


def _since(scene: Scene, deployment: Deployment) -> datetime | None:
    """When the first of its reasons became known."""
    instants = [each.at for each in scene.change.alarms_about(deployment)]
    if deployment.finished_at and not instants:
        instants = [deployment.finished_at]
    return min(instants, default=None)


def _still_rolling_back(scene: Scene, deployment: Deployment) -> str:
    who = Speech.of(scene).name(deployment.started_by)
    lasts = span(scene.setting.now - deployment.started_at)
    return (
        f"🚨 *The rollback of {subject(scene)} has been running for {lasts}*"
        f" ({deployment_label(deployment.id)}, {who}). Is {typed(scene.setting.guide.production)} back?"
    )
