"""The bot's HTTP side: Slack's endpoint behind the guard, and what a supervisor asks."""

import time
from collections.abc import Callable

from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.forgeries import Forgeries
from bot.web.guard import Guard
from bot.web.readiness import Readiness
from bot.web.slack_endpoint import SlackEndpoint

SLACK_PATH = "/slack/events"


def site(
    dispatch: Callable[[BoltRequest], BoltResponse],
    *,
    signing_secret: SecretStr,
    real_time: Callable[[], float],
    is_ready: Callable[[], bool],
    monotonic: Callable[[], float] = time.monotonic,
) -> Starlette:
    """Build the application, to be served by `serving`, which adds the headers that every answer has.

    `real_time` is seconds since the epoch, `monotonic` seconds that only grow; `is_ready` says whether the database answers.
    """
    readiness = Readiness(is_ready, monotonic)

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(_request: Request) -> Response:
        if await readiness():
            return PlainTextResponse("ready")
        return PlainTextResponse("the database does not answer", status_code=503)

    guarded = Guard(
        SlackEndpoint(dispatch),
        signing_secret=signing_secret,
        real_time=real_time,
        forgeries=Forgeries(monotonic),
    )
    return Starlette(
        routes=[
            Route(SLACK_PATH, guarded),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        middleware=[Middleware(_OnlySlackKeepsConnections)],
    )


class _OnlySlackKeepsConnections:
    """Each answer to anybody else says that it is the connection's last; the guard says so where it refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_last(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["connection"] = "close"
            await send(message)

        is_others = scope["type"] == "http" and scope["path"] != SLACK_PATH
        await self._app(scope, receive, send_last if is_others else send)
