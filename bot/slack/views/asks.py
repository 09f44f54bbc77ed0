"""The direct message that asks a person for an approval, a verification, a Director's decision, or an answer about a hotfix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.rules.approvals import missing_seats, rows_now, seating
from bot.rules.asking import Ask
from bot.rules.guide import PEER
from bot.rules.life import TRANSITIONS, Act
from bot.rules.scene import Scene
from bot.rules.spoken import open_words_of
from bot.rules.terms import ApprovalStage, HourClass, Phase
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.breach_asks import breach_buttons, breach_details, breach_question, breach_small
from bot.slack.views.card import evidence_line, met, plan_line, unfit_evidence
from bot.slack.views.deputizing import asked_for
from bot.slack.views.director_asks import director_buttons, director_details, director_question
from bot.slack.views.hotfix_asks import clauses, hotfix_details, hotfix_question, is_deferred
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    button,
    card_link,
    dots,
    lines,
    message,
    section,
    small,
)
from bot.slack.views.review_reminders import (
    review_answers,
    review_details,
    review_question,
    review_small,
)
from bot.slack.views.settled import settled_ask
from bot.slack.views.speech import Speech
from bot.slack.views.spoken_asks import spoken_buttons, spoken_details, spoken_question, spoken_small
from bot.slack.views.standing import label, seat_name, subject
from bot.slack.views.standing_of_hotfix import checklist, is_hotfix
from bot.slack.views.text import quoted, typed

__all__ = ["ask_message", "settled_ask"]


def ask_message(scene: Scene, ask: Ask, permalink: str | None = None) -> Message:
    """What one person is asked for, as which role, with what they need to judge it."""
    asking = question(scene, ask)
    why = button(Press.WHY, "Why?", Ref.of(scene.change))
    return message(
        f"{asking} ({label(scene)})",
        section(lines(asking, *what_to_know(scene, ask))),
        small(_small_print(scene, ask)),
        actions(*answers(scene, ask), None if ask.phase in _NOT_APPROVED else why, card_link(permalink)),
    )


def _small_print(scene: Scene, ask: Ask) -> str:
    if ask.phase in _ANSWERED:
        return _ANSWERED[ask.phase].small(scene)
    plan, code = plan_line(scene.change), evidence_line(scene)
    if is_hotfix(scene) and is_deferred(scene, ask):
        return lines(code, dots(label(scene), clauses(ask)))
    if is_hotfix(scene):
        given = progress(scene, ask.phase)
        return lines(plan, code, *checklist(scene), dots(given, clauses(ask)))
    return lines(plan, code, met(scene), progress(scene, ask.phase))


_DECIDED = frozenset({Phase.WAIVER, Phase.EXCEPTION})
"""What a Director decides, rather than approves."""


@dataclass(frozen=True, slots=True)
class _Family:
    """How one kind of question is worded: in a sentence, with what has to be read, in small print, and its answers."""

    question: Callable[[Scene, Ask], str]
    details: Callable[[Scene, Ask], tuple[str, ...]]
    small: Callable[[Scene], str]
    answers: Callable[[Scene, Ask], list[Json]]


_ANSWERED: Final[Mapping[Phase, _Family]] = {
    Phase.CONFIRMATION: _Family(
        lambda scene, ask: spoken_question(scene, ask.person),
        lambda scene, ask: spoken_details(scene, ask.person),
        spoken_small,
        lambda scene, ask: spoken_buttons(scene, open_words_of(scene.change, ask.person)),
    ),
    Phase.RATIFICATION: _Family(
        lambda scene, ask: breach_question(scene, ask.person),
        lambda scene, _ask: breach_details(scene),
        breach_small,
        lambda scene, _ask: breach_buttons(scene),
    ),
    Phase.REVIEW: _Family(
        review_question,
        lambda scene, _ask: review_details(scene),
        review_small,
        lambda scene, _ask: review_answers(scene),
    ),
}
"""What is asked about a hotfix beside its approvals: yes or no, and no in one's own words."""
_NOT_APPROVED = _DECIDED | frozenset(_ANSWERED)


def question(scene: Scene, ask: Ask) -> str:
    """What one person is asked, in a sentence of mrkdwn."""
    if ask.phase in _DECIDED:
        return director_question(scene, ask)
    if ask.phase in _ANSWERED:
        return _ANSWERED[ask.phase].question(scene, ask)
    if is_hotfix(scene):
        return hotfix_question(scene, ask)
    return _verification(scene, ask) if ask.phase is Phase.VERIFICATION else _approval(scene, ask)


def what_to_know(scene: Scene, ask: Ask) -> tuple[str, ...]:
    """What has to be read before answering, beside what is shown of every change."""
    if ask.phase in _DECIDED:
        return (director_details(scene, ask), *unfit_evidence(scene))
    if ask.phase in _ANSWERED:
        return _ANSWERED[ask.phase].details(scene, ask)
    if is_hotfix(scene):
        return (*hotfix_details(scene, ask), *unfit_evidence(scene))
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
        for row in rows_now(scene.change, scene.setting)
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
    if ask.phase in _ANSWERED:
        return _ANSWERED[ask.phase].answers(scene, ask)
    if ask.phase is Phase.VERIFICATION:
        return [button(Press.PASS, "Pass", ref, "primary"), button(Press.FAIL, "Fail…", ref)]
    rejectable = scene.stage in TRANSITIONS[Act.REJECT].stages
    reject = [button(Press.REJECT, "Reject…", ref)] if rejectable else []
    return [button(Press.APPROVE, "Approve", ref, "primary"), *reject]
