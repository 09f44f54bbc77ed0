"""Everything that somebody with write access can do to the rows of the audit log and its seals, one thing at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, Final

from sqlalchemy import Connection, text

from bot.store.audit import FIRST, chained
from bot.store.audit_chain import CHAINED
from bot.store.seals import sealed
from tests.faults.kept_log import Cells, Log, read_log

TABLES: Final = {
    "audit": ("id",),
    "audit_texts": ("audit_id", "number"),
    "seals": ("number",),
    "sealed_heads": ("seal", "stream"),
}


class Skill(Enum):
    """What the attacker computes anew, so that it fits what they changed."""

    NOTHING = "nothing"
    CHAIN = "the hashes of the rows"
    SEALS = "the hashes of the rows and of the seals"


@dataclass(frozen=True)
class Tampering:
    """One thing that is done. `do` may break a constraint of the database, and then it cannot be done."""

    name: str
    do: Callable[[Connection], None]
    skill: Skill = Skill.NOTHING


def every_tampering(log: Log) -> Iterator[Tampering]:
    """All of them, for a log that reads so."""
    yield from _edits(log)
    yield from _removals(log)
    yield from _insertions(log)
    yield from _rewritings(log)


def _edits(log: Log) -> Iterator[Tampering]:
    """Each cell of each row of each table, once for each other value that is tried."""
    tables = {"audit": log.rows, "audit_texts": log.texts, "seals": log.seals, "sealed_heads": log.heads}
    for table, rows in tables.items():
        for row in rows:
            where = {name: row[name] for name in TABLES[table]}
            for column, value in row.items():
                for other in _others(column, value, log):
                    name = f"{table} {tuple(where.values())}: {column} becomes {other!r:.40}"
                    yield Tampering(name, _setter(table, where, {column: other}))
    for one in log.texts:
        where = {name: one[name] for name in TABLES["audit_texts"]}
        moved = {"salt": one["salt"] + one["value"][:2], "value": one["value"][2:]}
        yield Tampering(
            f"letters of {tuple(where.values())} move to its salt", _setter("audit_texts", where, moved)
        )
        back = {"salt": one["salt"][:-2], "value": one["salt"][-2:] + one["value"]}
        yield Tampering(
            f"salt of {tuple(where.values())} moves to its value", _setter("audit_texts", where, back)
        )


def _others(column: str, value: Any, log: Log) -> list[Any]:  # noqa: ANN401 - a cell holds anything
    if column in {"hash", "previous", "salt"}:
        return ["f" + value[1:] if value[0] != "f" else "0" + value[1:], ""]
    if column in {"at", "anchored"} and not isinstance(value, str):
        step = timedelta(days=1) if column == "anchored" else timedelta(microseconds=1)
        return (
            [value + step, None if column == "anchored" else value - step] if value else [date(2026, 12, 9)]
        )
    if column == "at":
        return [value[:-1] + "1", value[:10], "never"]
    if column == "content":
        return [value + " ", value.replace('"digest":"', '"digest":"0', 1) + "", "", "[" * 9]
    if isinstance(value, bool) or column == "person":
        return [not value]
    if isinstance(value, int):
        return sorted({value + 1, value + 1000, max(0, value - 1)} - {value})
    if column == "stream":
        return sorted({row["stream"] for row in log.rows} | {"CHG-9", "a"} - {value})
    return ["", "approve", f"{value}\u200b"] if value is not None else ["2026-12-09"]


def _setter(table: str, where: Cells, to: Cells) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        sets = ", ".join(f"{name} = :new_{name}" for name in to)
        places = " AND ".join(f"{name} = :{name}" for name in where)
        values = {**where, **{f"new_{name}": value for name, value in to.items()}}
        connection.execute(text(f"UPDATE {table} SET {sets} WHERE {places}"), values)  # noqa: S608 - our own names

    return do


def _delete(connection: Connection, *rows: Cells) -> None:
    for row in rows:
        connection.execute(text("DELETE FROM audit_texts WHERE audit_id = :id"), {"id": row["id"]})
        connection.execute(text("DELETE FROM audit WHERE id = :id"), {"id": row["id"]})


def _shift(connection: Connection, row: Cells, by: int) -> None:
    """Renumber the rows of its stream that come after it, one by one, so that no two have the same number."""
    after = text("SELECT id FROM audit WHERE stream = :stream AND seq > :seq ORDER BY seq")
    found = connection.execute(after, {"stream": row["stream"], "seq": row["seq"]}).scalars().all()
    for each in found if by < 0 else reversed(found):
        connection.execute(text("UPDATE audit SET seq = seq + :by WHERE id = :id"), {"by": by, "id": each})


def _removals(log: Log) -> Iterator[Tampering]:
    for row in log.rows:
        place = f"{row['stream']} {row['seq']}"
        tail = [each for each in log.rows if each["stream"] == row["stream"] and each["seq"] >= row["seq"]]
        yield Tampering(f"{place} is deleted", lambda to, row=row: _delete(to, row))  # type: ignore[misc]
        yield Tampering(
            f"{place} is deleted, its texts stay",
            lambda to, row=row: to.execute(text("DELETE FROM audit WHERE id = :id"), {"id": row["id"]}),  # type: ignore[misc]
        )
        yield Tampering(f"from {place} on all is cut off", lambda to, tail=tail: _delete(to, *tail))  # type: ignore[misc]
        for skill in Skill:
            yield Tampering(f"{place} is deleted, the rest renumbered", _removal(row), skill)
    for stream in {row["stream"] for row in log.rows}:
        whole = [row for row in log.rows if row["stream"] == stream]
        for skill in Skill:
            yield Tampering(f"{stream} is removed whole", _removal(*whole), skill)
    yield Tampering("everything is removed", lambda to: _delete(to, *log.rows))
    for seal in log.seals:
        for last in {seal["number"], len(log.seals)}:
            yield Tampering(
                f"seals {seal['number']} to {last} are removed", _seal_removal(seal["number"], last)
            )
    for head in log.heads:
        gone = "DELETE FROM sealed_heads WHERE seal = :seal AND stream = :stream"
        yield Tampering(
            f"head {head['seal']} {head['stream']} is removed",
            lambda to, head=head, gone=gone: to.execute(text(gone), head),  # type: ignore[misc]
        )


def _removal(*rows: Cells) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        _delete(connection, *rows)
        for row in rows:
            _shift(connection, row, -1)

    return do


def _seal_removal(first: int, last: int) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        for table, column in (("sealed_heads", "seal"), ("seals", "number")):
            gone = f"DELETE FROM {table} WHERE {column} BETWEEN :first AND :last"  # noqa: S608 - our own names
            connection.execute(text(gone), {"first": first, "last": last})

    return do


def _insertions(log: Log) -> Iterator[Tampering]:
    for row in log.rows:
        place = f"{row['stream']} {row['seq']}"
        for skill in Skill:
            yield Tampering(f"after {place} one is put in, the rest renumbered", _insertion(row), skill)
        follower = log.by_place.get((row["stream"], row["seq"] + 1))
        if follower:
            for skill in Skill:
                yield Tampering(f"{place} and the next are swapped", _swap(row, follower), skill)


def _insertion(row: Cells) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        _shift(connection, row, 1)
        copy = {**row, "id": 9000, "seq": row["seq"] + 1, "act": "approve", "previous": row["hash"]}
        places = ", ".join(f":{name}" for name in copy)
        connection.execute(text(f"INSERT INTO audit ({', '.join(copy)}) VALUES ({places})"), copy)  # noqa: S608 - our own names

    return do


def _swap(one: Cells, other: Cells) -> Callable[[Connection], None]:
    def do(connection: Connection) -> None:
        for row, seq in ((one, 9000), (other, one["seq"]), (one, other["seq"])):
            connection.execute(
                text("UPDATE audit SET seq = :seq WHERE id = :id"), {"seq": seq, "id": row["id"]}
            )

    return do


def _rewritings(log: Log) -> Iterator[Tampering]:
    """A row says something else, and what follows is computed anew."""
    for row in log.rows:
        for skill in (Skill.CHAIN, Skill.SEALS):
            yield Tampering(
                f"{row['stream']} {row['seq']} says another act",
                _setter("audit", {"id": row["id"]}, {"act": "approve_all"}),
                skill,
            )


def compute_anew(connection: Connection, skill: Skill) -> None:
    """Make hashes fit again; ids too, so that a stream's rows have growing ones."""
    if skill is Skill.NOTHING:
        return
    _order_ids(connection)
    seq, stream, previous = 0, "", FIRST
    for row in read_log(connection).rows:
        if row["stream"] != stream:
            seq, stream, previous = 0, row["stream"], FIRST
        seq += 1
        columns = {name: row[name] for name in CHAINED} | {"seq": seq, "previous": previous}
        found = chained({**columns, "at": _instant(row["at"])})
        _setter("audit", {"id": row["id"]}, {"seq": seq, "previous": previous, "hash": found})(connection)
        previous = found
    if skill is Skill.SEALS:
        _seal_anew(connection)


def _order_ids(connection: Connection) -> None:
    """Give the rows new numbers in the order of their streams, and their texts with them."""
    rows = read_log(connection).rows
    ids = {row["id"]: place for place, row in enumerate(rows, 1)}
    by_stream: dict[str, list[int]] = {}
    for row in rows:
        by_stream.setdefault(row["stream"], []).append(row["id"])
    ids = {old: new for each in by_stream.values() for old, new in zip(each, sorted(each), strict=True)}
    moved = {old: new for old, new in ids.items() if old != new}
    for shift in (100_000, 0):
        for old, new in moved.items():
            old_id, new_id = (old, new + shift) if shift else (new + 100_000, new)
            _setter("audit", {"id": old_id}, {"id": new_id})(connection)
            _setter("audit_texts", {"audit_id": old_id}, {"audit_id": new_id})(connection)


def _seal_anew(connection: Connection) -> None:
    log = read_log(connection)
    there, previous = log.by_place, FIRST
    newest: dict[str, int] = {}
    for stream, seq in there:
        newest[stream] = max(seq, newest.get(stream, 0))
    for seal in log.seals:
        heads, last = [], seal["last_row"]
        for head in log.heads_of(seal["number"]):
            where = {"seal": head["seal"], "stream": head["stream"]}
            if head["stream"] not in newest:
                gone = "DELETE FROM sealed_heads WHERE seal = :seal AND stream = :stream"
                connection.execute(text(gone), where)
                continue
            seq = min(head["seq"], newest[head["stream"]])
            row = there[head["stream"], seq]
            _setter("sealed_heads", where, {"seq": seq, "hash": row["hash"]})(connection)
            heads.append((head["stream"], seq, row["hash"]))
            last = max(last, row["id"])
        columns = {"number": seal["number"], "at": _instant(seal["at"]), "last_row": last}
        made = {**columns, "anchored": _day(seal["anchored"]), "previous": previous}
        found = sealed(made, heads)
        to = {"last_row": last, "previous": previous, "hash": found}
        _setter("seals", {"number": seal["number"]}, to)(connection)
        previous = found


def _instant(stored: datetime | str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored


def _day(stored: date | str | None) -> date | None:
    return date.fromisoformat(stored) if isinstance(stored, str) else stored
