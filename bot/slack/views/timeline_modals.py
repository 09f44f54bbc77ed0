"""An incident's timeline as text to copy, and the form that adds a quote to it."""

from collections.abc import Sequence
from typing import Final

from bot.rules.scene import Scene
from bot.rules.terms import change_label
from bot.rules.timeline_words import Timeline
from bot.rules.verdict import Field
from bot.slack.ids import Modal, Ref
from bot.slack.views.fields import Asked, Option, choice_field, text_field
from bot.slack.views.kit import MODAL_TITLE_MOST, Form, Json, Message, message, modal, plain_text, section
from bot.slack.views.standing import label, subject
from bot.slack.views.text import quoted

TEXT_MOST: Final = 60_000
"""How much of a timeline the modal shows: whoever wants it whole exports it."""
BLOCK_MOST: Final = 2900
SHOWN_AT_ONCE: Final = 200


def timeline_modal(timeline: Timeline) -> Json:
    """The timeline as Markdown, literally, in as many blocks as it needs."""
    text = timeline.markdown(TEXT_MOST)
    number = change_label(timeline.change.id)
    return {
        "type": "modal",
        "title": plain_text(f"Timeline of {number}", MODAL_TITLE_MOST),
        "close": plain_text("Close", MODAL_TITLE_MOST),
        "blocks": [
            section(f"To copy. `countersign export timeline {number}` writes it into a file."),
            *(_literal(part) for part in _parts(text)),
        ],
    }


def _parts(text: str) -> list[str]:
    """The text in pieces that fit a block, broken between its lines."""
    parts: list[str] = [""]
    for line in text.split("\n"):
        longer = f"{parts[-1]}\n{line}" if parts[-1] else line
        if len(longer) <= BLOCK_MOST:
            parts[-1] = longer
        else:
            parts.append(line)
    return [part for part in parts if part]


def _literal(text: str) -> Json:
    return {"type": "section", "text": {"type": "plain_text", "text": text, "emoji": False}}


def quote_modal(scenes: Sequence[Scene], text: str, metadata: str) -> Json:
    """To which hotfix's timeline a message is added, the first one by default, and what of it."""
    options = [
        Option(Ref(scene.change.id).encode(), f"{label(scene)} {scene.change.service} {scene.change.version}")
        for scene in scenes
    ]
    return modal(
        Form(Modal.ADD_TO_TIMELINE, "Add to timeline", "Add", metadata),
        [
            choice_field(Asked(Field.CHOICE, "Hotfix"), options, options[0].value),
            text_field(
                Asked(
                    Field.NOTES, "Quote", "Leave out what you like, with … in its place; nothing is reworded."
                ),
                text,
                lines=True,
            ),
        ],
    )


def added_message(scene: Scene, text: str) -> Message:
    """That it stands in the timeline now."""
    said = f"✅ Added to the timeline of {label(scene)}, {subject(scene)}: {quoted(text, SHOWN_AT_ONCE)}"
    return message(said, section(said))


def not_added_message(said: str) -> Message:
    """Why there is nothing to add, or nowhere."""
    return message(said, section(f"ℹ️ {said}"))
