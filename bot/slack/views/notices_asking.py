"""What is told around asking people: waivers decided or over, approvals taken back, reminders without an answer, superseding."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.rules.leaving_out import is_left_out
from bot.rules.life import Stage
from bot.rules.notice import NoticeKind
from bot.rules.reminding import step_of
from bot.rules.terms import Phase
from bot.rules.waivers import Waiver
from bot.slack.ids import Press
from bot.slack.views.buttons import superseded_buttons, window_buttons
from bot.slack.views.kit import Json, button
from bot.slack.views.notices_of_hotfixes import words_escalated
from bot.slack.views.reminders import asking_of, who_owes
from bot.slack.views.standing import missing_signatures
from bot.slack.views.telling import Said, Telling
from bot.slack.views.text import typed
from bot.slack.views.waivers import asks_for_waivers, granter


def _taken_back(telling: Telling) -> Said:
    scene = telling.scene
    missing = missing_signatures(scene)
    waits = f"{missing.said}. Nothing to do for you: whoever can give it is asked." if missing else ""
    return Said(f"⛔ *{telling.by} took back the approval of {telling.what}*{telling.words}", waits)


def _waiver(telling: Telling) -> Waiver | None:
    """The newest waiver of the environment that the notice names."""
    found = (
        each for each in reversed(telling.scene.change.waivers) if each.environment == telling.notice.because
    )
    return next(found, None)


def _environment(telling: Telling) -> str:
    return typed(telling.notice.because) or "an environment"


def _waiver_granted(telling: Telling) -> Said:
    scene, waiver = telling.scene, _waiver(telling)
    until = f" until {telling.speech.when(waiver.expires_at)}" if waiver else ""
    by = granter(waiver, telling.speech) if waiver and waiver.granted_by else telling.by
    text = f"✅ *{by} let {telling.what} leave out {_environment(telling)}{until}.*"
    if waiver and not waiver.in_effect:
        return Said(text, "It counts once code review and evidence are complete.")
    if scene.stage is Stage.VERIFIED and is_left_out(scene.change, scene.setting.guide.verified_in):
        covers = "The waiver must cover the whole window."
        return Said(f"{text} It needs a production window from you.", covers, _window(telling))
    return Said(text)


def _window(telling: Telling) -> tuple[Json, ...]:
    return tuple(window_buttons(telling.scene, telling.ref))


def _waiver_refused(telling: Telling) -> Said:
    return Said(
        f"⛔ *{telling.by} refused the waiver of {_environment(telling)} for {telling.what}*{telling.words}",
        f"It goes through {_environment(telling)}, or you ask again.",
        _ask_again(telling),
    )


def _waiver_expired(telling: Telling) -> Said:
    waiver = _waiver(telling)
    ended = f" {telling.speech.when(waiver.expires_at)}" if waiver else ""
    if waiver and waiver.granted_by:
        text = f"⏳ *The waiver of {_environment(telling)} for {telling.what} ended{ended}.*"
    else:
        text = (
            f"⏳ *Nobody decided on the waiver of {_environment(telling)} for {telling.what}"
            f" before its time was over{ended}.*"
        )
    then = f"It goes through {_environment(telling)}, or you ask for another."
    return Said(f"{text} {then}", "", _ask_again(telling))


def _ask_again(telling: Telling) -> tuple[Json, ...]:
    again = button(Press.ASK_FOR_WAIVER, "Ask again…", telling.ref)
    return (again,) if asks_for_waivers(telling.scene) else ()


def _superseded(telling: Telling) -> Said:
    scene, newer = telling.scene, typed(telling.notice.because) or "a newer change"
    pressed = tuple(superseded_buttons(scene, telling.ref)) if scene.stage is Stage.SUPERSEDED else ()
    return Said(
        f"ℹ️ *{newer} reached production before {telling.what}*, so this one is superseded."
        " Bring it back if it must go to production all the same.",
        "Whatever was approved and verified still counts then.",
        pressed,
    )


_OWED: Final[Mapping[Phase, str]] = {
    Phase.CODE: "its approvals before staging",
    Phase.VERIFICATION: "its verification",
    Phase.PRODUCTION: "its production approvals",
    Phase.WAIVER: "a decision on a waiver",
    Phase.EXCEPTION: "a decision on an exception",
}


def _reminder_escalated(telling: Telling) -> Said:
    scene, phase = telling.scene, telling.notice.phase or Phase.CODE
    if phase is Phase.CONFIRMATION:
        return words_escalated(telling)
    asking = asking_of(scene, phase)
    if asking is None:
        return Said(f"ℹ️ *{telling.what} had waited long for {_OWED[phase]}*, and has them now.")
    owing = "\n".join(f"• {point}" for point in who_owes(scene, phase))
    times = step_of(scene.change, asking)
    reminded = "once" if times == 1 else f"{times} times"
    requester = telling.speech.name(scene.change.requester)
    why = button(Press.WHY, "Why?", telling.ref)
    return Said(
        f"⏳ *{telling.what} has waited for {_OWED[phase]} since {telling.speech.when(asking.since)}.*"
        f" {requester} asked; nobody of these has answered:\n{owing}",
        f"They were reminded {reminded}. Please see to it that somebody answers, or name a deputy.",
        (why,),
    )


ASKING_NOTICES: Final[Mapping[NoticeKind, Callable[[Telling], Said]]] = {
    NoticeKind.APPROVAL_TAKEN_BACK: _taken_back,
    NoticeKind.WAIVER_GRANTED: _waiver_granted,
    NoticeKind.WAIVER_REFUSED: _waiver_refused,
    NoticeKind.WAIVER_EXPIRED: _waiver_expired,
    NoticeKind.SUPERSEDED: _superseded,
    NoticeKind.REMINDER_ESCALATED: _reminder_escalated,
}
"""What each of these notices says."""
