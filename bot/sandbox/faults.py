"""Faults on demand: what a network and a busy Slack do to a bot."""

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next `times` calls of one method.

    Attributes:
        status: answer with this HTTP status instead, doing nothing; 429 carries `Retry-After`.
        delay: seconds to wait first.
        lose_answer: do what was asked, then cut the connection without an answer.
        drop: cut the connection without doing it.
        error: refuse with this word of Slack's, doing nothing.
        times: how many calls it still hits.
    """

    status: int | None = None
    delay: float = 0.0
    lose_answer: bool = False
    drop: bool = False
    error: str | None = None
    retry_after: int = 1
    times: int = 1


class Faults:
    """The faults that wait, by method, first come first served."""

    def __init__(self) -> None:
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
        return None

    def clear(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._waiting.clear()
