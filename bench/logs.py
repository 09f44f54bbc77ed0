"""The commands that go through a whole log: the export and the audit's verification, their speed and their memory."""

import csv
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import psycopg

from bench.log_by_hand import NOT_BY_HAND, export_by_hand
from bench.many_rows import long_log
from bench.measure import Goal, Measure, Pair, Size
from bench.office import MONDAY, built, office
from bench.startup import environment
from bot.export.cells import COLUMNS
from bot.export.command import Options, export
from bot.store import audit
from bot.store.audit import AuditEntry
from bot.store.audit_chain import verify
from bot.store.database import WHOLE_LOG, Database, open_database
from bot.store.reading import ChainHolds, SealsHold
from bot.store.seals import seal, verify_seals
from tests.ground import Ground

EXPORTED: Final = {Size.WHOLE: 6_000, Size.QUICK: 300}
ROUNDS: Final = 5
FEW: Final = {Size.WHOLE: 3_000, Size.QUICK: 300}
MANY: Final = {Size.WHOLE: 40_000, Size.QUICK: 900}
"""Deployments, of which the memory at one and at the other is compared."""
ENTRIES: Final = {Size.WHOLE: 4_000, Size.QUICK: 100}
FEW_ENTRIES: Final = {Size.WHOLE: 1_000, Size.QUICK: 50}
MANY_ENTRIES: Final = {Size.WHOLE: 15_000, Size.QUICK: 200}
OF_ONE: Final = 5
SEALED_EVERY: Final = 500
READ_AT_ONCE: Final = 500
TO_PREPARE: Final = timedelta(minutes=10)
AUDIT: Final = """
SELECT a.*, t.number, t.salt, t.value FROM audit a LEFT JOIN audit_texts t ON t.audit_id = a.id
ORDER BY a.stream, a.seq, a.id
"""

SMALL_PARENT: Final = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A process counts what its parent had when it was made as its own: so the parent must be a small one."""

Fill = Callable[[Ground, str, int], None]


@dataclass(frozen=True)
class Through:
    """A command that goes through a whole log, and logs of two lengths for it."""

    command: Sequence[str]
    fill: Fill
    few: Mapping[Size, int]
    many: Mapping[Size, int]


@contextmanager
def _export(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    """As CSV. What the hand wrote is compared with ours: it must be the same, save what only rules can tell."""
    url, folder = ground.new_database(kind), ground.new_folder()
    database = open_database(url, statement_limit=TO_PREPARE)
    long_log(database, EXPORTED[size])
    with built(ground.new_folder(), url) as app:
        organization = app.company.organization
    ours, by_hand = folder / "ours.csv", folder / "by-hand.csv"

    def write_ours() -> float:
        started = time.perf_counter()
        said = export(database, organization, Options("csv"), ours)
        if said is None:
            raise RuntimeError("nothing was exported")
        return int(said.split()[-2]) / (time.perf_counter() - started)

    def write_by_hand() -> float:
        started = time.perf_counter()
        count = export_by_hand(url, organization.names(), by_hand)
        return count / (time.perf_counter() - started)

    write_ours()
    write_by_hand()
    _must_be_the_same(ours, by_hand)
    yield Pair(write_ours, write_by_hand, rounds=ROUNDS)
    database.dispose()


def _must_be_the_same(ours: Path, by_hand: Path) -> None:
    kept = [place for place, name in enumerate(COLUMNS) if name not in NOT_BY_HAND]
    with ours.open(newline="", encoding="utf-8") as one, by_hand.open(newline="", encoding="utf-8") as other:
        for left, right in zip(csv.reader(one), csv.reader(other), strict=True):
            if [left[place] for place in kept] != [right[place] for place in kept]:
                raise RuntimeError(f"the log by hand is another one:\n{left}\n{right}")


def _peak(url: str, command: Sequence[str]) -> float:
    """The most memory, in MB, that a command of the bot had at one time, in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", SMALL_PARENT, sys.executable, "-m", "bot", *command],
        env=environment(url),
        capture_output=True,
        text=True,
        check=True,
    )
    return int(told.stdout) / 1024


@contextmanager
def _memory(kind: str, through: Through, ground: Ground, size: Size) -> Iterator[Pair]:
    few, many = ground.new_database(kind), ground.new_database(kind)
    through.fill(ground, few, through.few[size])
    through.fill(ground, many, through.many[size])
    yield Pair(lambda: _peak(many, through.command) - _peak(few, through.command), rounds=3)


def _fill_log(_ground: Ground, url: str, count: int) -> None:
    database = open_database(url, statement_limit=TO_PREPARE)
    long_log(database, count)
    database.dispose()


def _fill_audit(ground: Ground, url: str, count: int) -> None:
    """So many entries, each with the facts of a request: streams of a few entries, and seals."""
    with office(ground.new_folder(), url) as opened:
        opened.opens(1)
    database = open_database(url, statement_limit=TO_PREPARE)
    with database.read() as connection:
        (asked,) = audit.entries_of(connection, "CHG-1", limit=1)
    entries = (
        AuditEntry(
            stream=f"CHG-{2 + number // OF_ONE}",
            act=asked.act,
            outcome=asked.outcome,
            person=asked.person,
            roles=asked.roles,
            through=asked.through,
            at=asked.at,
            facts=asked.facts,
            clauses=asked.clauses,
            said=asked.said,
            stage=asked.stage,
        )
        for number in range(count)
    )
    while some := list(islice(entries, SEALED_EVERY)):
        with database.write() as connection:
            for entry in some:
                audit.record(connection, entry)
            seal(connection, MONDAY, MONDAY.date())
    database.dispose()


def _verify(database: Database, count: int) -> float:
    """Milliseconds of what `countersign audit verify` does."""
    started = time.perf_counter()
    with database.read() as connection:
        chain, seals = verify(connection), verify_seals(connection)
    took = (time.perf_counter() - started) * 1000
    if not isinstance(chain, ChainHolds) or chain.rows != count + 1 or not isinstance(seals, SealsHold):
        raise RuntimeError(f"the log does not hold: {chain} {seals}")
    return took


def _read(url: str) -> float:
    """Milliseconds of reading the same rows, each entry with its texts, through a driver's cursor."""
    started = time.perf_counter()
    with closing(_cursor(url)) as connection:
        found: Any = (
            connection.cursor("log") if isinstance(connection, psycopg.Connection) else connection.cursor()
        )
        found.execute(AUDIT)
        rows = 0
        while some := found.fetchmany(READ_AT_ONCE):
            rows += len(some)
    if not rows:
        raise RuntimeError("there was nothing to read")
    return (time.perf_counter() - started) * 1000


def _cursor(url: str) -> "sqlite3.Connection | psycopg.Connection[Any]":
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url.replace("+psycopg", ""), options="-c timezone=UTC")


@contextmanager
def _verification(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    url = ground.new_database(kind)
    _fill_audit(ground, url, ENTRIES[size])
    database = open_database(url, statement_limit=WHOLE_LOG, idle_limit=WHOLE_LOG)
    yield Pair(partial(_verify, database, ENTRIES[size]), partial(_read, url))
    database.dispose()


def _of(kind: str, label: str) -> tuple[Measure, ...]:
    by_hand = "a driver's cursor, by hand, without deviations"
    exported = Through(("export", "--output", os.devnull), _fill_log, FEW, MANY)
    verified = Through(("audit", "verify"), _fill_audit, FEW_ENTRIES, MANY_ENTRIES)
    return (
        Measure(
            f"export-{kind}",
            f"countersign export, {label}",
            by_hand,
            "rows/s",
            Goal(0.8, at_least=True),
            partial(_export, kind),
        ),
        Measure(
            f"export-memory-{kind}",
            f"countersign export: more memory for 40,000 rows than for 3,000, {label}",
            "",
            "MB",
            Goal(16),
            partial(_memory, kind, exported),
        ),
        Measure(
            f"verify-{kind}",
            f"countersign audit verify, {label}",
            "reading the same rows",
            "ms",
            Goal(3.5),
            partial(_verification, kind),
        ),
        Measure(
            f"verify-memory-{kind}",
            f"countersign audit verify: more memory for 15,000 entries than for 1,000, {label}",
            "",
            "MB",
            Goal(16),
            partial(_memory, kind, verified),
        ),
    )


LOGS: Final = (*_of("sqlite", "SQLite"), *_of("postgresql", "PostgreSQL"))
