"""What a database driver's errors mean to whoever wanted to record something."""

import sqlite3
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

T = TypeVar("T")

UNIQUE_VIOLATION: Final = "23505"
COLLISIONS: Final = frozenset({"40001", "40P01"})
"""A serialization failure and a deadlock: the same transaction may well succeed when begun again."""

BUSY: Final = COLLISIONS | {"55P03", "57014"}
"""…and a lock wait or a statement that took too long."""

CONNECTION_LOST: Final = frozenset({"57P01", "57P02", "57P03", "57P05", "25P03"})
"""Beside class 08: the server shut down, is starting, or ended a session that idled."""

CANNOT_BE_WRITTEN: Final = frozenset({"25006", "0A000"})
"""What a server that only stands by says: to whoever writes, and to a transaction that begins as one that may write."""

OUT_OF_RESOURCES_OR_BROKEN: Final = frozenset({"53", "58", "XX"})

SQLITE_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
SQLITE_GONE: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOMEM,
    }
)
SQLITE_UNIQUE: Final = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
PRIMARY_CODE: Final = 0xFF
"""SQLite's extended codes carry the primary one in their lowest byte."""


class DatabaseBusy(Exception):
    """A lock was not to be had in time. Nothing was recorded; asking again may work."""


class DatabaseGone(Exception):
    """The database cannot be reached or cannot be written: no connection, full disk, no permission."""


def translated(error: DBAPIError) -> DatabaseBusy | DatabaseGone | None:
    """What a driver's error means, or None when it is a mistake of ours: a violated constraint, bad SQL."""
    code = _code(error)
    if isinstance(code, int):
        return _translated_sqlite(error, code)
    if code in BUSY:
        return DatabaseBusy(_said(error))
    if _lost_connection(error, code) or code in CANNOT_BE_WRITTEN:
        return DatabaseGone(_said(error))
    if code is not None and code[:2] in OUT_OF_RESOURCES_OR_BROKEN:
        return DatabaseGone(_said(error))
    return None


def is_worth_another_try(error: BaseException) -> bool:
    """Whether the same act, begun again from its dedupe key, may succeed at once.

    So it is after a lost connection, a collision of transactions and a race for a unique key; not after a lock that
    was not to be had for 700 ms, nor on a full disk.
    """
    origin = error if isinstance(error, DBAPIError) else error.__cause__
    if not isinstance(origin, DBAPIError):
        return False
    code = _code(origin)
    if isinstance(code, int):
        return isinstance(origin, IntegrityError) and code in SQLITE_UNIQUE
    return code in COLLISIONS or code == UNIQUE_VIOLATION or _lost_connection(origin, code)


def tried_twice(attempt: Callable[[], T]) -> T:
    """Try, and once more after what is worth another try. The attempt takes its dedupe key itself, so it never doubles.

    Raises:
        DatabaseBusy, DatabaseGone: nothing was recorded.
    """
    try:
        return attempt()
    except Exception as error:
        if not is_worth_another_try(error):
            raise
        return attempt()


def _translated_sqlite(error: DBAPIError, code: int) -> DatabaseBusy | DatabaseGone | None:
    if code & PRIMARY_CODE in SQLITE_BUSY:
        return DatabaseBusy(_said(error))
    if code & PRIMARY_CODE in SQLITE_GONE:
        return DatabaseGone(_said(error))
    return None


def _lost_connection(error: DBAPIError, code: str | None) -> bool:
    if error.connection_invalidated:
        return True
    if code is None:  # psycopg's own: it could not connect, or the connection closed under it
        return type(error.orig).__name__ == "OperationalError"
    return code.startswith("08") or code in CONNECTION_LOST


def _code(error: DBAPIError) -> int | str | None:
    """SQLite's extended result code, PostgreSQL's SQLSTATE, or None where the driver has neither."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return getattr(error.orig, "sqlstate", None)


def _said(error: DBAPIError) -> str:
    """The driver's sentence, without statement and parameters: those can hold what people typed."""
    return str(error.orig)
