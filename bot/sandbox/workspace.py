"""The state of the workspace: people, conversations, views, and what was handed out."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from bot.sandbox.clock import MovableClock
from bot.sandbox.company import Company, Member
from bot.sandbox.faults import Faults
from bot.sandbox.limits import RateLimits
from bot.sandbox.posts import Conversation, Post
from bot.sandbox.refusal import RefusalError
from bot.sandbox.strictness import Strictness
from bot.sandbox.tickets import Tickets
from bot.sandbox.triggers import ResponseUrls, Triggers
from bot.sandbox.views import OpenViews
from bot.sandbox.wire import Wire

ALL_SCOPES: Final = frozenset(
    {
        "channels:history",
        "channels:join",
        "channels:manage",
        "channels:read",
        "chat:write",
        "commands",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "pins:write",
        "usergroups:read",
        "users:read",
    }
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the bot needs to be let in, and to know that it is Slack who speaks. `app_token` is for Socket Mode."""

    bot_token: str = "xoxb-sandbox-countersign"
    app_token: str = "xapp-sandbox-countersign"
    signing_secret: str = "sandbox-signing-secret"
    verification_token: str = "sandbox-verification"
    scopes: frozenset[str] = field(default=ALL_SCOPES)


class Workspace:
    """Everything that the sandbox's Slack knows. Hold `lock` while reading or changing it.

    `bot_url` is the bot's request URL, for commands, interactions and events, or None in Socket Mode; `own_url`
    is where the sandbox itself listens.
    """

    def __init__(
        self, company: Company, clock: MovableClock, credentials: Credentials, strictness: Strictness
    ) -> None:
        self.company = company
        self.clock = clock
        self.credentials = credentials
        self.strictness = strictness
        self.lock = threading.RLock()
        self.wire = Wire()
        self.faults = Faults()
        self.limits = RateLimits()
        self.triggers = Triggers(strictness)
        self.response_urls = ResponseUrls(strictness)
        self.tickets = Tickets()
        self.views = OpenViews()
        self.bot_url: str | None = None
        self.own_url: str | None = None
        self.revision = 0
        self.groups = None if company.user_groups is None else {one.id: one for one in company.user_groups}
        """The user groups as they are now; None on a free plan."""
        self._people = {one.id: one for one in company.people}
        self._acts: dict[str, int] = {}
        self._last_ts = 0
        self.conversations = {
            one.id: Conversation(
                one.id,
                "channel",
                one.name,
                set(one.members),
                has_bot=one.has_bot,
                is_archived=one.is_archived,
                is_private=one.is_private,
                is_shared=one.is_shared,
            )
            for one in company.channels
        }

    def user(self, user_id: str) -> Member | None:
        """A person by id."""
        return self._people.get(user_id)

    def deactivate(self, user_id: str) -> Member:
        """Take away a person's account; what they wrote stays."""
        self._people[user_id] = replace(self._people[user_id], deleted=True)
        self.touch()
        return self._people[user_id]

    def person_named(self, name: str) -> Member:
        """A person by handle, first name, full name or id.

        Raises:
            KeyError: when the company has nobody of that name.
        """
        wanted = name.lower()
        for one in self._people.values():
            if wanted in {one.name, one.id.lower(), one.real_name.lower(), one.display_name.lower()}:
                return one
        raise KeyError(f"{self.company.name} has nobody called {name!r}.")

    def channel_named(self, name: str) -> Conversation:
        """A conversation by id or by name, with or without `#`.

        Raises:
            KeyError: when there is none.
        """
        wanted = name.removeprefix("#")
        for one in self.conversations.values():
            if wanted == one.id or (one.kind == "channel" and wanted == one.name):
                return one
        raise KeyError(f"{self.company.name} has no channel called {name!r}.")

    def direct(self, user_id: str) -> Conversation:
        """The direct message between the bot and a person, opened if need be."""
        conversation_id = f"D{user_id[1:]}"
        if conversation_id not in self.conversations:
            self.conversations[conversation_id] = Conversation(
                conversation_id, "im", "directmessage", {user_id}
            )
        return self.conversations[conversation_id]

    def next_ts(self) -> str:
        """The ts of the next message: business time, unique and increasing."""
        since_epoch = self.clock.now() - datetime(1970, 1, 1, tzinfo=UTC)
        micros = round(since_epoch.total_seconds() * 1_000_000)
        self._last_ts = max(micros, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def add(self, post: Post) -> Post:
        """Put a message into its conversation."""
        if post.seen_by is not None and not post.during:
            post.during = self.act_of(post.seen_by)
        self.conversations[post.channel].posts.append(post)
        self.touch()
        return post

    def touch(self) -> None:
        """Note that something changed that a person could see."""
        self.revision += 1

    def begin_act(self, user_id: str) -> int:
        """Count an act of a person: what they are shown from now on answers it."""
        with self.lock:
            self._acts[user_id] = self._acts.get(user_id, 0) + 1
            return self._acts[user_id]

    def act_of(self, user_id: str) -> int:
        """The number of a person's present act."""
        return self._acts.get(user_id, 0)

    def allow(self, scope: str) -> None:
        """Check one of the bot's scopes.

        Raises:
            RefusalError: `missing_scope`, with what was needed.
        """
        if scope not in self.credentials.scopes:
            provided = ",".join(sorted(self.credentials.scopes))
            raise RefusalError("missing_scope", more={"needed": scope, "provided": provided})
