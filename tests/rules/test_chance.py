"""Whether counts differ by more than chance, against brute force."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rules.chance import Count, chance_of_rise, risk_of_reading

REQUESTS = st.integers(1, 12)


def small_counts() -> st.SearchStrategy[Count]:
    return REQUESTS.flatmap(lambda requests: st.builds(Count, st.integers(0, requests), st.just(requests)))


def by_brute_force(before: Count, now: Count) -> float:
    """Deal all errors of both counts to all their requests in every way, and count the ways."""
    errors, requests = before.errors + now.errors, before.requests + now.requests
    as_many = range(now.errors, min(errors, now.requests) + 1)
    ways = sum(comb(now.requests, dealt) * comb(before.requests, errors - dealt) for dealt in as_many)
    return float(Fraction(ways, comb(requests, errors)))


def how_often(probability: float, count: Count) -> float:
    wrong, right = probability**count.errors, (1 - probability) ** (count.requests - count.errors)
    return comb(count.requests, count.errors) * wrong * right


@pytest.mark.clause("G-RB-1")
@given(before=small_counts(), now=small_counts())
def test_small_counts_are_exact(before: Count, now: Count) -> None:
    assert chance_of_rise(before, now) == pytest.approx(by_brute_force(before, now), rel=1e-9)


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("before", "now"),
    [
        (Count(194, 41_200), Count(255, 41_200)),
        (Count(900, 180_000), Count(30, 3_000)),
        (Count(900, 180_000), Count(15, 3_000)),
        (Count(900, 180_000), Count(2, 3_000)),
        (Count(0, 24_000), Count(1, 24_000)),
        (Count(2_000, 4_000), Count(2_100, 4_000)),
        (Count(3_999, 4_000), Count(4_000, 4_000)),
    ],
)
def test_the_counts_of_a_real_service_are_exact(before: Count, now: Count) -> None:
    assert chance_of_rise(before, now) == pytest.approx(by_brute_force(before, now), rel=1e-6)


@pytest.mark.clause("G-RB-1")
def test_counts_too_far_apart_for_a_float_are_more_than_chance_and_not_less() -> None:
    none, all_of_them = Count(0, 10**9), Count(10**9, 10**9)
    assert chance_of_rise(none, all_of_them) == 0
    assert chance_of_rise(all_of_them, none) == 1


@pytest.mark.clause("G-RB-1")
def test_the_largest_counts_keep_their_digits() -> None:
    before, now = Count(5 * 10**8, 10**11), Count(5 * 10**8 + 52_010, 10**11)
    assert chance_of_rise(before, now) == pytest.approx(0.05, rel=0.01)


@pytest.mark.clause("G-RB-1")
@given(
    probability=st.floats(0, 1),
    requests_before=REQUESTS,
    requests_now=REQUESTS,
    risk=st.floats(0.001, 0.5),
)
def test_where_nothing_changed_a_reading_alarms_no_more_often_than_its_risk(
    probability: float, requests_before: int, requests_now: int, risk: float
) -> None:
    outcomes = [
        (Count(old, requests_before), Count(new, requests_now))
        for old in range(requests_before + 1)
        for new in range(requests_now + 1)
    ]
    alarms = [(before, now) for before, now in outcomes if chance_of_rise(before, now) <= risk]
    often = sum(how_often(probability, before) * how_often(probability, now) for before, now in alarms)
    assert often <= risk + 1e-9


@pytest.mark.clause("G-RB-1")
@given(before=small_counts(), now=small_counts())
def test_one_more_error_is_never_better_explained_by_chance(before: Count, now: Count) -> None:
    assume(now.errors < now.requests)
    worse = Count(now.errors + 1, now.requests)
    assert chance_of_rise(before, worse) <= chance_of_rise(before, now) + 1e-12


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize("confidence", [0.51, 0.95, 0.999])
def test_all_readings_together_take_no_more_than_the_watchs_risk(confidence: float) -> None:
    risks = [risk_of_reading(reading, confidence) for reading in range(1, 100_000)]
    assert 0.9999 * (1 - confidence) < sum(risks) <= 1 - confidence
    assert risks == sorted(risks, reverse=True)


@pytest.mark.clause("G-RB-1")
def test_the_first_reading_takes_half_of_the_risk() -> None:
    assert [round(risk_of_reading(reading, 0.95), 6) for reading in (1, 2, 3, 30)] == [
        0.025,
        0.008333,
        0.004167,
        0.000054,
    ]
