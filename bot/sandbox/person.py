"""A person at their Slack: what tests and stories drive. Every word they use is one that they can see.

ana = sandbox.person("ana")
outcome = ana.types("/deploy request", channel="payments")     # Outcome
ana.modal.title, ana.modal.text, ana.modal.labels               # the top modal, or None
ana.modal.field("Version").value / .options / .hint / .error
ana.fills({"Version": "4.12.0", "Service": "payments", "Window": aware_datetime, "Ready": True})
assert ana.submits() == {}                                      # or {label: the sentence beside it}
ana.closes()
card = sandbox.channel("payments").messages[-1]
ana.clicks("Approve", on=card)                                  # a button, or an option of an overflow menu
ana.clicks("Approve", on=ana.home, near="CHG-2")                # where several say the same
first, second = ana.clicks_twice("Approve", on=card)
ana.picks("Two hours", on=card)                                 # a select menu in a message
ana.opens_home(); ana.home.text
ana.uses_shortcut("why", message=card)
ana.dms(); ana.ephemerals("payments")                           # newest last
ana.waits_for(lambda: card.thread)                              # polls real time
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.sandbox.acts import CONNECTING, Acts, Press, Result
from bot.sandbox.blocks import elements_of, state_name
from bot.sandbox.company import Member
from bot.sandbox.filling import Given, filled
from bot.sandbox.messages import Feed, Field, Message, Modal, buttons_in
from bot.sandbox.posts import Conversation
from bot.sandbox.reading import read_block, reader_for
from bot.sandbox.refusal import Json
from bot.sandbox.workspace import Workspace

T = TypeVar("T")
MODAL = "(modal)"
"""The label under which `submits` reports that the whole submission failed."""
POLL = 0.01


class Outcome:
    """What a person saw as the answer to one act. It is live: what comes a moment later is in it, too."""

    def __init__(self, workspace: Workspace, who: Member, result: Result) -> None:
        self._workspace = workspace
        self._who = who
        self._act = result.act
        self.trouble = result.trouble

    @property
    def messages(self) -> list[Message]:
        """What only this person sees, and saw since."""
        with self._workspace.lock:
            return [
                Message(self._workspace, post, self._who.id)
                for conversation in self._workspace.conversations.values()
                for post in conversation.posts
                if post.seen_by == self._who.id and post.during == self._act
            ]

    @property
    def text(self) -> str:
        """Those messages as plain text; Slack's own words where something went wrong."""
        return "\n".join(one.text for one in self.messages)

    @property
    def modal(self) -> Modal | None:
        """The modal that was opened or changed, if it is still on top."""
        with self._workspace.lock:
            top = self._workspace.views.top(self._who.id)
            return Modal(self._workspace, top) if top and top.changed >= self._act else None

    def __repr__(self) -> str:
        return f"<Outcome trouble={self.trouble!r} text={self.text!r} modal={self.modal!r}>"


class Person:
    """One person; see the module for how to use it."""

    def __init__(self, workspace: Workspace, acts: Acts, who: Member) -> None:
        self._workspace = workspace
        self._acts = acts
        self.who = who

    @property
    def id(self) -> str:
        """Their user id."""
        return self.who.id

    @property
    def modal(self) -> Modal | None:
        """The modal that they see, if any."""
        with self._workspace.lock:
            top = self._workspace.views.top(self.id)
            return Modal(self._workspace, top) if top else None

    @property
    def home(self) -> Modal:
        """The bot's Home as it was last published to them.

        Raises:
            AssertionError: when it never was.
        """
        with self._workspace.lock:
            home = self._workspace.views.homes.get(self.id)
        if home is None:
            raise AssertionError(f"{self.who.display_name}'s Home was never published.")
        return Modal(self._workspace, home)

    def types(self, text: str, channel: str | None = None, thread: Message | None = None) -> Outcome:
        """Type a command or a message into a channel, a thread, or (by default) the DM with the bot."""
        where = self._where(channel if thread is None else thread.channel)
        return self._outcome(self._acts.types(self.who, where, text, thread.ts if thread else None))

    def fills(self, values: Mapping[str, Given]) -> None:
        """Fill in fields of the open modal by their labels.

        Raises:
            AssertionError: where there is no such field or option, or a person could not enter that.
        """
        for label, given in values.items():
            modal = self._open_modal()
            field = modal.field(label)
            value = filled(self._workspace, field, given)
            with self._workspace.lock:
                modal.view.values[field.block["block_id"]][field.element["action_id"]] = value
                modal.view.errors.pop(field.block["block_id"], None)
                self._workspace.touch()
            if field.block["type"] != "input" or field.block.get("dispatch_action"):
                chosen = {name: one for name, one in value.items() if name != "type"}
                press = Press(field.block["block_id"], field.element, chosen)
                self._acts.clicks(self.who, modal.view, press)

    def submits(self) -> dict[str, str]:
        """Submit the open modal: nothing, or the sentence beside each field by label.

        Where the whole submission failed, its trouble stands under `(modal)`.
        """
        modal = self._open_modal()
        labels = {one.block["block_id"]: one.label for one in modal.fields}
        result = self._acts.submits(self.who, modal.view)
        if result.trouble is not None:
            return {MODAL: f"{CONNECTING} ({result.trouble})"}
        return {labels.get(block_id, block_id): sentence for block_id, sentence in result.errors.items()}

    def closes(self, *, everything: bool = False) -> None:
        """Close the top modal, or all of them."""
        self._open_modal()
        self._acts.closes(self.who, everything=everything)

    def clicks(self, words: str, on: Message | Modal | None = None, near: str | None = None) -> Outcome:
        """Press a button, or an option of an overflow menu; a confirmation dialog is confirmed.

        `on` is the open modal by default; `near` is text of the block (or one above) where several match.

        Raises:
            AssertionError: when there is no such button, or more than one.
        """
        place = on if on is not None else self._open_modal()
        press = self._button(place, words, near)
        target = place.view if isinstance(place, Modal) else place.post
        return self._outcome(self._acts.clicks(self.who, target, press))

    def clicks_twice(
        self, words: str, on: Message | Modal, near: str | None = None
    ) -> tuple[Outcome, Outcome]:
        """Press a button twice at the same moment: two clicks, each with its own trigger."""
        with ThreadPoolExecutor(2) as hands:
            first, second = (hands.submit(self.clicks, words, on, near) for _ in range(2))
            return first.result(), second.result()

    def picks(self, words: str, on: Message | Modal, near: str | None = None) -> Outcome:
        """Choose an option of a select menu or radio buttons that stands in a message or a Home.

        Raises:
            AssertionError: when no menu there has that option.
        """
        for block in _from(on.blocks, near, self._workspace, self.id):
            for element in elements_of(block):
                if element["type"] in {"image", "plain_text", "mrkdwn", "button", "overflow"}:
                    continue
                field = Field(words, element["type"], "", (), True, "", None, block, element)
                try:
                    value = filled(self._workspace, field, words)
                except (AssertionError, ValueError, KeyError):
                    continue
                chosen = {str(state_name(element)): value[str(state_name(element))]}
                target = on.view if isinstance(on, Modal) else on.post
                press = Press(block["block_id"], element, chosen)
                return self._outcome(self._acts.clicks(self.who, target, press))
        raise AssertionError(f"No menu has “{words}”.")

    def opens_home(self) -> Outcome:
        """Open the bot's Home."""
        return self._outcome(self._acts.opens_home(self.who))

    def uses_shortcut(self, callback_id: str, message: Message | None = None) -> Outcome:
        """Use a global shortcut, or one on a message."""
        return self._outcome(
            self._acts.uses_shortcut(self.who, callback_id, message.post if message else None)
        )

    def sees(self, channel: str) -> Feed:
        """A channel as they read it."""
        return Feed(self._workspace, self._where(channel), self.id)

    def dms(self) -> list[Message]:
        """The messages of their DM with the bot, newest last, without threads."""
        with self._workspace.lock:
            direct = self._workspace.direct(self.id)
        return Feed(self._workspace, direct, self.id).messages

    def ephemerals(self, channel: str | None = None) -> list[Message]:
        """What only they see, in one channel or anywhere, newest last."""
        with self._workspace.lock:
            wanted = self._workspace.channel_named(channel).id if channel else None
            posts = [
                post
                for conversation in self._workspace.conversations.values()
                for post in conversation.posts
                if post.seen_by == self.id and wanted in {None, conversation.id}
            ]
            return [Message(self._workspace, one, self.id) for one in sorted(posts, key=lambda one: one.ts)]

    def waits_for(self, what: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until something is there, looking every 10 ms of real time, and return it.

        Raises:
            AssertionError: when it is not there after `timeout` seconds.
        """
        until = time.monotonic() + timeout
        while not (found := what()):
            if time.monotonic() > until:
                raise AssertionError(f"{self.who.display_name} waited {timeout} s in vain.")
            time.sleep(POLL)
        return found

    def _where(self, channel: str | None) -> Conversation:
        with self._workspace.lock:
            if channel is None:
                return self._workspace.direct(self.id)
            where = self._workspace.channel_named(channel)
        if self.id not in where.members:
            raise AssertionError(f"{self.who.display_name} is not in #{where.name}.")
        return where

    def _open_modal(self) -> Modal:
        modal = self.modal
        if modal is None:
            raise AssertionError(f"{self.who.display_name} has no modal open.")
        return modal

    def _outcome(self, result: Result) -> Outcome:
        return Outcome(self._workspace, self.who, result)

    def _button(self, place: Message | Modal, words: str, near: str | None) -> Press:
        found: list[Press] = []
        for block in _from(place.blocks, near, self._workspace, self.id):
            for element in elements_of(block):
                if element["type"] == "button" and element["text"]["text"] == words:
                    found.append(Press(block["block_id"], element))
                elif element["type"] == "overflow":
                    found += [
                        Press(block["block_id"], element, {"selected_option": option})
                        for option in element["options"]
                        if option["text"]["text"] == words
                    ]
        if not found:
            raise AssertionError(f"There is no button “{words}”, only {buttons_in(place.blocks)}.")
        if len(found) > 1 and near is None:
            raise AssertionError(f"{len(found)} buttons say “{words}”: say near which text.")
        return found[0]


def _from(blocks: list[Json], near: str | None, workspace: Workspace, reader_id: str) -> list[Json]:
    """The blocks from the first one that has the text `near` in it."""
    if near is None:
        return blocks
    reader = reader_for(workspace, reader_id)
    for index, block in enumerate(blocks):
        if near in read_block(block, reader):
            return blocks[index:]
    raise AssertionError(f"Nothing there says “{near}”.")
