"""Messages and the conversations that hold them."""

from dataclasses import dataclass, field
from typing import Final, Literal

from bot.sandbox.refusal import Json

Kind = Literal["channel", "im"]
SLACKBOT: Final = "USLACKBOT"
"""Who speaks where Slack itself says something."""


@dataclass(slots=True)
class Post:
    """One message. `seen_by` is the only person who sees it, where it is ephemeral.

    `during` counts the acts of that person: an ephemeral answers the act with that number.
    """

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    edited: str | None = None
    seen_by: str | None = None
    during: int = 0
    subtype: str | None = None
    """What happened to the channel itself, where the message says only that: `channel_topic`, `channel_join` …"""


@dataclass(slots=True)
class Conversation:
    """A channel, or a direct message between the bot and one person; `posts` are in the order of their ts."""

    id: str
    kind: Kind
    name: str
    members: set[str]
    has_bot: bool = True
    is_archived: bool = False
    is_private: bool = False
    is_shared: bool = False
    posts: list[Post] = field(default_factory=list)
    topic: str = ""
    creator: str = ""
    pins: list[str] = field(default_factory=list)
    """The ts of what is pinned, the oldest pin first."""

    def post(self, ts: str) -> Post | None:
        """The message that everybody sees with this ts."""
        for one in reversed(self.posts):
            if one.ts == ts and one.seen_by is None:
                return one
        return None

    def replies(self, ts: str) -> list[Post]:
        """The replies in a message's thread, oldest first, without ephemerals."""
        return [one for one in self.posts if one.thread_ts == ts and one.ts != ts and one.seen_by is None]

    def listed(self) -> list[Post]:
        """What the channel itself shows to everybody: no replies, except those sent to the channel too."""
        return [
            one
            for one in self.posts
            if one.seen_by is None and (one.thread_ts in {None, one.ts} or one.broadcast)
        ]
