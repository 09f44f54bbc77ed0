"""The page for people: its files, what a screen shows, and what a person does there."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.acts import Acts, Press, Result
from bot.sandbox.blocks import elements_of, state_name
from bot.sandbox.company import Member
from bot.sandbox.controls import from_control
from bot.sandbox.messages import options_of
from bot.sandbox.posts import Post
from bot.sandbox.refusal import Json
from bot.sandbox.screen import Looking, Screens
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

FILES: Final = {
    "": ("index.html", "text/html"),
    "page.css": ("page.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
    "dom.js": ("dom.js", "text/javascript"),
    "blocks.js": ("blocks.js", "text/javascript"),
    "inputs.js": ("inputs.js", "text/javascript"),
    "modal.js": ("modal.js", "text/javascript"),
}
FOLDER: Final = Path(__file__).with_name("page")
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
WIRE_SHOWN: Final = 60


class Pages:
    """The routes that people's browsers use."""

    def __init__(self, workspace: Workspace, acts: Acts) -> None:
        self._workspace = workspace
        self._acts = acts
        self._screens = Screens(workspace)

    def routes(self) -> list[BaseRoute]:
        """The page, its files, its screen and its acts."""
        return [
            *(Route(f"/{path}", self._file, methods=["GET"]) for path in FILES),
            Route("/page/screen", self._screen, methods=["GET"]),
            Route("/page/wire", self._wire, methods=["GET"]),
            Route("/page/act", self._act, methods=["POST"]),
        ]

    async def _file(self, request: Request) -> Response:
        name, kind = FILES[request.url.path.removeprefix("/")]
        return Response((FOLDER / name).read_bytes(), headers=HEADERS, media_type=kind)

    async def _screen(self, request: Request) -> Response:
        query = request.query_params
        try:
            who = self._workspace.person_named(query.get("as", ""))
        except KeyError:
            who = self._workspace.company.people[0]
        with self._workspace.lock:
            if query.get("revision") == str(self._workspace.revision):
                return JSONResponse({"now": self._screens.now(who)}, headers=HEADERS)
            at = self._place(query.get("at", ""), who)
            shown = self._screens.show(Looking(who, at, query.get("thread") or None))
        return JSONResponse(shown, headers=HEADERS)

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

    async def _wire(self, _: Request) -> Response:
        shown = [
            {
                "number": one.number,
                "direction": one.direction,
                "name": one.name,
                "status": one.status,
                "took": round(one.took * 1000),
                "refusal": one.refusal,
            }
            for one in self._workspace.wire.exchanges[-WIRE_SHOWN:]
        ]
        return JSONResponse(shown, headers=HEADERS)

    async def _act(self, request: Request) -> Response:
        """An act of a person. JSON only, which no other site can send here unasked."""
        if not request.headers.get("content-type", "").startswith("application/json"):
            return JSONResponse({"trouble": "JSON is wanted."}, 415)
        given: Json = await request.json()
        acts: dict[str, Callable[[Member, Json], Result]] = {
            "type": self._types,
            "click": self._clicks,
            "submit": self._submits,
            "close": lambda who, given: self._acts.closes(who, everything=bool(given.get("everything"))),
            "home": lambda who, _: self._acts.opens_home(who),
            "shortcut": self._shortcut,
            "clock": self._moves_clock,
        }
        try:
            act = acts[given["do"]]
            who = self._workspace.person_named(given["as"])
            result = await run_in_threadpool(act, who, given)
        except (KeyError, ValueError) as wrong:
            return JSONResponse({"trouble": f"That is no longer there ({wrong})."}, 409)
        return JSONResponse({"trouble": result.trouble, "errors": result.errors}, headers=HEADERS)

    def _types(self, who: Member, given: Json) -> Result:
        where = self._workspace.conversations[given["at"]]
        return self._acts.types(who, where, given["text"], given.get("thread"))

    def _clicks(self, who: Member, given: Json) -> Result:
        with self._workspace.lock:
            on = self._target(who, given)
            if isinstance(on, View):
                self._take_values(on, who, given)
            element = _element(on, given["block"], given["action"])
            chosen = self._chosen(element, given.get("value"), who)
        return self._acts.clicks(who, on, Press(given["block"], element, chosen))

    def _chosen(self, element: Json, value: str | list[str] | None, who: Member) -> Json | None:
        if element["type"] == "overflow":
            return {"selected_option": {one["value"]: one for one in options_of(element)}[str(value)]}
        if state_name(element) is None:
            return None
        state = from_control(element, value, who)
        return {name: one for name, one in state.items() if name != "type"}

    def _submits(self, who: Member, given: Json) -> Result:
        with self._workspace.lock:
            view = self._view(who, given)
            self._take_values(view, who, given)
        return self._acts.submits(who, view)

    def _shortcut(self, who: Member, given: Json) -> Result:
        post = None
        if given.get("ts"):
            post = self._workspace.conversations[given["at"]].post(given["ts"])
        return self._acts.uses_shortcut(who, given["callback_id"], post)

    def _moves_clock(self, who: Member, given: Json) -> Result:
        if given.get("minutes"):
            self._workspace.clock.move(timedelta(minutes=int(given["minutes"])))
        else:
            to = datetime.fromisoformat(given["to"]).replace(tzinfo=ZoneInfo(who.tz))
            try:
                self._workspace.clock.move_to(to)
            except ValueError as wrong:
                return Result(0, trouble=str(wrong))
        self._workspace.touch()
        return Result(0)

    def _target(self, who: Member, given: Json) -> Post | View:
        if given.get("view"):
            return self._view(who, given)
        posts = self._workspace.conversations[given["at"]].posts
        return {one.ts: one for one in posts if one.seen_by in {None, who.id}}[given["ts"]]

    def _view(self, who: Member, given: Json) -> View:
        views = [*self._workspace.views.stack(who.id), self._workspace.views.homes.get(who.id)]
        return {one.id: one for one in views if one is not None}[given["view"]]

    def _take_values(self, view: View, who: Member, given: Json) -> None:
        """Take over what is typed on the page."""
        for block_id, actions in given.get("values", {}).items():
            for action_id, value in actions.items():
                if action_id in view.values.get(block_id, {}):
                    element = _element(view, block_id, action_id)
                    view.values[block_id][action_id] = from_control(element, value, who)


def _element(on: Post | View, block_id: str, action_id: str) -> Json:
    blocks = list(on.blocks)
    if isinstance(on, Post):
        blocks += [block for one in on.attachments for block in one.get("blocks", [])]
    for block in blocks:
        for element in elements_of(block):
            if (block["block_id"], element.get("action_id")) == (block_id, action_id):
                return element
    raise KeyError(action_id)
