"""F14: Slack takes 2 to 4 seconds for each answer, and another process holds the database's locks, while people press.

On SQLite another process holds the write lock, on PostgreSQL rows of a change on which people are pressing, now for a tenth
of a second, now for longer than the bot waits. What the bot knows of people is made old again and again, so that it has to ask
Slack who they are. Whoever reads that nothing was recorded presses again.

Lost: a click that was acknowledged without a word and is not recorded. Doubled: an act recorded twice. Wrong: somebody read that
nothing was recorded, and it was; in the whole form, a 99th percentile of the acknowledgements of a second or more.
"""

import os
import queue
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import make_url, select, update

from bot.rules.terms import ChangeId
from bot.sandbox.faults import Fault
from bot.slack.ids import Press
from bot.store.database import Database, DatabaseBusy, open_database
from bot.store.machinery import directory_answers
from bot.store.models import changes
from tests.faults.crowd import Crowd, Read, Wish, crowd, percentile
from tests.faults.fault import Form, Tally
from tests.faults.replicas import cluster, requested
from tests.ground import Ground

SENDERS: Final = 4
SECONDS: Final = {Form.WHOLE: 20.0, Form.SHORT: 1.5}
CHANGES: Final = {Form.WHOLE: 400, Form.SHORT: 30}
LIMIT: Final = 1.0
"""Seconds that an acknowledgement may take, at the 99th percentile."""
MEASURED_AT_MOST: Final = 3
"""How often, where it takes longer: whatever else the machine does meanwhile is none of the bot's. Each figure is told."""
HELD: Final = (0.1, 0.3, 0.6, 0.3, 0.1, 1.5)
"""For how many seconds locks are held, by turns."""
FREE: Final = (0.2, 0.5)
"""How long they are free in between."""
OLD: Final = timedelta(minutes=5)
"""How old Slack's word on everybody is made."""
AGED_EVERY: Final = 8.0
PEOPLE: Final = ("ben", "tia", "lea")


@dataclass
class Trouble:
    """What goes on while people press, until it is over."""

    database_url: str
    changes: Sequence[ChangeId]
    over: threading.Event = field(default_factory=threading.Event)
    held: int = 0

    def hold_locks(self) -> None:
        """As another process would: this one is not the bot's."""
        turn = 0
        while not self.over.wait(random.uniform(*FREE)):  # noqa: S311 - a test's dice
            seconds = HELD[turn % len(HELD)]
            turn += 1
            if self.database_url.startswith("sqlite"):
                self._hold_sqlite(seconds)
            else:
                self._hold_rows(seconds)

    def age_answers(self) -> None:
        """What Slack said of people was said a while ago."""
        with _opened(self.database_url) as database:
            while not self.over.wait(AGED_EVERY):
                try:
                    with database.write() as connection:
                        connection.execute(update(directory_answers).values(at=datetime.now(UTC) - OLD))
                except DatabaseBusy:
                    continue

    def _hold_sqlite(self, seconds: float) -> None:
        connection = sqlite3.connect(
            str(make_url(self.database_url).database), timeout=5, isolation_level=None
        )
        try:
            connection.execute("BEGIN IMMEDIATE")
            self.over.wait(seconds)
            connection.execute("ROLLBACK")
            self.held += 1
        finally:
            connection.close()

    def _hold_rows(self, seconds: float) -> None:
        some = random.sample(list(self.changes), len(self.changes) // 2)
        with _opened(self.database_url) as database:
            try:
                with database.write() as connection:
                    connection.execute(select(changes.c.id).where(changes.c.id.in_(some)).with_for_update())
                    self.over.wait(seconds)
                    self.held += 1
            except DatabaseBusy:
                return


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.dispose()


def slow(_method: str) -> Fault:
    """Each answer takes its time."""
    return Fault(delay=random.uniform(2.0, 4.0))  # noqa: S311 - a test's dice


def _press_on(people: Crowd, wishes: "queue.SimpleQueue[Wish]", over: threading.Event) -> None:
    while not over.is_set():
        try:
            wish = wishes.get_nowait()
        except queue.Empty:
            return
        people.press_until_recorded(wish)


def _besieged(people: Crowd, trouble: Trouble, seconds: float) -> None:
    """Let them press for so long, or until nothing is left to wish for."""
    wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
    for change in trouble.changes:
        for person in PEOPLE:
            wishes.put(Wish(person, Press.APPROVE, change, "approve"))
    with ThreadPoolExecutor(SENDERS + 2) as threads:
        around = [threads.submit(trouble.hold_locks), threads.submit(trouble.age_answers)]
        over = threading.Event()
        pressing = [threads.submit(_press_on, people, wishes, over) for _ in range(SENDERS)]
        until = time.monotonic() + seconds
        while time.monotonic() < until and not all(each.done() for each in pressing):
            over.wait(0.05)
        over.set()
        for each in pressing:
            each.result()
        trouble.over.set()
        for each in around:
            each.result()


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally = Tally()
    for kind in ("sqlite", "postgresql") if form is Form.WHOLE else ("sqlite",):
        late = [_played(ground, kind, form, tally)]
        while form is Form.WHOLE and late[-1] >= LIMIT and len(late) < MEASURED_AT_MOST:
            late.append(_played(ground, kind, form, tally))
        if form is Form.WHOLE:
            said = ", ".join(f"{each * 1000:.0f} ms" for each in late)
            tally.check(
                late[-1] < LIMIT, f"{kind}: the 99th percentile is {said}, measured {len(late)} times"
            )
    return tally


def _played(ground: Ground, kind: str, form: Form, tally: Tally) -> float:
    """Play it once; returns the 99th percentile of the acknowledgements, in seconds."""
    url = ground.new_database(kind)
    asked = requested(ground, url, CHANGES[form])
    with cluster(ground, url, tally, ("http",)) as bots, crowd(bots) as people:
        bots.sandbox.faults.weather = slow
        trouble = Trouble(url, asked)
        _besieged(people, trouble, SECONDS[form])
        people.judge(tally)
        for bot in bots.replicas:  # nobody waits for what it still has to say to a Slack that is so slow
            os.kill(bot.pid, signal.SIGKILL)
        return _measured(tally, people, f"{kind}, locks held {trouble.held} times")


def _measured(tally: Tally, people: Crowd, where: str) -> float:
    took = people.seconds()
    middle, late = percentile(took, 50), percentile(took, 99)
    tally.notes.append(
        f"{where}: {len(took)} clicks, of which {people.told(Read.NOTHING)} read that nothing was recorded; acknowledged"
        f" after {middle * 1000:.0f} ms at the median, {late * 1000:.0f} ms at the 99th percentile"
    )
    return late
