"""The one message of a hotfix in its incident's channel: edited, never repeated. And the topic of that channel."""

from collections.abc import Sequence
from typing import Final

from bot.rules.review import due_at, is_owed
from bot.rules.scene import Scene
from bot.rules.stages import FINISHED, Stage
from bot.rules.terms import change_label
from bot.slack.ids import Press, Ref
from bot.slack.views.card import plan_line, unfit_evidence
from bot.slack.views.hotfix_buttons import hotfix_actions
from bot.slack.views.kit import Json, Message, actions, button, dots, lines, message, section, small
from bot.slack.views.production_lines import production_lines
from bot.slack.views.review import review_button, review_line
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, standing, subject
from bot.slack.views.standing_of_hotfix import checklist, issue_lines, severity
from bot.slack.views.text import clip, in_zone, one_line, typed

TOPIC_MOST: Final = 250
NOT_OPENED: Final = "open:"
NOT_LET_IN: Final = "join:"
"""What the note of a room begins with, before Slack's own word: `open:missing_scope`."""


def incident_message(scene: Scene, note: str = "") -> Message:
    """How a hotfix stands, for everybody who works on its incident; `note` says why it does not stand in a channel of its own."""
    plan = plan_line(scene.change)
    in_sight = lines(*production_lines(scene, plan))
    stands = standing(scene)
    shown = scene.stage in FINISHED or plan in in_sight
    return message(
        f"{severity(scene)} {subject(scene)} hotfix ({label(scene)}): {stands.said}",
        section(lines(_headline(scene), issue_lines(scene))),
        section(lines(stands.shown, in_sight, review_line(scene), *unfit_evidence(scene))),
        _checked(scene),
        small(lines("" if shown else plan, _room(note))),
        actions(*_row(scene)),
    )


def _row(scene: Scene) -> list[Json]:
    """What can be done, the review, and the timeline as text; the ⋯ menu stays at the end."""
    row = hotfix_actions(scene)
    at = len(row) - 1 if row and row[-1]["type"] == "overflow" else len(row)
    text = button(Press.TIMELINE, "Timeline as text", Ref.of(scene.change))
    return [*row[:at], *filter(None, [review_button(scene)]), text, *row[at:]]


def _headline(scene: Scene) -> str:
    change, speech = scene.change, Speech.of(scene)
    declared = f"declared {speech.when(change.requested_at)} by {speech.name(change.requester)}"
    what = f"*{dots(severity(scene), f'{subject(scene)} hotfix')}*"
    deployer = change.deployer
    deploys = f"{speech.name(deployer)} deploys" if deployer != change.requester else ""
    return dots(what, label(scene), declared, deploys)


def _checked(scene: Scene) -> Json | None:
    checked = checklist(scene)
    return section(lines(*checked)) if checked else None


def _room(note: str) -> str:
    """Why this stands in the service's channel; Slack's own word for it tells an administrator what to change."""
    if note.startswith(NOT_OPENED):
        word = typed(note.removeprefix(NOT_OPENED), 60)
        return f"ℹ️ The incident has no channel of its own: Slack did not let me open one ({word})."
    if note.startswith(NOT_LET_IN):
        word = typed(note.removeprefix(NOT_LET_IN), 60)
        return f"ℹ️ I cannot write in the incident's channel ({word}), so this stands here."
    return ""


def topic(scenes: Sequence[Scene]) -> str:
    """The channel's topic, which Slack shows literally: every hotfix that still asks something of somebody, the newest first.

    Where there is none any more, how the newest ended. At most 250 characters.
    """
    newest_first = sorted(scenes, key=lambda scene: scene.change.id, reverse=True)
    going_on = [scene for scene in newest_first if not _is_over(scene)] or newest_first[:1]
    shown = [_in_topic(scene) for scene in going_on]
    kept = len(shown)
    while kept > 1 and len(_joined(shown, kept)) > TOPIC_MOST:
        kept -= 1
    return clip(_joined(shown, kept), TOPIC_MOST)


def _joined(shown: Sequence[str], kept: int) -> str:
    more = len(shown) - kept
    return " | ".join([*shown[:kept], *([f"and {more} more"] if more else [])])


def _is_over(scene: Scene) -> bool:
    return scene.stage in FINISHED and not is_owed(scene.change)


def _in_topic(scene: Scene) -> str:
    """`CHG-2 payments 4.12.1, SEV1: being deployed to production`; once it is over, when its review is due."""
    change = scene.change
    what = f"{change_label(change.id)} {change.service} {change.version}"
    grave = f", {change.issue.severity}" if change.issue else ""
    due = due_at(change, scene.setting.policy) if scene.stage in FINISHED and is_owed(change) else None
    zone = scene.setting.policy.zone
    review = f", review due {in_zone(due, zone)}" if due else ""
    signed = ", review signed" if change.review and not is_owed(change) else ""
    stands = "declared, not started yet" if scene.stage is Stage.DECLARED else scene.stage.label
    return one_line(f"{what}{grave}: {stands}{review}{signed}", TOPIC_MOST)
