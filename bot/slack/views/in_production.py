"""What people ask about production by command, and what a reporter reads at once."""

from collections.abc import Sequence

from bot.rules.change import Change
from bot.rules.life import TRANSITIONS, Act, Stage
from bot.rules.production import Observation
from bot.rules.readings import Finding
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, ServiceName, deployment_label
from bot.slack.ids import COMMAND
from bot.slack.views.alarm import alarm_message
from bot.slack.views.card import card, plan_line
from bot.slack.views.kit import Message, actions, dots, lines, message, section, small
from bot.slack.views.production_buttons import can_be_reported, report_button, rollback_button
from bot.slack.views.reports import attempt, back_to, figures_line, report_lines, who_acts
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, standing, subject
from bot.slack.views.text import typed


def rollback_message(scene: Scene, reader: PersonId) -> Message:
    """How production stands, and the button that starts a rollback; the alarm, where one sounds."""
    newest = attempt(scene)
    if newest and scene.stage is Stage.ROLLBACK_REQUIRED:
        return alarm_message(scene, newest, reader)
    if not can_be_rolled_back(scene):
        return card(scene)
    stands = standing(scene)
    back = back_to(scene)
    return message(
        f"{subject(scene)} ({label(scene)}): {stands.said}",
        section(
            lines(
                f"*Roll back {subject(scene)}{back}?*",
                stands.shown,
                *report_lines(scene),
                figures_line(scene),
                who_acts(scene, reader),
                plan_line(scene.change),
            )
        ),
        small(dots(label(scene), deployment_label(newest.id) if newest else "", "needs no approval")),
        actions(rollback_button(scene), report_button(scene)),
    )


def can_be_rolled_back(scene: Scene) -> bool:
    """Whether a rollback can start now."""
    return scene.stage in TRANSITIONS[Act.START_ROLLBACK].stages and can_be_reported(scene)


def nothing_in_production(text: str, services: Sequence[ServiceName]) -> Message:
    """That nothing was deployed to production that the words could mean."""
    named = typed(text, 60) or (typed(services[0], 80) if len(services) == 1 else "your services")
    said = f"Nothing of {named} was deployed to production here."
    hint = f"Name it: `{COMMAND} rollback payments`, or a change's number or version."
    return message(said, section(lines(said, hint)))


def reported_message(scene: Scene, observation: Observation) -> Message:
    """What a report amounted to, as its reporter reads it at once."""
    why = typed(observation.why, 400)
    said = f"{_lead(scene, observation)} {why}"
    return message(said, section(said), small(dots(label(scene), observation.problem.clause)))


def _lead(scene: Scene, observation: Observation) -> str:
    speech, deployer = Speech.of(scene), scene.change.deployer
    match observation.finding:
        case Finding.ALARM if scene.stage is Stage.ROLLBACK_REQUIRED:
            who = who_acts(scene, observation.by)
            return f"🚨 *Immediate rollback of {subject(scene)} required.* Everybody who acts is told: {who}"
        case Finding.ALARM:
            return f"🚨 *Recorded: {subject(scene)} is being rolled back already.*"
        case Finding.POSSIBLE | Finding.UNKNOWN:
            return f"ℹ️ *Recorded. {speech.name(deployer)} and whoever is on call are asked to look.*"
        case Finding.WITHIN:
            return "✅ *Recorded: it is within the limit.*"
        case Finding.NOTED:
            return "ℹ️ *Recorded; alone it demands no rollback.*"


def newest_report(change: Change, by: PersonId) -> Observation | None:
    """The report that a person just made."""
    return next((each for each in reversed(change.observations) if each.by == by), None)
