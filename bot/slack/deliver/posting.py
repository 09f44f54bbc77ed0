"""One message at its place in Slack: posted once, updated when it changed, found again when an answer was lost.

A post is announced in the database before it is made, in the transaction that renews the hold on its line: nobody posts
a line that may be in other hands. When its answer is lost, nobody knows whether Slack took it: then the channel is searched
for the post's metadata before it is repeated (https://docs.slack.dev/messaging/message-metadata).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from slack_sdk import WebClient

from bot.rules.terms import PersonId
from bot.slack.deliver.calls import Calls, NotNow, Refused, Undeliverable
from bot.slack.deliver.hold import Hold
from bot.slack.deliver.lanes import Lanes
from bot.slack.deliver.lost_posts import LostPosts
from bot.slack.deliver.words import GONE, NOT_IN_CHANNEL, OUT_OF_REACH
from bot.slack.views.kit import Message
from bot.store import messages
from bot.store.database import Database
from bot.store.messages import Place

__all__ = ["PACE", "NotNow", "Poster", "Undeliverable", "digest_of"]

EVENT_TYPE: Final = "countersign_message"
PACE: Final = timedelta(seconds=1, milliseconds=50)
"""Slack takes about one new message per second and channel."""
PUBLISHED: Final = "home"
"""What stands for the timestamp of a Home, which has none."""
REMEMBERED: Final = 10_000
"""How many links and DMs are remembered."""


@dataclass(slots=True)
class _Shared:
    """What all hands of a process know together."""

    calls: Calls
    lanes: Lanes
    direct: dict[PersonId, str] = field(default_factory=dict)
    links: dict[tuple[str, str], str] = field(default_factory=dict)


class Poster:
    """Shows messages at their places. Remembers each channel's pace, each person's DM and cards' links while it lives.

    `real_now` is real time; `pace` is how long a channel is left alone after a new message. Safe to share between threads.
    """

    def __init__(
        self,
        client: WebClient,
        database: Database,
        real_now: Callable[[], datetime],
        pace: timedelta = PACE,
    ) -> None:
        self.client = client
        self.database = database
        self.real_now = real_now
        self.pace = pace
        self._shared = _Shared(Calls(real_now), Lanes(real_now, pace))
        self._hold: Hold | None = None

    def holding(self, hold: Hold) -> "Poster":
        """The same, delivering one line."""
        own = Poster(self.client, self.database, self.real_now, self.pace)
        own._shared, own._hold = self._shared, hold
        return own

    @property
    def locked_out(self) -> str | None:
        """Slack's word for why it does not let the bot in at all; None while it does."""
        return self._shared.calls.locked_out

    @property
    def is_paused(self) -> bool:
        """Whether there is no use in delivering anything at present."""
        return self._shared.calls.is_paused()

    def halt(self) -> None:
        """Begin no more calls: each line that is being delivered is put off."""
        self._shared.calls.halt()

    def resume(self) -> None:
        """Begin calls again."""
        self._shared.calls.resume()

    def direct_channel(self, person: PersonId) -> str:
        """The channel of the bot's DM with a person.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        known = self._shared.direct.get(person)
        if known is None:
            answer = self.call(partial(self.client.conversations_open, users=person))
            known = _remember(self._shared.direct, person, str(answer["channel"]["id"]))
        return known

    def permalink(self, channel: str, ts: str) -> str | None:
        """The address of a posted message; None when Slack does not say: a link is a convenience."""
        known = self._shared.links.get((channel, ts))
        if known is None:
            try:
                answer = self.call(partial(self.client.chat_getPermalink, channel=channel, message_ts=ts))
            except (NotNow, Undeliverable):
                return None
            known = _remember(self._shared.links, (channel, ts), str(answer["permalink"]))
        return known

    def show(self, place: Place, message: Message) -> None:
        """Post the message, or update it where it stands already; nothing when it shows this already.

        Raises:
            NotNow: try again later; after a lost answer the post is looked for before it is repeated.
            Undeliverable: Slack refuses it.
        """
        with self.database.read() as connection:
            known = messages.find(connection, place.key)
        if known and known.ts and not known.in_doubt and known.digest == digest_of(message):
            return
        with self._shared.lanes.alone(known.channel if known else place.channel, place.key):
            if known and known.in_doubt:
                known = self._sought(known, place)
            if known and known.ts:
                self._update(known, place, message)
            elif known and known.channel != place.channel:
                self._post_elsewhere(place, message)
            else:
                self._post(place, message)

    def call(self, call: partial[Any]) -> Any:  # noqa: ANN401 - the SDK's answer
        """Ask Slack for something that is no message: a channel, an invitation, a pin.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        return self._call(call)

    def got_further(self) -> None:
        """What was done is remembered: a line that takes many calls is not given up for failures before this one."""
        if self._hold:
            self._hold.got_further()

    def publish(self, place: Place, view: Mapping[str, object]) -> None:
        """Show a person's Home, always: Slack keeps one, and what it shows may not be what was published last.

        Raises:
            NotNow, Undeliverable: as `show`.
        """
        with self._shared.lanes.alone(place.channel, place.key):
            self._call(partial(self.client.views_publish, user_id=place.channel, view=dict(view)))
        now = self.real_now()
        with self.database.write() as connection:
            messages.reserve(connection, place, now)
            messages.posted(connection, place.key, ts=PUBLISHED, digest="", now_real=now)

    def _sought(self, lost: messages.Message, place: Place) -> messages.Message | None:
        """A message in doubt, with its timestamp where Slack took it; None where it did not."""
        search = LostPosts(self.client, self._search_call, lost.channel)
        try:
            ts = search.find(lost, place.thread)
        except Undeliverable as error:
            word, moves = str(error), lost.channel != place.channel
            is_nowhere = word in GONE or (moves and word in OUT_OF_REACH)
            if not is_nowhere:
                raise
            ts = None
        if ts is None:
            return replace(lost, ts=None) if lost.channel != place.channel else None
        self._remember_posted(place.key, ts, "")
        return replace(lost, ts=ts, digest="")

    def _search_call(self, call: partial[Any]) -> Any:  # noqa: ANN401 - the SDK's answer
        """A search may take several calls; each has a whole lease's time."""
        if self._hold:
            with self.database.write() as connection:
                self._hold.renew(connection)
        return self._call(call)

    def _post_elsewhere(self, place: Place, message: Message) -> None:
        with self._shared.lanes.alone(place.channel, place.key):
            self._post(place, message)

    def _post(self, place: Place, message: Message) -> None:
        self._shared.lanes.take_turn(place.channel, place.key)
        try:
            self._post_announced(place, message)
        except Undeliverable as error:
            if str(error) != NOT_IN_CHANNEL or not self._joined(place.channel):
                raise
            self._post_announced(place, message)

    def _post_announced(self, place: Place, message: Message) -> None:
        with self.database.write() as connection:
            if self._hold:
                self._hold.renew(connection)
            messages.reserve(connection, place, self.real_now())
        try:
            answer = self._call(self._posting(place, message), slows_all=False)
        except (Undeliverable, Refused) as error:
            with self.database.write() as connection:
                messages.not_posted(connection, place.key)
            if isinstance(error, Refused):
                self._shared.lanes.leave_alone(place.channel, error.until)
            raise
        self._remember_posted(place.key, answer["ts"], digest_of(message))

    def _posting(self, place: Place, message: Message) -> partial[Any]:
        return partial(
            self.client.chat_postMessage,
            channel=place.channel,
            thread_ts=place.thread,
            text=message.text,
            blocks=message.blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": place.key}},
            unfurl_links=False,
            unfurl_media=False,
        )

    def _joined(self, channel: str) -> bool:
        """Join a channel from which the bot is missing; False where it cannot, as in a private one."""
        try:
            self._call(partial(self.client.conversations_join, channel=channel))
        except Undeliverable:
            return False
        return True

    def _update(self, known: messages.Message, place: Place, message: Message) -> None:
        """Update it where it stands. Where that cannot be, post it anew, in the channel where it belongs by now."""
        channel = known.channel
        try:
            self._call(
                partial(
                    self.client.chat_update,
                    channel=channel,
                    ts=known.ts or "",
                    text=message.text,
                    blocks=message.blocks,
                )
            )
        except Undeliverable as error:
            word, moves = str(error), channel != place.channel
            if word not in GONE and not (moves and word in OUT_OF_REACH):
                raise
            with self.database.write() as connection:
                messages.gone(connection, place.key, self.real_now())
            (self._post_elsewhere if moves else self._post)(place, message)
            return
        with self.database.write() as connection:
            messages.updated(connection, place.key, digest=digest_of(message), now_real=self.real_now())
        self.got_further()

    def _remember_posted(self, key: str, ts: str, digest: str) -> None:
        with self.database.write() as connection:
            messages.posted(connection, key, ts=ts, digest=digest, now_real=self.real_now())
        self.got_further()

    def _call(self, call: partial[Any], *, slows_all: bool = True) -> Any:  # noqa: ANN401 - the SDK's answer
        if self._hold:
            self._hold.must_last()
        attempts = self._hold.line.attempts if self._hold else 0
        return self._shared.calls.make(call, attempts, slows_all=slows_all)


def _remember(known: dict[Any, str], what: object, answer: str) -> str:
    """Keep an answer; when they are too many, begin anew."""
    if len(known) >= REMEMBERED:
        known.clear()
    known[what] = answer
    return answer


def digest_of(message: Message) -> str:
    """What stands for a message's content, so that an update that would change nothing is not made."""
    content = json.dumps([message.text, message.blocks], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
