"""The forms about what is seen in production: baseline, report, its withdrawal, a failed rollback, a fix instead of one."""

from typing import Final

from bot.rules.change import Deployment
from bot.rules.production import Observation
from bot.rules.readings import MEASURED, Figure, Problem
from bot.rules.scene import Scene
from bot.rules.terms import change_label, deployment_label
from bot.rules.verdict import Field
from bot.slack.ids import ALL_REPORTS, Modal, Ref
from bot.slack.views.fields import OPTION_MOST, Asked, Option, choice_field, radio_field, text_field
from bot.slack.views.kit import Form, Json, lines, modal, section, small
from bot.slack.views.production_buttons import can_be_reported, production_ref
from bot.slack.views.reports import attempt, baseline_words, report_lines, why_alarmed
from bot.slack.views.standing import subject
from bot.slack.views.text import clip, typed

REPORTS_MOST: Final = 20
PROBLEMS: Final = (
    Option(Problem.CRITICAL_FAILURE, "A critical function fails", "an immediate rollback"),
    Option(Problem.ERROR_RATE, "The error rate is up", "asks for figures"),
    Option(Problem.LATENCY, "It is slow: p95 latency is up", "asks for figures"),
    Option(Problem.THROUGHPUT, "Throughput is down", "asks for figures"),
    Option(Problem.MAJOR_ISSUE, "One customer reports a major issue", "counted; a few are an alarm"),
    Option(Problem.WIDESPREAD_ISSUES, "Many customers report major issues", "an immediate rollback"),
)


def report_modal(scene: Scene) -> Json | None:
    """What somebody sees, with figures where it is one; nothing where there is nothing to report about."""
    newest = attempt(scene)
    if newest is None or not can_be_reported(scene):
        return None
    stored = baseline_words(scene)
    return modal(
        Form(Modal.REPORT, "Report a problem", "Report", production_ref(scene).encode()),
        [
            section(f"*{subject(scene)}* ({deployment_label(newest.id)})"),
            small(f"Recorded before the deployment: {stored}. That is what counts.") if stored else None,
            choice_field(Asked(Field.PROBLEM, "What is wrong?"), PROBLEMS),
            text_field(
                Asked(
                    Field.NOTES,
                    "What do you see?",
                    "Needed unless you give figures. Others act on it at once.",
                    optional=True,
                ),
                lines=True,
            ),
            text_field(
                Asked(
                    Field.MEASURED,
                    "Figure now",
                    "Only for figures: the error rate in %, the p95 latency in ms, or requests per second.",
                    optional=True,
                )
            ),
            text_field(
                Asked(
                    Field.MEASURED_REQUESTS,
                    "Over how many requests",
                    "Tells a real rise of the error rate from chance.",
                    optional=True,
                )
            ),
            *_before(scene),
        ],
    )


def _before(scene: Scene) -> list[Json]:
    """What it was before: asked for only where a figure could be reported that has no baseline."""
    if set(scene.change.baselines) >= MEASURED:
        return []
    hint = "Only where none was recorded." if scene.change.baselines else "No baseline was recorded."
    return [
        text_field(Asked(Field.BEFORE, "The same figure before the deployment", hint, optional=True)),
        text_field(Asked(Field.BEFORE_REQUESTS, "Over how many requests, before", optional=True)),
    ]


def baseline_modal(scene: Scene) -> Json:
    """What production measures before the deployment, any of it; what is recorded already stands in it."""
    change, label = scene.change, change_label(scene.change.id)
    error_rate = _stored(scene, Problem.ERROR_RATE)
    requests = error_rate.requests if error_rate else None
    return modal(
        Form(Modal.RECORD_BASELINE, f"Baseline of {label}", "Record", Ref.of(change).encode()),
        [
            section(
                f"What *{typed(change.service, 80)}* measures in {typed(scene.setting.guide.production)} before"
                f" {typed(change.version, 100)} goes there. Reports are compared with it; fill in what you have."
            ),
            text_field(
                Asked(Field.ERROR_RATE, "Error rate, in %", "For example 0.5", optional=True),
                _shown(error_rate),
            ),
            text_field(
                Asked(
                    Field.BEFORE_REQUESTS,
                    "Over how many requests",
                    "For example 24,000. Tells a real rise from chance.",
                    optional=True,
                ),
                "" if requests is None else f"{requests:,}",
            ),
            text_field(
                Asked(Field.LATENCY, "p95 latency, in ms", "For example 205", optional=True),
                _shown(_stored(scene, Problem.LATENCY)),
            ),
            text_field(
                Asked(Field.THROUGHPUT, "Throughput, in requests/s", "For example 48.5", optional=True),
                _shown(_stored(scene, Problem.THROUGHPUT)),
            ),
        ],
    )


def _stored(scene: Scene, problem: Problem) -> Figure | None:
    baseline = scene.change.baselines.get(problem)
    return baseline.figure if baseline else None


def _shown(figure: Figure | None) -> str:
    """A value as a person would type it, which reads back as the same number."""
    if figure is None:
        return ""
    whole = figure.value == int(figure.value)
    return f"{int(figure.value)}" if whole else f"{figure.value:f}".rstrip("0")


def not_the_cause_modal(scene: Scene) -> Json | None:
    """Why it was not the deployment; which report, where there are several. Nothing where none demands a rollback."""
    newest = attempt(scene)
    alarms = scene.change.alarms_about(newest) if newest else ()
    if not alarms:
        return None
    which = radio_field if len(alarms) < _RADIOS_MOST else choice_field
    every = Option(ALL_REPORTS, f"All {len(alarms)} of them")
    options = [every, *(_option(each) for each in alarms[-REPORTS_MOST:])]
    chosen = which(Asked(Field.OBSERVATION, "Which report?"), options, ALL_REPORTS)
    return modal(
        Form(Modal.NOT_THE_CAUSE, "Not the deployment", "Withdraw", production_ref(scene).encode()),
        [
            section(lines(f"*{subject(scene)}* does not have to be rolled back for this:", *_why(scene))),
            chosen if len(alarms) > 1 else None,
            text_field(
                Asked(Field.REASON, "How do you know?", "The card shows it, and the log keeps it."),
                lines=True,
            ),
        ],
    )


_RADIOS_MOST: Final = 10


def _why(scene: Scene) -> tuple[str, ...]:
    newest = attempt(scene)
    return why_alarmed(scene, newest) if newest else ()


def _option(observation: Observation) -> Option:
    return Option(str(observation.number), clip(observation.why, OPTION_MOST))


def rollback_failed_modal(scene: Scene, rollback: Deployment) -> Json:
    """How a rollback failed."""
    label = deployment_label(rollback.id)
    return modal(
        Form(
            Modal.ROLLBACK_FAILED,
            f"{label} failed",
            "It failed",
            Ref.of(scene.change, rollback.id).encode(),
        ),
        [
            section(f"Another rollback of *{subject(scene)}* is required at once, and the Director is told."),
            text_field(Asked(Field.NOTES, "What failed", "A few words; others act on them."), lines=True),
        ],
    )


def settle_modal(scene: Scene) -> Json:
    """Which fix stands in for the rollback, and why."""
    return modal(
        Form(Modal.SETTLE, "Settle by a fix", "Settle", production_ref(scene).encode()),
        [
            section(
                lines(
                    f"*{subject(scene)}* stays in {typed(scene.setting.guide.production)}: a deviation, which the"
                    " Director is told of.",
                    *_why(scene),
                    *report_lines(scene),
                )
            ),
            text_field(Asked(Field.FIX, "The fix", "A change, such as CHG-143, or what was done.")),
            text_field(Asked(Field.REASON, "Why there is no rollback", "The log keeps it."), lines=True),
        ],
    )
