"""Shortcuts: the request's form from anywhere, and how a message's change stands – in threads, too, where no command works."""

import re
from collections.abc import Mapping
from typing import Final

from slack_bolt import Ack, App

from bot.rules.terms import ChangeId
from bot.slack.ids import COMMAND, Shortcut
from bot.slack.listeners.commands import open_request
from bot.slack.listeners.desk import Body, Desk
from bot.slack.listeners.hotfix import declare_of_message, open_declaration
from bot.slack.views.card import card
from bot.slack.views.kit import message, section

LABELED: Final = re.compile(r"\bCHG-([1-9][0-9]{0,17})\b")


def register(bolt: App, desk: Desk) -> None:
    """One listener for each shortcut, in the manifest's order."""

    @bolt.shortcut(Shortcut.REQUEST_DEPLOYMENT)
    def wants_request(ack: Ack, body: Body) -> None:
        open_request(desk, body, "")
        ack()

    @bolt.shortcut(Shortcut.STATUS_OF_MESSAGE)
    def wants_status(ack: Ack, body: Body) -> None:
        asked_about: Mapping[str, object] = body.get("message") or {}
        thread = asked_about.get("thread_ts")
        change = _change_of(desk, asked_about)
        if change is None:
            said = f"This message names no change. `{COMMAND} list` shows them all."
            shown = message(said, section(said))
        else:
            shown = card(desk.acts.look(change))
        desk.tell(body, shown, thread_ts=str(thread) if thread else None)
        ack()

    _register_hotfixes(bolt, desk)


def _register_hotfixes(bolt: App, desk: Desk) -> None:
    @bolt.shortcut(Shortcut.DECLARE_HOTFIX)
    def wants_hotfix(ack: Ack, body: Body) -> None:
        open_declaration(desk, body)
        ack()

    @bolt.shortcut(Shortcut.HOTFIX_OF_MESSAGE)
    def wants_hotfix_of_message(ack: Ack, body: Body) -> None:
        declare_of_message(desk, body)
        ack()


def _change_of(desk: Desk, asked_about: Mapping[str, object]) -> ChangeId | None:
    """The change that a message of ours is about, else the first that its text names."""
    metadata = asked_about.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    key = payload.get("key") if isinstance(payload, dict) else None
    known = desk.overview.change_of_message(key) if isinstance(key, str) else None
    if known is not None:
        return known
    named = LABELED.search(str(asked_about.get("text") or "")) or LABELED.search(
        " ".join(_texts(asked_about.get("blocks")))
    )
    return ChangeId(int(named[1])) if named else None


def _texts(blocks: object) -> list[str]:
    """Every text in a message's blocks, however deep."""
    if isinstance(blocks, list):
        return [text for each in blocks for text in _texts(each)]
    if isinstance(blocks, dict):
        own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
        return [
            *own,
            *(text for each in blocks.values() if not isinstance(each, str) for text in _texts(each)),
        ]
    return []
