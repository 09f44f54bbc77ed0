"""Every measure there is, in the table's order."""

from typing import Final

from bench.measure import Measure

MEASURES: Final[tuple[Measure, ...]] = ()
