"""Waivers of an environment (G-ENV-2): how they stand on a card, and what a Director is asked about one."""

from collections.abc import Iterator

from bot.rules.change import Change
from bot.rules.guide import Guide
from bot.rules.leaving_out import waivable
from bot.rules.life import TRANSITIONS, WAIVABLE, Act, refuse_by_stage
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, EnvironmentName
from bot.rules.waiver_gates import undecided_waivers, who_decides_waivers
from bot.rules.waivers import Waiver
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref, encode_waiver
from bot.slack.views.deputizing import acting
from bot.slack.views.kit import Json, Message, lines, message, section, worded_button
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, subject
from bot.slack.views.text import quoted, typed

REASON_MOST = 300


def waiver_lines(scene: Scene) -> list[str]:
    """What this version leaves out, at whatever stage, and what of it is asked, refused or over; a sentence each."""
    return [
        line
        for environment in scene.setting.guide.environments[:-1]
        for line in _lines(scene, environment, Speech.of(scene))
    ]


def _lines(scene: Scene, environment: EnvironmentName, speech: Speech) -> Iterator[str]:
    change = scene.change
    waived, newest = change.waived(environment), change.waiver_for(environment)
    if waived:
        by = f" by {granter(waived, speech)}" if waived.granted_by else ""
        until = f"ℹ️ {typed(environment)} waived{by} until {speech.when(waived.expires_at)}"
        still = "" if waived.in_effect else " – it counts once code review and evidence are complete"
        yield f"{until}: {quoted(waived.reason, REASON_MOST)}{still}"
    if newest and newest != waived and scene.stage in WAIVABLE:
        yield from _open_or_over(scene, newest, speech)


def _open_or_over(scene: Scene, waiver: Waiver, speech: Speech) -> Iterator[str]:
    """A waiver that does not let anything be left out: asked for, refused, or over."""
    what = f"waiver of {typed(waiver.environment)}"
    if waiver in undecided_waivers(scene.change, scene.setting):
        directors = who_decides_waivers(scene.change, scene.setting)
        of_whom = f" of {speech.people(directors)}" if directors else ", and nobody can grant it"
        yield f"⏳ {what} until {speech.when(waiver.expires_at)} asked{of_whom}: {quoted(waiver.reason, REASON_MOST)}"
    elif waiver.environment not in waivable(scene.change, scene.setting.guide):
        return
    elif waiver.refused_by:
        why = quoted(waiver.refused_reason or "", REASON_MOST)
        yield f"⛔ {speech.name(waiver.refused_by)} refused the {what}: {why}"
    elif waiver.granted_by:
        yield f"ℹ️ the {what} by {granter(waiver, speech)} ended {speech.when(waiver.expires_at)}"
    else:
        yield f"ℹ️ nobody decided on the {what} before its time was over, {speech.when(waiver.expires_at)}"


def granter(waiver: Waiver, speech: Speech) -> str:
    """Who granted it, and for whom: "Dana for Dora"."""
    if waiver.granted_by is None:
        return "somebody"
    return acting(waiver.granted_by, waiver.deputy_for, speech)


def waiver_question(scene: Scene, waiver: Waiver) -> str:
    """`Ana asks you, as Engineering Director, to let payments 4.12.0 leave out staging until …`, as mrkdwn."""
    speech, guide = Speech.of(scene), scene.setting.guide
    roles = join_names([role.label for role in guide.waivers.granted_by])
    return (
        f"{speech.name(waiver.asked_by)} asks you, as *{roles}*, to let *{subject(scene)}* leave out"
        f" *{typed(waiver.environment)}* until *{speech.when(waiver.expires_at)}*."
    )


def waiver_details(scene: Scene, waiver: Waiver) -> str:
    """Why, what goes with the environment, and what is left in its place."""
    wished = scene.change.wished
    return lines(
        f"Why: {quoted(waiver.reason, 600)}",
        f"If you grant it: {_left_out(scene.change, scene.setting.guide, waiver.environment)}."
        " Code review, tests and rollback plan stay as they are.",
        f"Wished window: {Speech.of(scene).span(wished)}" if wished and not scene.change.windows else None,
    )


def _left_out(change: Change, guide: Guide, environment: EnvironmentName) -> str:
    """What a waiver of an environment takes away besides the deployment to it."""
    others = [each for each in guide.staging_environments if each != environment]
    last = environment in guide.staging_environments and all(change.waived(each) for each in others)
    verifiers = join_names([role.label for role in guide.verification.roles], "and")
    signers = [
        seat.label for row in guide.approvals if row.stage is ApprovalStage.STAGING for seat in row.signers
    ]
    gone = [
        f"no deployment to {typed(environment)}",
        f"no verification by {verifiers}" if environment == guide.verified_in else "",
        f"no approval of the {join_names(signers, 'and')}" if last and signers else "",
    ]
    return join_names([each for each in gone if each], "and")


def waiver_buttons(scene: Scene, waiver: Waiver) -> list[Json]:
    """Granting and refusing it."""
    value = encode_waiver(waiver.number, Ref.of(scene.change))
    grant = worded_button(Press.GRANT_WAIVER, "Grant", value)
    return [{**grant, "style": "primary"}, worded_button(Press.REFUSE_WAIVER, "Refuse…", value)]


def nothing_to_waive(scene: Scene) -> Message:
    """Why no waiver can be asked for."""
    gate = refuse_by_stage(Act.ASK_FOR_WAIVER, scene.change, scene.setting.policy)
    ahead = f"{subject(scene)} ({label(scene)}) leaves nothing out: it has been through every environment."
    said = Speech.of(scene).say(gate.why) if gate else ahead
    return message(said, section(f"ℹ️ {said}"))


def asks_for_waivers(scene: Scene) -> bool:
    """Whether its requester may ask to leave something out now."""
    possible = scene.stage in TRANSITIONS[Act.ASK_FOR_WAIVER].stages
    return possible and bool(waivable(scene.change, scene.setting.guide))
