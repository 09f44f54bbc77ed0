"""F5: PostgreSQL is killed (SIGKILL) again and again while people press and timers fire.

By turns its first process is killed, all of its processes at once, or one of those that serve the bots, after which the server
throws everybody out and recovers by itself. Each time some clicks are under way; a moment later the server is started again on the
same data. The bots are never restarted. Whoever reads that the database does not answer presses again.

Lost: a click that was acknowledged without a word, or a reminder, that is not recorded; a message that is missing. Doubled: an
act recorded twice, a reminder recorded twice, a message that stands twice. Wrong: somebody read that nothing was recorded, and it
was; bots that do not come to rest; rows that do not follow from the audit. Reconciled: clicks of whose recording nobody could
know when they were answered, and which the next click found recorded.
"""

import os
import queue
import random
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final, Literal

import psycopg

from bot.rules.terms import ChangeId
from bot.slack.ids import Press
from bot.store.database import migrate
from tests.faults.bots import Mode, wait_for
from tests.faults.crowd import Crowd, Read, Wish, crowd
from tests.faults.fault import Form, Tally
from tests.faults.hands import one_of_each
from tests.faults.office import office
from tests.faults.replicas import Cluster, check_rows_and_messages, cluster
from tests.ground import Ground
from tests.postgresql import ROLE, Installation, Server, installed, serving

Kill = Literal["first process", "all processes", "one that serves"]
KILLS: Final[tuple[Kill, ...]] = ("first process", "one that serves", "all processes")
IN_WHOLE: Final = 20
IN_SHORT: Final = 2
SENDERS: Final = 6
LASTING: Final = {"fsync": "off", "full_page_writes": "on", "synchronous_commit": "on"}
"""What was committed survives the death of processes. The machine stays up, so that nothing need be forced onto its disk."""
PER_KILL: Final = 6
"""Changes for each kill."""
EACH_WAITING: Final = 4
"""On every fourth change nobody presses anything, and a reminder is due."""
BETWEEN: Final = timedelta(seconds=30)
"""From one request to the next, and so from one reminder to the next."""
DUE: Final = timedelta(hours=4)
HASTENED: Final = "10"


@dataclass
class Mortal:
    """A PostgreSQL that can be killed and started again."""

    installation: Installation
    _running: ExitStack = field(default_factory=ExitStack)

    def start(self) -> Server:
        """Start it, and return when it answers. What a killed one left running ends by itself, and is waited for."""
        return self._running.enter_context(serving(self.installation, LASTING))

    def kill(self, how: Kill) -> None:
        """Kill it, or a part of it; return when what does not recover by itself is gone."""
        first, others = self.installation.pid, self._others()
        if how == "one that serves":
            serve = [pid for pid, name in others if name == ROLE]
            os.kill(random.choice(serve), signal.SIGKILL)  # noqa: S311 - a test's dice
            return
        for pid in (first, *(pid for pid, _ in others if how == "all processes")):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not any(_is_alive(pid) for pid, _ in others), "it does not end")
        if how == "all processes":
            wait_for(self._is_all_gone, "it does not end")
        self._running.close()

    def _is_all_gone(self) -> bool:
        """One that was just being made stands in no list, and may wait for ever for what a killed one held: it goes, too."""
        left = [
            int(each.name)
            for each in Path("/proc").glob("[0-9]*")
            if _runs_in(each, self.installation.folder)
        ]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return not left

    def close(self) -> None:
        """Stop it."""
        self._running.close()

    def _others(self) -> list[tuple[int, str | None]]:
        """Its processes beside the first one, and as whom they serve somebody else than us."""
        server = Server(self.installation.folder / "socket")
        wait_for(lambda: _answers(server), "it does not recover")
        with server.connect() as connection:
            found = connection.execute(
                "SELECT pid, usename FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            ).fetchall()
        return [(int(str(pid)), None if name is None else str(name)) for pid, name in found]


def _answers(server: Server) -> bool:
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and whose parent has not noticed yet does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    told = Path(f"/proc/{pid}/stat")  # where there is none, the parent is waited for, too
    try:
        return told.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not told.parents[1].exists()


def _runs_in(process: Path, folder: Path) -> bool:
    """Whether a process of `/proc` works in this folder or one below it, as PostgreSQL's work in their data's."""
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False


@contextmanager
def mortal() -> Iterator[Mortal]:
    """One that does not run yet, with data that last."""
    with installed() as installation:
        server = Mortal(installation)
        try:
            yield server
        finally:
            server.close()


@dataclass
class Siege:
    """A crowd that presses while the database is killed."""

    crowd: Crowd
    server: Mortal
    wishes: "queue.SimpleQueue[Wish]"
    over: threading.Event = field(default_factory=threading.Event)

    def press_on(self) -> None:
        """One of the crowd: the next wish, and the next, until it is over or nothing is left to wish for."""
        while not self.over.is_set():
            try:
                wish = self.wishes.get_nowait()
            except queue.Empty:
                return
            self.crowd.press_until_recorded(wish)

    def kill(self, how: Kill) -> None:
        """Kill the database while clicks are under way, and start it again a moment later."""
        so_far = self._acknowledged()
        more = random.randint(3, 2 * PER_KILL)  # noqa: S311 - a test's dice
        wait_for(lambda: self._acknowledged() >= so_far + more or self.wishes.empty(), "nobody presses")
        self.server.kill(how)
        if how != "one that serves":
            time.sleep(random.random() / 2)  # noqa: S311 - as above: people press while it is gone
            self.server.start()

    def _acknowledged(self) -> int:
        return sum(len(clicks) for clicks in list(self.crowd.clicks.values()))


def _requested(ground: Ground, url: str, count: int) -> list[ChangeId]:
    """So many changes, one asked for a little after the other, so that their reminders fall due one after the other."""
    with office(ground, url, company=one_of_each()) as at_work:
        asked = []
        for number in range(count):
            asked.append(at_work.requests(version=f"5.{number}.0"))
            at_work.passes(BETWEEN)
        return [each.scene.change.id for each in asked if each.scene]


def _check_reminders(run: Cluster, waiting: Sequence[ChangeId], tally: Tally) -> None:
    """Nobody pressed anything on these, and each is due for one."""
    for change in waiting:
        recorded = sum(entry.act == "remind_asked" for entry in run.entries(change))
        tally.count(1, recorded, f"CHG-{change}: reminders recorded")
        tally.tried += 1


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    kills = IN_WHOLE if form is Form.WHOLE else IN_SHORT
    modes: tuple[Mode, ...] = ("http", "socket mode") if form is Form.WHOLE else ("http",)
    organization = ground.new_folder() / "one-of-each.toml"
    organization.write_text(one_of_each(), encoding="utf-8")
    more = {
        "TIMES_AS_FAST": HASTENED,
        "FAST_SINCE": datetime.now(UTC).isoformat(),
        "ORGANIZATION": str(organization),
    }
    tally = Tally()
    with mortal() as server:
        running = server.start()
        url = running.url(running.create())
        migrate(url)
        changes = _requested(ground, url, kills * PER_KILL)
        waiting = changes[::EACH_WAITING]
        wishes: queue.SimpleQueue[Wish] = queue.SimpleQueue()
        for change in sorted(set(changes) - set(waiting)):
            for person in ("ben", "tia", "lea"):
                wishes.put(Wish(person, Press.APPROVE, change, "approve"))
        with cluster(ground, url, tally, modes, **more) as bots, crowd(bots) as people:
            siege = Siege(people, server, wishes)
            bots.sandbox.clock.move(DUE)
            with ThreadPoolExecutor(SENDERS) as hands:
                pressing = [hands.submit(siege.press_on) for _ in range(SENDERS)]
                for _, how in zip(range(kills), cycle(KILLS), strict=False):
                    bots.sandbox.clock.move(BETWEEN * PER_KILL)
                    siege.kill(how)
                siege.over.set()
                for each in pressing:
                    each.result()
            bots.rests()
            people.judge(tally)
            _check_reminders(bots, waiting, tally)
            check_rows_and_messages(bots, changes)
            _note(people, tally, kills, len(waiting))
    return tally


def _note(people: Crowd, tally: Tally, kills: int, reminders: int) -> None:
    unknown = [
        (wish, pressed)
        for wish, clicks in people.clicks.items()
        for pressed in clicks
        if people.read(pressed) is Read.UNKNOWN
    ]
    tally.reconciled = sum(
        all(people.read(pressed) is not Read.DONE for pressed in people.clicks[wish])
        for wish in {wish for wish, _ in unknown}
    )
    tally.notes.append(
        f"killed {kills} times; {people.told(Read.DONE)} clicks done, {len(unknown)} read that the database does not"
        f" answer, {people.told(Read.NOTHING)} that nothing was recorded; {reminders} reminders came due"
    )
