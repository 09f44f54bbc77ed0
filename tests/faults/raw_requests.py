"""Requests written by hand and sent over sockets, so that they can be as wrong as somebody wants."""

import hashlib
import hmac
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

PATH: Final = "/slack/events"
FORM: Final = "application/x-www-form-urlencoded"
JSON: Final = "application/json"
PIECE: Final = b"x" * 65536
Lines = Sequence[tuple[str, str]]


def signature(secret: str, stamp: str, body: bytes) -> str:
    """As Slack makes it."""
    base = b"v0:" + stamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()}"


def signed(secret: str, body: bytes, content_type: str = FORM, *, stamp: str = "") -> list[tuple[str, str]]:
    """The headers of a delivery, signed now or at `stamp`."""
    at = stamp or str(int(time.time()))
    return [
        ("content-type", content_type),
        ("x-slack-request-timestamp", at),
        ("x-slack-signature", signature(secret, at, body)),
    ]


def written(headers: Lines, body: bytes = b"", *, method: str = "POST", path: str = PATH) -> bytes:
    """A whole request; its length is announced where `headers` say nothing about it."""
    told = {name.lower() for name, _ in headers}
    length = [] if told & {"content-length", "transfer-encoding"} else [("content-length", str(len(body)))]
    lines = [f"{method} {path} HTTP/1.1", "host: bot"]
    lines += [f"{name}: {value}" for name, value in (*headers, *length)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@dataclass(frozen=True)
class Raw:
    """What an intruder sends: `begin`, then so many bytes more, in chunks or as they are."""

    begin: bytes
    more: int = 0
    chunked: bool = False

    def parts(self) -> Iterator[bytes]:
        """The bytes, a piece at a time."""
        yield self.begin
        for _ in range(0, self.more, len(PIECE)):
            yield b"%x\r\n%s\r\n" % (len(PIECE), PIECE) if self.chunked else PIECE


def send(port: int, raw: Raw, source: str = "127.0.0.1", patience: float = 20.0) -> int:
    """Send it from an address of this machine's; the status of the answer, 0 where the connection ended without one."""
    with socket.create_connection(("127.0.0.1", port), patience, source_address=(source, 0)) as connection:
        with suppress(ConnectionError):  # closed before all of it was sent, as it should be
            for part in raw.parts():
                connection.sendall(part)
        return status_of(connection)


def status_of(connection: socket.socket) -> int:
    """The status of the answer that is read next; 0 where the connection ends without one."""
    with suppress(ConnectionError), connection.makefile("rb") as file:
        begin = file.readline().split()
        return int(begin[1]) if len(begin) > 1 and begin[1].isdigit() else 0
    return 0
