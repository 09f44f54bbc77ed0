"""Seals the audit log every few minutes, and once a day has a seal posted in the audit channel, where it cannot be rewritten.

Asked by the clock, in business time. Of several processes that are asked at once one seals, the others find nothing new.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.people.company import Company
from bot.store import outbox, seals
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.outbox import Line

SEALED_EVERY: Final = timedelta(minutes=5)


@dataclass(slots=True)
class Sealing:
    """Seals when it is time. `now` is business time, `real_now` real time."""

    database: Database
    company: Company
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    _looked_at: datetime | None = None

    def tick(self) -> int:
        """Make a seal where the last look was long enough ago; returns how many were made.

        Raises:
            DatabaseBusy, DatabaseGone: nothing was sealed; the next tick tries again.
        """
        now = self.now()
        if self._looked_at and abs(now - self._looked_at) < SEALED_EVERY:
            return 0
        with self.database.read() as connection:
            last = seals.newest_at(connection)
        if last is not None and abs(now - last) < SEALED_EVERY:
            self._looked_at = last
            return 0
        today = now.astimezone(self.company.organization.zone).date()
        with self.database.write() as connection:
            made = seals.seal(connection, now, today)
            if made and made.anchored:
                line = Line(f"{LineKind.ANCHOR}/{made.number}", LineKind.ANCHOR, payload={"hash": made.hash})
                outbox.wish(connection, [line], self.real_now())
        self._looked_at = now
        return int(made is not None)
