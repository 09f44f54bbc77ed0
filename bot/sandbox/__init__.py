"""A small, honest, strict Slack that runs on one's own machine, with a page for people.

The bot talks to it through SLACK_API_URL and gets signed deliveries over HTTP; it cannot tell it from Slack.
Tests and stories drive it as people do: see `bot.sandbox.person` for how.

    sandbox = Sandbox(HARBOR, MovableClock(datetime(2026, 11, 30, 8, 30, tzinfo=UTC)))
    with sandbox.server() as server:                   # server.api_url, server.url, server.faults
        sandbox.bot_url = "http://127.0.0.1:…/slack/events"
        outcome = sandbox.person("ana").types("/deploy request", channel="payments")
    assert not sandbox.wire.refusals
"""

from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR, App, Channel, Company, Member, Shortcut, UserGroup
from bot.sandbox.faults import Fault
from bot.sandbox.messages import Feed, Field, Message, Modal
from bot.sandbox.person import Outcome, Person
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.server import Server
from bot.sandbox.strictness import Strictness
from bot.sandbox.wire import Exchange
from bot.sandbox.workspace import Credentials, Workspace

__all__ = [
    "HARBOR",
    "App",
    "Channel",
    "Company",
    "Credentials",
    "Exchange",
    "Fault",
    "Feed",
    "Field",
    "Member",
    "Message",
    "Modal",
    "MovableClock",
    "Outcome",
    "Person",
    "Sandbox",
    "Server",
    "Shortcut",
    "Strictness",
    "UserGroup",
    "Workspace",
]
