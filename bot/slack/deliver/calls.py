"""Calls to Slack's Web API: what an answer means, which method wants to be left alone, whether Slack lets the bot in at all.

Shared by all hands of a process.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from typing import Any, Final
from urllib.error import URLError

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.slack.deliver.words import LOCKED_OUT, SLACKS_OWN_TROUBLE, SLACKS_WORD, SLOW_DOWN

LONGEST_WAIT: Final = timedelta(minutes=5)
FIRST_LOCKED_WAIT: Final = timedelta(seconds=5)
LONGEST_SLOW: Final = timedelta(hours=1)
"""No longer is Slack left alone, whatever it says."""
HTTP_TOO_MANY: Final = 429
HTTP_SERVER_ERROR: Final = 500

log = structlog.get_logger()


class NotNow(Exception):
    """Slack cannot be bothered before `until` (real time). `failed` when an attempt was made and went wrong."""

    def __init__(self, until: datetime, problem: str, *, failed: bool) -> None:
        super().__init__(problem)
        self.until = until
        self.problem = problem
        self.failed = failed


class Refused(NotNow):
    """Slack surely did nothing, for a reason that has nothing to do with what it was asked."""


class Undeliverable(Exception):
    """Slack refuses this message, and will again; the text is Slack's own word for it."""


@dataclass(slots=True)
class Calls:
    """Makes calls. `real_now` is real time. Safe to share between threads."""

    real_now: Callable[[], datetime]
    locked_out: str | None = None
    """Slack's word for why it does not let the bot in; None while it does."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locked_until: datetime | None = None
    _locked_wait: timedelta = FIRST_LOCKED_WAIT
    _slow_until: dict[str, datetime] = field(default_factory=dict)
    _halted: bool = False

    def make(self, call: partial[Any], attempts: int = 0, *, slows_all: bool = True) -> Any:  # noqa: ANN401 - the SDK's answer
        """Make a call, such as `partial(client.chat_update, …)`; `attempts` of it have failed before.

        With `slows_all`, being asked to slow down holds for the whole method: that is how Slack counts, except for posts.

        Raises:
            NotNow: not yet, or there was no answer: it may have been done or not.
            Refused: not yet, and Slack surely did nothing.
            Undeliverable: Slack refuses it.
        """
        method = call.func.__name__
        self._ask_leave(method)
        try:
            answer = call()
        except SlackApiError as error:
            raise self._meaning(error, attempts, method if slows_all else None) from error
        except (SlackClientError, URLError, HTTPException, OSError, AttributeError) as error:
            # The SDK stumbles with AttributeError over an answer that is JSON, but no object.
            raise NotNow(
                self._backoff(attempts), f"no answer: {type(error).__name__}", failed=True
            ) from error
        if self.locked_out:
            self._let_in_again()
        return answer

    def is_paused(self) -> bool:
        """Whether nothing can be delivered at present, since Slack does not let the bot in or the bot stops."""
        with self._lock:
            return self._halted or bool(self._locked_until and self.real_now() < self._locked_until)

    def halt(self) -> None:
        """Begin no more calls."""
        self._halted = True

    def resume(self) -> None:
        """Begin calls again."""
        self._halted = False

    def _ask_leave(self, method: str) -> None:
        now = self.real_now()
        with self._lock:
            if self._halted:
                raise Refused(now, "the bot is being stopped", failed=False)
            if self._locked_until:
                if now < self._locked_until:
                    raise Refused(self._locked_until, str(self.locked_out), failed=False)
                self._locked_until = now + self._locked_wait  # the others wait for how this call fares
            until = self._slow_until.get(method)
            if until and now < until:
                raise Refused(until, f"{method} is asked for too often", failed=False)

    def _meaning(self, error: SlackApiError, attempts: int, method: str | None) -> NotNow | Undeliverable:
        status = getattr(error.response, "status_code", 0)
        word = str(error.response.get("error", "") if isinstance(error.response.data, dict) else status)
        if status == HTTP_TOO_MANY or word in SLOW_DOWN:
            until = self.real_now() + slowed_for(error.response.headers.get("Retry-After", ""))
            if method:
                with self._lock:
                    self._slow_until[method] = until
            return Refused(until, "ratelimited", failed=False)
        if word in LOCKED_OUT:
            return Refused(self._locked(word), word, failed=False)
        if status >= HTTP_SERVER_ERROR or word in SLACKS_OWN_TROUBLE:
            return NotNow(self._backoff(attempts), f"Slack's own trouble: {word}", failed=True)
        if not SLACKS_WORD.fullmatch(word):  # a page of somebody in between: Slack may have taken it or not
            return NotNow(self._backoff(attempts), "the answer was not Slack's", failed=True)
        return Undeliverable(word)

    def _locked(self, word: str) -> datetime:
        """Since Slack does not let the bot in: when to knock again."""
        with self._lock:
            if self.locked_out is None:
                log.error("slack does not let the bot in; deliveries wait", slack_error=word)
                self._locked_wait = FIRST_LOCKED_WAIT
            else:
                self._locked_wait = min(2 * self._locked_wait, LONGEST_WAIT)
            self.locked_out = word
            self._locked_until = self.real_now() + self._locked_wait
            return self._locked_until

    def _let_in_again(self) -> None:
        with self._lock:
            if self.locked_out:
                log.info("slack lets the bot in again; deliveries go on", slack_error=self.locked_out)
            self.locked_out = self._locked_until = None

    def _backoff(self, attempts: int) -> datetime:
        wait = LONGEST_WAIT if attempts >= 10 else timedelta(seconds=2**attempts / 2)  # noqa: PLR2004 - 512 s are longer
        return self.real_now() + wait * random.uniform(0.75, 1.25)  # noqa: S311 - jitter guards no secret


def slowed_for(retry_after: str) -> timedelta:
    """How long Slack asks to be left alone; a second where it does not say so in whole seconds."""
    if not (retry_after.isascii() and retry_after.isdecimal()):
        return timedelta(seconds=1)
    return min(timedelta(seconds=int(retry_after[:6])), LONGEST_SLOW)
