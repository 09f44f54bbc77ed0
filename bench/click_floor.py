"""The floor beneath every click: a bare ASGI endpoint that checks the signature, served as the bot is: `python -m bench.click_floor`."""

import hashlib
import hmac
import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import uvicorn

from bench.wire import CPU_PATH, LOOPBACK

Message = MutableMapping[str, Any]
Application = Callable[
    [Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
UNSIGNED: Final = 401


def bare(secret: str) -> Application:
    """What nobody can leave out: read the body, check the HMAC, answer."""
    key = secret.encode()

    async def app(
        scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = 200, b""
        if scope["method"] == "POST":
            headers = dict(scope["headers"])
            base = b"v0:" + headers[b"x-slack-request-timestamp"] + b":" + body
            digest = hmac.new(key, base, hashlib.sha256).hexdigest().encode()
            if not hmac.compare_digest(b"v0=" + digest, headers[b"x-slack-signature"]):
                status = UNSIGNED
        elif scope["path"] == CPU_PATH:
            answer = str(time.process_time()).encode()
        length = (b"content-length", str(len(answer)).encode())
        await send({"type": "http.response.start", "status": status, "headers": [length]})
        await send({"type": "http.response.body", "body": answer})

    return app


if __name__ == "__main__":
    uvicorn.run(
        bare(os.environ["SLACK_SIGNING_SECRET"]),
        host=LOOPBACK,
        port=int(os.environ["PORT"]),
        lifespan="off",
        log_config=None,
        access_log=False,
    )
