"""Direct messages to whoever must act now, or whose word no longer counts: one for each kind of notice."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.rules.change import Deployment, Outcome, ReturnedBecause
from bot.rules.life import Stage
from bot.rules.notices import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.rules.words import span
from bot.slack.ids import Press, Ref
from bot.slack.views.buttons import healthy_button, returned_buttons, window_buttons
from bot.slack.views.card import plan_line
from bot.slack.views.kit import Json, Message, actions, button, card_link, message, section, small
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, missing_signatures, production, subject
from bot.slack.views.text import quoted, typed


@dataclass(frozen=True, slots=True)
class _Telling:
    """A notice about a change, as one person reads it."""

    scene: Scene
    notice: Notice
    person: PersonId

    @property
    def speech(self) -> Speech:
        return Speech.of(self.scene)

    @property
    def what(self) -> str:
        return subject(self.scene)

    @property
    def by(self) -> str:
        return self.speech.name(self.notice.by) if self.notice.by else "somebody"

    @property
    def words(self) -> str:
        """`: “the plan misses the migration”.`, where something was typed."""
        return f": {quoted(self.notice.words, 400)}." if self.notice.words else "."

    @property
    def is_requester(self) -> bool:
        return self.person == self.scene.change.requester

    @property
    def is_deployer(self) -> bool:
        return self.person == self.scene.change.deployer


@dataclass(frozen=True, slots=True)
class _Said:
    """What a notice says: the first line, more of it in small print, and what can be pressed."""

    text: str
    small: str = ""
    pressed: tuple[Json, ...] = ()


def notice_message(scene: Scene, notice: Notice, person: PersonId, permalink: str | None = None) -> Message:
    """One notice as `person` reads it, with the buttons with which they can go on."""
    said = _NOTICES[notice.kind](_Telling(scene, notice, person))
    return message(
        f"{said.text} ({label(scene)})",
        section(said.text),
        small(f"{label(scene)} · {said.small}" if said.small else label(scene)),
        actions(*said.pressed, card_link(permalink)),
    )


def _ref(telling: _Telling) -> Ref:
    return Ref.of(telling.scene.change)


def _returned(telling: _Telling) -> _Said:
    if telling.is_requester:
        pressed = tuple(returned_buttons(telling.scene, _ref(telling)))
        still = pressed if telling.scene.stage is Stage.RETURNED else ()
        returned = telling.scene.change.returned
        if returned and returned.because is ReturnedBecause.VERIFICATION_FAILED:
            text = f"⛔ *{telling.by} did not let {telling.what} pass*{telling.words} It needs a new version from you."
            return _Said(text, "", still)
        return _Said(f"⛔ *{telling.by} sent {telling.what} back to you*{telling.words}", "", still)
    text = f"ℹ️ *{telling.what}, which you approved, failed its verification* by {telling.by}{telling.words}"
    return _Said(text, "Nothing to do: a new version will be asked for anew.")


def _approval_voided(telling: _Telling) -> _Said:
    because = f": {typed(telling.notice.because)}" if telling.notice.because else ""
    return _Said(
        f"ℹ️ *Your approval of {telling.what} no longer counts*{because}.",
        "Nothing to do: if you are needed again, a new message asks you.",
    )


def _verified(telling: _Telling) -> _Said:
    scene, window = telling.scene, telling.scene.change.window
    passed = f"✅ *{telling.what} passed its verification.*"
    if window:
        missing = missing_signatures(scene)
        waits = f"{missing.said}." if missing else ""
        return _Said(f"{passed} Your window {telling.speech.span(window.span)} was submitted.", waits)
    pressed = tuple(window_buttons(scene, _ref(telling))) if scene.stage is Stage.VERIFIED else ()
    return _Said(f"{passed} It needs a production window from you.", "", pressed)


def _window_rejected(telling: _Telling) -> _Said:
    scene, speech = telling.scene, telling.speech
    windows = [window.span for window in scene.change.windows if window.ended]
    which = f" {speech.span(windows[-1])}" if windows else ""
    counter = scene.change.counter
    instead = (
        f"\n{speech.name(counter.by)} proposes *{speech.span(counter.span)}* instead." if counter else ""
    )
    pressed = tuple(window_buttons(scene, _ref(telling))) if scene.stage is Stage.VERIFIED else ()
    return _Said(
        f"⛔ *{telling.by} rejected the window{which} of {telling.what}*{telling.words}{instead}",
        "Code, staging and verification still count.",
        pressed,
    )


def _window_lapsed(telling: _Telling) -> _Said:
    windows = telling.scene.change.windows
    which = f" {telling.speech.span(windows[-1].span)}" if windows else ""
    pressed = (
        tuple(window_buttons(telling.scene, _ref(telling))) if telling.scene.stage is Stage.VERIFIED else ()
    )
    return _Said(
        f"⏳ *The window{which} of {telling.what} passed without a start.* Propose another one.",
        "The approvals for that window are void; code, staging and verification still count.",
        pressed,
    )


def _scheduled(telling: _Telling) -> _Said:
    scene, window = telling.scene, telling.scene.change.window
    when = f" *{telling.speech.span(window.span)}*" if window else ""
    start = button(Press.START_PRODUCTION, "Start deployment", _ref(telling), "primary")
    pressed = (start,) if scene.stage is Stage.SCHEDULED else ()
    return _Said(
        f"✅ *{telling.what} has all its approvals.* You can start it{when}.",
        plan_line(scene.change),
        pressed,
    )


def _deployment(telling: _Telling) -> Deployment | None:
    return production(telling.scene)


def _deployment_started(telling: _Telling) -> _Said:
    deployment, lasts = _deployment(telling), telling.scene.setting.guide.monitoring.lasts
    which = f" ({deployment_label(deployment.id)})" if deployment else ""
    by = "You" if telling.notice.by == telling.person else telling.by
    return _Said(
        f"ℹ️ *{by} started deploying {telling.what} to {typed(telling.scene.setting.guide.production)}*{which}."
        f" You are on call: please watch it, and {span(lasts)} beyond its end.",
        plan_line(telling.scene.change),
    )


def _deployment_overran(telling: _Telling) -> _Said:
    deployment = _deployment(telling)
    ended = f" {telling.speech.when(deployment.window_end)}" if deployment and deployment.window_end else ""
    deployer = telling.speech.name(telling.scene.change.deployer)
    return _Said(
        f"🚨 *The window of {telling.what} ended{ended}, and its deployment is still running.*"
        f" {deployer} deploys; you approved the window.",
        "Nothing is stopped by itself.",
    )


def _deployment_failed(telling: _Telling) -> _Said:
    scene = telling.scene
    failed = next(
        (
            each
            for each in reversed(scene.change.deployments)
            if each.outcome in {Outcome.FAILED, Outcome.FAILED_UNTOUCHED}
        ),
        None,
    )
    which = f"{deployment_label(failed.id)} to {typed(failed.environment)}" if failed else "the deployment"
    untouched = " Nothing was touched." if failed and failed.outcome is Outcome.FAILED_UNTOUCHED else ""
    again = button(Press.START_STAGING, "Start staging again", _ref(telling))
    pressed = (again,) if scene.stage is Stage.PREPARING and telling.is_deployer else ()
    return _Said(f"⛔ *{telling.what}: {which} failed*{telling.words}{untouched}", "", pressed)


def _rollback_required(telling: _Telling) -> _Said:
    scene = telling.scene
    deployment = _deployment(telling)
    which = f" ({deployment_label(deployment.id)})" if deployment else ""
    deploys = "You deploy" if telling.is_deployer else f"{telling.speech.name(scene.change.deployer)} deploys"
    return _Said(
        f"🚨 *Immediate rollback required: {telling.what}*{which}\n"
        f"The deployment failed and touched production{telling.words} {deploys}.\n"
        f"{plan_line(scene.change)}"
    )


def _escalated(telling: _Telling) -> _Said:
    scene = telling.scene
    monitoring = scene.setting.guide.monitoring
    deployment = _deployment(telling)
    since = (
        f" since {telling.speech.when(deployment.finished_at)}"
        if deployment and deployment.finished_at
        else ""
    )
    deployer = telling.speech.name(scene.change.deployer)
    on_call = [person for role in monitoring.roles for person in scene.setting.roster.holders(role)]
    others = telling.speech.people(person for person in on_call if person != scene.change.deployer)
    asked = f"{deployer} and {others} were asked" if on_call else f"{deployer} was asked"
    pressed = (healthy_button(scene),) if scene.stage is Stage.MONITORING else ()
    return _Said(
        f"🚨 *Nobody has confirmed that {telling.what} is healthy.* It is in"
        f" {typed(scene.setting.guide.production)}{since}. {asked}; you can close the watch, too.",
        "",
        pressed,
    )


_NOTICES: dict[NoticeKind, Callable[[_Telling], _Said]] = {
    NoticeKind.RETURNED: _returned,
    NoticeKind.APPROVAL_VOIDED: _approval_voided,
    NoticeKind.VERIFIED: _verified,
    NoticeKind.WINDOW_REJECTED: _window_rejected,
    NoticeKind.WINDOW_LAPSED: _window_lapsed,
    NoticeKind.SCHEDULED: _scheduled,
    NoticeKind.DEPLOYMENT_STARTED: _deployment_started,
    NoticeKind.DEPLOYMENT_OVERRAN: _deployment_overran,
    NoticeKind.DEPLOYMENT_FAILED: _deployment_failed,
    NoticeKind.ROLLBACK_REQUIRED: _rollback_required,
    NoticeKind.ESCALATED: _escalated,
}
