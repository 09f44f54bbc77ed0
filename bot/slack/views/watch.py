"""The message to whoever watches production after a deployment (G-STD-9): edited at each nudge, until somebody closes it."""

from bot.rules.change import Deployment
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.rules.words import span
from bot.slack.ids import Press, Ref
from bot.slack.views.card import plan_line
from bot.slack.views.kit import Message, actions, button, card_link, lines, message, section, small
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import typed


def watch_message(
    scene: Scene, deployment: Deployment, minutes: int, person: PersonId, permalink: str | None = None
) -> Message:
    """What `person` is to look at, `minutes` after the deployment ended; once it is closed, who closed it."""
    said = _closed(scene, deployment, person) or _open(scene, deployment, minutes, person)
    ref = Ref.of(scene.change, deployment.id)
    over = _is_over(scene, deployment, minutes)
    healthy = button(Press.HEALTHY, "Healthy", ref, "primary") if over else None
    closed = deployment.healthy_at is not None
    return message(
        said,
        section(said),
        small(
            lines(
                f"{label(scene)} · {deployment_label(deployment.id)}",
                "" if closed else plan_line(scene.change),
            )
        ),
        actions(None if closed else healthy, card_link(permalink)),
    )


def _is_over(scene: Scene, deployment: Deployment, minutes: int) -> bool:
    lasts = scene.setting.guide.monitoring.lasts
    since = deployment.finished_at
    return minutes * 60 >= lasts.total_seconds() or (since is not None and scene.setting.now >= since + lasts)


def _closed(scene: Scene, deployment: Deployment, person: PersonId) -> str | None:
    if deployment.healthy_by is None or deployment.healthy_at is None:
        return None
    speech = Speech.of(scene)
    who = "You" if deployment.healthy_by == person else speech.name(deployment.healthy_by)
    return (
        f"✅ {who} confirmed {speech.when(deployment.healthy_at)} that *{subject(scene)}* is healthy. Done."
    )


def _open(scene: Scene, deployment: Deployment, minutes: int, person: PersonId) -> str:
    speech, what = Speech.of(scene), subject(scene)
    lasts = scene.setting.guide.monitoring.lasts
    environment = typed(deployment.environment)
    if deployment.finished_at is None:
        return f"👀 *{what}* is being deployed to {environment}."
    if _is_over(scene, deployment, minutes):
        return f"⏳ *{span(lasts)} are over – is {what} healthy?* Nobody has reported a problem. Look once more, then close it."
    ends = speech.when(deployment.finished_at + lasts)
    deployer = "you" if deployment.started_by == person else speech.name(deployment.started_by)
    if not minutes:
        return f"👀 *Please watch {what} until {ends}.* It is in {environment} since {speech.when(deployment.finished_at)}, deployed by {deployer}."
    return f"👀 *Please watch {what} until {ends}.* {minutes} minutes have passed. Nobody has reported a problem."
