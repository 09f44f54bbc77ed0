"""Looking for a post whose answer was lost, by the key in its metadata.

Slack's search by time is exact where this machine's clock is; so a channel's newest messages are looked at first, whatever
the clock says, and then those around the time at which the post was announced. Both are bounded.
"""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from slack_sdk import WebClient

from bot.store.messages import Message

A_PAGE: Final = 200
NEWEST_PAGES: Final = 2
PAGES_AROUND: Final = 5
PAGES_OF_A_THREAD: Final = 20
AROUND: Final = timedelta(minutes=5)
"""How far from the announcement a post is looked for: this machine's clock may differ from Slack's."""

Page = list[Mapping[str, Any]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LostPosts:
    """Looks for posts in one channel. `ask` makes a call to Slack."""

    client: WebClient
    ask: Callable[[partial[Any]], Any]
    channel: str

    def find(self, lost: Message, thread: str | None) -> str | None:
        """The timestamp of the message that carries its key; None when it is not there."""
        for page in self._thread(thread, lost.posting_at) if thread else self._channel(lost.posting_at):
            for message in page:
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("key") == lost.key:
                    return str(message["ts"])
        return None

    def _channel(self, announced: datetime | None) -> Iterator[Page]:
        ask = partial(self.client.conversations_history, channel=self.channel, include_all_metadata=True)
        is_all = yield from self._pages(ask, NEWEST_PAGES)
        if not is_all and announced:
            yield from self._pages(partial(ask, **_around(announced)), PAGES_AROUND)

    def _thread(self, ts: str, announced: datetime | None) -> Iterator[Page]:
        """A thread begins with its oldest message: Slack gives no other order."""
        ask = partial(
            self.client.conversations_replies, channel=self.channel, ts=ts, include_all_metadata=True
        )
        if announced:
            yield from self._pages(partial(ask, **_around(announced)), PAGES_AROUND)
        is_all = yield from self._pages(ask, PAGES_OF_A_THREAD)
        if not is_all:
            log.warning("a thread is too long to be searched to its end", channel=self.channel)

    def _pages(self, ask: partial[Any], most: int) -> Generator[Page, None, bool]:
        """At most so many pages; returns whether these are all that there are."""
        cursor = ""
        for _ in range(most):
            answer = self.ask(partial(ask, limit=A_PAGE, cursor=cursor))
            yield answer["messages"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return True
        return False


def _around(announced: datetime) -> dict[str, str]:
    return {
        "oldest": f"{(announced - AROUND).timestamp():.6f}",
        "latest": f"{(announced + AROUND).timestamp():.6f}",
    }
