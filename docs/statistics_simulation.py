# ruff: noqa: INP001 - a script beside the page that shows what it prints, not a package
"""How often a quiet watch raises a false alarm, and how soon a real rise is found (G-RB-1).

`python -m docs.statistics_simulation`, from the repository's root, prints the tables of docs/statistics.md, the same ones
each time. Every reading is judged by `bot.rules.criteria.judge` and the default guide, as in production.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from random import Random
from statistics import mean
from typing import Final

import bot.rules
from bot.rules.criteria import judge
from bot.rules.guide import GUIDE_FILE
from bot.rules.guide_reading import parse_guide
from bot.rules.readings import Figure, Finding, Problem

USUAL: Final = 0.005
"""The probability that a request errs, before the deployment and in a quiet watch."""
REQUESTS: Final = 50 * 60
"""In a minute, at 50 a second."""
BASELINE: Final = 60
"""Minutes."""
WATCH: Final = 30
"""Minutes."""
SEED: Final = 20261130

GUIDE: Final = parse_guide(
    resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8"), source=GUIDE_FILE
)
SHARED: Final = GUIDE.rollback
"""The guide's 5 % for the whole watch."""
ALONE: Final = replace(SHARED, error_rate_confidence=1 - 2 * (1 - SHARED.error_rate_confidence))
"""So that a watch's first reading, which may take half of the risk, takes the guide's 5 %."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The errors of some minutes of a watch; `number` counts the watch's readings from 1, `at` the minutes to its end."""

    number: int
    at: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class Habit:
    """How somebody reads: at every `every`-th minute, over the last `over` minutes."""

    name: str
    every: int
    over: int

    def read(self, minutes: Sequence[int]) -> Iterator[Reading]:
        """Read a watch, given the errors of each of its minutes."""
        for number, at in enumerate(range(self.every, len(minutes) + 1, self.every), start=1):
            yield Reading(number, at, figure(minutes[max(0, at - self.over) : at]))


HABITS: Final = (
    Habit("every minute, the last minute", every=1, over=1),
    Habit("every 5 minutes, the last 5", every=5, over=5),
    Habit("every minute, all since the deployment", every=1, over=WATCH),
)

Alarmed = Callable[[Figure, Reading], bool]


def literally(before: Figure, reading: Reading) -> bool:
    """Take each figure as it is: without its count, chance is not weighed."""
    found = judge(Problem.ERROR_RATE, before, Figure(reading.figure.value), reading.number, SHARED)
    return found.finding is Finding.ALARM


def each_alone(before: Figure, reading: Reading) -> bool:
    """Give every reading 5 % of chance, as if it were the only one."""
    return judge(Problem.ERROR_RATE, before, reading.figure, 1, ALONE).finding is Finding.ALARM


def shared(before: Figure, reading: Reading) -> bool:
    """Share 5 % among the readings, as Countersign does."""
    found = judge(Problem.ERROR_RATE, before, reading.figure, reading.number, SHARED)
    return found.finding is Finding.ALARM


WAYS: Final[tuple[Alarmed, ...]] = (literally, each_alone, shared)


@dataclass(frozen=True, slots=True)
class Rise:
    """A deployment that multiplies the error rate by `times`, from minute `begins` of the watch on."""

    name: str
    times: float
    begins: int = 0


RISES: Final = (
    Rise("+100 %, from the start", 2),
    Rise("+100 %, after 15 minutes", 2, begins=15),
    Rise("+50 %, from the start", 1.5),
    Rise("+20 %, from the start", 1.2),
)
SOON: Final = (1, 5, 15)
"""Minutes after a rise began."""


def figure(minutes: Sequence[int]) -> Figure:
    """Put together the errors of some minutes."""
    requests = REQUESTS * len(minutes)
    return Figure(100 * sum(minutes) / requests, requests)


def errors(random: Random, probability: float) -> int:
    """How many of a minute's requests err, each on its own: from error to error the distance is geometric."""
    found, request = 0, 0
    while True:
        request += 1 + int(math.log(1 - random.random()) / math.log1p(-probability))
        if request > REQUESTS:
            return found
        found += 1


def watch(random: Random, rise: Rise) -> tuple[Figure, list[int]]:
    """A baseline, and the errors of each minute of the watch after it."""
    before = figure([errors(random, USUAL) for _ in range(BASELINE)])
    return before, [errors(random, USUAL * (rise.times if at >= rise.begins else 1)) for at in range(WATCH)]


def false_alarms(watches: int) -> dict[tuple[str, ...], list[float]]:
    """For each habit: the share of so many watches, where nothing changed, in which each of `WAYS` raises an alarm."""
    random = Random(SEED)  # noqa: S311 - the same watches each time are the point
    quiet = [watch(random, Rise("none", 1)) for _ in range(watches)]
    return {
        (habit.name,): [mean(_false_alarm(habit, way, *each) for each in quiet) for way in WAYS]
        for habit in HABITS
    }


def _false_alarm(habit: Habit, alarmed: Alarmed, before: Figure, minutes: Sequence[int]) -> bool:
    return any(alarmed(before, reading) for reading in habit.read(minutes))


def found_rises(watches: int) -> dict[tuple[str, ...], list[float]]:
    """For each rise and habit: the share of so many watches in which Countersign's alarm comes `SOON` after the rise."""
    random = Random(SEED)  # noqa: S311 - as above
    found: dict[tuple[str, ...], list[float]] = {}
    for rise in RISES:
        risen = [watch(random, rise) for _ in range(watches)]
        for habit in HABITS:
            waits = [_wait(habit, rise, *each) for each in risen]
            found[rise.name, habit.name] = [mean(wait <= soon for wait in waits) for soon in (*SOON, WATCH)]
    return found


def _wait(habit: Habit, rise: Rise, before: Figure, minutes: Sequence[int]) -> float:
    """Minutes from the rise to the first alarm after it, infinite where the watch ends without one."""
    after = (reading for reading in habit.read(minutes) if reading.at > rise.begins)
    return next((reading.at - rise.begins for reading in after if shared(before, reading)), math.inf)


def table(head: Sequence[str], rows: Mapping[tuple[str, ...], Sequence[float]]) -> str:
    """In Markdown, shares as percent: "86.4 %"."""
    lines = [
        head,
        ["---"] * len(head),
        *([*names, *(f"{100 * share:.1f} %" for share in shares)] for names, shares in rows.items()),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(quiet: int = 4_000, risen: int = 1_000) -> tuple[str, str]:
    """Both tables, of so many watches."""
    soon = [f"in {minutes} min" for minutes in SOON]
    return (
        table(["A quiet watch, read", "literally", "each reading 5 %", "5 % shared"], false_alarms(quiet)),
        table(["Rise", "Read", *soon, "in the watch"], found_rises(risen)),
    )


if __name__ == "__main__":
    print("\n\n".join(tables()))  # noqa: T201 - printing is what the script is for
