"""What people wrote in Slack, as plain text: https://docs.slack.dev/messaging/formatting-message-text."""

import re
from collections.abc import Mapping
from typing import Final

from bot.rules.terms import PersonId

_TOKEN: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_MENTION: Final = re.compile(r"<@([A-Z0-9]{2,30})(?:\|[^<>]*)?>")


def mentioned(text: str) -> tuple[PersonId, ...]:
    """The people whom a message mentions, each once."""
    return tuple(dict.fromkeys(PersonId(found) for found in _MENTION.findall(text)))


def plain_text(text: str, names: Mapping[PersonId, str]) -> str:
    """A message as a person reads it: links by what they say, people and channels by name, no entities."""

    def shown(token: re.Match[str]) -> str:
        kind, what, label = token.groups()
        if kind == "@":
            return f"@{names.get(PersonId(what), label or what)}"
        if kind == "#":
            return f"#{label or what}"
        if kind == "!":
            return label or f"@{what.partition('^')[0]}"
        return label or what

    readable = _TOKEN.sub(shown, text)
    return readable.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
