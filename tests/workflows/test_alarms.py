"""An alarm: who takes it back, and how it sounds again and again until a rollback starts (G-RB-1 to G-RB-4)."""

from collections.abc import Callable

import pytest

from bot.rules.change import Outcome
from bot.rules.inputs import Finish, ReportWithdrawal, RollbackStart
from bot.rules.life import Stage
from bot.rules.production_facts import AlarmSounded, ObservationWithdrawn
from bot.rules.terms import DeploymentId, PersonId, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.deploy import finish_production, take_over
from bot.workflows.observe import observe, repeat_alarm, withdraw_observation
from bot.workflows.rollback import finish_rollback, start_rollback
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    LEA,
    MINUTE,
    OMAR,
    QUINN,
    STRANGER,
    THURSDAY,
    TIA,
    Course,
    a_course,
    deploying,
    sentences,
    watched,
)
from tests.acting_in_production import (
    BROKEN,
    FAILED,
    ISSUE,
    NO_MATTER,
    SUCCEEDED,
    WIDESPREAD,
    alarmed,
    alarmed_while_it_runs,
    done,
    restored,
    rolled_back,
    rolling_back,
    settled,
    stage_of,
)

SECOND = MINUTE / 60


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize(
    ("build", "back_at"),
    [
        (watched, Stage.MONITORING),
        (deploying, Stage.DEPLOYING),
        (restored, Stage.RESTORED),
        (done, Stage.DONE),
        (rolled_back, Stage.ROLLED_BACK),
    ],
)
def test_a_withdrawn_report_leaves_the_change_where_it_was(
    build: Callable[[Course], Course], back_at: Stage
) -> None:
    course = build(a_course()).wait(MINUTE).does(observe, QUINN, BROKEN)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    course.does(withdraw_observation, TIA, NO_MATTER)
    assert stage_of(course) is back_at


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("person", [QUINN, TIA, EVE, DORA, LEA, OMAR, BEN])
def test_anybody_but_the_deployer_withdraws_a_report_with_a_reason(person: PersonId) -> None:
    course = alarmed(a_course())
    refused = course.refuses(withdraw_observation, person, ReportWithdrawal(Words(" ")))
    assert refused.gates[0].field is Field.REASON
    course.does(withdraw_observation, person, NO_MATTER)
    (withdrawn,) = course.change.observations
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_reason) == (person, NO_MATTER.reason)


@pytest.mark.clause("G-RB-2")
def test_neither_who_deploys_now_nor_who_started_it_withdraws_a_report() -> None:
    course = alarmed(a_course())
    assert course.refuses(withdraw_observation, ANA, NO_MATTER).gates[0].who == (OMAR,)
    course.does(take_over, BEN, None)
    for person in (ANA, BEN):
        refused = course.refuses(withdraw_observation, person, NO_MATTER)
        assert sentences(refused).startswith("You deploy this: somebody else decides")


@pytest.mark.clause("G-RB-2")
def test_a_stranger_withdraws_nothing() -> None:
    alarmed(a_course()).refuses(withdraw_observation, STRANGER, NO_MATTER)


@pytest.mark.clause("G-RB-4")
def test_what_demands_the_rollback_is_withdrawn_one_by_one_or_all_at_once() -> None:
    course = alarmed(a_course()).does(observe, TIA, WIDESPREAD)
    course.does(withdraw_observation, QUINN, ReportWithdrawal(Words("not us"), observation=1))
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED
    course.refuses(withdraw_observation, QUINN, ReportWithdrawal(Words("not us"), observation=1))
    course.does(withdraw_observation, QUINN, ReportWithdrawal(Words("not us"), observation=2))
    assert stage_of(course) is Stage.MONITORING
    course = alarmed(a_course()).does(observe, TIA, WIDESPREAD)
    verdict = course.tries(withdraw_observation, QUINN, NO_MATTER)
    assert isinstance(verdict, Done)
    assert [fact.number for fact in verdict.facts if isinstance(fact, ObservationWithdrawn)] == [1, 2]


@pytest.mark.clause("G-RB-4")
def test_withdrawn_reports_do_not_count_towards_three() -> None:
    course = watched(a_course())
    for person in (QUINN, TIA, LEA):
        course.does(observe, person, ISSUE)
    course.does(withdraw_observation, OMAR, NO_MATTER)
    assert stage_of(course) is Stage.MONITORING
    course.does(observe, QUINN, ISSUE)
    assert stage_of(course) is Stage.MONITORING, "two notes stand, and Quinn adds nothing to their own"
    course.does(observe, LEA, ISSUE)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED


@pytest.mark.clause("G-RB-2")
def test_a_deployment_that_failed_by_itself_is_not_talked_away() -> None:
    course = deploying(a_course()).does(finish_production, ANA, FAILED)
    refused = course.refuses(withdraw_observation, OMAR, NO_MATTER)
    assert "DEP-3 itself failed" in sentences(refused)
    course.does(observe, QUINN, BROKEN).does(withdraw_observation, OMAR, NO_MATTER)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED


def alarms(course: Course, minutes: int) -> list[int]:
    """At which of the next minutes the alarm sounds again."""
    sounded = []
    for minute in range(1, minutes + 1):
        verdict = course.wait(MINUTE).fires(repeat_alarm)
        if isinstance(verdict, Done):
            assert [type(fact) for fact in verdict.facts] == [AlarmSounded]
            sounded.append(minute)
    return sounded


@pytest.mark.clause("G-RB-2")
def test_the_alarm_sounds_again_every_five_minutes() -> None:
    assert alarms(alarmed(a_course()), 16) == [5, 10, 15]


@pytest.mark.clause("G-RB-2")
def test_a_rollbacks_start_mutes_it_for_fifteen_minutes_and_no_longer() -> None:
    assert alarms(rolling_back(a_course()), 27) == [15, 20, 25]


@pytest.mark.clause("G-RB-2")
def test_another_policy_sounds_and_mutes_otherwise() -> None:
    often = {"repeat_every": 2, "mute_after_start": 3}
    assert alarms(alarmed(a_course(rollback=often)), 5) == [2, 4]
    assert alarms(rolling_back(a_course(rollback=often)), 6) == [3, 5]


@pytest.mark.clause("G-RB-2")
def test_it_does_not_sound_a_second_early() -> None:
    course = alarmed(a_course()).wait(5 * MINUTE - SECOND)
    assert isinstance(course.fires(repeat_alarm), Refused)
    assert isinstance(course.wait(SECOND).fires(repeat_alarm), Done)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [restored, rolled_back, settled, done, watched])
def test_it_is_silent_where_no_rollback_is_required(build: Callable[[Course], Course]) -> None:
    assert alarms(build(a_course()), 20) == []


@pytest.mark.clause("G-RB-2")
def test_it_is_silent_once_the_report_is_withdrawn() -> None:
    assert alarms(alarmed(a_course()).does(withdraw_observation, TIA, NO_MATTER), 20) == []


@pytest.mark.clause("G-RB-2")
def test_a_new_report_after_a_withdrawn_one_sounds_a_new_alarm() -> None:
    course = alarmed(a_course()).does(withdraw_observation, TIA, NO_MATTER).wait(30 * MINUTE)
    verdict = course.tries(observe, QUINN, BROKEN)
    assert isinstance(verdict, Done)
    assert AlarmSounded(DeploymentId(3), course.now) in verdict.facts
    assert alarms(course, 6) == [5]


@pytest.mark.clause("G-RB-2")
def test_a_deployment_that_fails_and_touched_production_sounds_the_alarm_at_once() -> None:
    course = deploying(a_course())
    verdict = course.tries(finish_production, ANA, FAILED)
    assert isinstance(verdict, Done)
    assert AlarmSounded(DeploymentId(3), course.now) in verdict.facts
    assert alarms(course, 11) == [5, 10]


@pytest.mark.clause("G-RB-2")
def test_a_deployment_that_was_known_to_be_broken_is_not_announced_twice_when_it_fails() -> None:
    course = alarmed_while_it_runs(a_course())
    verdict = course.tries(finish_production, ANA, FAILED)
    assert isinstance(verdict, Done)
    assert not any(isinstance(fact, AlarmSounded) for fact in verdict.facts)
    assert alarms(course, 6) == [5]


@pytest.mark.clause("G-RB-2")
def test_a_failure_after_a_withdrawn_report_sounds_the_alarm_anew() -> None:
    course = alarmed_while_it_runs(a_course()).does(withdraw_observation, TIA, NO_MATTER).wait(20 * MINUTE)
    verdict = course.tries(finish_production, ANA, FAILED)
    assert isinstance(verdict, Done)
    assert AlarmSounded(DeploymentId(3), course.now) in verdict.facts


@pytest.mark.clause("G-RB-2")
def test_after_a_day_of_silence_the_alarm_sounds_once_and_then_every_five_minutes() -> None:
    course = alarmed(a_course()).at(THURSDAY.end).wait(24 * 60 * MINUTE)
    assert isinstance(course.fires(repeat_alarm), Done)
    assert isinstance(course.fires(repeat_alarm), Refused)
    assert alarms(course, 6) == [5]


@pytest.mark.clause("G-RB-2")
def test_a_rollback_that_fails_is_an_alarm_of_its_own() -> None:
    course = rolling_back(a_course()).does(finish_rollback, OMAR, FAILED)
    assert alarms(course, 6) == [5]
    course.does(start_rollback, OMAR, RollbackStart())
    assert alarms(course, 16) == [15]
    course.does(finish_rollback, OMAR, SUCCEEDED)
    assert alarms(course, 20) == []


@pytest.mark.clause("G-RB-2")
def test_what_left_production_untouched_sounds_no_alarm() -> None:
    untouched = Finish(Outcome.FAILED_UNTOUCHED, Words("no image"))
    verdict = deploying(a_course()).tries(finish_production, ANA, untouched)
    assert isinstance(verdict, Done)
    assert not any(isinstance(fact, AlarmSounded) for fact in verdict.facts)
