"""F16: an hour's load in a minute: two replicas on one PostgreSQL, one behind HTTP and one on Socket Mode, at the highest rate that the machine holds.

A third process asks for changes without Slack; people take one after the other through its approvals, its staging deployment and its verifications, and press the next
button when the one before is recorded. While more than so many messages wait for delivery nobody begins with another change, so
that the rate is one that the bots, Slack, the database and the crowd on this machine hold together. Slack's limit of one message
per second and channel is off: one channel would be all that is measured.

Lost: a click that was acknowledged and is not recorded, a message that is missing. Doubled: an act recorded twice, a message that
stands twice. Wrong: a card or a direct message that does not show the end of it, an outbox that is not drained within a minute of
the last click, rows that do not follow from the audit; in the whole form, a replica whose memory grows in the second half.
"""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from bot.rules.terms import ChangeId
from bot.sandbox.messages import Message
from bot.sandbox.sandbox import Sandbox
from bot.slack.ids import Press
from bot.store.machinery import outbox
from tests.faults.bots import wait_for
from tests.faults.crowd import Crowd, Wish, crowd, percentile
from tests.faults.fault import Form, Tally
from tests.faults.hands import one_of_each
from tests.faults.office import Office, office
from tests.faults.replicas import Cluster, Replica, check_rows_and_messages, cluster
from tests.ground import Ground

SECONDS: Final = {Form.WHOLE: 60.0, Form.SHORT: 2.5}
SENDERS: Final = 6
WAITING_MOST: Final = 100
DRAINED_WITHIN: Final = 60.0
GROWS_MOST: Final = 6.0
"""Megabytes by which a replica may grow in the second half."""
STEPS: Final = (
    ("ben", Press.APPROVE, "approve"),
    ("tia", Press.APPROVE, "approve"),
    ("lea", Press.APPROVE, "approve"),
    ("ana", Press.START_STAGING, "start_staging"),
    ("ana", Press.STAGING_SUCCEEDED, "finish_staging"),
    ("quinn", Press.PASS, "verify"),
    ("pia", Press.PASS, "verify"),
)
ASKED: Final = frozenset({"Approve", "Pass"})
LAST: Final = "Propose window…"
"""What the card offers when all of this is done."""


@dataclass
class Load:
    """Changes that people take through; `finished` are through."""

    crowd: Crowd
    at_work: Office
    asked: list[ChangeId] = field(default_factory=list)
    finished: list[ChangeId] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def carry_on(self) -> None:
        """One of those who press: change after change until it is over, and the last one to its end."""
        while not self.over.is_set():
            if self.waiting() > WAITING_MOST:
                self.over.wait(0.02)
                continue
            change = self.ask()
            for person, press, act in STEPS:
                self.crowd.press_until_recorded(Wish(person, press, change, act))
            self.finished.append(change)

    def ask(self) -> ChangeId:
        """Ask for another change; returns its number."""
        answer = self.at_work.requests(version=f"5.{next(self.at_work.numbers)}.0")
        if answer.scene is None:
            raise AssertionError(answer.said)
        self.asked.append(answer.scene.change.id)
        return answer.scene.change.id

    def waiting(self) -> int:
        """How many messages are to be delivered."""
        with self.crowd.run.database.read() as connection:
            left: int = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
            return left


def megabytes(replica: Replica) -> float:
    """What a process has in memory; 0 where the machine does not say."""
    told = Path(f"/proc/{replica.pid}/status")
    if not told.exists():
        return 0.0
    resident = next(line for line in told.read_text().splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1024


def _press(load: Load, seconds: float) -> tuple[list[float], list[float]]:
    """Let them press for so long; each replica's memory half-way and at the end."""
    bots, half = load.crowd.run.replicas, [0.0]
    with ThreadPoolExecutor(SENDERS) as hands:
        pressing = [hands.submit(load.carry_on) for _ in range(SENDERS)]
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds and not all(each.done() for each in pressing):
            if passed < seconds / 2:
                half = [megabytes(bot) for bot in bots]
            load.over.wait(0.1)
        load.over.set()
        for each in pressing:
            each.result()
    return half, [megabytes(bot) for bot in bots]


def _check_shown(sandbox: Sandbox, finished: Sequence[ChangeId], tally: Tally) -> None:
    """Each finished change's card offers what comes next, and nobody is asked for anything of it any more."""
    cards, asking = {}, set()
    with sandbox.workspace.lock:
        posts = [
            post for each in sandbox.workspace.conversations.values() for post in each.posts if post.bot_id
        ]
    for post in posts:
        kind, _, rest = str(((post.metadata or {}).get("event_payload") or {}).get("key", "")).partition("/")
        buttons = Message(sandbox.workspace, post).buttons
        if kind == "card":
            cards[rest] = buttons
        elif kind == "ask" and ASKED & set(buttons):
            asking.add(rest.partition("/")[0])
    for change in finished:
        shown = cards.get(str(change))
        tally.count(1, int(shown is not None), f"CHG-{change}: cards")
        tally.check(shown is None or LAST in shown, f"CHG-{change}: the card does not show the end of it")
        tally.check(str(change) not in asking, f"CHG-{change}: somebody is still asked")


def _drained(run: Cluster, tally: Tally) -> float:
    """Returns after how many seconds nothing was left to deliver."""
    began = time.monotonic()
    try:
        wait_for(lambda: not run.waiting(), "the outbox is not drained", DRAINED_WITHIN)
    except TimeoutError as late:
        tally.check(False, str(late))
    return time.monotonic() - began


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally, url = Tally(), ground.new_postgresql()
    organization = ground.new_folder() / "one-of-each.toml"
    organization.write_text(one_of_each(), encoding="utf-8")
    with (
        office(ground, url, company=one_of_each()) as at_work,
        cluster(ground, url, tally, ("http", "socket mode"), ORGANIZATION=str(organization)) as bots,
        crowd(bots) as people,
    ):
        load, began = Load(people, at_work), time.monotonic()
        half, end = _press(load, SECONDS[form])
        took = time.monotonic() - began
        drained = _drained(bots, tally)
        people.judge(tally)
        _check_shown(bots.sandbox, load.finished, tally)
        check_rows_and_messages(bots, load.asked)
        _note(load, tally, took, drained)
        _check_memory(half, end, tally, form)
    return tally


def _note(load: Load, tally: Tally, took: float, drained: float) -> None:
    seconds = load.crowd.seconds()
    tally.check(load.finished, "no change is through")
    tally.notes.append(
        f"{len(seconds):,} clicks in {took:.0f} s, {len(seconds) / took:.0f} a second; acknowledged after {percentile(seconds, 50) * 1000:.0f} ms at the median,"
        f" {percentile(seconds, 99) * 1000:.0f} ms at the 99th percentile; {len(load.finished)} changes are through;"
        f" the outbox was drained {drained:.1f} s after the last click"
    )


def _check_memory(half: Sequence[float], end: Sequence[float], tally: Tally, form: Form) -> None:
    for mode, before, after in zip(("HTTP", "Socket Mode"), half, end, strict=False):
        tally.notes.append(f"{mode}: {before:.1f} MB half-way, {after:.1f} MB at the end")
        if form is Form.WHOLE:
            tally.check(
                after - before < GROWS_MOST, f"{mode}: grew by {after - before:.1f} MB in the second half"
            )
