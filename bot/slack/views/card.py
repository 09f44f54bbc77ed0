"""The one card of a change, in its service's channel: edited, never repeated."""

from bot.rules.approvals import rows_at, seating
from bot.rules.change import Change, Deployment, Evidence, EvidenceKind, EvidenceState, Outcome
from bot.rules.guide import PEER, ApprovalRow
from bot.rules.life import FINISHED, UNSTARTED, Stage
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.terms import ApprovalStage, HourClass, deployment_label
from bot.rules.words import span
from bot.slack.views.buttons import card_buttons
from bot.slack.views.kit import Message, dots, lines, message, section, small
from bot.slack.views.speech import Speech
from bot.slack.views.standing import (
    blocked,
    failed_attempt,
    label,
    missing_signatures,
    production,
    some,
    standing,
    subject,
)
from bot.slack.views.text import evidence_label, pull_request_label, quoted, typed

_SHOWN_PULL_REQUESTS = 8
_SHOWN_PEOPLE = 6


def card(scene: Scene) -> Message:
    """How a change stands, what it waits for and from whom, and the buttons that make sense now."""
    stands, stage = standing(scene), scene.stage
    plan = plan_line(scene.change)
    in_sight = plan if stage is Stage.ROLLBACK_REQUIRED else ""
    return message(
        f"{subject(scene)} ({label(scene)}): {stands.said}",
        section(lines(_headline(scene), _facts(scene), _window(scene))),
        section(lines(stands.shown, failed_attempt(scene), _also_missing(scene), *blocked(scene), in_sight)),
        small(lines(met(scene), evidence_line(scene), "" if in_sight or stage in FINISHED else plan)),
        card_buttons(scene),
    )


def _headline(scene: Scene) -> str:
    what, speech, environment = subject(scene), Speech.of(scene), typed(scene.setting.guide.production)
    deployment = production(scene)
    match scene.stage:
        case Stage.DEPLOYING:
            return f"*{what} is being deployed to {environment}*"
        case Stage.MONITORING | Stage.DONE if deployment and deployment.finished_at:
            return f"*{what} in {environment} since {speech.when(deployment.finished_at)}*"
        case Stage.ROLLBACK_REQUIRED:
            return f"*{what} must leave {environment}*"
        case Stage.WITHDRAWN:
            return f"*{what}, withdrawn*"
        case _:
            return f"*{what} → {environment}*"


def _facts(scene: Scene) -> str:
    change, speech, deployment = scene.change, Speech.of(scene), production(scene)
    started = deployment is not None and scene.stage not in UNSTARTED
    deploys = f"{speech.name(change.deployer)} deploys"
    return dots(
        label(scene),
        change.type,
        f"requested by {speech.name(change.requester)}",
        deploys if change.deployer != change.requester and not started else "",
        _deployed(deployment, speech) if deployment and started else "",
    )


def _deployed(deployment: Deployment, speech: Speech) -> str:
    lasted = f", {span(deployment.finished_at - deployment.started_at)}" if deployment.finished_at else ""
    return f"deployed by {speech.name(deployment.started_by)} ({deployment_label(deployment.id)}{lasted})"


def _window(scene: Scene) -> str:
    """The current window, or before there is one the wished one; with the reason for its hours."""
    change, speech = scene.change, Speech.of(scene)
    if change.window and scene.stage in UNSTARTED:
        after = HourClass.AFTER in scene.setting.policy.hour_classes(change.window.span)
        return dots(
            speech.span(change.window.span),
            f"after hours: {quoted(change.window.reason)}" if after else "",
        )
    if change.wished and not change.windows and scene.stage in UNSTARTED:
        return f"wished window: {speech.span(change.wished)}"
    return ""


def _also_missing(scene: Scene) -> str | None:
    """Approvals that were voided and are asked for again, while the change waits for something else."""
    if scene.stage not in {Stage.STAGING, Stage.VERIFYING, Stage.VERIFIED}:
        return None
    missing = missing_signatures(scene)
    return missing.shown if missing else None


def met(scene: Scene) -> str:
    """What is settled: who signed for what, in one line."""
    change, setting, speech = scene.change, scene.setting, Speech.of(scene)
    rows = rows_at(change, setting.policy)
    signed = {
        stage: [name for row in rows if row.stage is stage for name in _signers(row, change, setting, speech)]
        for stage in ApprovalStage
    }
    deployed = change.latest_in(setting.guide.verified_in)
    if deployed and deployed.outcome is Outcome.SUCCEEDED and deployed.finished_at:
        done = f"{deployment_label(deployed.id)} {speech.when(deployed.finished_at)}"
        signed[ApprovalStage.STAGING].append(done)
    verified = [
        f"{speech.name(given.person)} ({role.label})"
        for role in setting.guide.verification.roles
        if (given := change.verified_by(role)) and given.passed
    ]
    return dots(
        _sign("code", signed[ApprovalStage.CODE]),
        _sign("staging", signed[ApprovalStage.STAGING]),
        _sign("verified", verified),
        _sign("production", signed[ApprovalStage.PRODUCTION]),
    )


def _sign(what: str, who: list[str]) -> str:
    return f"✅ {what}: {some(who, _SHOWN_PEOPLE)}" if who else ""


def _signers(row: ApprovalRow, change: Change, setting: Setting, speech: Speech) -> list[str]:
    filled = seating(row, change, setting.policy, change.standing_approvals).filled
    return list(
        dict.fromkeys(
            f"{speech.name(approval.person)} ({'peer' if needed.seat is PEER else needed.seat.label})"
            for needed, approval in filled
        )
    )


def evidence_line(scene: Scene) -> str:
    """What an approver can look at: pull requests with their authors, CI, merge and branch."""
    change, speech = scene.change, Speech.of(scene)
    references = [pull_request_label(each.reference) for each in change.pull_requests]
    authors = sorted(change.authors)
    code = (
        f"{'pull request' if len(references) == 1 else 'pull requests'} "
        f"{some(references, _SHOWN_PULL_REQUESTS)} by {speech.people(authors, 'and')}"
        if references
        else ""
    )
    recorded = [change.evidence[kind] for kind in _EVIDENCE_ORDER if kind in change.evidence]
    first = change.latest_in(scene.setting.guide.environments[0])
    attested = (
        f"{typed(first.environment)} attested by {speech.name(first.started_by)}"
        if first and first.attested
        else ""
    )
    return dots(code, *(_evidence(each) for each in recorded), attested)


_EVIDENCE_ORDER = (EvidenceKind.PULL_REQUEST, EvidenceKind.CI, EvidenceKind.MERGE, EvidenceKind.BRANCH)
_EVIDENCE_WORDS = {
    (EvidenceKind.CI, EvidenceState.PENDING): "⏳ CI pending",
    (EvidenceKind.CI, EvidenceState.PRESENT): "CI passed",
    (EvidenceKind.CI, EvidenceState.FAILED): "⛔ CI failed",
    (EvidenceKind.MERGE, EvidenceState.PRESENT): "merged",
    (EvidenceKind.BRANCH, EvidenceState.PRESENT): "branch",
}
_EVIDENCE_NOUNS = {
    EvidenceKind.PULL_REQUEST: "pull request",
    EvidenceKind.CI: "CI",
    EvidenceKind.MERGE: "merge",
    EvidenceKind.BRANCH: "branch",
}


def _evidence(evidence: Evidence) -> str:
    if evidence.state is EvidenceState.NOT_APPLICABLE:
        return f"ℹ️ no {_EVIDENCE_NOUNS[evidence.kind]}: {quoted(evidence.text)}"
    words = _EVIDENCE_WORDS.get(
        (evidence.kind, evidence.state), f"{_EVIDENCE_NOUNS[evidence.kind]} {evidence.state}"
    )
    return f"{words} {evidence_label(evidence.text)}".rstrip()


def plan_line(change: Change) -> str:
    """The rollback plan in one line, and whether it was tried."""
    plan = change.plan
    tested = (
        f"pre-tested: {evidence_label(plan.pretest)}"
        if plan.pretested
        else f"ℹ️ no pre-test: {quoted(plan.pretest)}"
    )
    return f"Rollback: {quoted(plan.text, 240)} · {tested}"
