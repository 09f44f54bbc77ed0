"""What a report about a deployment amounts to: the arithmetic of the rollback criteria (G-RB-1 to G-RB-4).

`docs/statistics.md` explains the part that chance has in it.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from bot.rules.chance import Count, chance_of_rise, risk_of_reading
from bot.rules.guide import ErrorRateMode, Rollback
from bot.rules.readings import MEASURED, Figure, Finding, Problem
from bot.rules.words import Sentence, say

HIGHEST: Final = {Problem.ERROR_RATE: 100.0, Problem.LATENCY: 1e15, Problem.THROUGHPUT: 1e15}
"""Above this a figure cannot be true."""
MOST_REQUESTS: Final = 10**11
"""More cannot be true; up to here the logarithms in the test of counts keep enough digits."""
MOST_SHOWN: Final = 1_000_000
"""A change of more than this many percent is not written out."""
WHOLE_FROM: Final = 1_000
"""From here on a figure is shown without decimals."""

UNITS: Final = {Problem.ERROR_RATE: " %", Problem.LATENCY: " ms", Problem.THROUGHPUT: " requests/s"}
LOOK: Final = "Please look at the service and say whether it is healthy."


@dataclass(frozen=True, slots=True)
class Judged:
    """What a report amounts to, and why: the figures and the limit, in words for a person."""

    finding: Finding
    why: Sentence


def judge(
    problem: Problem, before: Figure | None, now: Figure | None, reading: int, rollback: Rollback
) -> Judged:
    """Compare a reading with the baseline; `reading` is which reading of this watch it is, 1 for the first.

    What cannot be compared is UNKNOWN, never WITHIN. ValueError where `problem` is not a measured one or `reading` is
    below 1.
    """
    if problem not in MEASURED:
        raise ValueError(f"{problem} is not measured")
    if reading < 1:
        raise ValueError(f"readings are counted from 1, not {reading}")
    doubts = [*doubts_about(problem, before, "before the deployment"), *doubts_about(problem, now, "now")]
    if before is None or now is None or doubts:
        return Judged(Finding.UNKNOWN, say(" ".join([*doubts, LOOK])))
    if problem is Problem.ERROR_RATE:
        return _judge_error_rate(before, now, reading, rollback)
    return _judge_performance(problem, before, now, rollback)


def judge_report(
    problem: Problem,
    earlier_reporters: int,
    already_reported: bool,  # noqa: FBT001 - a fact about the report, not a mode of the function
    rollback: Rollback,
) -> Judged:
    """Say what a report without a figure amounts to.

    `earlier_reporters` is how many different people reported a major issue on this deployment before, and
    `already_reported` whether this one is among them: the same person again adds nothing. ValueError where `problem` is a
    measured one, or the two contradict each other.
    """
    if problem in MEASURED:
        raise ValueError(f"{problem} is measured")
    if earlier_reporters < int(already_reported):
        raise ValueError(
            f"{earlier_reporters} earlier reporters, and this one among them: {already_reported}"
        )
    if problem is not Problem.MAJOR_ISSUE:
        return Judged(Finding.ALARM, say(f"{problem.label[0].upper()}{problem.label[1:]}."))
    reporters, enough = earlier_reporters + (not already_reported), rollback.widespread_reports
    people = "1 person reports" if reporters == 1 else f"{reporters} people report"
    why = f"{people} customers’ major issues, the limit is {enough}."
    if reporters >= enough:
        return Judged(Finding.ALARM, say(why))
    again = " Who reports this did so before, which adds nothing." if already_reported else ""
    return Judged(Finding.NOTED, say(why + again))


def doubts_about(problem: Problem, figure: Figure | None, when: str) -> list[str]:
    """Why a figure cannot be compared, as sentences; nothing where it can."""
    if figure is None:
        return [f"No {problem.label} is known {when}."]
    doubts = [_doubt_of_value(problem, figure.value, when), _doubt_of_requests(problem, figure)]
    return [f"The {problem.label} {when} {doubt}." for doubt in doubts if doubt]


def _doubt_of_value(problem: Problem, value: float, when: str) -> str | None:
    if value < 0:
        return "is below zero"
    if problem is Problem.ERROR_RATE and value > HIGHEST[problem]:
        return "is above 100 %"
    if not value <= HIGHEST[problem]:  # so asked, a value that is no number is found as well
        return "is no number that can be compared"
    if value == 0 and (problem is Problem.LATENCY or (problem is Problem.THROUGHPUT and when != "now")):
        return f"is 0{UNITS[problem]}, which cannot be compared"
    return None


def _doubt_of_requests(problem: Problem, figure: Figure) -> str | None:
    if figure.requests is None:
        return None
    if figure.requests > MOST_REQUESTS:
        return "is measured over more requests than there can be"
    # No requests at all are no measurement – except of the throughput: there they are its gravest loss.
    standstill = problem is Problem.THROUGHPUT and figure.requests == figure.value == 0
    return None if figure.requests > 0 or standstill else "is measured over no requests"


def _judge_error_rate(before: Figure, now: Figure, reading: int, rollback: Rollback) -> Judged:
    old, new, limit = _exactly(before.value), _exactly(now.value), _exactly(rollback.error_rate_rise)
    in_points = rollback.error_rate_mode is ErrorRateMode.POINTS
    compared = _compared(Problem.ERROR_RATE, before, now)
    if old == 0 and not in_points:
        risen = new > 0
        against = "from zero, any error is a rise" if risen else "unchanged"
    else:
        rise, unit = (new - old, " points") if in_points else (100 * (new - old) / old, " %")
        risen = rise >= limit
        against = f"{_change(rise, limit)}{unit}, the limit is {_change(limit, limit)}{unit}"
    if not risen:
        return Judged(Finding.WITHIN, say(f"{compared}: {against}."))
    if before.requests is None or now.requests is None:
        return Judged(
            Finding.ALARM, say(f"{compared}: {against} (taken literally, without a count of requests).")
        )
    counts = _count(old, before.requests), _count(new, now.requests)
    requests = _requests(before.requests, now.requests)
    if chance_of_rise(*counts) <= risk_of_reading(reading, rollback.error_rate_confidence):
        return Judged(Finding.ALARM, say(f"{compared}: {against} (more than chance, {requests})."))
    return Judged(
        Finding.POSSIBLE, say(f"{compared}: {against}, but chance may explain it ({requests}). {LOOK}")
    )


def _judge_performance(problem: Problem, before: Figure, now: Figure, rollback: Rollback) -> Judged:
    worse = -1 if problem is Problem.THROUGHPUT else 1
    old, limit = _exactly(before.value), worse * _exactly(rollback.performance_loss)
    change = 100 * (_exactly(now.value) - old) / old
    finding = Finding.ALARM if worse * change > worse * limit else Finding.WITHIN
    compared = _compared(problem, before, now)
    return Judged(
        finding, say(f"{compared}: {_change(change, limit)} %, up to {_change(limit, limit)} % is allowed.")
    )


def _exactly(value: float) -> Fraction:
    """The decimal number that was typed or sent, not the binary one beside it: 0.47 to 0.4935 is exactly +5 %."""
    return Fraction(repr(value))


def _count(percent: Fraction, requests: int) -> Count:
    return Count(errors=round(percent * requests / 100), requests=requests)


def _compared(problem: Problem, before: Figure, now: Figure) -> str:
    unit = UNITS[problem]
    new, old = _amount(now.value), _amount(before.value)
    return f"{problem.label.capitalize()} {new}{unit} against {old}{unit} before the deployment"


def _amount(value: float) -> str:
    """Four digits, or all before the point: "0.4935", "41,200"."""
    return f"{value:,.0f}" if value >= WHOLE_FROM else f"{abs(value):.4g}"


def shown_figure(problem: Problem, value: float) -> str:
    """A figure with its unit, as the sentences here say it: "0.4935 %", "41,200 requests/s"."""
    return f"{_amount(value)}{UNITS[problem]}"


def _change(change: Fraction, limit: Fraction) -> str:
    """With its sign, and with as many digits as it takes to stand on the same side of `limit` as the change itself."""
    if abs(change) > MOST_SHOWN:
        return f"over {'+' if change > 0 else '–'}{MOST_SHOWN:,}"
    digits = 0 if abs(change) >= 10 else 1  # noqa: PLR2004 - "+32", but "+2.1"
    while _side(shown := round(change, digits), limit) != _side(change, limit):
        digits += 1
    text = f"{Decimal(shown.numerator) / Decimal(shown.denominator):+,f}"
    return text.replace("-", "–") if shown else "±0"


def _side(change: Fraction, limit: Fraction) -> int:
    return (change > limit) - (change < limit)


def _requests(before: int, now: int) -> str:
    return f"{now:,} requests" if now == before else f"{now:,} requests against {before:,}"
