"""Bolt's listeners, a module per family. Each parses, asks for one act, and acknowledges; rules are elsewhere."""

from slack_bolt import App

from bot.slack.listeners import (
    asking,
    buttons,
    commands,
    delegations,
    events,
    failures,
    forms,
    freezes,
    hotfix,
    production,
    review,
    shortcuts,
    spoken,
    submissions,
    timeline,
    undelivered,
)
from bot.slack.listeners.desk import Desk


def listen(bolt: App, desk: Desk) -> None:
    """Register everything. The last ones catch what no other listener knows."""
    commands.register(bolt, desk)
    buttons.register(bolt, desk)
    forms.register(bolt, desk)
    freezes.register(bolt, desk)
    delegations.register(bolt, desk)
    submissions.register(bolt, desk)
    hotfix.register(bolt, desk)
    production.register(bolt, desk)
    asking.register(bolt, desk)
    spoken.register(bolt, desk)
    review.register(bolt, desk)
    shortcuts.register(bolt, desk)
    timeline.register(bolt, desk)
    undelivered.register(bolt, desk)
    events.register(bolt, desk)
    failures.register(bolt, desk)
