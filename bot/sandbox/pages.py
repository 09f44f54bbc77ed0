"""The page for people: its files, what a screen shows, what the wire carried, and what a person does there."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.acts import Acts
from bot.sandbox.company import Member
from bot.sandbox.page_acts import NextDeadline, PageActs
from bot.sandbox.refusal import Json
from bot.sandbox.screen import Looking, Screens
from bot.sandbox.wire import Exchange
from bot.sandbox.workspace import Workspace

FOLDER: Final = Path(__file__).with_name("page")
KINDS: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
FILES: Final = {
    "" if one.suffix == ".html" else one.name: one for one in sorted(FOLDER.iterdir()) if one.suffix in KINDS
}
"""The page's files by their addresses: the page itself stands at the empty one."""
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
WIRE_SHOWN: Final = 100
LOOK_AGAIN: Final = 0.03
WAIT_AT_MOST: Final = 0.9
"""Seconds that a request waits for something to change: shorter than a server that stops waits for its requests."""


def nothing_due() -> datetime | None:
    """What a sandbox knows of deadlines that nobody told it of."""
    return None


class Pages:
    """The routes that people's browsers use.

    Args:
        workspace: what they show.
        acts: what people can do.
        next_deadline: when something becomes due next. It may ask a database.
    """

    def __init__(self, workspace: Workspace, acts: Acts, next_deadline: NextDeadline = nothing_due) -> None:
        self._workspace = workspace
        self._next_deadline = next_deadline
        self._acts = PageActs(workspace, acts, next_deadline)
        self._screens = Screens(workspace)

    def routes(self) -> list[BaseRoute]:
        """The page, its files, its screen, the wire and its acts."""
        return [
            *(Route(f"/{path}", self._file, methods=["GET"]) for path in FILES),
            Route("/page/screen", self._screen, methods=["GET"]),
            Route("/page/wire", self._wire, methods=["GET"]),
            Route("/page/wire/{number:int}", self._exchange, methods=["GET"]),
            Route("/page/act", self._act, methods=["POST"]),
        ]

    async def _file(self, request: Request) -> Response:
        file = FILES[request.url.path.removeprefix("/")]
        return Response(file.read_bytes(), headers=HEADERS, media_type=KINDS[file.suffix])

    async def _screen(self, request: Request) -> Response:
        """One person's screen; only the time where it is still the `revision` that the page has.

        With `wait`, it is answered when something changes, or after a second.
        """
        query = request.query_params
        try:
            who = self._workspace.person_named(query.get("as", ""))
        except KeyError:
            who = self._workspace.company.people[0]
        if query.get("wait"):
            await self._change(query.get("revision", ""))
        due = await run_in_threadpool(self._next_deadline)
        with self._workspace.lock:
            now = self._now(who, due)
            if query.get("revision") == str(self._workspace.revision):
                return JSONResponse({"now": now}, headers=HEADERS)
            at = self._place(query.get("at", ""), who)
            shown = self._screens.show(Looking(who, at, query.get("thread") or None))
        return JSONResponse({**shown, "now": now, "zone": who.tz}, headers=HEADERS)

    async def _change(self, known: str) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + WAIT_AT_MOST
        while known == str(self._workspace.revision) and loop.time() < until:  # noqa: ASYNC110 - other threads change it
            await asyncio.sleep(LOOK_AGAIN)

    def _now(self, who: Member, due: datetime | None) -> Json:
        zone = ZoneInfo(who.tz)
        now = {**self._screens.now(who), "zone": who.tz, "next": None}
        if due is not None and due > self._workspace.clock.now():
            local = due.astimezone(zone)
            now["next"] = f"{local:%a} {local.day} {local:%b %H:%M}"
        return now

    def _place(self, name: str, who: Member) -> str:
        """A conversation's id: by id or name, `dm` for the one with the bot; `home` stays itself."""
        if name == "home":
            return name
        if name == "dm":
            return self._workspace.direct(who.id).id
        try:
            return self._workspace.channel_named(name).id
        except KeyError:
            return self._workspace.company.channels[0].id

    async def _wire(self, request: Request) -> Response:
        """The newest exchanges, oldest first, all of them or what was refused."""
        wire = self._workspace.wire
        exchanges = wire.refusals if request.query_params.get("refusals") else wire.exchanges
        shown = {
            "exchanges": [_line(one) for one in exchanges[-WIRE_SHOWN:]],
            "refused": len(wire.refusals),
        }
        return JSONResponse(shown, headers=HEADERS)

    async def _exchange(self, request: Request) -> Response:
        number = request.path_params["number"]
        for one in self._workspace.wire.exchanges:
            if one.number == number:
                return JSONResponse({"request": one.request, "answer": one.answer}, headers=HEADERS)
        return JSONResponse({"trouble": "That is no longer kept."}, 404, headers=HEADERS)

    async def _act(self, request: Request) -> Response:
        """An act of a person. JSON only, which no other site can send here unasked."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"trouble": "JSON is wanted."}, 415)
        given: Json = await request.json()
        try:
            result = await run_in_threadpool(self._acts.do, given)
        except (KeyError, ValueError) as wrong:
            return JSONResponse({"trouble": f"That is no longer there ({wrong})."}, 409)
        return JSONResponse({"trouble": result.trouble, "errors": result.errors}, headers=HEADERS)


def _line(one: Exchange) -> Json:
    return {
        "number": one.number,
        "direction": one.direction,
        "name": one.name,
        "status": one.status,
        "took": round(one.took * 1000),
        "refusal": one.refusal,
    }
