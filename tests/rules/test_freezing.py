"""Change freezes: when a change may not start in production, and who can except it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.change import Change, Span
from bot.rules.freeze_gates import excepted_by, freeze_gates, freezes_in, freezes_over
from bot.rules.freezing import Freeze, FreezeException, FreezeId, services_label
from bot.rules.setting import Setting
from bot.rules.terms import ChangeType, ServiceName, Words
from bot.rules.words import plain
from tests.acting import BERLIN, DANA, DORA, EVE, HOUR, PAYMENTS, THURSDAY, a_course, a_roster, scheduled

SECOND = timedelta(seconds=1)
LEDGER = ServiceName("ledger")


def a_freeze(
    span: Span = THURSDAY, *services: ServiceName, number: int = 7, lifted_at: datetime | None = None
) -> Freeze:
    return Freeze(
        FreezeId(number), frozenset(services), span.start, span.end, Words("year-end closing"), EVE, lifted_at
    )


def leave(number: int = 7) -> FreezeException:
    return FreezeException(FreezeId(number), DORA, Words("a fine is due"), THURSDAY.start - HOUR)


def a_change() -> Change:
    return scheduled(a_course()).change


def setting(now: datetime, *freezes: Freeze) -> Setting:
    return replace(a_course().setting, now=now, freezes=freezes)


def unmet(change: Change, around: Setting) -> list[str]:
    return [plain(gate.why, {}, BERLIN) for gate in freeze_gates(change, around) if not gate.met]


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize(
    ("now", "held_up"),
    [
        (THURSDAY.start - SECOND, False),
        (THURSDAY.start, True),
        (THURSDAY.end - SECOND, True),
        (THURSDAY.end, False),
    ],
)
def test_a_freeze_holds_from_its_start_up_to_its_end(now: datetime, *, held_up: bool) -> None:
    assert bool(unmet(a_change(), setting(now, a_freeze()))) is held_up


@pytest.mark.clause("G-STD-8")
def test_a_start_during_a_freeze_is_refused_with_its_reason_its_end_and_who_can_except_it() -> None:
    around = setting(THURSDAY.start, a_freeze(THURSDAY, PAYMENTS))
    (gate,) = freeze_gates(a_change(), around)
    assert plain(gate.why, {DORA: "Dora", DANA: "Dana"}, BERLIN) == (
        "payments is frozen until Thu 26 Nov 15:00: year-end closing. Dora or Dana can except payments 4.12.0 from it."
    )
    assert (gate.clause, gate.passes_at, gate.who) == ("G-STD-8", THURSDAY.end, (DORA, DANA))


@pytest.mark.clause("G-STD-8")
def test_without_a_director_the_sentence_says_that_nobody_can() -> None:
    around = replace(setting(THURSDAY.start, a_freeze()), roster=a_roster(engineering_director=()))
    assert unmet(a_change(), around) == [
        (
            "all services are frozen until Thu 26 Nov 15:00: year-end closing."
            " Nobody holds a role that can except a change from it."
        )
    ]


@pytest.mark.clause("G-STD-8")
def test_an_exception_opens_the_one_freeze_that_it_is_for() -> None:
    excepted = replace(a_change(), exceptions=(leave(7),))
    seven, eight = a_freeze(number=7), a_freeze(number=8)
    assert unmet(excepted, setting(THURSDAY.start, seven)) == []
    assert len(unmet(excepted, setting(THURSDAY.start, seven, eight))) == 1


@pytest.mark.clause("G-STD-8")
def test_a_lifted_freeze_holds_nobody_up() -> None:
    lifted = a_freeze(lifted_at=THURSDAY.start - HOUR)
    assert unmet(a_change(), setting(THURSDAY.start, lifted)) == []
    assert freezes_over(a_change(), setting(THURSDAY.start, lifted)) == ()


@pytest.mark.clause("G-HOT-3")
def test_a_hotfix_goes_on_during_a_freeze() -> None:
    hotfix = replace(a_change(), type=ChangeType.HOTFIX)
    around = setting(THURSDAY.start, a_freeze())
    assert freeze_gates(hotfix, around) == ()
    assert freezes_over(hotfix, around) == ()


@pytest.mark.clause("G-STD-8")
def test_a_freeze_concerns_a_window_that_it_meets_at_any_instant_still_ahead() -> None:
    change, freeze = a_change(), a_freeze()
    assert freezes_over(change, setting(THURSDAY.start - 72 * HOUR, freeze)) == (freeze,)
    assert freezes_over(change, setting(THURSDAY.end, freeze)) == ()
    before = a_freeze(Span(THURSDAY.start - HOUR, THURSDAY.start))
    after = a_freeze(Span(THURSDAY.end, THURSDAY.end + HOUR))
    assert freezes_over(change, setting(THURSDAY.start - 72 * HOUR, before, after)) == ()
    last_minute = a_freeze(Span(THURSDAY.end - SECOND, THURSDAY.end + HOUR))
    assert freezes_over(change, setting(THURSDAY.start, last_minute)) == (last_minute,)


@pytest.mark.clause("G-STD-8")
def test_an_excepted_freeze_is_no_longer_in_the_windows_way() -> None:
    excepted = replace(a_change(), exceptions=(leave(),))
    assert freezes_over(excepted, setting(THURSDAY.start, a_freeze())) == ()
    other = a_freeze(number=8)
    assert freezes_over(excepted, setting(THURSDAY.start, other)) == (other,)


def test_a_change_without_a_window_lies_in_no_freeze() -> None:
    assert freezes_over(a_course().change, setting(THURSDAY.start, a_freeze())) == ()


hours = st.integers(0, 12).map(lambda hour: THURSDAY.start + hour * HOUR)


@given(hours, hours, hours, hours, hours)
def test_a_freeze_is_met_where_some_instant_is_in_it_in_the_window_and_ahead(
    freezes: datetime, thaws: datetime, start: datetime, end: datetime, now: datetime
) -> None:
    freeze, window = a_freeze(Span(freezes, thaws)), Span(start, end)
    instants = [THURSDAY.start + half * HOUR / 2 for half in range(26)]
    met = any(freeze.holds(at) and at in window and at >= now for at in instants)
    assert bool(freezes_in(window, (freeze,), now)) is met


@pytest.mark.clause("G-STD-8")
def test_a_company_says_itself_who_excepts_changes() -> None:
    course = a_course(freezes={"excepted_by": ["engineering_manager", "engineering_director"]})
    assert excepted_by(course.roster, course.setting.guide)[0] == EVE


def test_services_are_named_in_order_and_none_means_all() -> None:
    assert services_label(a_freeze(THURSDAY, PAYMENTS, LEDGER)) == "ledger and payments"
    assert services_label(a_freeze()) == "all services"
    assert a_freeze().is_for(LEDGER)
    assert not a_freeze(THURSDAY, PAYMENTS).is_for(LEDGER)
