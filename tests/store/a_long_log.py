"""A log of any length: changes that went to production, written as rows all at once."""

from datetime import timedelta

from sqlalchemy import insert

from bot.rules.change import Outcome
from bot.rules.clauses import Clause
from bot.rules.terms import ApprovalStage, Role
from bot.store.database import Database
from bot.store.models import approvals, changes, deployments, verifications, windows
from tests.store.facts_at_random import ANA, BEN, MONDAY, PAYMENTS, TIA

ENVIRONMENTS = ("development", "staging", "production")
PARTS = 500
FAILS_EVERY = 40
RUNS_EVERY = 199
ROLLS_BACK_EVERY = 50


def service_of(change: int) -> str:
    """Every third change is ledger's; every seventh of a service that is in no file."""
    if change % 7 == 0:
        return "attic"
    return "ledger" if change % 3 == 0 else PAYMENTS


def type_of(change: int) -> str:
    """Every eightieth is a change of the infrastructure."""
    return "infra" if change % 80 == 0 else "routine"


def outcome_of(deployment: int) -> str | None:
    """Some fail, some still run in staging."""
    if deployment % RUNS_EVERY == 0 and (deployment - 1) % len(ENVIRONMENTS) == 1:
        return None
    failed = deployment % FAILS_EVERY == 0
    return Outcome.FAILED.value if failed else Outcome.SUCCEEDED.value


def rolled_back_by(deployment: int) -> int | None:
    """Some deployments to production are said to roll back an older one."""
    in_production = (deployment - 1) % len(ENVIRONMENTS) == len(ENVIRONMENTS) - 1
    return deployment - 1 if in_production and deployment % ROLLS_BACK_EVERY == 0 else None


def started_by(deployment: int) -> str:
    """Ben starts every seventh."""
    return BEN if deployment % 7 == 0 else ANA


def write_long_log(database: Database, deployment_count: int) -> None:
    """Changes with three deployments, five approvals, two verifications and a window each."""
    count = deployment_count // len(ENVIRONMENTS)
    for first in range(1, count + 1, PARTS):
        numbers = range(first, min(first + PARTS, count + 1))
        with database.write() as connection:
            connection.execute(insert(changes), [_change(number) for number in numbers])
            connection.execute(insert(windows), [_window(number) for number in numbers])
            connection.execute(insert(approvals), [row for each in numbers for row in _approvals(each)])
            connection.execute(
                insert(verifications), [row for each in numbers for row in _verifications(each)]
            )
            connection.execute(insert(deployments), [row for each in numbers for row in _deployments(each)])


def _change(number: int) -> dict[str, object]:
    return {
        "id": number,
        "service": service_of(number),
        "type": type_of(number),
        "requester": ANA,
        "deployer": ANA,
        "version": f"4.{number}.0",
        "requested_at": MONDAY,
        "plan_text": "Redeploy the version before, as always. " * 4,
        "plan_pretested": False,
        "plan_pretest": "",
        "wished_reason": "",
        "revision": 1,
        "code_round": 1,
        "version_number": 1,
        "production_round": 1,
        "stage": "done",
        "finished": True,
        "claims_version": False,
    }


def _window(number: int) -> dict[str, object]:
    start = MONDAY + timedelta(days=2, hours=number)
    return {
        "change_id": number,
        "number": 1,
        "starts_at": start,
        "ends_at": start + timedelta(hours=1),
        "submitted_at": start - timedelta(hours=48),
        "narrowed": False,
        "reason": "",
        "at": start - timedelta(hours=48),
    }


def _approvals(number: int) -> list[dict[str, object]]:
    rows = (
        (Clause.APP_1, ApprovalStage.CODE, BEN, Role.ENGINEER),
        (Clause.APP_1, ApprovalStage.CODE, TIA, Role.TECH_LEAD),
        (Clause.APP_2, ApprovalStage.STAGING, "U0LEA", Role.DEVELOPMENT_TEAM_LEAD),
        (Clause.APP_3, ApprovalStage.PRODUCTION, "U0PAUL", Role.PRODUCT_MANAGER),
        (Clause.APP_3, ApprovalStage.PRODUCTION, "U0EVE", Role.ENGINEERING_MANAGER),
    )
    return [
        {
            "change_id": number,
            "number": place,
            "row": row.value,
            "stage": stage.value,
            "person": person,
            "roles": role.value,
            "at": MONDAY,
        }
        for place, (row, stage, person, role) in enumerate(rows, 1)
    ]


def _verifications(number: int) -> list[dict[str, object]]:
    return [
        {
            "change_id": number,
            "version": f"4.{number}.0",
            "role": role,
            "person": person,
            "passed": True,
            "notes": "looked at it for a while, and it is fine",
            "at": MONDAY,
        }
        for role, person in (("qa", "U0QUINN"), ("product", "U0PIA"))
    ]


def _deployments(number: int) -> list[dict[str, object]]:
    return [_deployment(number, place, name) for place, name in enumerate(ENVIRONMENTS, 1)]


def _deployment(change: int, place: int, environment: str) -> dict[str, object]:
    number = (change - 1) * len(ENVIRONMENTS) + place
    at = MONDAY + timedelta(days=2 * (environment == "production"), hours=change)
    outcome = outcome_of(number)
    return {
        "id": number,
        "change_id": change,
        "service": service_of(change),
        "environment": environment,
        "production": environment == "production",
        "version": f"4.{change}.0",
        "attested": environment == "development",
        "started_by": started_by(number),
        "started_at": at,
        "window_end": at + timedelta(hours=1) if environment == "production" else None,
        "finished_at": at + timedelta(minutes=8) if outcome else None,
        "finished_by": ANA if outcome else None,
        "outcome": outcome,
        "notes": f"note {number}",
        "rolls_back": rolled_back_by(number),
    }
