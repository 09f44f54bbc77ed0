"""Messages, modals and their blocks as Slack takes them. Whatever is too long is clipped here, so that no view can forget it.

Limits: https://docs.slack.dev/reference/block-kit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.slack.ids import MORE, Choice, Press, Ref, encode_choice
from bot.slack.views.text import clip_mrkdwn, one_line, unformatted

Json = dict[str, object]

SECTION_MOST: Final = 2900
CONTEXT_MOST: Final = 1900
TEXT_MOST: Final = 2000
BUTTON_MOST: Final = 75
CHOICES_MOST: Final = 5
MODAL_TITLE_MOST: Final = 24
VIEW_TEXT_MOST: Final = 150
VALUE_MOST: Final = 2000
CONFIRM_TITLE_MOST: Final = 100
CONFIRM_TEXT_MOST: Final = 300
CONFIRM_BUTTON_MOST: Final = 30


@dataclass(frozen=True, slots=True)
class Message:
    """A message: `text` is what a notification shows and a screen reader says (mrkdwn, escaped), `blocks` what is seen."""

    text: str
    blocks: list[Json]


def message(text: str, *blocks: Json | None) -> Message:
    """A message of those blocks that are there."""
    return Message(
        clip_mrkdwn(unformatted(text), TEXT_MOST), [block for block in blocks if block is not None]
    )


def lines(*parts: str | None) -> str:
    """Lines of mrkdwn; those that have nothing to say are left out."""
    return "\n".join(part for part in parts if part)


def dots(*parts: str | None) -> str:
    """Facts side by side: `CHG-142 · routine · requested by Ana`."""
    return " · ".join(part for part in parts if part)


def section(mrkdwn: str) -> Json:
    """A paragraph, or several lines, of mrkdwn that is escaped already."""
    return {
        "type": "section",
        "text": {"type": "mrkdwn", "text": clip_mrkdwn(mrkdwn, SECTION_MOST), "verbatim": True},
    }


def small(mrkdwn: str) -> Json | None:
    """Small print; nothing where there is nothing to say."""
    if not mrkdwn:
        return None
    text = {"type": "mrkdwn", "text": clip_mrkdwn(mrkdwn, CONTEXT_MOST), "verbatim": True}
    return {"type": "context", "elements": [text]}


def button(
    press: Press, label: str, ref: Ref | None = None, style: Literal["primary", "danger"] | None = None
) -> Json:
    """A button that says what it does. Red is for what cannot be taken back."""
    made: Json = {"type": "button", "action_id": press.value, "text": plain_text(label, BUTTON_MOST)}
    if ref is not None:
        made["value"] = ref.encode()
    if style is not None:
        made["style"] = style
    return made


def confirmed(element: Json, title: str, text: str, yes: str) -> Json:
    """The same button, which asks before it acts. For what cannot be taken back; `text` is mrkdwn, escaped."""
    asks = {
        "title": plain_text(title, CONFIRM_TITLE_MOST),
        "text": {"type": "mrkdwn", "text": clip_mrkdwn(text, CONFIRM_TEXT_MOST), "verbatim": True},
        "confirm": plain_text(yes, CONFIRM_BUTTON_MOST),
        "deny": plain_text("Cancel", CONFIRM_BUTTON_MOST),
        "style": "danger",
    }
    return {**element, "confirm": asks}


def worded_button(press: Press, label: str, value: str) -> Json:
    """A button whose value is not a change; what is longer than Slack takes is cut."""
    return {**button(press, label), "value": value[:VALUE_MOST]}


def repeated(element: Json, place: str) -> Json:
    """The same button for another line of the same message: ids are unique within one."""
    return {**element, "action_id": f"{element['action_id']}:{place}"}


def beside(mrkdwn: str, accessory: Json) -> Json:
    """A paragraph with a button at its side."""
    return {**section(mrkdwn), "accessory": accessory}


def card_link(permalink: str | None) -> Json | None:
    """A button that opens the change's card, where it is known."""
    if permalink is None:
        return None
    return {**button(Press.OPEN_CARD, "Open card"), "url": permalink}


def more(choices: Sequence[tuple[Choice, str]], ref: Ref) -> Json | None:
    """The ⋯ menu, with what does not deserve a button; nothing where there is nothing in it."""
    options = [
        {"text": plain_text(label, BUTTON_MOST), "value": encode_choice(choice, ref)}
        for choice, label in choices[:CHOICES_MOST]
    ]
    return {"type": "overflow", "action_id": MORE, "options": options} if options else None


def actions(*elements: Json | None) -> Json | None:
    """A row of buttons; nothing where there are none."""
    there = [element for element in elements if element is not None]
    return {"type": "actions", "elements": there} if there else None


def plain_text(text: str, most: int) -> Json:
    """A text that is shown literally."""
    return {"type": "plain_text", "text": one_line(text, most) or "–", "emoji": True}


@dataclass(frozen=True, slots=True)
class Form:
    """A modal: what it is called, the verb on its button, and what it says when it comes back."""

    callback_id: str
    title: str
    submit: str
    metadata: str = ""


def modal(form: Form, blocks: Iterable[Json | None]) -> Json:
    """A modal's view."""
    return {
        "type": "modal",
        "callback_id": form.callback_id,
        "private_metadata": form.metadata,
        "title": plain_text(form.title, MODAL_TITLE_MOST),
        "submit": plain_text(form.submit, MODAL_TITLE_MOST),
        "close": plain_text("Cancel", MODAL_TITLE_MOST),
        "blocks": [block for block in blocks if block is not None],
    }


def blocks_of(view: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The blocks of a view, whoever made it."""
    blocks = view.get("blocks")
    return [block for block in blocks if isinstance(block, dict)] if isinstance(blocks, list) else []
