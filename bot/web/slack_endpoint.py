"""Slack's deliveries, behind the guard: handed to Bolt in a thread, so that no listener ever holds up the event loop."""

from collections.abc import Callable, Sequence
from typing import Final

from anyio import CapacityLimiter, to_thread
from slack_bolt import BoltRequest, BoltResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.web import wellformed

THREADS: Final = 16


class SlackEndpoint:
    """An ASGI endpoint in front of Bolt's `dispatch`. The guard has read and checked the body before."""

    def __init__(self, dispatch: Callable[[BoltRequest], BoltResponse]) -> None:
        self._dispatch = dispatch
        self._limiter: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        request = Request(scope, receive)
        body = wellformed.read(await request.body(), request.headers["content-type"])
        headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
        # Bolt takes a body that is read already in this mode only; what else the mode says is that nobody verifies it again.
        bolt_request = BoltRequest(body=body, headers=headers, mode="socket_mode")
        if self._limiter is None:
            self._limiter = CapacityLimiter(THREADS)
        answer = await to_thread.run_sync(self._dispatch, bolt_request, limiter=self._limiter)
        response = Response(answer.body, status_code=answer.status)
        for name, values in answer.headers.items():
            for value in values:
                response.headers[name] = value
        await response(scope, receive, send)
