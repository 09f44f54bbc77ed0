"""Direct messages to whoever must act now, or whose word no longer counts: one for each kind of notice."""

from collections.abc import Callable
from typing import Final

from bot.rules.change import Outcome, ReturnedBecause
from bot.rules.freeze_gates import excepted_by, freezes_over
from bot.rules.leaving_out import is_left_out
from bot.rules.life import WINDOWED, Stage
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, deployment_label
from bot.slack.ids import Press, Ref
from bot.slack.views.alarm import alarm_again_message, alarm_message
from bot.slack.views.buttons import returned_buttons, window_buttons
from bot.slack.views.card import plan_line
from bot.slack.views.kit import Message, actions, button, card_link, dots, message, section, small
from bot.slack.views.lateness import late_words
from bot.slack.views.notices_asking import ASKING_NOTICES
from bot.slack.views.notices_of_hotfixes import HOTFIX_NOTICES
from bot.slack.views.notices_production import PRODUCTION_NOTICES
from bot.slack.views.reports import attempt
from bot.slack.views.standing import label, missing_signatures, subject
from bot.slack.views.telling import NOBODY, Said, Telling
from bot.slack.views.text import typed


def notice_message(scene: Scene, notice: Notice, person: PersonId, permalink: str | None = None) -> Message:
    """One notice as `person` reads it, with the buttons with which they can go on."""
    if notice.kind in ALARMS:
        return _alarm(scene, notice, person, permalink)
    said = _NOTICES[notice.kind](Telling(scene, notice, person))
    return message(
        f"{said.text} ({label(scene)})",
        section(said.text),
        small(dots(label(scene), said.small)),
        small(late_words(notice.late)),
        actions(*said.pressed, card_link(permalink)),
    )


def channel_message(scene: Scene, notice: Notice, permalink: str | None = None) -> Message:
    """One notice for everybody in a channel, or in the thread of the card, to which nothing then leads."""
    if notice.kind in ALARMS:
        return _alarm(scene, notice, None, permalink)
    said = _NOTICES[notice.kind](Telling(scene, notice, NOBODY))
    elsewhere = dots(label(scene), said.small) if permalink else ""
    return message(
        f"{said.text} ({label(scene)})",
        section(said.text),
        small(elsewhere),
        small(late_words(notice.late)),
        actions(card_link(permalink)),
    )


ALARMS: Final = frozenset({NoticeKind.ROLLBACK_REQUIRED, NoticeKind.ALARM_AGAIN})
"""What is edited when it is over."""


def _alarm(scene: Scene, notice: Notice, reader: PersonId | None, permalink: str | None) -> Message:
    newest = attempt(scene)
    if newest is None:
        said = f"ℹ️ *{subject(scene)} is not in {typed(scene.setting.guide.production)}.*"
        return message(said, section(said))
    if notice.kind is NoticeKind.ROLLBACK_REQUIRED:
        return alarm_message(scene, newest, reader, permalink)
    return alarm_again_message(scene, newest, reader, late=notice.late, permalink=permalink)


def _ref(telling: Telling) -> Ref:
    return Ref.of(telling.scene.change)


def _returned(telling: Telling) -> Said:
    if telling.is_requester:
        pressed = tuple(returned_buttons(telling.scene, _ref(telling)))
        still = pressed if telling.scene.stage is Stage.RETURNED else ()
        returned = telling.scene.change.returned
        if returned and returned.because is ReturnedBecause.VERIFICATION_FAILED:
            text = f"⛔ *{telling.by} did not let {telling.what} pass*{telling.words} It needs a new version from you."
            return Said(text, "", still)
        return Said(f"⛔ *{telling.by} sent {telling.what} back to you*{telling.words}", "", still)
    text = f"ℹ️ *{telling.what}, which you approved, failed its verification* by {telling.by}{telling.words}"
    return Said(text, "Nothing to do: a new version will be asked for anew.")


def _approval_voided(telling: Telling) -> Said:
    because = f": {typed(telling.notice.because)}" if telling.notice.because else ""
    return Said(
        f"ℹ️ *Your approval of {telling.what} no longer counts*{because}.",
        "Nothing to do: if you are needed again, a new message asks you.",
    )


def _verified(telling: Telling) -> Said:
    scene, window = telling.scene, telling.scene.change.window
    environment = scene.setting.guide.verified_in
    waived = is_left_out(scene.change, environment)
    passed = (
        f"✅ *{telling.what} leaves out {typed(environment)}*: code and evidence are complete, so its waiver counts."
        if waived
        else f"✅ *{telling.what} passed its verification.*"
    )
    if window:
        missing = missing_signatures(scene)
        waits = f"{missing.said}." if missing else ""
        return Said(f"{passed} Your window {telling.speech.span(window.span)} was submitted.", waits)
    pressed = tuple(window_buttons(scene, _ref(telling))) if scene.stage is Stage.VERIFIED else ()
    return Said(f"{passed} It needs a production window from you.", "", pressed)


def _window_rejected(telling: Telling) -> Said:
    scene, speech = telling.scene, telling.speech
    windows = [window.span for window in scene.change.windows if window.ended]
    which = f" {speech.span(windows[-1])}" if windows else ""
    counter = scene.change.counter
    instead = (
        f"\n{speech.name(counter.by)} proposes *{speech.span(counter.span)}* instead." if counter else ""
    )
    pressed = tuple(window_buttons(scene, _ref(telling))) if scene.stage is Stage.VERIFIED else ()
    return Said(
        f"⛔ *{telling.by} rejected the window{which} of {telling.what}*{telling.words}{instead}",
        "Code, staging and verification still count.",
        pressed,
    )


def _window_lapsed(telling: Telling) -> Said:
    windows = telling.scene.change.windows
    which = f" {telling.speech.span(windows[-1].span)}" if windows else ""
    pressed = (
        tuple(window_buttons(telling.scene, _ref(telling))) if telling.scene.stage is Stage.VERIFIED else ()
    )
    return Said(
        f"⏳ *The window{which} of {telling.what} passed without a start.* Propose another one.",
        "The approvals for that window are void; code, staging and verification still count.",
        pressed,
    )


def _scheduled(telling: Telling) -> Said:
    scene, window = telling.scene, telling.scene.change.window
    when = f" *{telling.speech.span(window.span)}*" if window else ""
    start = button(Press.START_PRODUCTION, "Start deployment", _ref(telling), "primary")
    pressed = (start,) if scene.stage in {Stage.DECLARED, Stage.SCHEDULED} else ()
    return Said(
        f"✅ *{telling.what} has all its approvals.* You can start it{when}.",
        plan_line(scene.change),
        pressed,
    )


def _deployment_failed(telling: Telling) -> Said:
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
    return Said(f"⛔ *{telling.what}: {which} failed*{telling.words}{untouched}", "", pressed)


def _freeze_declared(telling: Telling) -> Said:
    """`because` says of what and how long the freeze is; the sentence after it what it means for this window."""
    scene, window = telling.scene, telling.scene.change.window
    over = freezes_over(scene.change, scene.setting)
    which = f" {telling.speech.span(window.span)}" if window else ""
    directors = excepted_by(scene.setting.roster, scene.setting.guide)
    except_it = f" or except it: {telling.speech.people(directors)} can" if directors else ""
    touched = f"\n*The window{which} of {telling.what} lies in it*: move it{except_it}." if over else ""
    move = button(Press.MOVE_WINDOW, "Move window…", _ref(telling))
    pressed = (move,) if over and scene.stage in WINDOWED else ()
    return Said(
        f"❄️ *{telling.by} declared a change freeze* for {typed(telling.notice.because, 300)}{telling.words}{touched}",
        "A freeze voids nothing: approvals, notice and window stay as they are." if over else "",
        pressed,
    )


def _freeze_lifted(telling: Telling) -> Said:
    window = telling.scene.change.window
    which = f" {telling.speech.span(window.span)}" if window else ""
    return Said(
        f"✅ *{telling.by} lifted the change freeze* for {typed(telling.notice.because, 300)}{telling.words}"
        f"\nThe window{which} of {telling.what} is free of it.",
        "Nothing to do.",
    )


def _on_call_taken_over(telling: Telling) -> Said:
    window = telling.scene.change.window
    when = f", {telling.speech.span(window.span)}" if window else ""
    return Said(
        f"ℹ️ *You are on call when {telling.what} goes to production*{when}: the rota changed.",
        f"{telling.by} approved it as on-call engineer; that approval stands, and nothing is asked of you.",
    )


_NOTICES: dict[NoticeKind, Callable[[Telling], Said]] = {
    **PRODUCTION_NOTICES,
    **ASKING_NOTICES,
    **HOTFIX_NOTICES,
    NoticeKind.RETURNED: _returned,
    NoticeKind.ON_CALL_TAKEN_OVER: _on_call_taken_over,
    NoticeKind.APPROVAL_VOIDED: _approval_voided,
    NoticeKind.VERIFIED: _verified,
    NoticeKind.WINDOW_REJECTED: _window_rejected,
    NoticeKind.WINDOW_LAPSED: _window_lapsed,
    NoticeKind.SCHEDULED: _scheduled,
    NoticeKind.DEPLOYMENT_FAILED: _deployment_failed,
    NoticeKind.FREEZE_DECLARED: _freeze_declared,
    NoticeKind.FREEZE_LIFTED: _freeze_lifted,
}
