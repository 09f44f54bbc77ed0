"""The message to whoever watches production (G-STD-9), after a deployment or its rollback: edited at each nudge, until it is closed."""

from datetime import timedelta

from bot.rules.change import Deployment
from bot.rules.life import WATCHED
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.rules.words import span
from bot.slack.views.alarm import ended, is_sounding
from bot.slack.views.card import plan_line
from bot.slack.views.kit import Json, Message, actions, card_link, dots, lines, message, section, small
from bot.slack.views.lateness import late_words, minutes_late
from bot.slack.views.production_buttons import healthy_button, report_button, rollback_button
from bot.slack.views.reports import attempt, back_to, figures_line, is_reported, report_lines
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import typed


def watch_message(
    scene: Scene, deployment: Deployment, minutes: int, person: PersonId, permalink: str | None = None
) -> Message:
    """What `person` is to look at, `minutes` after the deployment ended; once that is over, what ended it."""
    closed = _closed(scene, deployment, person)
    said = closed or _open(scene, deployment, minutes, person)
    return message(
        said,
        section(said if closed else lines(said, figures_line(scene), *report_lines(scene))),
        small(
            lines(
                dots(label(scene), deployment_label(deployment.id)),
                "" if closed or deployment.rolls_back else plan_line(scene.change),
                "" if closed else _late(deployment, minutes),
            )
        ),
        actions(*([] if closed else _pressed(scene, deployment, minutes)), card_link(permalink)),
    )


def is_watched(scene: Scene, deployment: Deployment) -> bool:
    """Whether this is what is being watched now."""
    newest = attempt(scene)
    return scene.stage in WATCHED and newest is not None and newest.id == deployment.id


def _pressed(scene: Scene, deployment: Deployment, minutes: int) -> list[Json]:
    """Closing it once its time has come; reporting and rolling back at any time."""
    if not is_watched(scene, deployment):
        return []
    over = _is_over(scene, deployment, minutes)
    return [
        *([healthy_button(scene)] if over else []),
        report_button(scene),
        *([] if deployment.rolls_back else [rollback_button(scene)]),
    ]


def _is_over(scene: Scene, deployment: Deployment, minutes: int) -> bool:
    lasts = scene.setting.guide.monitoring.lasts
    since = deployment.finished_at
    return minutes * 60 >= lasts.total_seconds() or (since is not None and scene.setting.now >= since + lasts)


def _late(deployment: Deployment, minutes: int) -> str:
    """How late this nudge came; of an older one nothing is known any more."""
    if deployment.finished_at is None or deployment.nudged_at is None or deployment.nudged != minutes:
        return ""
    return late_words(minutes_late(deployment.finished_at + timedelta(minutes=minutes), deployment.nudged_at))


def _closed(scene: Scene, deployment: Deployment, person: PersonId) -> str | None:
    """What ended the watch; None while it goes on."""
    speech, what = Speech.of(scene), subject(scene)
    if is_sounding(scene, deployment):
        return f"🚨 *Immediate rollback required: {what}.* Nothing more to watch: the alarm's message says who acts."
    if deployment.healthy_by is None or deployment.healthy_at is None:
        return None if is_watched(scene, deployment) else ended(scene, deployment, person)
    who = "You" if deployment.healthy_by == person else speech.name(deployment.healthy_by)
    that = f"production is healthy without *{what}*" if deployment.rolls_back else f"*{what}* is healthy"
    return f"✅ {who} confirmed {speech.when(deployment.healthy_at)} that {that}. Done."


def _open(scene: Scene, deployment: Deployment, minutes: int, person: PersonId) -> str:
    speech, what = Speech.of(scene), subject(scene)
    lasts = scene.setting.guide.monitoring.lasts
    environment = typed(deployment.environment)
    if deployment.finished_at is None:
        return f"👀 *{what}* is being deployed to {environment}."
    nobody = "" if is_reported(scene) else " Nobody has reported a problem."
    if _is_over(scene, deployment, minutes):
        asked = f"is {environment} healthy without {what}" if deployment.rolls_back else f"is {what} healthy"
        return f"⏳ *{span(lasts)} are over – {asked}?*{nobody} Look once more, then close it."
    ends = speech.when(deployment.finished_at + lasts)
    who = "you" if deployment.started_by == person else speech.name(deployment.started_by)
    watch = f"👀 *Please watch {environment if deployment.rolls_back else what} until {ends}.*"
    if minutes:
        return f"{watch} {minutes} minutes have passed.{nobody}"
    when = speech.when(deployment.finished_at)
    if deployment.rolls_back:
        return f"{watch} {what} was rolled back{back_to(scene)} {when}, by {who}."
    return f"{watch} It is in {environment} since {when}, deployed by {who}."
