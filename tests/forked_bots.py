"""Bots that start fast and can be told when to die: `python -m tests.forked_bots`.

Everything is imported once; each line on stdin, a JSON object of the environment, starts a bot by forking, and answers with
its pid and its port on stdout. The port is open before the bot is up, so that whoever asks it waits and need not ask again.
A bot is put together before the fork, once for all bots of one environment: it has no thread and no connection by then.

With `TIMES_AS_FAST` the bot's real time runs faster: leases end and waits are over sooner, for several bots alike when
`FAST_SINCE` gives the time, aware, from which it does; with `PATIENCE` it waits so many seconds for an answer of Slack's;
`MACHINE_SET_BY` names a file with the seconds by which its machine's clock was set. Such a bot has three more addresses, for
whoever plays with it:

- `/kill/before/7` and `/kill/after/7`: from now on count the commits of transactions that wrote something, and end this
  process (SIGKILL) right before or right after the seventh; with 0 it counts only;
- `/counted`: how many there were since;
- `/tick/0.5`: do what is due until nothing is left, for so many seconds at most; answers with how much is left then.
"""

import gc
import json
import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, event
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn import Server

import bot.app
from bot.app import DELIVERY_SECONDS, App, build
from bot.logs import log_to_stderr
from bot.settings import load_settings
from bot.store.deadlines import next_due
from bot.web.serving import configuration

PACE: Final = timedelta(milliseconds=1)
"""Days pass in seconds."""
POLL: Final = 0.01
LATE: Final = (
    "anyio._backends._asyncio",
    "apscheduler.triggers.interval",
    "encodings.idna",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "uvicorn.lifespan.on",
    "uvicorn.loops.asyncio",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
"""What a bot imports when it first needs it: forked ones have it already."""
REAL_NOW: Final = bot.app.real_now
Side = Literal["before", "after"]


class Commits:
    """Counts the commits of transactions that wrote something, and ends the process at one of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._dialects: list[object] = []
        self._changes: dict[int, int] = {}
        self.counted = 0
        self._at = 0
        self._side: Side = "before"

    def arm(self, side: Side, at: int) -> None:
        """Count from now on, and end the process at this commit; never with 0."""
        with self._lock:
            self.counted, self._at, self._side = 0, at, side

    def watch(self, connection: Connection) -> None:
        """To be called for each connection: its dialect is what commits."""
        dialect: Any = connection.dialect  # it has no room for a method of an instance's own
        with self._lock:
            if dialect in self._dialects:
                return
            self._dialects.append(dialect)
        commit = dialect.do_commit
        is_sqlite = dialect.name == "sqlite"

        def counted(driver: Any) -> None:  # noqa: ANN401 - whatever driver the dialect has
            number = self._number(self._wrote_sqlite(driver) if is_sqlite else _wrote_postgresql(driver))
            self._end_at(number, "before")
            commit(driver)
            self._end_at(number, "after")

        dialect.do_commit = counted

    def _number(self, wrote: bool) -> int:  # noqa: FBT001 - the only thing that it is given
        """This commit's number; 0 for one that wrote nothing."""
        with self._lock:
            self.counted += wrote
            return self.counted if wrote else 0

    def _end_at(self, number: int, side: Side) -> None:
        if number and (number, side) == (self._at, self._side):
            os.kill(os.getpid(), signal.SIGKILL)

    def _wrote_sqlite(self, driver: Any) -> bool:  # noqa: ANN401 - as above
        before, now = (
            self._changes.get(id(driver.driver_connection), 0),
            driver.driver_connection.total_changes,
        )
        self._changes[id(driver.driver_connection)] = now
        return bool(now != before)


def _wrote_postgresql(driver: Any) -> bool:  # noqa: ANN401 - as above
    with driver.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned()")
        return cursor.fetchone()[0] is not None


def put_together(environment: dict[str, str]) -> App:
    """A bot with this environment; it has neither asked nor opened anything."""
    # People of a fault run click faster than people do.
    os.environ.update({"CLICKS_AT_ONCE": "1000000", **environment})
    settings = load_settings()
    del os.environ["SLACK_BOT_TOKEN"]  # Bolt, too, looks there, and says that it has no need of it
    log_to_stderr(settings.log_format)
    time = Path(environment["TIME"])

    def now() -> datetime:
        return datetime.fromisoformat(time.read_text())

    since = environment.get("FAST_SINCE")
    fast_since = datetime.fromisoformat(since) if since else None
    hasten(int(environment.get("TIMES_AS_FAST", "1")), fast_since, environment.get("MACHINE_SET_BY"))
    vars(bot.app)["DELIVERY_SECONDS"] = int(environment.get("PATIENCE", DELIVERY_SECONDS))
    return build(settings, now=now, pace=PACE)


def run(app: App, listening: socket.socket) -> None:
    """Be this bot until somebody ends it."""
    commits = Commits()
    event.listen(Engine, "engine_connect", commits.watch)
    app.check_slack()
    app.web.routes.extend(_addresses(app, commits, app.clock.now))
    # As `countersign run` does it: uvicorn raises the signal that stopped it once more.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    app.start()
    try:
        host, port = listening.getsockname()
        Server(configuration(app.web, host=host, port=port)).run([listening])
    finally:
        app.stop()


def hasten(times: int, since: datetime | None = None, set_by: str | None = None) -> None:
    """Let the real time that bots of this process go by, for leases and waits, run so many times as fast from `since` on.

    A file `set_by` holds by how many seconds the machine's clock was set forward.
    """
    now, counted_from = REAL_NOW(), monotonic()
    began = now if since is None else since + times * (now - since)

    def hastened() -> datetime:
        jumped = timedelta(seconds=float(Path(set_by).read_text() or 0)) if set_by else timedelta(0)
        return began + jumped + times * timedelta(seconds=monotonic() - counted_from)

    vars(bot.app)["real_now"] = hastened if times != 1 or set_by else REAL_NOW


def _addresses(app: App, commits: Commits, now: Any) -> list[Route]:  # noqa: ANN401 - a clock
    def kill(request: Request) -> Response:
        commits.arm(request.path_params["side"], request.path_params["at"])
        return JSONResponse({})

    def counted(_request: Request) -> Response:
        return JSONResponse(commits.counted)

    def left() -> dict[str, int]:
        with app.database.read() as connection:
            due = next_due(connection)
        return {"messages": app.waiting(), "deadlines": int(due is not None and due <= now())}

    def tick(request: Request) -> Response:
        until = monotonic() + request.path_params["seconds"]
        while True:
            app.clock.tick_all()
            app.desk.rest()
            found = left()
            if not any(found.values()) or monotonic() > until:
                return JSONResponse(found)
            sleep(POLL)

    return [
        Route("/kill/{side}/{at:int}", kill),
        Route("/counted", counted),
        Route("/tick/{seconds:float}", tick),
    ]


def main() -> None:
    """Fork a bot for each line; their ends are nobody's business here."""
    signal.signal(signal.SIGCHLD, _reap)
    for module in LATE:
        import_module(module)
    made: tuple[dict[str, str], App] | None = None
    for line in sys.stdin:
        environment = json.loads(line)
        if made is None or environment != made[0]:
            made = environment, put_together(environment)
            gc.unfreeze()
            gc.collect()
            gc.freeze()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            pid = os.fork()
            if not pid:
                _speak_into(Path(environment["LOG"]))
                run(made[1], listening)
                sys.exit(0)
            sys.stdout.write(f"{pid} {listening.getsockname()[1]}\n")
            sys.stdout.flush()


def _reap(_number: int, _frame: object) -> None:
    """Their processor time counts as this process's."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _speak_into(log: Path) -> None:
    """Let go of what the mold and whoever asked it talk through."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(ours, theirs)


if __name__ == "__main__":
    main()
