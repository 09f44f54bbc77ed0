"""How often each address sent what Slack did not sign: counted by the minute, in bounded memory."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import Scope

MOST_A_MINUTE: Final = 60
MINUTE: Final = 60.0
MOST_ADDRESSES: Final = 4096
"""Of how many addresses is remembered what they sent; the one that was quiet for the longest is forgotten first."""
NEIGHBORHOOD: Final = 64
"""How many leading bits of an IPv6 address tell one sender from another: the rest is theirs to choose."""


def address_of(scope: Scope) -> str:
    """Where a request comes from; empty where the server does not say."""
    client = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(IPv6Network((address, NEIGHBORHOOD), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


@dataclass(slots=True)
class _Minute:
    """What an address sent since `began`."""

    began: float
    count: int


class Forgeries:
    """Counts, and says when it is too much. `monotonic` gives seconds that only grow."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        *,
        most: int = MOST_A_MINUTE,
        most_addresses: int = MOST_ADDRESSES,
    ) -> None:
        self._monotonic = monotonic
        self._most = most
        self._most_addresses = most_addresses
        self._minutes: OrderedDict[str, _Minute] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many addresses are remembered."""
        return len(self._minutes)

    def count(self, address: str) -> int | None:
        """Count one more; where that is more than an address may send, the whole seconds until it may again."""
        with self._lock:
            now = self._monotonic()
            minute = self._minutes.get(address)
            if minute is None or now - minute.began >= MINUTE:
                minute = self._minutes[address] = _Minute(now, 0)
            minute.count += 1
            self._minutes.move_to_end(address)
            if len(self._minutes) > self._most_addresses:
                self._minutes.popitem(last=False)
            if minute.count <= self._most:
                return None
            return max(1, math.ceil(minute.began + MINUTE - now))
