"""Seals of the audit log: every few minutes the heads of the streams that moved are hashed, together with the seal before.

A chain of rows cannot show that its newest ones were cut off, nor that a stream is missing whole. A seal can, and whoever
keeps one seal's hash elsewhere – the audit channel gets one a day – has kept everything before it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Select,
    String,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    text,
    type_coerce,
)

from bot.store.audit import FIRST, canonical
from bot.store.columns import stored_instant
from bot.store.machinery import audit
from bot.store.reading import Anchor, SealBroken, SealsHold
from bot.store.seal_models import sealed_heads, seals

SEAL_LOCK: Final = 7_140_144
"""PostgreSQL's advisory lock under which seals are made; the number must only stay the same."""
BATCH: Final = 500

NEWEST: Final = select(seals).order_by(seals.c.number.desc()).limit(2)
ANCHORED: Final = select(func.max(seals.c.anchored))
LAST_ROW: Final = select(func.max(audit.c.id))
_LATER: Final = audit.alias()
MOVED: Final = (
    select(audit.c.stream, audit.c.seq, audit.c.hash)
    .where(
        audit.c.id > bindparam("after"),
        ~select(_LATER.c.id).where(_LATER.c.stream == audit.c.stream, _LATER.c.seq > audit.c.seq).exists(),
        ~select(sealed_heads.c.seal)
        .where(sealed_heads.c.stream == audit.c.stream, sealed_heads.c.seq == audit.c.seq)
        .exists(),
    )
    .order_by(audit.c.stream)
)
ADD: Final = insert(seals)
ADD_HEADS: Final = insert(sealed_heads)
LOCK: Final = text("SELECT pg_advisory_xact_lock(:lock)")
STORED: Final = ("at", "anchored")
"""Read as they are stored where seals are checked: what is no time must not end the reading."""
EVERY_SEAL: Final[Select[Any]] = (
    select(
        *(column for column in seals.c if column.name not in STORED),
        *(type_coerce(seals.c[name], String).label(name) for name in STORED),
        sealed_heads.c.stream,
        sealed_heads.c.seq,
        sealed_heads.c.hash.label("head"),
    )
    .outerjoin(sealed_heads, sealed_heads.c.seal == seals.c.number)
    .order_by(seals.c.number, sealed_heads.c.stream)
)
LOST: Final[Select[Any]] = (
    select(sealed_heads, audit.c.hash.label("found"))
    .join(seals, seals.c.number == sealed_heads.c.seal)
    .outerjoin(audit, and_(audit.c.stream == sealed_heads.c.stream, audit.c.seq == sealed_heads.c.seq))
    .where(or_(audit.c.hash.is_(None), audit.c.hash != sealed_heads.c.hash, audit.c.id > seals.c.last_row))
    .order_by(sealed_heads.c.seal, sealed_heads.c.stream)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal: its number, when it was made (business time), its hash, and for which day it is posted, if for one."""

    number: int
    at: datetime
    hash: str
    anchored: date | None


def seal(connection: Connection, now: datetime, today: date) -> Seal | None:
    """Seal what happened since the last seal; None where nothing did. The first of a day is that day's anchor.

    An act may commit after a seal with a smaller row number than the seal's newest: so each looks back to the seal before
    the last, which is longer than any transaction lives.
    """
    if connection.dialect.name == "postgresql":  # on SQLite a write transaction is alone anyway
        connection.execute(LOCK, {"lock": SEAL_LOCK})
    newest = connection.execute(NEWEST).all()
    after = newest[1].last_row if len(newest) > 1 else 0
    moved = connection.execute(MOVED, {"after": after}).all()
    if not moved:
        return None
    number, previous = (newest[0].number + 1, newest[0].hash) if newest else (1, FIRST)
    last = connection.execute(ANCHORED).scalar()
    anchored = today if last is None or last < today else None
    heads = [(row.stream, row.seq, row.hash) for row in moved]
    columns = {
        "number": number,
        "at": now,
        "last_row": connection.execute(LAST_ROW).scalar_one(),
        "anchored": anchored,
        "previous": previous,
    }
    made = {**columns, "hash": sealed(columns, heads)}
    connection.execute(ADD, made)
    rows = [{"seal": number, "stream": stream, "seq": seq, "hash": head} for stream, seq, head in heads]
    connection.execute(ADD_HEADS, rows)
    return Seal(number, now, made["hash"], anchored)


def newest_at(connection: Connection) -> datetime | None:
    """When the newest seal was made, in business time; None before the first."""
    found = connection.execute(NEWEST).first()
    return None if found is None else found.at


def sealed(columns: dict[str, Any], heads: Sequence[tuple[str, int, str]]) -> str:
    """The hash over a seal's columns, the heads that moved, and the seal before: SHA-256, in hexadecimal."""
    at: datetime = columns["at"]
    anchored: date | None = columns["anchored"]
    covered = {
        **columns,
        "at": at.astimezone(UTC).isoformat(),
        "anchored": None if anchored is None else anchored.isoformat(),
        "heads": [list(head) for head in heads],
    }
    return hashlib.sha256(canonical(covered).encode()).hexdigest()


def verify_seals(connection: Connection, anchor: Anchor | None = None) -> SealsHold | SealBroken:
    """Check every seal against the one before it and against the log; with `anchor` also against a seal that somebody kept.

    To be asked once the chains themselves hold: then a stream's sealed row vouches for all rows before it.
    """
    number, previous = 0, FIRST
    anchored = anchor is None
    for row, heads in _seals(connection):
        if row.number != number + 1:
            return SealBroken(number + 1, "it is missing")
        if row.previous != previous or not _is_as_made(row, heads):
            return SealBroken(row.number, "it is not as it was made")
        if anchor and row.number == anchor.number:
            if row.hash != anchor.hash:
                return SealBroken(row.number, "it is not the one that was kept")
            anchored = True
        number, previous = row.number, row.hash
    if not anchored and anchor:
        return SealBroken(anchor.number, "it is missing")
    lost = connection.execute(LOST).one_or_none()
    if lost is not None:
        return SealBroken(lost.seal, f"{lost.stream}, entry {lost.seq}, which it covers, {_lost_how(lost)}")
    return SealsHold(number)


def _lost_how(row: Row[Any]) -> str:
    if row.found is None:
        return "is missing"
    return "has another number" if row.found == row.hash else "is another"


def _is_as_made(row: Row[Any], heads: Sequence[tuple[str, int, str]]) -> bool:
    columns = {name: getattr(row, name) for name in ("number", "last_row", "previous")}
    try:
        kept = None if row.anchored is None else date.fromisoformat(str(row.anchored))
        made: str = sealed({**columns, "at": stored_instant(row.at), "anchored": kept}, heads)
    except (TypeError, ValueError):
        return False
    return made == str(row.hash)


def _seals(connection: Connection) -> Iterator[tuple[Row[Any], list[tuple[str, int, str]]]]:
    with connection.execute(EVERY_SEAL, execution_options={"yield_per": BATCH}) as found:
        for _, group in groupby(found, key=attrgetter("number")):
            rows = list(group)
            yield rows[0], [(row.stream, row.seq, row.head) for row in rows if row.stream is not None]
