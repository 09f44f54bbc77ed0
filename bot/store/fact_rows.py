"""Facts as rows: one fact is an INSERT, or an UPDATE of the columns that stand for the present.

What is written here, read back by `changes`, equals what `facts.apply` folds; a test holds both to it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, select, update

from bot.rules.change import PullRequest, RollbackPlan, Span
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
from bot.rules.terms import ApprovalStage, ChangeId, EnvironmentName, PersonId, Role
from bot.store.models import (
    approvals,
    changes,
    deployments,
    evidence,
    pull_request_authors,
    pull_requests,
    reviewers,
    verifications,
    windows,
)

NOTHING_YET: Final = "requested"
"""The stage of a change between its first row and `store_stage`, which follows in the same transaction."""

THIS: Final = changes.c.id == bindparam("b_change")
CHANGE: Final = update(changes).where(THIS)
"""Sets the columns that it is executed with."""

REVISE: Final = CHANGE.values(revision=changes.c.revision + 1).returning(changes.c.revision)
REVISE_VERSION: Final = CHANGE.values(
    revision=changes.c.revision + 1,
    code_round=changes.c.code_round + 1,
    version_number=changes.c.version_number + 1,
)
NEW_CODE_ROUND: Final = CHANGE.values(code_round=changes.c.code_round + 1)
NEW_PRODUCTION_ROUND: Final = CHANGE.values(production_round=changes.c.production_round + 1)
NEW_WINDOW: Final = CHANGE.values(
    revision=changes.c.revision + 1,
    production_round=changes.c.production_round + bindparam("b_rounds"),
)

ADD_EVIDENCE: Final = insert(evidence).values(
    version_number=select(changes.c.version_number).where(THIS).scalar_subquery()
)
ADD_DEPLOYMENT: Final = insert(deployments).values(
    service=select(changes.c.service).where(THIS).scalar_subquery()
)
DEPLOYMENT: Final = update(deployments).where(deployments.c.id == bindparam("b_deployment"))
WINDOW: Final = update(windows).where(
    windows.c.change_id == bindparam("b_change"), windows.c.number == bindparam("b_number")
)
APPROVAL: Final = update(approvals).where(
    approvals.c.change_id == bindparam("b_change"), approvals.c.number == bindparam("b_number")
)


def _remove(table: Table) -> Update:
    return update(table).where(table.c.change_id == bindparam("b_change"), table.c.removed_at.is_(None))


REMOVE_REVIEWERS: Final = _remove(reviewers)
REMOVE_PULL_REQUESTS: Final = _remove(pull_requests)
ADD_CHANGE: Final = insert(changes)
ADD_REVIEWERS: Final = insert(reviewers)
ADD_PULL_REQUESTS: Final = insert(pull_requests)
ADD_AUTHORS: Final = insert(pull_request_authors)
ADD_APPROVAL: Final = insert(approvals)
ADD_VERIFICATION: Final = insert(verifications)
ADD_WINDOW: Final = insert(windows)

NO_RETURN: Final = {
    "returned_because": None,
    "returned_by": None,
    "returned_reason": None,
    "returned_at": None,
}
NO_COUNTER: Final = {"counter_start": None, "counter_end": None, "counter_by": None}

OnDeployment = (
    DeploymentFinished | MonitoringNudged | MonitoringEscalated | DeploymentOverran | HealthConfirmed
)


def write_facts(
    connection: Connection, change: ChangeId, facts: Sequence[Fact], *, production: EnvironmentName
) -> None:
    """Write the rows of what was decided on a change whose lock the caller holds.

    `production` is the policy's last environment: the database allows a service one running deployment to it.
    """
    for fact in facts:
        _write(connection, change, fact, production)


def _write(connection: Connection, change: ChangeId, fact: Fact, production: EnvironmentName) -> None:
    match fact:
        case ChangeRequested():
            _request(connection, fact)
        case EvidenceRecorded():
            _record_evidence(connection, change, fact)
        case ApprovalGiven() | ApprovalVoided():
            _write_approval(connection, change, fact)
        case VersionVerified():
            _verify(connection, change, fact)
        case ChangeRevised():
            _revise(connection, change, fact)
        case (
            VersionRevised() | ChangeReturned() | ChangeResubmitted() | DeployerTookOver() | ChangeWithdrawn()
        ):
            _write_request(connection, change, fact)
        case WindowProposed() | WindowEnded() | WindowCountered():
            _write_window(connection, change, fact)
        case DeploymentStarted():
            _start(connection, change, fact, production)
        case _:
            connection.execute(DEPLOYMENT, {"b_deployment": fact.deployment, **_of_deployment(fact)})


def _request(connection: Connection, fact: ChangeRequested) -> None:
    columns = {
        "id": fact.change,
        "service": fact.service,
        "type": fact.type.value,
        "requester": fact.requester,
        "deployer": fact.requester,
        "version": fact.version,
        "requested_at": fact.at,
        **_plan(fact.plan),
        "wished_start": fact.wished.start if fact.wished else None,
        "wished_end": fact.wished.end if fact.wished else None,
        "wished_reason": fact.wished_reason,
        "revision": 1,
        "code_round": 1,
        "version_number": 1,
        "production_round": 0,
        "stage": NOTHING_YET,
        "finished": False,
    }
    connection.execute(ADD_CHANGE, columns)
    _name(connection, fact.change, 1, (fact.reviewers, fact.pull_requests))


def _plan(plan: RollbackPlan) -> dict[str, object]:
    return {"plan_text": plan.text, "plan_pretested": plan.pretested, "plan_pretest": plan.pretest}


def _name(
    connection: Connection,
    change: ChangeId,
    revision: int,
    named: tuple[tuple[PersonId, ...], tuple[PullRequest, ...]],
) -> None:
    """The reviewers and pull requests that a revision of the change names."""
    people, references = named
    of = {"change_id": change, "revision": revision}
    _add(
        connection,
        ADD_REVIEWERS,
        [{**of, "position": position, "person": person} for position, person in enumerate(people)],
    )
    _add(
        connection,
        ADD_PULL_REQUESTS,
        [
            {**of, "position": position, "reference": found.reference}
            for position, found in enumerate(references)
        ],
    )
    _add(
        connection,
        ADD_AUTHORS,
        [
            {**of, "position": position, "author_position": author_position, "person": author}
            for position, found in enumerate(references)
            for author_position, author in enumerate(found.authors)
        ],
    )


def _add(connection: Connection, statement: Insert, rows: list[dict[str, object]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _revise(connection: Connection, change: ChangeId, fact: ChangeRevised) -> None:
    revision = connection.execute(REVISE, {"b_change": change, **_plan(fact.plan)}).scalar_one()
    for remove in (REMOVE_REVIEWERS, REMOVE_PULL_REQUESTS):
        connection.execute(remove, {"b_change": change, "removed_at": fact.at})
    _name(connection, change, revision, (fact.reviewers, fact.pull_requests))


def _record_evidence(connection: Connection, change: ChangeId, fact: EvidenceRecorded) -> None:
    columns = {
        "b_change": change,
        "change_id": change,
        "kind": fact.evidence.kind.value,
        "state": fact.evidence.state.value,
        "text": fact.evidence.text,
        "by": fact.by,
        "at": fact.at,
    }
    connection.execute(ADD_EVIDENCE, columns)


def _write_approval(connection: Connection, change: ChangeId, fact: ApprovalGiven | ApprovalVoided) -> None:
    if isinstance(fact, ApprovalVoided):
        voided = {"voided_at": fact.at, "voided_because": fact.because}
        connection.execute(APPROVAL, {"b_change": change, "b_number": fact.number, **voided})
        in_production = fact.stage is ApprovalStage.PRODUCTION
        connection.execute(NEW_PRODUCTION_ROUND if in_production else NEW_CODE_ROUND, {"b_change": change})
        return
    columns = {
        "change_id": change,
        "number": fact.number,
        "row": fact.row.value,
        "stage": fact.stage.value,
        "person": fact.person,
        "roles": " ".join(role.value for role in Role if role in fact.roles),
        "at": fact.at,
    }
    connection.execute(ADD_APPROVAL, columns)


def _verify(connection: Connection, change: ChangeId, fact: VersionVerified) -> None:
    columns = {
        "change_id": change,
        "version": fact.version,
        "role": fact.role.value,
        "person": fact.person,
        "passed": fact.passed,
        "notes": fact.notes,
        "at": fact.at,
    }
    connection.execute(ADD_VERIFICATION, columns)


def _write_request(
    connection: Connection,
    change: ChangeId,
    fact: VersionRevised | ChangeReturned | ChangeResubmitted | DeployerTookOver | ChangeWithdrawn,
) -> None:
    of = {"b_change": change}
    match fact:
        case VersionRevised(version):
            connection.execute(REVISE_VERSION, {**of, "version": version, **NO_RETURN, **NO_COUNTER})
        case ChangeReturned(because, by, reason, at):
            values = (because.value, by, reason, at)
            connection.execute(CHANGE, {**of, **dict(zip(NO_RETURN, values, strict=True))})
        case ChangeResubmitted():
            connection.execute(NEW_CODE_ROUND, {**of, **NO_RETURN})
        case DeployerTookOver(by):
            connection.execute(CHANGE, {**of, "deployer": by})
        case ChangeWithdrawn(by, reason, at):
            connection.execute(
                CHANGE, {**of, "withdrawn_by": by, "withdrawn_reason": reason, "withdrawn_at": at}
            )


def _write_window(
    connection: Connection, change: ChangeId, fact: WindowProposed | WindowEnded | WindowCountered
) -> None:
    match fact:
        case WindowProposed():
            connection.execute(ADD_WINDOW, _of_window(change, fact))
            rounds = 0 if fact.narrowed else 1
            connection.execute(NEW_WINDOW, {"b_change": change, "b_rounds": rounds, **NO_COUNTER})
        case WindowEnded(number, because, by, reason, at):
            ended = {"ended": because.value, "ended_at": at, "ended_by": by, "end_reason": reason}
            connection.execute(WINDOW, {"b_change": change, "b_number": number, **ended})
        case WindowCountered(Span(start, end), by):
            counter = {"counter_start": start, "counter_end": end, "counter_by": by}
            connection.execute(CHANGE, {"b_change": change, **counter})


def _of_window(change: ChangeId, fact: WindowProposed) -> dict[str, object]:
    return {
        "change_id": change,
        "number": fact.number,
        "starts_at": fact.span.start,
        "ends_at": fact.span.end,
        "submitted_at": fact.submitted_at,
        "narrowed": fact.narrowed,
        "reason": fact.reason,
        "by": fact.by,
        "at": fact.at,
    }


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
    }
    connection.execute(ADD_DEPLOYMENT, columns)


def _of_deployment(fact: OnDeployment) -> dict[str, datetime | int | str]:
    """What a later fact says about a deployment, by column."""
    match fact:
        case DeploymentFinished(_, outcome, by, notes, at):
            return {"outcome": outcome.value, "finished_by": by, "notes": notes, "finished_at": at}
        case MonitoringNudged(_, minutes):
            return {"nudged": minutes}
        case MonitoringEscalated(_, at):
            return {"escalated_at": at}
        case DeploymentOverran(_, at):
            return {"overran_at": at}
        case HealthConfirmed(_, by, at):
            return {"healthy_by": by, "healthy_at": at}
