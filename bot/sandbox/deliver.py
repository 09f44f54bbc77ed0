"""Deliveries to the bot, over HTTP as Slack signs them or over its websockets, and what became of each."""

import hashlib
import hmac
import threading
import time
from datetime import UTC, datetime
from typing import Final

import httpx

from bot.sandbox.parcels import Delivered, Parcel
from bot.sandbox.refusal import Json
from bot.sandbox.socket_mode import Sockets
from bot.sandbox.wire import Happening
from bot.sandbox.workspace import Workspace

OK: Final = 200
ANSWER_KEPT: Final = 4000


def sign(secret: str, body: bytes, at: int) -> dict[str, str]:
    """The headers that prove that a body comes from Slack; `at` is real time in seconds since the epoch."""
    base = b"v0:" + str(at).encode() + b":" + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(at), "X-Slack-Signature": f"v0={digest}"}


class Courier:
    """Carries commands, interactions and events to the bot and waits for its answer.

    An app is in one mode: with a request URL it is reached over HTTP, without one over its websockets.
    """

    def __init__(self, workspace: Workspace, sockets: Sockets) -> None:
        self._workspace = workspace
        self._sockets = sockets
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
        return self._send(Parcel("slash_commands", form))

    def interaction(self, payload: Json) -> Delivered:
        """Deliver a click, a submission, a closing or a shortcut."""
        return self._send(Parcel("interactive", payload))

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
        delivered = self._send(Parcel("events_api", envelope, number, reason))
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

    def _send(self, parcel: Parcel) -> Delivered:
        url = self._workspace.bot_url
        delivered = self._sockets.deliver(parcel) if url is None else self._post(url, parcel)
        answer = {"body": delivered.body[:ANSWER_KEPT]} if delivered.body else {}
        self._workspace.wire.note(
            Happening(
                datetime.now(UTC),
                "to bot",
                parcel.name,
                {key: value for key, value in parcel.payload.items() if key != "token"},
                answer,
                delivered.status,
                delivered.took,
                delivered.trouble,
            )
        )
        return delivered

    def _post(self, url: str, parcel: Parcel) -> Delivered:
        began = time.monotonic()
        body, headers = parcel.over_http()
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
