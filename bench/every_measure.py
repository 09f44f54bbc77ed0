"""Every measure there is, in the table's order."""

from typing import Final

from bench.clicks import CLICK_MEASURES
from bench.measure import Measure
from bench.timers import TIMERS
from bench.transactions import TRANSACTIONS

MEASURES: Final[tuple[Measure, ...]] = (*CLICK_MEASURES, *TRANSACTIONS, *TIMERS)
