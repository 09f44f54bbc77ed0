"""Folding what happened in production, and to deployments anywhere, into the snapshot of a change."""

from dataclasses import replace

from bot.rules.change import Change, Deployment
from bot.rules.production import Baseline, Observation, Settled
from bot.rules.production_facts import (
    AlarmSounded,
    BaselineRecorded,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    HealthConfirmed,
    MonitoringEscalated,
    MonitoringNudged,
    ObservationWithdrawn,
    ProblemObserved,
    ProductionFact,
    RollbackSettled,
)


def apply_to_production(change: Change, fact: ProductionFact) -> Change:
    """The snapshot after one more fact about a deployment."""
    match fact:
        case DeploymentStarted():
            return replace(change, deployments=(*change.deployments, _started(fact)))
        case BaselineRecorded(problem, figure, by, at):
            baseline = Baseline(problem, figure, by, at)
            return replace(change, baselines={**change.baselines, problem: baseline})
        case ProblemObserved():
            return replace(change, observations=(*change.observations, _observed(fact)))
        case ObservationWithdrawn(number, by, reason, at):
            observations = tuple(
                replace(each, withdrawn_by=by, withdrawn_reason=reason, withdrawn_at=at)
                if each.number == number
                else each
                for each in change.observations
            )
            return replace(change, observations=observations)
        case _:
            deployments = tuple(
                _after(deployment, fact) if deployment.id == fact.deployment else deployment
                for deployment in change.deployments
            )
            return replace(change, deployments=deployments)


def _started(fact: DeploymentStarted) -> Deployment:
    return Deployment(
        id=fact.deployment,
        environment=fact.environment,
        version=fact.version,
        attested=fact.attested,
        started_by=fact.by,
        started_at=fact.at,
        window_end=fact.window_end,
        rolls_back=fact.rolls_back,
    )


def _observed(fact: ProblemObserved) -> Observation:
    return Observation(
        number=fact.number,
        deployment=fact.deployment,
        problem=fact.problem,
        finding=fact.finding,
        before=fact.before,
        now=fact.now,
        why=fact.why,
        notes=fact.notes,
        by=fact.by,
        at=fact.at,
    )


def _after(
    deployment: Deployment,
    fact: DeploymentFinished
    | MonitoringNudged
    | MonitoringEscalated
    | DeploymentOverran
    | HealthConfirmed
    | AlarmSounded
    | RollbackSettled,
) -> Deployment:
    match fact:
        case DeploymentFinished(_, outcome, _, notes, at):
            return replace(deployment, outcome=outcome, notes=notes, finished_at=at)
        case MonitoringNudged(_, minutes, at):
            return replace(deployment, nudged=minutes, nudged_at=at)
        case MonitoringEscalated(_, at):
            return replace(deployment, escalated_at=at)
        case DeploymentOverran(_, at):
            return replace(deployment, overran_at=at)
        case HealthConfirmed(_, by, at):
            return replace(deployment, healthy_by=by, healthy_at=at)
        case AlarmSounded(_, at):
            return replace(deployment, alarmed_at=at)
        case RollbackSettled(_, by, reason, fix, at):
            return replace(deployment, settled=Settled(by, reason, fix, at))
