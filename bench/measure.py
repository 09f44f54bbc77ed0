"""What a measure is: ours and a reference that does the same by hand, in alternating rounds, and a goal for their ratio."""

import statistics
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tests.ground import Ground

ROUNDS: Final = 7
ROUNDS_WHEN_QUICK: Final = 2


class Size(StrEnum):
    """`WHOLE` is what the page shows; `QUICK` only shows that everything still runs."""

    WHOLE = "whole"
    QUICK = "quick"


@dataclass(frozen=True)
class Pair:
    """Both sides of a measure, ready to run. Each returns one round's figure, in the measure's unit.

    Without a `reference`, ours alone is held against the goal.
    """

    ours: Callable[[], float]
    reference: Callable[[], float] | None = None
    rounds: int = ROUNDS
    """How often each side runs, alternating."""


@dataclass(frozen=True)
class Goal:
    """At most, or at least, so much: of the ratio, or of the figure itself where there is no reference."""

    limit: float
    at_least: bool = False

    def is_met(self, figure: float) -> bool:
        """Whether a figure is within it."""
        return figure >= self.limit if self.at_least else figure <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


@dataclass(frozen=True)
class Measure:
    """One row of the table."""

    id: str
    """For the command line, such as `approve-sqlite`."""
    what: str
    against: str
    """What the reference does; empty where there is none."""
    unit: str
    """Of the figures: `ms CPU`, `ms`, `MB`, `rows/s`."""
    goal: Goal
    prepare: Callable[[Ground, Size], AbstractContextManager[Pair]]


@dataclass(frozen=True)
class Found:
    """What a measure found: medians over its rounds, and each round's figures."""

    measure: Measure
    ours: float
    reference: float | None
    rounds: list[tuple[float, float | None]]

    @property
    def ratio(self) -> float | None:
        """Ours divided by the reference."""
        return None if self.reference is None else self.ours / self.reference

    @property
    def held(self) -> float:
        """What is held against the goal: the ratio, or ours where there is no reference."""
        return self.ours if self.ratio is None else self.ratio

    @property
    def met(self) -> bool:
        """Whether the goal is met."""
        return self.measure.goal.is_met(self.held)


def figure(number: float) -> str:
    """Three digits, or all of those before the point."""
    said = f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
    return said.replace("-", "\N{MINUS SIGN}")


def take(measure: Measure, ground: Ground, size: Size) -> Found:
    """Run both sides in turn, the order swapped each round, so that what the machine does meanwhile hits both."""
    with measure.prepare(ground, size) as pair:
        count = pair.rounds if size is Size.WHOLE else min(pair.rounds, ROUNDS_WHEN_QUICK)
        rounds = [_round(pair, swapped=bool(number % 2)) for number in range(count)]
    ours = statistics.median(ours for ours, _ in rounds)
    references = [reference for _, reference in rounds if reference is not None]
    return Found(measure, ours, statistics.median(references) if references else None, rounds)


def _round(pair: Pair, *, swapped: bool) -> tuple[float, float | None]:
    if pair.reference is None:
        return pair.ours(), None
    if swapped:
        reference = pair.reference()
        return pair.ours(), reference
    return pair.ours(), pair.reference()
