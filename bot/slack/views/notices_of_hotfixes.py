"""What people are told around hotfixes: starts in breach, words confirmed and disputed, answers, what became of a review."""

from collections.abc import Callable, Mapping
from typing import Final

from bot.rules.change import Approval
from bot.rules.hotfix_rows import started_at
from bot.rules.life import UNSTARTED, Stage
from bot.rules.notice import NoticeKind
from bot.rules.spoken import disputed_words
from bot.rules.terms import deployment_label
from bot.rules.words import join_names, span
from bot.slack.ids import Press
from bot.slack.views.breach_asks import missing_words, still_to_answer
from bot.slack.views.hotfix_asks import hotfix, issue_line
from bot.slack.views.kit import button, lines
from bot.slack.views.telling import Said, Telling
from bot.slack.views.text import quoted, typed


def _started_in_breach(telling: Telling) -> Said:
    scene, breach = telling.scene, telling.scene.change.breach
    text = f"🚨 *{telling.by} started {hotfix(scene)} in breach of the guide*{telling.words}"
    if breach is None:
        return Said(text)
    without = f"Missing: {missing_words(breach)}." if breach.missing else "It went against a dispute."
    missing = f"{without} Tried: {quoted(breach.tried, 400)}"
    stays = "Whoever was missing is asked whether it was right; it stays under deviations for good. · G-HOT-3"
    return Said(
        lines(text, missing), lines(f"{deployment_label(breach.deployment)} · {issue_line(scene)}", stays)
    )


def _verbal_disputed(telling: Telling) -> Said:
    scene, speech = telling.scene, telling.speech
    text = f"🚨 *{telling.by} disputes having approved {hotfix(scene)}*{telling.words}"
    word = _disputed(telling)
    if word is None or word.spoken is None:
        return Said(text)
    recorder = "You" if word.spoken.recorded_by == telling.person else speech.name(word.spoken.recorded_by)
    recorded = (
        f"{recorder} recorded {speech.when(word.at)} that {telling.by} approved it {word.spoken.how.label}:"
        f" {quoted(word.spoken.said, 300)}"
    )
    return Said(
        lines(text, recorded, _leads_to(telling)), "Both words stay on the record for good. · G-HOT-2"
    )


def _disputed(telling: Telling) -> Approval | None:
    """The word that the notice is about."""
    found = (
        each
        for each in reversed(disputed_words(telling.scene.change))
        if each.person == telling.notice.by and each.dispute == telling.notice.words
    )
    return next(found, None)


def _leads_to(telling: Telling) -> str:
    """What a dispute changes now."""
    scene = telling.scene
    started = started_at(scene.change, scene.setting.policy)
    if started:
        return f"It is in {typed(scene.setting.guide.production)} since {telling.speech.when(started)}."
    if scene.stage is not Stage.DECLARED:
        return ""
    return f"⛔ It can't start until another holder of the role, or {telling.by}, approves it by button."


def _verbal_confirmed(telling: Telling) -> Said:
    scene, speech = telling.scene, telling.speech
    disputed = [speech.name(each.person) for each in disputed_words(scene.change)]
    but = f"; {join_names(list(dict.fromkeys(disputed)), 'and')} disputed theirs" if disputed else ""
    return Said(
        f"✅ *{telling.by} confirmed having approved {hotfix(scene)}.* No recorded word waits any more{but}.",
        "Nothing to do.",
    )


def _breach_answered(telling: Telling) -> Said:
    scene, breach = telling.scene, telling.scene.change.breach
    by = "You" if telling.notice.by == telling.person else telling.by
    left = still_to_answer(scene, breach) if breach else ""
    if telling.notice.because == "ratified":
        return Said(f"ℹ️ *{by} ratified the start of {hotfix(scene)} in breach.*", left)
    return Said(f"⛔ *{by} refused to ratify the start of {hotfix(scene)} in breach*{telling.words}", left)


def _review_returned(telling: Telling) -> Said:
    scene = telling.scene
    draft = button(Press.DRAFT_REVIEW, "Open draft…", telling.ref, "primary")
    review = scene.change.review
    pressed = (draft,) if review and review.returned_by and not review.submitted_at else ()
    return Said(
        f"⛔ *{telling.by} returned the review of {hotfix(scene)} to you*{telling.words}",
        "What you wrote is kept. · G-HOT-5",
        pressed,
    )


def _review_extended(telling: Telling) -> Said:
    review = telling.scene.change.review
    until = f" until {telling.speech.when(review.extended_to)}" if review and review.extended_to else ""
    return Said(
        f"ℹ️ *{telling.by} gave the review of {hotfix(telling.scene)} more time{until}*{telling.words}",
        "This stands under deviations. · G-HOT-5",
    )


def _hotfix_to_contain(telling: Telling) -> Said:
    scene = telling.scene
    label, _, version = telling.notice.because.partition(" ")
    which = f"{typed(scene.change.service, 80)} {typed(version, 100)}" if version else "a hotfix"
    change = button(Press.REVISE, "Change version…", telling.ref)
    pressed = (change,) if scene.stage in UNSTARTED else ()
    return Said(
        f"ℹ️ *Hotfix {which} ({typed(label, 30)}) is in production. Does {telling.what} contain it?*"
        " If it does, nothing is to be done; if not, build a version that does.",
        "Without it this change would undo the hotfix. A new version is approved anew.",
        pressed,
    )


def words_escalated(telling: Telling) -> Said:
    """G-HOT-2: a recorded word that nobody has confirmed or disputed after the last reminder."""
    scene, speech = telling.scene, telling.speech
    word = next(
        (each for each in scene.change.approvals if each.number == telling.notice.round and each.spoken), None
    )
    if word is None or word.spoken is None or not word.unconfirmed:
        return Said(
            f"ℹ️ *A recorded approval of {hotfix(scene)} had waited long for an answer*, and has it now."
        )
    waited = span(scene.setting.now - word.at)
    who, recorder = speech.name(word.person), speech.name(word.spoken.recorded_by)
    return Said(
        f"⏳ *{who} has not said for {waited} whether they approved {hotfix(scene)}.* {recorder} recorded it"
        f" {speech.when(word.at)} as given {word.spoken.how.label}: {quoted(word.spoken.said, 300)}",
        f"{who} was asked and reminded. Please see to it that they answer: it stays unconfirmed otherwise. · G-HOT-2",
    )


HOTFIX_NOTICES: Final[Mapping[NoticeKind, Callable[[Telling], Said]]] = {
    NoticeKind.STARTED_IN_BREACH: _started_in_breach,
    NoticeKind.VERBAL_DISPUTED: _verbal_disputed,
    NoticeKind.VERBAL_CONFIRMED: _verbal_confirmed,
    NoticeKind.BREACH_ANSWERED: _breach_answered,
    NoticeKind.REVIEW_RETURNED: _review_returned,
    NoticeKind.REVIEW_EXTENDED: _review_extended,
    NoticeKind.HOTFIX_TO_CONTAIN: _hotfix_to_contain,
}
"""What each of these notices says."""
