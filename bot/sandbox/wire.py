"""The wire log: what went between bot and Slack, with what was refused and how long it took."""

import itertools
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.sandbox.refusal import Json

Direction = Literal["to slack", "to bot"]
KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    Attributes:
        number: counts all exchanges, from 1.
        at: real time, aware, when it ended.
        direction: `to slack` for a Web API call or a `response_url`, `to bot` for a delivery.
        name: the method (`chat.postMessage`), or the kind of delivery (`command`, `block_actions`).
        request: its arguments, without the token.
        answer: what came back.
        status: the HTTP status, or 0 where the connection was lost or nobody answered in time.
        took: seconds.
        refusal: why it failed, in Slack's words, or None.
    """

    number: int
    at: datetime
    direction: Direction
    name: str
    request: Json
    answer: Json
    status: int
    took: float
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """What is noted of one exchange; the wire adds its number."""

    at: datetime
    direction: Direction
    name: str
    request: Json
    answer: Json
    status: int
    took: float
    refusal: str | None = None


class Wire:
    """The newest 10,000 exchanges, oldest first; safe for many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT)

    def note(self, what: Happening) -> Exchange:
        """Add an exchange."""
        with self._lock:
            exchange = Exchange(
                next(self._numbers),
                what.at,
                what.direction,
                what.name,
                what.request,
                what.answer,
                what.status,
                what.took,
                what.refusal,
            )
            self._exchanges.append(exchange)
            return exchange

    @property
    def exchanges(self) -> list[Exchange]:
        """All that is kept."""
        with self._lock:
            return list(self._exchanges)

    @property
    def refusals(self) -> list[Exchange]:
        """Those that failed: a story that goes well has none."""
        return [one for one in self.exchanges if one.refusal is not None]

    def named(self, name: str) -> list[Exchange]:
        """Those of one method or kind of delivery."""
        return [one for one in self.exchanges if one.name == name]

    def clear(self) -> None:
        """Forget all exchanges."""
        with self._lock:
            self._exchanges.clear()
