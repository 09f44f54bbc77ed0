"""The audit log: one row per act, refused ones too, chained per stream. Written by `record`, in the act's transaction.

A change is a stream, and "workspace" is one for everything else, so that writers of different changes never wait for
each other. A row's hash covers all of it and the hash before. A stream whose newest rows were cut off still holds.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, select, text

from bot.rules.clauses import Clause
from bot.rules.company_facts import CompanyFact
from bot.rules.facts import Fact
from bot.rules.terms import ChangeId, PersonId, Role, Words, change_label
from bot.store.machinery import audit, audit_texts
from bot.store.reading import AuditOutcome, RecordedEntry
from bot.store.recorded import Json, Recorded, Texts, decode_facts, decode_text, encode_facts, encode_text

WORKSPACE: Final = "workspace"
WORKSPACE_LOCK: Final = 7_140_143
"""PostgreSQL's advisory lock of the stream that no change's row lock guards; the number must only stay the same."""

ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))

FIRST: Final = "0" * 64
"""What the first row of a stream has for the hash before."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An act to record: who, in which roles, through what ("slack", "timer"), when (business time), what came of it.

    `said` is the answer or refusal in plain words, `stage` the change's stage afterwards. `directory_age` is how many
    seconds old the directory's answer about the person was, where Slack could not be asked.
    """

    stream: str
    act: str
    outcome: AuditOutcome
    person: PersonId | None
    roles: tuple[Role, ...]
    through: str
    at: datetime
    facts: tuple[Recorded, ...]
    clauses: tuple[Clause, ...]
    said: Words | None
    stage: str
    directory_age: int | None = None


HEAD: Final = (
    select(audit.c.seq, audit.c.hash)
    .where(audit.c.stream == bindparam("stream"))
    .order_by(audit.c.seq.desc())
    .limit(1)
)
ADD: Final = insert(audit).returning(audit.c.id)
ADD_TEXTS: Final = insert(audit_texts)
LOCK: Final = text("SELECT pg_advisory_xact_lock(:lock)")
OF_STREAM: Final = (
    select(audit, audit_texts.c.number.label("text_number"), audit_texts.c.value.label("text_value"))
    .outerjoin(audit_texts, audit_texts.c.audit_id == audit.c.id)
    .where(
        audit.c.stream == bindparam("stream"),
        audit.c.seq > bindparam("after"),
        audit.c.seq <= bindparam("last"),
    )
    .order_by(audit.c.seq)
)
EVERYTHING: Final = 2**62


def change_stream(change: ChangeId) -> str:
    """The stream of a change: its label, such as CHG-142."""
    return change_label(change)


def lock_workspace(connection: Connection) -> None:
    """Let nobody else act on the company, or write to its stream, until this write transaction ends."""
    if connection.dialect.name == "postgresql":  # on SQLite a write transaction is alone anyway
        connection.execute(LOCK, {"lock": WORKSPACE_LOCK})


def record(connection: Connection, entry: AuditEntry) -> int:
    """Append an act to its stream, whose change the caller has locked, and return the new row's id."""
    if entry.stream == WORKSPACE:
        lock_workspace(connection)
    head = connection.execute(HEAD, {"stream": entry.stream}).one_or_none()
    seq, previous = (1, FIRST) if head is None else (head.seq + 1, head.hash)
    texts = Texts()
    columns = {
        "stream": entry.stream,
        "seq": seq,
        "at": entry.at,
        "act": entry.act,
        "outcome": entry.outcome,
        "through": entry.through,
        "stage": entry.stage,
        "content": canonical(_content(entry, texts)),
        "previous": previous,
    }
    row_id: int = connection.execute(ADD, {**columns, "hash": chained(columns)}).scalar_one()
    if texts.kept:
        rows = [
            {
                "audit_id": row_id,
                "number": kept.number,
                "salt": kept.salt,
                "person": kept.person,
                "value": kept.value,
            }
            for kept in texts.kept
        ]
        connection.execute(ADD_TEXTS, rows)
    return row_id


def facts_of(connection: Connection, stream: str) -> Iterator[Fact]:
    """All facts of a change's stream, oldest first: what `replay` folds into the change."""
    for entry in _entries(connection, stream, 0, EVERYTHING):
        yield from (fact for fact in entry.facts if not isinstance(fact, CompanyFact))


def entries_of(connection: Connection, stream: str, *, after: int = 0, limit: int) -> list[RecordedEntry]:
    """The next entries of a stream whose `seq` is greater than `after`, oldest first, at most `limit`."""
    return list(_entries(connection, stream, after, after + limit))


def canonical(content: Json) -> str:
    """JSON of which there is one spelling only."""
    return ENCODER.encode(content)


def chained(columns: dict[str, Any]) -> str:
    """The hash over a row's columns and the hash before: SHA-256, in hexadecimal."""
    at: datetime = columns["at"]
    covered = {**columns, "at": at.astimezone(UTC).isoformat()}
    return hashlib.sha256(canonical(covered).encode()).hexdigest()


def _content(entry: AuditEntry, texts: Texts) -> Json:
    flagged: dict[str, Json] = {} if entry.directory_age is None else {"directory_age": entry.directory_age}
    return {
        **flagged,
        "person": encode_text(entry.person, texts, person=True),
        "roles": [role.value for role in entry.roles],
        "facts": encode_facts(entry.facts, texts),
        "clauses": [clause.value for clause in entry.clauses],
        "said": encode_text(entry.said, texts, person=False),
    }


def _entries(connection: Connection, stream: str, after: int, last: int) -> Iterator[RecordedEntry]:
    found = connection.execute(OF_STREAM, {"stream": stream, "after": after, "last": last})
    for _, rows in groupby(found, key=attrgetter("seq")):
        yield _entry(list(rows))


def _entry(rows: list[Row[Any]]) -> RecordedEntry:
    row = rows[0]
    texts = {part.text_number: part.text_value for part in rows if part.text_number is not None}
    content = json.loads(row.content)
    person = decode_text(content["person"], texts)
    said = decode_text(content["said"], texts)
    return RecordedEntry(
        id=row.id,
        stream=row.stream,
        seq=row.seq,
        at=row.at,
        act=row.act,
        outcome=row.outcome,
        person=None if person is None else PersonId(person),
        roles=tuple(Role(role) for role in content["roles"]),
        through=row.through,
        facts=decode_facts(content["facts"], texts),
        clauses=tuple(Clause(clause) for clause in content["clauses"]),
        said=None if said is None else Words(said),
        stage=row.stage,
        directory_age=content.get("directory_age"),
    )
