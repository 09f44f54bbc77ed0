"""The bot's HTTP side: Slack's endpoint behind the guard, and what a supervisor asks."""

from collections.abc import Callable

from pydantic import SecretStr
from slack_bolt import BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.web.guard import Guard
from bot.web.slack_endpoint import SlackEndpoint

SLACK_PATH = "/slack/events"


def site(
    dispatch: Callable[[BoltRequest], BoltResponse],
    *,
    signing_secret: SecretStr,
    real_time: Callable[[], float],
    is_ready: Callable[[], bool],
) -> Starlette:
    """Build the application. `real_time` is seconds since the epoch; `is_ready` says whether the database answers."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def readyz(_request: Request) -> Response:
        if is_ready():
            return PlainTextResponse("ready")
        return PlainTextResponse("the database does not answer", status_code=503)

    guarded = Guard(SlackEndpoint(dispatch), signing_secret=signing_secret, real_time=real_time)
    return Starlette(
        routes=[
            Route(SLACK_PATH, guarded),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ]
    )
