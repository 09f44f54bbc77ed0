"""A line for each change that waits for the reader: what is wanted of them, and the button that does it."""

from collections.abc import Callable, Sequence
from typing import Final

from bot.rules.gates import evidence_gates, health_gates
from bot.rules.guide import PEER, Seat
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, Role
from bot.rules.verdict import unmet
from bot.rules.waiting import Waiting, WaitingChange, WaitingKind
from bot.rules.words import join_names, span
from bot.slack.ids import COMMAND, Press, Ref
from bot.slack.views.kit import Json, button
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, production, subject
from bot.slack.views.text import quoted, typed


def waiting_line(item: WaitingChange) -> str:
    """What is wanted of the reader, as one line of mrkdwn."""
    first, *others = item.waiting
    also = "".join(f" {_also(each)}" for each in others)
    return f"{_LINES[first.kind](item.scene, first)}{also} · {label(item.scene)}"


def waiting_button(item: WaitingChange) -> Json:
    """What does the most pressing of it."""
    scene, kind = item.scene, item.waiting[0].kind
    ref = Ref.of(scene.change)
    if kind is WaitingKind.WATCH:
        deployment = production(scene)
        over = not unmet(health_gates(scene.change, scene.setting))
        ref = Ref.of(scene.change, deployment.id if deployment else None)
        return (
            button(Press.HEALTHY, "Healthy", ref, "primary") if over else button(Press.SHOW, "Show card", ref)
        )
    press, words = _BUTTONS[kind]
    if kind is WaitingKind.PROPOSE_WINDOW and scene.change.counter:
        accept = f"Accept {Speech.of(scene).span_in_zone(scene.change.counter.span)}"
        return button(Press.ACCEPT_COUNTER, accept, ref, "primary")
    return button(press, words, ref, None if press is Press.SHOW else "primary")


_BUTTONS: Final = {
    WaitingKind.ROLL_BACK: (Press.SHOW, "Show card"),
    WaitingKind.FINISH_PRODUCTION: (Press.PRODUCTION_SUCCEEDED, "Succeeded"),
    WaitingKind.START_PRODUCTION: (Press.START_PRODUCTION, "Start deployment"),
    WaitingKind.REVISE: (Press.REVISE, "Revise…"),
    WaitingKind.APPROVE: (Press.APPROVE, "Approve"),
    WaitingKind.VERIFY: (Press.PASS, "Pass"),
    WaitingKind.FINISH_STAGING: (Press.STAGING_SUCCEEDED, "Staging succeeded"),
    WaitingKind.START_STAGING: (Press.START_STAGING, "Start staging"),
    WaitingKind.PROPOSE_WINDOW: (Press.PROPOSE_WINDOW, "Propose window…"),
    WaitingKind.RECORD_EVIDENCE: (Press.RECORD_EVIDENCE, "Record evidence…"),
}


def _roll_back(scene: Scene, _waiting: Waiting) -> str:
    return f"🚨 *{subject(scene)} must leave {typed(scene.setting.guide.production)}*"


def _watch(scene: Scene, _waiting: Waiting) -> str:
    deployment, lasts = production(scene), scene.setting.guide.monitoring.lasts
    if deployment is None or deployment.finished_at is None:
        return f"👀 *{subject(scene)}* is being watched"
    ends = deployment.finished_at + lasts
    if scene.setting.now < ends:
        return f"👀 Please watch *{subject(scene)}* until {Speech.of(scene).when(ends)}"
    return f"⏳ {span(lasts)} are over – is *{subject(scene)}* healthy?"


def _finish(scene: Scene, _waiting: Waiting) -> str:
    running = scene.change.running
    where = typed(running.environment) if running else "its environment"
    return f"*{subject(scene)}* is being deployed to {where}: did it succeed?"


def _start_production(scene: Scene, _waiting: Waiting) -> str:
    window = scene.change.window
    closes = f"; its window closes {Speech.of(scene).when(window.span.end)}" if window else ""
    return f"You can start *{subject(scene)}* now{closes}"


def _revise(scene: Scene, _waiting: Waiting) -> str:
    returned = scene.change.returned
    if returned is None:
        return f"*{subject(scene)}* came back to you"
    return f"{Speech.of(scene).name(returned.by)} sent *{subject(scene)}* back to you: {quoted(returned.reason, 150)}"


def _approve(scene: Scene, waiting: Waiting) -> str:
    window = scene.change.window
    for_production = ApprovalStage.PRODUCTION in waiting.stages and window is not None
    when = f", {Speech.of(scene).span(window.span)}" if for_production and window else ""
    stages = join_names([stage.value for stage in waiting.stages], "and")
    return f"*{subject(scene)}* needs your approval as {_seats(waiting.seats)} ({stages}{when})"


def _verify(scene: Scene, waiting: Waiting) -> str:
    where = typed(scene.setting.guide.verified_in)
    return f"*{subject(scene)}* is in {where}: does it pass? You are asked as {_roles(waiting.roles)}"


def _start_staging(scene: Scene, _waiting: Waiting) -> str:
    return f"*{subject(scene)}* is ready for {typed(scene.setting.guide.verified_in)}"


def _propose_window(scene: Scene, _waiting: Waiting) -> str:
    counter = scene.change.counter
    if counter:
        who = Speech.of(scene).name(counter.by)
        return f"{who} proposes another window for *{subject(scene)}*: {Speech.of(scene).span(counter.span)}"
    return f"*{subject(scene)}* is verified and needs a window from you"


def _record_evidence(scene: Scene, _waiting: Waiting) -> str:
    missing = [Speech.of(scene).say(gate.why) for gate in unmet(evidence_gates(scene.change))]
    return f"*{subject(scene)}* lacks evidence: {' '.join(missing)}"


_LINES: Final[dict[WaitingKind, Callable[[Scene, Waiting], str]]] = {
    WaitingKind.ROLL_BACK: _roll_back,
    WaitingKind.WATCH: _watch,
    WaitingKind.FINISH_PRODUCTION: _finish,
    WaitingKind.START_PRODUCTION: _start_production,
    WaitingKind.REVISE: _revise,
    WaitingKind.APPROVE: _approve,
    WaitingKind.VERIFY: _verify,
    WaitingKind.FINISH_STAGING: _finish,
    WaitingKind.START_STAGING: _start_staging,
    WaitingKind.PROPOSE_WINDOW: _propose_window,
    WaitingKind.RECORD_EVIDENCE: _record_evidence,
}


def _also(waiting: Waiting) -> str:
    if waiting.kind is WaitingKind.APPROVE:
        return f"It needs your approval, too, as {_seats(waiting.seats)}."
    return (
        f"It waits for you, too, as {_roles(waiting.roles)}."
        if waiting.roles
        else "More of it waits for you."
    )


def _seats(seats: Sequence[Seat]) -> str:
    return join_names(["peer" if seat is PEER else seat.label for seat in seats], "and")


def _roles(roles: Sequence[Role]) -> str:
    return join_names([role.label for role in roles])


def more_waiting(left_out: int) -> str:
    """That there is more, and where; empty where there is not."""
    return f"and {left_out} more: `{COMMAND} list waiting`" if left_out > 0 else ""
