"""Who is told what of alarms, rollbacks, waivers, reminders and what superseded a change – and how late."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pytest

from bot.rules.inputs import (
    Reason,
    Report,
    RollbackStart,
    Snoozing,
    WaiverGrant,
    WaiverRefusal,
    WaiverWish,
)
from bot.rules.notice import IN_INCIDENTS, IN_THREAD, Notice, NoticeKind
from bot.rules.notices import notices
from bot.rules.readings import Figure, Problem
from bot.rules.setting import Neighbors
from bot.rules.terms import PersonId, Phase, Role
from bot.rules.verdict import Done, Verdict
from bot.workflows.approve import take_back_approval
from bot.workflows.deploy import finish_production
from bot.workflows.moment import Moment
from bot.workflows.observe import observe, repeat_alarm, withdraw_observation
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.supersede import supersede
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver, refuse_waiver
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    HOUR,
    LEA,
    MINUTE,
    OMAR,
    PAUL,
    QUINN,
    THURSDAY,
    TIA,
    TOM,
    Course,
    Timer,
    a_course,
    deploying,
    ready_for_staging,
    scheduled,
    sentences,
    verified,
    watched,
)
from tests.acting_in_production import (
    A_FIX,
    BROKEN,
    FAILED,
    ISSUE,
    NEWER,
    NO_MATTER,
    STAGING,
    SUCCEEDED,
    WHY,
    alarmed,
    rolling_back,
    with_waiver,
)

Form = TypeVar("Form")
Told = dict[NoticeKind, set[PersonId | Role]]
ALARMED: set[PersonId | Role] = {ANA, Role.ON_CALL, Role.ENGINEERING_MANAGER}
DIRECTOR: set[PersonId | Role] = {Role.ENGINEERING_DIRECTOR}


def notices_of(course: Course, act: Callable[[], Verdict], late: int = 0) -> tuple[Notice, ...]:
    before, setting = course.change, course.setting
    verdict = act()
    assert isinstance(verdict, Done), sentences(verdict)
    return notices(before, verdict.facts, setting, late)


def by_kind(told: Sequence[Notice]) -> Told:
    kinds: Told = {}
    for notice in told:
        kinds.setdefault(notice.kind, set()).update(notice.to)
    return kinds


def told(course: Course, verb: Callable[[Moment, Form], Verdict], actor: PersonId, form: Form) -> Told:
    return by_kind(notices_of(course, lambda: course.tries(verb, actor, form)))


def told_by(course: Course, timer: Timer) -> Told:
    return by_kind(notices_of(course, lambda: course.fires(timer)))


@pytest.mark.clause("G-RB-2")
def test_an_alarm_tells_deployer_on_call_and_engineering_manager_and_the_channels() -> None:
    told_of = told(watched(a_course()), observe, QUINN, BROKEN)
    assert told_of == {NoticeKind.ROLLBACK_REQUIRED: ALARMED}
    assert NoticeKind.ROLLBACK_REQUIRED in IN_THREAD & IN_INCIDENTS


@pytest.mark.clause("G-RB-2")
def test_a_further_report_stands_in_the_thread_and_alarms_nobody_anew() -> None:
    assert told(alarmed(a_course()), observe, TIA, BROKEN) == {NoticeKind.OBSERVED: set()}
    assert told(rolling_back(a_course()), observe, TIA, BROKEN) == {NoticeKind.OBSERVED: set()}


@pytest.mark.clause("G-RB-2")
def test_an_alarm_that_goes_on_tells_the_same_people_again_and_no_incident_channel() -> None:
    course = alarmed(a_course()).wait(5 * MINUTE)
    assert told_by(course, repeat_alarm) == {NoticeKind.ALARM_AGAIN: ALARMED}
    assert NoticeKind.ALARM_AGAIN not in IN_INCIDENTS
    slow = rolling_back(a_course()).wait(15 * MINUTE)
    assert told_by(slow, repeat_alarm) == {NoticeKind.ALARM_AGAIN: ALARMED}


@pytest.mark.clause("G-RB-2")
def test_an_alarm_after_a_withdrawn_one_is_a_new_one() -> None:
    course = alarmed(a_course()).does(withdraw_observation, TIA, NO_MATTER)
    assert NoticeKind.ROLLBACK_REQUIRED in told(course, observe, QUINN, BROKEN)


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize(
    ("report", "to"),
    [
        (Report(Problem.ERROR_RATE, now=Figure(3.0)), {ANA, Role.ON_CALL}),
        (
            Report(Problem.ERROR_RATE, now=Figure(1.1, 1000), before=Figure(1.0, 1000)),
            {ANA, Role.ON_CALL},
        ),
        (Report(Problem.LATENCY, now=Figure(100.0), before=Figure(100.0)), set()),
        (ISSUE, set()),
    ],
)
def test_what_may_be_a_rise_or_is_unknown_asks_a_person_and_the_rest_stands_in_the_thread(
    report: Report, to: set[PersonId | Role]
) -> None:
    assert told(watched(a_course()), observe, QUINN, report) == {NoticeKind.OBSERVED: to}
    assert NoticeKind.OBSERVED in IN_THREAD


@pytest.mark.clause("G-RB-2")
def test_a_failed_deployment_is_an_alarm_and_its_reason_is_told() -> None:
    course = deploying(a_course())
    told_of = notices_of(course, lambda: course.tries(finish_production, ANA, FAILED))
    assert by_kind(told_of) == {NoticeKind.ROLLBACK_REQUIRED: ALARMED}


@pytest.mark.clause("G-RB-2")
def test_a_rollback_that_fails_alarms_the_director_and_the_incident_channel_with_its_notes() -> None:
    course = rolling_back(a_course())
    told_of = notices_of(course, lambda: course.tries(finish_rollback, OMAR, FAILED))
    assert by_kind(told_of) == {NoticeKind.ROLLBACK_FAILED: DIRECTOR, NoticeKind.ROLLBACK_REQUIRED: ALARMED}
    (failed,) = (notice for notice in told_of if notice.kind is NoticeKind.ROLLBACK_FAILED)
    assert (failed.by, failed.words) == (OMAR, FAILED.notes)
    assert NoticeKind.ROLLBACK_FAILED in IN_INCIDENTS & IN_THREAD


@pytest.mark.clause("G-RB-2")
def test_a_rollbacks_start_and_success_stand_in_the_thread() -> None:
    course = alarmed(a_course())
    assert told(course, start_rollback, OMAR, RollbackStart()) == {NoticeKind.ROLLBACK_STARTED: set()}
    assert told(course, finish_rollback, OMAR, SUCCEEDED) == {NoticeKind.RESTORED: set()}
    assert {NoticeKind.ROLLBACK_STARTED, NoticeKind.RESTORED} < IN_THREAD


@pytest.mark.clause("G-RB-2")
def test_a_settlement_tells_the_director_the_fix_and_why() -> None:
    course = alarmed(a_course())
    (notice,) = notices_of(course, lambda: course.tries(settle_rollback, EVE, A_FIX))
    assert (notice.kind, set(notice.to)) == (NoticeKind.SETTLED, DIRECTOR)
    assert (notice.by, notice.words, notice.because) == (EVE, A_FIX.reason, A_FIX.fix)


@pytest.mark.clause("G-RB-2")
def test_a_withdrawn_report_stands_in_the_thread_with_its_reason() -> None:
    course = alarmed(a_course())
    told_of = notices_of(course, lambda: course.tries(withdraw_observation, TIA, NO_MATTER))
    assert [(each.kind, each.by, each.words) for each in told_of] == [
        (NoticeKind.OBSERVATION_WITHDRAWN, TIA, NO_MATTER.reason)
    ]


@pytest.mark.clause("G-APP-3")
def test_an_approval_taken_back_tells_the_requester_who_and_why() -> None:
    course = scheduled(a_course())
    (notice,) = notices_of(course, lambda: course.tries(take_back_approval, PAUL, Reason(WHY)))
    assert notice == Notice(NoticeKind.APPROVAL_TAKEN_BACK, (ANA,), PAUL, WHY)


@pytest.mark.clause("G-ENV-2")
def test_what_became_of_a_waiver_tells_the_requester() -> None:
    wish = WaiverWish(STAGING, WHY, THURSDAY.end)
    course = ready_for_staging(a_course()).does(ask_for_waiver, ANA, wish)
    granted = course.copy()
    assert told(granted, grant_waiver, DORA, WaiverGrant())[NoticeKind.WAIVER_GRANTED] == {ANA}
    refused = course.copy()
    (no,) = notices_of(refused, lambda: refused.tries(refuse_waiver, DORA, WaiverRefusal(WHY)))
    assert no == Notice(NoticeKind.WAIVER_REFUSED, (ANA,), DORA, WHY, because="staging")
    expired = with_waiver(ready_for_staging(a_course())).at(THURSDAY.end)
    assert told_by(expired, expire_waiver) == {NoticeKind.WAIVER_EXPIRED: {ANA}}


def test_a_superseded_changes_requester_is_told_by_what() -> None:
    course = verified(a_course())
    course.neighbors = Neighbors(superseded_by=NEWER)
    (notice,) = notices_of(course, lambda: course.fires(supersede))
    assert notice == Notice(NoticeKind.SUPERSEDED, (ANA,), because="CHG-7")


@pytest.mark.clause("G-APP-1")
def test_the_first_reminder_goes_to_those_asked_and_the_last_one_to_the_engineering_manager_too() -> None:
    course = a_course().wait(4 * HOUR)
    asked: set[PersonId | Role] = {BEN, TIA, TOM, LEA}
    assert told_by(course, remind_asked) == {NoticeKind.REMINDED: asked}
    assert told_by(course.wait(20 * HOUR), remind_asked) == {
        NoticeKind.REMINDED: asked,
        NoticeKind.REMINDER_ESCALATED: {Role.ENGINEERING_MANAGER},
    }


@pytest.mark.clause("G-APP-1")
def test_the_end_of_a_snooze_after_the_last_reminder_escalates_nothing_again() -> None:
    course = a_course().wait(24 * HOUR)
    assert NoticeKind.REMINDER_ESCALATED in told_by(course, remind_asked)
    course.does(snooze_reminder, TIA, Snoozing(Phase.CODE)).wait(4 * HOUR)
    assert told_by(course, remind_asked) == {NoticeKind.REMINDED: {TIA}}


@pytest.mark.clause("G-APP-1")
def test_of_several_late_reminders_each_person_gets_one_message() -> None:
    course = a_course().wait(240 * HOUR)
    told_of = notices_of(course, lambda: course.fires(remind_asked))
    assert [notice.kind for notice in told_of] == [NoticeKind.REMINDED, NoticeKind.REMINDER_ESCALATED]
    assert {notice.phase for notice in told_of} == {Phase.CODE}


@pytest.mark.clause("G-RB-2")
def test_every_notice_says_how_many_minutes_late_it_is() -> None:
    course = alarmed(a_course()).wait(65 * MINUTE)
    assert [each.late for each in notices_of(course, lambda: course.fires(repeat_alarm), 60)] == [60]
