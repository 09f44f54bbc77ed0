"""The one card of a change, in its service's channel: edited, never repeated."""

from bot.rules.approvals import rows_now, seating
from bot.rules.change import Change, Deployment, Evidence, EvidenceKind, EvidenceState, Outcome
from bot.rules.guide import PEER, ApprovalRow
from bot.rules.life import FINISHED, UNSTARTED, Stage
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.terms import ApprovalStage, HourClass, deployment_label
from bot.rules.words import span
from bot.slack.views.buttons import card_buttons
from bot.slack.views.calendar import conflict_words
from bot.slack.views.deputizing import signer, verifier
from bot.slack.views.freezes import freeze_lines
from bot.slack.views.kit import Message, dots, lines, message, section, small
from bot.slack.views.production_lines import baseline_line, production_lines
from bot.slack.views.reports import attempt
from bot.slack.views.review import review_line
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
from bot.slack.views.standing_in_production import production_headline
from bot.slack.views.standing_of_hotfix import checklist, is_hotfix, issue_lines, severity
from bot.slack.views.text import evidence_label, pull_request_label, quoted, typed
from bot.slack.views.waivers import waiver_lines

_SHOWN_PULL_REQUESTS = 8
_SHOWN_PEOPLE = 6


def card(scene: Scene) -> Message:
    """How a change stands, what it waits for and from whom, and the buttons that make sense now."""
    stands, stage = standing(scene), scene.stage
    plan = plan_line(scene.change)
    in_sight = lines(*production_lines(scene, plan))
    return message(
        f"{subject(scene)} ({label(scene)}): {stands.said}",
        section(lines(_headline(scene), _facts(scene), _window(scene), issue_lines(scene))),
        section(
            lines(
                stands.shown,
                *(checklist(scene) if is_hotfix(scene) else ()),
                failed_attempt(scene),
                _also_missing(scene),
                *blocked(scene),
                *(() if is_hotfix(scene) else (*unfit_evidence(scene), *frozen(scene))),
                *waiver_lines(scene),
                in_sight,
                review_line(scene),
            )
        ),
        small(
            lines(
                "" if is_hotfix(scene) else met(scene),
                evidence_line(scene),
                "" if plan in in_sight or stage in FINISHED else plan,
                baseline_line(scene),
            )
        ),
        card_buttons(scene),
    )


def _headline(scene: Scene) -> str:
    what = f"{severity(scene)} · {subject(scene)}" if is_hotfix(scene) else subject(scene)
    if scene.stage in {Stage.WITHDRAWN, Stage.SUPERSEDED}:
        return f"*{what}, {scene.stage.value}*"
    return production_headline(scene, what) or f"*{what} → {typed(scene.setting.guide.production)}*"


def _facts(scene: Scene) -> str:
    change, speech, deployment = scene.change, Speech.of(scene), production(scene)
    started = deployment is not None and scene.stage not in UNSTARTED
    deploys = f"{speech.name(change.deployer)} deploys"
    return dots(
        label(scene),
        change.type,
        f"{'declared' if is_hotfix(scene) else 'requested'} by {speech.name(change.requester)}",
        deploys if change.deployer != change.requester and not started else "",
        _deployed(deployment, speech) if deployment and started else "",
        _rolled_back(scene, speech) if started else "",
    )


def _rolled_back(scene: Scene, speech: Speech) -> str:
    newest = attempt(scene)
    if newest is None or newest.outcome is not Outcome.SUCCEEDED or not newest.rolls_back:
        return ""
    return f"rolled back by {speech.name(newest.started_by)} ({deployment_label(newest.id)})"


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
            conflict_words(change.window.span, scene.setting.neighbors.windows),
        )
    if change.wished and not change.windows and scene.stage in UNSTARTED:
        planned = conflict_words(change.wished, scene.setting.neighbors.windows)
        return dots(f"wished window: {speech.span(change.wished)}", planned)
    return ""


def frozen(scene: Scene) -> list[str]:
    """What change freezes mean for it, as long as it is not started."""
    return freeze_lines(scene) if scene.stage in UNSTARTED else []


def _also_missing(scene: Scene) -> str | None:
    """Approvals that were voided and are asked for again, while the change waits for something else."""
    if scene.stage not in {Stage.STAGING, Stage.VERIFYING, Stage.VERIFIED}:
        return None
    missing = missing_signatures(scene)
    return missing.shown if missing else None


def met(scene: Scene) -> str:
    """What is settled: who signed for what, in one line."""
    change, setting, speech = scene.change, scene.setting, Speech.of(scene)
    rows = rows_now(change, setting)
    signed = {
        stage: [name for row in rows if row.stage is stage for name in _signers(row, change, setting, speech)]
        for stage in ApprovalStage
    }
    deployed = change.latest_in(setting.guide.verified_in)
    if deployed and deployed.outcome is Outcome.SUCCEEDED and deployed.finished_at:
        done = f"{deployment_label(deployed.id)} {speech.when(deployed.finished_at)}"
        signed[ApprovalStage.STAGING].append(done)
    verified = [
        f"{verifier(given, speech)} ({role.label})"
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
            f"{signer(needed, approval, setting.guide, speech)} ({'peer' if needed.seat is PEER else needed.seat.label})"
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
    recorded = [each for each in _recorded(change) if each.state not in _UNFIT]
    first = change.latest_in(scene.setting.guide.environments[0])
    attested = (
        f"{typed(first.environment)} attested by {speech.name(first.started_by)}"
        if first and first.attested
        else ""
    )
    return dots(code, *(_evidence(each) for each in recorded), attested)


def unfit_evidence(scene: Scene) -> list[str]:
    """What keeps a start from being made, however much else is in order: a line each, while it can still be mended."""
    signs = {EvidenceState.PENDING: "⏳", EvidenceState.FAILED: "⛔"}
    if scene.stage not in UNSTARTED:
        return []
    return [
        f"{signs[each.state]} {_evidence(each)}" for each in _recorded(scene.change) if each.state in signs
    ]


def _recorded(change: Change) -> list[Evidence]:
    return [change.evidence[kind] for kind in _EVIDENCE_ORDER if kind in change.evidence]


_UNFIT = frozenset({EvidenceState.PENDING, EvidenceState.FAILED})
_EVIDENCE_ORDER = (EvidenceKind.PULL_REQUEST, EvidenceKind.CI, EvidenceKind.MERGE, EvidenceKind.BRANCH)
_EVIDENCE_WORDS = {
    (EvidenceKind.CI, EvidenceState.PENDING): "CI is still pending",
    (EvidenceKind.CI, EvidenceState.PRESENT): "CI passed",
    (EvidenceKind.CI, EvidenceState.FAILED): "CI failed",
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
    if not plan.pretest.strip():
        return f"Rollback: {quoted(plan.text, 240)}"
    tested = (
        f"pre-tested: {evidence_label(plan.pretest)}"
        if plan.pretested
        else f"ℹ️ no pre-test: {quoted(plan.pretest)}"
    )
    return f"Rollback: {quoted(plan.text, 240)} · {tested}"
