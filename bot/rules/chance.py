"""Whether one count of errors is above another by more than chance explains, and how a watch shares its risk (G-RB-1)."""

from dataclasses import dataclass
from math import exp, lgamma


@dataclass(frozen=True, slots=True)
class Count:
    """How many of `requests` (at least 1) were errors (0 to `requests`)."""

    errors: int
    requests: int


def chance_of_rise(before: Count, now: Count) -> float:
    """How probable as many errors now, or more, are if nothing changed: 0 to 1, one-sided.

    This is Fisher's exact test. Given all errors of both counts together, and given that each request errs with the
    same probability before and now, how many of the errors fall into `now` is hypergeometric, whatever that
    probability is. So small counts need no approximation and a baseline of zero is a count like any other.
    """
    if now.errors * before.requests > before.errors * now.requests:
        return _tail(now.errors, of=now, others=before)
    # At or below the expected number the other tail is the short one.
    return 1 - _tail(before.errors + 1, of=before, others=now)


def _tail(least: int, of: Count, others: Count) -> float:
    """The probability that `least` or more of both counts' errors are in `of`; `least` lies above the expected number."""
    errors = of.errors + others.errors
    if least > min(errors, of.requests):
        return 0.0
    term = exp(
        _log_choose(of.requests, least)
        + _log_choose(others.requests, errors - least)
        - _log_choose(of.requests + others.requests, errors)
    )
    total, inside = 0.0, least
    # Above the expected number each term is smaller than the one before; the last ones change nothing any more.
    while term > total * 1e-16:
        total += term
        kept_out = others.requests - errors + inside + 1
        term *= (of.requests - inside) * (errors - inside) / ((inside + 1) * kept_out)
        inside += 1
    return min(total, 1.0)


def _log_choose(size: int, chosen: int) -> float:
    return lgamma(size + 1) - lgamma(chosen + 1) - lgamma(size - chosen + 1)


def risk_of_reading(reading: int, confidence: float) -> float:
    """The share of a watch's risk of chance, `1 - confidence`, that its `reading` may take; the first reading is 1.

    The shares 1/2, 1/6, 1/12, … 1/(k(k+1)) add up to 1 however many readings follow. So all readings of a watch together
    raise a false alarm with at most the watch's risk, even where they overlap or share their baseline.
    """
    return (1 - confidence) / (reading * (reading + 1))
