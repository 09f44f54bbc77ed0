"""What becomes of a message that asked somebody, once nothing is wanted of them: what they did, who else, or why it is moot."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from bot.rules.approvals import NeededSeat, can_sit, roles_for, rows_now, seating
from bot.rules.change import Approval, ReturnedBecause, Verification
from bot.rules.guide import PEER
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, PersonId, Phase, change_label
from bot.rules.words import join_names
from bot.slack.views.breach_asks import settled_breach
from bot.slack.views.deputizing import acting, signer, verifier
from bot.slack.views.hotfix_asks import seen_by_review
from bot.slack.views.hotfix_settled import by_word, changed_hotfix, spoken_for, started_without
from bot.slack.views.kit import Message, message, section, small
from bot.slack.views.review_reminders import settled_review
from bot.slack.views.speech import Speech
from bot.slack.views.spoken_asks import settled_word
from bot.slack.views.standing import ended_window, label, subject
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.text import quoted, typed
from bot.slack.views.waivers import granter

_NOTHING_LEFT = "Nothing left for you here."
_ASKED_AGAIN = "If you are needed again, a new message asks you."


def settled_ask(scene: Scene, person: PersonId, phase: Phase, round_: int) -> Message:
    """What a person's ask says now that it is no longer open; `round_` is the one in which they were asked."""
    said = _settled(scene, person, phase, round_)
    what = f"{subject(scene)} ({label(scene)})"
    return message(f"{what}: {said}", section(said), small(what))


def _settled(scene: Scene, person: PersonId, phase: Phase, round_: int) -> str:
    change = scene.change
    if phase in _OUTLIVING:
        return _OUTLIVING[phase](scene, person, round_)
    if change.withdrawn:
        by = "You" if change.withdrawn.by == person else Speech.of(scene).name(change.withdrawn.by)
        return f"{by} withdrew it: {quoted(change.withdrawn.reason)}. {_NOTHING_LEFT}"
    if change.superseded:
        return f"{change_label(change.superseded.by)} reached production first. {_NOTHING_LEFT}"
    return changed_hotfix(scene, phase, round_) or _SETTLED[phase](scene, person, round_)


def _code(scene: Scene, person: PersonId, round_: int) -> str:
    if scene.change.returned:
        return _returned(scene, person)
    if round_ < scene.change.code_round:
        return f"This changed after you were asked.{_void(scene, person, Phase.CODE)} {_ASKED_AGAIN}"
    return _approved(scene, person, Phase.CODE)


def _waiver(scene: Scene, person: PersonId, number: int) -> str:
    """What became of a waiver that Directors were asked for."""
    speech = Speech.of(scene)
    waiver = next((each for each in scene.change.waivers if each.number == number), None)
    if waiver is None:
        return _NOTHING_LEFT
    what = f"the waiver of {typed(waiver.environment)}"
    if waiver.granted_by and waiver.granted_at:
        until = f"It counts until {speech.when(waiver.expires_at)}."
        if waiver.granted_by == person:
            return f"You granted {what} {speech.when(waiver.granted_at)}. {until}"
        return f"{granter(waiver, speech)} granted {what} {speech.when(waiver.granted_at)}. {_NOTHING_LEFT}"
    if waiver.refused_by and waiver.refused_at:
        by = "You" if waiver.refused_by == person else speech.name(waiver.refused_by)
        left = "" if waiver.refused_by == person else f" {_NOTHING_LEFT}"
        return f"{by} refused {what} {speech.when(waiver.refused_at)}: {quoted(waiver.refused_reason or '')}.{left}"
    if waiver.version != scene.change.version:
        return (
            f"The version is {typed(scene.change.version)} now, and {what} was for another. {_NOTHING_LEFT}"
        )
    if waiver.undecided and scene.setting.now < waiver.expires_at:
        return f"The change went on without {what}. {_NOTHING_LEFT}"
    return f"Nobody decided on {what} before its time was over, {speech.when(waiver.expires_at)}. {_NOTHING_LEFT}"


def _exception(scene: Scene, person: PersonId, freeze: int) -> str:
    """What became of a freeze from which Directors were asked to except a change."""
    speech = Speech.of(scene)
    given = next((each for each in scene.change.exceptions if each.freeze == freeze), None)
    if given:
        by = "You" if given.by == person else acting(given.by, given.deputy_for, speech)
        left = "" if given.by == person else f" {_NOTHING_LEFT}"
        return f"{by} excepted it from the freeze {speech.when(given.at)}: {quoted(given.reason)}.{left}"
    if all(each.id != freeze for each in scene.setting.freezes):
        return f"The freeze is lifted or over. {_NOTHING_LEFT}"
    return f"Its window does not lie in that freeze any more. {_NOTHING_LEFT}"


def _window(scene: Scene, person: PersonId, round_: int) -> str:
    change, speech = scene.change, Speech.of(scene)
    if is_hotfix(scene) or (change.window and round_ >= change.production_round):
        return _approved(scene, person, Phase.PRODUCTION)
    void = _void(scene, person, Phase.PRODUCTION)
    if change.counter and change.counter.by == person:
        return f"You proposed {speech.span(change.counter.span)} instead.{void} {_ASKED_AGAIN}"
    if change.window is None and ended_window(scene):
        return f"{ended_window(scene)}.{void} {_ASKED_AGAIN}"
    if change.window and len(change.windows) > 1:
        return f"The window is {speech.span(change.window.span)} now.{void} {_ASKED_AGAIN}"
    return f"This changed after you were asked.{void} {_ASKED_AGAIN}"


def _void(scene: Scene, person: PersonId, phase: Phase) -> str:
    """That this person's approval no longer counts, where they gave one and none of theirs stands."""
    mine = [each for each in scene.change.approvals if each.person == person and _in(phase, each.stage)]
    return " Your approval no longer counts." if mine and not any(each.stands for each in mine) else ""


def _in(phase: Phase, stage: ApprovalStage) -> bool:
    return (stage is ApprovalStage.PRODUCTION) == (phase is Phase.PRODUCTION)


def _verified(scene: Scene, person: PersonId, round_: int) -> str:
    speech, guide, change = Speech.of(scene), scene.setting.guide, scene.change
    if round_ < change.version_number:
        return f"The version is {typed(change.version)} now. You are asked again once that can be verified."
    given = [each for each in change.verifications if each.version == change.version]
    mine = _newest(each for each in given if each.person == person)
    if mine:
        passed = "passed" if mine.passed else "failed"
        notes = f": {quoted(mine.notes)}." if mine.notes.strip() else "."
        return f"You {passed} it as {mine.role.label} {speech.when(mine.at)}{notes}"
    if change.returned:
        return _returned(scene, person)
    held = {role for role in guide.verification.roles if person in scene.setting.roster.holders(role)}
    other = _newest(each for each in given if each.role in held)
    if other is None:
        return _NOTHING_LEFT
    passed = "passed" if other.passed else "failed"
    return f"{verifier(other, speech)} {passed} it {speech.when(other.at)}. {_NOTHING_LEFT}"


def _newest(given: Iterable[Verification]) -> Verification | None:
    return max(given, key=lambda each: each.at, default=None)


def _returned(scene: Scene, person: PersonId) -> str:
    returned, speech = scene.change.returned, Speech.of(scene)
    if returned is None:
        return _NOTHING_LEFT
    failed = returned.because is ReturnedBecause.VERIFICATION_FAILED
    reason = quoted(returned.reason)
    if returned.by == person:
        return f"You {'failed it' if failed else 'sent it back'} {speech.when(returned.at)}: {reason}."
    did = "did not let it pass" if failed else "sent it back"
    requester = speech.name(scene.change.requester)
    return f"{speech.name(returned.by)} {did}: {reason}. It is {requester}'s turn. {_ASKED_AGAIN}"


def _approved(scene: Scene, person: PersonId, phase: Phase) -> str:
    scene, speech = seen_by_review(scene, phase), Speech.of(scene)
    standing_ones = [each for each in scene.change.standing_approvals if _in(phase, each.stage)]
    mine = [each for each in standing_ones if each.person == person]
    if mine:
        spoken = spoken_for(scene, mine[-1])
        return spoken or f"You approved {speech.when(mine[-1].at)}. {_next(scene, phase)}".rstrip()
    without = started_without(scene, person, phase)
    others = _in_their_place(scene, person, phase)
    if without or not others:
        return without or _NOTHING_LEFT
    guide = scene.setting.guide
    names = dict.fromkeys(
        f"{signer(needed, approval, guide, speech)}{by_word(scene, approval)}" for needed, approval in others
    )
    at = max(approval.at for _, approval in others)
    return f"{join_names(list(names), 'and')} approved {speech.when(at)}. {_NOTHING_LEFT}"


def _in_their_place(scene: Scene, person: PersonId, phase: Phase) -> list[tuple[NeededSeat, Approval]]:
    """Whose approvals fill the seats that this person could have filled; a peer's only where no role of theirs was asked."""
    change, setting = scene.change, scene.setting
    taken = [
        (needed, approval)
        for row in rows_now(change, setting)
        if _in(phase, row.stage)
        for needed, approval in seating(row, change, setting.policy, change.standing_approvals).filled
        if can_sit(needed, person, roles_for(row, person, setting), change, setting.policy)
    ]
    return [each for each in taken if each[0].seat is not PEER] or taken


def _next(scene: Scene, phase: Phase) -> str:
    """What happens next, as far as an approver would ask – and only what will still be true tomorrow.

    A settled message that followed the change would be edited with every act, for people who owe nothing.
    """
    window, speech = scene.change.window, Speech.of(scene)
    if phase is not Phase.PRODUCTION or window is None:
        return ""
    return f"The window is {speech.span(window.span)}."


_Settled = Callable[[Scene, PersonId, int], str]
_OUTLIVING: Final[Mapping[Phase, _Settled]] = {
    Phase.CONFIRMATION: settled_word,
    Phase.RATIFICATION: settled_breach,
    Phase.REVIEW: settled_review,
}
"""What is asked about a hotfix whatever becomes of it."""
_SETTLED: Final[Mapping[Phase, _Settled]] = {
    Phase.CODE: _code,
    Phase.PRODUCTION: _window,
    Phase.VERIFICATION: _verified,
    Phase.WAIVER: _waiver,
    Phase.EXCEPTION: _exception,
}
