"""The line that is being delivered: whose it is, and for how long."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from bot.slack.deliver.calls import Refused
from bot.store import outbox
from bot.store.outbox import ClaimedLine

LEASE: Final = timedelta(seconds=15)
"""Longer than any one call can take; after a crash a line waits this long at most."""
CALL: Final = timedelta(seconds=5)
"""No call is begun when less of the lease is left."""


@dataclass(slots=True)
class Hold:
    """A claimed line in somebody's hands. `real_now` is real time."""

    line: ClaimedLine
    real_now: Callable[[], datetime]

    def must_last(self) -> None:
        """Go on only where the line stays ours for one more call.

        Raises:
            Refused: it may soon be somebody else's. What was learned so far is kept; the line starts afresh.
        """
        now = self.real_now()
        if self.line.leased_until - now < CALL:
            raise Refused(now, "its lease runs out", failed=False)

    def got_further(self) -> None:
        """Something was done that the next attempt need not do again: the failures before it no longer count."""
        self.line = replace(self.line, attempts=0)

    def renew(self, connection: Connection) -> None:
        """Hold the line for a whole lease from now on.

        Raises:
            Refused: it is somebody else's by now, or soon will be.
        """
        self.must_last()
        now = self.real_now()
        renewed = outbox.renew(connection, self.line, until=now + LEASE)
        if renewed is None:
            raise Refused(now, "somebody else delivers it", failed=False)
        self.line = renewed
