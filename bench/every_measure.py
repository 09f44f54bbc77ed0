"""Every measure there is, in the table's order."""

from typing import Final

from bench.clicks import CLICK_MEASURES
from bench.measure import Measure
from bench.timers import TIMERS

MEASURES: Final[tuple[Measure, ...]] = (*CLICK_MEASURES, *TIMERS)
