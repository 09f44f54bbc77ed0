"""The direct message that asks a person for an approval or a verification."""

from bot.rules.approvals import missing_seats, rows_at, seating
from bot.rules.asking import Ask, Phase
from bot.rules.guide import PEER
from bot.rules.life import TRANSITIONS, Act
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, HourClass
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.card import evidence_line, met, plan_line
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
    asking = _verification(scene, ask) if ask.phase is Phase.VERIFICATION else _approval(scene, ask)
    return message(
        f"{asking} ({label(scene)})",
        section(lines(asking, *_window_lines(scene, ask.phase))),
        small(lines(plan_line(scene.change), evidence_line(scene), met(scene), _progress(scene, ask.phase))),
        _buttons(scene, ask, permalink),
    )


def _approval(scene: Scene, ask: Ask) -> str:
    speech, guide = Speech.of(scene), scene.setting.guide
    held = dict.fromkeys("peer" if needed.seat is PEER else seat_name(needed) for needed in ask.seats)
    roles = join_names(list(held), "and")
    stages = {needed.row.stage for needed in ask.seats}
    asks = f"{speech.name(scene.change.requester)} asks you, as *{roles}*,"
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
    return f"*{subject(scene)}* is in {typed(environment)}{since}: does it pass? You are asked as *{roles}*."


def _window_lines(scene: Scene, phase: Phase) -> tuple[str, ...]:
    """Why a window after hours cannot wait, and what approving it grants besides."""
    window = scene.change.window
    if phase is not Phase.PRODUCTION or window is None:
        return ()
    if HourClass.AFTER not in scene.setting.policy.hour_classes(window.span):
        return ()
    return (f"Outside business hours, because: {quoted(window.reason)}",)


def _progress(scene: Scene, phase: Phase) -> str:
    """`1 of 2 approvals given`, of the stages that this person is asked about."""
    rows = [
        row
        for row in rows_at(scene.change, scene.setting.policy)
        if (row.stage is ApprovalStage.PRODUCTION) == (phase is Phase.PRODUCTION)
    ]
    if phase is Phase.VERIFICATION:
        return ""
    standing = scene.change.standing_approvals
    given = sum(len(seating(row, scene.change, scene.setting.policy, standing).filled) for row in rows)
    missing = len(missing_seats(scene.change, scene.setting.policy, rows))
    return f"{given} of {given + missing} approvals given" if given else ""


def _buttons(scene: Scene, ask: Ask, permalink: str | None) -> Json | None:
    ref = Ref.of(scene.change)
    no: Json | None
    if ask.phase is Phase.VERIFICATION:
        yes, no = button(Press.PASS, "Pass", ref, "primary"), button(Press.FAIL, "Fail…", ref)
    else:
        yes = button(Press.APPROVE, "Approve", ref, "primary")
        no = button(Press.REJECT, "Reject…", ref) if scene.stage in TRANSITIONS[Act.REJECT].stages else None
    return actions(yes, no, button(Press.WHY, "Why?", ref), card_link(permalink))
