"""A change's rows, read back as the snapshot that the rules decide on."""

from typing import Any, Final

from sqlalchemy import Connection, Row, Table, and_, bindparam, func, select, update

from bot.rules.change import (
    Approval,
    Change,
    CounterProposal,
    Deployment,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    Returned,
    ReturnedBecause,
    RollbackPlan,
    Span,
    Verification,
    Window,
    WindowEnd,
    Withdrawn,
)
from bot.rules.clauses import Clause
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    EnvironmentName,
    PersonId,
    Role,
    ServiceName,
    Words,
)
from bot.store.fact_rows import write_facts
from bot.store.models import (
    approvals,
    change_numbers,
    changes,
    deployment_numbers,
    deployments,
    evidence,
    pull_request_authors,
    pull_requests,
    reviewers,
    verifications,
    windows,
)

__all__ = ["load_change", "lock_change", "next_change_id", "next_deployment_id", "store_stage", "write_facts"]

Found = Row[Any]

LOAD: Final = select(changes).where(changes.c.id == bindparam("change"))

# NO KEY UPDATE: rows of other tables may go on pointing at the change while it is locked.
LOCK: Final = LOAD.with_for_update(key_share=True)


def _of_change(table: Table) -> Any:  # noqa: ANN401 - a Select of whatever columns the table has
    return select(table).where(table.c.change_id == bindparam("change"))


REVIEWERS: Final = (
    select(reviewers.c.person)
    .where(reviewers.c.change_id == bindparam("change"), reviewers.c.removed_at.is_(None))
    .order_by(reviewers.c.position)
)
PULL_REQUESTS: Final = (
    select(pull_requests.c.position, pull_requests.c.reference, pull_request_authors.c.person)
    .outerjoin(
        pull_request_authors,
        and_(
            pull_request_authors.c.change_id == pull_requests.c.change_id,
            pull_request_authors.c.revision == pull_requests.c.revision,
            pull_request_authors.c.position == pull_requests.c.position,
        ),
    )
    .where(pull_requests.c.change_id == bindparam("change"), pull_requests.c.removed_at.is_(None))
    .order_by(pull_requests.c.position, pull_request_authors.c.author_position)
)
NEWEST_EVIDENCE: Final = (
    select(func.max(evidence.c.id))
    .where(
        evidence.c.change_id == bindparam("change"), evidence.c.version_number == bindparam("version_number")
    )
    .group_by(evidence.c.kind)
)
EVIDENCE: Final = select(evidence.c.kind, evidence.c.state, evidence.c.text).where(
    evidence.c.id.in_(NEWEST_EVIDENCE)
)
APPROVALS: Final = _of_change(approvals).order_by(approvals.c.number)
VERIFICATIONS: Final = _of_change(verifications).order_by(verifications.c.id)
DEPLOYMENTS: Final = _of_change(deployments).order_by(deployments.c.id)
WINDOWS: Final = _of_change(windows).order_by(windows.c.number)

HIGHEST_CHANGE: Final = select(func.coalesce(func.max(changes.c.id), 0))
HIGHEST_DEPLOYMENT: Final = select(func.coalesce(func.max(deployments.c.id), 0))
NEXT_CHANGE: Final = select(change_numbers.next_value())
NEXT_DEPLOYMENT: Final = select(deployment_numbers.next_value())

STORE_STAGE: Final = update(changes).where(changes.c.id == bindparam("b_change"))


def next_change_id(connection: Connection) -> ChangeId:
    """A number for a new change, never handed out twice. Call it in a write transaction, and only when it is needed."""
    if (
        connection.dialect.name == "sqlite"
    ):  # the write lock is held: nobody else can read the same highest number
        return ChangeId(connection.execute(HIGHEST_CHANGE).scalar_one() + 1)
    return ChangeId(connection.execute(NEXT_CHANGE).scalar_one())


def next_deployment_id(connection: Connection) -> DeploymentId:
    """A number for a new deployment; otherwise like `next_change_id`."""
    if connection.dialect.name == "sqlite":
        return DeploymentId(connection.execute(HIGHEST_DEPLOYMENT).scalar_one() + 1)
    return DeploymentId(connection.execute(NEXT_DEPLOYMENT).scalar_one())


def lock_change(connection: Connection, change: ChangeId) -> Change | None:
    """The snapshot, and nobody else can act on the change until this write transaction ends; None if there is none."""
    row = connection.execute(LOCK, {"change": change}).one_or_none()
    return None if row is None else _snapshot(connection, row)


def load_change(connection: Connection, change: ChangeId) -> Change | None:
    """The snapshot for looking at; in a read transaction all of it is of one instant."""
    row = connection.execute(LOAD, {"change": change}).one_or_none()
    return None if row is None else _snapshot(connection, row)


def store_stage(connection: Connection, change: ChangeId, stage: str, *, finished: bool) -> None:
    """Keep the derived stage for queries, and whether it is an end stage, which frees the version for another change."""
    connection.execute(STORE_STAGE, {"b_change": change, "stage": stage, "finished": finished})


def _snapshot(connection: Connection, row: Found) -> Change:
    of = {"change": row.id}
    noted = connection.execute(EVIDENCE, {**of, "version_number": row.version_number})
    return Change(
        id=ChangeId(row.id),
        service=ServiceName(row.service),
        type=ChangeType(row.type),
        requester=PersonId(row.requester),
        deployer=PersonId(row.deployer),
        version=row.version,
        requested_at=row.requested_at,
        reviewers=tuple(PersonId(person) for (person,) in connection.execute(REVIEWERS, of)),
        pull_requests=_pull_requests(connection, of),
        plan=RollbackPlan(Words(row.plan_text), row.plan_pretested, Words(row.plan_pretest)),
        wished=None if row.wished_start is None else Span(row.wished_start, row.wished_end),
        wished_reason=Words(row.wished_reason),
        evidence={
            EvidenceKind(kind): Evidence(EvidenceKind(kind), EvidenceState(state), Words(text))
            for kind, state, text in noted
        },
        approvals=tuple(_approval(found) for found in connection.execute(APPROVALS, of)),
        verifications=tuple(_verification(found) for found in connection.execute(VERIFICATIONS, of)),
        deployments=tuple(_deployment(found) for found in connection.execute(DEPLOYMENTS, of)),
        windows=tuple(_window(found) for found in connection.execute(WINDOWS, of)),
        counter=_counter(row),
        returned=_returned(row),
        withdrawn=_withdrawn(row),
        revision=row.revision,
        code_round=row.code_round,
        version_number=row.version_number,
        production_round=row.production_round,
    )


def _pull_requests(connection: Connection, of: dict[str, int]) -> tuple[PullRequest, ...]:
    authors: dict[tuple[int, str], list[PersonId]] = {}
    for position, reference, person in connection.execute(PULL_REQUESTS, of):
        named = authors.setdefault((position, reference), [])
        if person is not None:
            named.append(PersonId(person))
    return tuple(PullRequest(Words(reference), tuple(people)) for (_, reference), people in authors.items())


def _approval(row: Found) -> Approval:
    return Approval(
        number=row.number,
        row=Clause(row.row),
        stage=ApprovalStage(row.stage),
        person=PersonId(row.person),
        roles=frozenset(Role(role) for role in row.roles.split()),
        at=row.at,
        voided_at=row.voided_at,
    )


def _verification(row: Found) -> Verification:
    return Verification(
        row.version, Role(row.role), PersonId(row.person), row.passed, Words(row.notes), row.at
    )


def _deployment(row: Found) -> Deployment:
    return Deployment(
        id=DeploymentId(row.id),
        environment=EnvironmentName(row.environment),
        version=row.version,
        attested=row.attested,
        started_by=PersonId(row.started_by),
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        window_end=row.window_end,
        nudged=row.nudged,
        escalated_at=row.escalated_at,
        overran_at=row.overran_at,
        healthy_by=None if row.healthy_by is None else PersonId(row.healthy_by),
        healthy_at=row.healthy_at,
    )


def _window(row: Found) -> Window:
    return Window(
        number=row.number,
        span=Span(row.starts_at, row.ends_at),
        submitted_at=row.submitted_at,
        reason=Words(row.reason),
        ended=None if row.ended is None else WindowEnd(row.ended),
    )


def _counter(row: Found) -> CounterProposal | None:
    if row.counter_by is None:
        return None
    return CounterProposal(Span(row.counter_start, row.counter_end), PersonId(row.counter_by))


def _returned(row: Found) -> Returned | None:
    if row.returned_because is None:
        return None
    because = ReturnedBecause(row.returned_because)
    return Returned(because, PersonId(row.returned_by), Words(row.returned_reason), row.returned_at)


def _withdrawn(row: Found) -> Withdrawn | None:
    if row.withdrawn_by is None:
        return None
    return Withdrawn(PersonId(row.withdrawn_by), Words(row.withdrawn_reason), row.withdrawn_at)
