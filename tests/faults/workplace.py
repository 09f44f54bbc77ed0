"""A Slack, a database and a bot in a process that may end at any time: whoever gets no answer starts the next one."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import Connection, func, select, update

from bot.demo import with_the_bot
from bot.sandbox.company import HARBOR
from bot.sandbox.messages import Message
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.stories.stage import BERLIN
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.sealing import SEALED_EVERY
from bot.slack.manifest import scopes
from bot.store.database import Database, open_database
from bot.store.machinery import audit as audit_rows
from bot.store.machinery import deadlines, messages, outbox
from bot.store.reading import SealsHold
from bot.store.seal_models import seals
from bot.store.seals import verify_seals
from tests.faults.bots import ROOT, Serving, settings_for
from tests.faults.fault import Tally
from tests.faults.records import check_record
from tests.own_process import WrittenClock

PATIENCE: Final = 150.0
DRAWN: Final = re.compile(r"(?<=\bCHG-)\d+|(?<=\bDEP-)\d+|(?<=\bchg-)\d+")
"""What differs from one playing to the next: PostgreSQL's numbers, since a transaction that was not committed keeps those
that it drew."""
AUDIT_CHANNEL: Final = "deploy-audit"
KEPT: Final = re.compile(r"--anchor (\d+:[0-9a-f]{64})")
"""What an anchor's message has whoever doubts the log type."""
A_SEAL_LATER: Final = SEALED_EVERY + timedelta(minutes=1)
AGO: Final = timedelta(seconds=1)
DONE: Final = (
    select(audit_rows.c.act, func.count()).where(audit_rows.c.outcome == "done").group_by(audit_rows.c.act)
)
FIRED: Final = select(deadlines.c.kind, func.count()).where(deadlines.c.done_at.is_not(None))


class Mold:
    """A process that has everything imported, of which bots are forked: see tests/forked_bots.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked_bots"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def fork(self, environment: dict[str, str]) -> Serving:
        """Start a bot with this environment; it answers as soon as it can."""
        if not self._process.stdin or not self._process.stdout:
            raise RuntimeError("the mold was started without pipes")
        self._process.stdin.write(json.dumps(environment) + "\n")
        self._process.stdin.flush()
        pid, port = self._process.stdout.readline().split()
        return Serving(int(pid), int(port))

    def close(self) -> None:
        """End it; the bots that it made are their owners'."""
        if self._process.stdin and self._process.stdout:
            self._process.stdin.close()
            self._process.wait(timeout=20)
            self._process.stdout.close()


@contextmanager
def molds(count: int) -> Iterator[list[Mold]]:
    """So many of them."""
    made = [Mold() for _ in range(count)]
    try:
        yield made
    finally:
        for mold in made:
            mold.close()


@dataclass
class Shown:
    """What stands in Slack: how many messages of the bot at each place, what they say, and which carry the same key.

    What carries no key is an answer to somebody who pressed, such as that a form could not be opened, and is not counted.
    Seals are counted by their keys alone: how many of them there are, and from when on, is nobody's promise.
    """

    counted: Counter[str]
    said: Counter[tuple[str, str]]
    keys: Counter[str]
    threads: dict[str, list[str]]


def shown(sandbox: Sandbox) -> Shown:
    """What stands in this Slack now."""
    workspace, found = sandbox.workspace, Shown(Counter(), Counter(), Counter(), {})
    with workspace.lock:
        for conversation in workspace.conversations.values():
            for post in conversation.posts:
                if not post.bot_id or post.seen_by or post.subtype:
                    continue
                key = ((post.metadata or {}).get("event_payload") or {}).get("key", "")
                found.keys[key] += 1
                if not key or conversation.name == AUDIT_CHANNEL:
                    continue
                is_reply = post.thread_ts not in {None, post.ts}
                place = DRAWN.sub("…", f"#{conversation.name}{', thread' if is_reply else ''}")
                text = DRAWN.sub("…", Message(workspace, post).text)
                found.counted[place] += 1
                found.said[place, text] += 1
                if is_reply:
                    found.threads.setdefault(place, []).append(text)
    return found


@dataclass
class Workplace:
    """Where a story is played. `deaths` counts how often the bot was found dead and started again."""

    sandbox: Sandbox
    database_url: str
    mold: Mold
    environment: dict[str, str]
    database: Database
    since: date
    """The organization's day on which the bot first ran here."""
    bot: Serving
    deaths: int = 0
    in_doubt: set[str] = field(default_factory=set)
    """Keys of messages that Slack had taken when the bot died, and of which the bot did not know."""
    _client: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False, timeout=PATIENCE, verify=False)  # noqa: S501 - nothing here is HTTPS
    )

    def opens(self) -> None:
        """Return when the bot answers, as Slack knows by then.

        Raises:
            RuntimeError: it does not.
        """
        if not self.asks("/readyz"):
            log = Path(self.environment["LOG"]).read_text(errors="replace")[-2000:]
            raise RuntimeError(f"a bot did not start:\n{log}")
        self.sandbox.bot_url = self.bot.url

    def asks(self, path: str) -> httpx.Response | None:
        """Ask the bot for one of its own addresses; None when nobody answers."""
        try:
            return self._client.get(f"{self.bot.address}{path}")
        except httpx.TransportError:
            return None

    def is_alive(self) -> bool:
        """Whether its process is there."""
        return self.bot.is_alive()

    def starts_again(self) -> None:
        """After a delivery that got no answer: where the bot is dead, the next one starts, as its supervisor does."""
        if self.asks("/healthz") is not None and self.is_alive():
            return
        until = time.monotonic() + PATIENCE
        while self.is_alive() and time.monotonic() < until:
            time.sleep(0.002)
        self.deaths += 1
        self._notice_doubts()
        self._leases_run_out()
        self.bot = self.mold.fork(self.environment)
        self.opens()

    def _leases_run_out(self) -> None:
        """What the dead one had claimed is nobody's now, and what was put off is due: as if the time for it had passed."""
        now = datetime.now(UTC)
        with self.database.write() as connection:
            leased = outbox.c.leased_until > now
            connection.execute(update(outbox).where(leased).values(leased_until=now - AGO))
            claimed = deadlines.c.claimed_until > now
            connection.execute(update(deadlines).where(claimed).values(claimed_until=now - AGO))
            connection.execute(update(outbox).where(outbox.c.due_at > now).values(due_at=now - AGO))

    def settles(self) -> None:
        """Return when no timer is due and nothing is left to deliver, whatever dies on the way.

        Raises:
            TimeoutError: it does not come to rest.
        """
        until = time.monotonic() + PATIENCE
        while True:
            answer = self.asks("/tick/1")
            if answer is None:
                self.starts_again()
            elif answer.is_success and not any(answer.json().values()):
                return
            else:
                time.sleep(0.005)
            if time.monotonic() > until:
                raise TimeoutError(f"the bot does not come to rest: {self.left()}")

    def left(self) -> list[tuple[Any, ...]]:
        """What is left to deliver."""
        with self.database.read() as connection:
            found = connection.execute(
                select(outbox.c.key, outbox.c.attempts, outbox.c.problem, outbox.c.due_at)
            )
            return [tuple(row) for row in found]

    def recorded(self) -> int:
        """How many acts are recorded as done."""
        return sum(self.acts().values())

    def acts(self) -> Counter[str]:
        """How often each act is recorded as done."""
        with self.database.read() as connection:
            return Counter({row.act: row[1] for row in connection.execute(DONE)})

    def shown(self) -> Shown:
        """What stands in Slack now."""
        return shown(self.sandbox)

    def _notice_doubts(self) -> None:
        in_slack = self.shown().keys
        with self.database.read() as connection:
            reserved = select(messages.c.key).where(messages.c.posting_at.is_not(None))
            self.in_doubt |= {key for key in connection.execute(reserved).scalars() if in_slack[key]}

    def check_record(self, tally: Tally) -> None:
        """Once the next seal is due, count what is wrong: with the chain, seals, what the audit replays to, what is left."""
        self.sandbox.clock.move(A_SEAL_LATER)
        self.settles()
        check_record(tally, self.database)
        with self.database.read() as connection:
            tally.count(0, connection.execute(select(func.count()).select_from(outbox)).scalar_one(), "left")
            self._check_seals(connection, tally)

    def _check_seals(self, connection: Connection, tally: Tally) -> None:
        """The seals hold; each day on which something was recorded here has one anchor, and that is what the channel says."""
        tally.check(isinstance(verify_seals(connection), SealsHold), "the seals do not hold")
        acted = {at.astimezone(BERLIN).date() for at in connection.execute(select(audit_rows.c.at)).scalars()}
        anchors = connection.execute(select(seals).where(seals.c.anchored.is_not(None))).all()
        by_day = Counter(row.anchored for row in anchors)
        for day in {each for each in acted if each >= self.since} | set(by_day):
            tally.count(int(day in acted), by_day[day], f"anchors on {day}")
        made = Counter(f"{row.number}:{row.hash}" for row in anchors)
        found = Counter(KEPT.findall("\n".join(m.text for m in self.sandbox.channel(AUDIT_CHANNEL).messages)))
        for seal in made | found:
            tally.count(made[seal], found[seal], f"messages with the seal {seal}")

    def close(self) -> None:
        """End the bot and let go of everything."""
        if self.is_alive():
            os.kill(self.bot.pid, signal.SIGKILL)
        self._client.close()
        self.database.dispose()


@contextmanager
def workplace(
    mold: Mold, database_url: str, folder: Path, organization: Path, at: datetime, **more: str
) -> Iterator[Workplace]:
    """A Slack of its own, and a bot that runs there on this database, at this business time; `more` is of its environment."""
    clock = WrittenClock(at, folder / "time")
    sandbox = Sandbox(
        with_the_bot(HARBOR),
        clock,
        Credentials(scopes=scopes()),
        Strictness(rate_limits=False, ack_seconds=10),
    )
    with sandbox.server() as server:
        environment = {
            **settings_for(sandbox.credentials, server.api_url, database_url, organization),
            "TIME": str(clock.file),
            "LOG": str(folder / "log"),
            **more,
        }
        database, since = open_database(database_url), at.astimezone(BERLIN).date()
        place = Workplace(sandbox, database_url, mold, environment, database, since, mold.fork(environment))
        try:
            place.opens()
            yield place
        finally:
            place.close()


def compare(tally: Tally, expected: Shown, found: Shown, when: str) -> None:
    """Count what stands in Slack against what should: fewer messages are lost, more are doubled, other words are wrong."""
    for place in expected.counted | found.counted:
        tally.count(expected.counted[place], found.counted[place], f"{when}: messages in {place}")
    for key, times in found.keys.items():
        tally.check(times == 1 or not key, f"{when}: {times} messages carry the key {key}")
    missing = dict(list(expected.said - found.said))
    for place, text in found.said - expected.said:
        tally.check(False, f"{when}: in {place} stands “{text}” instead of “{missing.get(place, '')}”")
