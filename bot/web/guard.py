"""The guard before Slack's endpoint: nothing unsigned, stale, oversized, slow or malformed gets past it.

It answers before anything is parsed, and always with a status of the sender's fault, never with one of ours. What it
lets through is a signed, complete and readable body (docs.slack.dev/authentication/verifying-requests-from-slack).
"""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import wellformed

MAX_BODY_BYTES: Final = 1024 * 1024
MAX_AGE_SECONDS: Final = 5 * 60
READ_WITHIN_SECONDS: Final = 10.0

UNSIGNED: Final = "The request is not signed by Slack."


class RefusedError(Exception):
    """A request that goes no further: its status and a sentence that repeats nothing of what was sent."""

    def __init__(self, status: HTTPStatus, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


class SenderLeftError(Exception):
    """The connection closed before the body was complete; nobody is there to be answered."""


class Guard:
    """An ASGI app that hands what Slack signed to the `app` behind it, and refuses the rest.

    `real_time` gives the seconds since the epoch, real ones: a signature is worth five minutes of the sender's clock,
    whatever the business time is. `read_within` is how long, in seconds, a sender may take over a body.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        signing_secret: SecretStr | str,
        real_time: Callable[[], float],
        read_within: float = READ_WITHIN_SECONDS,
    ) -> None:
        secret = (
            signing_secret.get_secret_value() if isinstance(signing_secret, SecretStr) else signing_secret
        )
        if not secret:
            raise ValueError("An empty signing secret would let everybody sign.")
        self._app = app
        self._secret = secret.encode("utf-8")
        self._real_time = real_time
        self._read_within = read_within

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is no HTTP request, such as a server's start, is not looked at."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._admit(scope, receive)
        except RefusedError as refused:
            response = PlainTextResponse(f"{refused}\n", refused.status, refused.headers)
            await response(scope, receive, send)
        except SenderLeftError:
            return
        else:
            await self._app(scope, _replay(body, receive), send)

    async def _admit(self, scope: Scope, receive: Receive) -> bytes:
        """The body of a request that may pass."""
        if scope["method"] != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Slack sends POST requests.", {"allow": "POST"})
        headers: list[tuple[bytes, bytes]] = list(scope["headers"])
        _refuse_announced_size(_only(headers, b"content-length"))
        timestamp = _only(headers, b"x-slack-request-timestamp")
        signature = _only(headers, b"x-slack-signature")
        self._refuse_stale(timestamp)
        body = await self._read(receive)
        self._refuse_unsigned(timestamp, body, signature)
        try:
            wellformed.check(body, _only(headers, b"content-type").decode("latin-1"))
        except wellformed.MalformedError as why:
            raise RefusedError(HTTPStatus.BAD_REQUEST, str(why)) from None
        return body

    def _refuse_stale(self, timestamp: bytes) -> None:
        if not re.fullmatch(rb"[0-9]{1,12}", timestamp):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, UNSIGNED)
        if abs(self._real_time() - int(timestamp)) > MAX_AGE_SECONDS:
            raise RefusedError(
                HTTPStatus.UNAUTHORIZED, "The request's signature is too old, or a clock is wrong."
            )

    def _refuse_unsigned(self, timestamp: bytes, body: bytes, signature: bytes) -> None:
        signed = hmac.new(self._secret, b"v0:" + timestamp + b":" + body, hashlib.sha256)
        if not hmac.compare_digest(b"v0=" + signed.hexdigest().encode("ascii"), signature):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, UNSIGNED)

    async def _read(self, receive: Receive) -> bytes:
        try:
            async with asyncio.timeout(self._read_within):
                return await _whole_body(receive)
        except TimeoutError:
            close = {"connection": "close"}
            raise RefusedError(
                HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.", close
            ) from None


def _only(headers: list[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The value of a header that is there once; empty where it is missing or, which nobody honest does, repeated."""
    values = [value for key, value in headers if key.lower() == name]
    return values[0] if len(values) == 1 else b""


def _too_large() -> RefusedError:
    close = {"connection": "close"}
    return RefusedError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than what Slack sends.", close
    )


def _refuse_announced_size(length: bytes) -> None:
    """Refuse by what the sender says; what the sender does is counted while reading."""
    digits = length.strip().lstrip(b"0")
    if digits.isdigit() and (len(digits) > len(str(MAX_BODY_BYTES)) or int(digits) > MAX_BODY_BYTES):
        raise _too_large()


async def _whole_body(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderLeftError
        part: bytes = message.get("body", b"")
        if len(body) + len(part) > MAX_BODY_BYTES:
            raise _too_large()
        body += part
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then whatever the connection has to say."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
