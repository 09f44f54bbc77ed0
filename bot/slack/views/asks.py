"""The direct message that asks a person for an approval, a verification, or a Director's decision."""

from bot.rules.approvals import missing_seats, rows_at, seating
from bot.rules.asking import Ask
from bot.rules.guide import PEER
from bot.rules.life import TRANSITIONS, Act
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, HourClass, Phase
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.card import evidence_line, met, plan_line, unfit_evidence
from bot.slack.views.deputizing import asked_for
from bot.slack.views.director_asks import director_buttons, director_details, director_question
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    button,
    card_link,
    lines,
    message,
    section,
    small,
)
from bot.slack.views.settled import settled_ask
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, seat_name, subject
from bot.slack.views.text import quoted, typed

__all__ = ["ask_message", "settled_ask"]


def ask_message(scene: Scene, ask: Ask, permalink: str | None = None) -> Message:
    """What one person is asked for, as which role, with what they need to judge it."""
    asking = question(scene, ask)
    why = button(Press.WHY, "Why?", Ref.of(scene.change))
    return message(
        f"{asking} ({label(scene)})",
        section(lines(asking, *what_to_know(scene, ask))),
        small(lines(plan_line(scene.change), evidence_line(scene), met(scene), progress(scene, ask.phase))),
        actions(*answers(scene, ask), None if ask.phase in _DECIDED else why, card_link(permalink)),
    )


_DECIDED = frozenset({Phase.WAIVER, Phase.EXCEPTION})
"""What a Director decides, rather than approves."""


def question(scene: Scene, ask: Ask) -> str:
    """What one person is asked, in a sentence of mrkdwn."""
    if ask.phase in _DECIDED:
        return director_question(scene, ask)
    return _verification(scene, ask) if ask.phase is Phase.VERIFICATION else _approval(scene, ask)


def what_to_know(scene: Scene, ask: Ask) -> tuple[str, ...]:
    """What has to be read before answering, beside what is shown of every change."""
    if ask.phase in _DECIDED:
        return (director_details(scene, ask), *unfit_evidence(scene))
    return (*_window_lines(scene, ask.phase), *unfit_evidence(scene))


def _approval(scene: Scene, ask: Ask) -> str:
    speech, guide = Speech.of(scene), scene.setting.guide
    held = dict.fromkeys("peer" if needed.seat is PEER else seat_name(needed) for needed in ask.seats)
    roles = join_names(list(held), "and")
    stages = {needed.row.stage for needed in ask.seats}
    asks = f"{speech.name(scene.change.requester)} asks you, as *{roles}*{asked_for(scene, ask)},"
    if ApprovalStage.PRODUCTION in stages:
        window = scene.change.window
        when = f" *{speech.span(window.span)}*" if window else ""
        return f"{asks} to let *{subject(scene)}* into {typed(guide.production)}{when}."
    if stages == {ApprovalStage.STAGING}:
        return f"{asks} to let *{subject(scene)}* into {typed(guide.verified_in)}."
    also = f" and let it into {typed(guide.verified_in)}" if ApprovalStage.STAGING in stages else ""
    return f"{asks} to approve the code of *{subject(scene)}*{also}."


def _verification(scene: Scene, ask: Ask) -> str:
    speech, environment = Speech.of(scene), scene.setting.guide.verified_in
    roles = join_names([role.label for role in ask.verifies])
    deployed = scene.change.latest_in(environment)
    since = f" since {speech.when(deployed.finished_at)}" if deployed and deployed.finished_at else ""
    return f"*{subject(scene)}* is in {typed(environment)}{since}: does it pass? You are asked as *{roles}*{asked_for(scene, ask)}."


def _window_lines(scene: Scene, phase: Phase) -> tuple[str, ...]:
    """Why a window after hours cannot wait, and what approving it grants besides."""
    window = scene.change.window
    if phase is not Phase.PRODUCTION or window is None:
        return ()
    if HourClass.AFTER not in scene.setting.policy.hour_classes(window.span):
        return ()
    return (f"Outside business hours, because: {quoted(window.reason)}",)


def progress(scene: Scene, phase: Phase) -> str:
    """`1 of 2 approvals given`, of the stages that this person is asked about."""
    rows = [
        row
        for row in rows_at(scene.change, scene.setting.policy)
        if (row.stage is ApprovalStage.PRODUCTION) == (phase is Phase.PRODUCTION)
    ]
    if phase not in {Phase.CODE, Phase.PRODUCTION}:
        return ""
    standing = scene.change.standing_approvals
    given = sum(len(seating(row, scene.change, scene.setting.policy, standing).filled) for row in rows)
    missing = len(missing_seats(scene.change, scene.setting.policy, rows))
    return f"{given} of {given + missing} approvals given" if given else ""


def answers(scene: Scene, ask: Ask) -> list[Json]:
    """The buttons that answer it, yes first."""
    ref = Ref.of(scene.change)
    if ask.phase in _DECIDED:
        return director_buttons(scene, ask)
    if ask.phase is Phase.VERIFICATION:
        return [button(Press.PASS, "Pass", ref, "primary"), button(Press.FAIL, "Fail…", ref)]
    rejectable = scene.stage in TRANSITIONS[Act.REJECT].stages
    reject = [button(Press.REJECT, "Reject…", ref)] if rejectable else []
    return [button(Press.APPROVE, "Approve", ref, "primary"), *reject]
