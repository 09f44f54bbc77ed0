"""What happened in production, and to deployments anywhere, in the past tense. Like all facts, never edited."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import Outcome
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import DeploymentId, EnvironmentName, PersonId, Words


@dataclass(frozen=True, slots=True)
class DeploymentStarted:
    """A deployment began; `attested` when it was recorded after the fact by the requester's word.

    A rollback is one, too: `rolls_back` is what it undoes, `version` what it puts back (empty where that is unknown).
    """

    deployment: DeploymentId
    environment: EnvironmentName
    version: str
    attested: bool
    by: PersonId
    at: datetime
    window_end: datetime | None
    rolls_back: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class DeploymentFinished:
    """A deployment ended, and how."""

    deployment: DeploymentId
    outcome: Outcome
    by: PersonId
    notes: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringNudged:
    """G-STD-9: the deployer and the on-call engineer were reminded to look, at this many minutes."""

    deployment: DeploymentId
    minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class MonitoringEscalated:
    """G-STD-9: nobody confirmed in time; the Engineering Manager was told."""

    deployment: DeploymentId
    at: datetime


@dataclass(frozen=True, slots=True)
class DeploymentOverran:
    """G-STD-8: the window ended while the deployment was still running."""

    deployment: DeploymentId
    at: datetime


@dataclass(frozen=True, slots=True)
class HealthConfirmed:
    """G-STD-9: somebody who watched says that production is healthy."""

    deployment: DeploymentId
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class BaselineRecorded:
    """G-RB-1, G-RB-3: what production measured before the deployment. The newest of a kind counts."""

    problem: Problem
    figure: Figure
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ProblemObserved:
    """G-RB-1 to G-RB-4: somebody reported something about a deployment; `finding` is what it amounted to then."""

    number: int
    deployment: DeploymentId
    problem: Problem
    finding: Finding
    before: Figure | None
    now: Figure | None
    why: str
    notes: Words
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class ObservationWithdrawn:
    """Somebody other than the deployer says that an observation has nothing to do with the deployment."""

    number: int
    by: PersonId
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class AlarmSounded:
    """Those who must act were told, for the first time or again, that a rollback is required."""

    deployment: DeploymentId
    at: datetime


@dataclass(frozen=True, slots=True)
class RollbackSettled:
    """A required rollback was settled by a named fix instead. A deviation."""

    deployment: DeploymentId
    by: PersonId
    reason: Words
    fix: Words
    at: datetime


ProductionFact = (
    DeploymentStarted
    | DeploymentFinished
    | MonitoringNudged
    | MonitoringEscalated
    | DeploymentOverran
    | HealthConfirmed
    | BaselineRecorded
    | ProblemObserved
    | ObservationWithdrawn
    | AlarmSounded
    | RollbackSettled
)
