"""One message at its place in Slack: posted once, updated when it changed, found again when an answer was lost.

A post is announced in the database before it is made. When its answer is lost, nobody knows whether Slack took it: then
the channel's newest messages are searched for the post's metadata before it is repeated
(https://docs.slack.dev/messaging/message-metadata).
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from bot.rules.terms import PersonId
from bot.slack.views.kit import Message
from bot.store import messages
from bot.store.database import Database
from bot.store.messages import Place

EVENT_TYPE: Final = "countersign_message"
PACE: Final = timedelta(seconds=1, milliseconds=50)
"""Slack takes about one new message per second and channel."""
PUBLISHED: Final = "home"
"""What stands for the timestamp of a Home, which has none."""
SEARCHED: Final = 50
"""How many of a channel's newest messages are searched for one whose answer was lost."""
REPLIES_A_PAGE: Final = 200
LONGEST_WAIT: Final = timedelta(minutes=5)
GONE: Final = frozenset({"message_not_found", "cant_update_message", "thread_not_found"})
HTTP_TOO_MANY: Final = 429
HTTP_SERVER_ERROR: Final = 500


class NotNow(Exception):
    """Slack cannot be bothered before `until` (real time). `failed` when an attempt was made and went wrong."""

    def __init__(self, until: datetime, problem: str, *, failed: bool) -> None:
        super().__init__(problem)
        self.until = until
        self.problem = problem
        self.failed = failed


class Undeliverable(Exception):
    """Slack refuses this message, and will again; the text is Slack's own word for it."""


@dataclass(slots=True)
class Poster:
    """Shows messages at their places. Remembers each channel's pace, each person's DM and cards' links while it lives.

    `pace` is how long a channel is left alone after a new message.
    """

    client: WebClient
    database: Database
    real_now: Callable[[], datetime]
    pace: timedelta = PACE
    _free_at: dict[str, datetime] = field(default_factory=dict)
    _direct: dict[PersonId, str] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict)

    def direct_channel(self, person: PersonId) -> str:
        """The channel of the bot's DM with a person.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        if person not in self._direct:
            response = self._call(lambda: self.client.conversations_open(users=person))
            self._direct[person] = response["channel"]["id"]
        return self._direct[person]

    def permalink(self, channel: str, ts: str) -> str | None:
        """The address of a posted message; None when Slack does not say: a link is a convenience."""
        if ts not in self._links:
            try:
                response = self._call(lambda: self.client.chat_getPermalink(channel=channel, message_ts=ts))
            except (NotNow, Undeliverable):
                return None
            self._links[ts] = response["permalink"]
        return self._links[ts]

    def show(self, place: Place, message: Message, *, attempts: int = 0) -> None:
        """Post the message, or update it where it stands already; nothing when it shows this already.

        Raises:
            NotNow: try again later; after a lost answer the post is looked for before it is repeated.
            Undeliverable: Slack refuses it.
        """
        digest = digest_of(message)
        with self.database.read() as connection:
            known = messages.find(connection, place.key)
        ts = known.ts if known else None
        if known and known.in_doubt:
            ts = self._search(known.channel, place, attempts)
            if ts:
                self._remember_posted(place.key, ts, "")
        if known and ts:
            if known.digest != digest or known.in_doubt:
                self._update(place, known.channel, ts, message, attempts)
            return
        self._post(place, message, attempts)

    def call(self, call: Callable[[], Any], attempts: int = 0) -> Any:  # noqa: ANN401 - the SDK's answer
        """Ask Slack for something that is no message: a channel, an invitation, a pin.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        return self._call(call, attempts)

    def publish(self, place: Place, view: Mapping[str, object], *, attempts: int = 0) -> None:
        """Show a person's Home, always: Slack keeps one, and what it shows may not be what was published last.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        self._call(lambda: self.client.views_publish(user_id=place.channel, view=dict(view)), attempts)
        now = self.real_now()
        with self.database.write() as connection:
            messages.reserve(connection, place, now)
            messages.posted(connection, place.key, ts=PUBLISHED, digest="", now_real=now)

    def _post(self, place: Place, message: Message, attempts: int) -> None:
        now = self.real_now()
        free_at = self._free_at.get(place.channel, now)
        if free_at > now:
            raise NotNow(free_at, "one message a second", failed=False)
        self._free_at[place.channel] = now + self.pace
        with self.database.write() as connection:
            messages.reserve(connection, place, now)
        try:
            response = self._call(
                lambda: self.client.chat_postMessage(
                    channel=place.channel,
                    thread_ts=place.thread,
                    text=message.text,
                    blocks=message.blocks,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": place.key}},
                    unfurl_links=False,
                    unfurl_media=False,
                ),
                attempts,
                place.channel,
            )
        except (Undeliverable, _Slowed):
            with self.database.write() as connection:
                messages.not_posted(connection, place.key)
            raise
        self._remember_posted(place.key, response["ts"], digest_of(message))

    def _update(self, place: Place, channel: str, ts: str, message: Message, attempts: int) -> None:
        try:
            self._call(
                lambda: self.client.chat_update(
                    channel=channel, ts=ts, text=message.text, blocks=message.blocks
                ),
                attempts,
            )
        except Undeliverable as error:
            if str(error) not in GONE:
                raise
            with self.database.write() as connection:
                messages.gone(connection, place.key, self.real_now())
            self._post(place, message, attempts)
            return
        with self.database.write() as connection:
            messages.updated(connection, place.key, digest=digest_of(message), now_real=self.real_now())

    def _search(self, channel: str, place: Place, attempts: int) -> str | None:
        """The timestamp of the message that carries this key, among the channel's newest, or in its thread."""
        for message in (
            self._thread(channel, place, attempts) if place.thread else self._newest(channel, attempts)
        ):
            payload = (message.get("metadata") or {}).get("event_payload") or {}
            if payload.get("key") == place.key:
                return str(message["ts"])
        return None

    def _newest(self, channel: str, attempts: int) -> Iterator[Mapping[str, Any]]:
        response = self._call(
            lambda: self.client.conversations_history(
                channel=channel, limit=SEARCHED, include_all_metadata=True
            ),
            attempts,
        )
        yield from response["messages"]

    def _thread(self, channel: str, place: Place, attempts: int) -> Iterator[Mapping[str, Any]]:
        """A thread from its beginning: Slack gives no other order."""
        cursor: str | None = ""
        while cursor is not None:
            response = self._call(partial(self._replies, channel, place, cursor), attempts)
            yield from response["messages"]
            cursor = (response.get("response_metadata") or {}).get("next_cursor") or None

    def _replies(self, channel: str, place: Place, cursor: str) -> SlackResponse:
        return self.client.conversations_replies(
            channel=channel,
            ts=place.thread or "",
            limit=REPLIES_A_PAGE,
            cursor=cursor,
            include_all_metadata=True,
        )

    def _remember_posted(self, key: str, ts: str, digest: str) -> None:
        with self.database.write() as connection:
            messages.posted(connection, key, ts=ts, digest=digest, now_real=self.real_now())

    def _call(self, call: Callable[[], Any], attempts: int = 0, channel: str | None = None) -> Any:  # noqa: ANN401 - the SDK's answer
        try:
            return call()
        except SlackApiError as error:
            raise self._refused(error, attempts, channel) from error
        except (SlackClientError, URLError, OSError) as error:
            raise NotNow(
                self._backoff(attempts), f"no answer: {type(error).__name__}", failed=True
            ) from error

    def _refused(self, error: SlackApiError, attempts: int, channel: str | None) -> NotNow | Undeliverable:
        status = getattr(error.response, "status_code", 0)
        word = str(error.response.get("error", "") if isinstance(error.response.data, dict) else status)
        if status == HTTP_TOO_MANY or word == "ratelimited":
            wait = timedelta(seconds=int(error.response.headers.get("Retry-After", 1)))
            until = self.real_now() + wait
            if channel:
                self._free_at[channel] = until
            return _Slowed(until, "ratelimited", failed=False)
        if status >= HTTP_SERVER_ERROR or word in {"internal_error", "fatal_error", "service_unavailable"}:
            return NotNow(self._backoff(attempts), f"Slack's own trouble: {word}", failed=True)
        return Undeliverable(word)

    def _backoff(self, attempts: int) -> datetime:
        wait = min(timedelta(seconds=2**attempts / 2), LONGEST_WAIT)
        return self.real_now() + wait * random.uniform(0.75, 1.25)  # noqa: S311 - jitter guards no secret


class _Slowed(NotNow):
    """Slack surely did nothing, and says when it will."""


def digest_of(message: Message) -> str:
    """What stands for a message's content, so that an update that would change nothing is not made."""
    content = json.dumps([message.text, message.blocks], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
