"""One call at a time into each channel, and new messages at its pace: whoever comes too early is told when it is their turn.

A channel that is slow so keeps one hand of the process busy, never all of them. Turns are handed out first come, first
served, so that of a thousand messages for one channel each is looked at about once, and not once a second.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.slack.deliver.calls import NotNow, Refused

REMEMBERED_TURNS: Final = 1000
FORGOTTEN_AFTER: Final = timedelta(minutes=1)
SILENT: Final = timedelta(seconds=1)
LONGEST_SILENT: Final = timedelta(minutes=1)
"""How long a channel is left alone after a call without an answer: twice as long after each one in a row."""


@dataclass(slots=True)
class _Lane:
    """One channel. `last` is the last turn that was handed out, `took` how long its last call took.

    `silences` counts the calls without an answer since one had an answer: whatever keeps a single message from getting
    one, and from being tried for minutes, is no reason for the channel's others to wait as long.
    """

    free_at: datetime
    last: datetime
    took: timedelta = timedelta()
    busy: bool = False
    silences: int = 0
    turns: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Lanes:
    """The channels of one process. `pace` is how long a channel is left alone after a new message, in real time."""

    real_now: Callable[[], datetime]
    pace: timedelta
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _lanes: dict[str, _Lane] = field(default_factory=dict)

    @contextmanager
    def alone(self, channel: str, key: str) -> Iterator[None]:
        """Be the only one who calls Slack for this channel; after a call without an answer it is left alone for a while.

        Raises:
            Refused: somebody else is at it, or it is left alone; `until` is the turn of the message with this key.
        """
        with self._lock:
            lane = self._lane(channel)
            if lane.busy or self._is_left_alone(lane):
                raise Refused(self._turn(lane, key), "another message is on its way there", failed=False)
            lane.busy = True
        began = time.monotonic()
        try:
            yield
            lane.silences = 0
        except NotNow as reason:
            if reason.failed:
                wait = min(SILENT * 2 ** min(lane.silences, 10), LONGEST_SILENT)
                lane.silences += 1
                self.leave_alone(channel, self.real_now() + wait)
            raise
        finally:
            with self._lock:
                lane.busy = False
                lane.took = timedelta(seconds=time.monotonic() - began)

    def take_turn(self, channel: str, key: str) -> None:
        """Count a new message in the channel, before it is posted.

        Raises:
            Refused: it would come too soon after the one before.
        """
        with self._lock:
            lane, now = self._lane(channel), self.real_now()
            mine = lane.turns.get(key)
            if lane.free_at > now or (lane.last > now and not (mine and mine <= now)):
                raise Refused(self._turn(lane, key), "one message a second", failed=False)
            lane.turns.pop(key, None)
            lane.free_at = now + self.pace

    def leave_alone(self, channel: str, until: datetime) -> None:
        """Post nothing there before `until`."""
        with self._lock:
            lane = self._lane(channel)
            lane.free_at = max(lane.free_at, until)

    def _lane(self, channel: str) -> _Lane:
        now = self.real_now()
        return self._lanes.setdefault(channel, _Lane(now, now - self.pace))

    def _is_left_alone(self, lane: _Lane) -> bool:
        """Longer than for the pace alone, which updates need not keep."""
        return lane.free_at - self.real_now() > self.pace

    def _turn(self, lane: _Lane, key: str) -> datetime:
        """When this message's turn is: after everybody who came before it. It keeps its place when it has to wait on."""
        now, step = self.real_now(), max(self.pace, lane.took)
        mine = lane.turns.get(key)
        if mine is None:
            mine = lane.last = max(lane.last + step, lane.free_at, now + step if lane.busy else now)
            if len(lane.turns) > REMEMBERED_TURNS:
                old = now - FORGOTTEN_AFTER
                lane.turns = {other: at for other, at in lane.turns.items() if at > old}
        elif mine <= now:
            mine = max(lane.free_at, now + step)
        lane.turns[key] = mine
        return mine
