from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.rules.terms import ChangeId, Words
from bot.store import company_models, hotfix_models, machinery, models
from bot.store.audit import AuditEntry, entries_of, record
from bot.store.audit_chain import verify
from bot.store.changes import load_change, write_facts
from bot.store.columns import metadata
from bot.store.database import CHECKOUT, Database, migrate, open_database
from bot.store.reading import ChainHolds
from tests.store.facts_at_random import BEN, MONDAY, PRODUCTION, approval, request
from tests.store.hotfix_facts_at_random import declared
from tests.store.hotfix_facts_of_each_kind import HOTFIX_PRELUDE, ONE_OF_EACH_HOTFIX

TABLES = (models, company_models, hotfix_models, machinery)
ONE, TWO = ChangeId(1), ChangeId(2)


def configured(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["url"] = url
    return config


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_the_migrated_schema_is_the_models_schema(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_alembic_itself_finds_no_difference(database_url: str) -> None:
    command.check(configured(database_url))


def test_the_way_up_leads_down_again_and_up_once_more(empty_database_url: str) -> None:
    migrate(empty_database_url)
    made = tables(empty_database_url)
    assert made == {*metadata.tables, "alembic_version"}
    command.downgrade(configured(empty_database_url), "base")
    assert tables(empty_database_url) == {"alembic_version"}
    migrate(empty_database_url)
    assert tables(empty_database_url) == made


def test_the_release_before_and_back_leaves_other_rows_and_the_log_as_they_were(database_url: str) -> None:
    opened = open_database(database_url)
    try:
        with opened.write() as connection:
            write_facts(connection, ONE, [*HOTFIX_PRELUDE, *ONE_OF_EACH_HOTFIX], production=PRODUCTION)
            write_facts(connection, TWO, [request(2, version="4.13.0"), approval(1)], production=PRODUCTION)
            record(connection, declared_in_the_log())
            before, guarded = load_change(connection, TWO), triggers(connection)
        command.downgrade(configured(database_url), "0003")
        assert "hotfixes" not in tables(database_url)
        command.upgrade(configured(database_url), "head")
        with opened.write() as connection:
            assert load_change(connection, TWO) == before
            assert triggers(connection) == guarded
            assert isinstance(verify(connection), ChainHolds)
            (read,) = entries_of(connection, "CHG-1", limit=10)
            assert read.facts == (declared(),), "the log still has what the rows of the hotfix said"
            write_facts(connection, ChangeId(3), [declared(3, version="5")], production=PRODUCTION)
        with pytest.raises(DBAPIError, match="audit"), opened.write() as connection:
            connection.execute(text("UPDATE audit SET act = 'approve'"))
    finally:
        opened.dispose()


def triggers(connection: Connection) -> set[str]:
    """The names of what guards the log."""
    catalog = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    found = set(connection.execute(text(catalog[connection.dialect.name])).scalars())
    assert found
    return found


def declared_in_the_log() -> AuditEntry:
    return AuditEntry(
        stream="CHG-1",
        act="declare_hotfix",
        outcome="done",
        person=BEN,
        roles=(),
        through="slack",
        at=MONDAY,
        facts=(declared(),),
        clauses=(),
        said=Words("You declared the hotfix."),
        stage="declared",
    )


def test_migrating_a_migrated_database_changes_nothing(database_url: str) -> None:
    migrate(database_url)


def test_migrating_needs_no_particular_working_directory(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    migrate(empty_database_url)
    assert "changes" in tables(empty_database_url)


def test_replicas_that_start_together_migrate_once(
    empty_database_url: str, in_processes: Callable[[str, int], list[int]]
) -> None:
    program = f"from bot.store.database import migrate; migrate({empty_database_url!r})"
    assert in_processes(program, 3) == [0, 0, 0]


def test_every_constraint_has_a_name_so_that_it_can_be_dropped(database: Database) -> None:
    with database.read() as connection:
        found = inspect(connection)
        nameless = [
            (table, constraint)
            for table in metadata.tables
            for constraint in [
                *found.get_unique_constraints(table),
                *found.get_foreign_keys(table),
                found.get_pk_constraint(table),
            ]
            if not constraint["name"]
        ]
    assert nameless == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_numbers_come_from_sequences(database: Database) -> None:
    with database.read() as connection:
        named = connection.execute(text("SELECT sequencename FROM pg_sequences")).scalars()
        assert {"change_numbers", "deployment_numbers"} <= set(named)
