"""The sentences in which figures are judged: a person reads them at night, and decides."""

from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.criteria import Judged, judge
from bot.rules.guide import ErrorRateMode
from bot.rules.readings import MEASURED, Figure, Finding, Problem
from bot.rules.words import plain
from tests.guides import guide

ROLLBACK = guide().rollback
IN_POINTS = replace(ROLLBACK, error_rate_mode=ErrorRateMode.POINTS)
ERROR_RATE, LATENCY, THROUGHPUT = Problem.ERROR_RATE, Problem.LATENCY, Problem.THROUGHPUT
LOOK = "Please look at the service and say whether it is healthy."
LITERALLY = "(taken literally, without a count of requests)"


def words(judged: Judged) -> str:
    return plain(judged.why, {}, UTC)


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (
            Figure(0.47, 41_200),
            Figure(0.62, 41_200),
            "Error rate 0.62 % against 0.47 % before the deployment: +32 %, the limit is +5 % (more than chance, 41,200 requests).",
        ),
        (
            Figure(0.5, 180_000),
            Figure(0.53, 3_000),
            f"Error rate 0.53 % against 0.5 % before the deployment: +6 %, the limit is +5 %, but chance may explain it (3,000 requests against 180,000). {LOOK}",
        ),
        (
            Figure(0.47),
            Figure(0.49349),
            "Error rate 0.4935 % against 0.47 % before the deployment: +4.998 %, the limit is +5 %.",
        ),
        (
            Figure(0.5),
            Figure(0.48),
            "Error rate 0.48 % against 0.5 % before the deployment: –4 %, the limit is +5 %.",
        ),
        (
            Figure(0.5),
            Figure(0.5),
            "Error rate 0.5 % against 0.5 % before the deployment: ±0 %, the limit is +5 %.",
        ),
        (
            Figure(0),
            Figure(0.1),
            f"Error rate 0.1 % against 0 % before the deployment: from zero, any error is a rise {LITERALLY}.",
        ),
        (Figure(0), Figure(0), "Error rate 0 % against 0 % before the deployment: unchanged."),
        (Figure(0.5), Figure(101), f"The error rate now is above 100 %. {LOOK}"),
        (
            None,
            Figure(nan, 0),
            f"No error rate is known before the deployment. The error rate now is no number that can be compared. The error rate now is measured over no requests. {LOOK}",
        ),
    ],
)
def test_an_error_rate_is_judged_in_a_sentence_with_its_figures(
    before: Figure | None, now: Figure, said: str
) -> None:
    assert words(judge(ERROR_RATE, before, now, 1, ROLLBACK)) == said


@pytest.mark.clause("G-RB-1")
def test_points_are_said_as_points() -> None:
    said = f"Error rate 6 % against 0.5 % before the deployment: +5.5 points, the limit is +5 points {LITERALLY}."
    assert words(judge(ERROR_RATE, Figure(0.5), Figure(6), 1, IN_POINTS)) == said


@pytest.mark.clause("G-RB-3")
@pytest.mark.parametrize(
    ("problem", "before", "now", "said"),
    [
        (LATENCY, 205, 1_312.4, "Latency 1,312 ms against 205 ms before the deployment: +540 %, up to +30 % is allowed."),
        (LATENCY, 200, 260.01, "Latency 260 ms against 200 ms before the deployment: +30.005 %, up to +30 % is allowed."),
        (LATENCY, 1e-9, 5, "Latency 5 ms against 1e-09 ms before the deployment: over +1,000,000 %, up to +30 % is allowed."),
        (THROUGHPUT, 52, 31.2, "Throughput 31.2 requests/s against 52 requests/s before the deployment: –40 %, up to –30 % is allowed."),
        (THROUGHPUT, 0, 5, f"The throughput before the deployment is 0 requests/s, which cannot be compared. {LOOK}"),
    ],
)  # fmt: skip
def test_performance_is_judged_in_a_sentence_with_its_figures(
    problem: Problem, before: float, now: float, said: str
) -> None:
    assert words(judge(problem, Figure(before), Figure(now), 1, ROLLBACK)) == said


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
@given(before=st.floats(0.001, 50), factor=st.floats(0.69, 1.31) | st.floats(1.0499, 1.0501))
def test_the_change_that_is_shown_never_contradicts_the_finding(before: float, factor: float) -> None:
    for problem in MEASURED:
        judged = judge(problem, Figure(before), Figure(before * factor), 1, ROLLBACK)
        shown = words(judged).split(": ")[1].split(" ")[0].replace("–", "-").replace("±", "")
        change = Decimal(shown)
        beyond = {ERROR_RATE: change >= 5, LATENCY: change > 30, THROUGHPUT: change < -30}
        assert (judged.finding is Finding.ALARM) == beyond[problem]
