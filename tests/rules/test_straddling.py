"""Windows that reach past the end of business: what the bot offers instead."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.change import Span
from bot.rules.clauses import Clause
from bot.rules.gates import span_gates
from bot.rules.straddling import offered_instead, signers_of
from bot.rules.terms import NO_WORDS, ChangeType, HourClass, Words
from bot.rules.verdict import Field, Gate, Refused
from bot.rules.words import say
from tests.acting import BOTH_HOURS, HOUR, MONDAY, SATURDAY, THURSDAY, TONIGHT, a_course, a_span, berlin

COURSE = a_course()
POLICY = COURSE.policy


def refusal(wished: Span, reason: str = "") -> Refused:
    gates = span_gates(ChangeType.ROUTINE, COURSE.setting, wished, Words(reason), MONDAY)
    return Refused(gates)


def offered(wished: Span) -> Span | None:
    return offered_instead(POLICY, ChangeType.ROUTINE, wished, refusal(wished), MONDAY)


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_the_window_that_ends_at_17_is_offered_for_one_that_reaches_past_it() -> None:
    assert offered(BOTH_HOURS) == Span(BOTH_HOURS.start, berlin(26, 17))
    over_night = a_span(26, 16, 3, until_day=27)
    assert offered(over_night) == Span(over_night.start, berlin(26, 17))


@pytest.mark.clause("G-APP-3")
@pytest.mark.parametrize(
    "wished",
    [THURSDAY, a_span(26, 16, 17), a_span(26, 17, 18), a_span(26, 7, 10), TONIGHT, SATURDAY],
    ids=["inside", "to 17 sharp", "from 17", "from before 9", "in the evening", "on Saturday"],
)
def test_nothing_is_offered_for_a_window_that_does_not_begin_in_business_hours_and_end_after_them(
    wished: Span,
) -> None:
    assert offered(wished) is None


@pytest.mark.clause("G-STD-7")
def test_a_shorter_window_that_would_be_too_late_is_not_offered() -> None:
    assert offered(a_span(24, 16, 18)) is None
    assert offered(a_span(25, 9, 18)) is None
    assert offered(a_span(25, 10, 18)) == Span(berlin(25, 10), berlin(25, 17))


@pytest.mark.clause("G-APP-4")
def test_nothing_is_offered_while_something_else_is_wrong() -> None:
    (reason,) = refusal(BOTH_HOURS).gates
    other = Gate(Clause.STD_10, met=False, why=say("The plan is missing."), field=Field.PLAN)
    assert offered_instead(POLICY, ChangeType.ROUTINE, BOTH_HOURS, Refused((reason, other)), MONDAY) is None
    assert offered_instead(POLICY, ChangeType.ROUTINE, BOTH_HOURS, Refused(()), MONDAY) is None
    someone = Gate(Clause.APP_4, met=False, why=say("Dora has not approved."))
    assert offered_instead(POLICY, ChangeType.ROUTINE, BOTH_HOURS, Refused((someone,)), MONDAY) is None


minutes = st.integers(0, 10 * 24 * 60).map(lambda minute: MONDAY + timedelta(minutes=minute))


@pytest.mark.clause("G-APP-3")
@given(minutes, st.integers(1, 40 * 60))
def test_what_is_offered_is_a_shorter_window_that_would_be_let(start: object, length: int) -> None:
    assert hasattr(start, "tzinfo")
    wished = Span(start, start + timedelta(minutes=length))  # type: ignore[arg-type, operator] # an instant
    shorter = offered(wished)
    if shorter is None:
        return
    assert shorter.start == wished.start
    assert shorter.end < wished.end
    assert POLICY.hour_classes(shorter) == {HourClass.BUSINESS}
    gates = span_gates(ChangeType.ROUTINE, COURSE.setting, shorter, NO_WORDS, MONDAY)
    assert all(gate.met for gate in gates)


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_a_window_that_touches_both_needs_both_rows_approvers() -> None:
    managers = "Product Manager and Engineering Manager"
    assert signers_of(POLICY, THURSDAY) == managers
    assert signers_of(POLICY, TONIGHT) == "Engineering Director and On-call Engineer"
    assert signers_of(POLICY, BOTH_HOURS) == (
        "Product Manager, Engineering Manager, Engineering Director and On-call Engineer"
    )


@pytest.mark.clause("G-STD-7")
def test_the_first_window_offered_is_48_hours_ahead_and_meets_nothing_that_is_planned() -> None:
    first = Span(berlin(25, 10), berlin(25, 11))
    assert POLICY.first_window(ChangeType.ROUTINE, MONDAY) == first
    planned = Span(berlin(25, 10, 30), berlin(25, 11, 30))
    after = Span(berlin(25, 11, 30), berlin(25, 12, 30))
    assert POLICY.first_window(ChangeType.ROUTINE, MONDAY, [planned]) == after
    touching = Span(first.end, first.end + HOUR)
    assert POLICY.first_window(ChangeType.ROUTINE, MONDAY, [touching]) == first
    frozen = Span(berlin(24, 0), berlin(26, 16, 30))
    assert POLICY.first_window(ChangeType.ROUTINE, MONDAY, [frozen]) == Span(berlin(27, 9), berlin(27, 10))
    assert POLICY.first_window(ChangeType.ROUTINE, MONDAY, [after, planned]) == Span(
        berlin(25, 12, 30), berlin(25, 13, 30)
    )


@pytest.mark.clause("G-STD-7")
def test_a_freeze_that_never_ends_within_a_year_leaves_no_window_to_offer() -> None:
    found = POLICY.first_window(ChangeType.ROUTINE, MONDAY, [Span(MONDAY, MONDAY + timedelta(days=400))])
    assert found is None or found.start >= MONDAY + timedelta(days=400)
