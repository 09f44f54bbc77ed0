"""What a person does in Slack, each act as one delivery to the bot and the reading of its answer."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.sandbox import payloads
from bot.sandbox.api.answers import post_answer
from bot.sandbox.api.call import Arguments
from bot.sandbox.as_json import user_json
from bot.sandbox.blocks import state_name, values_of
from bot.sandbox.company import Member
from bot.sandbox.deliver import Courier
from bot.sandbox.parcels import Delivered
from bot.sandbox.posts import SLACKBOT, Conversation, Post
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.submissions import missing_fields, take_response
from bot.sandbox.triggers import AnswerAddress
from bot.sandbox.views import View
from bot.sandbox.wire import Happening
from bot.sandbox.workspace import Workspace

CONNECTING = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an act, by its number: sentences beside fields by block id, Slack's own words for trouble."""

    act: int
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button or menu that somebody saw, in its block, and the new value, such as `selected_option`."""

    block_id: str
    element: Json
    chosen: Json | None = None


def escaped(text: str) -> str:
    """What a person typed, as Slack hands it on: `&`, `<` and `>` as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Acts:
    """The acts of people. Each is counted for its person; what they are shown meanwhile answers it."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    def types(self, who: Member, where: Conversation, text: str, thread_ts: str | None = None) -> Result:
        """Type into the message box: a slash command, or a message.

        Slash commands do not work in threads: Slack says so itself.
        """
        act = self._workspace.begin_act(who.id)
        if not text.startswith("/"):
            return Result(act, trouble=self._says(who, where, text, thread_ts))
        name, _, rest = text.partition(" ")
        here = AnswerAddress(who.id, act, where.id, None, thread_ts)
        if thread_ts is not None:
            return self._slackbot(here, f"{name} is not supported in threads. Sorry!")
        if name != self._workspace.company.app.command:
            return self._slackbot(here, f"{name} is not a valid command.")
        with self._workspace.lock:
            form = payloads.command(self._workspace, who, where, (name, escaped(rest.strip())), here)
        return self._read_command_answer(name, here, self._courier.command(form))

    def clicks(self, who: Member, on: Post | View, press: Press) -> Result:
        """Press a button or choose in a menu, even one that was changed or taken away a moment ago."""
        with self._workspace.lock:
            act = self._workspace.begin_act(who.id)
            action = _action(press)
            if isinstance(on, View):
                on.trouble = None
                payload = payloads.click_in_view(self._workspace, who, on, action)
            else:
                values = values_of(_blocks(on))
                if state_name(press.element) and press.chosen is not None:
                    typed = {"type": press.element["type"], **press.chosen}
                    values.setdefault(press.block_id, {})[press.element["action_id"]] = typed
                payload = payloads.click_on_message(self._workspace, who, on, action, values)
        trouble = self._courier.interaction(payload).trouble
        if trouble is None:
            return Result(act)
        if isinstance(on, View):
            return self._view_trouble(act, on, trouble)
        here = AnswerAddress(who.id, act, on.channel, None, on.thread_ts)
        return self._slackbot(here, f"This app responded with an error: {trouble}", trouble)

    def submits(self, who: Member, view: View) -> Result:
        """Press a modal's submit button. Required fields left empty stop it before the bot hears of it."""
        with self._workspace.lock:
            act = self._workspace.begin_act(who.id)
            view.errors, view.trouble = missing_fields(view), None
            self._workspace.touch()
            if view.errors:
                return Result(act, view.errors)
            payload = payloads.submission(self._workspace, who, view)
        delivered = self._courier.interaction(payload)
        if delivered.trouble is not None:
            return self._view_trouble(act, view, delivered.trouble)
        try:
            with self._workspace.lock:
                return Result(act, take_response(self._workspace, view, delivered.body))
        except RefusalError as refused:
            self._refused("view_submission", delivered.body, str(refused))
            return self._view_trouble(act, view, str(refused))

    def closes(self, who: Member, *, everything: bool = False) -> Result:
        """Close the top modal, or all of them at once; the bot hears of it where it asked to."""
        with self._workspace.lock:
            act = self._workspace.begin_act(who.id)
            top = self._workspace.views.top(who.id)
            if top is None:
                return Result(act)
            everything = everything or bool(top.content.get("clear_on_close"))
            gone = list(reversed(self._workspace.views.stack(who.id))) if everything else [top]
            for view in gone:
                self._workspace.views.close(view)
            self._workspace.touch()
            told = [
                payloads.closing(self._workspace, who, view, cleared=everything)
                for view in gone
                if view.content.get("notify_on_close")
            ]
        for payload in told:
            self._courier.interaction(payload)
        return Result(act)

    def uses_shortcut(self, who: Member, callback_id: str, post: Post | None = None) -> Result:
        """Use a global shortcut, or a message shortcut on a message."""
        with self._workspace.lock:
            act = self._workspace.begin_act(who.id)
            payload = payloads.shortcut(self._workspace, who, callback_id, post)
        return Result(act, trouble=self._courier.interaction(payload).trouble)

    def opens_home(self, who: Member) -> Result:
        """Open the bot's Home."""
        act = self._workspace.begin_act(who.id)
        what: Json = {
            "type": "app_home_opened",
            "user": who.id,
            "channel": self._workspace.direct(who.id).id,
            "tab": "home",
            "event_ts": f"{time.time():.6f}",
        }
        return Result(act, trouble=self.sends_event(what).trouble)

    def changes_group(self, group_id: str, users: tuple[str, ...]) -> Delivered:
        """Let these people be the members of a user group from now on; the bot hears of it twice, as from Slack.

        Raises:
            KeyError: when there is no such group, or this is a free plan.
        """
        with self._workspace.lock:
            told = payloads.group_changed(self._workspace, group_id, users)
        return [self.sends_event(what) for what in told][-1]

    def deactivates(self, user_id: str) -> Delivered:
        """Take away a person's account; the bot hears of it."""
        with self._workspace.lock:
            gone = self._workspace.deactivate(user_id)
            what = {"type": "user_change", "user": user_json(gone, self._workspace.company)}
        return self.sends_event(what)

    def sends_event(self, what: Json) -> Delivered:
        """Deliver any event, for example `subteam_members_changed`."""
        with self._workspace.lock:
            envelope = payloads.event(self._workspace, what)
        return self._courier.event(envelope)

    def _says(self, who: Member, where: Conversation, text: str, thread_ts: str | None) -> str | None:
        """Post a person's own words; the bot hears only those of its direct messages."""
        with self._workspace.lock:
            post = Post(self._workspace.next_ts(), where.id, who.id, escaped(text), thread_ts=thread_ts)
            self._workspace.add(post)
        if where.kind != "im":
            return None
        what = {
            "type": "message",
            "channel": where.id,
            "user": who.id,
            "text": post.text,
            "ts": post.ts,
            "event_ts": post.ts,
            "channel_type": "im",
            "team": who.team_id,
            **({"thread_ts": thread_ts} if thread_ts else {}),
        }
        return self.sends_event(what).trouble

    def _slackbot(self, here: AnswerAddress, text: str, trouble: str | None = None) -> Result:
        """Slack itself says something to a person."""
        with self._workspace.lock:
            post = Post(self._workspace.next_ts(), here.channel, SLACKBOT, text, thread_ts=here.thread_ts)
            post.seen_by, post.during = here.user, here.during
            self._workspace.add(post)
        return Result(here.during, trouble=trouble or text)

    def _view_trouble(self, act: int, view: View, why: str) -> Result:
        with self._workspace.lock:
            view.trouble = CONNECTING
            self._workspace.touch()
        return Result(act, trouble=why)

    def _refused(self, name: str, body: str, why: str) -> None:
        """Note that the bot's answer to a delivery was one that Slack does not take."""
        self._workspace.wire.note(
            Happening(datetime.now(UTC), "to bot", f"{name} answer", {}, {"body": body}, 200, 0.0, why)
        )

    def _read_command_answer(self, name: str, here: AnswerAddress, delivered: Delivered) -> Result:
        if delivered.trouble is not None:
            said = f"{name} failed with the error “{delivered.trouble}”"
            return self._slackbot(here, said, delivered.trouble)
        if not delivered.body.strip():
            return Result(here.during)
        try:
            body = json.loads(delivered.body)
        except ValueError:
            body = delivered.body
        try:
            with self._workspace.lock:
                answer = body if isinstance(body, dict) else {"text": delivered.body}
                post_answer(self._workspace, here, Arguments(answer))
        except RefusalError as refusal:
            self._refused("command", delivered.body, str(refusal))
            return self._slackbot(here, f"{name} failed with the error “dispatch_failed”", refusal.error)
        return Result(here.during)


def _blocks(on: Post | View) -> list[Json]:
    if isinstance(on, View):
        return on.blocks
    attached = [block for one in on.attachments for block in one.get("blocks", [])]
    return on.blocks + attached


def _action(press: Press) -> Json:
    element = press.element
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": press.block_id,
        "action_ts": f"{time.time():.6f}",
    }
    for name in ("text", "value", "style", "confirm", "url", "placeholder"):
        if name in element:
            action[name] = element[name]
    return {**action, **(press.chosen or {})}
