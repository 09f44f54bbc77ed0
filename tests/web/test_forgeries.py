import asyncio
import tracemalloc
from dataclasses import dataclass, field

import pytest
from starlette.types import Message

from bot.web.bodies import LARGE_FROM_AN_ADDRESS, LARGE_IN_ALL, MAX_BODY_BYTES, SMALL, Bodies
from bot.web.forgeries import MINUTE, MOST_A_MINUTE, MOST_ADDRESSES, Forgeries, address_of
from bot.web.guard import Guard
from bot.web.refused import RefusedError
from tests.web.signed_requests import CLICK, FORM, NOW, SECRET, Header, Inner, signed


@dataclass
class Seconds:
    """Time that only a test lets pass."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Door:
    """A guard that stays, and what its senders get: status and headers."""

    seconds: Seconds = field(default_factory=Seconds)
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self) -> None:
        self.guard = Guard(
            self.inner, signing_secret=SECRET, real_time=lambda: NOW, forgeries=Forgeries(self.seconds)
        )

    def ask(self, headers: list[Header], host: str = "10.0.0.1") -> tuple[int, dict[bytes, bytes]]:
        sent: list[Message] = []
        unread: list[Message] = [{"type": "http.request", "body": CLICK, "more_body": False}]

        async def receive() -> Message:
            return unread.pop() if unread else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "client": (host, 1)}
        asyncio.run(self.guard(scope, receive, send))
        return sent[0]["status"], dict(sent[0]["headers"])


FORGED = [*signed(CLICK)[:2], (b"x-slack-signature", b"v0=" + b"0" * 64)]
STALE = signed(CLICK, timestamp=str(NOW - 301))
UNREADABLE = signed(CLICK, "text/plain")


@pytest.mark.parametrize(("sent", "status"), [(FORGED, 401), (STALE, 401), (UNREADABLE, 400)])
def test_whoever_sends_too_much_that_slack_did_not_is_told_to_wait(sent: list[Header], status: int) -> None:
    door = Door()
    assert {door.ask(sent)[0] for _ in range(MOST_A_MINUTE)} == {status}
    door.seconds.at = 12.5
    answered, headers = door.ask(sent)
    assert (answered, headers[b"retry-after"], headers[b"connection"]) == (429, b"48", b"close")
    assert door.ask(sent, host="10.0.0.2")[0] == status, "another address has a count of its own"
    door.seconds.at = MINUTE
    assert door.ask(sent)[0] == status, "a minute later it begins anew"


def test_what_slack_signed_is_let_through_however_much_is_forged_from_the_same_address() -> None:
    door = Door()
    for _ in range(3 * MOST_A_MINUTE):
        door.ask(FORGED)
    assert door.ask(FORGED)[0] == 429
    assert [door.ask(signed(CLICK))[0] for _ in range(200)] == [200] * 200
    assert len(door.inner.bodies) == 200


def test_however_many_addresses_come_few_are_remembered() -> None:
    forgeries = Forgeries(Seconds())
    tracemalloc.start()
    for number in range(50_000):
        forgeries.count(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(forgeries) == MOST_ADDRESSES
    assert most < 4 * 1024 * 1024


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
    ],
)
def test_a_network_that_somebody_can_choose_addresses_from_counts_as_one(host: str, address: str) -> None:
    assert address_of({"client": (host, 1)}) == address
    assert address_of({"client": None}) == ""


def _part(*, more: bool) -> Message:
    return {"type": "http.request", "body": b"x" * (SMALL + 1), "more_body": more}


async def _slow(bodies: Bodies, address: str, ends: asyncio.Event) -> bytes:
    """A large body that ends when it is told to."""
    parts = iter([_part(more=True)])

    async def receive() -> Message:
        found = next(parts, None)
        if found is None:
            await ends.wait()
        return found or _part(more=False)

    return await bodies.read(address, receive)


async def _crowd(addresses: list[str]) -> list[int | str]:
    """Many large bodies at once, one after the other begun: how long each is, or with what it was refused."""
    bodies, ends = Bodies(), asyncio.Event()
    tasks = []
    for address in addresses:
        tasks.append(asyncio.create_task(_slow(bodies, address, ends)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.sleep(0.01)
    ends.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    return [len(each) if isinstance(each, bytes) else type(each).__name__ for each in found]


def test_of_too_many_large_bodies_the_one_that_has_been_coming_longest_gives_way() -> None:
    whole, refused = 2 * (SMALL + 1), RefusedError.__name__
    found = asyncio.run(_crowd(["10.0.0.1"] * (LARGE_FROM_AN_ADDRESS + 3)))
    assert found == [refused] * 3 + [whole] * LARGE_FROM_AN_ADDRESS
    found = asyncio.run(_crowd([f"10.0.0.{number}" for number in range(LARGE_IN_ALL + 2)]))
    assert found == [refused] * 2 + [whole] * LARGE_IN_ALL


def test_small_bodies_are_never_held_up_by_slow_ones() -> None:
    async def crowd() -> list[bytes]:
        bodies, never = Bodies(), asyncio.Event()
        slow = [asyncio.create_task(_slow(bodies, "10.0.0.1", never)) for _ in range(40)]
        await asyncio.sleep(0.01)

        async def receive() -> Message:
            return {"type": "http.request", "body": CLICK, "more_body": False}

        found = [await bodies.read("10.0.0.1", receive) for _ in range(20)]
        for task in slow:
            task.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        return found

    assert asyncio.run(crowd()) == [CLICK] * 20


def test_a_large_body_that_is_signed_passes() -> None:
    body = b"text=" + b"x" * (MAX_BODY_BYTES - 5)
    assert len(body) > SMALL
    door = Door()
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(_: Message) -> None: ...

    scope = {"type": "http", "method": "POST", "path": "/", "headers": signed(body, FORM)}
    asyncio.run(door.guard(scope, receive, send))
    assert door.inner.bodies == [body]
