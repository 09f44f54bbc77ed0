"""Questions of pages, commands and forms: frozen dataclasses out, nothing loads a table."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, and_, bindparam, func, or_, select, text

from bot.rules.change import Approval, Change, Outcome, RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.life import UNSTARTED, Stage
from bot.rules.setting import Neighbors
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    ChangeType,
    DeploymentId,
    PersonId,
    Role,
    ServiceName,
    Words,
)
from bot.store import audit, changes, directory_answers
from bot.store.columns import past_its_index
from bot.store.hotfix_models import verbal_approvals
from bot.store.models import approvals, deployments, verifications
from bot.store.models import changes as change_rows
from bot.store.reading import ChangeLine, LastRequest, RecordedEntry

T = TypeVar("T")
U = TypeVar("U")
NUMBERED: Final = re.compile(r"(?:#|chg-?)?(\d{1,18})", re.IGNORECASE)
MOST_WITH_ONE_VERSION: Final = 20
LATER_THAN_ANY: Final = 2**62

LINE: Final = (
    change_rows.c.id,
    change_rows.c.service,
    change_rows.c.version,
    change_rows.c.requester,
    change_rows.c.stage,
    change_rows.c.finished,
    change_rows.c.requested_at,
)
BY_NUMBER: Final = select(*LINE).where(change_rows.c.id == bindparam("number"))
BY_VERSION: Final = (
    select(*LINE)
    .where(change_rows.c.version == bindparam("version"))
    .order_by(change_rows.c.id.desc())
    .limit(MOST_WITH_ONE_VERSION)
)
LATEST: Final = (
    select(
        change_rows.c.id,
        change_rows.c.version,
        change_rows.c.requester,
        change_rows.c.plan_text,
        change_rows.c.plan_pretested,
        change_rows.c.plan_pretest,
    )
    .where(change_rows.c.service == bindparam("service"))
    .order_by(change_rows.c.id.desc())
    .limit(1)
)
TO_PRODUCTION: Final = text("deployments.production")
"""As the indexes of deployments to production spell it: only then does SQLite use them."""
RUNNING: Final = (
    select(deployments.c.change_id, deployments.c.id)
    .where(
        deployments.c.service == bindparam("service"),
        TO_PRODUCTION,
        deployments.c.outcome.is_(None),
        deployments.c.change_id != bindparam("except_change"),
    )
    .limit(1)
)
UNFINISHED: Final = (
    select(change_rows.c.id)
    .where(
        change_rows.c.service == bindparam("service"),
        change_rows.c.version == bindparam("version"),
        change_rows.c.claims_version,
        change_rows.c.id != bindparam("except_change"),
    )
    .limit(1)
)
FAILED: Final = (
    select(verifications.c.id)
    .join(change_rows, change_rows.c.id == verifications.c.change_id)
    .where(
        verifications.c.version == bindparam("version"),
        change_rows.c.service == bindparam("service"),
        ~verifications.c.passed,
    )
    .limit(1)
)
IN_PRODUCTION: Final = (
    select(deployments.c.change_id, deployments.c.version)
    .where(
        deployments.c.service == bindparam("service"),
        TO_PRODUCTION,
        deployments.c.outcome == Outcome.SUCCEEDED.value,
    )
    .order_by(deployments.c.id.desc())
    .limit(1)
)
OWN: Final = (
    select(func.max(deployments.c.id))
    .where(
        deployments.c.change_id == bindparam("except_change"),
        TO_PRODUCTION,
        deployments.c.version == bindparam("version"),
        deployments.c.rolls_back.is_(None),
    )
    .scalar_subquery()
)
"""The change's own newest deployment of the version to production."""
BEFORE_IT: Final = IN_PRODUCTION.where(
    deployments.c.version != bindparam("version"),
    deployments.c.id < func.coalesce(OWN, LATER_THAN_ANY),
)
HOTFIXED_BY: Final = (
    select(change_rows.c.id, change_rows.c.version)
    .where(
        change_rows.c.service == bindparam("service"),
        change_rows.c.id > bindparam("except_change"),
        change_rows.c.stage == Stage.DONE.value,
        change_rows.c.type == ChangeType.HOTFIX.value,
    )
    .order_by(change_rows.c.id.desc())
    .limit(1)
)
SUPERSEDED_BY: Final = (
    select(change_rows.c.id)
    .where(
        change_rows.c.service == bindparam("service"),
        change_rows.c.id > bindparam("except_change"),
        change_rows.c.stage == Stage.DONE.value,
        past_its_index(change_rows.c.type)
        == select(change_rows.c.type).where(change_rows.c.id == bindparam("except_change")).scalar_subquery(),
    )
    .order_by(change_rows.c.id.desc())
    .limit(1)
)
DISPUTED: Final = (
    select(approvals)
    .join(
        verbal_approvals,
        and_(
            verbal_approvals.c.change_id == approvals.c.change_id,
            verbal_approvals.c.number == approvals.c.number,
        ),
    )
    .add_columns(verbal_approvals.c.disputed_at, verbal_approvals.c.dispute)
    .join(change_rows, change_rows.c.id == approvals.c.change_id)
    .where(
        past_its_index(change_rows.c.service) == bindparam("service"),
        verbal_approvals.c.version == bindparam("version"),
        verbal_approvals.c.disputed_at.is_not(None),
        or_(approvals.c.change_id != bindparam("except_change"), approvals.c.voided_at.is_not(None)),
    )
    .order_by(approvals.c.change_id, approvals.c.number)
)
"""The change's own are in its snapshot, but a void one is there as void: whoever gives the version up and takes it again, or
names other pull requests, would be rid of it."""
OLDER_UNSTARTED: Final = (
    select(change_rows.c.id)
    .where(
        change_rows.c.service == bindparam("service"),
        change_rows.c.type.in_(bindparam("types", expanding=True)),
        change_rows.c.id < bindparam("change"),
        ~change_rows.c.finished,
        change_rows.c.stage.in_([each.value for each in UNSTARTED]),
    )
    .order_by(change_rows.c.id)
)
NEIGHBORS: Final = select(
    RUNNING.with_only_columns(deployments.c.change_id).scalar_subquery().label("deploying_change"),
    RUNNING.with_only_columns(deployments.c.id).scalar_subquery().label("deploying"),
    UNFINISHED.scalar_subquery().label("same_version"),
    FAILED.scalar_subquery().label("failed_verification"),
    IN_PRODUCTION.with_only_columns(deployments.c.version).scalar_subquery().label("in_production"),
    IN_PRODUCTION.with_only_columns(deployments.c.change_id).scalar_subquery().label("put_there_by"),
    BEFORE_IT.with_only_columns(deployments.c.version).scalar_subquery().label("before_it"),
    SUPERSEDED_BY.scalar_subquery().label("superseded_by"),
    HOTFIXED_BY.with_only_columns(change_rows.c.id).scalar_subquery().label("hotfix"),
    HOTFIXED_BY.with_only_columns(change_rows.c.version).scalar_subquery().label("hotfix_version"),
    DISPUTED.exists().label("disputed"),
)
"""All of it in one go: a change is acted on far more often than any of this is so."""
NO_CHANGE: Final = 0
"""Numbers begin at one."""


def change_lines_for(connection: Connection, said: str) -> list[ChangeLine]:
    """The changes that a person may mean by `142`, `#142`, `CHG-142` or `4.12.0`: the number first, then newest first."""
    wanted = said.strip()
    found = list(connection.execute(BY_VERSION, {"version": wanted}))
    number = NUMBERED.fullmatch(wanted)
    if number is not None:
        found = [*connection.execute(BY_NUMBER, {"number": int(number[1])}), *found]
    return list({line.id: line for line in map(change_line, found)}.values())


def change_line(row: Row[*tuple[Any, ...]]) -> ChangeLine:
    """A row of the columns of `LINE`."""
    return ChangeLine(
        id=ChangeId(row.id),
        service=ServiceName(row.service),
        version=row.version,
        requester=PersonId(row.requester),
        stage=row.stage,
        finished=row.finished,
        requested_at=row.requested_at,
    )


def change_ids_for(connection: Connection, said: str) -> list[ChangeId]:
    """Like `change_lines_for`, the numbers only."""
    return [line.id for line in change_lines_for(connection, said)]


def latest_of_service(connection: Connection, service: ServiceName) -> LastRequest | None:
    """The service's newest change, for the next request's form; None before its first."""
    row = connection.execute(LATEST, {"service": service}).one_or_none()
    if row is None:
        return None
    plan = RollbackPlan(Words(row.plan_text), row.plan_pretested, Words(row.plan_pretest))
    return LastRequest(ChangeId(row.id), row.version, PersonId(row.requester), plan)


def neighbors(
    connection: Connection, service: ServiceName, version: str, *, except_change: ChangeId | None = None
) -> Neighbors:
    """What the service's other changes say about a version. A failed verification counts in whatever change it stands.

    For a verdict that holds, ask in the write transaction that acts on it.
    """
    asked = {"service": service, "version": version, "except_change": except_change or NO_CHANGE}
    found = connection.execute(NEIGHBORS, asked).one()
    disputed = connection.execute(DISPUTED, asked) if found.disputed else ()
    return Neighbors(
        deploying=_both(ChangeId, found.deploying_change, DeploymentId, found.deploying),
        same_version=_maybe(ChangeId, found.same_version),
        failed_verification=bool(found.failed_verification),
        in_production=found.in_production,
        put_there_by=_maybe(ChangeId, found.put_there_by),
        before_it=found.before_it,
        superseded_by=_maybe(ChangeId, found.superseded_by),
        hotfixed_by=_both(ChangeId, found.hotfix, str, found.hotfix_version),
        disputed=tuple(map(_disputed, disputed)),
    )


def _maybe(kind: Callable[[Any], T], value: object) -> T | None:
    return None if value is None else kind(value)


def _both(
    first: Callable[[Any], T], one: object, second: Callable[[Any], U], other: object
) -> tuple[T, U] | None:
    return None if one is None else (first(one), second(other))


def _disputed(row: Row[Any]) -> Approval:
    """A disputed word on another change, or a void one on this: whose, in which roles, when and in which words disputed."""
    return Approval(
        number=row.number,
        row=Clause(row.row),
        stage=ApprovalStage(row.stage),
        person=PersonId(row.person),
        roles=frozenset(Role(role) for role in row.roles.split()),
        at=row.at,
        disputed_at=row.disputed_at,
        dispute=Words(row.dispute),
    )


def older_unstarted(
    connection: Connection, done: Change, types: Collection[ChangeType] = ()
) -> list[ChangeId]:
    """The older changes of a change's service and type, or of these types, that have not started in production, oldest first."""
    wanted = {
        "service": done.service,
        "types": [each.value for each in types or (done.type,)],
        "change": done.id,
    }
    return [ChangeId(found) for found in connection.execute(OLDER_UNSTARTED, wanted).scalars()]


def change(connection: Connection, number: ChangeId) -> Change | None:
    """A change's snapshot, for looking at."""
    return changes.load_change(connection, number)


def timeline(
    connection: Connection, number: ChangeId, *, after: int = 0, limit: int = 100
) -> list[RecordedEntry]:
    """The next entries of a change's audit stream whose `seq` is greater than `after`, oldest first."""
    return audit.entries_of(connection, audit.change_stream(number), after=after, limit=limit)


def names(connection: Connection, people: Collection[PersonId]) -> Mapping[PersonId, str]:
    """The names of those of these people whom the directory ever named."""
    return directory_answers.names(connection, people)
