"""F3: deliveries doubled and reordered, over several connections, HTTP and Socket Mode mixed, to a bot in a process of its own.

People approve, start, finish and verify many changes, and click more than once; each click is delivered once to three times.
What belongs to a change's next step comes later, but within a window everything is shuffled, and some clicks come a step too early.

Lost: a delivery without an answer, a click of which neither the log nor its person knows. Doubled: a click that is recorded
twice, a message that stands twice. Wrong: a click that is recorded as done where the changes before it do not allow that, or
as refused where they do – stated anew here, in the log's own order –, rows that do not follow from the audit, another end.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

from sqlalchemy import select

from bot.rules.terms import ChangeId
from bot.sandbox.parcels import Parcel
from bot.slack.ids import Press, Ref
from bot.store.changes import load_change
from bot.store.machinery import dedupe
from bot.store.reading import RecordedEntry
from tests.faults.fault import Form, Tally
from tests.faults.office import office
from tests.faults.replicas import Cluster, check_rows_and_messages, cluster
from tests.ground import Ground

DELIVERIES: Final = {Form.SHORT: 160, Form.WHOLE: 10_000}
HANDS: Final = 8
WINDOW: Final = 60
"""Within how many clicks everything is shuffled."""
OVER_SOCKETS: Final = 0.25
SIGNERS: Final = ("ben", "tia", "lea")
STEPS: Final[tuple[tuple[tuple[str, Press, int], ...], ...]] = (
    (
        *((person, Press.APPROVE, 3) for person in SIGNERS),
        ("cleo", Press.APPROVE, 2),
        ("ana", Press.START_STAGING, 1),
        ("ana", Press.STAGING_SUCCEEDED, 1),
        ("quinn", Press.PASS, 1),
    ),
    (("ana", Press.START_STAGING, 2), ("ben", Press.START_STAGING, 1)),
    (("ana", Press.STAGING_SUCCEEDED, 2), ("cleo", Press.STAGING_SUCCEEDED, 1)),
    (("quinn", Press.PASS, 2), ("pia", Press.PASS, 2), ("lea", Press.PASS, 1)),
)
"""Who clicks what on each change, and how often; the last clicks of the first step come too early."""
CLICKS: Final = sum(times for step in STEPS for _, _, times in step)
COPIES: Final = 2
"""How often a click is delivered, on an average."""
ACTS: Final = {
    Press.APPROVE: "approve",
    Press.START_STAGING: "start_staging",
    Press.STAGING_SUCCEEDED: "finish_staging",
    Press.PASS: "verify",
}


@dataclass(frozen=True)
class Click:
    """What somebody meant once."""

    trigger: str
    person: str
    press: Press
    change: ChangeId


@dataclass
class Story:
    """What the clicks on one change may do, stated anew: in the order in which the log has them."""

    approved: set[str] = field(default_factory=set)
    running: bool = False
    staged: bool = False
    passed: set[str] = field(default_factory=set)

    def allows(self, person: str, act: str) -> bool:
        """Whether this click counts; it does so at once."""
        match act:
            case "approve":
                return person in SIGNERS and _adds(self.approved, person)
            case "start_staging":
                if person != "ana" or self.approved < {*SIGNERS} or self.running or len(self.passed) == 2:
                    return False
                self.running, self.staged = True, False
                return True
            case "finish_staging":
                if person != "ana" or not self.running:
                    return False
                self.running, self.staged = False, True
                return True
            case "verify":
                return person in {"quinn", "pia"} and self.staged and _adds(self.passed, person)
        raise AssertionError(act)


def _adds(to: set[str], person: str) -> bool:
    is_new = person not in to
    to.add(person)
    return is_new


def clicks(changes: list[ChangeId]) -> Iterator[tuple[float, Click]]:
    """Every click, and where in the stream it belongs: a change's next step is two windows after the one before."""
    numbers = iter(range(10**9))
    for place, change in enumerate(changes):
        for step, acts in enumerate(STEPS):
            for person, press, times in acts:
                for _ in range(times):
                    at = place * CLICKS / len(STEPS) + step * 3 * WINDOW
                    yield at, Click(f"{change}-{next(numbers)}", person, press, change)


def shuffled(stream: list[tuple[float, Click]], deliveries: int, chance: random.Random) -> list[Click]:
    """So many deliveries: each click once to three times, each copy somewhere within a window of its place."""
    copies = [1] * len(stream)
    more = deliveries - len(stream)
    while more > 0:
        chosen = chance.randrange(len(copies))
        if copies[chosen] < 3:
            copies[chosen] += 1
            more -= 1
    placed = [
        (at + chance.uniform(0, WINDOW), number, click)
        for (at, click), times in zip(stream, copies, strict=True)
        for number in range(times)
    ]
    return [click for _, _, click in sorted(placed, key=lambda each: each[:2])]


def _deliver(run: Cluster, click: Click, *, over_sockets: bool) -> None:
    value = Ref(click.change, 1).encode()
    body = run.sender.pressed(f"U0{click.person.upper()}", click.press, value, click.trigger)
    if over_sockets:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        answered = run.sandbox.socket.deliver(Parcel("interactive", payload)).trouble is None
    else:
        answered = run.sender.send(run.replicas[0].url, body).acknowledged
    run.tally.tried += 1
    run.tally.count(1, int(answered), f"answers to {click}")


def _deliver_all(run: Cluster, stream: list[Click], chance: random.Random) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        sent = [
            hands.submit(_deliver, run, click, over_sockets=chance.random() < OVER_SOCKETS)
            for click in stream
        ]
        for each in sent:
            each.result()


def _in_vain(run: Cluster, meant: list[Click]) -> list[Click]:
    """Clicks that were answered with "nothing was recorded"; one that is not recorded without that is lost."""
    with run.database.read() as connection:
        taken = set(connection.execute(select(dedupe.c.key)).scalars())
    missing = [click for click in meant if f"action:{click.trigger}" not in taken]
    told = Path(run.environment["LOG"]).read_text(encoding="utf-8").count("the database was busy")
    if len(missing) > told:
        run.tally.count(len(missing), told, "clicks of which nobody knows")
    return missing


def _check(run: Cluster, change: ChangeId, meant: Counter[tuple[str, str]]) -> None:
    """One change: each click is recorded once, as it had to come out, and the end is the same as always."""
    entries = [each for each in run.entries(change) if each.person and each.act in ACTS.values()]
    found = Counter((_name(each), each.act) for each in entries)
    for who in meant | found:
        run.tally.count(meant[who], found[who], f"CHG-{change}: {who} recorded")
    story = Story()
    for each in sorted(entries, key=lambda entry: entry.seq):
        allowed = story.allows(_name(each), each.act)
        run.tally.check(
            allowed == (each.outcome == "done"),
            f"CHG-{change}: {each.act} by {each.person} was {each.outcome} as entry {each.seq}",
        )
    with run.database.read() as connection:
        stored = load_change(connection, change)
    signed = sorted(str(each.person) for each in stored.standing_approvals) if stored else []
    run.tally.check(signed == ["U0BEN", "U0LEA", "U0TIA"], f"CHG-{change}: approved by {signed}")
    run.tally.check(story.passed == {"quinn", "pia"}, f"CHG-{change}: passed by {story.passed}")


def _name(entry: RecordedEntry) -> str:
    return str(entry.person).removeprefix("U0").lower()


def _requested(ground: Ground, database_url: str, count: int) -> list[ChangeId]:
    with office(ground, database_url) as at_work:
        asked = [at_work.requests(version=f"5.{number}.0") for number in range(count)]
        return [each.scene.change.id for each in asked if each.scene]


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    tally, url, chance = Tally(), ground.new_postgresql(), random.Random(3)  # noqa: S311 - the same each time
    changes = _requested(ground, url, max(2, DELIVERIES[form] // (CLICKS * COPIES)))
    meant = [*clicks(changes)]
    stream = shuffled(meant, DELIVERIES[form], chance)
    with cluster(ground, url, tally, ("socket mode",)) as bots:
        began = time.monotonic()
        _deliver_all(bots, stream, chance)
        seconds = time.monotonic() - began
        again = _in_vain(bots, [click for _, click in meant])
        for click in again:  # as people do who read that
            _deliver(
                bots,
                Click(f"{click.trigger}-again", click.person, click.press, click.change),
                over_sockets=False,
            )
        bots.rests()
        for change in changes:
            wanted = Counter(
                (click.person, ACTS[click.press]) for _, click in meant if click.change == change
            )
            _check(bots, change, wanted)
        check_rows_and_messages(bots, changes)
    tally.notes.append(
        f"{len(meant):,} clicks in {len(stream):,} deliveries, {len(stream) / seconds:.0f} a second;"
        f" {len(again)} people read that nothing was recorded, and pressed again"
    )
    return tally
