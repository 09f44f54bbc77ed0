"""What Slack's Web API answers about people and groups, when it is no answer: nobody is described by it, and nothing breaks."""

import json
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.people.slack_groups import SlackGroups
from bot.people.slack_profiles import SlackProfiles, read_user
from bot.people.unreachable import Unreachable
from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId
from bot.sandbox.faults import Fault
from bot.sandbox.sandbox import Sandbox

ANA, LEADS = PersonId("U0ANA"), GroupId("S0LEADS")
NO_ANSWERS = [
    "{}",
    '{"ok": true}',
    '["ok"]',
    '"ok"',
    "null",
    "<html></html>",
    "",
    '{"ok": true, "user": null}',
]
OF_OTHER_SHAPES = [
    {"ok": True, "user": "U0ANA", "users": "U0ANA"},
    {"ok": True, "user": ["U0ANA"], "users": [{"id": "U0ANA"}]},
    {"ok": True, "user": {"id": "U0BEN", "team_id": "T0HARBOR"}, "users": [None]},
    {"ok": True, "user": {"team_id": "T0HARBOR"}, "users": {"U0ANA": True}},
]


@pytest.fixture
def slack() -> Iterator[tuple[Sandbox, WebClient]]:
    sandbox = Sandbox()
    with sandbox.server() as server:
        yield sandbox, WebClient(sandbox.credentials.bot_token, base_url=server.api_url, timeout=2)


@pytest.mark.parametrize("body", [*NO_ANSWERS, *map(json.dumps, OF_OTHER_SHAPES)])
def test_an_answer_that_is_none_is_as_if_slack_were_silent(
    slack: tuple[Sandbox, WebClient], body: str
) -> None:
    sandbox, client = slack
    sandbox.faults.next("*", Fault(body=body), times=2)
    with pytest.raises(Unreachable):
        SlackProfiles(client).profile(ANA)
    with pytest.raises(Unreachable):
        SlackGroups(client).members(LEADS)


def test_whoever_slack_puts_into_no_team_is_of_none() -> None:
    assert read_user({"id": "U0ANA", "team_id": None, "name": "ana"}).team == ""
