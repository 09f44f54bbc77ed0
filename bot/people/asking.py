"""Questions to Slack for whose answers a person waits: asked in threads of their own, so that nobody waits longer than they can.

An answer that comes too late for whoever asked is kept all the same, for the next one.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, Generic, NoReturn, TypeVar

import structlog

from bot.people.unreachable import Unreachable
from bot.store.database import DatabaseBusy, DatabaseGone

T = TypeVar("T")
THREADS: Final = 8
STUCK: Final = 1.0
"""Seconds after which nobody new waits for a question that was not answered: Slack may be well again by now."""

log = structlog.get_logger()


class Asking(Generic[T]):
    """Asks each question once at a time: whoever asks the same a moment later waits for the same answer. Safe between threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "asking")
        self._lock = threading.Lock()
        self._open: dict[str, _Question[T]] = {}

    def ask(self, what: str, source: Callable[[], T], keep: Callable[[T], None], within: float) -> T:
        """The answer of `source` to a question named `what`, which is kept before this returns if there is time for it.

        `within` is how many seconds of real time whoever asks can wait.

        Raises:
            Unreachable: the source did not answer within that time, or not at all.
        """
        until = time.monotonic() + within
        question = self._put(what, source, keep)
        try:
            answer = question.answer.result(within)
        except TimeoutError as late:
            raise Unreachable("no answer yet") from late
        question.kept.wait(max(0.0, until - time.monotonic()))
        return answer

    def close(self) -> None:
        """Return when no question is under way; those that nobody has put to Slack yet are not put any more."""
        self._threads.shutdown(cancel_futures=True)

    def _put(self, what: str, source: Callable[[], T], keep: Callable[[T], None]) -> "_Question[T]":
        with self._lock:
            found = self._open.get(what)
            if found is None or time.monotonic() - found.asked > STUCK:
                found = self._open[what] = _Question()
                self._threads.submit(self._answer, what, found, source, keep)
            return found

    def _answer(
        self, what: str, question: "_Question[T]", source: Callable[[], T], keep: Callable[[T], None]
    ) -> None:
        try:
            answer = source() if self._is_open(what, question) else _asked_anew()
        except BaseException as error:  # noqa: BLE001 - it is raised in whoever waits
            self._close_question(what, question)
            question.answer.set_exception(error)
        else:
            question.answer.set_result(answer)
            _keep(keep, answer)
            self._close_question(what, question)
        question.kept.set()

    def _is_open(self, what: str, question: "_Question[T]") -> bool:
        with self._lock:
            return self._open.get(what) is question

    def _close_question(self, what: str, question: "_Question[T]") -> None:
        with self._lock:
            if self._open.get(what) is question:
                del self._open[what]


class _Question(Generic[T]):
    """One that is under way."""

    def __init__(self) -> None:
        self.asked = time.monotonic()
        self.answer: Future[T] = Future()
        self.kept = threading.Event()


def _asked_anew() -> NoReturn:
    raise Unreachable("asked anew before its turn came")


def _keep(keep: Callable[[T], None], answer: T) -> None:
    """An answer that cannot be kept was given all the same; the next one asks again."""
    try:
        keep(answer)
    except (DatabaseBusy, DatabaseGone) as problem:
        log.warning("an answer of Slack's could not be kept", problem=str(problem))
