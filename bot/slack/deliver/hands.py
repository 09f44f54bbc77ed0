"""Several hands deliver side by side, so that nobody waits for one slow answer.

Each commit rings once and wakes one hand. A hand that finds a line rings for the next one before it begins: so there are as
many hands at work as there is work, and a ring costs a click next to nothing.
"""

import threading
import time
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Final

import structlog

from bot.slack.deliver.delivery import Delivery
from bot.store.database import DatabaseBusy, DatabaseGone

HANDS: Final = 4
STOP_SECONDS: Final = 10.0
"""How long a stop waits for the calls that are under way; a line whose call takes longer is free when its lease ends."""

log = structlog.get_logger()


@dataclass(slots=True)
class Hands:
    """The hands of one process; none while they are not started."""

    delivery: Delivery
    _rung: "SimpleQueue[None]" = field(default_factory=SimpleQueue)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stopped: bool = False

    def start(self) -> None:
        """Begin; what is due already is delivered at once."""
        self._stopped = False
        self.delivery.poster.resume()
        self._threads = [
            threading.Thread(target=self._work, name=f"hand {number}", daemon=True)
            for number in range(1, HANDS + 1)
        ]
        for thread in self._threads:
            thread.start()
        self.ring()

    def ring(self) -> None:
        """There may be something to deliver. Takes microseconds; any thread may ring."""
        if self._threads and self._rung.empty():
            self._rung.put(None)

    def stop(self) -> None:
        """Let calls that are under way end, begin no more, and hand back every line."""
        self._stopped = True
        self.delivery.poster.halt()
        for _ in self._threads:
            self._rung.put(None)
        until = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._threads = []

    def _work(self) -> None:
        while True:
            self._rung.get()
            if self._stopped:
                return
            try:
                self._deliver_what_is_due()
            except (DatabaseBusy, DatabaseGone) as error:
                log.warning("a hand found no database", problem=str(error))
            except Exception:
                log.exception("a hand failed")

    def _deliver_what_is_due(self) -> None:
        while not self._stopped and (line := self.delivery.take()):
            self.ring()
            self.delivery.deliver_line(line)
