"""One database, SQLite or PostgreSQL, behind two doors: a write transaction and a read-only snapshot.

Whoever waits for a lock waits 700 ms and no longer, so that a person reads "nothing was recorded, press again" within
Slack's three seconds. On SQLite writers queue on a lock in this process first: fair enough, and far steadier than
SQLite's own busy handler, which is left to arbitrate between processes only.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.failures import DatabaseBusy, DatabaseGone, is_worth_another_try, translated
from bot.store.turns import Turns

__all__ = [
    "Database",
    "DatabaseBusy",
    "DatabaseGone",
    "is_worth_another_try",
    "migrate",
    "open_database",
]

CHECKOUT: Final = Path(__file__).resolve().parents[2]

LOCK_WAIT: Final = timedelta(milliseconds=700)
STATEMENT_LIMIT: Final = timedelta(seconds=5)
IDLE_LIMIT: Final = timedelta(seconds=30)
WHOLE_LOG: Final = timedelta(hours=2)
"""How long one statement may take, or whoever reads may pause, where a command goes through the whole log."""
MIGRATION_WAIT: Final = timedelta(minutes=1)

WAIT_OPTION: Final = "sqlite_lock_wait_ms"


class Database:
    """The engine of one database. Safe to share between threads; `dispose` closes its connections."""

    def __init__(self, writer: Engine, reader: Engine, lock_wait: timedelta) -> None:
        self._writer = writer
        self._reader = reader
        self._lock_wait = lock_wait.total_seconds()
        self._turn = Turns() if writer.dialect.name == "sqlite" else None
        self._is_disposed = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Begin a write transaction; commit at the end, or roll back when the block raises.

        Raises:
            DatabaseBusy: a lock was not to be had in time, or two transactions collided. Nothing was recorded.
            DatabaseGone: the database cannot be reached or written. Nothing was recorded, unless the connection
                broke during the commit itself: then a second try finds its dedupe key taken.
        """
        started = time.monotonic()
        with _plainly(), self._waiting_for_the_turn(), self._connected(self._writer) as connection:
            left = max(0.0, self._lock_wait - (time.monotonic() - started))
            connection.execution_options(**{WAIT_OPTION: int(left * 1000)})
            with connection.begin():
                yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Look at one snapshot of the database; writing through this connection is refused.

        Raises:
            DatabaseBusy: no connection was free in time.
            DatabaseGone: the database cannot be reached.
        """
        with _plainly(), self._connected(self._reader) as connection, connection.begin():
            yield connection

    def dispose(self) -> None:
        """Close the connections that are not in use; the others close when they are given back."""
        self._is_disposed = True
        self._writer.dispose()
        self._reader.dispose()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        pool = engine.pool
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            if self._is_disposed:
                # The engine has another pool by now, and what was given back to this one would stay open.
                pool.dispose()

    @contextmanager
    def _waiting_for_the_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._lock_wait):
            raise DatabaseBusy("another writer did not finish in time")
        try:
            yield
        finally:
            self._turn.release()


def open_database(
    url: str,
    *,
    lock_wait: timedelta = LOCK_WAIT,
    statement_limit: timedelta = STATEMENT_LIMIT,
    idle_limit: timedelta = IDLE_LIMIT,
) -> Database:
    """Open the database at an address such as `sqlite:///countersign.sqlite` or `postgresql+psycopg://…`.

    Connects lazily: an unreachable database shows at the first transaction. `statement_limit` is how long a statement may
    take, `idle_limit` how long a transaction may wait for its next one; SQLite, which nobody else waits for, has neither.

    Raises:
        ValueError: the address is of neither database, or of an SQLite database in memory, which threads cannot share.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        return _open_sqlite(address, lock_wait)
    return _open_postgresql(address, lock_wait, statement_limit, idle_limit)


def migrate(url: str) -> None:
    """Bring the database at this address to the present schema, from whatever working directory."""
    # Alembic is imported where it is used: a bot that runs, and a command that reads, never need it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(CHECKOUT / "migrations").replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, "head")


def _address(url: str) -> URL:
    """The address with its driver named; hosting providers hand out `postgres://`, which SQLAlchemy does not know."""
    if url.startswith("postgres://"):
        url = f"postgresql://{url.removeprefix('postgres://')}"
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    if address.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise ValueError(f"{address.drivername} is neither sqlite nor postgresql+psycopg")
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise ValueError("an SQLite database needs a file: sqlite:///countersign.sqlite")
    return address


def _open_sqlite(address: URL, lock_wait: timedelta) -> Database:
    """Two pools on one file: a single connection that writes, and several that cannot."""
    wait_ms = int(lock_wait.total_seconds() * 1000)

    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver's own transactions begin late and deferred; with None, the begin hooks below decide.
        connection.isolation_level = None
        for pragma in (f"busy_timeout = {wait_ms}", "journal_mode = WAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")

    def prepare_reader(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        prepare(connection, entry)
        connection.execute("PRAGMA query_only = ON")

    def begin_write(connection: Connection) -> None:
        left = connection.get_execution_options().get(WAIT_OPTION, wait_ms)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {left}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def begin_read(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    wait = lock_wait.total_seconds()
    writer = create_engine(address, hide_parameters=True, pool_size=1, max_overflow=0, pool_timeout=wait)
    reader = create_engine(address, hide_parameters=True, pool_size=10, max_overflow=10, pool_timeout=wait)
    event.listen(writer, "connect", prepare)
    event.listen(writer, "begin", begin_write)
    event.listen(reader, "connect", prepare_reader)
    event.listen(reader, "begin", begin_read)
    return Database(writer, reader, lock_wait)


def _open_postgresql(
    address: URL, lock_wait: timedelta, statement_limit: timedelta, idle_limit: timedelta
) -> Database:
    limits = {
        # It counts for each lock, and a row for which somebody waits already takes two: the place in the queue, and the row.
        "lock_timeout": lock_wait / 2,
        "statement_timeout": statement_limit,
        "idle_in_transaction_session_timeout": idle_limit,
    }
    options = [f"-c {name}={int(limit.total_seconds() * 1000)}" for name, limit in limits.items()]
    writer = create_engine(
        address,
        connect_args={"options": " ".join([*options, "-c timezone=UTC"]), "connect_timeout": 2},
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=10,
        pool_timeout=lock_wait.total_seconds(),
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(writer, reader, lock_wait)


@contextmanager
def _plainly() -> Iterator[None]:
    """Raise what a driver says as one of the two things that a caller can act on; leave the rest as it is."""
    try:
        yield
    except DBAPIError as error:
        plain = translated(error)
        if plain is None:
            raise
        raise plain from error
    except PoolTimeoutError as error:
        raise DatabaseBusy("no connection to the database was free in time") from error
