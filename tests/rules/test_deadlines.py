"""Which timers a change wants."""

from collections.abc import Callable

import pytest

from bot.rules.deadlines import GIVEN, Wanted, superseding, to_contain, wanted_deadlines
from bot.rules.inputs import RollbackStart, Snoozing, WaiverGrant, WaiverRefusal, WaiverWish, WishedWindow
from bot.rules.life import Act
from bot.rules.terms import NO_WORDS, Phase
from bot.workflows.deploy import flag_overrun
from bot.workflows.observe import repeat_alarm, withdraw_observation
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.review import sign_review
from bot.workflows.rollback import start_rollback
from bot.workflows.verbal import chase_verbal
from bot.workflows.waive import ask_for_waiver, grant_waiver, refuse_waiver
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import lapse_window, move_window
from tests.acting import (
    ANA,
    DORA,
    EVE,
    FRIDAY,
    HOUR,
    MINUTE,
    OMAR,
    PAUL,
    QUINN,
    THURSDAY,
    TIA,
    Course,
    a_course,
    deploying,
    in_staging,
    ready_for_staging,
    revised,
    scheduled,
    verified,
    watched,
    windowed,
)
from tests.acting_in_hotfixes import (
    a_hotfix,
    confirmed,
    disputed,
    finished,
    ready_to_sign,
    spoken,
)
from tests.acting_in_production import (
    NO_MATTER,
    STAGING,
    WHY,
    alarmed,
    alarmed_while_it_runs,
    done,
    restored,
    rolled_back,
    settled,
    superseded,
)

Build = Callable[[Course], Course]


def wanted(course: Course) -> list[tuple[str, int]]:
    """Keys, and minutes from now."""
    return [
        (each.key, round((each.due_at - course.now) / MINUTE))
        for each in wanted_deadlines(course.change, course.policy)
    ]


@pytest.mark.parametrize("build", [ready_for_staging, verified, superseded, done, rolled_back, settled])
def test_where_nobody_owes_anything_nothing_is_timed(build: Build) -> None:
    assert wanted(build(a_course())) == []


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-STD-6")
def test_whoever_is_asked_is_reminded_after_four_hours_first() -> None:
    assert wanted(a_course()) == [("remind/code/1/1", 240)]
    assert wanted(in_staging(a_course())) == [("remind/verification/1/1", 240)]


@pytest.mark.clause("G-APP-1")
def test_one_reminder_is_timed_at_a_time_and_none_after_the_last() -> None:
    course = a_course().wait(4 * HOUR)
    course.fires(remind_asked)
    assert wanted(course) == [("remind/code/1/2", 20 * 60)]
    course.does(snooze_reminder, TIA, Snoozing(Phase.CODE))
    until = course.now + 4 * HOUR
    assert (f"remind/code/1/{TIA}/{until.timestamp():.0f}", 240) in wanted(course)
    course.wait(20 * HOUR).fires(remind_asked)
    assert wanted(course) == []


@pytest.mark.clause("G-STD-8")
def test_a_window_lapses_at_its_end() -> None:
    for build in (windowed, scheduled):
        course = build(a_course())
        lapsing = [each for each in wanted_deadlines(course.change, course.policy) if each.key == "lapse/1"]
        assert lapsing == [Wanted(Act.LAPSE_WINDOW, "lapse/1", THURSDAY.end)]
        course.at(THURSDAY.end).fires(lapse_window)
        assert wanted(course) == []


@pytest.mark.clause("G-STD-8")
def test_a_moved_window_has_a_timer_of_its_own() -> None:
    course = scheduled(a_course()).does(move_window, ANA, WishedWindow(FRIDAY, NO_WORDS))
    asked_anew = course.change.production_round
    assert wanted_deadlines(course.change, course.policy) == (
        Wanted(Act.LAPSE_WINDOW, "lapse/2", FRIDAY.end),
        Wanted(Act.REMIND_ASKED, f"remind/production/{asked_anew}/1", course.now + 4 * HOUR),
    )


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_ends_at_its_time_whether_granted_or_only_asked_for() -> None:
    course = ready_for_staging(a_course()).does(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, THURSDAY.end))
    expiring = ("expire/1", round((THURSDAY.end - course.now) / MINUTE))
    assert expiring in wanted(course)
    course.does(grant_waiver, DORA, WaiverGrant())
    assert wanted(course) == [expiring]
    revised(course, version="4.13.0")
    assert expiring not in wanted(course), "another version needs another waiver"


@pytest.mark.clause("G-ENV-2")
def test_a_refused_waiver_has_no_timer() -> None:
    course = ready_for_staging(a_course()).does(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, THURSDAY.end))
    assert wanted(course.does(refuse_waiver, DORA, WaiverRefusal(WHY))) == []


@pytest.mark.clause("G-RB-2")
def test_an_alarm_sounds_again_every_five_minutes_until_a_rollback_starts() -> None:
    course = alarmed(a_course())
    for _ in range(3):
        at = course.now + 5 * MINUTE
        assert wanted(course) == [(f"alarm/3/{at.timestamp():.0f}", 5)]
        course.at(at).fires(repeat_alarm)
    course.does(start_rollback, OMAR, RollbackStart())
    silence = course.now + 15 * MINUTE
    assert wanted(course) == [(f"alarm/4/{silence.timestamp():.0f}", 15)]
    course.at(silence).fires(repeat_alarm)
    assert wanted(course) == [(f"alarm/4/{(silence + 5 * MINUTE).timestamp():.0f}", 5)]


@pytest.mark.clause("G-RB-2")
def test_a_withdrawn_alarm_is_silent_and_the_watch_goes_on() -> None:
    course = alarmed(a_course()).does(withdraw_observation, QUINN, NO_MATTER)
    assert [key for key, _ in wanted(course)] == [
        *(f"nudge/3/{minutes}" for minutes in (0, 10, 20, 30)),
        "escalate/3",
    ]


@pytest.mark.clause("G-RB-2")
@pytest.mark.clause("G-STD-8")
def test_a_deployment_that_alarms_while_it_runs_is_still_flagged_at_its_windows_end() -> None:
    assert "overrun/3" in [key for key, _ in wanted(alarmed_while_it_runs(a_course()))]


@pytest.mark.clause("G-STD-9")
def test_what_was_put_back_is_watched_like_what_was_deployed() -> None:
    assert wanted(restored(a_course())) == [
        ("nudge/4/0", 0),
        ("nudge/4/10", 10),
        ("nudge/4/20", 20),
        ("nudge/4/30", 30),
        ("escalate/4", 40),
    ]


def test_what_superseded_a_change_is_a_timer_of_the_older_one() -> None:
    newer = done(a_course())
    assert superseding(newer.change, newer.now) == Wanted(Act.SUPERSEDE, "supersede/1", newer.now)
    assert to_contain(newer.change, newer.now) == Wanted(Act.ASK_WHETHER_CONTAINED, "contain/1", newer.now)
    assert {Act.SUPERSEDE, Act.ASK_WHETHER_CONTAINED} == GIVEN


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


@pytest.mark.clause("G-HOT-2")
def test_each_unconfirmed_word_is_chased_after_4_and_24_hours() -> None:
    course = spoken(a_hotfix(), EVE, PAUL)
    assert wanted(course) == [("chase/1/1", 240), ("chase/2/1", 240)]
    confirmed(course, PAUL).wait(4 * HOUR).fires(chase_verbal)
    assert wanted(course) == [("chase/1/2", 1200)]
    course.wait(20 * HOUR).fires(chase_verbal)
    assert wanted(course) == []
    assert wanted(revised(spoken(a_hotfix(), EVE), version="4.12.2")) == []
    assert wanted(disputed(spoken(a_hotfix(), EVE), EVE)) == []


@pytest.mark.clause("G-HOT-5")
def test_the_review_is_one_timer_whose_key_is_its_time() -> None:
    course = finished(a_hotfix())
    at = course.now + 24 * HOUR
    (review,) = (
        each for each in wanted_deadlines(course.change, course.policy) if each.kind == "remind_review"
    )
    assert review == Wanted(Act.REMIND_REVIEW, f"review/{at.timestamp():.0f}", at)
    done = ready_to_sign(a_hotfix()).does(sign_review, EVE, None)
    assert not [each for each in wanted(done) if each[0].startswith("review/")]


@pytest.mark.clause("G-HOT-2")
def test_a_declared_hotfix_is_not_reminded_of_its_signatures() -> None:
    assert wanted(a_hotfix()) == []
