"""The audit log as it was, read by hand, and which row of a log that was tampered with is the first that is wrong.

This says anew, without the bot's own code, what `countersign audit verify` should name; hashes are nowhere computed.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text

Cells = dict[str, Any]
ROWS: Final = text("SELECT * FROM audit ORDER BY stream, seq, id")
TEXTS: Final = text("SELECT * FROM audit_texts ORDER BY audit_id, number")
SEALS: Final = text("SELECT * FROM seals ORDER BY number")
HEADS: Final = text("SELECT * FROM sealed_heads ORDER BY seal, stream")


@dataclass(frozen=True)
class Named:
    """What is to be named: a row by number, stream and entry – of a text, its row's number –, or a seal by number."""

    row: int = 0
    stream: str = ""
    entry: int = 0
    seal: int = 0


@dataclass(frozen=True)
class Log:
    """Everything in the four tables."""

    rows: list[Cells]
    texts: list[Cells]
    seals: list[Cells]
    heads: list[Cells]

    @property
    def by_place(self) -> dict[tuple[str, int], Cells]:
        """The rows by stream and place in it."""
        return {(row["stream"], row["seq"]): row for row in self.rows}

    def texts_of(self, row: int) -> dict[int, tuple[Any, ...]]:
        """A row's texts, each by its number: salt, whether it is a person's id, value."""
        mine = [one for one in self.texts if one["audit_id"] == row]
        return {one["number"]: (one["salt"], bool(one["person"]), one["value"]) for one in mine}

    def heads_of(self, seal: int) -> list[Cells]:
        """What a seal covers."""
        return [head for head in self.heads if head["seal"] == seal]


def read_log(connection: Connection) -> Log:
    """The log as it stands."""
    return Log(
        *([dict(row) for row in connection.execute(all_).mappings()] for all_ in (ROWS, TEXTS, SEALS, HEADS))
    )


def first_wrong_row(before: Log, now: Log) -> Named | None:
    """The first row of `now` that is not as it was, follows one that is gone, or was put in; None when there is none.

    A text that is gone was erased, which is allowed.
    """
    place, stream, last = 0, None, 0
    known = before.by_place
    for row in now.rows:
        if row["stream"] != stream:
            place, stream, last = 0, row["stream"], 0
        place += 1
        was = known.get((row["stream"], row["seq"]))
        same = was is not None and {**was, "id": 0} == {**row, "id": 0}
        if row["seq"] != place or not same or row["id"] <= last or not _texts_are(before, was, now, row):
            return Named(row["id"], row["stream"], row["seq"])
        last = row["id"]
    there = {row["id"] for row in now.rows}
    stray = [one for one in now.texts if one["audit_id"] not in there]
    return Named(stray[0]["audit_id"], "audit_texts", stray[0]["number"]) if stray else None


def _texts_are(before: Log, was: Cells | None, now: Log, row: Cells) -> bool:
    written = before.texts_of(was["id"]) if was else {}
    return all(written.get(number) == told for number, told in now.texts_of(row["id"]).items())


def first_wrong_seal(before: Log, now: Log, anchor: tuple[int, str] | None = None) -> Named | None:
    """The first seal that is not as it was made, is missing before another, or covers what is not there as it was.

    `anchor` is number and hash of one that was kept.
    """
    were = {seal["number"]: (seal, before.heads_of(seal["number"])) for seal in before.seals}
    for place, seal in enumerate(now.seals, 1):
        if seal["number"] != place:
            return Named(seal=place)
        if were.get(place) != (seal, now.heads_of(place)):
            return Named(seal=place)
    if anchor and anchor[0] > len(now.seals):
        return Named(seal=anchor[0])
    there = now.by_place
    for seal in now.seals:
        for head in now.heads_of(seal["number"]):
            row = there.get((head["stream"], head["seq"]))
            if row is None or row["hash"] != head["hash"] or row["id"] > seal["last_row"]:
                return Named(seal=seal["number"])
    return None
