"""What an approver of a hotfix is asked: before its start, where there is no window and no Reject, and about its code afterwards."""

from bot.rules.approvals import NeededSeat
from bot.rules.asking import Ask
from bot.rules.change import Approval
from bot.rules.guide import PEER
from bot.rules.hotfix_rows import rows_for_start, started_at
from bot.rules.life import Stage
from bot.rules.review import by_own_acts, due_at
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, PersonId, Phase
from bot.rules.words import join_names
from bot.slack.views.deputizing import asked_for
from bot.slack.views.kit import dots
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.standing_of_hotfix import is_hotfix, issue_lines, severity
from bot.slack.views.text import quoted, typed


def has_started(scene: Scene) -> bool:
    """Whether the hotfix was started in production, by whatever leave."""
    return started_at(scene.change, scene.setting.policy) is not None


def hotfix(scene: Scene, *, capital: bool = False) -> str:
    """`hotfix payments 4.12.1`, as mrkdwn; with a capital where it begins a sentence."""
    return f"{'Hotfix' if capital else 'hotfix'} {subject(scene)}"


def hotfix_question(scene: Scene, ask: Ask) -> str:
    """What one approver is asked, in a sentence of mrkdwn."""
    if is_deferred(scene, ask):
        return _deferred(scene, ask)
    change, guide, roles = scene.change, scene.setting.guide, f"*{_roles(ask)}*{asked_for(scene, ask)}"
    now = f"into {typed(guide.production)} *now*"
    if ask.person == change.requester:
        return f"*{hotfix(scene, capital=True)}* waits for approvals to go {now}: as {roles} you can give one yourself."
    asks = f"{Speech.of(scene).name(change.requester)} asks you, as {roles},"
    stages = {needed.row.stage for needed in ask.seats}
    grave = f"{severity(scene)} {hotfix(scene)}".strip()
    if ApprovalStage.PRODUCTION not in stages:
        return f"{asks} to look at the code of *{grave}* before it goes {now}."
    return f"{asks} to let *{grave}* {now}."


def is_deferred(scene: Scene, ask: Ask) -> bool:
    """Whether the review waits for it, and no start: the hotfix has started, or was tried before."""
    if scene.stage is not Stage.DECLARED:
        return True
    signers = {
        seat for row in rows_for_start(scene.setting.policy, scene.setting.now) for seat in row.signers
    }
    return all(needed.seat not in signers for needed in ask.seats)


def _deferred(scene: Scene, ask: Ask) -> str:
    """G-APP-1: the code review that was deferred; somebody's spoken word about the code leaves it open."""
    speech, started = Speech.of(scene), started_at(scene.change, scene.setting.policy)
    due = due_at(scene.change, scene.setting.policy)
    spoken = spoken_code(scene, ask.person)
    by_when = f", due *{speech.when(due)}*," if due else ""
    went = f"{speech.name(ask.person)}, the code of *{hotfix(scene)}* {f'went live {speech.when(started)}' if started else 'was tried'}"
    looked = (
        f"on your word, as {speech.name(spoken.spoken.recorded_by)} recorded it"
        if spoken and spoken.spoken
        else "without your look"
    )
    return (
        f"{went} {looked}. Its review{by_when} needs your own approval"
        f" as *{_roles(ask)}*{asked_for(scene, ask)}."
    )


def spoken_code(scene: Scene, person: PersonId) -> Approval | None:
    """The person's newest spoken word about the code, where they gave none by their own act."""
    mine = [
        each
        for each in scene.change.standing_approvals
        if each.person == person and each.stage is ApprovalStage.CODE
    ]
    return mine[-1] if mine and all(each.spoken for each in mine) else None


def issue_line(scene: Scene) -> str:
    """G-HOT-1 in a few words, for small print."""
    issue = scene.change.issue
    return f"{severity(scene)}: {quoted(issue.impact, 150)}" if issue else ""


def hotfix_details(scene: Scene, ask: Ask) -> tuple[str, ...]:
    """What an approver has to read before answering, beside plan and code."""
    own = ask.person == scene.change.requester
    return (issue_lines(scene), "ℹ️ Your own approval is flagged on the record." if own else "")


def clauses(ask: Ask) -> str:
    """`G-HOT-2 · G-APP-4`: which rows of the guide's table this person can fill."""
    return dots(*dict.fromkeys(needed.row.clause.value for needed in ask.seats))


def seen_by_review(scene: Scene, phase: Phase) -> Scene:
    """The scene as a code review after the start sees it: spoken words leave it open."""
    deferred = phase is Phase.CODE and is_hotfix(scene) and has_started(scene)
    return Scene(by_own_acts(scene.change), scene.setting, scene.names) if deferred else scene


def _roles(ask: Ask) -> str:
    return join_names(list(dict.fromkeys(map(seat_label, ask.seats))), "and")


def seat_label(needed: NeededSeat) -> str:
    """A seat of a hotfix as its holder would say it: what counts is who holds it now."""
    return "peer" if needed.seat is PEER else needed.seat.label
