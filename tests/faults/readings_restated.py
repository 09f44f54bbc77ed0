"""What a reading of production may count as, worked out anew from the guide (G-RB-1, G-RB-3): nothing of the bot's arithmetic."""

import math
from decimal import Decimal
from typing import Final

from bot.rules.readings import Figure, Finding, Problem

FIVE_PERCENT: Final = Decimal("1.05")
UP: Final = Decimal("1.3")
DOWN: Final = Decimal("0.7")
SURE: Final = 8.0
"""So many standard deviations are chance in no watch."""
MOST: Final = 1e15
MOST_REQUESTS: Final = 10**11


def what_it_may_be(problem: Problem, before: Figure | None, now: Figure | None) -> set[Finding]:
    """All findings that the guide leaves open for this reading; WITHIN is only there where production is really as before."""
    if _is_no_reading(problem, before, is_now=False) or _is_no_reading(problem, now, is_now=True):
        return {Finding.UNKNOWN}
    if before is None or now is None:
        return {Finding.UNKNOWN}
    old, new = Decimal(repr(before.value)), Decimal(repr(now.value))
    if problem is Problem.LATENCY:
        return {Finding.ALARM if new > old * UP else Finding.WITHIN}
    if problem is Problem.THROUGHPUT:
        return {Finding.ALARM if new < old * DOWN else Finding.WITHIN}
    if not (new > 0 if old == 0 else new >= old * FIVE_PERCENT):
        return {Finding.WITHIN}
    if before.requests is None or now.requests is None:
        return {Finding.ALARM}
    return {Finding.ALARM} if _is_certain(before, now) else {Finding.ALARM, Finding.POSSIBLE}


def _is_no_reading(problem: Problem, figure: Figure | None, *, is_now: bool) -> bool:
    if figure is None or not math.isfinite(figure.value) or figure.value < 0:
        return True
    if figure.value > (100 if problem is Problem.ERROR_RATE else MOST):
        return True
    if figure.value == 0 and (problem is Problem.LATENCY or (problem is Problem.THROUGHPUT and not is_now)):
        return True
    if figure.requests is None:
        return False
    if figure.requests == 0:  # a service that answers nothing at all has no throughput: that is a reading
        return not (problem is Problem.THROUGHPUT and figure.value == 0)
    return not 0 < figure.requests <= MOST_REQUESTS


def _is_certain(before: Figure, now: Figure) -> bool:
    """Whether nobody could take this rise for chance: many standard deviations of a difference between two counts."""
    requests = (before.requests or 0, now.requests or 0)
    errors = [figure.value / 100 * count for figure, count in zip((before, now), requests, strict=True)]
    share = sum(errors) / sum(requests)
    spread = math.sqrt(share * (1 - share) * sum(1 / count for count in requests))
    rise = (now.value - before.value) / 100
    enough = min(requests) * share > 50 and share < 0.99
    return enough and spread > 0 and rise / spread > SURE
