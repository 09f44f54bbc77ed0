"""The sandbox's HTTP side: the Web API, response_urls and the page, served from a thread."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.sandbox.api import apps, channels, chat, conversations, people, views
from bot.sandbox.api.answers import answer_through
from bot.sandbox.api.call import METHODS, Arguments
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.wire import Happening
from bot.sandbox.workspace import Workspace

FAMILIES: Final = (apps, channels, chat, conversations, people, views)
"""The modules that enter their methods into the table."""
TICK: Final = 0.02
Ends = tuple[int, int]
"""The ports of both ends of a connection."""
_OPEN: dict[Ends, asyncio.BaseTransport] = {}


def _ends(transport: asyncio.BaseTransport) -> Ends:
    return transport.get_extra_info("peername")[1], transport.get_extra_info("sockname")[1]


class _Protocol(H11Protocol):
    """HTTP whose connections can be cut, by the ports of both ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        _OPEN[_ends(transport)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _OPEN.pop(_ends(self.transport), None)
        super().connection_lost(exc)


def forget(scope: Scope) -> asyncio.BaseTransport | None:
    """Forget a websocket that ended: its connection was handed on and did not say goodbye to `_Protocol`."""
    return _OPEN.pop((scope["client"][1], scope["server"][1]), None)


def abort(scope: Scope) -> None:
    """Cut the connection of a request or a websocket, without a goodbye. To be called in the server's loop."""
    transport = forget(scope)
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _cut(request: Request) -> Response:
    """Cut the connection: whoever called gets no answer."""
    abort(request.scope)
    return Response(status_code=500)


async def _arguments(request: Request) -> Json:
    """A call's arguments, from query and body; what cannot be read as JSON is `invalid_json`."""
    given: Json = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            read = json.loads(body or b"{}")
        except ValueError:
            raise RefusalError("invalid_json") from None
        if not isinstance(read, dict):
            raise RefusalError("json_not_object")
        return given | read
    return given | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


class Api:
    """The routes that a bot sees."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[BaseRoute]:
        """The Web API and the three kinds of response_url."""
        return [
            Route("/api/{method}", self._call, methods=["GET", "POST"]),
            *(
                Route(f"/{kind}/{{team}}/{{secret}}", self._answer, methods=["POST"])
                for kind in ("commands", "actions", "app")
            ),
        ]

    async def _call(self, request: Request) -> Response:
        name = request.path_params["method"]
        fault = self._workspace.faults.take(name)
        if fault is not None and not fault.afterwards and (early := await self._strike(request, name, fault)):
            return early
        began = time.monotonic()
        given: Json = {}
        try:
            given = await _arguments(request)
            answer = await run_in_threadpool(self._do, name, request, given)
            status, headers, refusal = 200, {}, None
        except RefusalError as refused:
            answer, status, refusal = refused.answer(), refused.status, str(refused)
            headers = {"Retry-After": str(refused.retry_after)} if refused.retry_after else {}
        self._note(name, given, answer, status, began, refusal)
        if fault is not None and fault.afterwards and (late := await self._strike(request, name, fault)):
            return late
        if fault is not None and fault.lose_answer:
            return _cut(request)
        return JSONResponse(answer, status, headers)

    def _do(self, name: str, request: Request, given: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise RefusalError("unknown_method", more={"req_method": name})
        self._check_token(request, given, is_apps_own=method.is_apps_own)
        workspace = self._workspace
        if method.scope is not None:
            workspace.allow(method.scope)
        if workspace.strictness.rate_limits:
            workspace.limits.count(name)
        with workspace.lock:
            return {"ok": True, **method.answer(workspace, Arguments(given))}

    def _check_token(self, request: Request, given: Json, *, is_apps_own: bool) -> None:
        token = given.pop("token", None)
        header = request.headers.get("authorization", "")
        if header.startswith("Bearer "):
            token = header.removeprefix("Bearer ")
        if not token:
            raise RefusalError("not_authed")
        known = self._workspace.credentials
        if token not in {known.bot_token, known.app_token}:
            raise RefusalError("invalid_auth")
        if (token == known.app_token) is not is_apps_own:
            raise RefusalError("not_allowed_token_type")

    async def _strike(self, request: Request, name: str, fault: Fault) -> Response | None:
        """What a fault does before the call is carried out, or after; None where it lets it pass."""
        began = time.monotonic()
        await asyncio.sleep(fault.delay)
        if fault.drop:
            self._note(name, {}, {}, 0, began, "dropped")
            return _cut(request)
        if not fault.answers:
            return None
        error = fault.error or ("ratelimited" if fault.status == 429 else "internal_error")  # noqa: PLR2004 – HTTP's own number
        status = fault.status or 200
        says_when = status == 429 and fault.retry_after is not None  # noqa: PLR2004 – as above
        headers = {"Retry-After": str(fault.retry_after)} if says_when else {}
        if fault.body is not None:
            self._note(name, {}, {"body": fault.body}, status, began, "no JSON")
            return HTMLResponse(fault.body, status, headers)
        answer: Json = {"ok": False, "error": error}
        self._note(name, {}, answer, status, began, error)
        return JSONResponse(answer, status, headers)

    async def _answer(self, request: Request) -> Response:
        began = time.monotonic()
        fault = self._workspace.faults.take("response_url")
        if fault is not None and (early := await self._strike(request, "response_url", fault)):
            return early
        given: Json = {}
        response: Response = PlainTextResponse("ok")
        refusal = None
        try:
            given = await _arguments(request)
            await run_in_threadpool(self._take_answer, request.path_params["secret"], given)
        except RefusalError as refused:
            refusal = str(refused)
            response = PlainTextResponse(refused.error, 400 if refused.status == 200 else refused.status)  # noqa: PLR2004 – as above
        self._note("response_url", given, {"body": refusal or "ok"}, response.status_code, began, refusal)
        return _cut(request) if fault is not None and fault.lose_answer else response

    def _take_answer(self, secret: str, given: Json) -> None:
        with self._workspace.lock:
            answer_through(self._workspace, secret, given)

    def _note(  # noqa: PLR0913, PLR0917 – one line of the log
        self, name: str, given: Json, answer: Json, status: int, began: float, refusal: str | None
    ) -> None:
        took = time.monotonic() - began
        self._workspace.wire.note(
            Happening(datetime.now(UTC), "to slack", name, given, answer, status, took, refusal)
        )


class PromptUvicorn(uvicorn.Server):
    """A uvicorn that looks more often whether it should stop."""

    async def main_loop(self) -> None:
        """Run until told to stop."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            await asyncio.sleep(TICK)


class Server:
    """Serves the sandbox on 127.0.0.1 from a thread, as a context manager.

    Args:
        workspace: what it serves.
        pages: further routes, for people.
        port: 0 lets the operating system choose.
        on_stop: called when it stops.
    """

    def __init__(
        self, workspace: Workspace, pages: list[BaseRoute], port: int, on_stop: Callable[[], None]
    ) -> None:
        self._workspace = workspace
        self._port = port
        self._on_stop = on_stop
        self._app = Starlette(
            routes=[*Api(workspace).routes(), *pages],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        )
        self._uvicorn: PromptUvicorn | None = None
        self._thread: threading.Thread | None = None

    @property
    def faults(self) -> Faults:
        """Faults on demand: `server.faults.next("chat.postMessage", status=429)`."""
        return self._workspace.faults

    @property
    def url(self) -> str:
        """Where the page is, without a slash at the end."""
        if self._workspace.own_url is None:
            raise RuntimeError("The sandbox's server has not been started.")
        return self._workspace.own_url

    @property
    def api_url(self) -> str:
        """What the bot gets as SLACK_API_URL."""
        return f"{self.url}/api/"

    def start(self) -> Self:
        """Listen, and return once requests are answered."""
        listening = socket.create_server(("127.0.0.1", self._port))
        self._workspace.own_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            self._app,
            http=_Protocol,
            ws="websockets-sansio",
            ws_ping_interval=self._workspace.strictness.ping_seconds,
            ws_ping_timeout=2 * self._workspace.strictness.ping_seconds,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = PromptUvicorn(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, kwargs={"sockets": [listening]}, name="sandbox", daemon=True
        )
        self._thread.start()
        while not self._uvicorn.started and self._thread.is_alive():
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop listening, and return once the port is free."""
        if self._uvicorn is None or self._thread is None:
            return
        self._on_stop()
        self._uvicorn.should_exit = True
        self._thread.join(timeout=5)
        self._uvicorn = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(RuntimeError):
            self.stop()
