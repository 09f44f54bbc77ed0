"""Facts as rows: one fact is an INSERT, or an UPDATE of the columns that stand for the present.

What is written here, read back by `changes`, equals what `facts.apply` folds; a test holds both to it.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.rules.change import Span
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
    RequestFact,
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
from bot.rules.folding import declared, requested
from bot.rules.hotfix_facts import HotfixDeclared, HotfixFact
from bot.rules.production_facts import ProductionFact
from bot.rules.terms import ApprovalStage, ChangeId, EnvironmentName, Role
from bot.store.hotfix_facts_as_rows import write_hotfix_fact, write_issue, write_spoken
from bot.store.models import (
    approvals,
    changes,
    evidence,
    freeze_exceptions,
    reminders,
    snoozes,
    verifications,
    waivers,
    windows,
)
from bot.store.production_rows import write_production_fact
from bot.store.request_rows import add_change, revise

THIS: Final = changes.c.id == bindparam("b_change")
CHANGE: Final = update(changes).where(THIS)
"""Sets the columns that it is executed with."""

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
        if isinstance(fact, ProductionFact):
            write_production_fact(connection, change, fact, production)
        elif isinstance(fact, HotfixDeclared):
            add_change(connection, declared(fact))
            write_issue(connection, fact)
        elif isinstance(fact, HotfixFact):
            write_hotfix_fact(connection, change, fact)
        else:
            _write(connection, change, fact)


def _write(connection: Connection, change: ChangeId, fact: RequestFact) -> None:
    match fact:
        case ChangeRequested():
            add_change(connection, requested(fact))
        case EvidenceRecorded():
            _record_evidence(connection, change, fact)
        case ApprovalGiven() | ApprovalVoided() | ApprovalTakenBack():
            _write_approval(connection, change, fact)
        case VersionVerified():
            _verify(connection, change, fact)
        case ChangeRevised():
            revise(connection, change, fact)
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
        case _:
            _write_beside(connection, change, fact)


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
    if fact.spoken:
        write_spoken(connection, change, fact.number, fact.spoken)


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
