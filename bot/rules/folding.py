"""Folding facts into the snapshot of a change. Nothing is decided here: a fact is applied as it was recorded."""

from collections.abc import Iterable
from dataclasses import replace

from bot.rules.change import (
    Approval,
    Change,
    CounterProposal,
    Deployment,
    Returned,
    Verification,
    Window,
    Withdrawn,
)
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalVoided,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeWithdrawn,
    DeployerTookOver,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    EvidenceRecorded,
    Fact,
    HealthConfirmed,
    MonitoringEscalated,
    MonitoringNudged,
    VersionRevised,
    VersionVerified,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.terms import ApprovalStage


def requested(fact: ChangeRequested) -> Change:
    """The snapshot right after a change was requested."""
    return Change(
        id=fact.change,
        service=fact.service,
        type=fact.type,
        requester=fact.requester,
        deployer=fact.requester,
        version=fact.version,
        requested_at=fact.at,
        reviewers=fact.reviewers,
        pull_requests=fact.pull_requests,
        plan=fact.plan,
        wished=fact.wished,
        wished_reason=fact.wished_reason,
    )


def replay(facts: Iterable[Fact]) -> Change:
    """Fold a change's facts, the request first, into its snapshot."""
    first, *rest = facts
    if not isinstance(first, ChangeRequested):
        raise TypeError(f"a change begins with its request, not with {type(first).__name__}")
    return apply_all(requested(first), rest)


def apply_all(change: Change, facts: Iterable[Fact]) -> Change:
    """Fold more facts into a snapshot."""
    for fact in facts:
        change = apply(change, fact)
    return change


def apply(change: Change, fact: Fact) -> Change:
    """The snapshot after one more fact."""
    match fact:
        case ChangeRequested():
            raise TypeError("a change is requested once")
        case EvidenceRecorded(evidence):
            return replace(change, evidence={**change.evidence, evidence.kind: evidence})
        case ApprovalGiven(number, row, stage, person, roles, at):
            given = Approval(number, row, stage, person, frozenset(roles), at)
            return replace(change, approvals=(*change.approvals, given))
        case ApprovalVoided():
            return _void(change, fact)
        case VersionVerified(version, role, person, passed, notes, at):
            verification = Verification(version, role, person, passed, notes, at)
            return replace(change, verifications=(*change.verifications, verification))
        case ChangeRevised() | VersionRevised() | ChangeReturned() | ChangeResubmitted() | DeployerTookOver():
            return _apply_to_request(change, fact)
        case ChangeWithdrawn(by, reason, at):
            return replace(change, withdrawn=Withdrawn(by, reason, at))
        case WindowProposed() | WindowEnded() | WindowCountered():
            return _apply_to_windows(change, fact)
        case _:
            return _apply_to_deployments(change, fact)


def _void(change: Change, fact: ApprovalVoided) -> Change:
    approvals = tuple(
        replace(approval, voided_at=fact.at) if approval.number == fact.number else approval
        for approval in change.approvals
    )
    if fact.stage is ApprovalStage.PRODUCTION:
        return replace(change, approvals=approvals, production_round=change.production_round + 1)
    return replace(change, approvals=approvals, code_round=change.code_round + 1)


def _apply_to_request(
    change: Change,
    fact: ChangeRevised | VersionRevised | ChangeReturned | ChangeResubmitted | DeployerTookOver,
) -> Change:
    match fact:
        case ChangeRevised(plan, pull_requests, reviewers):
            return replace(
                change,
                plan=plan,
                pull_requests=pull_requests,
                reviewers=reviewers,
                revision=change.revision + 1,
            )
        case VersionRevised(version):
            return replace(
                change,
                version=version,
                evidence={},
                returned=None,
                counter=None,
                revision=change.revision + 1,
                code_round=change.code_round + 1,
                version_number=change.version_number + 1,
            )
        case ChangeReturned(because, by, reason, at):
            return replace(change, returned=Returned(because, by, reason, at))
        case ChangeResubmitted():
            return replace(change, returned=None, code_round=change.code_round + 1)
        case DeployerTookOver(by):
            return replace(change, deployer=by)


def _apply_to_windows(change: Change, fact: WindowProposed | WindowEnded | WindowCountered) -> Change:
    match fact:
        case WindowProposed(number, narrowed, span, submitted_at, reason):
            return replace(
                change,
                windows=(*change.windows, Window(number, span, submitted_at, reason)),
                counter=None,
                revision=change.revision + 1,
                production_round=change.production_round + (not narrowed),
            )
        case WindowEnded(number, because):
            windows = tuple(
                replace(window, ended=because) if window.number == number else window
                for window in change.windows
            )
            return replace(change, windows=windows)
        case WindowCountered(span, by):
            return replace(change, counter=CounterProposal(span, by))


def _apply_to_deployments(
    change: Change,
    fact: DeploymentStarted
    | DeploymentFinished
    | MonitoringNudged
    | MonitoringEscalated
    | DeploymentOverran
    | HealthConfirmed,
) -> Change:
    if isinstance(fact, DeploymentStarted):
        started = Deployment(
            id=fact.deployment,
            environment=fact.environment,
            version=fact.version,
            attested=fact.attested,
            started_by=fact.by,
            started_at=fact.at,
            window_end=fact.window_end,
        )
        return replace(change, deployments=(*change.deployments, started))
    deployments = tuple(
        _apply_to_deployment(deployment, fact) if deployment.id == fact.deployment else deployment
        for deployment in change.deployments
    )
    return replace(change, deployments=deployments)


def _apply_to_deployment(
    deployment: Deployment,
    fact: DeploymentFinished | MonitoringNudged | MonitoringEscalated | DeploymentOverran | HealthConfirmed,
) -> Deployment:
    match fact:
        case DeploymentFinished(_, outcome, _, _, at):
            return replace(deployment, outcome=outcome, finished_at=at)
        case MonitoringNudged(_, minutes):
            return replace(deployment, nudged=minutes)
        case MonitoringEscalated(_, at):
            return replace(deployment, escalated_at=at)
        case DeploymentOverran(_, at):
            return replace(deployment, overran_at=at)
        case HealthConfirmed(_, by, at):
            return replace(deployment, healthy_by=by, healthy_at=at)
