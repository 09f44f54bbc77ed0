"""A driver that costs next to nothing: requests that are signed and spelled out beforehand, over connections that stay open."""

import hashlib
import hmac
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Self

LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 20.0
CPU_PATH: Final = "/cpu"
"""Where a measured server says how much CPU time its process has used, in seconds."""


class UnexpectedAnswerError(RuntimeError):
    """A request was not answered as it must be, so that nothing was measured."""


def signed(body: bytes, secret: str) -> bytes:
    """A whole request as Slack sends it, signed now."""
    stamp = str(int(time.time())).encode()
    digest = hmac.new(secret.encode(), b"v0:" + stamp + b":" + body, hashlib.sha256).hexdigest().encode()
    lines = (
        b"POST /slack/events HTTP/1.1",
        b"host: 127.0.0.1",
        b"user-agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        b"accept: application/json,*/*",
        b"accept-encoding: gzip,deflate",
        b"content-type: application/x-www-form-urlencoded",
        b"content-length: " + str(len(body)).encode(),
        b"x-slack-request-timestamp: " + stamp,
        b"x-slack-signature: v0=" + digest,
    )
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def asked(path: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


class Wire:
    """One connection to a server on this machine; one request at a time."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._socket.close()

    def send(self, request: bytes) -> bytes:
        """Send a request and return the answer's body.

        Raises:
            UnexpectedAnswerError: the status is another than 200.
        """
        self._socket.sendall(request)
        head, body = self._head()
        length = next(
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        )
        while len(body) < length:
            body += self._more()
        if not head.startswith(b"HTTP/1.1 200 "):
            raise UnexpectedAnswerError(f"{head.decode()} {body.decode(errors='replace')}")
        return body

    def _head(self) -> tuple[bytes, bytes]:
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        return head, body

    def _more(self) -> bytes:
        part = self._socket.recv(65536)
        if not part:
            raise UnexpectedAnswerError("the server closed the connection")
        return part


@dataclass(frozen=True)
class Server:
    """A server whose CPU time is measured from outside."""

    port: int

    def milliseconds_each(self, requests: Sequence[bytes]) -> float:
        """Send requests one after the other; how much CPU time each cost the server, in milliseconds."""
        with Wire(self.port) as wire:
            before = self._cpu()
            for request in requests:
                wire.send(request)
            return (self._cpu() - before) * 1000 / len(requests)

    def latencies(self, requests: Sequence[bytes], at_once: int) -> list[float]:
        """Send them over so many connections, each its next one as soon as it has its answer; seconds of each."""
        parts = [requests[number::at_once] for number in range(at_once)]
        with ThreadPoolExecutor(at_once) as threads:
            return [took for part in threads.map(self._each, parts) for took in part]

    def _cpu(self) -> float:
        """How much CPU time its process has used so far, in seconds; asked on a connection of its own, which it closes."""
        with Wire(self.port) as wire:
            return float(wire.send(asked(CPU_PATH)))

    def _each(self, requests: Sequence[bytes]) -> list[float]:
        with Wire(self.port) as wire:
            return [_timed(wire.send, request) for request in requests]


def _timed(send: Callable[[bytes], bytes], request: bytes) -> float:
    began = time.perf_counter()
    send(request)
    return time.perf_counter() - began
