"""The tables of the audit log's seals: the heads of all streams at a moment, chained from seal to seal."""

from sqlalchemy import Column, Date, Index, PrimaryKeyConstraint, Table

from bot.store.columns import Number, large_number, metadata, moment, reference, text

seals = Table(
    "seals",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=False),
    moment("at"),
    large_number("last_row"),
    Column("anchored", Date, nullable=True),
    text("previous"),
    text("hash"),
)
"""One seal. `hash` covers the heads that moved since the seal before it, and that seal's own hash.

`last_row` is the newest audit row that was there, `anchored` the organization's day on which it is posted.
"""

sealed_heads = Table(
    "sealed_heads",
    metadata,
    reference("seal", "seals.number"),
    text("stream"),
    large_number("seq"),
    text("hash"),
    PrimaryKeyConstraint("seal", "stream"),
    Index(None, "stream", "seq"),
)
"""The newest row of a stream when a seal was made: number and hash."""
