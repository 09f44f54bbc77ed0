"""How a change stands, in a line: what it waits for, from whom, and what was wrong. Shared by card, asks and notices."""

from collections.abc import Callable, Sequence

from bot.rules.approvals import NeededSeat, open_seats, rows_now
from bot.rules.change import Deployment, EvidenceKind, EvidenceState, Outcome, ReturnedBecause, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.freeze_gates import freezes_over
from bot.rules.gates import NOBODY_CAN, nobody_can, who_can_verify
from bot.rules.guide import PEER, ApprovalRow
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.leaving_out import is_left_out, next_environment
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.spoken import dispute_gates
from bot.rules.terms import ApprovalStage, PersonId, Role, change_label, deployment_label
from bot.rules.verdict import unmet
from bot.slack.views.next_act import blocking_gates
from bot.slack.views.speech import Speech
from bot.slack.views.standing_in_production import IN_PRODUCTION
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.stands import Standing
from bot.slack.views.text import pull_request_label, quoted, typed

PULL_REQUESTS_NAMED = 4


def subject(scene: Scene) -> str:
    """`payments 4.12.0`, as mrkdwn."""
    return f"{typed(scene.change.service, 80)} {typed(scene.change.version, 100)}"


def label(scene: Scene) -> str:
    """`CHG-142`."""
    return change_label(scene.change.id)


def production(scene: Scene) -> Deployment | None:
    """This version's newest deployment to production."""
    return scene.change.latest_in(scene.setting.guide.production)


def standing(scene: Scene) -> Standing:
    """What the change waits for now."""
    return _STANDINGS[scene.stage](scene, Speech.of(scene))


def missing_signatures(scene: Scene, *stages: ApprovalStage) -> Standing | None:
    """The approvals that are missing at these stages (at all, if none is named), with who can give them."""
    rows = rows_now(scene.change, scene.setting)
    return _missing(scene, [row for row in rows if not stages or row.stage in stages])


def missing_for_start(scene: Scene) -> Standing | None:
    """The approvals that a hotfix lacks for a start now; what its review still asks for is none of them."""
    return _missing(scene, rows_for_start(scene.setting.policy, scene.setting.now))


def _missing(scene: Scene, rows: Sequence[ApprovalRow]) -> Standing | None:
    setting = scene.setting
    missing = open_seats(scene.change, setting, rows)
    if not missing:
        return None
    speech = Speech.of(scene)
    seats: dict[tuple[str, tuple[PersonId, ...]], list[NeededSeat]] = {}
    for needed, able in missing:
        seats.setdefault((seat_name(needed, hotfix=is_hotfix(scene)), able), []).append(needed)
    points = [
        f"{name}{_of_pull_requests(scene, needed)} ({speech.people(who) if who else nobody_can(needed[0], setting)})"
        for (name, who), needed in seats.items()
    ]
    count = "1 approval" if len(missing) == 1 else f"{len(missing)} approvals"
    return Standing("⏳", f"Waiting for {count}", points=tuple(points))


def seat_name(needed: NeededSeat, *, hotfix: bool = False) -> str:
    """A seat in a row of the guide's table, as its holder would say it; a hotfix has no window, so its time is now."""
    if needed.seat is PEER:
        return "peer review"
    for_production = needed.row.stage is ApprovalStage.PRODUCTION and not hotfix
    at_that_time = needed.seat is Role.ON_CALL and for_production
    return f"{needed.seat.label} at that time" if at_that_time else needed.seat.label


def _of_pull_requests(scene: Scene, seats: list[NeededSeat]) -> str:
    if len(scene.change.pull_requests) <= 1:
        return ""
    references = [pull_request_label(each.pull_request.reference) for each in seats if each.pull_request]
    return f" of {some(references, PULL_REQUESTS_NAMED)}" if references else ""


def some(items: list[str], most: int) -> str:
    """`#881, #884 and 3 more`."""
    left_out = len(items) - most
    if left_out <= 0:
        return ", ".join(items)
    return f"{', '.join(items[:most])} and {left_out} more"


def missing_verifications(scene: Scene) -> list[str]:
    """`QA (Quinn or Qadir)` for each role that has not let this version pass."""
    change, speech = scene.change, Speech.of(scene)
    missing = [
        role
        for role in scene.setting.guide.verification.roles
        if not ((given := change.verified_by(role)) and given.passed)
    ]
    able = {role: who_can_verify(change, scene.setting, role) for role in missing}
    return [f"{role.label} ({speech.people(who) if who else NOBODY_CAN})" for role, who in able.items()]


def blocked(scene: Scene) -> list[str]:
    """What else, beside signatures, time and unfit evidence, keeps the change from its next act; a sentence each."""
    speech = Speech.of(scene)
    ci = scene.change.evidence.get(EvidenceKind.CI)
    told_apart = ci is not None and ci.state in {EvidenceState.PENDING, EvidenceState.FAILED}
    return [
        f"⛔ {speech.say(gate.why)}"
        for gate in unmet(blocking_gates(scene))
        if not (told_apart and gate.clause is Clause.STD_2)
    ]


def failed_attempt(scene: Scene) -> str | None:
    """That this version's last attempt failed, where it is to be tried again."""
    change, stage = scene.change, scene.stage
    if stage is Stage.PREPARING:
        latest = change.latest_in(next_environment(scene.change, scene.setting.guide))
    else:
        latest = production(scene) if stage in _BEFORE_PRODUCTION else None
    if latest is None or latest.outcome not in {Outcome.FAILED, Outcome.FAILED_UNTOUCHED}:
        return None
    untouched = ", nothing was touched" if latest.outcome is Outcome.FAILED_UNTOUCHED else ""
    return f"⛔ {deployment_label(latest.id)} to {typed(latest.environment)} failed{untouched}."


_BEFORE_PRODUCTION = frozenset({Stage.DECLARED, Stage.VERIFIED, Stage.APPROVING, Stage.SCHEDULED})


def _declared(scene: Scene, speech: Speech) -> Standing:
    """A hotfix: a dispute first, since no other word ends it; then who is missing for a start now."""
    disputes = unmet(dispute_gates(scene.change, scene.setting))
    missing = missing_for_start(scene)
    if disputes:
        said = tuple(speech.say(gate.why) for gate in disputes)
        return Standing("⛔", "A dispute blocks it", points=(*said, *(missing.points if missing else ())))
    if missing:
        return missing
    if unmet(blocking_gates(scene)):
        return Standing("⏳", "Approved, but it can't start yet")
    return Standing("✅", f"{speech.name(scene.change.deployer)} can start it now")


def _preparing(scene: Scene, speech: Speech) -> Standing:
    environment = typed(next_environment(scene.change, scene.setting.guide))
    missing = missing_signatures(scene, ApprovalStage.CODE, ApprovalStage.STAGING)
    if missing:
        return missing
    if unmet(blocking_gates(scene)):
        waived = scene.change.waived(next_environment(scene.change, scene.setting.guide))
        return Standing("⏳", f"Not ready for {'production' if waived else environment} yet")
    return Standing("✅", f"Ready for {environment}", f"{speech.name(scene.change.deployer)} can start it")


def _returned(scene: Scene, speech: Speech) -> Standing:
    returned = scene.change.returned
    lead = f"Back with {speech.name(scene.change.requester)}"
    if returned is None:
        return Standing("⛔", lead)
    by, reason = speech.name(returned.by), quoted(returned.reason, 300)
    if returned.because is ReturnedBecause.VERIFICATION_FAILED:
        return Standing("⛔", lead, f"{by} did not let it pass: {reason}. It needs a new version")
    return Standing("⛔", lead, f"{by} sent it back: {reason}")


def _staging(scene: Scene, speech: Speech) -> Standing:
    running = scene.change.running
    if running is None:
        return Standing("⏳", "Being deployed")
    started = f"{deployment_label(running.id)}, started by {speech.name(running.started_by)}"
    lead = f"Being deployed to {typed(running.environment)}"
    return Standing("⏳", lead, f"{started} {speech.when(running.started_at)}")


def _verifying(scene: Scene, speech: Speech) -> Standing:
    del speech
    environment = typed(scene.setting.guide.verified_in)
    points = tuple(missing_verifications(scene))
    return Standing("⏳", f"Waiting for verification in {environment}", points=points)


_WINDOW_ENDS = {
    WindowEnd.MOVED: "was moved",
    WindowEnd.REJECTED: "was rejected",
    WindowEnd.LAPSED: "passed without a start",
    WindowEnd.VERSION_REVISED: "ended with the version before",
    WindowEnd.RETURNED: "ended with the failed verification",
}


def ended_window(scene: Scene) -> str | None:
    """What became of the newest window, where none is current."""
    windows = scene.change.windows
    if not windows or windows[-1].ended is None:
        return None
    reason = f": {quoted(windows[-1].end_reason, 300)}" if windows[-1].end_reason.strip() else ""
    return f"The window {Speech.of(scene).span(windows[-1].span)} {_WINDOW_ENDS[windows[-1].ended]}{reason}"


def _verified(scene: Scene, speech: Speech) -> Standing:
    counter = scene.change.counter
    if counter:
        lead = f"{speech.name(counter.by)} proposes {speech.span(counter.span)} instead"
        return Standing(
            "⏳", lead, f"{speech.name(scene.change.requester)} accepts it or proposes another window"
        )
    rest = f"{speech.name(scene.change.requester)} proposes one"
    before = ended_window(scene)
    environment = scene.setting.guide.verified_in
    waived = is_left_out(scene.change, environment)
    lead = f"{typed(environment).capitalize()} is waived" if waived else "Verified"
    return Standing("⏳", f"{lead}, needs a production window", f"{before}. {rest}" if before else rest)


def _approving(scene: Scene, speech: Speech) -> Standing:
    del speech
    return missing_signatures(scene) or Standing("⏳", "Waiting for its production approvals")


def _scheduled(scene: Scene, speech: Speech) -> Standing:
    window, deployer = scene.change.window, speech.name(scene.change.deployer)
    if window is None:
        return Standing("✅", "Scheduled")
    if unmet(blocking_gates(scene)):
        return Standing("⏳", "Approved, but it can't start yet")
    opens = max(scene.setting.now, window.span.start)
    if any(freeze.holds(opens) for freeze in freezes_over(scene.change, scene.setting)):
        return Standing("⏳", "Approved, but its service is frozen then")
    if scene.setting.now in window.span:
        return Standing(
            "✅", f"{deployer} can start now", f"the window closes {speech.when(window.span.end)}"
        )
    return Standing("✅", f"Approved – {deployer} can start {speech.when(window.span.start)}")


def _withdrawn(scene: Scene, speech: Speech) -> Standing:
    withdrawn = scene.change.withdrawn
    if withdrawn is None:
        return Standing("ℹ️", "Withdrawn")
    return Standing("ℹ️", f"Withdrawn by {speech.name(withdrawn.by)}", quoted(withdrawn.reason, 300))


def _superseded(scene: Scene, speech: Speech) -> Standing:
    superseded, requester = scene.change.superseded, speech.name(scene.change.requester)
    lead = f"Superseded by {change_label(superseded.by)}" if superseded else "Superseded"
    at = f" {speech.when(superseded.at)}" if superseded else ""
    return Standing("ℹ️", lead, f"it reached production first{at}; {requester} can bring this one back")


_STANDINGS: dict[Stage, Callable[[Scene, Speech], Standing]] = {
    Stage.DECLARED: _declared,
    Stage.PREPARING: _preparing,
    Stage.RETURNED: _returned,
    Stage.STAGING: _staging,
    Stage.VERIFYING: _verifying,
    Stage.VERIFIED: _verified,
    Stage.APPROVING: _approving,
    Stage.SCHEDULED: _scheduled,
    **IN_PRODUCTION,
    Stage.WITHDRAWN: _withdrawn,
    Stage.SUPERSEDED: _superseded,
}
