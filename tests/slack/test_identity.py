"""A click does not wait for Slack to say who the bot is: that was asked at the start."""

import pytest
from slack_sdk import WebClient

from bot.sandbox.sandbox import Sandbox
from bot.slack.identity import Identity


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that Slack is asked."""
    told: list[str] = []
    real = WebClient.auth_test

    def counted(client: WebClient) -> object:
        told.append("asked")
        return real(client)

    monkeypatch.setattr(WebClient, "auth_test", counted)
    return told


def test_slack_is_asked_once_at_the_start_and_never_for_a_delivery(asked: list[str]) -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        client = WebClient(sandbox.credentials.bot_token, base_url=server.api_url)
        identity = Identity(client)
        told = identity.ask()
        known = [identity.known() for _ in range(3)]
    assert len(asked) == 1
    assert {each.bot_user_id for each in known} == {told["user_id"]}
    assert {each.bot_token for each in known} == {sandbox.credentials.bot_token}


def test_where_nobody_asked_before_the_first_delivery_does(asked: list[str]) -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        identity = Identity(WebClient(sandbox.credentials.bot_token, base_url=server.api_url))
        identity.known()
        identity.known()
    assert len(asked) == 1
