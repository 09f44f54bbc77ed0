"""Requests to the guard as Slack signs them, and what comes back."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from pydantic import SecretStr
from starlette.types import Message, Receive, Scope, Send

from bot.web.guard import Guard

SECRET = "harbor-signing-secret"
NOW = 1_795_000_000
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
COMMAND = urlencode({"command": "/deploy", "text": "", "user_id": "U1", "team_id": "T1"}).encode()
CLICK = urlencode(
    {"payload": json.dumps({"type": "block_actions", "user": {"id": "U1"}, "actions": [{}]})}
).encode()
EVENT = json.dumps({"type": "event_callback", "event": {"type": "app_home_opened", "user": "U1"}}).encode()

Header = tuple[bytes, bytes]


def signature(timestamp: str, body: bytes, secret: str = SECRET) -> str:
    return (
        "v0="
        + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    )


def signed(body: bytes, content_type: str = FORM, *, timestamp: str = str(NOW)) -> list[Header]:
    return [
        (b"content-type", content_type.encode("latin-1")),
        (b"x-slack-request-timestamp", timestamp.encode()),
        (b"x-slack-signature", signature(timestamp, body).encode()),
    ]


@dataclass
class Inner:
    """What stands behind the guard: it reads the body that it is given, and remembers it."""

    bodies: list[bytes] = field(default_factory=list)
    afterwards: list[Message] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        message = await receive()
        assert message["more_body"] is False
        self.bodies.append(message["body"])
        self.afterwards.append(await receive())
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"seen"})


@dataclass
class Answer:
    """What the sender got, and how many of its messages were read."""

    status: int | None
    headers: dict[bytes, bytes]
    body: bytes
    read: int
    inner: Inner


def ask(
    parts: Sequence[bytes],
    headers: list[Header],
    *,
    method: str = "POST",
    then: Callable[[], Awaitable[Message]] | None = None,
    read_within: float = 10.0,
) -> Answer:
    """Send a request in parts, then hang up, or do what `then` says."""
    inner, sent = Inner(), list[Message]()
    left = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    read = 0

    async def receive() -> Message:
        nonlocal read
        if read < len(left):
            read += 1
            return left[read - 1]
        return await then() if then else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    guard = Guard(inner, signing_secret=SecretStr(SECRET), real_time=lambda: NOW, read_within=read_within)
    scope = {"type": "http", "method": method, "path": "/slack/events", "headers": headers}
    asyncio.run(guard(scope, receive, send))
    start = sent[0] if sent else {}
    return Answer(
        status=start.get("status"),
        headers=dict(start.get("headers", [])),
        body=b"".join(message.get("body", b"") for message in sent[1:]),
        read=read,
        inner=inner,
    )
