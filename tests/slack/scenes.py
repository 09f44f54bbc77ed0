"""A change at every stage, as views are given it; its facts come from the workflows themselves."""

from collections.abc import Callable, Mapping
from functools import cache

from bot.rules.change import Outcome, Span
from bot.rules.inputs import Finish, Reason, Rejection, VerificationInput
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Words
from bot.workflows.approve import reject
from bot.workflows.deploy import finish_production, finish_staging, flag_overrun, start_staging
from bot.workflows.request import withdraw
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy, escalate_monitoring
from bot.workflows.windows import lapse_window
from tests import acting
from tests.acting import ANA, BEN, EVE, EVERYBODY, HOUR, MINUTE, OMAR, QUINN, THURSDAY, Course
from tests.slack.asking_scenes import ASKING_COURSES
from tests.slack.review_scenes import REVIEWS
from tests.slack.scenes_in_production import PRODUCTION
from tests.slack.scenes_of_hotfixes import HOTFIXES

NAMES: Mapping[PersonId, str] = {person: person.capitalize() for person in EVERYBODY}
LATER = Span(THURSDAY.start + HOUR, THURSDAY.end + HOUR)


def scene(course: Course, names: Mapping[PersonId, str] = NAMES) -> Scene:
    """The change as it is now."""
    return Scene(course.change, course.setting, names)


def returned(course: Course) -> Course:
    """Sent back by its peer."""
    return course.does(reject, BEN, Rejection(Words("the plan misses the migration")))


def staging(course: Course) -> Course:
    """On its way to staging."""
    return acting.ready_for_staging(course).does(start_staging, ANA, None)


def staging_failed(course: Course) -> Course:
    """It never came up in staging."""
    return staging(course).does(finish_staging, ANA, Finish(Outcome.FAILED, Words("the pod did not start")))


def failed_verification(course: Course) -> Course:
    """QA let it not pass."""
    return acting.in_staging(course).does(
        verify, QUINN, VerificationInput(passed=False, notes=Words("totals are wrong"))
    )


def countered(course: Course) -> Course:
    """Its window was rejected, and another one proposed."""
    acting.windowed(course).approved_by(acting.PAUL)
    return course.does(reject, EVE, Rejection(Words("board demo at two"), counter=LATER))


def lapsed(course: Course) -> Course:
    """Its window passed without a start."""
    acting.scheduled(course).at(THURSDAY.end).fires(lapse_window)
    return course


def after_hours(course: Course) -> Course:
    """Asked for on a Saturday."""
    return acting.windowed(course, acting.SATURDAY, "card vault certificate expires Sunday")


def openable(course: Course) -> Course:
    """Scheduled, and its window is open."""
    return acting.scheduled(course).at(THURSDAY.start)


def overran(course: Course) -> Course:
    """Still running after its window."""
    acting.deploying(course).at(THURSDAY.end).fires(flag_overrun)
    return course


def untouched(course: Course) -> Course:
    """Failed, and production is as it was."""
    form = Finish(Outcome.FAILED_UNTOUCHED, Words("no quota"))
    return acting.deploying(course).does(finish_production, ANA, form)


def rollback_required(course: Course) -> Course:
    """Failed in production."""
    form = Finish(Outcome.FAILED, Words("checkout fails"))
    return acting.deploying(course).does(finish_production, ANA, form)


def over(course: Course) -> Course:
    """Watched long enough."""
    return acting.watched(course).wait(30 * MINUTE)


def escalated(course: Course) -> Course:
    """Nobody confirmed it in time."""
    acting.watched(course).wait(40 * MINUTE).fires(escalate_monitoring)
    return course


def done(course: Course) -> Course:
    """Confirmed by whoever is on call."""
    return over(course).does(confirm_healthy, OMAR, None)


def withdrawn(course: Course) -> Course:
    """Taken back."""
    return course.does(withdraw, ANA, Reason(Words("4.13.0 has it, too")))


def _as_asked(course: Course) -> Course:
    return course


COURSES: Mapping[str, tuple[Stage, Callable[[Course], Course]]] = {
    "preparing": (Stage.PREPARING, _as_asked),
    "ready for staging": (Stage.PREPARING, acting.ready_for_staging),
    "staging failed": (Stage.PREPARING, staging_failed),
    "returned": (Stage.RETURNED, returned),
    "verification failed": (Stage.RETURNED, failed_verification),
    "staging": (Stage.STAGING, staging),
    "verifying": (Stage.VERIFYING, acting.in_staging),
    "verified": (Stage.VERIFIED, acting.verified),
    "countered": (Stage.VERIFIED, countered),
    "lapsed": (Stage.VERIFIED, lapsed),
    "approving": (Stage.APPROVING, acting.windowed),
    "approving after hours": (Stage.APPROVING, after_hours),
    "scheduled": (Stage.SCHEDULED, acting.scheduled),
    "window open": (Stage.SCHEDULED, openable),
    "production untouched": (Stage.SCHEDULED, untouched),
    "deploying": (Stage.DEPLOYING, acting.deploying),
    "overran": (Stage.DEPLOYING, overran),
    "monitoring": (Stage.MONITORING, acting.watched),
    "watch over": (Stage.MONITORING, over),
    "escalated": (Stage.MONITORING, escalated),
    "rollback required": (Stage.ROLLBACK_REQUIRED, rollback_required),
    "done": (Stage.DONE, done),
    **PRODUCTION,
    "withdrawn": (Stage.WITHDRAWN, withdrawn),
    **ASKING_COURSES,
    **HOTFIXES,
    **REVIEWS,
}
"""A change in every situation that a view tells apart, with the stage that it is then at."""


@cache
def a_scene(situation: str) -> Scene:
    """The scene of a situation by its name in `COURSES`."""
    _, goes = COURSES[situation]
    return scene(goes(acting.a_course()))
