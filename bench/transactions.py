"""What an act's transaction costs beside the same SQL by hand: the very statements that it sends, on the driver alone.

Ours is what `Acts.perform` does when somebody approves; that it also decides, words the answer and hashes the audit row is
part of it. What is measured as the store's part sends the same statements through SQLAlchemy, and does nothing else. Each
side has a copy of its own of one database, so that ids and rows are the same on all of them.
"""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, Executable, event, make_url

from bench.measure import ROUNDS, Goal, Measure, Pair, Size
from bench.office import REVIEWER, Office, office
from bot.act import Caller
from bot.rules.inputs import Seen
from bot.rules.scene import Scene
from bot.store.database import Database, open_database
from bot.workflows.approve import approve
from tests.ground import Ground

ACTS: Final = {Size.WHOLE: 40, Size.QUICK: 5}
WARMING_UP: Final = 10
TURNS: Final = ("BEGIN", "PRAGMA")
"""How transactions begin is each side's own; it is not sent twice."""

Sent = tuple[str, Any, bool]
"""A statement, its parameters as the driver gets them, and whether these are several sets of them."""
Meant = tuple[Executable, Any]
"""The same before SQLAlchemy has made SQL of it."""


def _approve(working: Office, scenes: Sequence[Scene]) -> None:
    for scene in scenes:
        caller = Caller(REVIEWER, None, "bench", f"approve:{scene.change.id}")
        answer = working.app.acts.perform(caller, scene.change.id, approve, Seen(scene.change.revision))
        if not answer.done:
            raise RuntimeError(f"nothing was approved: {answer.said}")


def _recorded(working: Office, scenes: Sequence[Scene]) -> tuple[list[list[Sent]], list[list[Meant]]]:
    """What each of these approvals sends to its database, while it is given."""
    sent: list[list[Sent]] = []
    meant: list[list[Meant]] = []

    def note_sent(*told: Any) -> None:  # noqa: ANN401 - connection, cursor, statement, parameters, context, whether several
        if not told[2].startswith(TURNS):
            sent[-1].append((told[2], told[3], told[5]))

    def note_meant(*told: Any) -> None:  # noqa: ANN401 - connection, element, several sets of parameters, one, options
        meant[-1].append((told[1], told[2] or told[3]))

    event.listen(Engine, "before_cursor_execute", note_sent)
    event.listen(Engine, "before_execute", note_meant)
    try:
        for scene in scenes:
            sent.append([])
            meant.append([])
            _approve(working, [scene])
    finally:
        event.remove(Engine, "before_cursor_execute", note_sent)
        event.remove(Engine, "before_execute", note_meant)
    return sent, meant


def _by_hand(connection: sqlite3.Connection | psycopg.Connection, acts: Sequence[list[Sent]]) -> None:
    for statements in acts:
        cursor: Any = connection.cursor()
        if isinstance(connection, sqlite3.Connection):
            cursor.execute("BEGIN IMMEDIATE")
        for said, given, many in statements:
            if many:
                cursor.executemany(said, given)
            else:
                cursor.execute(said, given)
            if cursor.description is not None:
                cursor.fetchall()
        cursor.close()
        connection.commit()


def _through_sqlalchemy(database: Database, acts: Sequence[list[Meant]]) -> None:
    for statements in acts:
        with database.write() as connection:
            for element, given in statements:
                result = connection.execute(element, given)
                if result.returns_rows:
                    result.all()


def _copy(ground: Ground, url: str) -> str:
    """The address of a copy of a database that nobody is connected to."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return ground.server.url(ground.server.create(template=str(address.database)))
    folder = ground.new_folder() / "copy"
    shutil.copytree(Path(str(address.database)).parent, folder)
    return f"sqlite:///{folder / 'countersign.sqlite'}"


@contextmanager
def _connected(url: str) -> Iterator[sqlite3.Connection | psycopg.Connection]:
    """The driver alone, with the settings of the bot's own connections that cost something."""
    address = make_url(url)
    connection: sqlite3.Connection | psycopg.Connection
    if address.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(address.database), isolation_level=None)
        for pragma in ("journal_mode = WAL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain)
    with closing(connection):
        yield connection


def _milliseconds_each(do: Callable[[slice], None], many: int) -> Callable[[], float]:
    """A round: so many acts that were not used before; the process's CPU time for each."""
    begun = WARMING_UP

    def one_round() -> float:
        nonlocal begun
        before = time.process_time()
        do(slice(begun, begun + many))
        begun += many
        return (time.process_time() - before) * 1000 / many

    do(slice(WARMING_UP))
    return one_round


@contextmanager
def _transaction(kind: str, ground: Ground, size: Size, *, whole_act: bool) -> Iterator[Pair]:
    url, folder = ground.new_database(kind), ground.new_folder()
    with office(folder, url) as preparing:
        scenes = preparing.opens(WARMING_UP + ACTS[size] * ROUNDS)
    mine, reference = _copy(ground, url), _copy(ground, url)
    with office(folder, url) as recording:
        recording.everybody_is_known()
        sent, meant = _recorded(recording, scenes)
    many = ACTS[size]
    with _connected(reference) as connection, office(folder, mine) as working:
        by_hand = _milliseconds_each(lambda which: _by_hand(connection, sent[which]), many)
        if whole_act:
            working.everybody_is_known()
            yield Pair(_milliseconds_each(lambda which: _approve(working, scenes[which]), many), by_hand)
        else:
            with closing_database(mine) as database:
                through = _milliseconds_each(lambda which: _through_sqlalchemy(database, meant[which]), many)
                yield Pair(through, by_hand)


@contextmanager
def closing_database(url: str) -> Iterator[Database]:
    """A database that is closed at the end."""
    database = open_database(url)
    try:
        yield database
    finally:
        database.dispose()


def _measure(kind: str, named: str, limit: float, *, whole_act: bool) -> Measure:
    return Measure(
        f"{'transaction' if whole_act else 'statements'}-{kind}",
        f"The act of an Approve, {named}" if whole_act else f"Its statements through SQLAlchemy, {named}",
        "the same SQL by hand",
        "ms CPU",
        Goal(limit),
        partial(_transaction, kind, whole_act=whole_act),
    )


TRANSACTIONS: Final = tuple(
    _measure(kind, named, limit, whole_act=whole_act)
    for kind, named, limit in (("sqlite", "SQLite", 2.0), ("postgresql", "PostgreSQL", 1.5))
    for whole_act in (True, False)
)
