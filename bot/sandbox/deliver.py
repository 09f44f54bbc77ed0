"""Deliveries to the bot, signed as Slack signs them, and what became of each."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

import httpx

from bot.sandbox.refusal import Json
from bot.sandbox.wire import Happening
from bot.sandbox.workspace import Workspace

FORM: Final = "application/x-www-form-urlencoded"
OK: Final = 200
ANSWER_KEPT: Final = 4000


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came back: a status and a body, or `trouble` in Slack's words when it did not go well."""

    status: int
    body: str
    took: float
    trouble: str | None = None


def sign(secret: str, body: bytes, at: int) -> dict[str, str]:
    """The headers that prove that a body comes from Slack; `at` is real time in seconds since the epoch."""
    base = b"v0:" + str(at).encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


class Courier:
    """Carries commands, interactions and events to the bot's request URL and waits for its answer."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._client = httpx.Client(
            trust_env=False, follow_redirects=False, limits=httpx.Limits(max_keepalive_connections=0)
        )
        self._timers: list[threading.Timer] = []
        self._events: dict[str, Json] = {}

    def rest(self) -> None:
        """Give up the deliveries that still wait for their time."""
        while self._timers:
            self._timers.pop().cancel()

    def command(self, form: Json) -> Delivered:
        """Deliver a slash command."""
        return self._send("command", form, urlencode(form).encode(), {"Content-Type": FORM})

    def interaction(self, payload: Json) -> Delivered:
        """Deliver a click, a submission, a closing or a shortcut."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self._send(payload["type"], payload, body, {"Content-Type": FORM})

    def event(self, envelope: Json) -> Delivered:
        """Deliver an event; one that goes unanswered comes again, with the same `event_id`.

        The first attempts without a wait are made here; later ones follow by themselves.
        """
        self._events[envelope["event_id"]] = envelope
        return self._attempt(envelope, 0, None)

    def event_again(self, event_id: str) -> Delivered:
        """Deliver a known event once more, as Slack does when an answer was lost."""
        return self._attempt(
            self._events[event_id], len(self._workspace.strictness.event_retries), "http_timeout"
        )

    def _attempt(self, envelope: Json, number: int, reason: str | None) -> Delivered:
        headers = {"Content-Type": "application/json"}
        if reason is not None:
            headers |= {"X-Slack-Retry-Num": str(max(number, 1)), "X-Slack-Retry-Reason": reason}
        delivered = self._send(envelope["event"]["type"], envelope, json.dumps(envelope).encode(), headers)
        waits = self._workspace.strictness.event_retries
        if delivered.trouble is None or number >= len(waits):
            return delivered
        why = "http_timeout" if delivered.trouble == "operation_timeout" else "http_error"
        if waits[number] == 0:
            return self._attempt(envelope, number + 1, why)
        timer = threading.Timer(waits[number], self._attempt, (envelope, number + 1, why))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()
        return delivered

    def _send(self, name: str, request: Json, body: bytes, headers: Mapping[str, str]) -> Delivered:
        began = time.monotonic()
        delivered = self._answer(body, headers, began)
        answer = {"body": delivered.body[:ANSWER_KEPT]} if delivered.body else {}
        self._workspace.wire.note(
            Happening(
                datetime.now(UTC),
                "to bot",
                name,
                {key: value for key, value in request.items() if key != "token"},
                answer,
                delivered.status,
                delivered.took,
                delivered.trouble,
            )
        )
        return delivered

    def _answer(self, body: bytes, headers: Mapping[str, str], began: float) -> Delivered:
        url = self._workspace.bot_url
        if url is None:
            return Delivered(0, "", 0.0, "dispatch_failed")
        patience = self._workspace.strictness.ack_seconds
        signed = {
            **headers,
            **sign(self._workspace.credentials.signing_secret, body, int(time.time())),
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
        }
        try:
            response = self._client.post(url, content=body, headers=signed, timeout=patience)
        except httpx.TimeoutException:
            return Delivered(0, "", time.monotonic() - began, "operation_timeout")
        except httpx.HTTPError:
            return Delivered(0, "", time.monotonic() - began, "dispatch_failed")
        took = time.monotonic() - began
        if took > patience:
            return Delivered(response.status_code, response.text, took, "operation_timeout")
        if response.status_code != OK:
            return Delivered(response.status_code, response.text, took, "dispatch_failed")
        return Delivered(response.status_code, response.text, took)
