"""Hotfixes in every situation that a view tells apart: declared, spoken for, disputed, started, in breach, reviewed."""

from collections.abc import Callable, Mapping

from bot.rules.hotfix_inputs import Standardization, TimelineEntry
from bot.rules.inputs import Reason
from bot.rules.life import Stage
from bot.rules.terms import ChangeType, Words
from bot.workflows.hotfix import add_to_timeline, ratify_breach, refuse_breach, turn_into_standard
from bot.workflows.request import withdraw
from bot.workflows.review import return_review, sign_review
from bot.workflows.watch import confirm_healthy
from tests import acting_in_hotfixes as hotfixes
from tests.acting import ANA, BEN, DORA, EMIL, EVE, HOUR, MINUTE, OMAR, PAUL, Course
from tests.acting_in_hotfixes import NIGHT, a_hotfix


def declared(_course: Course) -> Course:
    """In business hours, by Ana; nobody has approved it."""
    return a_hotfix()


def at_night(_course: Course) -> Course:
    """By Omar, who is on call, at two in the morning."""
    return a_hotfix(by=OMAR, at=NIGHT)


def spoken_for(_course: Course) -> Course:
    """Eve, Paul and a peer said yes by phone; each of them is asked."""
    return hotfixes.spoken(at_night(_course), EVE, PAUL, BEN, DORA, by=OMAR)


def confirmed(_course: Course) -> Course:
    """All but Paul confirmed it."""
    return hotfixes.confirmed(spoken_for(_course), EVE, BEN, DORA)


def disputed(_course: Course) -> Course:
    """Eve says that she did not."""
    return hotfixes.disputed(spoken_for(_course), EVE)


def running(_course: Course) -> Course:
    """Started, signed by button."""
    return hotfixes.started(a_hotfix())


def disputed_later(_course: Course) -> Course:
    """Started on spoken words, one of which is disputed while it runs."""
    course = hotfixes.spoken(a_hotfix(), EVE, PAUL, BEN)
    return hotfixes.disputed(hotfixes.starts(course), EVE)


def untouched(_course: Course) -> Course:
    """It failed, and production is as it was: it can be started again."""
    return hotfixes.untouched(a_hotfix())


def watched(_course: Course) -> Course:
    """In production, with somebody's quote on its timeline."""
    course = hotfixes.finished(a_hotfix())
    entry = TimelineEntry(Words("the first card went through"), BEN, course.now)
    return course.does(add_to_timeline, ANA, entry)


def in_breach(_course: Course) -> Course:
    """Started without any approval."""
    return hotfixes.in_breach(a_hotfix())


def answered(_course: Course) -> Course:
    """Eve ratified it, Paul refused to; the peer has not answered."""
    course = in_breach(_course).wait(HOUR).does(ratify_breach, EVE, None)
    return course.does(refuse_breach, PAUL, Reason(Words("I was at my desk")))


def done(_course: Course) -> Course:
    """In production and healthy; the review is open."""
    return watched(_course).wait(30 * MINUTE).does(confirm_healthy, OMAR, None)


def handed_in(_course: Course) -> Course:
    """Its review is handed in."""
    return hotfixes.handed_in(a_hotfix())


def returned(_course: Course) -> Course:
    """Its review came back."""
    return handed_in(_course).does(return_review, EVE, Reason(Words("the timeline stops at 02:20")))


def signed(_course: Course) -> Course:
    """Its review is signed."""
    return hotfixes.ready_to_sign(a_hotfix()).does(sign_review, EMIL, None)


def turned(_course: Course) -> Course:
    """It goes the standard way after all."""
    return spoken_for(_course).does(turn_into_standard, OMAR, Standardization(ChangeType.ROUTINE))


def withdrawn(_course: Course) -> Course:
    """Withdrawn before its start, with words that are open."""
    return spoken_for(_course).does(withdraw, OMAR, Reason(Words("the provider mended it")))


HOTFIXES: Mapping[str, tuple[Stage, Callable[[Course], Course]]] = {
    "hotfix declared": (Stage.DECLARED, declared),
    "hotfix at night": (Stage.DECLARED, at_night),
    "hotfix spoken for": (Stage.DECLARED, spoken_for),
    "hotfix confirmed": (Stage.DECLARED, confirmed),
    "hotfix disputed": (Stage.DECLARED, disputed),
    "hotfix running": (Stage.DEPLOYING, running),
    "hotfix disputed later": (Stage.DEPLOYING, disputed_later),
    "hotfix untouched": (Stage.DECLARED, untouched),
    "hotfix watched": (Stage.MONITORING, watched),
    "hotfix in breach": (Stage.DEPLOYING, in_breach),
    "breach answered": (Stage.DEPLOYING, answered),
    "hotfix done": (Stage.DONE, done),
    "review handed in": (Stage.MONITORING, handed_in),
    "review returned": (Stage.MONITORING, returned),
    "review signed": (Stage.MONITORING, signed),
    "hotfix turned": (Stage.PREPARING, turned),
    "hotfix withdrawn": (Stage.WITHDRAWN, withdrawn),
}
"""Situations with the stage that a hotfix is then at."""
