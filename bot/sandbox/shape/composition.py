"""Composition objects: texts, options, confirmation dialogs."""

from collections.abc import Mapping

from bot.sandbox.shape.spot import Check, Field, Spot, boolean, fields, items, may, need, one_of, string

TEXT_MOST = 3000
OPTION_TEXT_MOST = 75
OPTION_VALUE_MOST = 150
OPTIONS_MOST = 100


def plain(most: int) -> Check:
    """A `plain_text` object."""
    return _counted(
        fields(
            {
                "type": need(one_of("plain_text")),
                "text": need(string(most)),
                "emoji": may(boolean),
            }
        )
    )


def mrkdwn(most: int) -> Check:
    """A `mrkdwn` object."""
    return _counted(
        fields(
            {
                "type": need(one_of("mrkdwn")),
                "text": need(string(most)),
                "verbatim": may(boolean),
            }
        )
    )


def text(most: int = TEXT_MOST) -> Check:
    """A text object of either kind."""
    either = {"plain_text": plain(most), "mrkdwn": mrkdwn(most)}

    def check(value: object, spot: Spot) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if isinstance(kind, str) and kind in either:
            either[kind](value, spot)
        else:
            spot.refuse("failed to match all allowed schemas")

    return check


def _counted(check: Check) -> Check:
    def counted(value: object, spot: Spot) -> None:
        check(value, spot)
        if isinstance(value, dict) and isinstance(value.get("text"), str):
            spot.findings.characters += len(value["text"])

    return counted


CONFIRM = fields(
    {
        "title": need(plain(100)),
        "text": need(text(300)),
        "confirm": need(plain(30)),
        "deny": need(plain(30)),
        "style": may(one_of("primary", "danger")),
    }
)


def option(*, rich: bool = False, url: bool = False) -> Check:
    """An option; `rich` ones (radio buttons, checkboxes) may be mrkdwn, those of an overflow may have a url."""
    words = text(OPTION_TEXT_MOST) if rich else plain(OPTION_TEXT_MOST)
    described = text(OPTION_TEXT_MOST) if rich else plain(OPTION_TEXT_MOST)
    allowed: dict[str, Field] = {
        "text": need(words),
        "value": need(string(OPTION_VALUE_MOST)),
        "description": may(described),
    }
    if url:
        allowed["url"] = may(string(3000))
    return fields(allowed)


OPTION = option()
OPTION_GROUP = fields(
    {
        "label": need(plain(OPTION_TEXT_MOST)),
        "options": need(items(OPTION, OPTIONS_MOST)),
    }
)


def options_of(element: Mapping[str, object]) -> list[dict[str, object]]:
    """Every option of an element, those inside groups included."""
    found = _dicts(element.get("options"))
    for group in _dicts(element.get("option_groups")):
        found.extend(_dicts(group.get("options")))
    return found


def check_options(element: Mapping[str, object], spot: Spot) -> None:
    """Values are unique, and what is chosen at first is among the options."""
    options = options_of(element)
    values = [one.get("value") for one in options]
    if len(set(map(str, values))) < len(values):
        spot.refuse("options must have unique values")
    initial = element.get("initial_option")
    chosen = [initial] if isinstance(initial, dict) else _dicts(element.get("initial_options"))
    known = [_essence(one) for one in options]
    for one in chosen:
        if _essence(one) not in known:
            spot.refuse("initial option must match an option exactly")


def _essence(option: Mapping[str, object]) -> tuple[object, object]:
    """What makes an option itself, without the defaults that Slack adds to its texts."""
    words = option.get("text")
    return option.get("value"), words.get("text") if isinstance(words, dict) else None


def _dicts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
