"""A line for each change that waits for the reader: what is wanted of them, and the button that does it."""

from collections.abc import Callable, Sequence
from typing import Final

from bot.rules.freeze_gates import freezes_over
from bot.rules.gates import evidence_gates, health_gates
from bot.rules.guide import PEER, Seat
from bot.rules.leaving_out import is_left_out
from bot.rules.life import Stage
from bot.rules.review import author_of
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, Role
from bot.rules.verdict import unmet
from bot.rules.waiting import Waiting, WaitingChange, WaitingKind
from bot.rules.waiver_gates import undecided_waivers
from bot.rules.words import join_names, span
from bot.slack.ids import COMMAND, Press, Ref
from bot.slack.views.breach_asks import breach_buttons, breach_waiting
from bot.slack.views.hotfix_asks import hotfix
from bot.slack.views.kit import Json, button
from bot.slack.views.production_buttons import healthy_button, production_ref, rollback_button
from bot.slack.views.reports import attempt
from bot.slack.views.review import due_words
from bot.slack.views.speech import Speech
from bot.slack.views.spoken_asks import spoken_buttons, spoken_waiting, words_of
from bot.slack.views.standing import label, subject
from bot.slack.views.standing_of_hotfix import is_hotfix, severity
from bot.slack.views.text import quoted, typed
from bot.slack.views.waivers import waiver_buttons, waiver_question


def waiting_line(item: WaitingChange) -> str:
    """What is wanted of the reader, as one line of mrkdwn."""
    first, *others = item.waiting
    line = _LINES[first.kind](item.scene, first)
    ended = f"{line}." if others and line[-1] not in ".?!" else line
    also = "".join(f" {_also(each)}" for each in others)
    return f"{ended}{also} · {label(item.scene)}"


def waiting_buttons(item: WaitingChange) -> list[Json]:
    """What does the most pressing of it; for a question both answers."""
    scene, first = item.scene, item.waiting[0]
    if first.kind is WaitingKind.CONFIRM_VERBAL:
        return spoken_buttons(scene, words_of(scene, first.words))
    if first.kind is WaitingKind.ANSWER_BREACH:
        return breach_buttons(scene)
    return [_button(item)]


def _button(item: WaitingChange) -> Json:
    scene, kind = item.scene, item.waiting[0].kind
    ref = Ref.of(scene.change)
    if kind in {WaitingKind.WATCH, WaitingKind.ROLL_BACK, WaitingKind.FINISH_ROLLBACK}:
        return _production_button(scene, kind)
    if kind is WaitingKind.DECIDE_WAIVER:
        grant, *_ = waiver_buttons(scene, undecided_waivers(scene.change, scene.setting)[0])
        return grant
    press, words = _BUTTONS[kind]
    if kind is WaitingKind.PROPOSE_WINDOW and scene.change.counter:
        accept = f"Accept {Speech.of(scene).span_in_zone(scene.change.counter.span)}"
        return button(Press.ACCEPT_COUNTER, accept, ref, "primary")
    return button(press, words, ref, None if press is Press.SHOW else "primary")


def _production_button(scene: Scene, kind: WaitingKind) -> Json:
    ref = production_ref(scene)
    if kind is WaitingKind.ROLL_BACK:
        return rollback_button(scene)
    if kind is WaitingKind.FINISH_ROLLBACK:
        return button(Press.ROLLBACK_SUCCEEDED, "Rollback succeeded", ref, "primary")
    over = not unmet(health_gates(scene.change, scene.setting))
    return healthy_button(scene) if over else button(Press.SHOW, "Show card", ref)


_BUTTONS: Final = {
    WaitingKind.EXCEPT: (Press.EXCEPT_FROM_FREEZE, "Except this change…"),
    WaitingKind.FINISH_PRODUCTION: (Press.PRODUCTION_SUCCEEDED, "Succeeded"),
    WaitingKind.START_PRODUCTION: (Press.START_PRODUCTION, "Start deployment"),
    WaitingKind.REVISE: (Press.REVISE, "Revise…"),
    WaitingKind.APPROVE: (Press.APPROVE, "Approve"),
    WaitingKind.VERIFY: (Press.PASS, "Pass"),
    WaitingKind.FINISH_STAGING: (Press.STAGING_SUCCEEDED, "Staging succeeded"),
    WaitingKind.START_STAGING: (Press.START_STAGING, "Start staging"),
    WaitingKind.PROPOSE_WINDOW: (Press.PROPOSE_WINDOW, "Propose window…"),
    WaitingKind.RECORD_EVIDENCE: (Press.RECORD_EVIDENCE, "Record evidence…"),
    WaitingKind.SIGN_REVIEW: (Press.READ_REVIEW, "Read and sign…"),
    WaitingKind.WRITE_REVIEW: (Press.DRAFT_REVIEW, "Open draft…"),
}


def _roll_back(scene: Scene, _waiting: Waiting) -> str:
    return f"🚨 *{subject(scene)} must leave {typed(scene.setting.guide.production)}*"


def _watch(scene: Scene, _waiting: Waiting) -> str:
    deployment, lasts = attempt(scene), scene.setting.guide.monitoring.lasts
    if deployment is None or deployment.finished_at is None:
        return f"👀 *{subject(scene)}* is being watched"
    ends = deployment.finished_at + lasts
    if scene.setting.now < ends:
        after = " after its rollback" if deployment.rolls_back else ""
        return f"👀 Please watch *{subject(scene)}*{after} until {Speech.of(scene).when(ends)}"
    what = f"{subject(scene)}, rolled back," if deployment.rolls_back else subject(scene)
    return f"⏳ {span(lasts)} are over – is *{what}* healthy?"


def _finish_rollback(scene: Scene, _waiting: Waiting) -> str:
    return f"🚨 *{subject(scene)}* is being rolled back: did it succeed?"


def _except(scene: Scene, _waiting: Waiting) -> str:
    speech, window = Speech.of(scene), scene.change.window
    when = f", {speech.span(window.span)}," if window else ""
    over = freezes_over(scene.change, scene.setting)
    which = f": {quoted(over[0].reason, 150)}" if over else ""
    return f"⛔ The window of *{subject(scene)}*{when} lies in a freeze{which}. May it start all the same?"


def _decide_waiver(scene: Scene, _waiting: Waiting) -> str:
    waiver = undecided_waivers(scene.change, scene.setting)[0]
    return f"{waiver_question(scene, waiver)} {quoted(waiver.reason, 150)}"


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
    if is_hotfix(scene):
        return _approve_hotfix(scene, waiting)
    window = scene.change.window
    for_production = ApprovalStage.PRODUCTION in waiting.stages and window is not None
    when = f", {Speech.of(scene).span(window.span)}" if for_production and window else ""
    stages = join_names([stage.value for stage in waiting.stages], "and")
    return f"*{subject(scene)}* needs your approval as {_seats(waiting.seats)} ({stages}{when})"


def _approve_hotfix(scene: Scene, waiting: Waiting) -> str:
    if scene.stage is not Stage.DECLARED:
        return (
            f"The review of *{hotfix(scene)}* needs your approval of its code as {_seats(waiting.seats)}:"
            " it went live without it"
        )
    grave = f" ({severity(scene)})" if scene.change.issue else ""
    return f"⏳ *{hotfix(scene, capital=True)}*{grave} needs your approval *now*, as {_seats(waiting.seats)}"


def _confirm_verbal(scene: Scene, waiting: Waiting) -> str:
    return spoken_waiting(scene, words_of(scene, waiting.words))


def _answer_breach(scene: Scene, waiting: Waiting) -> str:
    return breach_waiting(scene, waiting.seats)


def _sign_review(scene: Scene, _waiting: Waiting) -> str:
    author = Speech.of(scene).name(author_of(scene.change))
    return f"⏳ {author} handed in the review of *{hotfix(scene)}*, {due_words(scene)}: sign it, or return it"


def _write_review(scene: Scene, _waiting: Waiting) -> str:
    return f"⏳ Your review of *{hotfix(scene)}* is {due_words(scene)}"


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
    environment = scene.setting.guide.verified_in
    so_far = f"leaves out {typed(environment)}" if is_left_out(scene.change, environment) else "is verified"
    return f"*{subject(scene)}* {so_far} and needs a window from you"


def _record_evidence(scene: Scene, _waiting: Waiting) -> str:
    missing = [Speech.of(scene).say(gate.why) for gate in unmet(evidence_gates(scene.change))]
    return f"*{subject(scene)}* lacks evidence: {' '.join(missing)}"


_LINES: Final[dict[WaitingKind, Callable[[Scene, Waiting], str]]] = {
    WaitingKind.ROLL_BACK: _roll_back,
    WaitingKind.FINISH_ROLLBACK: _finish_rollback,
    WaitingKind.WATCH: _watch,
    WaitingKind.EXCEPT: _except,
    WaitingKind.DECIDE_WAIVER: _decide_waiver,
    WaitingKind.FINISH_PRODUCTION: _finish,
    WaitingKind.START_PRODUCTION: _start_production,
    WaitingKind.REVISE: _revise,
    WaitingKind.APPROVE: _approve,
    WaitingKind.VERIFY: _verify,
    WaitingKind.FINISH_STAGING: _finish,
    WaitingKind.START_STAGING: _start_staging,
    WaitingKind.PROPOSE_WINDOW: _propose_window,
    WaitingKind.RECORD_EVIDENCE: _record_evidence,
    WaitingKind.CONFIRM_VERBAL: _confirm_verbal,
    WaitingKind.ANSWER_BREACH: _answer_breach,
    WaitingKind.SIGN_REVIEW: _sign_review,
    WaitingKind.WRITE_REVIEW: _write_review,
}


def _also(waiting: Waiting) -> str:
    if waiting.kind is WaitingKind.APPROVE:
        return f"It needs your approval, too, as {_seats(waiting.seats)}."
    if waiting.roles:
        return f"It waits for you, too, as {_roles(waiting.roles)}."
    return _ALSO.get(waiting.kind, "More of it waits for you.")


_ALSO: Final = {
    WaitingKind.CONFIRM_VERBAL: "You are asked, too, whether a recorded word is yours.",
    WaitingKind.ANSWER_BREACH: "You are asked, too, whether its start was right.",
    WaitingKind.SIGN_REVIEW: "Its review waits for your sign-off, too.",
    WaitingKind.WRITE_REVIEW: "Its review waits for you, too.",
}


def _seats(seats: Sequence[Seat]) -> str:
    return join_names(["peer" if seat is PEER else seat.label for seat in seats], "and")


def _roles(roles: Sequence[Role]) -> str:
    return join_names([role.label for role in roles])


def more_waiting(left_out: int) -> str:
    """That there is more, and where; empty where there is not."""
    return f"and {left_out} more: `{COMMAND} list waiting`" if left_out > 0 else ""
