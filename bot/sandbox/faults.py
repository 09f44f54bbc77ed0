"""Faults on demand: what a network and a busy Slack do to a bot."""

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next `times` calls of one method.

    Attributes:
        status: answer with this HTTP status instead, doing nothing; 429 carries `Retry-After`.
        body: answer with this text, called HTML, instead of JSON, doing nothing; the status is 200 or `status`.
        afterwards: what is said here happens when that was done which was asked.
        delay: seconds to wait first.
        lose_answer: do what was asked, then cut the connection without an answer.
        drop: cut the connection without doing it.
        error: refuse with this word of Slack's, doing nothing.
        retry_after: what `Retry-After` says, which may be nonsense; None leaves it out.
        times: how many calls it still hits.
    """

    status: int | None = None
    delay: float = 0.0
    lose_answer: bool = False
    drop: bool = False
    error: str | None = None
    retry_after: int | str | None = 1
    times: int = 1
    body: str | None = None
    afterwards: bool = False

    @property
    def answers(self) -> bool:
        """Whether it answers in the place of what was asked."""
        return self.status is not None or self.error is not None or self.body is not None


class Faults:
    """The faults that wait, by method, first come first served; where none waits, `weather` is asked."""

    def __init__(self) -> None:
        self.weather: Callable[[str], Fault | None] | None = None
        """Says for each call of a method what happens to it; called in the server's loop, so it must not wait."""
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Fault]] = {}

    def next(self, method: str, fault: Fault | None = None, **what: float | bool | str | None) -> None:
        """Let the next calls of a method fail: `next("chat.postMessage", lose_answer=True, times=2)`.

        `method` may be `response_url` too, `socket` for deliveries over Socket Mode, or `*` for any.
        """
        with self._lock:
            self._waiting.setdefault(method, []).append(replace(fault or Fault(), **what))  # type: ignore[arg-type]  # checked by the dataclass

    def take(self, method: str) -> Fault | None:
        """The fault that hits this call, if one waits for it."""
        with self._lock:
            for name in (method, "*"):
                waiting = self._waiting.get(name)
                if not waiting:
                    continue
                fault = waiting[0]
                if fault.times > 1:
                    waiting[0] = replace(fault, times=fault.times - 1)
                else:
                    waiting.pop(0)
                return fault
        return self.weather(method) if self.weather else None

    def clear(self) -> None:
        """Let nothing fail any more."""
        self.weather = None
        with self._lock:
            self._waiting.clear()
