"""What a fault run is: something is done to a bot many times over, and what came of it is counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tests.ground import Ground

SHOWN: Final = 5


class Form(StrEnum):
    """How much of it: `SHORT` takes a few seconds and belongs to every day, `WHOLE` is for `./dev faults`."""

    SHORT = "short"
    WHOLE = "whole"


@dataclass
class Tally:
    """What came of a fault: how often something was tried, and what was lost, doubled or wrong.

    `reconciled` counts what was in doubt and came out right, such as a post whose answer was lost and which was found again
    instead of being repeated. Only `lost`, `doubled` and `wrong` are misses.
    """

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    wrong: int = 0
    reconciled: int = 0
    misses: list[str] = field(default_factory=list)
    """A sentence for each of the first few misses."""
    notes: list[str] = field(default_factory=list)
    """What else a reader of the table should know, such as a figure that was measured."""

    @property
    def holds(self) -> bool:
        """Whether something was tried and nothing was missed."""
        return self.tried > 0 and not (self.lost or self.doubled or self.wrong)

    def count(self, expected: int, found: int, what: str) -> None:
        """Compare how many there should be with how many there are: fewer are lost, more are doubled."""
        if found < expected:
            self.lost += expected - found
            self._missed(f"{what}: {found} instead of {expected}")
        elif found > expected:
            self.doubled += found - expected
            self._missed(f"{what}: {found} instead of {expected}")

    def check(self, so: object, what: str) -> None:
        """Count something wrong unless it is so; `what` says what was not."""
        if not so:
            self.wrong += 1
            self._missed(what)

    def add(self, other: "Tally") -> None:
        """Count what another run found, too."""
        self.tried += other.tried
        self.lost += other.lost
        self.doubled += other.doubled
        self.wrong += other.wrong
        self.reconciled += other.reconciled
        self.misses = [*self.misses, *other.misses][:SHOWN]
        self.notes += other.notes

    def _missed(self, what: str) -> None:
        if len(self.misses) < SHOWN:
            self.misses.append(what)


@dataclass(frozen=True)
class Fault:
    """One of the table's rows. `run` does it, on ground of its own, and counts."""

    id: str
    """`F1` and so on."""
    name: str
    """A few words, as the table has them: "killed at every commit"."""
    run: Callable[[Ground, Form], Tally]
    alone: bool = False
    """It measures time, and so has the machine for itself."""
