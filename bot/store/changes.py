"""A change's rows, read back as the snapshot that the rules decide on."""

from typing import Final

from sqlalchemy import Connection, bindparam, func, select, update

from bot.rules.change import Change
from bot.rules.terms import ChangeId, DeploymentId
from bot.store.fact_rows import write_facts
from bot.store.models import change_numbers, changes, deployment_numbers, deployments
from bot.store.snapshots import snapshot

__all__ = ["load_change", "lock_change", "next_change_id", "next_deployment_id", "store_stage", "write_facts"]

LOAD: Final = select(changes).where(changes.c.id == bindparam("change"))

# NO KEY UPDATE: rows of other tables may go on pointing at the change while it is locked.
LOCK: Final = LOAD.with_for_update(key_share=True)


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
    return None if row is None else snapshot(connection, row)


def load_change(connection: Connection, change: ChangeId) -> Change | None:
    """The snapshot for looking at; in a read transaction all of it is of one instant."""
    row = connection.execute(LOAD, {"change": change}).one_or_none()
    return None if row is None else snapshot(connection, row)


def store_stage(  # noqa: PLR0913 - the columns are named at the call
    connection: Connection, change: ChangeId, stage: str, *, finished: bool, claims_version: bool, owes: bool
) -> None:
    """Keep what is derived for queries: the stage, whether it is an end stage, keeps the version to itself, owes something."""
    columns = {"stage": stage, "finished": finished, "claims_version": claims_version, "owes": owes}
    connection.execute(STORE_STAGE, {"b_change": change, **columns})
