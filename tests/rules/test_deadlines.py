"""Which timers a change wants."""

import pytest

from bot.rules.deadlines import Wanted, wanted_deadlines
from bot.rules.inputs import WishedWindow
from bot.rules.life import Act
from bot.rules.terms import NO_WORDS
from bot.workflows.deploy import flag_overrun
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import lapse_window, move_window
from tests.acting import (
    ANA,
    FRIDAY,
    MINUTE,
    THURSDAY,
    Course,
    a_course,
    deploying,
    in_staging,
    scheduled,
    verified,
    watched,
    windowed,
)


def wanted(course: Course) -> list[tuple[str, int]]:
    """Keys, and minutes from now."""
    return [
        (each.key, round((each.due_at - course.now) / MINUTE))
        for each in wanted_deadlines(course.change, course.policy)
    ]


@pytest.mark.parametrize("build", [in_staging, verified])
def test_before_a_window_nothing_is_timed(build: object) -> None:
    assert callable(build)
    assert wanted(build(a_course())) == []


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("build", [windowed, scheduled])
def test_a_window_lapses_at_its_end(build: object) -> None:
    assert callable(build)
    course = build(a_course())
    assert wanted_deadlines(course.change, course.policy) == (
        Wanted(Act.LAPSE_WINDOW, "lapse/1", THURSDAY.end),
    )
    course.at(THURSDAY.end).fires(lapse_window)
    assert wanted(course) == []


@pytest.mark.clause("G-STD-8")
def test_a_moved_window_has_a_timer_of_its_own() -> None:
    course = scheduled(a_course()).does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    assert wanted_deadlines(course.change, course.policy) == (
        Wanted(Act.LAPSE_WINDOW, "lapse/2", FRIDAY.end),
    )


@pytest.mark.clause("G-STD-8")
def test_a_running_deployment_is_flagged_at_the_end_of_its_window_once() -> None:
    course = deploying(a_course())
    assert wanted(course) == [("overrun/3", 60)]
    course.at(THURSDAY.end).fires(flag_overrun)
    assert wanted(course) == []


@pytest.mark.clause("G-STD-9")
def test_a_watch_is_nudged_at_0_10_20_30_minutes_and_escalates_at_40() -> None:
    assert wanted(watched(a_course())) == [
        ("nudge/3/0", 0),
        ("nudge/3/10", 10),
        ("nudge/3/20", 20),
        ("nudge/3/30", 30),
        ("escalate/3", 40),
    ]


@pytest.mark.clause("G-STD-9")
def test_a_late_nudge_stands_for_those_before_it() -> None:
    course = watched(a_course()).wait(25 * MINUTE)
    course.fires(nudge_monitoring)
    assert [key for key, _ in wanted(course)] == ["nudge/3/30", "escalate/3"]


@pytest.mark.clause("G-STD-9")
def test_once_escalated_or_closed_nothing_is_left() -> None:
    course = watched(a_course()).wait(45 * MINUTE)
    course.fires(nudge_monitoring)
    course.fires(escalate_monitoring)
    assert wanted(course) == []
    course = watched(a_course()).wait(30 * MINUTE).does(confirm_healthy, ANA, None)
    assert wanted(course) == []


@pytest.mark.clause("G-STD-9")
def test_another_policy_times_the_watch_otherwise() -> None:
    course = watched(a_course()).with_guide(
        monitoring={"minutes": 60, "nudges": [0, 60], "new_messages": [0, 60], "escalate_after": 5}
    )
    assert wanted(course) == [("nudge/3/0", 0), ("nudge/3/60", 60), ("escalate/3", 65)]
