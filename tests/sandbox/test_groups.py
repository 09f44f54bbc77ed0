"""User groups and accounts that change while the bot runs, as Slack tells of them."""

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, Server, UserGroup
from tests.sandbox.tiny_bot import TinyBot

LEADS = UserGroup("S0LEADS", "tech-leads", "Tech Leads", ("U0TIA", "U0TOM"))


def test_a_group_that_changes_is_told_twice_and_answers_with_its_new_members(
    sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    sandbox.buys_plan(LEADS)
    sandbox.changes_group("S0LEADS", "tom", "cleo")
    moved, updated = (delivery.payload["event"] for delivery in bot.deliveries)
    assert moved["type"] == "subteam_members_changed"
    assert (moved["subteam_id"], moved["added_users"], moved["removed_users"]) == (
        "S0LEADS",
        ["U0CLEO"],
        ["U0TIA"],
    )
    assert updated["type"] == "subteam_updated"
    assert updated["subteam"]["users"] == ["U0TOM", "U0CLEO"]
    assert all(delivery.is_signed for delivery in bot.deliveries)
    assert client.usergroups_users_list(usergroup="S0LEADS")["users"] == ["U0TOM", "U0CLEO"]
    (listed,) = client.usergroups_list(include_users=True)["usergroups"]
    assert (listed["user_count"], listed["users"]) == (2, ["U0TOM", "U0CLEO"])


def test_the_page_can_change_a_group(sandbox: Sandbox, bot: TinyBot, server: Server) -> None:
    sandbox.buys_plan(LEADS)
    what = {"as": "ana", "do": "group", "group": "S0LEADS", "users": ["tia"]}
    assert httpx.post(f"{server.url}/page/act", json=what, trust_env=False).json()["trouble"] is None
    assert [delivery.payload["event"]["type"] for delivery in bot.deliveries] == [
        "subteam_members_changed",
        "subteam_updated",
    ]
    unknown = {**what, "group": "S0NONE"}
    assert httpx.post(f"{server.url}/page/act", json=unknown, trust_env=False).status_code == 409


def test_a_cancelled_plan_has_no_groups_and_an_unknown_group_is_named_so(
    sandbox: Sandbox, client: WebClient
) -> None:
    sandbox.buys_plan(LEADS)
    with pytest.raises(SlackApiError) as refused:
        client.usergroups_users_list(usergroup="S0NONE")
    assert refused.value.response["error"] == "no_such_subteam"
    sandbox.cancels_plan()
    with pytest.raises(SlackApiError) as refused:
        client.usergroups_users_list(usergroup="S0LEADS")
    assert refused.value.response["error"] == "paid_teams_only"
    with pytest.raises(KeyError):
        sandbox.changes_group("S0LEADS", "tia")


def test_an_account_that_is_taken_away_is_told_and_described_so(
    sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    sandbox.deactivates("tia")
    (delivery,) = bot.deliveries
    assert delivery.payload["event"]["type"] == "user_change"
    assert delivery.payload["event"]["user"]["deleted"] is True
    assert client.users_info(user="U0TIA")["user"]["deleted"] is True
    (listed,) = [each for each in client.users_list()["members"] if each["id"] == "U0TIA"]
    assert listed["deleted"] is True
