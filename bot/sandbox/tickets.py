"""The one-time addresses that `apps.connections.open` hands out. They live in real time."""

import secrets
import time
from typing import Final

from bot.sandbox.refusal import RefusalError

PATH: Final = "/link"
"""Where a bot connects with one."""
LIVES: Final = 30.0
"""Seconds."""


class Tickets:
    """The tickets that were handed out and not yet used. The workspace's lock guards it."""

    def __init__(self) -> None:
        self._issued: dict[str, float] = {}

    def issue(self) -> str:
        """A new ticket: leave to open one websocket."""
        ticket = secrets.token_urlsafe(18)
        self._issued[ticket] = time.monotonic()
        return ticket

    def use(self, ticket: str) -> None:
        """Use it up.

        Raises:
            RefusalError: `invalid_ticket`, when it never was one, was used before or is too old.
        """
        issued = self._issued.pop(ticket, None)
        if issued is None or time.monotonic() - issued > LIVES:
            raise RefusalError("invalid_ticket")
