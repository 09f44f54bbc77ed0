"""The sandbox in the test's process, the bot in one of its own: they share nothing but HTTP, websockets and the time."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import httpx
from sqlalchemy import func, select

from bot.sandbox.clock import MovableClock
from bot.sandbox.sandbox import Sandbox
from bot.store import outbox
from bot.store.database import Database, open_database
from bot.store.deadlines import PENDING
from bot.store.machinery import deadlines

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 40.0

Mode = Literal["http", "socket mode"]


class WrittenClock(MovableClock):
    """A clock that stands, and writes its time to a file whenever it is moved."""

    def __init__(self, at: datetime, file: Path) -> None:
        super().__init__(at)
        self.file = file
        self._write()

    def _set(self, at: datetime) -> None:
        super()._set(at)
        self._write()

    def _write(self) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(self._now().isoformat())
        fresh.replace(self.file)


def wait_for(what: Callable[[], object], why: str) -> None:
    """Real processes run in real time."""
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.01)


@dataclass
class OwnProcess:
    """A bot that runs; `settle` returns when no timer is due and nothing is left to deliver."""

    sandbox: Sandbox
    process: subprocess.Popen[bytes]
    url: str
    database: Database
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=PATIENCE))

    def settle(self) -> None:
        wait_for(self._is_quiet, "the bot does not come to rest")

    def _is_quiet(self) -> bool:
        assert self.process.poll() is None, "the bot ended"
        self._client.get(f"{self.url}/rest").raise_for_status()
        due = (
            select(func.count())
            .select_from(deadlines)
            .where(PENDING, deadlines.c.due_at <= self.sandbox.clock.now())
        )
        with self.database.read() as connection:
            return not connection.execute(due).scalar_one() and not outbox.waiting(connection)

    def is_up(self) -> bool:
        try:
            return self._client.get(f"{self.url}/readyz").is_success
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """End the process as a supervisor does, and let go of everything."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=20)
        self._client.close()
        self.database.dispose()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def own_process(
    sandbox: Sandbox, clock: WrittenClock, api_url: str, database_url: str, mode: Mode
) -> Iterator[OwnProcess]:
    """Start a bot that is reached over HTTP or Socket Mode, and end it with the block."""
    port = _free_port()
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
        "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
        "SLACK_APP_TOKEN": sandbox.credentials.app_token if mode == "socket mode" else "",
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(ROOT / "bot" / "sandbox" / "harbor.toml"),
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "tests.bot_at_given_time", str(clock.file)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    bot = OwnProcess(sandbox, process, url, open_database(database_url))
    try:
        wait_for(lambda: process.poll() is not None or bot.is_up(), "the bot did not start")
        sandbox.bot_url = f"{url}/slack/events" if mode == "http" else None
        yield bot
    finally:
        bot.close()
