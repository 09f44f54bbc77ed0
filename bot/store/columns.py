"""What the tables of the store are made of: where they are listed, how constraints are named, the columns and their types.

A column made here must be filled, unless it says `nullable=True`.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
)
from sqlalchemy import text as sql
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a later migration can drop it on both databases."""

metadata = MetaData(naming_convention=NAMES)
"""All tables, by name, once the modules that spell them are imported."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Stored as UTC on both databases and read back aware, UTC; a naive value is refused.

    SQLite keeps it as text of fixed width without a zone, which sorts as time does.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC.

        Raises:
            ValueError: the value names no zone, so nobody knows which instant it is.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone is no instant: {value.isoformat()}")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From UTC, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def stored_instant(stored: datetime | str) -> datetime:
    """An instant as the driver has it, aware, UTC: SQLite's is text, `2026-12-07 09:30:00.000000`.

    Raises:
        ValueError: it is not as `UtcDateTime` writes it.
    """
    if isinstance(stored, datetime):
        return stored.astimezone(UTC)
    read = datetime.fromisoformat(stored)
    if read.tzinfo is not None or stored != read.isoformat(" ", "microseconds"):
        raise ValueError(f"this is no instant: {stored}")
    return read.replace(tzinfo=UTC)


Number = BigInteger().with_variant(Integer(), "sqlite")
"""A row's id: 64 bits on both; SQLite numbers rows by itself only in a column that it knows as INTEGER."""


def reference(name: str, to: str, *, nullable: bool = False) -> Column[int]:
    """The number of a row of another table, `to` being spelled `changes.id`."""
    return Column(name, Number, ForeignKey(to), nullable=nullable)


def large_number(name: str, *, nullable: bool = False) -> Column[int]:
    """A whole number of 64 bits, as rows are numbered with."""
    return Column(name, Number, nullable=nullable)


def number(name: str, *, nullable: bool = False) -> Column[int]:
    """A whole number of 32 bits."""
    return Column(name, Integer, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[str]:
    """Text of any length."""
    return Column(name, String, nullable=nullable)


def flag(name: str) -> Column[bool]:
    """True or false."""
    return Column(name, Boolean, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    """An instant, aware, UTC."""
    return Column(name, UtcDateTime, nullable=nullable)


def index_where(name: str, where: str, *columns: str, unique: bool = False) -> Index:
    """An index of those rows only of which `where` is true. SQLite uses it where a query spells that the same."""
    return Index(name, *columns, unique=unique, sqlite_where=sql(where), postgresql_where=sql(where))


def past_its_index(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same text, spelled so that no database looks for it by the column's index.

    For conditions that many rows meet: SQLite counts nothing beforehand, and would walk them all.
    """
    return column.concat("")
