"""Proof that the audit log is as it was written, and the forgetting that leaves the proof whole."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, String, bindparam, delete, select, type_coerce

from bot.rules.terms import PersonId
from bot.store.audit import FIRST, chained
from bot.store.columns import stored_instant
from bot.store.machinery import audit, audit_texts, directory_answers
from bot.store.reading import ChainBroken, ChainHolds
from bot.store.recorded import digest, is_salt, pointer, pointers

BATCH: Final = 500
"""Rows held in memory at a time, however long the log is."""

TEXTS: Final = "audit_texts"
"""What is named instead of a stream where a text has no row."""

NOT_AS_WRITTEN: Final = "it is not as it was written"

CHAINED: Final = ("stream", "seq", "at", "act", "outcome", "through", "stage", "content", "previous")

Text = tuple[int, str, bool, str]
"""Number and salt of an erasable text, whether it is a person's id, and what it says."""

ALL: Final[Select[*tuple[Any, ...]]] = select(
    audit.c.id,
    audit.c.hash,
    # As it is stored: what is no time must not end the reading.
    *(type_coerce(audit.c.at, String) if name == "at" else audit.c[name] for name in CHAINED),
).order_by(audit.c.stream, audit.c.seq, audit.c.id)
OF_ROWS: Final = select(
    audit_texts.c.audit_id,
    audit_texts.c.number,
    audit_texts.c.salt,
    audit_texts.c.person,
    audit_texts.c.value,
).where(audit_texts.c.audit_id.in_(bindparam("rows", expanding=True)))
OF_NO_ROW: Final = (
    select(audit_texts.c.audit_id, audit_texts.c.number)
    .outerjoin(audit, audit.c.id == audit_texts.c.audit_id)
    .where(audit.c.id.is_(None))
    .order_by(audit_texts.c.audit_id, audit_texts.c.number)
    .limit(1)
)
NAMING: Final = (
    select(audit.c.id, audit.c.content, audit_texts.c.number)
    .join(audit_texts, audit_texts.c.audit_id == audit.c.id)
    .where(audit_texts.c.person, audit_texts.c.value == bindparam("person"))
)
MENTIONING: Final = select(audit_texts.c.audit_id, audit_texts.c.number, audit_texts.c.value).where(
    ~audit_texts.c.person, audit_texts.c.value.contains(bindparam("mention"), autoescape=False)
)
NAME: Final = select(directory_answers.c.name).where(directory_answers.c.person == bindparam("person"))
FORGET_ANSWER: Final = delete(directory_answers).where(directory_answers.c.person == bindparam("b_person"))
ERASE_ID: Final = (
    delete(audit_texts)
    .where(audit_texts.c.person, audit_texts.c.value == bindparam("b_person"))
    .returning(audit_texts.c.number)
)
ERASE_WORDS: Final = (
    delete(audit_texts)
    .where(audit_texts.c.audit_id == bindparam("b_row"), ~audit_texts.c.person)
    .returning(audit_texts.c.number)
)
ERASE_ONE: Final = delete(audit_texts).where(
    audit_texts.c.audit_id == bindparam("b_row"), audit_texts.c.number == bindparam("b_number")
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is found: its number, its hash, the columns that this covers by name, and those of its texts that are left."""

    id: int
    hash: str
    covered: dict[str, Any]
    texts: list[Text]


def verify(connection: Connection) -> ChainHolds | ChainBroken:
    """Read the whole log and name the first row that was edited, put in, or follows one that was taken out.

    A text that was erased is no fault; one that is not what its digest says is, and one of a row that is not there. Rows
    cut off at the end of a stream leave no gap, and are not seen here.
    """
    rows = streams = number = 0
    stream, seq, previous = "", 0, FIRST
    for entry in _entries(connection):
        covered = entry.covered
        if covered["stream"] != stream:
            stream, seq, previous, number = covered["stream"], 0, FIRST, 0
            streams += 1
        try:
            fault = _fault(entry, seq + 1, previous, number) or _texts_fault(entry)
        except (TypeError, ValueError):
            fault = NOT_AS_WRITTEN
        if fault is not None:
            return ChainBroken(entry.id, stream, covered["seq"], fault)
        rows, seq, previous, number = rows + 1, covered["seq"], entry.hash, entry.id
    stray = connection.execute(OF_NO_ROW).one_or_none()
    if stray is not None:
        return ChainBroken(
            stray.audit_id, TEXTS, stray.number, "the row that this text belongs to is missing"
        )
    return ChainHolds(rows, streams)


def _entries(connection: Connection) -> Iterator[Entry]:
    """Every row with its texts, stream by stream. They are read beside it: a join would bring its long content once for each.

    Both are taken apart by place: asking SQLAlchemy's rows for a column by its name costs as much as a digest.
    """
    with connection.execute(ALL, execution_options={"yield_per": BATCH}) as found:
        for batch in found.partitions():
            texts: dict[int, list[Text]] = {row[0]: [] for row in batch}
            for of, number, salt, person, value in connection.execute(OF_ROWS, {"rows": list(texts)}):
                texts[of].append((number, salt, person, value))
            for row, row_hash, *covered in batch:
                yield Entry(row, row_hash, dict(zip(CHAINED, covered, strict=True)), texts[row])


def forget(connection: Connection, person: PersonId) -> int:
    """Erase a person's id, what they typed and every text that names them from the log; return how many texts went.

    The digests stay, so the chain still holds. What the directory said about the person goes, too.
    """
    erased = 0
    name = connection.execute(NAME, {"person": person}).scalar_one_or_none()
    for row, content, number in connection.execute(NAMING, {"person": person}).all():
        actor = json.loads(content)["person"]
        if actor is not None and actor["text"] == number:
            erased += len(connection.execute(ERASE_WORDS, {"b_row": row}).all())
    erased += len(connection.execute(ERASE_ID, {"b_person": person}).all())
    for mention in filter(None, (person, name)):
        erased += _erase_mentions(connection, mention)
    connection.execute(FORGET_ANSWER, {"b_person": person})
    return erased


def _erase_mentions(connection: Connection, mention: str) -> int:
    """Erase the texts in which an id or name stands as words of its own: forgetting Al erases no "also"."""
    as_words = re.compile(rf"(?<!\w){re.escape(mention)}(?!\w)")
    mentioning = connection.execute(MENTIONING, {"mention": mention}).all()
    found = [
        {"b_row": row.audit_id, "b_number": row.number} for row in mentioning if as_words.search(row.value)
    ]
    if found:
        connection.execute(ERASE_ONE, found)
    return len(found)


def _fault(entry: Entry, seq: int, previous: str, number: int) -> str | None:
    """What is wrong with a row that should be the `seq`-th of its stream, after the row `number`; None when nothing is.

    Raises:
        TypeError, ValueError: a column holds what is never written there.
    """
    covered = entry.covered
    if covered["seq"] > seq:
        return f"the row before it, number {seq} of its stream, is missing"
    if covered["seq"] < seq:
        return f"its stream has a second row number {covered['seq']}"
    if covered["previous"] != previous:
        return "it does not follow from the row before it"
    if chained({**covered, "at": stored_instant(covered["at"])}) != entry.hash:
        return NOT_AS_WRITTEN
    if entry.id <= number:
        return "it has the number of an earlier row"
    return None


def _texts_fault(entry: Entry) -> str | None:
    """What is wrong with the texts that are left of a row whose content is as it was written; None when nothing is."""
    there = pointers(entry.covered["content"])
    for number, salt, person, value in entry.texts:
        if pointer(digest(salt, value), number) not in there or not is_salt(salt, person=person):
            return f"its text number {number} is not what was written"
    return None
