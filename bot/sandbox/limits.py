"""Slack's rate limits, in real time."""

import threading
import time
from collections import deque
from math import ceil
from typing import Final

from bot.sandbox.refusal import RefusalError

MINUTE: Final = 60.0
TIERS: Final = {
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "conversations.history": 50,
    "conversations.replies": 50,
    "conversations.info": 50,
    "conversations.open": 50,
    "conversations.create": 20,
    "conversations.invite": 50,
    "conversations.join": 50,
    "conversations.setTopic": 20,
    "conversations.list": 20,
    "conversations.members": 100,
    "pins.add": 20,
    "users.info": 100,
    "users.list": 20,
    "usergroups.list": 20,
    "usergroups.users.list": 20,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
}
"""Calls per minute, by method."""
PER_CHANNEL: Final = 1.0
"""Seconds between two `chat.postMessage` to one channel."""


class RateLimits:
    """Counts calls and refuses those that come too fast, with 429 and `Retry-After`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {}
        self._posted: dict[str, float] = {}

    def count(self, method: str) -> None:
        """Count a call against its method's tier.

        Raises:
            RefusalError: `ratelimited`.
        """
        most = TIERS.get(method)
        if most is None:
            return
        now = time.monotonic()
        with self._lock:
            calls = self._calls.setdefault(method, deque())
            while calls and now - calls[0] >= MINUTE:
                calls.popleft()
            if len(calls) >= most:
                raise _too_fast(MINUTE - (now - calls[0]))
            calls.append(now)

    def post(self, channel: str) -> None:
        """Count a message to a channel.

        Raises:
            RefusalError: `ratelimited`, when one was posted there within the last second.
        """
        now = time.monotonic()
        with self._lock:
            wait = PER_CHANNEL - (now - self._posted.get(channel, -PER_CHANNEL))
            if wait > 0:
                raise _too_fast(wait)
            self._posted[channel] = now


def _too_fast(seconds: float) -> RefusalError:
    return RefusalError("ratelimited", status=429, retry_after=max(1, ceil(seconds)))
