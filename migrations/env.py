"""Runs migrations against the address given by the program, by `-x url=…`, or by DATABASE_URL, in this order."""

import os

from alembic import context
from sqlalchemy import Connection, text

from bot.store import company_models, hotfix_models, machinery, models, seal_models
from bot.store.columns import metadata
from bot.store.database import MIGRATION_WAIT, open_database

MIGRATION_LOCK = 7_140_142
"""Replicas that start together migrate one after the other; the number means nothing and must only stay the same."""

TABLES = (models, company_models, hotfix_models, machinery, seal_models)
"""Imported for what importing them does: their tables join the metadata."""


def _address() -> str:
    given = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    address = given or os.environ.get("DATABASE_URL")
    if not address:
        raise SystemExit("Which database? Set DATABASE_URL, or pass -x url=sqlite:///countersign.sqlite")
    return str(address)


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _migrate() -> None:
    if context.is_offline_mode():
        raise SystemExit("Migrations look at the database that they change; there is no offline mode.")
    database = open_database(_address(), lock_wait=MIGRATION_WAIT, statement_limit=MIGRATION_WAIT)
    try:
        with database.write() as connection:
            _run(connection)
    finally:
        database.dispose()


_migrate()
