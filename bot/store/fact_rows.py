"""Facts as rows: one fact is an INSERT, or an UPDATE of the columns that stand for the present.

What is written here, read back by `changes`, equals what `facts.apply` folds; a test holds both to it.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, select, update

from bot.rules.change import PullRequest, RollbackPlan, Span
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    AskingReminded,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeSuperseded,
    ChangeWithdrawn,
    DeployerTookOver,
    EvidenceRecorded,
    Fact,
    FreezeExcepted,
    ReminderSnoozed,
    SupersedingUndone,
    VersionRevised,
    VersionVerified,
    WaiverAsked,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.terms import ApprovalStage, ChangeId, EnvironmentName, PersonId, Role
from bot.store.models import (
    approvals,
    changes,
    evidence,
    freeze_exceptions,
    pull_request_authors,
    pull_requests,
    reminders,
    reviewers,
    snoozes,
    verifications,
    waivers,
    windows,
)
from bot.store.production_rows import write_production_fact

NOTHING_YET: Final = "requested"
"""The stage of a change between its first row and `store_stage`, which follows in the same transaction."""

THIS: Final = changes.c.id == bindparam("b_change")
CHANGE: Final = update(changes).where(THIS)
"""Sets the columns that it is executed with."""

REVISE: Final = CHANGE.values(revision=changes.c.revision + 1).returning(changes.c.revision)
REVISE_VERSION: Final = CHANGE.values(
    revision=changes.c.revision + 1,
    code_round=changes.c.code_round + 1,
    code_asked_at=bindparam("b_asked_at"),
    version_number=changes.c.version_number + 1,
)
NEW_CODE_ROUND: Final = CHANGE.values(
    code_round=changes.c.code_round + 1, code_asked_at=bindparam("b_asked_at")
)
NEW_PRODUCTION_ROUND: Final = CHANGE.values(
    production_round=changes.c.production_round + 1, production_asked_at=bindparam("b_asked_at")
)
NEW_REVISION: Final = CHANGE.values(revision=changes.c.revision + 1)

ADD_EVIDENCE: Final = insert(evidence).values(
    version_number=select(changes.c.version_number).where(THIS).scalar_subquery()
)
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
ADD_WAIVER: Final = insert(waivers)
WAIVER: Final = update(waivers).where(
    waivers.c.change_id == bindparam("b_change"), waivers.c.number == bindparam("b_number")
)
ADD_EXCEPTION: Final = insert(freeze_exceptions)
ADD_REMINDER: Final = insert(reminders)
ADD_SNOOZE: Final = insert(snoozes)

NO_RETURN: Final = {
    "returned_because": None,
    "returned_by": None,
    "returned_reason": None,
    "returned_at": None,
}
NO_COUNTER: Final = {"counter_start": None, "counter_end": None, "counter_by": None}


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
        case ApprovalGiven() | ApprovalVoided() | ApprovalTakenBack():
            _write_approval(connection, change, fact)
        case VersionVerified():
            _verify(connection, change, fact)
        case ChangeRevised():
            _revise(connection, change, fact)
        case (
            VersionRevised()
            | ChangeReturned()
            | ChangeResubmitted()
            | DeployerTookOver()
            | ChangeWithdrawn()
            | ChangeSuperseded()
            | SupersedingUndone()
        ):
            _write_request(connection, change, fact)
        case WindowProposed() | WindowEnded() | WindowCountered():
            _write_window(connection, change, fact)
        case WaiverAsked() | WaiverGranted() | WaiverRefused() | WaiverTookEffect() | WaiverExpired():
            _write_waiver(connection, change, fact)
        case FreezeExcepted() | AskingReminded() | ReminderSnoozed():
            _write_beside(connection, change, fact)
        case _:
            write_production_fact(connection, change, fact, production)


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
        "code_asked_at": fact.at,
        "stage": NOTHING_YET,
        "finished": False,
        "claims_version": True,
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


def _write_approval(
    connection: Connection, change: ChangeId, fact: ApprovalGiven | ApprovalVoided | ApprovalTakenBack
) -> None:
    if isinstance(fact, ApprovalVoided | ApprovalTakenBack):
        because = (
            fact.because if isinstance(fact, ApprovalVoided) else f"its giver took it back: {fact.reason}"
        )
        voided = {"voided_at": fact.at, "voided_because": because}
        connection.execute(APPROVAL, {"b_change": change, "b_number": fact.number, **voided})
        in_production = fact.stage is ApprovalStage.PRODUCTION
        new_round = NEW_PRODUCTION_ROUND if in_production else NEW_CODE_ROUND
        connection.execute(new_round, {"b_change": change, "b_asked_at": fact.at})
        return
    columns = {
        "change_id": change,
        "number": fact.number,
        "row": fact.row.value,
        "stage": fact.stage.value,
        "person": fact.person,
        "roles": " ".join(role.value for role in Role if role in fact.roles),
        "deputizing": " ".join(f"{each.role.value}:{each.principal or ''}" for each in fact.deputizing)
        or None,
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
        "deputy_for": fact.deputy_for,
    }
    connection.execute(ADD_VERIFICATION, columns)


def _write_request(
    connection: Connection,
    change: ChangeId,
    fact: VersionRevised
    | ChangeReturned
    | ChangeResubmitted
    | DeployerTookOver
    | ChangeWithdrawn
    | ChangeSuperseded
    | SupersedingUndone,
) -> None:
    of = {"b_change": change}
    match fact:
        case VersionRevised(version, _, at):
            revised = {"version": version, "b_asked_at": at, **NO_RETURN, **NO_COUNTER}
            connection.execute(REVISE_VERSION, {**of, **revised})
        case ChangeReturned(because, by, reason, at):
            values = (because.value, by, reason, at)
            connection.execute(CHANGE, {**of, **dict(zip(NO_RETURN, values, strict=True))})
        case ChangeResubmitted(_, at):
            connection.execute(NEW_CODE_ROUND, {**of, "b_asked_at": at, **NO_RETURN})
        case DeployerTookOver(by):
            connection.execute(CHANGE, {**of, "deployer": by})
        case ChangeWithdrawn(by, reason, at):
            connection.execute(
                CHANGE, {**of, "withdrawn_by": by, "withdrawn_reason": reason, "withdrawn_at": at}
            )
        case ChangeSuperseded(superseded_by, at):
            connection.execute(CHANGE, {**of, "superseded_by": superseded_by, "superseded_at": at})
        case SupersedingUndone():
            connection.execute(CHANGE, {**of, "superseded_by": None, "superseded_at": None})


def _write_window(
    connection: Connection, change: ChangeId, fact: WindowProposed | WindowEnded | WindowCountered
) -> None:
    match fact:
        case WindowProposed():
            connection.execute(ADD_WINDOW, _of_window(change, fact))
            connection.execute(NEW_REVISION, {"b_change": change, **NO_COUNTER})
            if not fact.narrowed:
                connection.execute(NEW_PRODUCTION_ROUND, {"b_change": change, "b_asked_at": fact.at})
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


def _write_waiver(
    connection: Connection,
    change: ChangeId,
    fact: WaiverAsked | WaiverGranted | WaiverRefused | WaiverTookEffect | WaiverExpired,
) -> None:
    of = {"b_change": change, "b_number": fact.number}
    match fact:
        case WaiverAsked():
            columns = {
                "change_id": change,
                "number": fact.number,
                "environment": fact.environment,
                "version": fact.version,
                "reason": fact.reason,
                "expires_at": fact.expires_at,
                "asked_by": fact.by,
                "asked_at": fact.at,
            }
            connection.execute(ADD_WAIVER, columns)
        case WaiverGranted(_, by, at, deputy_for):
            connection.execute(WAIVER, {**of, "granted_by": by, "granted_at": at, "deputy_for": deputy_for})
        case WaiverRefused(_, by, reason, at):
            connection.execute(WAIVER, {**of, "refused_by": by, "refused_reason": reason, "refused_at": at})
        case WaiverTookEffect(_, at):
            connection.execute(WAIVER, {**of, "effective_at": at})
        case WaiverExpired(_, at):
            connection.execute(WAIVER, {**of, "expired_at": at})


def _write_beside(
    connection: Connection, change: ChangeId, fact: FreezeExcepted | AskingReminded | ReminderSnoozed
) -> None:
    of = {"change_id": change, "at": fact.at}
    match fact:
        case FreezeExcepted():
            excepted = {"freeze_id": fact.freeze, "by": fact.by, "reason": fact.reason}
            connection.execute(ADD_EXCEPTION, {**of, **excepted, "deputy_for": fact.deputy_for})
        case AskingReminded(phase, round_, step, _):
            connection.execute(ADD_REMINDER, {**of, "phase": phase.value, "round": round_, "step": step})
        case ReminderSnoozed(phase, round_, person, until):
            snoozed = {"phase": phase.value, "round": round_, "person": person, "until": until}
            connection.execute(ADD_SNOOZE, {**of, **snoozed})
