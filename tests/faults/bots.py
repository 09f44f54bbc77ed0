"""Bots in processes of their own, to be killed, and deliveries signed as Slack signs them, sent faster than people click."""

import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlencode

import httpx

from bot.sandbox.workspace import Credentials

ROOT: Final = Path(__file__).resolve().parents[2]
HARBOR: Final = ROOT / "bot" / "sandbox" / "harbor.toml"
PATIENCE: Final = 40.0

Mode = Literal["http", "socket mode"]


def wait_for(what: Callable[[], object], why: str, patience: float = PATIENCE) -> None:
    """Processes run in real time. Raises TimeoutError, which says why, when it takes too long."""
    until = time.monotonic() + patience
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(why)
        time.sleep(0.01)


def free_port() -> int:
    """A port of this machine's own on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(frozen=True)
class Serving:
    """A process of the bot, whoever started it, by its number and the port at which it answers."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where Slack delivers over HTTP."""
        return f"{self.address}/slack/events"

    def is_up(self) -> bool:
        """Whether it answers and has its database."""
        try:
            return httpx.get(f"{self.address}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def is_alive(self) -> bool:
        """Whether there is a process of its number."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


@dataclass(frozen=True)
class Bot(Serving):
    """One that is a child of this process."""

    process: subprocess.Popen[bytes]
    log: Path

    def has_decided(self) -> bool:
        """Whether it is up, or has ended."""
        return self.process.poll() is not None or self.is_up()

    def kill(self) -> None:
        """End it with no chance to say anything."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=20)

    def stop(self) -> int:
        """End it as a supervisor does; returns its status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=20)


def settings_for(
    credentials: Credentials, api_url: str, database_url: str, organization: Path = HARBOR
) -> dict[str, str]:
    """The settings, as its environment, of a bot in this Slack, which delivers to it over HTTP."""
    return {
        "SLACK_BOT_TOKEN": credentials.bot_token,
        "SLACK_SIGNING_SECRET": credentials.signing_secret,
        "SLACK_APP_TOKEN": "",
        "SLACK_API_URL": api_url,
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(organization),
        "LOG_FORMAT": "json",
    }


@dataclass(frozen=True)
class Setup:
    """What bots are started with: the Slack that they talk to, their database, the file that says the business time."""

    api_url: str
    credentials: Credentials
    database_url: str
    folder: Path
    time: Path
    organization: Path = HARBOR
    more: Mapping[str, str] = field(default_factory=dict)
    """More of the environment."""
    starter: str = "tests.bot_at_given_time"

    def start(self, mode: Mode = "http", **more: str) -> Bot:
        """Start a bot; it may not answer yet."""
        port = free_port()
        environment = {
            **os.environ,
            **settings_for(self.credentials, self.api_url, self.database_url, self.organization),
            "SLACK_APP_TOKEN": self.credentials.app_token if mode == "socket mode" else "",
            "PORT": str(port),
            "CLICKS_AT_ONCE": "1000000",
            **self.more,
            **more,
        }
        log = self.folder / f"bot-{port}.log"
        with log.open("ab") as told:
            command = [sys.executable, "-m", self.starter, str(self.time)]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=told, stderr=told)
        return Bot(process.pid, port, process, log)

    @contextmanager
    def running(self, count: int = 1, mode: Mode = "http", **more: str) -> Iterator[list[Bot]]:
        """So many bots, all of them up; whatever still runs at the end is stopped."""
        bots = [self.start(mode, **more) for _ in range(count)]
        try:
            for bot in bots:
                wait_for(bot.has_decided, "a bot did not start")
                if bot.process.poll() is not None:
                    raise RuntimeError(f"a bot ended at once:\n{bot.log.read_text(errors='replace')[-2000:]}")
            yield bots
        finally:
            for bot in bots:
                bot.stop()


@dataclass(frozen=True)
class Sent:
    """What a delivery was answered with. Status 0: the connection broke, as the body says, and nobody knows."""

    status: int
    body: str
    seconds: float

    @property
    def acknowledged(self) -> bool:
        """Whether Slack would show no warning."""
        return self.status == httpx.codes.OK


@dataclass
class Sender:
    """Signs deliveries as Slack does, without going through the sandbox's person. Safe to share between threads."""

    credentials: Credentials
    team: str
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(
            trust_env=False, timeout=10, limits=httpx.Limits(max_connections=64)
        )
    )
    _triggers: Iterator[int] = field(default_factory=lambda: count(1))

    def press(self, url: str, person: str, action: str, value: str, *, trigger: str | None = None) -> Sent:
        """A button on a message in a channel; the same `trigger` again is the same click delivered twice."""
        return self.send(url, self.pressed(person, action, value, trigger or f"click-{next(self._triggers)}"))

    def pressed(self, person: str, action: str, value: str, trigger: str, answer_url: str = "") -> bytes:
        """The body of such a delivery; `answer_url` is where the person alone is answered."""
        payload: dict[str, Any] = {
            "type": "block_actions",
            "team": {"id": self.team, "domain": "harbor"},
            "user": {"id": person, "team_id": self.team, "username": person, "name": person},
            "api_app_id": "A0COUNTERSIGN",
            "token": "unused",
            "enterprise": None,
            "is_enterprise_install": False,
            "container": {
                "type": "message",
                "message_ts": "1.1",
                "channel_id": "C0PAYMENTS",
                "is_ephemeral": False,
            },
            "trigger_id": trigger,
            "channel": {"id": "C0PAYMENTS", "name": "payments"},
            "message": {"type": "message", "ts": "1.1", "text": "…", "blocks": []},
            "state": {"values": {}},
            **({"response_url": answer_url} if answer_url else {}),
            "actions": [
                {
                    "type": "button",
                    "action_id": action,
                    "block_id": "b",
                    "value": value,
                    "text": {"type": "plain_text", "text": "…"},
                    "action_ts": "1.2",
                }
            ],
        }
        return urlencode({"payload": json.dumps(payload)}).encode()

    def close(self) -> None:
        """Close its connections."""
        self.client.close()

    def send(self, url: str, body: bytes, content_type: str = "application/x-www-form-urlencoded") -> Sent:
        """Sign a body now, and deliver it."""
        stamp = str(int(time.time()))
        base = b"v0:" + stamp.encode() + b":" + body
        digest = hmac.new(self.credentials.signing_secret.encode(), base, hashlib.sha256).hexdigest()
        headers = {
            "content-type": content_type,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": f"v0={digest}",
        }
        started = time.perf_counter()
        try:
            answer = self.client.post(url, content=body, headers=headers)
        except httpx.TransportError as broke:
            return Sent(0, repr(broke), time.perf_counter() - started)
        return Sent(answer.status_code, answer.text, time.perf_counter() - started)
