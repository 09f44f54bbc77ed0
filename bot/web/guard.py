"""The guard before Slack's endpoint: nothing unsigned, stale, oversized, slow or malformed gets past it.

It answers before anything is parsed, and always with a status of the sender's fault, never with one of ours. What it
lets through is a signed, complete and readable body (docs.slack.dev/authentication/verifying-requests-from-slack).

Who sends more than a few of the others is told to wait. What Slack signed is let through all the same: a whole company's
deliveries come from few addresses, and behind a proxy everybody has the same one.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from pydantic import SecretStr
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web import wellformed
from bot.web.bodies import MAX_BODY_BYTES, READ_WITHIN_SECONDS, Bodies, SenderLeftError, too_large
from bot.web.forgeries import Forgeries, address_of
from bot.web.refused import RefusedError

MAX_AGE_SECONDS: Final = 5 * 60

UNSIGNED: Final = "The request is not signed by Slack."
TOO_MANY: Final = "Too many requests from this address were not what Slack sends."
Headers = list[tuple[bytes, bytes]]


class Guard:
    """An ASGI app that hands what Slack signed to the `app` behind it, and refuses the rest.

    `real_time` gives the seconds since the epoch, real ones: a signature is worth five minutes of the sender's clock,
    whatever the business time is. `read_within` is how long, in seconds, a sender may take over a body. `forgeries` counts
    what is refused, by address.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        signing_secret: SecretStr | str,
        real_time: Callable[[], float],
        read_within: float = READ_WITHIN_SECONDS,
        forgeries: Forgeries | None = None,
    ) -> None:
        secret = (
            signing_secret.get_secret_value() if isinstance(signing_secret, SecretStr) else signing_secret
        )
        if not secret:
            raise ValueError("An empty signing secret would let everybody sign.")
        self._app = app
        self._secret = SecretStr(secret)
        self._real_time = real_time
        self._bodies = Bodies(read_within)
        self._forgeries = Forgeries(time.monotonic) if forgeries is None else forgeries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is no HTTP request, such as a server's start, is not looked at."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._admit(scope, receive)
        except RefusedError as refused:
            await self._answer(address_of(scope), refused)(scope, receive, send)
        except SenderLeftError:
            return
        else:
            await self._app(scope, _replay(body, receive), send)

    def _answer(self, address: str, refused: RefusedError) -> Response:
        """What a refused sender reads. The connection is closed: what is left of the body is of no interest."""
        headers = {**refused.headers, "connection": "close"}
        wait = self._forgeries.count(address)
        if wait is None:
            return PlainTextResponse(f"{refused}\n", refused.status, headers)
        headers["retry-after"] = str(wait)
        return PlainTextResponse(f"{TOO_MANY}\n", HTTPStatus.TOO_MANY_REQUESTS, headers)

    async def _admit(self, scope: Scope, receive: Receive) -> bytes:
        """The body of a request that may pass; what can be refused without it is refused before it is read."""
        if scope["method"] != "POST":
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Slack sends POST requests.", {"allow": "POST"})
        headers: Headers = list(scope["headers"])
        if {b"content-length", b"transfer-encoding"} <= {name.lower() for name, _ in headers}:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "The body's length is said in two ways.")
        _refuse_announced_size(_only(headers, b"content-length"))
        timestamp = _only(headers, b"x-slack-request-timestamp")
        signature = _only(headers, b"x-slack-signature")
        self._refuse_stale(timestamp)
        if not re.fullmatch(rb"v0=[0-9a-f]{64}", signature):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, UNSIGNED)
        body = await self._bodies.read(address_of(scope), receive)
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
        secret = self._secret.get_secret_value().encode("utf-8")
        signed = hmac.new(secret, b"v0:" + timestamp + b":" + body, hashlib.sha256)
        if not hmac.compare_digest(b"v0=" + signed.hexdigest().encode("ascii"), signature):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, UNSIGNED)


def _only(headers: Headers, name: bytes) -> bytes:
    """The value of a header that is there once; empty where it is missing or, which nobody honest does, repeated."""
    values = [value for key, value in headers if key.lower() == name]
    return values[0] if len(values) == 1 else b""


def _refuse_announced_size(length: bytes) -> None:
    """Refuse by what the sender says; what the sender does is counted while reading."""
    digits = length.strip().lstrip(b"0")
    if digits.isdigit() and (len(digits) > len(str(MAX_BODY_BYTES)) or int(digits) > MAX_BODY_BYTES):
        raise too_large()


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, then whatever the connection has to say."""
    unread = [body]

    async def replayed() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return replayed
