"""uvicorn's HTTP, as strict before a request is there as the guard is with one: no sender keeps a connection by sending nothing.

Its own answer to what is no HTTP has the headers of every other answer, too.
"""

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

LOOK_SECONDS: Final = 10.0
"""How often it is looked whether a request has begun; a connection on which none has is closed the second time."""


class StrictProtocol(H11Protocol):
    """One connection."""

    _looking: asyncio.TimerHandle | None = None
    _stalled: object | None = None
    """What was there when the connection was found with the beginning of a request, and no more of it since."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to look after it."""
        super().connection_made(transport)
        self._looking = self.loop.call_later(LOOK_SECONDS, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """No longer."""
        if self._looking:
            self._looking.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Close it where it is still waited for the same request; between requests uvicorn's own time-out counts."""
        newest: RequestResponseCycle | None = getattr(self, "cycle", None)  # None before the first request
        answered = newest is None or newest.response_complete
        begun, _ = self.conn.trailing_data
        waiting_for = newest or self.server_state
        stalls = answered and (begun or newest is None)
        if stalls and self._stalled is waiting_for and not self.transport.is_closing():
            self.transport.close()
            return
        self._stalled = waiting_for if stalls else None
        self._looking = self.loop.call_later(LOOK_SECONDS, self._look)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"connection", b"close"),
        ]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=msg.encode("ascii")),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
