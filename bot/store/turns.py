"""Taking turns within this process: first come, first served.

A plain lock goes to whoever happens to ask when it becomes free, mostly the thread that has just let go of it; among
several that write all the time, one can wait far longer than the others.
"""

from collections import deque
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Turns:
    """One at a time, in the order in which they asked. Safe to share between threads; not to be taken twice by one."""

    _guard: Lock = field(default_factory=Lock)
    _waiting: deque[Lock] = field(default_factory=deque)
    _taken: bool = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._waiting)

    def acquire(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds (real time) for one's turn; False when it did not come."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=timeout):
            return True
        with self._guard:
            if gate in self._waiting:
                self._waiting.remove(gate)
                return False
        return True  # it came while the wait ended

    def release(self) -> None:
        """Let the one who has waited longest go on."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
