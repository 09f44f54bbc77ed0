"""What the guide says of production after a start, stated a second time: alarms, rollbacks, the word that closes a watch.

It reads only the record; nothing of the rules that it holds to account.
"""

from collections.abc import Sequence
from datetime import timedelta

from bot.rules.change import Outcome
from bot.rules.facts import Fact
from bot.rules.production_facts import (
    DeploymentFinished,
    DeploymentStarted,
    HealthConfirmed,
    MonitoringEscalated,
    ObservationWithdrawn,
    ProblemObserved,
    RollbackSettled,
)
from bot.rules.readings import Finding, Problem
from bot.rules.terms import PersonId, Role
from tests.restated_company import Company


def open_alarms(facts: Sequence[Fact]) -> set[str]:
    """What demands a rollback and was neither rolled back, settled nor withdrawn: reports, and deployments that failed."""
    alarms: set[str] = set()
    begun: dict[int, DeploymentStarted] = {}
    for fact in facts:
        match fact:
            case DeploymentStarted(environment="production"):
                begun[fact.deployment] = fact
            case DeploymentFinished(outcome=outcome) if fact.deployment in begun:
                if outcome is Outcome.FAILED:
                    alarms.add(f"failed {fact.deployment}")
                elif outcome is Outcome.SUCCEEDED and begun[fact.deployment].rolls_back is not None:
                    alarms.clear()
            case ProblemObserved(finding=Finding.ALARM):
                alarms.add(f"report {fact.number}")
            case ObservationWithdrawn():
                alarms.discard(f"report {fact.number}")
            case RollbackSettled():
                alarms.clear()
            case _:
                continue
    return alarms


def is_rolling_back(facts: Sequence[Fact]) -> bool:
    """Whether a rollback runs."""
    ended = {fact.deployment for fact in facts if isinstance(fact, DeploymentFinished)}
    return any(
        isinstance(fact, DeploymentStarted) and fact.rolls_back is not None and fact.deployment not in ended
        for fact in facts
    )


def against_production_fact(
    before: Sequence[Fact], last: Fact, company: Company, deployer: PersonId
) -> list[str]:
    """What the guide holds against a fact about production, given all those before it and who deploys."""
    match last:
        case HealthConfirmed():
            checks = _of_healthy(before, last, company, deployer)
        case DeploymentStarted(rolls_back=rolled_back) if rolled_back is not None:
            checks = _of_rollback(before, last, company, deployer)
        case ObservationWithdrawn(by=by, reason=reason):
            started_by = [fact.by for fact in before if isinstance(fact, DeploymentStarted)][-1]
            checks = {
                "withdrawn by another": by not in {deployer, started_by},
                "withdrawn with a reason": bool(reason.strip()),
            }
        case RollbackSettled(by=by, at=at, reason=reason, fix=fix):
            checks = {
                "settled by the Engineering Manager": by in company.holding(Role.ENGINEERING_MANAGER, at),
                "settled by a named fix, with a reason": bool(reason.strip() and fix.strip()),
                "settled what was open": bool(open_alarms(before)),
            }
        case ProblemObserved():
            checks = {"an alarm where the guide has one": not _must_alarm(before, last) or _alarms(last)}
        case _:
            return []
    return [name for name, kept in checks.items() if not kept]


def _of_healthy(
    before: Sequence[Fact], healthy: HealthConfirmed, company: Company, deployer: PersonId
) -> dict[str, bool]:
    ended = [fact for fact in before if isinstance(fact, DeploymentFinished)][-1]
    escalated = any(
        isinstance(fact, MonitoringEscalated) and fact.deployment == ended.deployment for fact in before
    )
    able = {deployer} & company.holding(Role.ENGINEER, healthy.at) | company.holding(Role.ON_CALL, healthy.at)
    if escalated:
        able |= company.holding(Role.ENGINEERING_MANAGER, healthy.at)
    return {
        "watched for 30 minutes": healthy.at - ended.at >= timedelta(minutes=30),
        "confirmed by who watches": healthy.by in able,
        "succeeded": ended.outcome is Outcome.SUCCEEDED,
        "no alarm stands": not open_alarms(before),
    }


def _of_rollback(
    before: Sequence[Fact], start: DeploymentStarted, company: Company, deployer: PersonId
) -> dict[str, bool]:
    able = {deployer} & company.holding(Role.ENGINEER, start.at)
    able |= company.holding(Role.ON_CALL, start.at) | company.holding(Role.ENGINEERING_MANAGER, start.at)
    deployed = [
        fact.deployment
        for fact in before
        if isinstance(fact, DeploymentStarted)
        and fact.environment == "production"
        and fact.rolls_back is None
    ]
    return {
        "rolled back by who may": start.by in able,
        "rolls back what is in production": start.rolls_back == deployed[-1],
        "one rollback at a time": not is_rolling_back(before),
    }


def _alarms(observed: ProblemObserved) -> bool:
    return observed.finding is Finding.ALARM


def _must_alarm(before: Sequence[Fact], seen: ProblemObserved) -> bool:
    """G-RB-1 to G-RB-4 on what can be said without statistics: reports, and figures without counts."""
    was, now = (each.value if each else None for each in (seen.before, seen.now))
    match seen.problem:
        case Problem.CRITICAL_FAILURE | Problem.WIDESPREAD_ISSUES:
            return True
        case Problem.MAJOR_ISSUE:
            withdrawn = {fact.number for fact in before if isinstance(fact, ObservationWithdrawn)}
            reporters = {
                fact.by
                for fact in before
                if isinstance(fact, ProblemObserved)
                and (fact.problem, fact.deployment) == (seen.problem, seen.deployment)
                and fact.number not in withdrawn
            }
            return len(reporters | {seen.by}) >= 3
        case _ if was is None or now is None:
            return False
        case Problem.ERROR_RATE:
            counted = seen.now is not None and seen.now.requests is not None
            return not counted and now > was * 1.0501
        case Problem.LATENCY:
            return now > was * 1.3001
        case Problem.THROUGHPUT:
            return now < was * 0.6999
