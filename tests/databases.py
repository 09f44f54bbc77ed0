"""The databases that tests ask for: each test gets a fresh one, with the migrated schema, on SQLite and on PostgreSQL.

The schema is migrated once per database and test process; each test gets a copy, which takes some 15 milliseconds.
A test for one of the two only says so: ``@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)``.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgresql import Server, running_server

BOTH = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL of this test process's own."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: Server) -> str:
    """The address of that server's maintenance database, which is shared and empty: look, do not write."""
    return postgresql_server.url("postgres")


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], None]:
    """What brings an empty database to the present schema."""
    from bot.store.database import migrate as to_the_present  # noqa: PLC0415 - rules are tested without a database

    return to_the_present


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: Server, migrate: Callable[[str], None]) -> str:
    """The name of a migrated database that is only ever copied."""
    name = postgresql_server.create()
    migrate(postgresql_server.url(name))
    return name


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, migrate: Callable[[str], None]) -> Path:
    """A folder with a migrated SQLite file, and whatever SQLite keeps beside it, that is only ever copied."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate(f"sqlite:///{folder / 'countersign.sqlite'}")
    return folder


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database, with the present schema and no rows."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("migrated_sqlite"), tmp_path / "database")
        yield f"sqlite:///{tmp_path / 'database' / 'countersign.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create(template=request.getfixturevalue("migrated_postgresql"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=BOTH)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of this test's own database without any schema: for tests of the migrations themselves."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server: Server = request.getfixturevalue("postgresql_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)
