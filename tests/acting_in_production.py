"""A change further on its way than `acting` takes it: in production, rolled back, superseded, with a waiver."""

from dataclasses import replace
from datetime import datetime

from bot.rules.change import Outcome
from bot.rules.inputs import (
    Finish,
    Report,
    ReportWithdrawal,
    RollbackStart,
    Settlement,
    WaiverGrant,
    WaiverWish,
)
from bot.rules.life import Stage
from bot.rules.readings import Problem
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, EnvironmentName, PersonId, Words
from bot.rules.verdict import Done
from bot.workflows.observe import observe
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.supersede import supersede
from bot.workflows.waive import ask_for_waiver, grant_waiver
from bot.workflows.watch import confirm_healthy
from tests.acting import (
    ANA,
    DORA,
    EVE,
    MINUTE,
    OMAR,
    QUINN,
    THURSDAY,
    Course,
    deploying,
    sentences,
    watched,
    windowed,
)

STAGING = EnvironmentName("staging")
DEVELOPMENT = EnvironmentName("development")
WHY = Words("because")
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)
FAILED = Finish(Outcome.FAILED, Words("the host is gone"))
NEWER = ChangeId(7)

BROKEN = Report(Problem.CRITICAL_FAILURE, notes=Words("no checkout works"))
ISSUE = Report(Problem.MAJOR_ISSUE, notes=Words("a shop cannot pay"))
WIDESPREAD = Report(Problem.WIDESPREAD_ISSUES, notes=Words("the phones ring"))
NO_MATTER = ReportWithdrawal(Words("the load test did that"))
A_FIX = Settlement(fix=Words("CHG-9"), reason=Words("a first release has nothing before it"))


def requested(course: Course) -> Course:
    """Only asked for."""
    return course


def stage_of(course: Course) -> Stage:
    """Where the change is now; asked anew each time, also in the eyes of a type checker."""
    return course.stage


def done(course: Course) -> Course:
    """Closed as successful, and still what runs in production."""
    watched(course).wait(30 * MINUTE).does(confirm_healthy, ANA, None)
    return in_production(course)


def in_production(course: Course) -> Course:
    """What this change put into production is what runs there."""
    change = course.change
    course.neighbors = replace(course.neighbors, in_production=change.version, put_there_by=change.id)
    return course


def replaced_in_production(course: Course) -> Course:
    """Another version runs in production now."""
    course.neighbors = replace(course.neighbors, in_production="4.13.0", put_there_by=NEWER)
    return course


def alarmed(course: Course) -> Course:
    """In production, and somebody saw that critical functionality fails."""
    return watched(course).does(observe, QUINN, BROKEN)


def rolling_back(course: Course) -> Course:
    """Alarmed, with a rollback under way that puts 4.11.3 back."""
    course.neighbors = replace(course.neighbors, before_it="4.11.3")
    return alarmed(course).does(start_rollback, OMAR, RollbackStart())


def restored(course: Course) -> Course:
    """Rolled back a minute after the rollback's start, and watched."""
    return rolling_back(course).wait(MINUTE).does(finish_rollback, OMAR, SUCCEEDED)


def rolled_back(course: Course) -> Course:
    """Rolled back, watched for half an hour, and closed."""
    restored(course).wait(30 * MINUTE).does(confirm_healthy, OMAR, None)
    course.neighbors = replace(course.neighbors, in_production="4.11.3", put_there_by=course.change.id)
    return course


def settled(course: Course) -> Course:
    """Alarmed, and settled by a named fix a minute later."""
    alarmed(course).wait(MINUTE).does(settle_rollback, EVE, A_FIX)
    return in_production(course)


def alarmed_while_it_runs(course: Course) -> Course:
    """Not finished, and already known to be broken."""
    return deploying(course).wait(MINUTE).does(observe, QUINN, BROKEN)


def superseded(course: Course) -> Course:
    """Waiting for its approvals, when a newer one of its service and type was done."""
    windowed(course)
    course.neighbors = Neighbors(superseded_by=NEWER)
    verdict = course.fires(supersede)
    assert isinstance(verdict, Done), sentences(verdict)
    return course


def with_waiver(
    course: Course,
    environment: EnvironmentName = STAGING,
    until: datetime = THURSDAY.end,
    by: PersonId = DORA,
) -> Course:
    """With a waiver asked for, and granted."""
    course.does(ask_for_waiver, ANA, WaiverWish(environment, WHY, until))
    return course.does(grant_waiver, by, WaiverGrant())
