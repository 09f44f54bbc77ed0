"""A database with a million deployments, deadlines or audit rows: a small log is written and copied over and over in SQL."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Table, func, insert, literal, select, text

from bot.store.database import Database
from bot.store.models import approvals, changes, deployments, verifications, windows
from tests.store.a_long_log import write_long_log

LOG: Final = (changes, windows, approvals, deployments, verifications)
ENVIRONMENTS: Final = 3
"""A change of the long log has a deployment in each."""
SEED: Final = 3_000
NUMBERS: Final = {"changes": "id", "deployments": "id", "verifications": "id"}
"""Tables with numbers of their own; the others are keyed by their change."""


def long_log(database: Database, deployment_count: int) -> None:
    """At least so many deployments, a third as many changes, and what belongs to them."""
    write_long_log(database, min(SEED, deployment_count))
    with database.write() as connection:
        while (
            connection.execute(select(func.count()).select_from(deployments)).scalar_one() < deployment_count
        ):
            _double(connection, LOG)
    analyze(database)


def analyze(database: Database) -> None:
    """Let the database know what it has, as its own housekeeping would in time."""
    with database.write() as connection:
        connection.execute(text("ANALYZE"))


def _double(connection: Connection, tables: Sequence[Table]) -> None:
    beyond = connection.execute(select(func.max(changes.c.id))).scalar_one()
    for table in tables:
        own = NUMBERS.get(table.name)
        top = connection.execute(select(func.max(table.c[own]))).scalar_one() if own else 0
        columns = [
            literal(top) + column
            if column.name == own
            else literal(beyond) + column
            if column.name == "change_id"
            else column
            for column in table.c
        ]
        connection.execute(insert(table).from_select([column.name for column in table.c], select(*columns)))
