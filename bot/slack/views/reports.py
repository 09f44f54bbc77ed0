"""What was seen in production, in words: the reasons for an alarm, open questions, figures against their baseline."""

from collections.abc import Iterable
from typing import Final

from bot.rules.change import Deployment, Outcome
from bot.rules.criteria import shown_figure
from bot.rules.life import WATCHED, Stage
from bot.rules.production import Observation
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Role, deployment_label
from bot.slack.views.kit import dots
from bot.slack.views.speech import Speech
from bot.slack.views.text import quoted, typed

SHOWN_MOST: Final = 4
WHY_MOST: Final = 400
NOTES_MOST: Final = 200
FIGURES: Final = {
    Problem.ERROR_RATE: "error rate",
    Problem.LATENCY: "p95 latency",
    Problem.THROUGHPUT: "throughput",
}
"""The measured problems as a card names them, in its order."""


def attempt(scene: Scene) -> Deployment | None:
    """The newest thing done to production for this change: its rollback where there is one, else its deployment."""
    return scene.change.attempt_in(scene.setting.guide.production)


def seen(scene: Scene) -> tuple[Observation, ...]:
    """The reports that matter now, oldest first: those about the newest attempt."""
    newest = attempt(scene)
    return tuple(each for each in scene.change.observations if newest and each.deployment == newest.id)


def why_alarmed(scene: Scene, deployment: Deployment) -> tuple[str, ...]:
    """Each reason for which a deployment must be rolled back, a line each; of very many the newest.

    Of a rollback that went wrong, why it was started, too.
    """
    speech = Speech.of(scene)
    failed = (_failure(deployment),) if deployment.outcome is Outcome.FAILED else ()
    reasons = [reason(each, speech) for each in scene.change.alarms_about(deployment)]
    undone = next((each for each in scene.change.deployments if each.id == deployment.rolls_back), None)
    return (*failed, *_newest(reasons), *(why_alarmed(scene, undone) if undone else ()))


def _failure(deployment: Deployment) -> str:
    which = deployment_label(deployment.id)
    notes = f": {quoted(deployment.notes, NOTES_MOST)}" if deployment.notes else ""
    if deployment.rolls_back:
        return f"The rollback {which} failed{notes}"
    return f"{which} failed and touched {typed(deployment.environment)}{notes}"


def reason(observation: Observation, speech: Speech) -> str:
    """`Error rate 0.9 % against 0.5 % …. “since the last config push” – Ben, Thu 14:20 · G-RB-1`."""
    notes = f" {quoted(observation.notes, NOTES_MOST)}" if observation.notes else ""
    who = f"{speech.name(observation.by)}, {speech.when(observation.at)}"
    return f"{typed(observation.why, WHY_MOST)}{notes} – {who} · {observation.problem.clause}"


def report_lines(scene: Scene) -> list[str]:
    """The reports that stand beside an alarm or without one: open questions, single customers, and what was withdrawn."""
    speech = Speech.of(scene)
    shown = [line for each in seen(scene) if (line := _line(each, speech))]
    return list(_newest(shown))


def _line(observation: Observation, speech: Speech) -> str | None:
    if observation.withdrawn_by:
        by, reporter = speech.name(observation.withdrawn_by), speech.name(observation.by)
        why = quoted(observation.withdrawn_reason or "", NOTES_MOST)
        return f"ℹ️ {by} withdrew what {reporter} reported: {why}. It was: {typed(observation.why, WHY_MOST)}"
    if observation.finding in {Finding.WITHIN, Finding.ALARM}:
        return None
    return f"ℹ️ {reason(observation, speech)}"


def _newest(shown: list[str]) -> Iterable[str]:
    left_out = len(shown) - SHOWN_MOST
    if left_out <= 0:
        return shown
    return [*shown[-SHOWN_MOST:], f"and {left_out} more {'report' if left_out == 1 else 'reports'} before"]


def is_reported(scene: Scene) -> bool:
    """Whether anybody has reported anything that is not within its limit, withdrawn or not."""
    return any(each.finding is not Finding.WITHIN for each in seen(scene))


def figures_line(scene: Scene) -> str:
    """`error rate 0.48 % (before 0.47 %) · p95 latency before 205 ms`: the newest reading of each, and its baseline."""
    return dots(*(_figure(scene, problem, label) for problem, label in FIGURES.items()))


def _figure(scene: Scene, problem: Problem, label: str) -> str:
    readings = [each for each in seen(scene) if each.problem is problem and each.now and each.stands]
    stored = scene.change.baselines.get(problem)
    if not readings:
        if stored is None or scene.stage not in {Stage.DEPLOYING, *WATCHED}:
            return ""
        return f"{label} before {shown_figure(problem, stored.figure.value)}"
    now, before = readings[-1].now, readings[-1].before
    against = f" (before {shown_figure(problem, before.value)})" if before else ""
    return f"{label} {shown_figure(problem, now.value)}{against}" if now else ""


def baseline_words(scene: Scene) -> str:
    """`error rate 0.5 % (24,000 requests), p95 latency 205 ms`: what was recorded before the deployment; empty without."""
    stored = scene.change.baselines
    return ", ".join(
        f"{label} {shown_figure(problem, stored[problem].figure.value)}{_counted(stored[problem].figure)}"
        for problem, label in FIGURES.items()
        if problem in stored
    )


def _counted(figure: Figure) -> str:
    return "" if figure.requests is None else f" ({figure.requests:,} requests)"


def who_acts(scene: Scene, reader: PersonId | None = None) -> str:
    """Who deploys and who is on call, by name; `reader` is "you"."""
    speech, deployer = Speech.of(scene), scene.change.deployer
    on_call = scene.setting.roster.holders(Role.ON_CALL)
    both = deployer in on_call
    if deployer == reader:
        deploys = f"You deploy{' and are on call' if both else ''}"
    else:
        deploys = f"{speech.name(deployer)} deploys{' and is on call' if both else ''}"
    others = [person for person in on_call if person not in {deployer, reader}]
    if reader in on_call and reader != deployer:
        also = f", with {speech.people(others, 'and')}" if others else ""
        return f"{deploys}, you are on call{also}."
    if not others:
        return f"{deploys}." if on_call else f"{deploys}; nobody is on call."
    return f"{deploys}, {speech.people(others, 'and')} {'is' if len(others) == 1 else 'are'} on call."


def put_back(scene: Scene) -> str:
    """The version that a rollback puts back, as mrkdwn; empty where that is not known."""
    newest = attempt(scene)
    version = newest.version if newest and newest.rolls_back else scene.setting.neighbors.before_it
    return typed(version, 100) if version else ""


def back_to(scene: Scene) -> str:
    """` to 4.11.3`, where it is known what a rollback puts back."""
    version = put_back(scene)
    return f" to {version}" if version else ""
