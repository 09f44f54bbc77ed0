"""What is said on an incident's timeline of deployments, of watching them, and of rollbacks."""

from typing import Final, get_args

from bot.rules.change import Change, Deployment, Outcome
from bot.rules.criteria import shown_figure
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
from bot.rules.readings import Finding
from bot.rules.terms import DeploymentId, deployment_label
from bot.rules.words import Part, Quote, Sentence, Who, say

PRODUCTION: Final[tuple[type, ...]] = get_args(ProductionFact)


def said_of_production(fact: object, change: Change) -> Sentence | None:
    """The sentence of one fact; `change` tells which deployments are rollbacks and what was reported."""
    match fact:
        case DeploymentStarted():
            return _started(fact)
        case DeploymentFinished(deployment):
            return _finished(fact, _deployment(deployment, change))
        case ProblemObserved():
            return _observed(fact)
        case ObservationWithdrawn(number, by, reason):
            about = next((each.problem.label for each in change.observations if each.number == number), "")
            what = f" withdrew the report ({about}): " if about else " withdrew a report: "
            return say(Who((by,)), what, Quote(reason))
        case RollbackSettled(_, by, reason, fix):
            return say(Who((by,)), " settled the rollback by a fix: ", Quote(fix), " – ", Quote(reason))
        case BaselineRecorded(problem, figure, by):
            shown = shown_figure(problem, figure.value)
            return say(Who((by,)), f" recorded the baseline: {problem.label} {shown}")
        case _:
            return _watched(fact)


def _deployment(number: DeploymentId, change: Change) -> Deployment | None:
    return next((each for each in change.deployments if each.id == number), None)


def _started(fact: DeploymentStarted) -> Sentence:
    label = deployment_label(fact.deployment)
    if fact.rolls_back:
        return say("⏳ ", Who((fact.by,)), f" started the rollback ({label})")
    if fact.attested:
        return say(Who((fact.by,)), f" attests {label} to {fact.environment}")
    return say(Who((fact.by,)), f" started {label} to {fact.environment}")


_ENDED: Final = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.FAILED: "failed",
    Outcome.FAILED_UNTOUCHED: "failed, nothing was touched",
}


def _finished(fact: DeploymentFinished, deployment: Deployment | None) -> Sentence:
    label = deployment_label(fact.deployment)
    rollback = deployment is not None and deployment.rolls_back is not None
    where = f" to {deployment.environment}" if deployment else ""
    what = f"the rollback ({label})" if rollback else f"{label}{where}"
    sign = "✅" if fact.outcome is Outcome.SUCCEEDED else "⛔"
    notes: list[Part] = [" – ", Quote(fact.notes)] if fact.notes.strip() else []
    return say(f"{sign} ", Who((fact.by,)), f": {what} {_ENDED[fact.outcome]}", *notes)


def _observed(fact: ProblemObserved) -> Sentence:
    required = "🚨 Immediate rollback required. " if fact.finding is Finding.ALARM else "ℹ️ "
    why = fact.why.strip().removesuffix(".") or fact.problem.label
    notes: list[Part] = [" – ", Quote(fact.notes)] if fact.notes.strip() else []
    return say(required, Who((fact.by,)), f" reported: {why}", *notes)


def _watched(fact: object) -> Sentence | None:
    match fact:
        case MonitoringNudged(minutes=0):
            return say("⏳ Asked to watch production")
        case MonitoringNudged(minutes=minutes):
            return say(f"⏳ Asked after {minutes} min whether production is healthy")
        case HealthConfirmed(by=by):
            return say("✅ ", Who((by,)), ": production is healthy")
        case MonitoringEscalated():
            return say("⏳ Nobody has confirmed it in time; the Engineering Manager is told")
        case DeploymentOverran(deployment=deployment):
            return say(f"⏳ The window ended while {deployment_label(deployment)} was running")
        case AlarmSounded():
            return say("🚨 Told again: the rollback is not done yet")
        case _:
            return None
