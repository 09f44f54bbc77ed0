"""The export as somebody would write it by hand: a driver's cursor, the same joins, the same cells. Only deviations, which rules tell, stay empty."""

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from bot.export.cells import COLUMNS, FORMULA_BEGINS
from bot.rules.terms import PersonId, Role

BATCH: Final = 200
EVERYTHING: Final = """
SELECT d.id, d.change_id, d.service, c.type, d.version, d.environment, d.attested, d.rolls_back, d.outcome, c.requester,
  d.started_by, d.started_at, d.finished_by, d.finished_at, d.notes, d.healthy_by, d.healthy_at, d.escalated_at,
  d.settled_by, w.starts_at, w.ends_at, w.submitted_at, w.reason
FROM deployments d JOIN changes c ON c.id = d.change_id
LEFT JOIN windows w ON w.change_id = d.change_id AND w.ends_at = d.window_end
  AND d.started_at BETWEEN w.starts_at AND w.ends_at
ORDER BY d.id
"""
BESIDE: Final = {
    "approvals": 'SELECT change_id, "row", stage, person, roles, at, voided_at FROM approvals WHERE change_id IN ({}) ORDER BY change_id, number',
    "verifications": "SELECT change_id, version, role, person, passed, notes, at FROM verifications WHERE change_id IN ({}) ORDER BY id",
    "rollbacks": "SELECT change_id, rolls_back, id FROM deployments WHERE change_id IN ({}) AND rolls_back IS NOT NULL ORDER BY id",
    "waivers": "SELECT * FROM waivers WHERE change_id IN ({}) ORDER BY change_id, number",
    "exceptions": "SELECT * FROM freeze_exceptions WHERE change_id IN ({}) ORDER BY change_id, at",
    "observations": "SELECT * FROM observations WHERE change_id IN ({}) ORDER BY change_id, number",
    "hotfixes": "SELECT * FROM hotfixes WHERE change_id IN ({})",
}
STAGES: Final = {
    "development": frozenset[str](),
    "staging": frozenset({"code", "staging"}),
    "production": frozenset({"code", "staging", "production"}),
}
NOT_BY_HAND: Final = frozenset({"deviation_codes", "deviations"})
LABELS: Final = {role.value: role.label for role in Role}

Beside = Mapping[str, Mapping[int, list[Sequence[Any]]]]


def export_by_hand(url: str, names: Mapping[PersonId, str], output: Path) -> int:
    """Write the log as CSV; returns how many lines. It knows only what `tests.store.a_long_log` has.

    Raises:
        RuntimeError: the log has more than that.
    """
    is_sqlite = url.startswith("sqlite")
    people = {str(person): f"{name} ({person})" for person, name in names.items()}
    with output.open("w", encoding="utf-8", newline="") as out, closing(_connect(url)) as connection:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        found = connection.cursor() if is_sqlite else connection.cursor("log")
        found.execute(EVERYTHING)
        count = 0
        while rows := found.fetchmany(BATCH):
            beside = _beside(connection, {row[1] for row in rows}, "?" if is_sqlite else "%s")
            if any(beside[name] for name in ("waivers", "exceptions", "observations", "hotfixes")):
                raise RuntimeError("the log by hand knows no such rows")
            writer.writerows(_cells(row, beside, people) for row in rows)
            count += len(rows)
    return count


def _connect(url: str) -> Any:  # noqa: ANN401 - the drivers' connections have no common type
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url.replace("+psycopg", ""), options="-c timezone=UTC")


def _beside(connection: Any, numbers: Iterable[int], mark: str) -> Beside:  # noqa: ANN401 - as above
    wanted = tuple(numbers)
    marks = ", ".join([mark] * len(wanted))
    found: dict[str, dict[int, list[Sequence[Any]]]] = {}
    for name, query in BESIDE.items():
        of_change = found.setdefault(name, defaultdict(list))
        for row in connection.execute(query.format(marks), wanted):
            of_change[row[0]].append(row)
    return found


def _cells(row: Sequence[Any], beside: Beside, people: Mapping[str, str]) -> list[str]:
    (number, change, service, kind, version, environment, attested, rolls_back, outcome, requester) = row[:10]
    started_by, started_at, finished_by, finished_at, notes, healthy_by, healthy_at, escalated_at = row[10:18]
    settled, opens, ends, submitted, reason = row[18:23]
    if settled:
        raise RuntimeError("the log by hand knows no fix that settles a rollback")
    by_itself = rolls_back is None and not attested
    approvals = [
        f"{clause} {people[person]} as {' + '.join(LABELS[role] for role in roles.split())} {_at(at)}"
        f"{f', voided {_at(voided)}' if voided else ''}"
        for _, clause, stage, person, roles, at, voided in beside["approvals"].get(change, ())
        if by_itself
        and stage in STAGES[environment]
        and at <= started_at
        and (voided is None or voided >= started_at)
    ]
    verifications = [
        f"{LABELS[role]}: {'passed' if passed else 'did not pass'}, {people.get(person, f'{person} ({person})')} {_at(at)}"
        f"{f' “{said}”' if said else ''}"
        for _, of_version, role, person, passed, said, at in beside["verifications"].get(change, ())
        if rolls_back is None
        and of_version == version
        and (
            at <= started_at
            if environment == "production"
            else environment == "staging" and finished_at and finished_at <= at
        )
    ]
    rollbacks = [f"DEP-{each}" for _, of, each in beside["rollbacks"].get(change, ()) if of == number]
    cells = [
        f"DEP-{number}",
        f"CHG-{change}",
        service,
        kind,
        version,
        environment,
        "rollback" if rolls_back is not None else "attested" if attested else "deployment",
        outcome or "running",
        people[requester],
        people[started_by],
        _at(started_at),
        people[finished_by] if finished_by else "",
        _at(finished_at),
        notes or "",
        "" if rolls_back is None else f"DEP-{rolls_back}",
        "; ".join(rollbacks),
        _at(opens),
        _at(ends),
        _at(submitted),
        reason or "",
        "; ".join(approvals),
        "; ".join(verifications),
        *[""] * 3,
        people[healthy_by] if healthy_by else "",
        _at(healthy_at),
        _at(escalated_at),
    ]
    cells += [""] * (len(COLUMNS) - len(cells))
    return [f"'{cell}" if cell[:1] in FORMULA_BEGINS else cell for cell in cells]


def _at(at: str | datetime | None) -> str:
    """SQLite hands out text, PostgreSQL an aware datetime; both are UTC."""
    if at is None:
        return ""
    text = at if isinstance(at, str) else at.isoformat(" ")
    return f"{text[:10]}T{text[11:19]}Z"
