"""A click does not wait for Slack to say who the bot is: that was asked at the start."""

import pytest
from slack_sdk import WebClient

from bot.app import build
from bot.sandbox.faults import Fault
from bot.sandbox.sandbox import Sandbox
from bot.settings import load_settings
from bot.slack.identity import Identity
from tests.faults.bots import HARBOR


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


@pytest.mark.parametrize(
    "trouble",
    [
        Fault(drop=True),
        Fault(status=500),
        Fault(error="internal_error"),
        Fault(status=502, body="<h1>502</h1>"),
    ],
)
def test_a_slack_that_does_not_answer_at_the_start_keeps_no_bot_from_starting(
    trouble: Fault, database_url: str
) -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        app = build(
            load_settings(
                {
                    "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
                    "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
                    "SLACK_API_URL": server.api_url,
                    "DATABASE_URL": database_url,
                    "ORGANIZATION": str(HARBOR),
                }
            )
        )
        sandbox.faults.weather = lambda method: trouble if method == "auth.test" else None
        app.check_slack()
        sandbox.faults.weather = None
        assert app.identity.known().bot_user_id
        app.stop()
