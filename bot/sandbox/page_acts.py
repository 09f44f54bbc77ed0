"""What a person does on the page, as the page tells it: each becomes one act."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.acts import Acts, Press, Result
from bot.sandbox.blocks import elements_of, state_name
from bot.sandbox.company import Member
from bot.sandbox.controls import from_control
from bot.sandbox.faults import Fault
from bot.sandbox.messages import options_of
from bot.sandbox.posts import Post
from bot.sandbox.refusal import Json
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace

NextDeadline = Callable[[], datetime | None]
"""When something becomes due by itself next, aware; None when nothing waits."""

FAULTS: Final = {
    "429": Fault(status=429),
    "500": Fault(status=500),
    "lost answer": Fault(lose_answer=True),
    "dropped": Fault(drop=True),
    "slow": Fault(delay=2.0),
}
"""What the page can let happen to the bot's calls."""
MOST_TIMES: Final = 50


class PageActs:
    """The acts that the page knows, by the name under which it sends them."""

    def __init__(self, workspace: Workspace, acts: Acts, next_deadline: NextDeadline) -> None:
        self._workspace = workspace
        self._acts = acts
        self._next_deadline = next_deadline
        self._known: dict[str, Callable[[Member, Json], Result]] = {
            "type": self._types,
            "click": self._clicks,
            "submit": self._submits,
            "close": lambda who, given: self._acts.closes(who, everything=bool(given.get("everything"))),
            "home": lambda who, _: self._acts.opens_home(who),
            "shortcut": self._shortcut,
            "clock": self._moves_clock,
            "fault": self._lets_fail,
            "group": self._changes_group,
        }

    def do(self, given: Json) -> Result:
        """Carry out what the page sent.

        Raises:
            KeyError: for somebody or something that is not there (any more).
            ValueError: for a value that cannot be read.
        """
        act = self._known[given["do"]]
        return act(self._workspace.person_named(given["as"]), given)

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
        clock = self._workspace.clock
        try:
            if given.get("minutes"):
                clock.move(timedelta(minutes=int(given["minutes"])))
            elif given.get("deadline"):
                due = self._next_deadline()
                if due is None:
                    return Result(0, trouble="Nothing becomes due by itself now.")
                clock.move_to(due)
            else:
                clock.move_to(datetime.fromisoformat(given["to"]).replace(tzinfo=ZoneInfo(who.tz)))
        except ValueError as wrong:
            return Result(0, trouble=str(wrong))
        self._workspace.touch()
        return Result(0)

    def _changes_group(self, _: Member, given: Json) -> Result:
        users = tuple(self._workspace.person_named(name).id for name in given["users"])
        return Result(0, trouble=self._acts.changes_group(given["group"], users).trouble)

    def _lets_fail(self, _: Member, given: Json) -> Result:
        """Let the next calls of a method fail; without one, take back what still waits."""
        method = given.get("method")
        if not method:
            self._workspace.faults.clear()
        else:
            times = min(max(int(given.get("times") or 1), 1), MOST_TIMES)
            self._workspace.faults.next(str(method), FAULTS[given["what"]], times=times)
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
