"""What an incident's channel shows of a hotfix, its timeline as text, and the form that quotes into it, for every scene."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.rules.scene import Scene
from bot.rules.terms import ChangeId
from bot.rules.timeline import TimelineLine
from bot.rules.timeline_words import Reading, Timeline
from bot.rules.words import Quote, When, Who, say
from bot.slack.forms.timeline import Quotation
from bot.slack.views.incident import incident_message
from bot.slack.views.kit import Json, Message
from bot.slack.views.speech import Speech
from bot.slack.views.timeline import entry_message
from bot.slack.views.timeline_modals import (
    added_message,
    not_added_message,
    quote_modal,
    timeline_modal,
)
from tests.acting import ANA, BEN


def a_line(scene: Scene, words: str, minutes: int = 5) -> TimelineLine:
    """An entry in which somebody says these words of a version."""
    at = scene.change.requested_at + timedelta(minutes=minutes)
    version = scene.change.version
    return TimelineLine(at, say(Who((ANA, BEN), "and"), f" said of {version} ", When(at), ": ", Quote(words)))


def reading(scene: Scene) -> Reading:
    return Reading(scene.names, scene.setting.policy.zone, scene.change.requested_at)


def incident_messages(scene: Scene, words: str) -> Iterator[Message]:
    """The incident's message in its own channel and in the service's; entries of the same day and of the next."""
    if scene.change.issue is None:
        return
    for note in ("", "open:missing_scope", "join:is_archived", f"open:{words}"):
        yield incident_message(scene, note)
    for minutes in (5, 26 * 60):
        yield entry_message(a_line(scene, words, minutes), reading(scene), Speech.of(scene))
    yield added_message(scene, words)
    yield not_added_message("There are no words in this message to quote.")


def incident_forms(scene: Scene, words: str) -> Iterator[Json]:
    """The form, with as many hotfixes as it can offer."""
    quoted = Quotation(words or "it is the cache", ANA, scene.setting.now)
    many = [replace(scene, change=replace(scene.change, id=ChangeId(number))) for number in range(1, 21)]
    for scenes in ([scene], many):
        yield quote_modal(scenes, quoted.text, quoted.encode())


def timelines_as_text(scene: Scene, words: str) -> Iterator[Json]:
    """An empty one, and one that needs several blocks."""
    for count in (0, 60):
        lines = tuple(a_line(scene, words, number) for number in range(count))
        yield timeline_modal(Timeline(scene.change, lines, reading(scene)))
