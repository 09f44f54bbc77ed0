"""What a window must be before it can be asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.change import Change, EvidenceKind, Span
from bot.rules.gates import (
    span_gates,
    window_gates,
)
from bot.rules.terms import NO_WORDS, ChangeType, Words
from bot.rules.verdict import Gate
from bot.rules.words import plain
from tests.acting import (
    BERLIN,
    BOTH_HOURS,
    HOUR,
    LEA,
    MINUTE,
    MONDAY,
    SATURDAY,
    THURSDAY,
    TONIGHT,
    Course,
    a_course,
    a_span,
    unmet_clauses,
    verified,
)

SECOND = timedelta(seconds=1)


def says(gate: Gate) -> str:
    return plain(gate.why, {}, BERLIN)


def spans_unmet(course: Course, wished: Span, reason: str = "") -> list[str]:
    return unmet_clauses(span_gates(course.change.type, course.setting, wished, Words(reason), course.now))


def without(change: Change, kind: EvidenceKind) -> Change:
    return replace(change, evidence={each: proof for each, proof in change.evidence.items() if each != kind})


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize(
    ("length", "met"), [(48 * HOUR, True), (48 * HOUR - SECOND, False), (72 * HOUR, True), (HOUR, False)]
)
def test_a_window_is_submitted_48_hours_before_it_starts(length: timedelta, *, met: bool) -> None:
    course = a_course().at(THURSDAY.start - length)
    assert spans_unmet(course, THURSDAY) == ([] if met else ["G-STD-7"])


@pytest.mark.clause("G-STD-7")
def test_too_short_a_notice_says_how_short_and_when_would_do() -> None:
    course = a_course()
    (gate,) = span_gates(ChangeType.ROUTINE, course.setting, a_span(24, 14, 15), NO_WORDS, MONDAY)
    assert says(gate) == (
        "That window starts in 28 h; routine changes need 48 h (first possible: Wed 25 Nov 10:00)."
    )


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize("kind", [ChangeType.ROUTINE, ChangeType.CONFIG, ChangeType.INFRA])
def test_all_standard_types_need_the_same_notice_unless_the_company_says_otherwise(kind: ChangeType) -> None:
    course = a_course()
    soon = a_span(24, 14, 15)
    assert unmet_clauses(span_gates(kind, course.setting, soon, NO_WORDS, MONDAY)) == ["G-STD-7"]
    course = course.with_guide(notice={kind.value: 24})
    assert unmet_clauses(span_gates(kind, course.setting, soon, NO_WORDS, MONDAY)) == []


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize("wished", [TONIGHT, SATURDAY, BOTH_HOURS, a_span(27, 7, 9), a_span(26, 7, 10)])
def test_a_window_outside_business_hours_needs_a_reason_and_no_notice(wished: Span) -> None:
    course = a_course()
    assert spans_unmet(course, wished, "the certificate expires") == []
    assert spans_unmet(course, wished) == ["G-APP-4"]
    assert spans_unmet(course, wished, "  \n") == ["G-APP-4"]


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize("reason", ["", "urgent"])
def test_a_window_neither_ends_before_it_starts_nor_starts_in_the_past(reason: str) -> None:
    course = a_course()
    backwards = Span(THURSDAY.end, THURSDAY.start)
    empty = Span(THURSDAY.start, THURSDAY.start)
    assert spans_unmet(course, backwards, reason) == ["G-STD-7"]
    assert spans_unmet(course, empty, reason) == ["G-STD-7"]
    assert spans_unmet(course, Span(MONDAY - MINUTE, THURSDAY.end), reason) == ["G-STD-7"]


@pytest.mark.clause("G-APP-1")
def test_a_window_is_asked_for_with_the_code_approved() -> None:
    course = a_course().approved_by(LEA)
    gates = window_gates(course.change, course.setting, THURSDAY, NO_WORDS, course.now)
    assert unmet_clauses(gates) == ["G-APP-1"]


@pytest.mark.clause("G-STD-2")
def test_no_window_while_the_code_lacks_its_evidence() -> None:
    course = verified(a_course())
    change = without(course.change, EvidenceKind.CI)
    assert unmet_clauses(window_gates(change, course.setting, THURSDAY, NO_WORDS, course.now)) == ["G-STD-2"]


@pytest.mark.clause("G-STD-7")
def test_an_urgent_window_may_start_this_very_minute() -> None:
    assert spans_unmet(a_course().at(TONIGHT.start), TONIGHT, "the certificate expires") == []


@pytest.mark.clause("G-STD-8")
def test_a_span_holds_its_start_and_not_its_end() -> None:
    assert THURSDAY.start in THURSDAY
    assert THURSDAY.end not in THURSDAY
