"""The tables of the audit log's seals: the heads of all streams at a moment, chained from seal to seal."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, Table
from sqlalchemy.orm import Mapped, mapped_column

from bot.store.columns import Base, Number


class SealRow(Base):
    """One seal. `hash` covers the heads that moved since the seal before it, and that seal's own hash.

    `last_row` is the newest audit row that was there, `anchored` the organization's day on which it is posted.
    """

    __tablename__ = "seals"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    last_row: Mapped[int] = mapped_column(Number)
    anchored: Mapped[date | None]
    previous: Mapped[str]
    hash: Mapped[str]


class SealedHeadRow(Base):
    """The newest row of a stream when a seal was made: number and hash."""

    __tablename__ = "sealed_heads"

    seal: Mapped[int] = mapped_column(Number, ForeignKey("seals.number"))
    stream: Mapped[str]
    seq: Mapped[int] = mapped_column(Number)
    hash: Mapped[str]

    __table_args__ = (PrimaryKeyConstraint("seal", "stream"), Index(None, "stream", "seq"))


seals = cast("Table", SealRow.__table__)
sealed_heads = cast("Table", SealedHeadRow.__table__)
