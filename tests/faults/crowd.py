"""People who press until what they wanted is recorded, and read what the bot says to each of their clicks.

Each wish is one person's, on one change, so that the audit says of every single click whether it was recorded.
"""

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Final
from urllib.parse import parse_qs

from bot.rules.terms import ChangeId
from bot.sandbox.parcels import Parcel
from bot.slack.ids import Press, Ref
from bot.store.database import DatabaseBusy, DatabaseGone
from bot.store.reading import RecordedEntry
from tests.faults.bots import wait_for
from tests.faults.fault import Tally
from tests.faults.replicas import Cluster

TRIES: Final = 200
PAUSE: Final = 0.05
"""Seconds after which somebody who was told to presses again."""
HEARD_WITHIN: Final = 30.0


class Ear:
    """Hears what people are answered, at an address for each click."""

    def __init__(self) -> None:
        self._heard: dict[str, list[str]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05], daemon=True)
        self._thread.start()

    def url(self, trigger: str) -> str:
        """Where the answer to this click is to be sent."""
        return f"http://127.0.0.1:{self._server.server_port}/{trigger}"

    def heard(self, trigger: str) -> list[str]:
        """What was answered to this click so far."""
        with self._lock:
            return list(self._heard.get(trigger, ()))

    def close(self) -> None:
        """Hear nothing any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                said = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with ear._lock:
                    ear._heard.setdefault(self.path[1:], []).append(said["text"])
                self.send_response(200)
                self.send_header("content-length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_said: object) -> None:
                """Nobody reads that."""

        return Handler


class Read(Enum):
    """What somebody knows of a click of theirs."""

    DONE = auto()
    """It was acknowledged, and nothing was said."""
    REFUSED = auto()
    NOTHING = auto()
    """They read that nothing was recorded."""
    UNKNOWN = auto()
    """They read that the database does not answer, and to look at the card; or the connection broke."""
    BROKEN = auto()
    """They read that something went wrong."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to have done, by a button."""

    person: str
    press: Press
    change: ChangeId
    act: str


@dataclass(frozen=True)
class Pressed:
    """A click: whether it was acknowledged, and after how many seconds."""

    trigger: str
    acknowledged: bool
    seconds: float


@dataclass
class Crowd:
    """Presses on a cluster's bots, each time through another one. Safe to share between threads."""

    run: Cluster
    ear: Ear
    clicks: dict[Wish, list[Pressed]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def press(self, wish: Wish) -> Pressed:
        """Press once."""
        trigger, sender = f"crowd-{next(self._numbers)}", self.run.sender
        way = random.choice(self.run.ways)  # noqa: S311 - a test's dice
        person, value = f"U0{wish.person.upper()}", Ref(wish.change, 1).encode()
        body = sender.pressed(person, wish.press, value, trigger, self.ear.url(trigger))
        if way is None:
            payload = json.loads(parse_qs(body.decode())["payload"][0])
            delivered = self.run.sandbox.socket.deliver(Parcel("interactive", payload))
            pressed = Pressed(trigger, delivered.trouble is None, delivered.took)
        else:
            sent = sender.send(way, body)
            pressed = Pressed(trigger, sent.acknowledged, sent.seconds)
        self.clicks.setdefault(wish, []).append(pressed)
        return pressed

    def press_until_recorded(self, wish: Wish) -> None:
        """As people do: whoever reads that it may not be recorded presses again; whoever reads nothing relies on it."""
        for _ in range(TRIES):
            pressed = self.press(wish)
            if pressed.acknowledged and not self.is_clear(wish, pressed):
                return
            if self.is_done(wish):
                return
            time.sleep(PAUSE)

    def is_clear(self, wish: Wish, pressed: Pressed) -> bool:
        """Wait until something was said about a click, or it shows; False when neither is so in good time."""
        try:
            wait_for(lambda: self.ear.heard(pressed.trigger) or self.is_done(wish), "no word", HEARD_WITHIN)
        except TimeoutError:
            return False
        return True

    def is_done(self, wish: Wish) -> bool:
        """Whether it is recorded as done; not while the database does not answer."""
        try:
            return any(entry.outcome == "done" for entry in self.entries(wish))
        except (DatabaseBusy, DatabaseGone):
            return False

    def entries(self, wish: Wish) -> list[RecordedEntry]:
        """What is recorded of this person's act on this change."""
        return [
            entry
            for entry in self.run.entries(wish.change)
            if entry.act == wish.act and entry.person == f"U0{wish.person.upper()}"
        ]

    def read(self, pressed: Pressed) -> Read:
        """What whoever clicked knows by now."""
        heard = " ".join(self.ear.heard(pressed.trigger))
        if "Something went wrong" in heard:
            return Read.BROKEN
        if "Somebody else was writing" in heard:
            return Read.NOTHING
        if "The database does not answer" in heard or not pressed.acknowledged:
            return Read.UNKNOWN
        return Read.REFUSED if heard else Read.DONE

    def judge(self, tally: Tally) -> None:
        """Compare what each of them read with what is recorded, when nothing is under way any more."""
        for wish, clicks in self.clicks.items():
            tally.tried += len(clicks)
            told = [self.read(pressed) for pressed in clicks]
            entries = self.entries(wish)
            done = sum(entry.outcome == "done" for entry in entries)
            what = f"{wish.person} {wish.act} CHG-{wish.change}"
            tally.count(1, done, f"{what}: recorded as done")
            tally.check(Read.BROKEN not in told, f"{what}: something went wrong")
            tally.check(told.count(Read.DONE) <= 1, f"{what}: done more than once, as they read")
            known = told.count(Read.DONE) + told.count(Read.REFUSED)
            recorded = len(entries)
            tally.check(
                known <= recorded <= known + told.count(Read.UNKNOWN),
                f"{what}: {recorded} times recorded, though they read {[each.name for each in told]}",
            )

    def told(self, what: Read) -> int:
        """How many clicks ended so."""
        return sum(self.read(pressed) is what for clicks in list(self.clicks.values()) for pressed in clicks)

    def seconds(self) -> list[float]:
        """How long each acknowledgement took, shortest first."""
        return sorted(pressed.seconds for clicks in self.clicks.values() for pressed in clicks)


def percentile(of: Sequence[float], hundredths: int) -> float:
    """The value below which so many hundredths of these sorted ones lie."""
    return of[min(len(of) - 1, len(of) * hundredths // 100)]


@contextmanager
def crowd(run: Cluster) -> Iterator[Crowd]:
    """A crowd before these bots."""
    ear = Ear()
    try:
        yield Crowd(run, ear)
    finally:
        ear.close()
