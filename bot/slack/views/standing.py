"""How a change stands, in a line: what it waits for, from whom, and what was wrong. Shared by card, asks and notices."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.rules.approvals import NeededSeat, open_seats, rows_at
from bot.rules.change import Deployment, Outcome, ReturnedBecause, WindowEnd
from bot.rules.gates import NOBODY_CAN, who_can_verify
from bot.rules.guide import PEER
from bot.rules.life import Stage, next_environment
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, PersonId, Role, change_label, deployment_label
from bot.rules.verdict import unmet
from bot.rules.words import span
from bot.slack.views.next_act import blocking_gates
from bot.slack.views.speech import Speech
from bot.slack.views.text import pull_request_label, quoted, typed

PULL_REQUESTS_NAMED = 4


@dataclass(frozen=True, slots=True)
class Standing:
    """A sign, what is the matter (short, shown in bold), the rest of the sentence or its points. All mrkdwn."""

    sign: str
    lead: str
    rest: str = ""
    points: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """As lines of a message: one, and another for each point where there are several."""
        if len(self.points) > 1:
            return "\n".join((f"{self.sign} *{self.lead}*", *(f"• {point}" for point in self.points)))
        rest = self._rest()
        return f"{self.sign} *{self.lead}*{f' – {rest}' if rest else ''}"

    @property
    def said(self) -> str:
        """As a notification says it."""
        rest = self._rest()
        return f"{self.lead}{f' – {rest}' if rest else ''}"

    def _rest(self) -> str:
        return ", ".join((self.rest, *self.points)) if self.rest else ", ".join(self.points)


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
    change, setting = scene.change, scene.setting
    rows = [row for row in rows_at(change, setting.policy) if not stages or row.stage in stages]
    missing = open_seats(change, setting, rows)
    if not missing:
        return None
    speech = Speech.of(scene)
    seats: dict[tuple[str, tuple[PersonId, ...]], list[NeededSeat]] = {}
    for needed, able in missing:
        seats.setdefault((seat_name(needed), able), []).append(needed)
    points = [
        f"{name}{_of_pull_requests(scene, needed)} ({speech.people(who) if who else NOBODY_CAN})"
        for (name, who), needed in seats.items()
    ]
    count = "1 approval" if len(missing) == 1 else f"{len(missing)} approvals"
    return Standing("⏳", f"Waiting for {count}", points=tuple(points))


def seat_name(needed: NeededSeat) -> str:
    """A seat in a row of the guide's table, as its holder would say it."""
    if needed.seat is PEER:
        return "peer review"
    at_that_time = needed.seat is Role.ON_CALL and needed.row.stage is ApprovalStage.PRODUCTION
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
    """What else, beside signatures and time, keeps the change from its next act; a sentence each."""
    speech = Speech.of(scene)
    return [f"⛔ {speech.say(gate.why)}" for gate in unmet(blocking_gates(scene))]


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


_BEFORE_PRODUCTION = frozenset({Stage.VERIFIED, Stage.APPROVING, Stage.SCHEDULED})


def _preparing(scene: Scene, speech: Speech) -> Standing:
    environment = typed(next_environment(scene.change, scene.setting.guide))
    missing = missing_signatures(scene, ApprovalStage.CODE, ApprovalStage.STAGING)
    if missing:
        return missing
    if unmet(blocking_gates(scene)):
        return Standing("⏳", f"Not ready for {environment} yet")
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
    return f"The window {Speech.of(scene).span(windows[-1].span)} {_WINDOW_ENDS[windows[-1].ended]}"


def _verified(scene: Scene, speech: Speech) -> Standing:
    counter = scene.change.counter
    if counter:
        lead = f"{speech.name(counter.by)} proposes {speech.span(counter.span)} instead"
        return Standing(
            "⏳", lead, f"{speech.name(scene.change.requester)} accepts it or proposes another window"
        )
    rest = f"{speech.name(scene.change.requester)} proposes one"
    before = ended_window(scene)
    return Standing("⏳", "Verified, needs a production window", f"{before}. {rest}" if before else rest)


def _approving(scene: Scene, speech: Speech) -> Standing:
    del speech
    return missing_signatures(scene) or Standing("⏳", "Waiting for its production approvals")


def _scheduled(scene: Scene, speech: Speech) -> Standing:
    window, deployer = scene.change.window, speech.name(scene.change.deployer)
    if window is None:
        return Standing("✅", "Scheduled")
    if unmet(blocking_gates(scene)):
        return Standing("⏳", "Approved, but it can't start yet")
    if scene.setting.now in window.span:
        return Standing(
            "✅", f"{deployer} can start now", f"the window closes {speech.when(window.span.end)}"
        )
    return Standing("✅", f"Approved – {deployer} can start {speech.when(window.span.start)}")


def _deploying(scene: Scene, speech: Speech) -> Standing:
    running = scene.change.running
    if running is None:
        return Standing("⏳", "Being deployed")
    by = f"{deployment_label(running.id)} by {speech.name(running.started_by)}, since {speech.when(running.started_at)}"
    if running.overran_at and running.window_end:
        return Standing(
            "🚨", f"The window ended {speech.when(running.window_end)}, and it is still running", by
        )
    ends = f"; the window closes {speech.when(running.window_end)}" if running.window_end else ""
    return Standing("⏳", "Being deployed", f"{by}{ends}")


def _monitoring(scene: Scene, speech: Speech) -> Standing:
    deployment = production(scene)
    if deployment is None or deployment.finished_at is None:
        return Standing("👀", "Being watched")
    monitoring = scene.setting.guide.monitoring
    ends = deployment.finished_at + monitoring.lasts
    if scene.setting.now < ends:
        return Standing("👀", f"Watching until {speech.when(ends)}", "nobody has reported a problem")
    who = speech.name(scene.change.deployer)
    confirms = f"{who} or whoever is on call confirms that it is healthy"
    if deployment.escalated_at:
        return Standing("🚨", f"Nobody has confirmed it since {speech.when(ends)}", confirms)
    return Standing("⏳", f"{span(monitoring.lasts)} are over", confirms)


def _rollback_required(scene: Scene, speech: Speech) -> Standing:
    deployment = production(scene)
    which = deployment_label(deployment.id) if deployment else "the deployment"
    deployer = speech.name(scene.change.deployer)
    return Standing(
        "🚨", "Immediate rollback required", f"{which} failed and touched production; {deployer} deploys"
    )


def _done(scene: Scene, speech: Speech) -> Standing:
    deployment = production(scene)
    if deployment is None or deployment.healthy_by is None or deployment.healthy_at is None:
        return Standing("✅", "Done")
    confirmed = f"{speech.name(deployment.healthy_by)} confirmed {speech.when(deployment.healthy_at)}"
    return Standing("✅", "Done", f"{confirmed} that it is healthy")


def _withdrawn(scene: Scene, speech: Speech) -> Standing:
    withdrawn = scene.change.withdrawn
    if withdrawn is None:
        return Standing("ℹ️", "Withdrawn")
    return Standing("ℹ️", f"Withdrawn by {speech.name(withdrawn.by)}", quoted(withdrawn.reason, 300))


_STANDINGS: dict[Stage, Callable[[Scene, Speech], Standing]] = {
    Stage.PREPARING: _preparing,
    Stage.RETURNED: _returned,
    Stage.STAGING: _staging,
    Stage.VERIFYING: _verifying,
    Stage.VERIFIED: _verified,
    Stage.APPROVING: _approving,
    Stage.SCHEDULED: _scheduled,
    Stage.DEPLOYING: _deploying,
    Stage.MONITORING: _monitoring,
    Stage.ROLLBACK_REQUIRED: _rollback_required,
    Stage.DONE: _done,
    Stage.WITHDRAWN: _withdrawn,
}
