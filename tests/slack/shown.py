"""Looking at payloads as Slack does: whether it takes them, which texts and ids are in them."""

import re
from collections.abc import Iterator, Mapping

from bot.sandbox.shape import check_message, check_view
from bot.slack.ids import INPUTS, MORE, Press, Ref, decode_choice
from bot.slack.views.kit import Json, Message

MENTION = re.compile(r"<[@#]|<!(?!date\^\d+\^[^|<>]+\|[^<>|]+>)")
TAG = re.compile(r"<(?:!date\^\d+\^[^|<>]+\|[^<>|]+|https?://[^\s<>|]+\|[^<>|\n]*)>")
KNOWN_ACTIONS = {*Press, MORE, *INPUTS}


def objects(value: object) -> Iterator[Mapping[str, object]]:
    """Every object in a payload, however deep."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner)


def formatted(blocks: object) -> list[str]:
    """Every mrkdwn text."""
    return [str(each["text"]) for each in objects(blocks) if each.get("type") == "mrkdwn"]


def texts(payload: object) -> str:
    """Everything that can be read."""
    return "\n".join(str(each["text"]) for each in objects(payload) if isinstance(each.get("text"), str))


def action_ids(payload: object) -> list[str]:
    """Every action id."""
    return [str(each["action_id"]) for each in objects(payload) if "action_id" in each]


def labels(message: Message, style: str | None = None) -> list[str]:
    """What the buttons say; those of a style where one is named."""
    buttons = [each for each in objects(message.blocks) if each.get("type") == "button"]
    return [texts(each) for each in buttons if style is None or each.get("style") == style]


def check(message: Message) -> None:
    """Slack takes it, it mentions nobody, and all that it sends back is understood."""
    check_message(message.blocks)
    assert message.text.strip()
    assert len(message.text) <= 4000
    for text in (message.text, *formatted(message.blocks)):
        check_text(text)
    _check_ids(message.blocks)


def check_text(text: str) -> None:
    """Nothing but date tokens and links in angle brackets; none of them cut."""
    assert not MENTION.search(text), text
    bare = TAG.sub("", text)
    assert "<" not in bare, text
    assert ">" not in bare, text
    assert re.search(r"&(?!amp;|lt;|gt;)", text) is None, text


def check_form(view: Json) -> None:
    """Slack takes it, and all that it sends back is understood."""
    check_view(view, "modal")
    for text in formatted(view):
        check_text(text)
    metadata = view["private_metadata"]
    assert metadata == "" or Ref.decode(str(metadata))
    _check_ids(view)


def _check_ids(payload: object) -> None:
    assert set(action_ids(payload)) <= KNOWN_ACTIONS
    for each in objects(payload):
        if each.get("type") == "button" and "value" in each:
            assert Ref.decode(str(each["value"]))
        if each.get("type") == "overflow":
            assert all(decode_choice(str(value)) for value in _values(each))
        if each.get("type") == "input":
            assert each["block_id"] in INPUTS


def _values(overflow: Mapping[str, object]) -> Iterator[object]:
    options = overflow["options"]
    assert isinstance(options, list)
    yield from (option["value"] for option in options)
