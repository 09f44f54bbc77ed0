"""The timeline of an incident: adding a message to it, and reading it as text."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from slack_bolt import Ack, App

from bot.rules.hotfix_inputs import TimelineEntry
from bot.rules.life import Act
from bot.rules.review import is_owed
from bot.rules.scene import Scene
from bot.rules.stages import FINISHED
from bot.rules.terms import PersonId, Words
from bot.slack.forms import FieldErrors
from bot.slack.forms.messages import mentioned
from bot.slack.forms.timeline import Quotation, parse_quote, quotation, raw_text
from bot.slack.ids import COMMAND, Modal, Press, Shortcut
from bot.slack.listeners.desk import Body, Desk, caller_of_action, caller_of_submission, pressed_ref
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.kit import Message
from bot.slack.views.timeline import QUOTED_MOST
from bot.slack.views.timeline_modals import added_message, not_added_message, quote_modal, timeline_modal
from bot.workflows.hotfix import add_to_timeline

NOWHERE: Final = f"No hotfix is talked about in this channel. `{COMMAND} hotfix` declares one."
WORDLESS: Final = "There are no words in this message to quote."
OWN: Final = "This is mine: what I say about a hotfix is on the record already."


def register(bolt: App, desk: Desk) -> None:
    """The button, the shortcut and its form."""

    @bolt.action(Press.TIMELINE.pattern)
    def wants_text(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        found = desk.overview.timeline(ref.change) if ref else None
        if found:
            desk.open_modal(body, timeline_modal(found))
        ack()

    @bolt.shortcut(Shortcut.ADD_TO_TIMELINE)
    def wants_to_add(ack: Ack, body: Body) -> None:
        thread = (body.get("message") or {}).get("thread_ts")
        desk.tell(body, *_add(desk, body), thread_ts=str(thread) if thread else None)
        ack()

    @bolt.view(Modal.ADD_TO_TIMELINE)
    def added(ack: Ack, body: Body) -> None:
        quoted = Quotation.decode(body["view"]["private_metadata"])
        if quoted is None:
            ack(response_action="clear")
            return
        read = parse_quote(body["view"]["state"]["values"], quoted)
        if isinstance(read, FieldErrors):
            show_problems(ack, read.errors)
            return
        change, entry = read
        answer = desk.acts.perform(caller_of_submission(body), change, add_to_timeline, entry)
        close_form(ack, body, answer, desk)


def _add(desk: Desk, body: Body) -> tuple[Message, ...]:
    """Add the message, where it is plain to which timeline; else open the form, and say nothing."""
    wanted: Mapping[str, Any] = body.get("message") or {}
    scenes = _open_incidents(desk, str((body.get("channel") or {}).get("id") or ""))
    if not scenes:
        return (not_added_message(NOWHERE),)
    if str(_key(wanted)):
        return (not_added_message(OWN),)
    quoted = quotation(wanted, desk.speech(*mentioned(raw_text(wanted))).names)
    if quoted is None:
        return (not_added_message(WORDLESS),)
    _learn_name(desk, quoted.said_by)
    if len(scenes) > 1 or len(quoted.text) > QUOTED_MOST:
        kept = Quotation.decode(quoted.encode()) or quoted
        desk.open_modal(body, quote_modal(scenes, kept.text, kept.encode()))
        return ()
    return _added(desk, body, scenes[0], quoted)


def _added(desk: Desk, body: Body, scene: Scene, quoted: Quotation) -> tuple[Message, ...]:
    caller = caller_of_action(body)
    entry = TimelineEntry(Words(quoted.text), quoted.said_by, quoted.said_at)
    answer = desk.acts.perform(caller, scene.change.id, add_to_timeline, entry)
    if answer.done:
        return (added_message(scene, quoted.text),)
    return desk.refusal(answer, Act.ADD_TO_TIMELINE, caller)


def _open_incidents(desk: Desk, channel: str) -> Sequence[Scene]:
    """The hotfixes of a channel that are not over, the newest first; where all are, the newest."""
    scenes = desk.overview.scenes(desk.overview.incidents_in(channel))
    newest_first = sorted(scenes, key=lambda scene: scene.change.id, reverse=True)
    going_on = [each for each in newest_first if each.stage not in FINISHED or is_owed(each.change)]
    return going_on or newest_first[:1]


def _key(message: Mapping[str, Any]) -> str:
    """What a message of ours is known by; empty for everybody else's."""
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    return str(payload.get("key") or "") if isinstance(payload, Mapping) else ""


def _learn_name(desk: Desk, person: PersonId | None) -> None:
    """Whoever is quoted is named, also where nobody has ever asked Slack about them."""
    if person and person not in desk.speech(person).names:
        desk.acts.company.directory.who_is(person, None)
