"""F8: the database's disk is full, or the database may only be read, while people press; then it may be written again.

SQLite and PostgreSQL each stand on a disk of their own, a few megabytes of memory, which is filled to the last byte; where nothing
may be mounted, SQLite's files are kept from growing instead, and PostgreSQL's part is left out, which is said. SQLite is opened for
reading alone, and PostgreSQL ends and starts again as a standby, and later as itself, while the bot runs. The bot is not restarted when its disk has
room again or PostgreSQL is itself again: whoever read that the database does not answer presses again.

Lost: a click that was acknowledged without a word and is not recorded, a message that is missing. Doubled: an act recorded twice, a
message that stands twice. Wrong: a click in the trouble got no sentence, or another one than that; nobody noticed the trouble; rows
that do not follow from the audit, a broken chain, a damaged file; a bot that does not come to rest.
"""

import os
import resource
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg import sql
from sqlalchemy import make_url

from bot.rules.terms import ChangeId
from bot.slack.ids import Press
from bot.store.database import migrate
from tests.faults.crowd import Crowd, Read, Wish, crowd
from tests.faults.database_killed import mortal
from tests.faults.fault import Form, Tally
from tests.faults.replicas import Cluster, check_rows_and_messages, cluster, requested
from tests.faults.small_disks import can_be_mounted, small_disk
from tests.ground import Ground

PEOPLE: Final = ("ben", "tia", "lea")
HANDS: Final = 4
CHANGES: Final = {Form.WHOLE: 20, Form.SHORT: 4}
SQLITE_MEGABYTES: Final = 12
POSTGRESQL_MEGABYTES: Final = 48
Strike = Callable[[Cluster], None]


@dataclass(frozen=True)
class Trouble:
    """Where the database stands, what befalls it and what mends it."""

    name: str
    url: str
    strike: Strike
    mend: Strike


def _wishes(changes: Sequence[ChangeId]) -> list[Wish]:
    return [Wish(person, Press.APPROVE, change, "approve") for change in changes for person in PEOPLE]


def _at_once(wishes: Sequence[Wish], does: Callable[[Wish], object]) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(does, wishes))


def _play(ground: Ground, trouble: Trouble, count: int) -> Tally:
    """Some press before, everybody else in the trouble, and again when it is over."""
    tally, changes = Tally(), requested(ground, trouble.url, count)
    wishes = _wishes(changes)
    before, within = wishes[: count // 2], wishes[count // 2 :]
    # Where no file can grow, a log cannot either.
    with cluster(ground, trouble.url, tally, ("http",), LOG=os.devnull) as bots, crowd(bots) as people:
        _at_once(before, people.press_until_recorded)
        bots.rests()
        trouble.strike(bots)
        try:
            _at_once(within, people.press)
            _check_words(people, within, tally, trouble.name)
        finally:
            trouble.mend(bots)
        _at_once(within, people.press_until_recorded)
        bots.rests()
        people.judge(tally)
        check_rows_and_messages(bots, changes)
        if trouble.url.startswith("sqlite"):
            tally.check(_is_sound(trouble.url), f"{trouble.name}: the file is damaged")
        tally.notes.append(
            f"{trouble.name}: {people.told(Read.UNKNOWN)} read that the database does not answer"
        )
    return tally


def _check_words(people: Crowd, wishes: Sequence[Wish], tally: Tally, what: str) -> None:
    """Whoever pressed in the trouble is told of it, unless there was still room for that click."""

    def check(wish: Wish) -> None:
        pressed = people.clicks[wish][-1]
        tally.check(pressed.acknowledged, f"{what}: a click got no answer")
        heard = people.is_clear(wish, pressed)
        tally.check(heard, f"{what}: {wish.person} heard nothing, and nothing is recorded")

    _at_once(wishes, check)
    tally.check(people.told(Read.UNKNOWN), f"{what}: nobody noticed")


def _is_sound(url: str) -> bool:
    connection = sqlite3.connect(_file(url))
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        connection.close()


def _file(url: str) -> Path:
    return Path(str(make_url(url).database))


@contextmanager
def _full_sqlite(ground: Ground) -> Iterator[Trouble]:
    with small_disk(SQLITE_MEGABYTES) as disk:
        folder = disk.path / "database"
        shutil.copytree(_file(ground.new_sqlite()).parent, folder)
        url = f"sqlite:///{folder / 'countersign.sqlite'}"

        def fill(_: Cluster) -> None:
            # What its log has room for already would be written all the same.
            with closing(sqlite3.connect(_file(url), timeout=20)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            disk.fill()

        yield Trouble("SQLite's disk is full", url, fill, lambda _: disk.empty())


@contextmanager
def _files_that_cannot_grow(ground: Ground) -> Iterator[Trouble]:
    def limit(bots: Cluster, size: int) -> None:
        for bot in bots.replicas:
            _, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (size, hard))

    url = ground.new_sqlite()
    yield Trouble(
        "SQLite's files cannot grow",
        url,
        lambda bots: limit(bots, 1),
        lambda bots: limit(bots, resource.RLIM_INFINITY),
    )


@contextmanager
def _full_postgresql(ground: Ground) -> Iterator[Trouble]:
    with small_disk(POSTGRESQL_MEGABYTES) as disk:
        url = ground.new_postgresql()
        name = str(make_url(url).database)
        place = disk.path / "tablespace"
        place.mkdir(mode=0o700)
        owner = ground.server.socket_folder.stat()
        shutil.chown(place, owner.st_uid, owner.st_gid)
        with ground.server.connect() as connection:
            connection.execute(sql.SQL("CREATE TABLESPACE small LOCATION {}").format(sql.Literal(str(place))))
            moved = sql.SQL("ALTER DATABASE {} SET TABLESPACE small").format(sql.Identifier(name))
            connection.execute(moved)
        try:
            yield Trouble("PostgreSQL's disk is full", url, lambda _: disk.fill(), lambda _: disk.empty())
        finally:
            ground.server.drop(name)
            with ground.server.connect() as connection:
                connection.execute("DROP TABLESPACE small")


@contextmanager
def _postgresql_stands_by(_: Ground) -> Iterator[Trouble]:
    with mortal() as server:

        def ends_and_starts(signal: Callable[[Path], None]) -> None:
            server.kill("all processes")
            signal(server.installation.folder / "data" / "standby.signal")
            server.start()

        running = server.start()
        url = running.url(running.create())
        migrate(url)
        yield Trouble(
            "PostgreSQL stands by and may only be read",
            url,
            lambda _: ends_and_starts(Path.touch),
            lambda _: ends_and_starts(Path.unlink),
        )


def _read_only_sqlite(ground: Ground, count: int) -> Tally:
    """A bot that may only read answers everybody; the next one, which may write, records what they press again."""
    tally, url = Tally(), ground.new_sqlite()
    changes = requested(ground, url, count)
    wishes, what = _wishes(changes), "SQLite may only be read"
    with (
        cluster(ground, f"sqlite:///file:{_file(url)}?mode=ro&uri=true", tally, ("http",)) as bots,
        crowd(bots) as people,
    ):
        _at_once(wishes, people.press)
        _check_words(people, wishes, tally, what)
        for wish in wishes:
            tally.check(not people.entries(wish), f"{what}: something is recorded")
        tally.tried += len(wishes)
        tally.notes.append(f"{what}: {people.told(Read.UNKNOWN)} read that the database does not answer")
    with cluster(ground, url, tally, ("http",)) as bots, crowd(bots) as people:
        _at_once(wishes, people.press_until_recorded)
        bots.rests()
        people.judge(tally)
        check_rows_and_messages(bots, changes)
    return tally


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    total, mounts, count = Tally(), can_be_mounted(), CHANGES[form]
    troubles: list[Callable[[Ground], AbstractContextManager[Trouble]]]
    troubles = [_full_sqlite if mounts and form is Form.WHOLE else _files_that_cannot_grow]
    if form is Form.WHOLE:
        troubles += [_postgresql_stands_by, *([_full_postgresql] if mounts else [])]
        total.add(_read_only_sqlite(ground, count))
    for trouble in troubles:
        with trouble(ground) as it:
            total.add(_play(ground, it, count))
    if not mounts:
        total.notes.append("nothing may be mounted here: PostgreSQL's disk was not filled")
    return total
