"""Socket Mode: deliveries over websockets that the bot opens, each over exactly one of at most ten."""

import asyncio
import itertools
import json
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.faults import Fault
from bot.sandbox.parcels import Delivered, Parcel
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.server import abort, forget
from bot.sandbox.tickets import PATH
from bot.sandbox.wire import Direction, Happening
from bot.sandbox.workspace import Workspace

MOST: Final = 10
"""Websockets that one app may have open."""
CONNECTION_SECONDS: Final = 18060
"""How long Slack says that a connection will last, roughly."""
FORBIDDEN: Final = 403
SWITCHED: Final = 101
OK: Final = 200
DEBUG: Final[Json] = {"host": "applink-sandbox"}

Reason = Literal["warning", "refresh_requested", "too_many_websockets"]


class _CutError(Exception):
    """The connection went away before the envelope was acknowledged."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An envelope that is not yet acknowledged. When it is doomed, the connection breaks as the answer arrives."""

    parcel: Parcel
    acknowledged: "Future[str]"
    is_doomed: bool


@dataclass(eq=False, slots=True)
class _Line:
    """One open websocket. `waiting` are its envelopes that are not yet acknowledged, by id; `used` orders turns."""

    websocket: WebSocket
    loop: asyncio.AbstractEventLoop
    used: int
    is_leaving: bool = False
    waiting: dict[str, _Waiting] = field(default_factory=dict)

    def send(self, what: Json) -> None:
        """Send from any thread; what can no longer be sent is lost, as on a real line."""
        self.run(self.websocket.send_text(json.dumps(what)))

    def run(self, what: Coroutine[Any, Any, None]) -> None:
        """Do something in the server's loop, without waiting for it."""

        async def quietly() -> None:
            with suppress(WebSocketDisconnect, RuntimeError):
                await what

        asyncio.run_coroutine_threadsafe(quietly(), self.loop)


class Sockets:
    """The websockets of the bot, and what a test does to them.

    sandbox.socket.count                  # how many are open
    sandbox.socket.cut()                  # the oldest one breaks, without a goodbye
    sandbox.socket.cut_all()
    sandbox.socket.refresh()              # the oldest one is told that it will be closed, and is, soon after
    sandbox.faults.next("socket", lose_answer=True)   # the connection breaks as the next acknowledgement arrives
    sandbox.faults.next("socket", drop=True)          # it breaks before the next envelope gets through
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._lines: list[_Line] = []
        self._turns = itertools.count()

    def routes(self) -> list[BaseRoute]:
        """Where the bot connects."""
        return [WebSocketRoute(PATH, self._serve)]

    @property
    def count(self) -> int:
        """How many websockets are open."""
        with self._lock:
            return len(self._lines)

    @property
    def under_way(self) -> int:
        """How many envelopes wait for their acknowledgement."""
        with self._lock:
            return sum(len(line.waiting) for line in self._lines)

    def deliver(self, parcel: Parcel) -> Delivered:
        """Send a parcel over the connection whose turn it is, and wait for the acknowledgement."""
        began = time.monotonic()
        fault = self._workspace.faults.take("socket") or Fault()
        envelope_id = str(uuid.uuid4())
        acknowledged: Future[str] = Future()
        with self._lock:
            line = min(self._lines, key=lambda one: (one.is_leaving, one.used), default=None)
            if line is None:
                return Delivered(0, "", 0.0, "dispatch_failed")
            line.used = next(self._turns)
            line.waiting[envelope_id] = _Waiting(parcel, acknowledged, is_doomed=fault.lose_answer)
        if fault.drop:
            self._cut(lambda _: [line])
        else:
            line.send(parcel.over_socket(envelope_id))
        try:
            body = acknowledged.result(self._workspace.strictness.ack_seconds)
        except TimeoutError:
            return Delivered(0, "", time.monotonic() - began, "operation_timeout")
        except _CutError:
            return Delivered(0, "", time.monotonic() - began, "dispatch_failed")
        finally:
            with self._lock:
                line.waiting.pop(envelope_id, None)
        return Delivered(OK, body, time.monotonic() - began)

    def cut(self) -> None:
        """Break the oldest connection: whatever is under way on it is lost."""
        self._cut(lambda lines: lines[:1])

    def cut_all(self) -> None:
        """Break all connections at the same moment."""
        self._cut(lambda lines: lines)

    def refresh(self, reason: Literal["warning", "refresh_requested"] = "warning") -> None:
        """Tell the oldest connection that it will be closed, and close it: some seconds after a warning, else now."""
        with self._lock:
            line = next((one for one in self._lines if not one.is_leaving), None)
            if line is None:
                return
            line.is_leaving = True
        wait = self._workspace.strictness.warning_seconds if reason == "warning" else 0.0
        line.run(self._part(line, reason, wait))

    def _cut(self, which: Callable[[list[_Line]], list[_Line]]) -> None:
        for line in self._drop(which):
            line.loop.call_soon_threadsafe(abort, line.websocket.scope)

    def _drop(self, which: Callable[[list[_Line]], list[_Line]]) -> list[_Line]:
        """Forget some of the connections; what waited for their acknowledgements waits in vain."""
        with self._lock:
            dropped = which(list(self._lines))
            self._lines = [line for line in self._lines if line not in dropped]
            lost = [one for line in dropped for one in line.waiting.values()]
            for line in dropped:
                line.waiting.clear()
        for one in lost:
            one.acknowledged.set_exception(_CutError())
        return dropped

    async def _part(self, line: _Line, reason: Reason, seconds: float) -> None:
        """Say that the connection will be closed, and close it after so many seconds."""
        notice: Json = {"type": "disconnect", "reason": reason, "debug_info": DEBUG}
        self._note("to bot", "disconnect", notice, OK)
        await line.websocket.send_text(json.dumps(notice))
        await asyncio.sleep(seconds)
        if line.websocket.application_state is WebSocketState.CONNECTED:
            await line.websocket.close()

    async def _serve(self, websocket: WebSocket) -> None:
        """One websocket, from its ticket to its end."""
        ticket = websocket.query_params.get("ticket", "")
        try:
            with self._workspace.lock:
                self._workspace.tickets.use(ticket)
        except RefusalError as refused:
            self._note("to slack", "websocket", {}, FORBIDDEN, refused.error)
            await websocket.close()
            forget(websocket.scope)
            return
        await websocket.accept()
        self._note("to slack", "websocket", {}, SWITCHED)
        line = _Line(websocket, asyncio.get_running_loop(), next(self._turns))
        try:
            if self._admit(line):
                await self._listen(line)
            else:
                await self._part(line, "too_many_websockets", 0.0)
        finally:
            self._drop(lambda _: [line])
            forget(websocket.scope)

    def _admit(self, line: _Line) -> bool:
        """Say hello, before anything else is sent; False for one too many."""
        with self._lock:
            if len(self._lines) >= MOST:
                return False
            self._lines.append(line)
            hello: Json = {
                "type": "hello",
                "num_connections": len(self._lines),
                "debug_info": {**DEBUG, "approximate_connection_time": CONNECTION_SECONDS},
                "connection_info": {"app_id": self._workspace.company.app.app_id},
            }
            line.send(hello)
        self._note("to bot", "hello", hello, OK)
        return True

    async def _listen(self, line: _Line) -> None:
        """Take acknowledgements until the connection ends."""
        while True:
            message = await line.websocket.receive()
            if message["type"] != "websocket.receive":
                return
            self._take(line, message.get("text"))

    def _take(self, line: _Line, text: str | None) -> None:
        """Take one acknowledgement; what is none, or of an envelope that waits for none, is noted as refused."""
        ack = _read_ack(text)
        if ack is None:
            self._note("to slack", "ack", {"text": text}, 0, "invalid_acknowledgement")
            return
        envelope_id, answer = ack
        given: Json = {"envelope_id": envelope_id}
        with self._lock:
            waiting = line.waiting.get(envelope_id)
            is_doomed = waiting is not None and waiting.is_doomed
            if not is_doomed:
                line.waiting.pop(envelope_id, None)
        if waiting is None:
            self._note("to slack", "ack", given, 0, "unknown_envelope_id")
            return
        if is_doomed:
            self._cut(lambda _: [line])
            return
        if answer is not None and not waiting.parcel.accepts_answer:
            self._note("to slack", "ack", given, 0, "payload_not_accepted")
            answer = None
        waiting.acknowledged.set_result("" if answer is None else json.dumps(answer))

    def _note(
        self, direction: Direction, name: str, request: Json, status: int, refusal: str | None = None
    ) -> None:
        self._workspace.wire.note(
            Happening(datetime.now(UTC), direction, name, request, {}, status, 0.0, refusal)
        )


def _read_ack(text: str | None) -> tuple[str, Json | None] | None:
    """The envelope's id and the answer, if any; None for what is no acknowledgement."""
    try:
        ack = json.loads(text or "")
    except ValueError:
        return None
    if not isinstance(ack, dict) or not ack.keys() <= {"envelope_id", "payload"}:
        return None
    envelope_id, answer = ack.get("envelope_id"), ack.get("payload")
    if not isinstance(envelope_id, str) or not isinstance(answer, dict | None):
        return None
    return envelope_id, answer
