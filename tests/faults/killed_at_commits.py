"""F1: the bot is killed (SIGKILL) right before and right after every commit of a release and of a hotfix.

Each step of a story is played again and again: the bot dies at the step's first commit, in the next playing at its second,
until the step is over before the commit comes at which it would have died. In one playing every step has its kill. The
release is played so on both sides of each commit, one side on SQLite and the other on PostgreSQL, by turns; the hotfix's
commits have one kill each, dealt out in turns to the databases and sides. Whoever got no answer presses or types the same again once the next process is up, and what the dead one had claimed is claimed anew.

Lost: an act that was acknowledged and is not recorded, or a message that is missing. Doubled: an act that is recorded twice,
a message that stands twice. Wrong: whatever else is not as in an undisturbed playing after each step – words, deadlines, the
audit's chain, rows that do not follow from the audit, something left to deliver. Reconciled: messages that Slack had taken
when the bot died, and that it found again.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tests.faults.fault import Form, Tally
from tests.faults.hands import Hands, one_of_each
from tests.faults.two_stories import HOTFIX, RELEASE, Step
from tests.faults.workplace import Mold, Shown, Workplace, compare, molds, workplace
from tests.forked_bots import Side
from tests.ground import Ground

SIDES: Final[tuple[Side, Side]] = ("before", "after")
LANES: Final = 6
PARTS: Final = 4
"""In how many lanes the release's kills of one database and side are played."""
IN_SHORT: Final = 3
"""How many steps the short form plays."""


@dataclass
class Undisturbed:
    """What came of each step when nobody was killed: acts recorded, messages shown, commits made."""

    acts: list[Counter[str]] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    commits: list[int] = field(default_factory=list)


@dataclass
class Lane:
    """One story on one database, with kills on one side of the commits; played until every commit had its kill."""

    ground: Ground
    lock: threading.Lock
    mold: Mold
    kind: str
    story: Sequence[Step]
    organization: Path
    expected: Undisturbed
    tally: Tally = field(default_factory=Tally)

    def runs_undisturbed(self) -> None:
        """Play it, and keep what came of each step."""
        self._play(self.story, None, [0] * len(self.story))

    def runs(self, side: Side, first: int = 1, every: int = 1) -> None:
        """Play it with kills at the `first` commit of each step, and each `every`-th from there on."""
        at = [first] * len(self.story)
        while any(at):
            last = max(number for number, commit in enumerate(at) if commit)
            died = self._play(self.story[: last + 1], side, at)
            at = [
                commit + every if number <= last and died[number] else 0 for number, commit in enumerate(at)
            ]

    def _play(self, story: Sequence[Step], side: Side | None, at: Sequence[int]) -> list[bool]:
        """Returns for each step whether the bot died in it."""
        with self.lock:
            folder, url = self.ground.new_folder(), self.ground.new_database(self.kind)
        died = []
        with workplace(self.mold, url, folder, self.organization, story[0].at) as place:
            hands = Hands(place.sandbox, place.recorded, place.starts_again, self._in_vain)
            for number, step in enumerate(story):
                deaths = place.deaths
                place.asks(f"/kill/{side or 'before'}/{at[number]}")
                place.sandbox.clock.move_to(step.at)
                step.does(hands)
                place.settles()
                died.append(place.deaths > deaths)
                if side is None:
                    self._remember(place)
                else:
                    self._compare(
                        place, number, f"{self.kind}, step {number + 1}, {side} commit {at[number]}"
                    )
                    self.tally.tried += died[-1]
            place.asks("/kill/before/0")
            place.check_record(self.tally)
            self._reconcile(place)
        return died

    def _remember(self, place: Workplace) -> None:
        counted = place.asks("/counted")
        self.expected.commits.append(counted.json() if counted else 0)
        self.expected.acts.append(place.acts())
        self.expected.shown.append(place.shown())

    def _compare(self, place: Workplace, number: int, when: str) -> None:
        expected, acts = self.expected.acts[number], place.acts()
        for act in expected | acts:
            self.tally.count(expected[act], acts[act], f"{when}: recorded {act}")
        compare(self.tally, self.expected.shown[number], place.shown(), when)

    def _reconcile(self, place: Workplace) -> None:
        keys = place.shown().keys
        self.tally.reconciled += sum(keys[key] == 1 for key in place.in_doubt)

    def _in_vain(self, what: str) -> None:
        self.tally.count(1, 0, f"{self.kind}: {what}: acknowledged, and not recorded")


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    organization = ground.new_folder() / "one-of-each.toml"
    organization.write_text(one_of_each(), encoding="utf-8")
    lock = threading.Lock()
    if form is Form.SHORT:
        with molds(1) as (mold,):
            lane = Lane(ground, lock, mold, "sqlite", RELEASE[:IN_SHORT], organization, Undisturbed())
            lane.runs_undisturbed()
            lane.runs("after", every=8)
        return lane.tally
    ground.new_sqlite()
    ground.new_postgresql()  # both are prepared once, before there are threads
    calm = {story: Undisturbed() for story in (RELEASE, HOTFIX)}
    with molds(LANES) as made, ThreadPoolExecutor(LANES) as threads:
        free = SimpleQueue[Mold]()
        for mold in made:
            free.put(mold)

        def play(part: Part | tuple[Step, ...]) -> Tally:
            mold = free.get()
            try:
                if not isinstance(part, Part):
                    Lane(ground, lock, mold, "sqlite", part, organization, calm[part]).runs_undisturbed()
                    return Tally()
                lane = Lane(ground, lock, mold, part.kind, part.story, organization, calm[part.story])
                lane.runs(part.side, part.first, part.every)
                return lane.tally
            finally:
                free.put(mold)

        list(threads.map(play, calm))
        parts = every_part()
        return _added(parts, list(threads.map(play, parts)), calm)


@dataclass(frozen=True)
class Part:
    """What one lane plays: the kills at the `first` commit of each step, and each `every`-th from there on."""

    story: tuple[Step, ...]
    kind: str
    side: Side
    first: int
    every: int


def every_part() -> list[Part]:
    """All kills, the longest parts first; each commit of the hotfix has one.

    Each commit of the release has one before it on one database and one after it on the other, by turns.
    """
    ways = list(product(("postgresql", "sqlite"), SIDES))
    release = [
        Part(RELEASE, kind, side, first, PARTS)
        for first in range(1, PARTS + 1)
        for kind, side in ((ways[0], ways[3]) if first % 2 else (ways[2], ways[1]))
    ]
    return release + [Part(HOTFIX, *way, first, len(ways)) for first, way in enumerate(ways, 1)]


def _added(parts: list[Part], tallies: list[Tally], calm: dict[tuple[Step, ...], Undisturbed]) -> Tally:
    total, kills = Tally(), Counter[tuple[str, Side, bool]]()
    for part, tally in zip(parts, tallies, strict=True):
        total.add(tally)
        kills[part.kind, part.side, part.story is RELEASE] += tally.tried
    counted = " and ".join(str(sum(expected.commits)) for expected in calm.values())
    total.notes.append(f"undisturbed, release and hotfix have {counted} commits that write something")
    for kind, side in product(("sqlite", "postgresql"), SIDES):
        times = f"{kills[kind, side, True]} times in the release, {kills[kind, side, False]} in the hotfix"
        total.notes.append(f"{kind}, right {side} the commit: killed {times}")
    return total
