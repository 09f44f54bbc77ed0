"""What people are told about a version in production: in direct messages, and in the card's thread."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.rules.change import Deployment
from bot.rules.life import TRANSITIONS, WATCHED, Act, Stage
from bot.rules.notice import NoticeKind
from bot.rules.terms import Role, deployment_label
from bot.rules.words import span
from bot.slack.views.card import plan_line
from bot.slack.views.hotfix_asks import hotfix
from bot.slack.views.kit import Json
from bot.slack.views.production_buttons import (
    can_be_reported,
    healthy_button,
    report_button,
    rollback_button,
)
from bot.slack.views.reports import attempt, back_to, put_back, who_acts
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.telling import Said, Telling
from bot.slack.views.text import quoted, typed


def _attempt_label(telling: Telling) -> str:
    newest = attempt(telling.scene)
    return f" ({deployment_label(newest.id)})" if newest else ""


def _started(telling: Telling) -> Said:
    newest, lasts = attempt(telling.scene), telling.scene.setting.guide.monitoring.lasts
    which = f" ({deployment_label(newest.id)})" if newest else ""
    by = "You" if telling.notice.by == telling.person else telling.by
    what, watch = telling.what, f"please watch it, and {span(lasts)} beyond its end."
    if is_hotfix(telling.scene):
        what = hotfix(telling.scene)
        watch = f"please watch it *from now on*, and no less than {span(lasts)} beyond its end."
    return Said(
        f"ℹ️ *{by} started deploying {what} to {typed(telling.scene.setting.guide.production)}*{which}."
        f" You are on call: {watch}",
        plan_line(telling.scene.change),
    )


def _overran(telling: Telling) -> Said:
    newest = attempt(telling.scene)
    ended = f" {telling.speech.when(newest.window_end)}" if newest and newest.window_end else ""
    deployer = telling.speech.name(telling.scene.change.deployer)
    return Said(
        f"🚨 *The window of {telling.what} ended{ended}, and its deployment is still running.*"
        f" {deployer} deploys; you approved the window.",
        "Nothing is stopped by itself.",
    )


def _rollback_started(telling: Telling) -> Said:
    back = back_to(telling.scene)
    return Said(
        f"⏳ *{telling.by} started the rollback of {telling.what}{back}*{_attempt_label(telling)}.",
        plan_line(telling.scene.change),
    )


def _rollback_failed(telling: Telling) -> Said:
    return Said(
        f"🚨 *The rollback of {telling.what} failed*{_attempt_label(telling)}{telling.words}"
        f" {telling.by} said so; another rollback is required at once.\n{who_acts(telling.scene, telling.person)}",
        plan_line(telling.scene.change),
    )


def _restored(telling: Telling) -> Said:
    newest, lasts = attempt(telling.scene), telling.scene.setting.guide.monitoring.lasts
    version = put_back(telling.scene)
    back = f" is back on {version}" if version else " is rolled back"
    ends = (
        f" It is watched until {telling.speech.when(newest.finished_at + lasts)}."
        if newest and newest.finished_at
        else ""
    )
    service = typed(telling.scene.change.service, 80)
    return Said(f"✅ *{service}{back}*, {telling.by} says{_attempt_label(telling)}.{ends}")


def _settled(telling: Telling) -> Said:
    why = f" Why: {quoted(telling.notice.words, 400)}" if telling.notice.words else ""
    return Said(
        f"ℹ️ *{telling.by} settled the required rollback of {telling.what} by a fix*:"
        f" {quoted(telling.notice.because, 300)}.{why}",
        "There was no rollback: this stands under deviations.",
    )


def _observed(telling: Telling) -> Said:
    """In a thread what was reported; to a person the question that follows from it."""
    notes = f" {quoted(telling.notice.words, 400)}" if telling.notice.words else ""
    reports = f"{telling.by} reports: {typed(telling.notice.because, 400)}{notes}"
    if not telling.person:
        return Said(f"ℹ️ {reports}")
    return Said(
        f"ℹ️ *Is {telling.what} healthy?* {reports}", plan_line(telling.scene.change), _answers(telling)
    )


def _answers(telling: Telling) -> tuple[Json, ...]:
    scene = telling.scene
    may_roll_back = can_be_reported(scene) and scene.stage in TRANSITIONS[Act.START_ROLLBACK].stages
    return (
        *((healthy_button(scene),) if scene.stage in WATCHED else ()),
        *((report_button(scene),) if can_be_reported(scene) else ()),
        *((rollback_button(scene),) if may_roll_back else ()),
    )


def _withdrawn(telling: Telling) -> Said:
    required = telling.scene.stage is Stage.ROLLBACK_REQUIRED
    now = "A rollback is still required." if required else "No rollback is required."
    return Said(f"ℹ️ *{telling.by} withdrew a report about {telling.what}*{telling.words} {now}")


def _escalated(telling: Telling) -> Said:
    scene, newest = telling.scene, attempt(telling.scene)
    deployer = telling.speech.name(scene.change.deployer)
    on_call = scene.setting.roster.holders(Role.ON_CALL)
    others = telling.speech.people((person for person in on_call if person != scene.change.deployer), "and")
    asked = f"{deployer} and {others} were asked" if on_call else f"{deployer} was asked"
    what = "production is healthy again" if newest and newest.rolls_back else f"{telling.what} is healthy"
    pressed = (healthy_button(scene), report_button(scene)) if scene.stage in WATCHED else ()
    return Said(
        f"🚨 *Nobody has confirmed that {what}.*{_since(telling, newest)} {asked}; you can close the watch, too.",
        "",
        pressed,
    )


def _since(telling: Telling, newest: Deployment | None) -> str:
    if newest is None or newest.finished_at is None:
        return ""
    when, environment = telling.speech.when(newest.finished_at), telling.scene.setting.guide.production
    if newest.rolls_back:
        return f" {telling.what} was rolled back {when}."
    return f" It is in {typed(environment)} since {when}."


PRODUCTION_NOTICES: Final[Mapping[NoticeKind, Callable[[Telling], Said]]] = {
    NoticeKind.DEPLOYMENT_STARTED: _started,
    NoticeKind.DEPLOYMENT_OVERRAN: _overran,
    NoticeKind.ROLLBACK_STARTED: _rollback_started,
    NoticeKind.ROLLBACK_FAILED: _rollback_failed,
    NoticeKind.RESTORED: _restored,
    NoticeKind.SETTLED: _settled,
    NoticeKind.OBSERVED: _observed,
    NoticeKind.OBSERVATION_WITHDRAWN: _withdrawn,
    NoticeKind.ESCALATED: _escalated,
}
