"""The forms about what is seen in production: baselines, reports, their withdrawal, and how a rollback is settled."""

from typing import Final

from bot.rules.change import Outcome
from bot.rules.criteria import MOST_REQUESTS
from bot.rules.inputs import BaselineInput, Finish, Report, ReportWithdrawal, Settlement
from bot.rules.readings import MEASURED, Figure, Problem
from bot.rules.terms import Words
from bot.rules.verdict import Field
from bot.slack.forms.numbers import NoNumber, read_figure, read_requests
from bot.slack.forms.reading import FieldErrors, Filled, Values
from bot.slack.forms.request import LONG_MOST, SHORT_MOST
from bot.slack.ids import ALL_REPORTS, Ref

__all__ = [
    "MOST_REQUESTS",
    "parse_baseline",
    "parse_failed_rollback",
    "parse_report",
    "parse_settlement",
    "parse_withdrawn_report",
]

BASELINES: Final = (
    (Problem.ERROR_RATE, Field.ERROR_RATE),
    (Problem.LATENCY, Field.LATENCY),
    (Problem.THROUGHPUT, Field.THROUGHPUT),
)
_NO_FIGURE: Final = (Field.MEASURED, Field.MEASURED_REQUESTS, Field.BEFORE, Field.BEFORE_REQUESTS)


def parse_report(values: Values, ref: Ref) -> Report | FieldErrors:
    """Read what somebody saw. Figures belong to measured problems only: beside another one they are asked about."""
    form = Filled(values)
    chosen = form.choice(Field.PROBLEM)
    notes = Words(form.lines(Field.NOTES, LONG_MOST))
    if chosen not in set(Problem):
        form.refuse(Field.PROBLEM, "Say what is wrong.")
        return FieldErrors(form.problems)
    problem = Problem(chosen)
    if problem not in MEASURED:
        for field in _NO_FIGURE:
            if form.line(field, SHORT_MOST):
                form.refuse(
                    field, "Only for an error rate, a latency or a throughput. Write it into the notes."
                )
        report = Report(problem, notes=notes, deployment=ref.deployment)
        return FieldErrors(form.problems) if form.problems else report
    report = Report(
        problem,
        now=_figure(form, problem, Field.MEASURED, Field.MEASURED_REQUESTS),
        before=_figure(form, problem, Field.BEFORE, Field.BEFORE_REQUESTS),
        notes=notes,
        deployment=ref.deployment,
    )
    return FieldErrors(form.problems) if form.problems else report


def parse_baseline(values: Values) -> BaselineInput | FieldErrors:
    """Read what production measures before the deployment: any of it."""
    form = Filled(values)
    figures = tuple(
        (problem, figure)
        for problem, field in BASELINES
        if (figure := _figure(form, problem, field, _REQUESTS_OF.get(problem))) is not None
    )
    if not figures:
        form.refuse(Field.ERROR_RATE, "Fill in at least one of these.")
    return FieldErrors(form.problems) if form.problems else BaselineInput(figures)


_REQUESTS_OF: Final = {Problem.ERROR_RATE: Field.BEFORE_REQUESTS}


def _figure(form: Filled, problem: Problem, field: Field, requests_field: Field | None) -> Figure | None:
    """A value and the requests that it was measured over; a count without a value is asked about."""
    typed = form.line(field, SHORT_MOST)
    counted = form.line(requests_field, SHORT_MOST) if requests_field else ""
    requests = read_requests(counted) if counted else None
    if isinstance(requests, NoNumber) and requests_field:
        form.refuse(requests_field, requests.sentence)
    if not typed:
        if counted:
            form.refuse(field, f"Say the {problem.label} that was measured over these requests.")
        return None
    value = read_figure(typed, problem)
    if isinstance(value, NoNumber):
        form.refuse(field, value.sentence)
        return None
    return Figure(value, None if isinstance(requests, NoNumber) else requests)


def parse_withdrawn_report(values: Values) -> ReportWithdrawal | FieldErrors:
    """Read why it was not the deployment, and which report that is about where there are several."""
    form = Filled(values)
    reason = _needed(form, Field.REASON, "Say how you know: the log keeps it.")
    chosen = form.choice(Field.OBSERVATION) or ALL_REPORTS
    one = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) <= _NUMBER_MOST else None
    return FieldErrors(form.problems) if form.problems else ReportWithdrawal(reason, one)


_NUMBER_MOST: Final = 9


def parse_failed_rollback(values: Values, ref: Ref) -> Finish | FieldErrors:
    """Read how a rollback failed."""
    form = Filled(values)
    notes = _needed(form, Field.NOTES, "Say in a few words what failed: others act on it.")
    return FieldErrors(form.problems) if form.problems else Finish(Outcome.FAILED, notes, ref.deployment)


def parse_settlement(values: Values) -> Settlement | FieldErrors:
    """Read which fix stands in for a rollback, and why."""
    form = Filled(values)
    fix = Words(form.line(Field.FIX, SHORT_MOST))
    if not fix:
        form.refuse(Field.FIX, "Name the fix: a change, or what was done.")
    reason = _needed(form, Field.REASON, "Say why there is no rollback: the Director is told.")
    return FieldErrors(form.problems) if form.problems else Settlement(fix, reason)


def _needed(form: Filled, field: Field, asking: str) -> Words:
    text = Words(form.lines(field, LONG_MOST))
    if not text:
        form.refuse(field, asking)
    return text
