"""Business time that a person or a test moves."""

import threading
import time
from datetime import UTC, datetime, timedelta


class MovableClock:
    """Business time: standing still, or flowing with real time; either way it can be moved forward.

    Args:
        at: where it starts, aware; the present by default.
        flowing: whether it goes on by itself, as the demo's does. A test's stands.

    Give `clock.now` to whoever takes a `now`.
    """

    def __init__(self, at: datetime | None = None, *, flowing: bool = False) -> None:
        start = datetime.now(UTC) if at is None else at
        if start.tzinfo is None:
            raise ValueError("A clock starts at an aware time.")
        self.flowing = flowing
        self._lock = threading.Lock()
        self._at = start.astimezone(UTC)
        self._since = time.monotonic()

    def now(self) -> datetime:
        """The business time, aware, in UTC."""
        with self._lock:
            return self._now()

    def move(self, by: timedelta) -> datetime:
        """Move forward by a duration, and return the new time."""
        if by < timedelta():
            raise ValueError("Business time moves forward only.")
        with self._lock:
            self._set(self._now() + by)
            return self._at

    def move_to(self, at: datetime) -> datetime:
        """Move forward to an aware time, and return it in UTC."""
        if at.tzinfo is None:
            raise ValueError("A clock moves to an aware time.")
        with self._lock:
            if at < self._now():
                raise ValueError(f"Business time moves forward only: it is {self._now()}, after {at}.")
            self._set(at.astimezone(UTC))
            return self._at

    def _now(self) -> datetime:
        if not self.flowing:
            return self._at
        return self._at + timedelta(seconds=time.monotonic() - self._since)

    def _set(self, at: datetime) -> None:
        self._at = at
        self._since = time.monotonic()
