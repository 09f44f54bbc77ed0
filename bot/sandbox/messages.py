"""What a test or a story holds in its hands: messages, modals and Homes as somebody reads them. All are live."""

import copy
from dataclasses import dataclass
from typing import Final

from bot.sandbox.blocks import elements_of
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.reading import read_block, read_post, read_value, read_view, reader_for
from bot.sandbox.refusal import Json
from bot.sandbox.views import View
from bot.sandbox.workspace import Workspace

PRESSED: Final = frozenset({"button", "overflow"})


def buttons_in(blocks: list[Json]) -> list[str]:
    """The words on all buttons and in all overflow menus, in order."""
    words: list[str] = []
    for block in blocks:
        for element in elements_of(block):
            if element["type"] == "button":
                words.append(element["text"]["text"])
            elif element["type"] == "overflow":
                words += [one["text"]["text"] for one in element["options"]]
    return words


class Message:
    """A message as a person reads it (or nobody in particular). It changes when the bot updates it."""

    def __init__(self, workspace: Workspace, post: Post, reader_id: str | None = None) -> None:
        self._workspace = workspace
        self.post = post
        self.reader_id = reader_id

    @property
    def ts(self) -> str:
        """Its ts, the time of its posting in business time."""
        return self.post.ts

    @property
    def channel(self) -> str:
        """The id of the conversation that it stands in."""
        return self.post.channel

    @property
    def text(self) -> str:
        """Its blocks as plain text, with buttons as `[Why?]` and primary ones as `[[Approve]]`."""
        with self._workspace.lock:
            return read_post(self.post, reader_for(self._workspace, self.reader_id))

    @property
    def notification(self) -> str:
        """Its `text`: what a notification and a screen reader say."""
        return self.post.text

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, those of attachments included."""
        attached = [block for one in self.post.attachments for block in one.get("blocks", [])]
        return self.post.blocks + attached

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons and in its overflow menus."""
        return buttons_in(self.blocks)

    @property
    def metadata(self) -> Json | None:
        """Its metadata, as the bot gave them."""
        return self.post.metadata

    @property
    def thread(self) -> "list[Message]":
        """The replies that its reader sees, oldest first."""
        with self._workspace.lock:
            posts = self._workspace.conversations[self.channel].posts
            return [
                Message(self._workspace, one, self.reader_id)
                for one in posts
                if one.thread_ts == self.ts and one.ts != self.ts and one.seen_by in {None, self.reader_id}
            ]

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.post.seen_by is not None

    @property
    def was_edited(self) -> bool:
        """Whether it was updated since it was posted."""
        return self.post.edited is not None

    def as_it_is(self) -> "Message":
        """A copy that no longer changes: what somebody still has on their screen."""
        with self._workspace.lock:
            return Message(self._workspace, copy.deepcopy(self.post), self.reader_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.ts, self.channel) == (other.ts, other.channel)

    def __hash__(self) -> int:
        return hash((self.ts, self.channel))

    def __repr__(self) -> str:
        return f"<Message {self.ts} in {self.channel}:\n{self.text}>"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a modal: its label, what it holds in words, the texts of its options, its error if any."""

    label: str
    kind: str
    value: str
    options: tuple[str, ...]
    optional: bool
    hint: str
    error: str | None
    block: Json
    element: Json


def options_of(element: Json) -> list[Json]:
    """An element's options, those in groups included."""
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


class Modal:
    """An open modal, or a Home, as its owner reads it."""

    def __init__(self, workspace: Workspace, view: View) -> None:
        self._workspace = workspace
        self.view = view

    @property
    def title(self) -> str:
        """Its title; a Home has none."""
        return str(self.view.content.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The bot's name for it."""
        return str(self.view.content.get("callback_id", ""))

    @property
    def text(self) -> str:
        """All of it as plain text: labels with what they hold, hints, errors, buttons."""
        with self._workspace.lock:
            return read_view(self.view, reader_for(self._workspace, self.view.user))

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return self.view.blocks

    @property
    def buttons(self) -> list[str]:
        """The words on its buttons, without those that submit and close it."""
        return buttons_in(self.view.blocks)

    @property
    def is_open(self) -> bool:
        """Whether its owner sees it now."""
        with self._workspace.lock:
            return self._workspace.views.top(self.view.user) is self.view

    @property
    def fields(self) -> list[Field]:
        """Everything that can be filled in, in order."""
        with self._workspace.lock:
            return [
                self._field(block, element)
                for block in self.view.blocks
                for element in elements_of(block)
                if element.get("action_id") in self.view.values.get(block["block_id"], {})
            ]

    @property
    def labels(self) -> list[str]:
        """The labels of its fields."""
        return [one.label for one in self.fields]

    def field(self, label: str) -> Field:
        """The field with this label.

        Raises:
            AssertionError: when the modal has none, naming those that it has.
        """
        for one in self.fields:
            if one.label == label:
                return one
        raise AssertionError(f"“{self.title}” has no field “{label}”; it has {self.labels}.")

    def _field(self, block: Json, element: Json) -> Field:
        reader = reader_for(self._workspace, self.view.user)
        if block["type"] == "input":
            label = block["label"]["text"]
        elif block["type"] == "section" and "text" in block:
            label = read_block({"type": "section", "block_id": "", "text": block["text"]}, reader)
        else:
            label = element.get("placeholder", {}).get("text", element["action_id"])
        value = self.view.values[block["block_id"]][element["action_id"]]
        return Field(
            label=label,
            kind=element["type"],
            value=read_value(value, reader),
            options=tuple(one["text"]["text"] for one in options_of(element)),
            optional=block["type"] != "input" or bool(block.get("optional")),
            hint=block.get("hint", {}).get("text", ""),
            error=self.view.errors.get(block["block_id"]),
            block=block,
            element=element,
        )

    def __repr__(self) -> str:
        return f"<Modal:\n{self.text}>"


class Feed:
    """A channel, or a direct message, as a person reads it (or nobody in particular)."""

    def __init__(
        self, workspace: Workspace, conversation: Conversation, reader_id: str | None = None
    ) -> None:
        self._workspace = workspace
        self.conversation = conversation
        self._reader_id = reader_id

    @property
    def id(self) -> str:
        """Its id."""
        return self.conversation.id

    @property
    def messages(self) -> list[Message]:
        """Its messages that everybody sees, oldest first, without replies in threads and what Slack itself writes."""
        with self._workspace.lock:
            listed = [one for one in self.conversation.listed() if one.subtype is None]
            return [Message(self._workspace, one, self._reader_id) for one in listed]

    @property
    def topic(self) -> str:
        """Its topic."""
        return self.conversation.topic

    @property
    def pinned(self) -> list[Message]:
        """What is pinned in it, the oldest pin first."""
        with self._workspace.lock:
            posts = [self.conversation.post(ts) for ts in self.conversation.pins]
            return [Message(self._workspace, one, self._reader_id) for one in posts if one]

    @property
    def newest(self) -> Message:
        """The last message.

        Raises:
            AssertionError: when there is none.
        """
        messages = self.messages
        if not messages:
            raise AssertionError(f"#{self.conversation.name} has no messages.")
        return messages[-1]
