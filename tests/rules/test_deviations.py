"""What the log calls a deviation, and what it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.change import Deployment, Outcome
from bot.rules.clauses import Clause
from bot.rules.deputies import Deputizing
from bot.rules.deviation import DeviationCode
from bot.rules.deviations import deviations, deviations_so_far
from bot.rules.freezing import FreezeException, FreezeId
from bot.rules.inputs import (
    Finish,
    Reason,
    Report,
    RollbackStart,
    Settlement,
    VerificationInput,
    WaiverGrant,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import Stage
from bot.rules.logged import (
    LoggedDeployment,
    What,
    approvals_for,
    verifications_for,
    waivers_for,
    window_of,
)
from bot.rules.readings import Problem
from bot.rules.terms import NO_WORDS, EnvironmentName, Role, Words
from bot.rules.words import plain
from bot.workflows.approve import take_back_approval
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
)
from bot.workflows.observe import observe
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver
from bot.workflows.watch import confirm_healthy, escalate_monitoring
from bot.workflows.windows import propose_window
from tests.acting import (
    ANA,
    BEN,
    BERLIN,
    DORA,
    EVE,
    HOUR,
    LEA,
    MINUTE,
    OMAR,
    PAUL,
    PIA,
    QUINN,
    SATURDAY,
    THURSDAY,
    TIA,
    TOM,
    Course,
    a_course,
    deploying,
    in_staging,
    ready_for_staging,
    watched,
    windowed,
)

STAGING = EnvironmentName("staging")
WELL = Finish(Outcome.SUCCEEDED, NO_WORDS)
BADLY = Finish(Outcome.FAILED, Words("no pod came up"))


def done(course: Course) -> Course:
    """A release on a good day."""
    return watched(course).wait(30 * MINUTE).does(confirm_healthy, ANA, None)


def newest(course: Course) -> Deployment:
    return course.change.deployments[-1]


def codes(course: Course, deployment: Deployment | None = None) -> list[str]:
    found = deviations(course.change, deployment or newest(course), course.policy)
    return [each.code.value for each in found]


def said(course: Course, deployment: Deployment | None = None) -> list[str]:
    found = deviations(course.change, deployment or newest(course), course.policy)
    return [f"{each.clause.value} {plain(each.said, {}, BERLIN)}" for each in found]


def so_far(course: Course) -> list[str]:
    return [each.code.value for each in deviations_so_far(course.change, course.policy)]


@pytest.mark.clause("G-LOG-1")
def test_a_release_on_a_good_day_deviates_in_nothing_but_the_attested_deployment() -> None:
    course = done(a_course())
    assert course.stage is Stage.DONE
    development, staging, production = course.change.deployments
    assert said(course, development) == [
        "G-ENV-1 ana attested the deployment to development; nothing reported it."
    ]
    assert codes(course, staging) == []
    assert codes(course, production) == []
    assert so_far(course) == ["attested"]
    assert [each.marked for each in deviations_so_far(course.change, course.policy)] == [False]


def waived(course: Course) -> Course:
    wish = WaiverWish(STAGING, Words("the cluster is down"), SATURDAY.start)
    course.does(ask_for_waiver, ANA, wish).does(grant_waiver, DORA, WaiverGrant())
    return course


def waived_in_production(course: Course) -> Course:
    waived(course).approved_by(BEN, TIA).does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS))
    return course.approved_by(PAUL, EVE).at(THURSDAY.start).does(start_production, ANA, None)


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_in_effect_is_told_with_who_until_when_and_why() -> None:
    course = waived_in_production(a_course())
    assert said(course) == ["G-ENV-2 staging was waived by dora until Sat 28 Nov 14:00: the cluster is down."]
    assert waivers_for(course.change, newest(course)) == course.change.waivers
    assert approvals_for(course.change, newest(course), course.policy.guide) == course.change.approvals
    course.does(finish_production, ANA, BADLY).does(start_rollback, ANA, RollbackStart())
    assert newest(course).version != course.change.version
    assert waivers_for(course.change, newest(course)) == course.change.waivers, "of what a rollback undoes"
    assert codes(course) == [], "no rollback needs a waiver"


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_shows_as_soon_as_it_is_granted_and_is_none_of_a_deployment_that_came_before() -> None:
    course = a_course()
    assert so_far(course) == ["attested"]
    assert so_far(waived(course)) == ["attested", "waiver"]
    assert codes(course, course.change.deployments[0]) == ["attested"], "what came before it rests on nothing"
    course = waived_in_production(a_course())
    assert so_far(course) == ["attested", "waiver"], "once, though it stands on the change and its deployment"


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_that_took_no_effect_before_the_start_is_no_deviation() -> None:
    course = deploying(a_course())
    waiver = waived_in_production(a_course()).change.waivers[0]
    for untouched in (
        replace(waiver, effective_at=None),
        replace(waiver, effective_at=newest(course).started_at + MINUTE),
        replace(waiver, expired_at=newest(course).started_at - MINUTE),
        replace(waiver, version="4.11.9"),
        replace(waiver, environment=EnvironmentName("production")),
    ):
        change = replace(course.change, waivers=(untouched,))
        assert deviations(change, newest(course), course.policy) == ()


@pytest.mark.clause("G-APP-4", "G-STD-7")
def test_hours_and_notice_by_exception_are_told_with_the_reason() -> None:
    course = windowed(a_course(), SATURDAY, "the certificate expires on Sunday")
    assert so_far(course) == ["attested", "after_hours"]
    course.approved_by(DORA, OMAR).at(SATURDAY.start).does(start_production, ANA, None)
    assert said(course) == [
        "G-APP-4 The window is not within business hours: the certificate expires on Sunday."
    ]
    window = course.change.windows[0]
    short = replace(window, submitted_at=window.span.start - 29 * HOUR)
    change = replace(course.change, windows=(short,))
    assert plain(deviations(change, newest(course), course.policy)[1].said, {}, BERLIN) == (
        "The notice was 29 h instead of 48 h."
    )


@pytest.mark.clause("G-STD-7")
@pytest.mark.parametrize(("short_by", "told"), [(timedelta(), False), (timedelta.resolution, True)])
def test_the_guides_notice_to_the_instant_is_no_deviation(short_by: timedelta, *, told: bool) -> None:
    course = deploying(a_course())
    window = course.change.windows[0]
    exact = replace(window, submitted_at=window.span.start - 48 * HOUR + short_by)
    change = replace(course.change, windows=(exact,))
    found = [each.code for each in deviations(change, newest(course), course.policy)]
    assert found == ([DeviationCode.SHORT_NOTICE] if told else [])


def test_a_leave_during_a_freeze_is_told_of_production_from_then_on() -> None:
    course = deploying(a_course())
    leave = FreezeException(FreezeId(3), EVE, Words("a refund is wrong"), newest(course).started_at, DORA)
    change = replace(course.change, exceptions=(leave,))
    (found,) = deviations(change, newest(course), course.policy)
    assert found.clause is Clause.STD_8
    assert plain(found.said, {}, BERLIN) == "eve for dora excepted it from freeze 3: a refund is wrong."
    later = replace(leave, at=leave.at + MINUTE)
    assert deviations(replace(change, exceptions=(later,)), newest(course), course.policy) == ()
    staging = course.change.deployments[1]
    assert deviations(change, staging, course.policy) == ()


@pytest.mark.clause("G-STD-8")
def test_running_past_the_windows_end_is_told_though_no_timer_fired() -> None:
    course = deploying(a_course())
    assert codes(course) == []
    flagged = course.copy().at(THURSDAY.end)
    flagged.fires(flag_overrun)
    assert codes(flagged) == ["overrun"]
    on_time = course.copy().at(THURSDAY.end).does(finish_production, ANA, WELL)
    assert codes(on_time) == []
    late = course.copy().at(THURSDAY.end + MINUTE).does(finish_production, ANA, WELL)
    assert said(late) == ["G-STD-8 It was still running when its window ended on Thu 26 Nov 15:00."]


def test_a_failure_is_told_with_whether_anything_was_touched() -> None:
    staging = ready_for_staging(a_course()).does(start_staging, ANA, None).does(finish_staging, ANA, BADLY)
    assert said(staging) == ["G-STD-5 It failed."]
    untouched = deploying(a_course()).does(
        finish_production, ANA, Finish(Outcome.FAILED_UNTOUCHED, Words("no route"))
    )
    assert said(untouched) == ["G-STD-8 It failed, and production was left as it was."]


@pytest.mark.clause("G-RB-2", "G-LOG-1")
def test_a_rollback_is_told_of_what_it_undid_and_is_no_deviation_itself() -> None:
    course = watched(a_course()).does(
        observe, ANA, Report(Problem.CRITICAL_FAILURE, notes=Words("nobody can pay"))
    )
    course.does(start_rollback, ANA, RollbackStart())
    undone = course.change.deployments[-2]
    assert said(course, undone) == ["G-RB-2 DEP-4 was to roll it back."]
    course.does(finish_rollback, ANA, WELL)
    assert said(course, undone) == ["G-RB-2 DEP-4 rolled it back."]
    assert codes(course) == []
    assert LoggedDeployment(course.change, newest(course)).what is What.ROLLBACK
    assert approvals_for(course.change, newest(course), course.policy.guide) == ()


def test_a_rollback_that_fails_and_a_fix_in_its_place_are_told() -> None:
    course = deploying(a_course()).does(finish_production, ANA, BADLY)
    course.does(start_rollback, ANA, RollbackStart()).does(finish_rollback, ANA, BADLY)
    assert said(course) == ["G-RB-2 It failed."]
    course.does(settle_rollback, EVE, Settlement(Words("CHG-9"), Words("first release")))
    assert said(course) == [
        "G-RB-2 It failed.",
        "G-RB-2 eve settled its rollback by a fix instead, CHG-9: first release.",
    ]


@pytest.mark.clause("G-STD-9")
def test_a_watch_that_runs_is_no_deviation_one_that_nobody_closed_in_time_is() -> None:
    course = watched(a_course()).wait(39 * MINUTE)
    assert codes(course) == []
    course.wait(MINUTE).fires(escalate_monitoring)
    assert said(course) == [
        "G-STD-9 Nobody confirmed it as healthy by Thu 26 Nov 14:50; it went to the Engineering Manager."
    ]
    course.wait(HOUR).does(confirm_healthy, EVE, None)
    assert said(course) == [
        "G-STD-9 eve confirmed it as healthy only on Thu 26 Nov 15:50, after it had gone to the Engineering Manager."
    ]


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize(("minutes", "told"), [(30, False), (40, False), (41, True)])
def test_a_late_confirmation_is_told_though_no_timer_fired(minutes: int, *, told: bool) -> None:
    course = watched(a_course()).wait(minutes * MINUTE).does(confirm_healthy, ANA, None)
    assert codes(course) == (["late_confirmation"] if told else [])


def test_deputies_are_told_with_both_names() -> None:
    course = deploying(a_course())
    deputy = (Deputizing(Role.ENGINEERING_MANAGER, DORA),)
    approvals = tuple(
        replace(each, deputizing=deputy) if each.person == EVE else each for each in course.change.approvals
    )
    first, *others = course.change.verifications
    change = replace(
        course.change, approvals=approvals, verifications=(replace(first, deputy_for=BEN), *others)
    )
    assert [plain(each.said, {}, BERLIN) for each in deviations(change, newest(course), course.policy)] == [
        "eve approved as Engineering Manager for dora.",
        "quinn let it pass as QA for ben.",
    ]
    orphan = replace(approvals[-1], deputizing=(Deputizing(Role.ENGINEERING_MANAGER, None),))
    change = replace(course.change, approvals=(orphan,))
    (found,) = deviations(change, newest(course), course.policy)
    assert plain(found.said, {}, BERLIN) == "eve approved as Engineering Manager, a role without a holder."


@pytest.mark.clause("G-LOG-1", "G-APP-2")
def test_a_deployment_is_told_with_the_approvals_that_counted_when_it_started() -> None:
    course = in_staging(a_course())
    guide, staging = course.policy.guide, newest(course)
    assert [each.person for each in approvals_for(course.change, staging, guide)] == [BEN, TIA, LEA]
    course.wait(MINUTE).does(take_back_approval, TIA, Reason(Words("I misread it")))
    assert [each.person for each in approvals_for(course.change, staging, guide)] == [BEN, TIA, LEA]
    course.wait(MINUTE).approved_by(TIA).wait(MINUTE).does(start_staging, ANA, None)
    again = approvals_for(course.change, newest(course), guide)
    assert [(each.person, each.number) for each in again] == [(BEN, 1), (LEA, 3), (TIA, 4)]
    assert approvals_for(course.change, course.change.deployments[0], guide) == ()
    course.wait(MINUTE).does(finish_staging, ANA, WELL).wait(MINUTE)
    later = replace(course.change.approvals[-1], number=9, person=TOM, at=course.now)
    change = replace(course.change, approvals=(*course.change.approvals, later))
    assert approvals_for(change, newest(course), guide) == again, "what came after the start is none of it"


@pytest.mark.clause("G-LOG-1", "G-STD-6")
def test_a_verification_is_told_of_the_staging_deployment_that_it_was_about() -> None:
    course = in_staging(a_course())
    first = newest(course)
    course.wait(MINUTE).does(verify, QUINN, VerificationInput(passed=True, notes=NO_WORDS))
    course.wait(MINUTE).does(start_staging, ANA, None).wait(MINUTE).does(finish_staging, ANA, WELL)
    second = newest(course)
    course.wait(MINUTE).does(verify, PIA, VerificationInput(passed=True, notes=NO_WORDS))
    guide = course.policy.guide
    assert [each.person for each in verifications_for(course.change, first, guide)] == [QUINN]
    assert [each.person for each in verifications_for(course.change, second, guide)] == [PIA]
    course.does(propose_window, ANA, WishedWindow(THURSDAY, NO_WORDS)).approved_by(PAUL, EVE)
    course.at(THURSDAY.start).does(start_production, ANA, None)
    production = newest(course)
    assert [each.person for each in verifications_for(course.change, production, guide)] == [QUINN, PIA]
    of_others = replace(course.change.verifications[0], version="4.11.9")
    too_late = replace(course.change.verifications[0], at=course.now + MINUTE)
    change = replace(course.change, verifications=(of_others, too_late))
    assert verifications_for(change, production, guide) == ()


@pytest.mark.clause("G-STD-8")
def test_a_deployment_is_told_with_the_window_in_which_it_started() -> None:
    course = deploying(a_course())
    window = window_of(course.change, newest(course))
    assert window is not None
    assert window.span == THURSDAY
    assert window_of(course.change, course.change.deployments[1]) is None
