"""The rollback criteria, at and around each of their bounds."""

from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.criteria import Judged, judge, judge_report
from bot.rules.guide import ErrorRateMode
from bot.rules.readings import MEASURED, Figure, Finding, Problem
from bot.rules.words import plain
from tests.guides import guide

ROLLBACK = guide().rollback
IN_POINTS = replace(ROLLBACK, error_rate_mode=ErrorRateMode.POINTS)
ERROR_RATE, LATENCY, THROUGHPUT = Problem.ERROR_RATE, Problem.LATENCY, Problem.THROUGHPUT
MAJOR_ISSUE = Problem.MAJOR_ISSUE
ALARM, POSSIBLE, WITHIN, UNKNOWN = Finding.ALARM, Finding.POSSIBLE, Finding.WITHIN, Finding.UNKNOWN
LOOK = "Please look at the service and say whether it is healthy."
DECIMALS = st.decimals(Decimal("0.01"), 90, places=2)


def words(judged: Judged) -> str:
    return plain(judged.why, {}, UTC)


def compare(problem: Problem, before: float, now: float) -> Finding:
    return judge(problem, Figure(before), Figure(now), 1, ROLLBACK).finding


# G-RB-1, by the figures alone.


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("before", "now", "finding"),
    [
        pytest.param(0.47, 0.4935, ALARM, id="exactly 5 %"),
        pytest.param(0.47, 0.49349, WITHIN, id="a little less"),
        pytest.param(0.47, 0.49351, ALARM, id="a little more"),
        pytest.param(0.1, 0.105, ALARM, id="exactly 5 %, though not in binary"),
        pytest.param(1.1, 1.155, ALARM, id="exactly 5 %, as above"),
        pytest.param(20, 21, ALARM, id="exactly 5 %, in whole numbers"),
        pytest.param(0.5, 0.5, WITHIN, id="unchanged"),
        pytest.param(0.5, 0.1, WITHIN, id="better"),
        pytest.param(0.5, 0, WITHIN, id="no errors any more"),
        pytest.param(0, 0, WITHIN, id="no errors before and now"),
        pytest.param(0, 1e-9, ALARM, id="from zero, any error"),
        pytest.param(0.0, 0.01, ALARM, id="from zero"),
        pytest.param(-0.0, -0.0, WITHIN, id="a zero with a sign"),
        pytest.param(99, 100, WITHIN, id="all requests, after nearly all"),
    ],
)
def test_an_error_rate_may_rise_by_less_than_5_percent_of_its_baseline(
    before: float, now: float, finding: Finding
) -> None:
    assert compare(ERROR_RATE, before, now) is finding


@pytest.mark.clause("G-RB-1")
@given(before=DECIMALS)
def test_exactly_5_percent_of_any_decimal_counts_and_a_trifle_less_does_not(before: Decimal) -> None:
    limit = before * Decimal("1.05")
    assert compare(ERROR_RATE, float(before), float(limit)) is ALARM
    assert compare(ERROR_RATE, float(before), float(limit - Decimal("0.000001"))) is WITHIN


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("before", "now", "finding"),
    [
        pytest.param(0.5, 5.5, ALARM, id="exactly 5 points"),
        pytest.param(0.3, 5.3, ALARM, id="exactly 5 points, though not in binary"),
        pytest.param(0.5, 5.49, WITHIN, id="less"),
        pytest.param(0, 4.99, WITHIN, id="less, from zero"),
        pytest.param(0, 5, ALARM, id="exactly 5 points, from zero"),
    ],
)
def test_a_company_may_read_the_rise_in_percentage_points(
    before: float, now: float, finding: Finding
) -> None:
    assert judge(ERROR_RATE, Figure(before), Figure(now), 1, IN_POINTS).finding is finding


@pytest.mark.clause("G-RB-1")
def test_the_limit_is_the_guides() -> None:
    at_ten = replace(ROLLBACK, error_rate_rise=10)
    assert judge(ERROR_RATE, Figure(0.5), Figure(0.549), 1, at_ten).finding is WITHIN
    assert judge(ERROR_RATE, Figure(0.5), Figure(0.55), 1, at_ten).finding is ALARM


# G-RB-1, where both figures carry their counts.


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("before", "now", "reading", "finding"),
    [
        pytest.param(Figure(0.5, 24_000), Figure(0.9, 24_000), 1, ALARM, id="80 % more"),
        pytest.param(
            Figure(0.5, 24_000), Figure(0.9, 24_000), 30, ALARM, id="80 % more, in the last reading"
        ),
        pytest.param(Figure(0.47, 41_200), Figure(0.62, 41_200), 1, ALARM, id="a third more"),
        pytest.param(Figure(0.47, 41_200), Figure(0.62, 41_200), 4, ALARM, id="the last with risk enough"),
        pytest.param(Figure(0.47, 41_200), Figure(0.62, 41_200), 5, POSSIBLE, id="the first with too little"),
        pytest.param(Figure(0.5, 24_000), Figure(0.55, 24_000), 1, POSSIBLE, id="10 % more, in few requests"),
        pytest.param(Figure(0.5, 24_000_000), Figure(0.55, 24_000_000), 1, ALARM, id="10 % more, in many"),
        pytest.param(Figure(5, 10**9), Figure(5.2, 10**9), 1, WITHIN, id="4 % more, and surely so"),
        pytest.param(Figure(0.5, 180_000), Figure(0.8, 3_000), 1, ALARM, id="24 errors where 15 are usual"),
        pytest.param(
            Figure(0.5, 180_000), Figure(0.7, 3_000), 1, POSSIBLE, id="21 errors where 15 are usual"
        ),
        pytest.param(Figure(0, 24_000), Figure(0.01, 10_000), 1, POSSIBLE, id="one error, after none"),
        pytest.param(Figure(0, 24_000), Figure(0.05, 10_000), 1, ALARM, id="five errors, after none"),
        pytest.param(Figure(0, 24_000), Figure(0.0499, 10_000), 3, ALARM, id="4.99 errors are five"),
        pytest.param(Figure(0, 24_000), Figure(0, 24_000), 1, WITHIN, id="none, after none"),
        pytest.param(Figure(0.3, 100), Figure(0.4, 100), 1, POSSIBLE, id="less than one error"),
        pytest.param(Figure(1, 1), Figure(100, 1), 1, POSSIBLE, id="a single request"),
        pytest.param(Figure(0.5), Figure(0.55, 24_000), 1, ALARM, id="a baseline without its count"),
        pytest.param(Figure(0.5, 24_000), Figure(0.55), 1, ALARM, id="a reading without its count"),
    ],
)
def test_a_rise_that_counts_do_not_tell_from_chance_is_possible(
    before: Figure, now: Figure, reading: int, finding: Finding
) -> None:
    assert judge(ERROR_RATE, before, now, reading, ROLLBACK).finding is finding


@pytest.mark.clause("G-RB-1")
def test_how_sure_an_alarm_is_is_the_guides() -> None:
    before, now = Figure(0.47, 41_200), Figure(0.62, 41_200)
    surer = replace(ROLLBACK, error_rate_confidence=0.999)
    assert judge(ERROR_RATE, before, now, 1, surer).finding is POSSIBLE


@pytest.mark.clause("G-RB-1")
def test_points_are_weighed_against_chance_as_well() -> None:
    assert judge(ERROR_RATE, Figure(1, 100), Figure(6, 100), 1, IN_POINTS).finding is POSSIBLE
    assert judge(ERROR_RATE, Figure(1, 1000), Figure(6, 1000), 1, IN_POINTS).finding is ALARM


# G-RB-3.


@pytest.mark.clause("G-RB-3")
@pytest.mark.parametrize(
    ("problem", "before", "now", "finding"),
    [
        pytest.param(LATENCY, 200, 260, WITHIN, id="exactly 30 % slower"),
        pytest.param(LATENCY, 200, 260.001, ALARM, id="more"),
        pytest.param(LATENCY, 0.1, 0.13, WITHIN, id="exactly 30 % slower, though not in binary"),
        pytest.param(LATENCY, 0.7, 0.91, WITHIN, id="exactly 30 % slower, as above"),
        pytest.param(LATENCY, 200, 100, WITHIN, id="faster"),
        pytest.param(LATENCY, 200, 1, WITHIN, id="much faster"),
        pytest.param(THROUGHPUT, 100, 70, WITHIN, id="exactly 30 % fewer"),
        pytest.param(THROUGHPUT, 100, 69.999, ALARM, id="fewer"),
        pytest.param(THROUGHPUT, 1.1, 0.77, WITHIN, id="exactly 30 % fewer, though not in binary"),
        pytest.param(THROUGHPUT, 100, 0, ALARM, id="none any more"),
        pytest.param(THROUGHPUT, 100, 1000, WITHIN, id="many more"),
    ],
)
def test_latency_and_throughput_may_worsen_by_30_percent_and_no_more(
    problem: Problem, before: float, now: float, finding: Finding
) -> None:
    assert compare(problem, before, now) is finding


@pytest.mark.clause("G-RB-3")
@given(before=DECIMALS)
def test_exactly_30_percent_of_any_decimal_is_allowed_and_a_trifle_more_is_not(before: Decimal) -> None:
    trifle = Decimal("0.000001")
    slow, few = before * Decimal("1.3"), before * Decimal("0.7")
    assert compare(LATENCY, float(before), float(slow)) is WITHIN
    assert compare(LATENCY, float(before), float(slow + trifle)) is ALARM
    assert compare(THROUGHPUT, float(before), float(few)) is WITHIN
    assert compare(THROUGHPUT, float(before), float(few - trifle)) is ALARM


@pytest.mark.clause("G-RB-3")
def test_a_standstill_is_an_alarm_though_no_requests_were_measured() -> None:
    assert judge(THROUGHPUT, Figure(100, 6000), Figure(0, 0), 1, ROLLBACK).finding is ALARM


@pytest.mark.clause("G-RB-3")
def test_the_loss_that_is_allowed_is_the_guides() -> None:
    at_ten = replace(ROLLBACK, performance_loss=10)
    assert judge(LATENCY, Figure(200), Figure(221), 1, at_ten).finding is ALARM


# What cannot be compared.

UNUSABLE = [nan, inf, -inf, -0.01, 1e16, 10**400]


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
@pytest.mark.parametrize("problem", sorted(MEASURED))
@pytest.mark.parametrize(
    "unusable",
    [None, *(Figure(value) for value in UNUSABLE), Figure(1, 0), Figure(1, -5), Figure(1, 10**5000)],
)
def test_what_cannot_be_compared_is_unknown_and_asks_a_person(
    problem: Problem, unusable: Figure | None
) -> None:
    usable = Figure(1, 1000)
    for before, now in ((unusable, usable), (usable, unusable), (unusable, unusable)):
        judged = judge(problem, before, now, 1, ROLLBACK)
        assert judged.finding is UNKNOWN
        assert words(judged).endswith(f". {LOOK}")


@pytest.mark.clause("G-RB-1")
def test_more_errors_than_requests_are_unknown() -> None:
    assert compare(ERROR_RATE, 0.5, 100.01) is UNKNOWN
    assert compare(ERROR_RATE, 100.01, 0.5) is UNKNOWN


@pytest.mark.clause("G-RB-1")
def test_no_requests_are_unknown_though_none_of_them_failed() -> None:
    assert judge(ERROR_RATE, Figure(0.5, 24_000), Figure(0, 0), 1, ROLLBACK).finding is UNKNOWN
    assert judge(ERROR_RATE, Figure(0, 0), Figure(0, 24_000), 1, ROLLBACK).finding is UNKNOWN


@pytest.mark.clause("G-RB-3")
@pytest.mark.parametrize(
    ("problem", "before", "now"),
    [(LATENCY, 0, 200), (LATENCY, 200, 0), (LATENCY, 0, 0), (THROUGHPUT, 0, 100), (THROUGHPUT, 0, 0)],
)
def test_a_zero_that_nothing_compares_with_is_unknown(problem: Problem, before: float, now: float) -> None:
    assert compare(problem, before, now) is UNKNOWN


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
@given(
    problem=st.sampled_from(sorted(MEASURED)),
    before=st.none() | st.builds(Figure, st.floats(), st.none() | st.integers()),
    now=st.none() | st.builds(Figure, st.floats(), st.none() | st.integers()),
    reading=st.integers(1, 10**9),
)
def test_any_figures_are_judged_in_a_sentence_that_fits_a_message(
    problem: Problem, before: Figure | None, now: Figure | None, reading: int
) -> None:
    assert 0 < len(words(judge(problem, before, now, reading, ROLLBACK))) < 400


# G-RB-2 and G-RB-4.


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        pytest.param(
            Problem.CRITICAL_FAILURE,
            "Critical functionality fails.",
            marks=pytest.mark.clause("G-RB-2"),
        ),
        pytest.param(
            Problem.WIDESPREAD_ISSUES,
            "Customers report major issues widely.",
            marks=pytest.mark.clause("G-RB-4"),
        ),
    ],
)
def test_a_persons_word_is_enough(problem: Problem, said: str) -> None:
    judged = judge_report(problem, 0, already_reported=False, rollback=ROLLBACK)
    assert (judged.finding, words(judged)) == (ALARM, said)


@pytest.mark.clause("G-RB-4")
@pytest.mark.parametrize(
    ("earlier", "again", "finding", "said"),
    [
        (0, False, Finding.NOTED, "1 person reports customers’ major issues, the limit is 3."),
        (1, False, Finding.NOTED, "2 people report customers’ major issues, the limit is 3."),
        (
            2,
            True,
            Finding.NOTED,
            "2 people report customers’ major issues, the limit is 3. Who reports this did so before, which adds nothing.",
        ),
        (2, False, ALARM, "3 people report customers’ major issues, the limit is 3."),
        (3, True, ALARM, "3 people report customers’ major issues, the limit is 3."),
        (3, False, ALARM, "4 people report customers’ major issues, the limit is 3."),
    ],
)
def test_the_third_person_who_reports_a_major_issue_makes_it_widespread(
    earlier: int, again: int, finding: Finding, said: str
) -> None:
    judged = judge_report(MAJOR_ISSUE, earlier, bool(again), ROLLBACK)
    assert (judged.finding, words(judged)) == (finding, said)


@pytest.mark.clause("G-RB-4")
def test_how_many_reports_are_widespread_is_the_guides() -> None:
    at_one = replace(ROLLBACK, widespread_reports=1)
    assert judge_report(MAJOR_ISSUE, 0, already_reported=False, rollback=at_one).finding is ALARM


# What no caller may ask.


@pytest.mark.parametrize("problem", sorted(set(Problem) - MEASURED))
def test_only_what_is_measured_is_compared(problem: Problem) -> None:
    with pytest.raises(ValueError, match="is not measured"):
        judge(problem, Figure(1), Figure(1), 1, ROLLBACK)


@pytest.mark.parametrize("problem", sorted(MEASURED))
def test_what_is_measured_is_no_mere_report(problem: Problem) -> None:
    with pytest.raises(ValueError, match="is measured"):
        judge_report(problem, 0, already_reported=False, rollback=ROLLBACK)


def test_readings_are_counted_from_1() -> None:
    with pytest.raises(ValueError, match="not 0"):
        judge(ERROR_RATE, Figure(1), Figure(1), 0, ROLLBACK)


def test_who_reported_before_is_among_those_who_did() -> None:
    with pytest.raises(ValueError, match="0 earlier reporters"):
        judge_report(MAJOR_ISSUE, 0, already_reported=True, rollback=ROLLBACK)
