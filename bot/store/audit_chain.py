"""Proof that the audit log is as it was written, and the forgetting that leaves the proof whole."""

import json
import re
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, select

from bot.rules.terms import PersonId
from bot.store.audit import FIRST, chained
from bot.store.machinery import audit, audit_texts, directory_answers
from bot.store.reading import ChainBroken, ChainHolds
from bot.store.recorded import digest, numbered

BATCH: Final = 500
"""Rows held in memory at a time, however long the log is."""

CHAINED: Final = ("stream", "seq", "at", "act", "outcome", "through", "stage", "content", "previous")

ALL: Final = (
    select(
        audit,
        audit_texts.c.number.label("text_number"),
        audit_texts.c.salt.label("text_salt"),
        audit_texts.c.value.label("text_value"),
    )
    .outerjoin(audit_texts, audit_texts.c.audit_id == audit.c.id)
    .order_by(audit.c.stream, audit.c.seq, audit.c.id)
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


def verify(connection: Connection) -> ChainHolds | ChainBroken:
    """Read the whole log and name the first row that was edited, put in, or follows one that was taken out.

    A text that was erased is no fault; one that is not what its digest says is. Rows cut off at the end of a stream
    leave no gap, and are not seen here.
    """
    rows = streams = 0
    stream, seq, previous = "", 0, FIRST
    with connection.execute(ALL, execution_options={"yield_per": BATCH}) as found:
        for _, group in groupby(found, key=attrgetter("id")):
            parts = list(group)
            row = parts[0]
            if row.stream != stream:
                stream, seq, previous = row.stream, 0, FIRST
                streams += 1
            fault = _fault(parts, seq + 1, previous)
            if fault is not None:
                return ChainBroken(row.id, row.stream, row.seq, fault)
            rows, seq, previous = rows + 1, row.seq, row.hash
    return ChainHolds(rows, streams)


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


def _fault(parts: list[Row[Any]], seq: int, previous: str) -> str | None:
    """What is wrong with a row that should be the `seq`-th of its stream; None when nothing is."""
    row = parts[0]
    if row.seq > seq:
        return f"the row before it, number {seq} of its stream, is missing"
    if row.seq < seq:
        return f"its stream has a second row number {row.seq}"
    if row.previous != previous:
        return "it does not follow from the row before it"
    if chained({name: getattr(row, name) for name in CHAINED}) != row.hash:
        return "it is not as it was written"
    digests = dict(numbered(json.loads(row.content)))
    for part in parts:
        if part.text_number is not None and digests.get(part.text_number) != digest(
            part.text_salt, part.text_value
        ):
            return f"its text number {part.text_number} is not what was written"
    return None
