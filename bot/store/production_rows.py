"""What happened in production as rows, like `fact_rows` for everything else."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

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
from bot.rules.terms import ChangeId, EnvironmentName
from bot.store.models import baselines, changes, deployments, observations

OnDeployment = (
    DeploymentFinished
    | MonitoringNudged
    | MonitoringEscalated
    | DeploymentOverran
    | HealthConfirmed
    | AlarmSounded
    | RollbackSettled
)

ADD_DEPLOYMENT: Final = insert(deployments).values(
    service=select(changes.c.service).where(changes.c.id == bindparam("b_change")).scalar_subquery()
)
DEPLOYMENT: Final = update(deployments).where(deployments.c.id == bindparam("b_deployment"))
ADD_BASELINE: Final = insert(baselines)
ADD_OBSERVATION: Final = insert(observations)
OBSERVATION: Final = update(observations).where(
    observations.c.change_id == bindparam("b_change"), observations.c.number == bindparam("b_number")
)


def write_production_fact(
    connection: Connection, change: ChangeId, fact: ProductionFact, production: EnvironmentName
) -> None:
    """Write the row of one fact; `production` is the policy's last environment."""
    match fact:
        case DeploymentStarted():
            _start(connection, change, fact, production)
        case BaselineRecorded(problem, figure, by, at):
            measured = {"problem": problem.value, "value": figure.value, "requests": figure.requests}
            connection.execute(ADD_BASELINE, {"change_id": change, **measured, "by": by, "at": at})
        case ProblemObserved():
            _observe(connection, change, fact)
        case ObservationWithdrawn(number, by, reason, at):
            withdrawn = {"withdrawn_by": by, "withdrawn_reason": reason, "withdrawn_at": at}
            connection.execute(OBSERVATION, {"b_change": change, "b_number": number, **withdrawn})
        case _:
            connection.execute(DEPLOYMENT, {"b_deployment": fact.deployment, **_of_deployment(fact)})


def _start(
    connection: Connection, change: ChangeId, fact: DeploymentStarted, production: EnvironmentName
) -> None:
    columns = {
        "b_change": change,
        "id": fact.deployment,
        "change_id": change,
        "environment": fact.environment,
        "production": fact.environment == production,
        "version": fact.version,
        "attested": fact.attested,
        "started_by": fact.by,
        "started_at": fact.at,
        "window_end": fact.window_end,
        "rolls_back": fact.rolls_back,
    }
    connection.execute(ADD_DEPLOYMENT, columns)


def _observe(connection: Connection, change: ChangeId, fact: ProblemObserved) -> None:
    columns = {
        "change_id": change,
        "number": fact.number,
        "deployment_id": fact.deployment,
        "problem": fact.problem.value,
        "finding": fact.finding.value,
        "before_value": fact.before.value if fact.before else None,
        "before_requests": fact.before.requests if fact.before else None,
        "now_value": fact.now.value if fact.now else None,
        "now_requests": fact.now.requests if fact.now else None,
        "why": fact.why,
        "notes": fact.notes,
        "by": fact.by,
        "at": fact.at,
    }
    connection.execute(ADD_OBSERVATION, columns)


def _of_deployment(fact: OnDeployment) -> dict[str, datetime | int | str]:
    """What a later fact says about a deployment, by column."""
    match fact:
        case DeploymentFinished(_, outcome, by, notes, at):
            return {"outcome": outcome.value, "finished_by": by, "notes": notes, "finished_at": at}
        case MonitoringNudged(_, minutes, at):
            return {"nudged": minutes, "nudged_at": at}
        case MonitoringEscalated(_, at):
            return {"escalated_at": at}
        case DeploymentOverran(_, at):
            return {"overran_at": at}
        case HealthConfirmed(_, by, at):
            return {"healthy_by": by, "healthy_at": at}
        case AlarmSounded(_, at):
            return {"alarmed_at": at}
        case RollbackSettled(_, by, reason, fix, at):
            return {"settled_by": by, "settled_reason": reason, "settled_fix": fix, "settled_at": at}
