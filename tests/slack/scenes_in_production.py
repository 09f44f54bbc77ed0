"""A change from its start in production on, in every situation that a view tells apart."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.rules.change import Outcome
from bot.rules.inputs import BaselineInput, Finish, Report, ReportWithdrawal, RollbackStart
from bot.rules.life import Stage
from bot.rules.production_facts import AlarmSounded
from bot.rules.readings import Figure, Problem
from bot.rules.terms import NO_WORDS, Words
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.observe import observe, record_baseline, withdraw_observation
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.watch import confirm_healthy
from tests import acting, acting_in_production
from tests.acting import ANA, BEN, MINUTE, OMAR, QUINN, THURSDAY, Course
from tests.acting_in_production import BROKEN, ISSUE, in_production

BASELINE = BaselineInput(
    (
        (Problem.ERROR_RATE, Figure(0.5, 24_000)),
        (Problem.LATENCY, Figure(205)),
        (Problem.THROUGHPUT, Figure(48.5)),
    )
)
RISEN = Report(Problem.ERROR_RATE, now=Figure(0.9, 24_000), notes=Words("since the start"))
PERHAPS_RISEN = Report(Problem.ERROR_RATE, now=Figure(0.55, 24_000))
WITHIN = Report(Problem.LATENCY, now=Figure(212))
NO_BASELINE = Report(Problem.THROUGHPUT, now=Figure(40))
IT_WAS_THE_CDN = ReportWithdrawal(Words("the CDN's outage"))


def measured(course: Course) -> Course:
    """Scheduled, with a baseline, and 4.11.3 before it."""
    acting.scheduled(course).does(record_baseline, BEN, BASELINE)
    return course


def deployed(course: Course) -> Course:
    """In production since ten minutes after its window's start, measured before."""
    measured(course).at(THURSDAY.start).does(start_production, ANA, None).wait(10 * MINUTE)
    in_production(course.does(finish_production, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS)))
    course.neighbors = replace(course.neighbors, before_it="4.11.3")
    return course


def reported(course: Course) -> Course:
    """Watched, with a figure within its limit, an open question and one customer's issue."""
    deployed(course).wait(5 * MINUTE).does(observe, BEN, WITHIN).does(observe, BEN, PERHAPS_RISEN)
    return course.does(observe, QUINN, ISSUE)


def unknown(course: Course) -> Course:
    """Watched, with a figure that nothing can be compared with."""
    return acting.watched(course).does(observe, BEN, NO_BASELINE)


def alarmed(course: Course) -> Course:
    """The error rate rose."""
    return deployed(course).wait(10 * MINUTE).does(observe, BEN, RISEN)


def alarmed_twice(course: Course) -> Course:
    """And critical functionality fails."""
    return alarmed(course).wait(MINUTE).does(observe, QUINN, BROKEN)


def alarmed_while_it_runs(course: Course) -> Course:
    """Not finished yet."""
    return acting.deploying(course).wait(MINUTE).does(observe, QUINN, BROKEN)


def alarmed_after_its_end(course: Course) -> Course:
    """Done, and still in production, when it was seen to fail."""
    return done(course).wait(120 * MINUTE).does(observe, QUINN, BROKEN)


def first_release(course: Course) -> Course:
    """Nothing was in production before it."""
    return in_production(acting.watched(course)).does(observe, QUINN, BROKEN)


def withdrawn_report(course: Course) -> Course:
    """It was something else."""
    return alarmed(course).wait(MINUTE).does(withdraw_observation, OMAR, IT_WAS_THE_CDN)


def rolling_back(course: Course) -> Course:
    """On-call has started the rollback."""
    return alarmed(course).wait(2 * MINUTE).does(start_rollback, OMAR, RollbackStart())


def rolling_back_for_long(course: Course) -> Course:
    """And it takes its time, so that the alarm sounds again."""
    rolling_back(course).wait(15 * MINUTE)
    course.facts = (*course.facts, AlarmSounded(course.change.deployments[-1].id, course.now))
    return course


def restored(course: Course) -> Course:
    """4.11.3 is back, and watched."""
    form = Finish(Outcome.SUCCEEDED, NO_WORDS)
    return rolling_back(course).wait(4 * MINUTE).does(finish_rollback, OMAR, form)


def restored_and_watched(course: Course) -> Course:
    """Half an hour later."""
    return restored(course).wait(30 * MINUTE)


def rolled_back(course: Course) -> Course:
    """And confirmed."""
    return restored_and_watched(course).does(confirm_healthy, OMAR, None)


def rollback_failed(course: Course) -> Course:
    """It did not work."""
    form = Finish(Outcome.FAILED, Words("the image is gone"))
    return rolling_back(course).wait(MINUTE).does(finish_rollback, OMAR, form)


def done(course: Course) -> Course:
    """Watched to its end."""
    return deployed(course).wait(30 * MINUTE).does(confirm_healthy, ANA, None)


def done_and_reported(course: Course) -> Course:
    """A customer has an issue, later."""
    return done(course).wait(60 * MINUTE).does(observe, QUINN, ISSUE)


PRODUCTION: Mapping[str, tuple[Stage, Callable[[Course], Course]]] = {
    "with a baseline": (Stage.SCHEDULED, measured),
    "reported": (Stage.MONITORING, reported),
    "unknown": (Stage.MONITORING, unknown),
    "withdrawn report": (Stage.MONITORING, withdrawn_report),
    "alarmed": (Stage.ROLLBACK_REQUIRED, alarmed),
    "alarmed twice": (Stage.ROLLBACK_REQUIRED, alarmed_twice),
    "alarmed while it runs": (Stage.ROLLBACK_REQUIRED, alarmed_while_it_runs),
    "alarmed after its end": (Stage.ROLLBACK_REQUIRED, alarmed_after_its_end),
    "first release": (Stage.ROLLBACK_REQUIRED, first_release),
    "rollback failed": (Stage.ROLLBACK_REQUIRED, rollback_failed),
    "rolling back": (Stage.ROLLING_BACK, rolling_back),
    "rolling back for long": (Stage.ROLLING_BACK, rolling_back_for_long),
    "restored": (Stage.RESTORED, restored),
    "restored and watched": (Stage.RESTORED, restored_and_watched),
    "rolled back": (Stage.ROLLED_BACK, rolled_back),
    "settled": (Stage.ROLLED_BACK, acting_in_production.settled),
    "done in production": (Stage.DONE, done),
    "done and reported": (Stage.DONE, done_and_reported),
}
"""Each with the stage that it is at."""
