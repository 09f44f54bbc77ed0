"""A change at each stage of its life, in a company in which everybody is somebody else.

Ana requests, Arno wrote the code, Dirk deploys, Ben reviews, Omar is on call; Dede is deputy for Dora, the Director; Otto is
an engineer of another service, and a stranger is nobody at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from bot.rules.change import Outcome, PullRequest
from bot.rules.deputies import Deputizing
from bot.rules.inputs import Finish, Reason, Rejection, Report, RollbackStart, VerificationInput, WaiverWish
from bot.rules.inputs import WishedWindow as Wished
from bot.rules.life import Stage
from bot.rules.organization import Roster
from bot.rules.readings import Problem
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, EnvironmentName, PersonId, Role, Words
from bot.workflows.approve import reject
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging, take_over
from bot.workflows.observe import observe
from bot.workflows.request import withdraw
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.supersede import supersede
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import propose_window
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EVE,
    FRIDAY,
    HOUR,
    LEA,
    MINUTE,
    OMAR,
    PAUL,
    PIA,
    QUINN,
    REQUEST,
    STRANGER,
    THURSDAY,
    TIA,
    Course,
    a_course,
    berlin,
)

ARNO, DIRK, DEDE, OTTO = PersonId("arno"), PersonId("dirk"), PersonId("dede"), PersonId("otto")
COMPANY: Final = (ANA, ARNO, DIRK, BEN, OMAR, TIA, LEA, QUINN, PIA, PAUL, EVE, DORA, DEDE, OTTO, STRANGER)
ROSTER: Final = Roster(
    now={
        Role.ENGINEER: (ANA, ARNO, DIRK, BEN, OMAR),
        Role.ON_CALL: (OMAR,),
        Role.TECH_LEAD: (TIA,),
        Role.DEVELOPMENT_TEAM_LEAD: (LEA,),
        Role.QA: (QUINN,),
        Role.PRODUCT: (PIA,),
        Role.PRODUCT_MANAGER: (PAUL,),
        Role.ENGINEERING_MANAGER: (EVE,),
        Role.ENGINEERING_DIRECTOR: (DORA, DEDE),
    },
    acting={DEDE: (Deputizing(Role.ENGINEERING_DIRECTOR, DORA),)},
)
NEIGHBORS: Final = Neighbors(in_production="4.12.0", put_there_by=ChangeId(1), before_it="4.11.3")
WHY: Final = Words("because")
STAGING: Final = EnvironmentName("staging")
SUCCEEDED: Final = Finish(Outcome.SUCCEEDED, NO_WORDS)
ALARM: Final = Report(Problem.CRITICAL_FAILURE, notes=WHY)
WAIVED_UNTIL: Final = berlin(26, 9)
"""Before Thursday's window, which does not need the waiver."""


def begun(wished: Wished | None = None, **overrides: object) -> Course:
    """Asked for by Ana, under a guide with these overrides; Dirk has taken over."""
    written = PullRequest(Words("#881"), (ARNO,))
    form = replace(REQUEST, pull_requests=(written,), reviewers=(BEN,), wished=wished)
    course = a_course(ROSTER, form=form, **overrides)
    course.neighbors = NEIGHBORS
    return course.does(take_over, DIRK, None)


def asked_to_waive(course: Course) -> Course:
    """With a waiver of staging asked for, and not decided."""
    return course.does(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, WAIVED_UNTIL))


def approved(course: Course) -> Course:
    """By peer, Tech Lead and Team Lead."""
    return course.approved_by(BEN, TIA, LEA)


def in_staging(course: Course) -> Course:
    """Being deployed there."""
    return approved(course).does(start_staging, DIRK, None)


def verifying(course: Course) -> Course:
    """Deployed to staging."""
    return in_staging(course).does(finish_staging, DIRK, SUCCEEDED)


def approving(course: Course) -> Course:
    """Verified, with Thursday's window asked for."""
    verifying(course)
    for person in (QUINN, PIA):
        course.does(verify, person, VerificationInput(passed=True, notes=NO_WORDS))
    return course.does(propose_window, ANA, Wished(THURSDAY, NO_WORDS))


def verified(course: Course) -> Course:
    """Verified; Thursday's window was rejected and Friday's offered."""
    return approving(course).does(reject, PAUL, Rejection(WHY, counter=FRIDAY))


def scheduled(course: Course) -> Course:
    """Approved, and its window is open."""
    return approving(course).approved_by(PAUL, EVE).at(THURSDAY.start)


def deploying(course: Course) -> Course:
    """Started."""
    return scheduled(course).does(start_production, DIRK, None)


def monitoring(course: Course) -> Course:
    """Deployed, and watched for half an hour."""
    return deploying(course).wait(10 * MINUTE).does(finish_production, DIRK, SUCCEEDED).wait(30 * MINUTE)


def alarmed(course: Course) -> Course:
    """Deployed, and then somebody saw it fail."""
    return monitoring(course).does(observe, PIA, ALARM)


def alarmed_while_running(course: Course) -> Course:
    """Somebody saw it fail while it was being deployed."""
    return deploying(course).does(observe, PIA, ALARM)


def rolling_back(course: Course) -> Course:
    """Being rolled back."""
    return alarmed(course).does(start_rollback, DIRK, RollbackStart())


def restored(course: Course) -> Course:
    """Rolled back, and watched for half an hour."""
    return rolling_back(course).does(finish_rollback, DIRK, SUCCEEDED).wait(30 * MINUTE)


def superseded(course: Course) -> Course:
    """Superseded while it was being deployed to staging."""
    in_staging(course).neighbors = replace(NEIGHBORS, superseded_by=ChangeId(7))
    course.fires(supersede)
    return course


BUILT: Final[Mapping[Stage, Callable[[Course], Course]]] = {
    Stage.PREPARING: approved,
    Stage.RETURNED: lambda course: approved(course).does(reject, OMAR, Rejection(WHY)),
    Stage.STAGING: in_staging,
    Stage.VERIFYING: verifying,
    Stage.VERIFIED: verified,
    Stage.APPROVING: approving,
    Stage.SCHEDULED: scheduled,
    Stage.DEPLOYING: deploying,
    Stage.MONITORING: monitoring,
    Stage.ROLLBACK_REQUIRED: alarmed,
    Stage.ROLLING_BACK: rolling_back,
    Stage.RESTORED: restored,
    Stage.DONE: lambda course: monitoring(course).does(confirm_healthy, DIRK, None).wait(HOUR),
    Stage.ROLLED_BACK: lambda course: restored(course).does(confirm_healthy, DIRK, None).wait(HOUR),
    Stage.WITHDRAWN: lambda course: approved(course).does(withdraw, ANA, Reason(WHY)),
    Stage.SUPERSEDED: superseded,
}


@cache
def _at(stage: Stage, *, waiver: bool) -> Course:
    course = begun()
    if waiver:
        asked_to_waive(course)
    BUILT[stage](course)
    assert course.stage is stage
    return course


def at_stage(stage: Stage, *, waiver: bool = False) -> Course:
    """A change at a stage, for one test to act on; with a waiver that was asked for and not decided."""
    return _at(stage, waiver=waiver).copy()
