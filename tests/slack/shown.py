"""Looking at payloads as Slack does: whether it takes them, which texts and ids are in them."""

import re
from collections.abc import Callable, Iterator, Mapping

from bot.sandbox.shape import check_message, check_view
from bot.slack.forms.timeline import Quotation
from bot.slack.ids import (
    AFRESH,
    INPUTS,
    MORE,
    Press,
    Ref,
    decode_choice,
    decode_delegation,
    decode_freeze,
    decode_review,
    decode_room,
    decode_snooze,
    decode_spoken,
    decode_waiver,
)
from bot.slack.ids.turns import decode_turn
from bot.slack.views.kit import Json, Message

MENTION = re.compile(r"<[@#]|<!(?!date\^\d+\^[^|<>]+\|[^<>|]+>)")
TAG = re.compile(r"<(?:!date\^\d+\^[^|<>]+\|[^<>|]+|https?://[^\s<>|]+\|[^<>|\n]*)>")
KNOWN_ACTIONS = {*Press, MORE, *INPUTS}
DECODED_BY: Mapping[Press, Callable[[str | None], object]] = {
    Press.NEWER: decode_turn,
    Press.OLDER: decode_turn,
    Press.LIFT_FREEZE: decode_freeze,
    Press.END_DELEGATION: decode_delegation,
    Press.GRANT_WAIVER: decode_waiver,
    Press.REFUSE_WAIVER: decode_waiver,
    Press.SNOOZE: decode_snooze,
    Press.CONFIRM_VERBAL: decode_spoken,
    Press.DISPUTE_VERBAL: decode_spoken,
    Press.RUN: bool,
}
"""Of every button whose value is no `Ref`."""
PATTERNS = {press: press.pattern for press in Press}


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


def presses(payload: object) -> list[str]:
    """Every action id, without what tells one line of a list from another."""
    return [action_id.partition(":")[0] for action_id in action_ids(payload)]


def labels(message: Message, style: str | None = None) -> list[str]:
    """What the buttons say; those of a style where one is named."""
    buttons = [each for each in objects(message.blocks) if each.get("type") == "button"]
    return [texts(each["text"]) for each in buttons if style is None or each.get("style") == style]


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


def check_home(view: Json) -> None:
    """Slack takes it as a Home, it mentions nobody, and all that it sends back is understood."""
    check_view(view, "home")
    for text in formatted(view):
        check_text(text)
    _check_ids(view)


def check_told(view: Json) -> None:
    """Slack takes it as a modal that asks nothing."""
    check_view(view, "modal")
    for text in formatted(view):
        check_text(text)
    assert action_ids(view) == []


def check_form(view: Json) -> None:
    """Slack takes it, and all that it sends back is understood."""
    check_view(view, "modal")
    for text in formatted(view):
        check_text(text)
    metadata = view["private_metadata"]
    decoders = (Ref.decode, decode_freeze, decode_waiver, decode_spoken, decode_review, decode_room)
    decoded = any(decode(str(metadata)) for decode in (*decoders, Quotation.decode))
    assert metadata == "" or decoded
    _check_ids(view)


def _check_ids(payload: object) -> None:
    assert set(presses(payload)) <= KNOWN_ACTIONS
    for each in objects(payload):
        if each.get("type") == "button":
            _check_button(each)
        if each.get("type") == "overflow":
            assert all(decode_choice(str(value)) for value in _values(each))
        if each.get("type") == "input":
            assert str(each["block_id"]).partition(AFRESH)[0] in INPUTS


def _check_button(button: Mapping[str, object]) -> None:
    """Its id fits one press, and its value says what that press is about."""
    (press,) = [each for each, pattern in PATTERNS.items() if pattern.fullmatch(str(button["action_id"]))]
    value = str(button["value"]) if "value" in button else None
    if press in {Press.REQUEST, Press.OPEN_CARD, Press.DELEGATE, Press.DECLARE_HOTFIX, Press.TRY_AGAIN}:
        assert value is None
    else:
        assert DECODED_BY.get(press, Ref.decode)(value)


def _values(overflow: Mapping[str, object]) -> Iterator[object]:
    options = overflow["options"]
    assert isinstance(options, list)
    yield from (option["value"] for option in options)
