"""F6: several processes of the bot on one PostgreSQL, HTTP and Socket Mode mixed, without a leader.

Everybody presses *Approve* on every change at once, each through another process: different people, one person with two
clicks, one click delivered to two processes; then *Start staging* is pressed through all of them at once. Then reminders of as
many changes fall due at one moment, twice: once a process, one in Socket Mode, is told to end in the middle, its hands at calls
to a slow Slack; once one is killed. Then some days pass.

Lost: an act that was acknowledged and is not recorded, a deadline or a message that nobody took. Doubled: an act recorded twice
for one person, two deployments of one change, a deadline that fired twice, a message that stands twice, two seals at one
time, two anchors a day. Wrong: a delivery without an answer, a claim that the ended one left behind, what the killed one had
claimed and nobody took when its lease was over, rows that do not follow from the audit.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs

from sqlalchemy import func, select

from bot.demo import MONDAY, with_the_bot
from bot.rules.terms import ChangeId, PersonId
from bot.sandbox.company import HARBOR
from bot.sandbox.faults import Fault
from bot.sandbox.parcels import Parcel
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.stories.stage import BERLIN
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.slack.ids import Press, Ref
from bot.slack.manifest import scopes
from bot.store import audit
from bot.store.database import Database, open_database
from bot.store.machinery import audit as audit_rows
from bot.store.machinery import deadlines, outbox
from bot.store.reading import RecordedEntry, SealsHold
from bot.store.seal_models import seals
from bot.store.seals import verify_seals
from tests.faults.bots import Mode, Sender, Serving, settings_for, wait_for
from tests.faults.fault import Form, Tally
from tests.faults.office import office
from tests.faults.records import check_record
from tests.faults.workplace import Mold, molds, shown
from tests.ground import Ground
from tests.own_process import WrittenClock

AT_ONCE: Final = 5.0
"""Seconds within which others take what a process that ended properly had claimed."""
AFTER_THE_LEASE: Final = 20.0
"""Seconds within which others take what a killed one had claimed: its lease, and a tick."""
IN_WHOLE: Final = 60
IN_SHORT: Final = 6
DAYS: Final = 3
HANDS: Final = 8
TRIES: Final = 8
SLOW: Final = Fault(delay=0.1)
"""Slack takes its time, so that there is always something under way."""
FIRST: Final = timedelta(hours=4, minutes=5)
SECOND: Final = timedelta(hours=20)
"""After which time the first and the second reminder are due."""
SEVERAL: Final = 3
PEERS: Final = ("ben", "omar", "oksana")


@dataclass(frozen=True)
class Replica(Serving):
    """One of several."""

    mode: Mode


@dataclass
class Cluster:
    """Several processes, one database, one Slack."""

    sandbox: Sandbox
    database: Database
    mold: Mold
    environment: dict[str, str]
    tally: Tally
    sender: Sender
    replicas: list[Replica] = field(default_factory=list)
    in_vain: int = 0
    """How often somebody was told that nothing was recorded, and pressed again."""

    def start(self, modes: Sequence[Mode]) -> None:
        """Start one for each mode, and return when all answer."""
        app_token = self.sandbox.credentials.app_token
        for mode in modes:
            token = app_token if mode == "socket mode" else ""
            made = self.mold.fork({**self.environment, "SLACK_APP_TOKEN": token})
            self.replicas.append(Replica(made.pid, made.port, mode))
        wait_for(lambda: all(each.is_up() for each in self.replicas), "a replica did not start")
        if "socket mode" in modes:
            wait_for(lambda: self.sandbox.socket.count, "nobody connected over Socket Mode")

    @property
    def ways(self) -> list[str | None]:
        """How a delivery can come: to each address, and, as None, over some websocket."""
        by_http: list[str | None] = [each.url for each in self.replicas if each.mode == "http"]
        return [*by_http, None] if self.sandbox.socket.count else by_http

    def press(self, way: str | None, person: str, action: str, change: ChangeId, trigger: str) -> None:
        """Deliver a click; without an answer is wrong."""
        value = Ref(change, 1).encode()
        body = self.sender.pressed(f"U0{person.upper()}", action, value, trigger)
        if way is None:
            payload = json.loads(parse_qs(body.decode())["payload"][0])
            delivered = self.sandbox.socket.deliver(Parcel("interactive", payload))
            answered, what = delivered.trouble is None, f"Socket Mode: {delivered.trouble}"
        else:
            sent = self.sender.send(way, body)
            answered, what = sent.acknowledged, f"{sent.status}: {sent.body}"
        self.tally.tried += 1
        self.tally.check(answered, f"{person} got no answer on CHG-{change} ({what})")

    def at_once(self, presses: Sequence[tuple[str | None, str, str, ChangeId, str]]) -> None:
        """Deliver them all at the same time."""
        with ThreadPoolExecutor(len(presses)) as hands:
            list(hands.map(lambda press: self.press(*press), presses))

    def entries(self, change: ChangeId) -> list[RecordedEntry]:
        """What is recorded of a change."""
        with self.database.read() as connection:
            return audit.entries_of(connection, f"CHG-{change}", limit=500)

    def waiting(self) -> int:
        """How many deadlines are due and how many messages are to be delivered."""
        due = select(func.count()).select_from(deadlines)
        due = due.where(deadlines.c.done_at.is_(None), deadlines.c.cancelled_at.is_(None))
        due = due.where(deadlines.c.due_at <= self.sandbox.clock.now())
        with self.database.read() as connection:
            left = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
            return int(connection.execute(due).scalar_one()) + left

    def rests(self) -> None:
        """Return when nothing is due and nothing is left."""
        wait_for(lambda: not self.waiting(), "the replicas do not come to rest", 90)

    def claimed(self) -> set[tuple[Any, ...]]:
        """What is claimed now, by whomever: lines and deadlines, each with its lease."""
        now = datetime.now(UTC)
        lines = select(outbox.c.id, outbox.c.leased_until).where(outbox.c.leased_until > now)
        timers = select(deadlines.c.id, deadlines.c.claimed_until)
        timers = timers.where(deadlines.c.claimed_until > now, deadlines.c.done_at.is_(None))
        timers = timers.where(deadlines.c.cancelled_at.is_(None))
        with self.database.read() as connection:
            return {("line", *row) for row in connection.execute(lines)} | {
                ("deadline", *row) for row in connection.execute(timers)
            }

    def ends(self, how: signal.Signals, mode: Mode, due: timedelta) -> tuple[int, float]:
        """End one of this mode while it alone has claimed what falls due now; the others stand still until it is gone.

        Returns how many claims it left behind, and the seconds until others had taken those.
        """
        victim = next(each for each in self.replicas if each.mode == mode)
        others = [each for each in self.replicas if each is not victim]
        for each in others:
            os.kill(each.pid, signal.SIGSTOP)
        self.sandbox.clock.move(due)
        wait_for(lambda: len(self.claimed()) >= SEVERAL, "nothing is claimed")
        os.kill(victim.pid, how)
        wait_for(lambda: not victim.is_alive(), "it does not end")
        self.replicas, left, gone_at = others, self.claimed(), time.monotonic()
        for each in others:
            os.kill(each.pid, signal.SIGCONT)
        wait_for(lambda: not left & self.claimed(), "what it had claimed stands still")
        return len(left), time.monotonic() - gone_at

    def close(self) -> None:
        """End what still runs."""
        for replica in self.replicas:
            if replica.is_alive():
                os.kill(replica.pid, signal.SIGTERM)
        for replica in self.replicas:
            wait_for(lambda: not replica.is_alive(), "a replica does not end")  # noqa: B023 - waited for at once
        self.sender.close()
        self.database.dispose()


@contextmanager
def cluster(
    ground: Ground, database_url: str, tally: Tally, modes: Sequence[Mode], **more: str
) -> Iterator[Cluster]:
    """Replicas on this database; `more` is of their environment."""
    folder = ground.new_folder()
    clock = WrittenClock(MONDAY, folder / "time")
    strict = Strictness(rate_limits=False, ack_seconds=10)
    sandbox = Sandbox(with_the_bot(HARBOR), clock, Credentials(scopes=scopes()), strict)
    with sandbox.server() as server, molds(1) as (mold,):
        environment = {
            **settings_for(sandbox.credentials, server.api_url, database_url),
            "TIME": str(clock.file),
            "LOG": str(folder / "log"),
            **more,
        }
        sender = Sender(sandbox.credentials, HARBOR.team_id)
        run = Cluster(sandbox, open_database(database_url), mold, environment, tally, sender)
        try:
            run.start(modes)
            yield run
        finally:
            run.close()


def requested(ground: Ground, database_url: str, count: int) -> list[ChangeId]:
    """So many changes, asked for and not yet approved by anybody; nobody delivered anything yet."""
    with office(ground, database_url) as at_work:
        asked = [at_work.requests(version=f"5.{number}.0") for number in range(count)]
        return [each.scene.change.id for each in asked if each.scene]


def _race_to_approve(run: Cluster, change: ChangeId) -> None:
    """Whoever is told that nothing was recorded presses again afterwards, as people do. Cleo holds no role here."""
    ways = random.sample(run.ways * 4, 8)
    people = ["ben", "omar", "oksana", "tia", "tia", "lea", "lea", "cleo"]
    triggers = [f"{change}-{person}-{number}" for number, person in enumerate(people)]
    triggers[4] = triggers[3]  # Tia clicks once, and it is delivered to two; Lea clicks twice
    approve = [Press.APPROVE] * len(people)
    run.at_once(list(zip(ways, people, approve, [change] * len(people), triggers, strict=True)))
    for person, seat in (("tia", ("tia",)), ("lea", ("lea",)), ("ben", PEERS)):
        for again in range(TRIES):
            if _approvals(run, change) & Counter(PersonId(f"U0{each.upper()}") for each in seat):
                break
            run.in_vain += 1
            run.press(ways[again], person, Press.APPROVE, change, f"{change}-{person}-again-{again}")


def _approvals(run: Cluster, change: ChangeId) -> Counter[PersonId]:
    done = (entry for entry in run.entries(change) if entry.act == "approve" and entry.outcome == "done")
    return Counter(entry.person for entry in done if entry.person)


def _check_approvals(run: Cluster, change: ChangeId) -> None:
    by = _approvals(run, change)
    for person in ("TIA", "LEA"):
        run.tally.count(1, by[PersonId(f"U0{person}")], f"CHG-{change}: approvals by {person}")
    peers = sum(min(1, by[PersonId(f"U0{peer.upper()}")]) for peer in PEERS)
    run.tally.check(peers, f"CHG-{change}: no peer's approval is recorded")
    for person, times in by.items():
        run.tally.count(1, times, f"CHG-{change}: approvals by {person}")
    tias = [entry for entry in run.entries(change) if entry.person == "U0TIA"]
    again = sum(entry.outcome == "refused" for entry in tias)
    run.tally.count(1, len(tias) - again, f"CHG-{change}: what Tia's one click did")


def _race_to_start(run: Cluster, change: ChangeId) -> None:
    ways = [*run.ways, *run.ways]
    run.at_once([(way, "ana", Press.START_STAGING, change, f"{change}-go-{n}") for n, way in enumerate(ways)])
    for again in range(TRIES):
        if _started(run, change):
            break
        run.in_vain += 1
        run.press(ways[0], "ana", Press.START_STAGING, change, f"{change}-go-again-{again}")
    run.tally.count(1, _started(run, change), f"CHG-{change}: deployments to staging")


def _started(run: Cluster, change: ChangeId) -> int:
    return sum(each.act == "start_staging" and each.outcome == "done" for each in run.entries(change))


def _for_each(changes: Sequence[ChangeId], does: Callable[[ChangeId], None]) -> None:
    """For several changes beside each other."""
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(does, changes))


def _reminders(run: Cluster, changes: Sequence[ChangeId], *, ending: bool) -> None:
    """All due at once, twice; the first time one process ends properly in the middle, the second time one is killed."""
    run.sandbox.faults.weather = lambda method: SLOW if method.startswith("chat.") else None
    if ending:
        left, seconds = run.ends(signal.SIGTERM, "socket mode", FIRST)
        run.tally.check(not left, f"one that ended properly left {left} claims behind")
        run.tally.check(seconds < AT_ONCE, f"they were taken after {seconds:.1f} s")
        run.tally.notes.append(f"one in Socket Mode ended properly: it left {left} claims behind")
        run.rests()
        left, seconds = run.ends(signal.SIGKILL, "http", SECOND)
        run.tally.check(left and seconds < AFTER_THE_LEASE, f"{left} claims were taken after {seconds:.1f} s")
        run.tally.notes.append(f"one was killed: others took its {left} claims within {seconds:.1f} s")
    else:
        run.sandbox.clock.move(FIRST)
    run.rests()
    run.sandbox.faults.weather = None
    for change in changes:
        with run.database.read() as connection:
            of_it = select(func.count()).where(deadlines.c.change_id == change)
            fired = connection.execute(of_it.where(deadlines.c.done_at.is_not(None))).scalar_one()
        found = sum(entry.act == "remind_asked" for entry in run.entries(change))
        run.tally.check(fired, f"CHG-{change}: nobody was reminded")
        run.tally.count(fired, found, f"CHG-{change}: reminders recorded")
        run.tally.tried += fired


def _days_pass(run: Cluster, change: ChangeId, days: int) -> None:
    """Each day something happens, and is sealed."""
    for day in range(2, days + 2):
        run.sandbox.clock.move_to(MONDAY + timedelta(days=day))
        for number, way in enumerate(run.ways):
            run.press(way, "lea", Press.APPROVE, change, f"day-{day}-{number}")
        wait_for(lambda: _sealed_at(run) == run.sandbox.clock.now(), "nobody seals")
        run.rests()
    with run.database.read() as connection:
        found = connection.execute(select(seals.c.at, seals.c.anchored)).all()
        run.tally.check(isinstance(verify_seals(connection), SealsHold), "the seals do not hold")
        acted = {at.astimezone(BERLIN).date() for at in connection.execute(select(audit_rows.c.at)).scalars()}
    for at, times in Counter(row.at for row in found).items():
        run.tally.count(1, times, f"seals at {at}")
    anchored = Counter(row.anchored for row in found if row.anchored)
    run.tally.count(len(acted), len(anchored), "days with an anchor")
    for each, times in anchored.items():
        run.tally.count(1, times, f"anchors on {each}")
    run.tally.tried += len(found)


def _sealed_at(run: Cluster) -> datetime | None:
    with run.database.read() as connection:
        newest: datetime | None = connection.execute(select(func.max(seals.c.at))).scalar_one()
    return newest


def check_rows_and_messages(run: Cluster, changes: Sequence[ChangeId]) -> None:
    """Each message once, the chain, rows that follow from the audit."""
    for key, times in shown(run.sandbox).keys.items():
        run.tally.count(1, times, f"messages with the key {key}") if key else None
    check_record(run.tally, run.database)
    run.tally.count(len(changes), len(run.sandbox.channel("payments").messages), "cards")


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    whole = form is Form.WHOLE
    count = IN_WHOLE if whole else IN_SHORT
    modes: tuple[Mode, ...] = (
        ("http", "socket mode", "http", "socket mode") if whole else ("http", "socket mode")
    )
    tally, url = Tally(), ground.new_postgresql()
    changes = requested(ground, url, 2 * count)
    raced, waiting = changes[:count], changes[count:]
    with cluster(ground, url, tally, modes) as replicas:
        started = time.monotonic()
        _for_each(raced, lambda change: _race_to_approve(replicas, change))
        for change in raced:
            _check_approvals(replicas, change)
        _for_each(raced, lambda change: _race_to_start(replicas, change))
        replicas.rests()
        tally.notes.append(
            f"{count} changes raced for in {time.monotonic() - started:.1f} s by {len(modes)} processes"
        )
        _reminders(replicas, waiting, ending=whole)
        if whole:
            _days_pass(replicas, waiting[0], DAYS)
        check_rows_and_messages(replicas, changes)
    return tally
