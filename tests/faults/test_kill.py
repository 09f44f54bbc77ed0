"""A real bot process, really killed between its commit and Slack's answer."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.sandbox.sandbox import Sandbox
from bot.store.audit_chain import verify
from bot.store.database import open_database
from bot.store.reading import ChainHolds
from tests.short_form import only_in_the_whole_form

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 40.0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(what: Callable[[], object], why: str) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < until, why
        time.sleep(0.05)  # real processes run in real time


@contextmanager
def _bot(sandbox: Sandbox, api_url: str, database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    port = _free_port()
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
        "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(ROOT / "bot" / "sandbox" / "harbor.toml"),
        "PORT": str(port),
    }
    process = subprocess.Popen([sys.executable, "-m", "bot", "run"], cwd=ROOT, env=environment)
    try:
        _wait_for(lambda: _is_up(port), "the bot did not start")
        sandbox.bot_url = f"http://127.0.0.1:{port}/slack/events"
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=20)


def _is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.TransportError:
        return False


def _request(sandbox: Sandbox) -> None:
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.waits_for(lambda: ana.modal)
    ana.fills(
        {
            "Version": "4.12.0",
            "Rollback plan": "Redeploy 4.11.3",
            "Pre-test of the rollback": "It was pre-tested",
            "Where the pre-test can be seen": "https://ci.harbor.example/runs/512",
            "Wished window: from": None,
            "Wished window: to": None,
        }
    )
    assert ana.submits() == {}


@pytest.mark.parametrize(
    ("database_url", "slack_took_it"),
    [
        pytest.param("sqlite", True, id="sqlite, slack took it"),
        pytest.param("postgresql", False, id="postgresql, slack never saw it", marks=only_in_the_whole_form),
        pytest.param("sqlite", False, id="sqlite, slack never saw it", marks=only_in_the_whole_form),
        pytest.param("postgresql", True, id="postgresql, slack took it", marks=only_in_the_whole_form),
    ],
    indirect=["database_url"],
)
def test_a_bot_killed_between_commit_and_delivery_shows_each_message_once_after_a_restart(
    database_url: str, *, slack_took_it: bool
) -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        with _bot(sandbox, server.api_url, database_url) as process:
            if slack_took_it:
                sandbox.faults.next("chat.postMessage", lose_answer=True, delay=0.3)
            else:
                sandbox.faults.next("chat.postMessage", drop=True, delay=3)
            _request(sandbox)
            time.sleep(0.15)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
        with _bot(sandbox, server.api_url, database_url):
            asked = ("tia", "tom", "lea", "luis")
            _wait_for(
                lambda: (
                    all(sandbox.person(name).dms() for name in asked) and sandbox.channel("payments").messages
                ),
                "the messages did not come after the restart",
            )
            lea = sandbox.person("lea")
            lea.clicks("Approve", on=lea.dms()[0])
            _wait_for(lambda: "Lea" in sandbox.channel("payments").messages[-1].text, "the card is not right")
            assert len(sandbox.channel("payments").messages) == 1
            assert all(len(sandbox.person(name).dms()) == 1 for name in asked)
    database = open_database(database_url)
    with database.read() as connection:
        assert isinstance(verify(connection), ChainHolds)
    database.dispose()
