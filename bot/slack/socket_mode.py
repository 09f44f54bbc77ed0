"""Socket Mode: Slack's deliveries over websockets that the bot opens itself, so that it needs no public address.

Slack renews each connection every few hours. On its warning the next one is opened first, and the old one is read
until Slack closes it: no delivery falls between the two. Each envelope is acknowledged on the connection it came by.

The SDK's own client closes the old connection at once, and with it the answers that are under way; nor can it stop
gracefully. Hence `websockets`, which also answers pings while listeners are busy and heeds NO_PROXY.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import json
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import structlog
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from bot.slack.envelopes import Envelope, acknowledgement, read_envelope, read_message

THREADS: Final = 16
PING_SECONDS: Final = 10
"""A connection that does not answer a ping for this long is given up."""
LINGER_SECONDS: Final = 20.0
"""How long a connection is still read after Slack's warning, which comes some ten seconds before it closes it."""
STEADY_SECONDS: Final = 1.0
"""A connection that lived this long is replaced at once; the next attempt after a shorter one waits."""
FIRST_WAIT: Final = 0.25
LONGEST_WAIT: Final = 30.0
START_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
LARGEST: Final = 2**24

log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class _Line:
    """One connection. It is `leaving` from Slack's warning on, at its end, and when the bot stops."""

    leaving: threading.Event = field(default_factory=threading.Event)
    socket: ClientConnection | None = None
    greeted_at: float | None = None
    retry_after: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether deliveries may be expected from it, and for longer than some seconds."""
        return self.greeted_at is not None and not self.leaving.is_set()


class SocketMode:
    """Keeps connections to Slack and hands what arrives to Bolt, each envelope in a thread.

    Args:
        dispatch: Bolt's; listeners have done their work when it returns.
        client: for asking where to connect.
        app_token: the app-level token, `xapp-…`, with the scope `connections:write`.
        connections: how many are kept. Slack allows ten per app, and sends each envelope over one of them.
    """

    def __init__(
        self,
        dispatch: Callable[[BoltRequest], BoltResponse],
        client: WebClient,
        app_token: str,
        *,
        connections: int = 2,
    ) -> None:
        self._dispatch = dispatch
        self._client = client
        self._app_token = app_token
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._lines: list[_Line] = []
        self._readers: set[threading.Thread] = set()
        self._keepers = [
            threading.Thread(target=self._keep, name=f"socket {number}", daemon=True)
            for number in range(1, connections + 1)
        ]
        self._threads = ThreadPoolExecutor(THREADS, "envelope")

    def check(self) -> None:
        """Ask Slack whether the token is good.

        Raises:
            SlackApiError: with Slack's word for why it is not.
        """
        self._address()

    def start(self) -> None:
        """Connect, and return when a connection is open; what cannot be opened now is tried again and again."""
        for keeper in self._keepers:
            keeper.start()
        until = time.monotonic() + START_SECONDS
        while not self.connected and time.monotonic() < until:
            time.sleep(0.01)
        if not self.connected:
            log.warning("there is no connection to Slack yet; the bot goes on trying")

    def stop(self) -> None:
        """Take nothing new, answer what is under way, then close."""
        with self._lock:
            self._stopping.set()
            lines, readers = list(self._lines), list(self._readers)
        for line in lines:
            line.leaving.set()
        self._threads.shutdown(wait=True)
        for line in lines:
            if line.socket is not None:
                line.socket.close()
        for thread in (*self._keepers, *readers):
            if thread.is_alive():
                thread.join(STOP_SECONDS)

    @property
    def connected(self) -> int:
        """How many connections are open."""
        with self._lock:
            return sum(line.is_open for line in self._lines)

    def _keep(self) -> None:
        """Open one connection after the other; the next one as soon as the present one is leaving."""
        failures = 0
        while not self._stopping.is_set():
            line = _Line()
            reader = threading.Thread(target=self._live, args=(line,), name="socket reader", daemon=True)
            with self._lock:
                self._lines.append(line)
                self._readers.add(reader)
            reader.start()
            line.leaving.wait()
            was_steady = line.greeted_at is not None and time.monotonic() - line.greeted_at >= STEADY_SECONDS
            failures = 0 if was_steady else failures + 1
            self._stopping.wait(max(line.retry_after, pause_after(failures)))

    def _live(self, line: _Line) -> None:
        """A connection's life, in a thread of its own."""
        try:
            url = self._address()
            with connect(
                url,
                proxy=None if _is_loopback(url) else True,
                ping_interval=PING_SECONDS,
                ping_timeout=PING_SECONDS,
                close_timeout=2,
                max_size=LARGEST,
            ) as socket:
                with self._lock:
                    if self._stopping.is_set():
                        return
                    line.socket = socket
                self._read(line, socket)
        except SlackApiError as error:
            line.retry_after = _retry_after(error)
            log.warning("Slack refuses a connection", problem=error.response.get("error"))
        except ConnectionClosed:
            if not line.leaving.is_set():
                log.info("a connection to Slack broke; the next one is being opened")
        except (OSError, HTTPException, SlackClientError, WebSocketException) as error:
            log.warning("Slack cannot be reached", problem=f"{type(error).__name__}: {error}")
        finally:
            with self._lock:
                self._lines.remove(line)
                self._readers.discard(threading.current_thread())
            line.leaving.set()

    def _address(self) -> str:
        url: str = self._client.apps_connections_open(app_token=self._app_token)["url"]
        return url

    def _read(self, line: _Line, socket: ClientConnection) -> None:
        """Read until the connection ends or, after Slack's warning, lingered long enough."""
        until: float | None = None
        while True:
            try:
                text = socket.recv(None if until is None else max(0.0, until - time.monotonic()))
            except TimeoutError:
                return
            message = read_message(text)
            kind = message.get("type")
            if kind == "hello":
                line.greeted_at = time.monotonic()
            elif kind == "disconnect":
                _explain(str(message.get("reason")))
                until = until or time.monotonic() + LINGER_SECONDS
                line.leaving.set()
            else:
                self._take(read_envelope(message), socket)

    def _take(self, envelope: Envelope | None, socket: ClientConnection) -> None:
        """Hand an envelope to a thread; one that arrives while stopping is left for Slack to deliver elsewhere."""
        if envelope is None:
            log.warning("Slack sent something over Socket Mode that is no envelope")
            return
        with self._lock:
            if not self._stopping.is_set():
                self._threads.submit(self._answer, envelope, socket)

    def _answer(self, envelope: Envelope, socket: ClientConnection) -> None:
        """Do what was delivered and acknowledge it; what failed stays unacknowledged, as an HTTP error would."""
        try:
            response = self._dispatch(envelope.request())
        except Exception:
            log.exception("a delivery over Socket Mode failed", kind=envelope.type)
            return
        answer = acknowledgement(envelope, response)
        if answer is None:
            log.warning("a delivery was not acknowledged", kind=envelope.type, status=response.status)
            return
        try:
            socket.send(json.dumps(answer))
        except (ConnectionClosed, OSError):
            # An event comes again and counts once; a person sees that something went wrong, and the card as it is.
            log.warning("a connection broke before a delivery was acknowledged", kind=envelope.type)


def _explain(reason: str) -> None:
    if reason == "too_many_websockets":
        log.error("the app has too many connections to Slack: ten in all, over all its processes")
    elif reason == "link_disabled":
        log.error("Socket Mode is turned off for the app: turn it on at api.slack.com/apps → Socket Mode")
    else:
        log.info("Slack renews a connection", reason=reason)


def pause_after(failures: int) -> float:
    """Seconds before the next attempt: none after a connection that held, else longer and longer."""
    if not failures:
        return 0.0
    wait: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 10))
    return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads attempts, guards nothing


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", {})
    given = str(headers.get("Retry-After", headers.get("retry-after", "")))
    return float(given) if given.isdigit() else 0.0


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
