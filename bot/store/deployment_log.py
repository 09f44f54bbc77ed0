"""The log of deployments: pages of it, newest first, and all of it in batches, oldest first (G-LOG-1).

Both go by the deployments' numbers, from one to the next, so that a deep page costs what the first one costs and a long
log takes no more memory than a short one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, literal_column, or_, select

from bot.rules.change import Outcome
from bot.rules.filters import DeploymentFilter, DeploymentState
from bot.rules.logged import LoggedDeployment
from bot.rules.terms import NO_WORDS, DeploymentId, PersonId, ServiceName, Words
from bot.store.hotfix_models import hotfixes
from bot.store.models import changes, deployments
from bot.store.reading import DeploymentCursor, DeploymentPage
from bot.store.snapshots import snapshots

BATCH: Final = 200
"""How many deployments are read at a time, each with all of its change."""

LOOKED_AT_MOST: Final = 1000
"""How many deployments are looked at for a page of those that deviate; the next page looks on from there."""

RUNNING: Final[ColumnElement[bool]] = literal_column("deployments.outcome IS NULL")
FAILED: Final[ColumnElement[bool]] = literal_column("deployments.outcome IN ('failed', 'failed_untouched')")
ROLLBACKS: Final[ColumnElement[bool]] = literal_column("deployments.rolls_back IS NOT NULL")
"""As the partial indexes spell it: SQLite uses one only where the words are the same."""

STATES: Final[Mapping[DeploymentState, ColumnElement[bool]]] = {
    DeploymentState.RUNNING: RUNNING,
    DeploymentState.FAILED: FAILED,
    DeploymentState.SUCCEEDED: deployments.c.outcome == Outcome.SUCCEEDED.value,
}
LINE: Final = (
    deployments.c.id,
    deployments.c.change_id,
    deployments.c.finished_by,
    deployments.c.notes,
)
Line = Row[*tuple[Any, ...]]
LINES: Final = select(*LINE).where(deployments.c.id.in_(bindparam("ids", expanding=True)))
CHANGES: Final = select(changes).where(changes.c.id.in_(bindparam("ids", expanding=True)))
ANY_CHANGE: Final = select(changes.c.id).where(changes.c.service == bindparam("service")).limit(1)


def page(
    connection: Connection, wanted: DeploymentFilter, cursor: DeploymentCursor | None, size: int
) -> DeploymentPage:
    """The numbers of one page, newest first."""
    found = connection.execute(_ids(wanted, cursor, size + 1)).scalars().all()
    more = len(found) > size
    ids = tuple(sorted((DeploymentId(number) for number in found[:size]), reverse=True))
    if cursor is not None and cursor.newer:
        return DeploymentPage(ids, newer=more, older=True)
    return DeploymentPage(ids, newer=cursor is not None, older=more)


def page_of_those(
    connection: Connection,
    wanted: DeploymentFilter,
    cursor: DeploymentCursor | None,
    size: int,
    fits: Callable[[LoggedDeployment], bool],
) -> DeploymentPage:
    """The same of those that fit, which only the rules can say: each deployment is read with its change, and asked about."""
    newer = cursor is not None and cursor.newer
    found: list[DeploymentId] = []
    looked_to, ended = cursor, False
    for _ in range(LOOKED_AT_MOST // BATCH):
        ids = [
            DeploymentId(each) for each in connection.execute(_ids(wanted, looked_to, BATCH)).scalars().all()
        ]
        found += [each.deployment.id for each in of_ids(connection, ids) if fits(each)]
        ended = len(ids) < BATCH
        if ended or len(found) > size:
            break
        looked_to = DeploymentCursor(ids[-1], newer=newer)
    more = len(found) > size or not ended
    ids = sorted(found[:size], reverse=True)
    goes_on = looked_to if more and len(found) <= size else None
    if newer:
        return DeploymentPage(tuple(ids), newer=more, older=True, looked_to=goes_on)
    return DeploymentPage(tuple(ids), newer=cursor is not None, older=more, looked_to=goes_on)


def of_ids(connection: Connection, ids: Sequence[DeploymentId]) -> tuple[LoggedDeployment, ...]:
    """These deployments with their changes, in this order."""
    found = {row.id: row for row in connection.execute(LINES, {"ids": list(ids)})}
    return _logged(connection, [found[number] for number in ids if number in found])


def batches(
    connection: Connection, wanted: DeploymentFilter, size: int = BATCH
) -> Iterator[tuple[LoggedDeployment, ...]]:
    """All deployments that are wanted, by their numbers, the oldest first.

    In a read transaction all of it is of one instant, however long the caller takes.
    """
    last = 0
    query = select(*LINE).where(*_conditions(wanted)).order_by(deployments.c.id).limit(size)
    while rows := connection.execute(query.where(deployments.c.id > last)).all():
        yield _logged(connection, rows)
        last = rows[-1].id


def knows_service(connection: Connection, service: ServiceName) -> bool:
    """Whether there was ever a change of a service, which the organization's file may no longer have."""
    return connection.execute(ANY_CHANGE, {"service": service}).one_or_none() is not None


def _logged(connection: Connection, rows: Sequence[Line]) -> tuple[LoggedDeployment, ...]:
    numbers = list(dict.fromkeys(row.change_id for row in rows))
    found = connection.execute(CHANGES, {"ids": numbers}).all()
    of_number = {change.id: change for change in snapshots(connection, found)}
    return tuple(
        LoggedDeployment(
            of_number[row.change_id],
            next(each for each in of_number[row.change_id].deployments if each.id == row.id),
            None if row.finished_by is None else PersonId(row.finished_by),
            NO_WORDS if row.notes is None else Words(row.notes),
        )
        for row in rows
    )


def _ids(wanted: DeploymentFilter, cursor: DeploymentCursor | None, limit: int) -> Select[int]:
    query = select(deployments.c.id).where(*_conditions(wanted)).limit(limit)
    if cursor is None:
        return query.order_by(deployments.c.id.desc())
    if cursor.newer:
        return query.where(deployments.c.id > cursor.beside).order_by(deployments.c.id)
    return query.where(deployments.c.id < cursor.beside).order_by(deployments.c.id.desc())


def _conditions(wanted: DeploymentFilter) -> list[Any]:
    found = _about_changes(wanted)
    if wanted.services:
        found.append(deployments.c.service.in_(sorted(wanted.services)))
    if wanted.environments:
        found.append(deployments.c.environment.in_(sorted(wanted.environments)))
    if len(wanted.states) == 1:
        found += [STATES[state] for state in wanted.states]
    elif wanted.states:
        found.append(or_(*(STATES[state] for state in sorted(wanted.states))))
    if wanted.only_rollbacks:
        found.append(ROLLBACKS)
    if wanted.started_by is not None:
        found.append(deployments.c.started_by == wanted.started_by)
    if wanted.since is not None:
        found.append(deployments.c.started_at >= wanted.since)
    if wanted.before is not None:
        found.append(deployments.c.started_at < wanted.before)
    return found


def _about_changes(wanted: DeploymentFilter) -> list[Any]:
    found: list[Any] = []
    if wanted.types:
        of_type = select(changes.c.id).where(changes.c.type.in_(sorted(wanted.types)))
        found.append(deployments.c.change_id.in_(of_type))
    if wanted.only_declared:
        found.append(deployments.c.change_id.in_(select(hotfixes.c.change_id)))
    return found
