"""F10: migrations up and down with rows in every table, on both databases; killed in the middle; two of them at once.

At each revision all tables are filled; from there the database goes up to the newest revision step by step, down again, and up at
once. A change that is scheduled goes down to each revision and up, and is then deployed. A process that migrates is killed (SIGKILL)
at one of its statements after the other, and two processes migrate one database at the same time.

Lost: a row, or what stood in it. Doubled: a row. Wrong: a step after which the audit or a seal can be changed or deleted; a schema
that is not the models'; a revision that is neither the old nor the new one; a process that fails; a change that cannot go on.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

from bot.demo import MONDAY
from bot.rules.change import Outcome, Span
from bot.rules.inputs import Finish
from bot.rules.terms import NO_WORDS
from bot.store.audit_chain import verify
from bot.store.database import CHECKOUT, migrate
from bot.store.reading import ChainHolds
from bot.workflows.deploy import finish_production, start_production
from tests.faults.bots import ROOT
from tests.faults.fault import Form, Tally
from tests.faults.office import office
from tests.ground import Ground

ROWS: Final = 3
GUARDED: Final = ("audit", "seals", "sealed_heads")
KILLS: Final = {Form.WHOLE: 4, Form.SHORT: 1}
WINDOW: Final = Span(MONDAY + timedelta(days=2, hours=5), MONDAY + timedelta(days=2, hours=6))
Rows = Mapping[str, Counter[tuple[tuple[str, str], ...]]]
"""Of each table its rows, each as its columns' names and values."""


def configured(url: str) -> Config:
    """Alembic's settings for this database."""
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(CHECKOUT / "migrations"))
    config.attributes["url"] = url
    return config


def revisions() -> list[str]:
    """All of them, the first one first."""
    walk = ScriptDirectory.from_config(configured("")).walk_revisions()
    return [each.revision for each in walk][::-1]


@contextmanager
def _connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """As they are in this database, each after those that it points at."""
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _value(column: sa.Column[Any], number: int) -> object:
    """Something of the column's type; another one for each number, and the same one in a column that points at it."""
    for points in column.foreign_keys:
        return _value(points.column, number)
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return number % 2 == 0
    if isinstance(kind, sa.DateTime | sa.Date):
        at = datetime(2026, 11, number, 9, 30, tzinfo=UTC)
        return at.date() if isinstance(kind, sa.Date) else at
    if isinstance(kind, sa.Integer | sa.Numeric | sa.Float):
        return number
    return f"{column.name} {number}"


def fill(url: str) -> None:
    """Write some rows into each table that there is."""
    with _connected(url) as connection:
        for table in _tables(connection):
            _fill_table(connection, table)


def _fill_table(connection: sa.Connection, table: sa.Table) -> None:
    numbers = range(1, ROWS + 1)
    rows = [{column.name: _value(column, number) for column in table.columns} for number in numbers]
    connection.execute(sa.insert(table), rows)


def rows_of(url: str) -> Rows:
    """What stands in each table."""
    with _connected(url) as connection:
        return {
            table.name: Counter(
                tuple(sorted((name, repr(value)) for name, value in row.items()))
                for row in connection.execute(sa.select(table)).mappings()
            )
            for table in _tables(connection)
        }


def _compare(tally: Tally, expected: Rows, found: Rows, when: str) -> None:
    """What stood there must stand there, in the columns that there still are; what is new may be there as well."""
    for table, rows in expected.items():
        present = found.get(table, Counter())
        columns = {name for row in rows for name, _ in row} & {name for row in present for name, _ in row}
        tally.check(columns or not rows, f"{when}: {table} is gone")
        before, after = (_narrowed(each, columns) for each in (rows, present))
        tally.count(sum(rows.values()), sum(present.values()), f"{when}: rows of {table}")
        tally.check(before == after, f"{when}: in {table} stands something else")


def _narrowed(rows: Counter[tuple[tuple[str, str], ...]], columns: set[str]) -> Counter[object]:
    narrow: Counter[object] = Counter()
    for row, times in rows.items():
        narrow[tuple(each for each in row if each[0] in columns)] += times
    return narrow


def _check_guards(tally: Tally, url: str, when: str) -> None:
    """Nobody may change or delete what is recorded."""
    with _connected(url) as connection:
        there = [table for table in _tables(connection) if table.name in GUARDED]
    for table in there:
        for attempt in (f"UPDATE {table.name} SET hash = 'x'", f"DELETE FROM {table.name}"):  # noqa: S608 - a name above
            tally.check(_is_refused(url, there, attempt), f"{when}: nobody refuses {attempt}")


def _is_refused(url: str, guarded: Sequence[sa.Table], attempt: str) -> bool:
    """Whether the database refuses it, where there is a row for which it could; nothing stays of the attempt."""
    with _connected(url) as connection:
        for table in guarded:
            if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0:
                _fill_table(connection, table)
        try:
            connection.execute(sa.text(attempt))
        except DBAPIError:
            return True
        finally:
            connection.rollback()
    return False


def _up_and_down(tally: Tally, url: str, kind: str, first: str) -> None:
    """From `first`, where every table has rows, to the newest revision and back, one by one; then up at once."""
    config, all_of_them = configured(url), revisions()
    command.upgrade(config, first)
    fill(url)
    before = rows_of(url)
    ways = [("up", command.upgrade, each) for each in all_of_them[all_of_them.index(first) + 1 :]]
    ways += [("down", command.downgrade, each) for _, _, each in [("", None, first), *ways][-2::-1]]
    for direction, move, revision in ways:
        move(config, revision)
        when = f"{kind}, filled at {first}, {direction} to {revision}"
        _compare(tally, before, rows_of(url), when)
        _check_guards(tally, url, when)
        tally.tried += 1
        if (direction, revision) == ("up", all_of_them[-1]):
            _check_schema(tally, url, when)
    tally.check(rows_of(url) == before, f"{kind}, filled at {first}: there and back is not the same")
    migrate(url)
    _compare(tally, before, rows_of(url), f"{kind}, filled at {first}, up at once")
    _check_schema(tally, url, f"{kind}, filled at {first}, up at once")
    tally.tried += 1


def _check_schema(tally: Tally, url: str, when: str) -> None:
    try:
        command.check(configured(url))
    except CommandError as difference:
        tally.check(False, f"{when}: {difference}")


def _goes_on(tally: Tally, ground: Ground, kind: str, revision: str) -> None:
    """A scheduled change, down to this revision and up again, is deployed."""
    url, when = ground.new_database(kind), f"{kind}, a change that was at {revision}"
    with office(ground, url) as at_work:
        change = at_work.schedules(WINDOW)
        at_work.seals()
    command.downgrade(configured(url), revision)
    migrate(url)
    with office(ground, url, WINDOW.start) as at_work:
        started = at_work.does("ana", start_production, None, key="start", change=change)
        finish = Finish(Outcome.SUCCEEDED, NO_WORDS)
        finished = at_work.does("ana", finish_production, finish, key="finish", change=change)
        tally.check(
            started.done and finished.done, f"{when}: cannot be deployed: {started.said} {finished.said}"
        )
        tally.check(at_work.app.acts.look(change).stage == "monitoring", f"{when}: is elsewhere")
        with at_work.app.database.read() as connection:
            tally.check(isinstance(verify(connection), ChainHolds), f"{when}: the chain is broken")
    _check_guards(tally, url, when)
    tally.tried += 1


def _migration(url: str, at: int = 0) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "tests.faults.mortal_migration", url, str(at)]
    return subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _finished(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def _empty(ground: Ground, kind: str) -> str:
    """A database without any table."""
    if kind == "sqlite":
        return f"sqlite:///{ground.new_folder() / 'empty.sqlite'}"
    return ground.server.url(ground.server.create())


def _filled(ground: Ground, kind: str, revision: str) -> str:
    """An old database with rows."""
    url = _empty(ground, kind)
    command.upgrade(configured(url), revision)
    fill(url)
    return url


def _revision_of(url: str) -> str:
    with _connected(url) as connection:
        found: str = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
        return found


def _killed(tally: Tally, ground: Ground, kind: str, kills: int) -> None:
    """Kill it at statements spread over all of them; each time the next one brings it to its end."""
    old, *_, new = revisions()
    status, said = _finished(_migration(_filled(ground, kind, old)))
    tally.check(status == 0, f"{kind}: a migration fails")
    statements, found = int(said or 0), Counter[str]()
    for number in range(1, kills + 1):
        url = _filled(ground, kind, old)
        before, when = rows_of(url), f"{kind}, killed at statement {number * statements // (kills + 1)}"
        status, _ = _finished(_migration(url, number * statements // (kills + 1)))
        tally.check(status < 0, f"{when}: it was not killed")
        left = _revision_of(url)
        found[left] += 1
        tally.check(left in {old, new}, f"{when}: it is at {left}")
        if left == old:
            tally.check(rows_of(url) == before, f"{when}: something is half done")
        migrate(url)
        _compare(tally, before, rows_of(url), when)
        _check_guards(tally, url, when)
        _check_schema(tally, url, when)
        tally.tried += 1
    tally.notes.append(
        f"{kind}: killed {kills} times among {statements} statements; found at {', '.join(sorted(found))}"
    )


def _two_at_once(tally: Tally, ground: Ground, kind: str) -> None:
    url = _filled(ground, kind, revisions()[0])
    before = rows_of(url)
    for process in [_migration(url), _migration(url)]:
        tally.check(_finished(process)[0] == 0, f"{kind}: one of two at once fails")
    _compare(tally, before, rows_of(url), f"{kind}, two at once")
    _check_schema(tally, url, f"{kind}, two at once")
    tally.tried += 2


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally, old = Tally(), revisions()[:-1]
    if form is Form.SHORT:
        _up_and_down(tally, _empty(ground, "sqlite"), "sqlite", old[0])
        _killed(tally, ground, "sqlite", KILLS[form])
        return tally
    for kind in ("sqlite", "postgresql"):
        for revision in old:
            _up_and_down(tally, _empty(ground, kind), kind, revision)
            _goes_on(tally, ground, kind, revision)
        _killed(tally, ground, kind, KILLS[form])
        _two_at_once(tally, ground, kind)
    return tally
