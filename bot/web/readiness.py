"""Whether the bot can work, as a supervisor asks: the database is bothered at most once a second, however many ask."""

import asyncio
from collections.abc import Callable
from typing import Final

from anyio import to_thread

KEPT_SECONDS: Final = 1.0
"""How long a good answer is kept; a bad one is asked for anew, by one thread at a time."""


class Readiness:
    """Asks `is_ready` in a thread. `monotonic` gives seconds that only grow."""

    def __init__(self, is_ready: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        self._is_ready = is_ready
        self._monotonic = monotonic
        self._ready_until = float("-inf")
        self._asking: asyncio.Task[bool] | None = None

    async def __call__(self) -> bool:
        """Whether it is ready, as it was at most a second ago."""
        if self._monotonic() < self._ready_until:
            return True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> bool:
        ready = await to_thread.run_sync(self._is_ready)
        if ready:
            self._ready_until = self._monotonic() + KEPT_SECONDS
        return ready
