"""A bot of a few lines: it checks signatures, remembers what it was sent and answers as a test tells it."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.server import PromptUvicorn

Json = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    kind: str
    payload: Json
    headers: dict[str, str]
    is_signed: bool


Answer = Callable[[Delivery], "Json | str | int | None"]


class TinyBot:
    def __init__(self, signing_secret: str) -> None:
        self.secret = signing_secret
        self.deliveries: list[Delivery] = []
        self.answers: dict[str, Answer] = {}
        self._server: PromptUvicorn | None = None
        self._thread: threading.Thread | None = None
        self.url = ""

    def on(self, kind: str, answer: Answer) -> None:
        """How to answer deliveries of a kind: a dict as JSON, a text, a status, or nothing."""
        self.answers[kind] = answer

    def of(self, kind: str) -> list[Delivery]:
        return [one for one in self.deliveries if one.kind == kind]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        delivery = self._read(request, body)
        self.deliveries.append(delivery)
        answer = self.answers.get(delivery.kind)
        said = await run_in_threadpool(answer, delivery) if answer else None
        if isinstance(said, int):
            return Response(status_code=said)
        if isinstance(said, dict):
            return Response(json.dumps(said), media_type="application/json")
        return Response(said or "")

    def _read(self, request: Request, body: bytes) -> Delivery:
        stamp = request.headers["x-slack-request-timestamp"]
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        is_signed = (
            request.headers["x-slack-signature"] == f"v0={digest}" and abs(time.time() - int(stamp)) < 300
        )
        headers = dict(request.headers)
        if headers["content-type"] == "application/json":
            payload = json.loads(body)
            return Delivery(payload["event"]["type"], payload, headers, is_signed)
        form = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        if "payload" in form:
            payload = json.loads(form["payload"])
            return Delivery(payload["type"], payload, headers, is_signed)
        return Delivery("command", form, headers, is_signed)

    def __enter__(self) -> Self:
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}/slack/events"
        app = Starlette(routes=[Route("/slack/events", self._take, methods=["POST"])])
        self._server = PromptUvicorn(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.005)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join()
