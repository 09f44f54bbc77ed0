"""A database with a million deployments, deadlines or audit rows: a few are written and copied over and over in SQL."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    Table,
    cast,
    func,
    insert,
    literal,
    select,
    text,
)

from bot.store.database import Database
from bot.store.machinery import deadlines
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
from tests.store.a_long_log import write_long_log

LOG: Final = (changes, windows, approvals, deployments, verifications)
"""What a long log has rows in."""
ENVIRONMENTS: Final = 3
"""A change of the long log has a deployment in each."""
OPEN: Final = (changes, reviewers, pull_requests, pull_request_authors, evidence, deadlines)
"""What a change has that waits for its code review."""
SEED: Final = 3_000
"""How many deployments are written row by row, at most."""
NUMBERED: Final = frozenset({"changes", "deployments"})
"""Tables whose numbers the database does not give out by itself on both."""


def long_log(database: Database, deployment_count: int) -> None:
    """At least so many deployments, a third as many changes, and what belongs to them."""
    seed = deployment_count
    while seed > SEED:
        seed = -(-seed // 2)
    write_long_log(database, seed + ENVIRONMENTS)
    copy_until(database, deployments, deployment_count, LOG)


def copy_until(database: Database, table: Table, count: int, tables: Sequence[Table]) -> None:
    """Copy all changes, with their rows in `tables`, until `table` has at least so many rows."""
    with database.write() as connection:
        while connection.execute(select(func.count()).select_from(table)).scalar_one() < count:
            _double(connection, tables)
    analyze(database)


def analyze(database: Database) -> None:
    """Let PostgreSQL know what it has, as its own housekeeping would in time; SQLite has none."""
    with database.write() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


def _double(connection: Connection, tables: Sequence[Table]) -> None:
    beyond = _highest(connection, changes)
    for table in tables:
        top = _highest(connection, table) if table.name in NUMBERED else 0
        names = [column.name for column in table.c if column.name != "id" or table.name in NUMBERED]
        copied = [_copied(table, name, top, beyond) for name in names]
        connection.execute(insert(table).from_select(names, select(*copied)))


def _highest(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.max(table.c.id))).scalar_one())


def _copied(table: Table, name: str, top: int, beyond: int) -> ColumnElement[Any]:
    """A change's copy has a number and a version of its own, and everything that belongs to it says so."""
    column = table.c[name]
    if name == "id":
        return literal(top) + column
    if name == "change_id":
        return literal(beyond) + column
    if name == "version":
        number = table.c.id if table is changes else table.c.change_id
        return literal("4.") + cast(literal(beyond) + number, String) + literal(".0")
    return column
