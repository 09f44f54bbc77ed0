"""A sandbox, its server, a bot of a few lines and a client as the bot has one."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from slack_sdk import WebClient

from bot.sandbox import MovableClock, Sandbox, Server, Strictness
from tests.sandbox.tiny_bot import TinyBot

MONDAY = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)


@pytest.fixture
def strictness() -> Strictness:
    return Strictness(rate_limits=False, ack_seconds=0.5, event_retries=(0.0, 0.05, 0.1))


@pytest.fixture
def sandbox(strictness: Strictness) -> Sandbox:
    return Sandbox(clock=MovableClock(MONDAY), strictness=strictness)


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with sandbox.server() as server:
        yield server


@pytest.fixture
def bot(sandbox: Sandbox, server: Server) -> Iterator[TinyBot]:
    assert server.url
    with TinyBot(sandbox.credentials.signing_secret) as bot:
        sandbox.bot_url = bot.url
        yield bot


@pytest.fixture
def client(sandbox: Sandbox, server: Server) -> WebClient:
    return WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url, retry_handlers=[])
