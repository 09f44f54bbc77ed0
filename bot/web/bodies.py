"""Reading bodies: within a size, within a time, and few large ones at once, so that memory stays where it is.

A body up to `SMALL`, which is nearly everything that Slack sends, is read at once. Of larger ones only so many are read at
a time, for an address and in all; where one more comes, whoever has been sending for the longest runs out of time. So
slow senders hold up nobody, though they may come by the same proxy as Slack.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from starlette.types import Receive

from bot.web.refused import RefusedError

MAX_BODY_BYTES: Final = 1024 * 1024
SMALL: Final = 64 * 1024
LARGE_FROM_AN_ADDRESS: Final = 8
LARGE_IN_ALL: Final = 32
READ_WITHIN_SECONDS: Final = 10.0


class SenderLeftError(Exception):
    """The connection closed before the body was complete; nobody is there to be answered."""


class Bodies:
    """Those that are being read. `read_within` is how long, in seconds, a sender may take over one."""

    def __init__(self, read_within: float = READ_WITHIN_SECONDS) -> None:
        self._read_within = read_within
        self._large: dict[asyncio.Timeout, str] = {}
        """The large ones by the time that they have left, and where each comes from, the oldest first."""

    async def read(self, address: str, receive: Receive) -> bytes:
        """A whole body.

        Raises:
            RefusedError: it is larger than what Slack sends, or took too long.
            SenderLeftError: the sender did not wait for an answer.
        """
        try:
            async with asyncio.timeout(self._read_within) as patience:
                try:
                    return await self._whole(address, receive, patience)
                finally:
                    self._large.pop(patience, None)
        except TimeoutError:
            raise RefusedError(HTTPStatus.REQUEST_TIMEOUT, "The body took too long to arrive.") from None

    async def _whole(self, address: str, receive: Receive, patience: asyncio.Timeout) -> bytes:
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise SenderLeftError
            part: bytes = message.get("body", b"")
            if len(body) + len(part) > MAX_BODY_BYTES:
                raise too_large()
            body += part
            more = message.get("more_body", False)
            if len(body) > SMALL and more and patience not in self._large:
                self._make_room(address)
                self._large[patience] = address
        return bytes(body)

    def _make_room(self, address: str) -> None:
        """Let the one that has been sending for the longest go, where there are too many."""
        own = [each for each, of in self._large.items() if of == address]
        if len(own) >= LARGE_FROM_AN_ADDRESS:
            self._give_up(own[0])
        elif len(self._large) >= LARGE_IN_ALL:
            self._give_up(next(iter(self._large)))

    def _give_up(self, patience: asyncio.Timeout) -> None:
        del self._large[patience]
        if not patience.expired():
            patience.reschedule(asyncio.get_running_loop().time())


def too_large() -> RefusedError:
    """The refusal of a body that is larger than what Slack sends."""
    return RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than what Slack sends.")
