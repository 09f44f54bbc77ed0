"""The site as it is served: by a real server, asked over raw sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from httpx import codes
from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette

from bot.web import protocol
from bot.web.serving import HEADERS, Serving, configuration
from bot.web.site import SLACK_PATH, site
from tests.short_form import only_in_the_whole_form
from tests.web.signed_requests import CLICK, NOW, SECRET, signed


@dataclass
class Site:
    """A site that runs. What `goes_wrong` is raised behind the guard."""

    serving: Serving | None = None
    is_ready: bool = True
    asked: int = 0
    at: float = 0.0
    hangs: threading.Event | None = None
    goes_wrong: Exception | None = None
    dispatched: list[BoltRequest] = field(default_factory=list)

    def dispatch(self, request: BoltRequest) -> BoltResponse:
        if self.goes_wrong:
            raise self.goes_wrong
        self.dispatched.append(request)
        return BoltResponse(status=200, body="done")

    def ready(self) -> bool:
        self.asked += 1
        if self.hangs:
            self.hangs.wait(10)
        return self.is_ready

    def connect(self) -> socket.socket:
        assert self.serving is not None
        address = urlsplit(self.serving.url)
        return socket.create_connection((address.hostname or "", address.port or 0), timeout=10)

    def ask(self, request: bytes) -> "Told":
        """Send these bytes and read until the connection ends, or the answer is whole."""
        with closing(self.connect()) as asking:
            with suppress(ConnectionError):  # refused before all of it was sent
                asking.sendall(request)
            return read_answer(asking)


@dataclass
class Told:
    """An answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name.lower()]


def read_answer(asking: socket.socket) -> Told:
    """One whole answer; status 0 where the connection ends without one."""
    with asking.makefile("rb") as file, suppress(ConnectionError):
        begin = file.readline().split()
        if not begin:
            return Told(0, [], b"")
        headers = []
        while line := file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers.append((name.lower(), value.strip()))
        length = next((int(value) for name, value in headers if name == "content-length"), None)
        body = file.read() if length is None else file.read(length)
        return Told(int(begin[1]), headers, body)
    return Told(0, [], b"")


@pytest.fixture
def running() -> Iterator[Site]:
    made = Site()
    web = site(
        made.dispatch,
        signing_secret=SecretStr(SECRET),
        real_time=lambda: NOW,
        is_ready=made.ready,
        monotonic=lambda: made.at,
    )
    with Serving(web) as serving:
        made.serving = serving
        yield made


def request(
    path: str = SLACK_PATH, *, body: bytes = CLICK, more: tuple[bytes, ...] = (), method: str = "POST"
) -> bytes:
    """A signed request with its length, and more header lines."""
    lines = [f"{method} {path} HTTP/1.1".encode(), b"host: bot"]
    lines += [name + b": " + value for name, value in signed(body)]
    if not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in more):
        lines.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*lines, *more, b"", b""]) + body


ANSWERS = {
    200: request(),
    401: b"POST /slack/events HTTP/1.1\r\nhost: bot\r\ncontent-length: 0\r\n\r\n",
    404: b"GET /nothing HTTP/1.1\r\nhost: bot\r\n\r\n",
    405: b"GET /slack/events HTTP/1.1\r\nhost: bot\r\n\r\n",
    413: request(more=(b"content-length: 50000000",)),
    400: b"this is no HTTP\r\n\r\n",
}


@pytest.mark.parametrize("status", ANSWERS)
def test_every_answer_carries_strict_headers_and_does_not_say_what_serves_it(
    running: Site, status: int
) -> None:
    told = running.ask(ANSWERS[status])
    assert told.status == status
    for name, value in HEADERS:
        assert told.all(name) == [value]
    assert told.all("server") == []


def test_an_answer_of_ours_that_goes_wrong_carries_them_too_and_tells_nothing(running: Site) -> None:
    running.goes_wrong = RuntimeError(f"the secret is {SECRET}")
    told = running.ask(request())
    assert (told.status, told.body) == (500, b"Internal Server Error")
    for name, value in HEADERS:
        assert told.all(name) == [value]


CONFLICTS = {
    "two lengths": (b"content-length: 5", b"content-length: 6"),
    "a length and chunks": (b"content-length: 5", b"transfer-encoding: chunked"),
    "a length that is none": (b"content-length: five",),
    "a negative length": (b"content-length: -1",),
    "a length with a sign": (b"content-length: +5",),
    "two encodings": (b"transfer-encoding: gzip, chunked",),
    "an encoding twice": (b"transfer-encoding: chunked", b"transfer-encoding: chunked"),
    "a name with a space": (b"content-length : 5",),
    "a folded name": (b"x-slack signature: v0=1",),
    "a second host": (b"host: other",),
    "a header without end": (b"x: " + b"y" * 200_000,),
}


@pytest.mark.parametrize("lines", CONFLICTS.values(), ids=CONFLICTS)
def test_a_request_that_can_be_read_in_two_ways_is_read_in_none(
    running: Site, lines: tuple[bytes, ...]
) -> None:
    told = running.ask(request(more=lines))
    if told.status:  # where the connection ends at once, that is an answer, too
        assert codes.is_client_error(told.status) or told.status == codes.NOT_IMPLEMENTED
    assert running.dispatched == []


@pytest.mark.parametrize("name", [b"x-slack-signature", b"x-slack-request-timestamp", b"content-type"])
def test_a_header_of_slacks_that_comes_twice_is_refused(running: Site, name: bytes) -> None:
    again = next(value for key, value in signed(CLICK) if key == name)
    told = running.ask(request(more=(name + b": " + again,)))
    assert codes.is_client_error(told.status)
    assert running.dispatched == []


def test_a_body_in_chunks_is_read_as_any_other(running: Site) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, CLICK[at : at + 1]) for at in range(len(CLICK))) + b"0\r\n\r\n"
    whole = request(more=(b"transfer-encoding: chunked",))
    assert running.ask(whole[: -len(CLICK)] + chunks).status == 200


@pytest.mark.parametrize("begun", [b"", b"POST /slack/events HTTP/1.1\r\nhost: b"])
def test_a_connection_on_which_no_request_comes_is_closed(
    running: Site, begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "LOOK_SECONDS", 0.02)
    with closing(running.connect()) as asking:
        asking.sendall(begun)
        assert read_answer(asking).status == 0
    with closing(running.connect()) as asking:  # one that says something is answered, and again
        for _ in range(2):
            asking.sendall(request())
            assert read_answer(asking).status == 200
        asking.sendall(begun or b"P")
        assert read_answer(asking).status == 0


IDLE_AT_MOST = {"nginx": 60, "an AWS balancer": 60, "Heroku's router": 90, "Google's balancer": 600}
"""Seconds after which what usually stands before a bot closes a connection that idles, if nobody tells it otherwise."""


@pytest.mark.parametrize("seconds", IDLE_AT_MOST.values(), ids=IDLE_AT_MOST)
def test_whatever_stands_before_the_bot_closes_an_idle_connection_first(seconds: int) -> None:
    assert configuration(Starlette(), host="127.0.0.1", port=0).timeout_keep_alive > seconds


@only_in_the_whole_form
def test_a_connection_that_idled_carries_the_next_delivery(running: Site) -> None:
    with closing(running.connect()) as asking:
        for pause in (0, 6):
            time.sleep(pause)
            asking.sendall(request())
            assert read_answer(asking).status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nothing"])
def test_nobody_keeps_a_connection_open_but_slack(running: Site, path: str) -> None:
    with closing(running.connect()) as asking:
        asking.sendall(f"GET {path} HTTP/1.1\r\nhost: bot\r\n\r\n".encode())
        assert read_answer(asking).all("connection") == ["close"]
        assert asking.recv(1) == b""
    with closing(running.connect()) as asking:
        asking.sendall(request())
        assert read_answer(asking).all("connection") == []


def test_however_many_ask_whether_the_bot_is_ready_the_database_is_asked_once_a_second(running: Site) -> None:
    ready = b"GET /readyz HTTP/1.1\r\nhost: bot\r\nconnection: close\r\n\r\n"
    assert {running.ask(ready).status for _ in range(20)} == {200}
    assert running.asked == 1
    running.at, running.is_ready = 0.9, False
    assert running.ask(ready).status == 200
    running.at = 1.0
    assert running.ask(ready).status == 503, "a second later it is asked anew"
    running.is_ready = True
    assert running.ask(ready).status == 200, "and a bad answer is not kept"


def test_while_the_database_does_not_answer_one_thread_waits_for_it(running: Site) -> None:
    ready = b"GET /readyz HTTP/1.1\r\nhost: bot\r\nconnection: close\r\n\r\n"
    running.hangs = threading.Event()
    with ThreadPoolExecutor(30) as hands:
        told = [hands.submit(running.ask, ready) for _ in range(30)]
        assert running.ask(request()).status == 200, "nobody else is held up"
        running.hangs.set()
        assert {each.result().status for each in told} == {200}
    assert running.asked == 1
