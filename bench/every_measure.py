"""Every measure there is, in the table's order."""

from typing import Final

from bench.backlogs import BACKLOGS
from bench.clicks import CLICK_MEASURES
from bench.lists import LISTS
from bench.logs import LOGS
from bench.measure import Measure
from bench.startup import STARTS
from bench.timers import TICK_MEASURES
from bench.transactions import TRANSACTIONS

MEASURES: Final[tuple[Measure, ...]] = (
    *CLICK_MEASURES,
    *TRANSACTIONS,
    *TICK_MEASURES,
    *BACKLOGS,
    *LISTS,
    *LOGS,
    *STARTS,
)
