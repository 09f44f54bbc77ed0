"""The Web API as slack_sdk's client meets it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import HARBOR, Channel, Credentials, Sandbox, Server, Strictness, UserGroup
from tests.sandbox.kit import actions, button, section

PLACE = "C0PAYMENTS"


def error(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as refused:
        call()
    return str(refused.value.response["error"])


def test_the_bot_is_told_who_it_is(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        "U0COUNTERSIGN",
        "B0COUNTERSIGN",
        "T0HARBOR",
    )


def test_a_wrong_token_is_refused(server: Server) -> None:
    assert error(WebClient(token="xoxb-other", base_url=server.api_url).auth_test) == "invalid_auth"
    assert httpx.post(f"{server.api_url}auth.test", trust_env=False).json()["error"] == "not_authed"


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert error(lambda: client.api_call("chat.shout")) == "unknown_method"


def test_a_form_does_as_well_as_json(client: WebClient, sandbox: Sandbox, server: Server) -> None:
    form = {"token": sandbox.credentials.bot_token, "channel": PLACE, "text": "a & b", "blocks": "[]"}
    assert httpx.post(f"{server.api_url}chat.postMessage", data=form, trust_env=False).json()["ok"]
    client.chat_postMessage(channel=PLACE, text="json")
    assert [one.notification for one in sandbox.channel("payments").messages] == ["a & b", "json"]


def test_guests_bots_strangers_and_the_deactivated_are_known_as_such(client: WebClient) -> None:
    def flags(user: str) -> tuple[Any, ...]:
        info = client.users_info(user=user)["user"]
        return info.get("is_restricted"), info["is_bot"], info["deleted"], info["team_id"]

    assert flags("U0ANA") == (False, False, False, "T0HARBOR")
    assert flags("U0GUS") == (True, False, False, "T0HARBOR")
    assert flags("U0ROB") == (False, True, False, "T0HARBOR")
    assert flags("U0IRA") == (None, False, True, "T0HARBOR")
    assert flags("U0ZED") == (False, False, False, "T0OTHER")
    assert error(lambda: client.users_info(user="U0NOBODY")) == "user_not_found"


def test_user_groups_are_for_paid_plans(client: WebClient) -> None:
    assert error(client.usergroups_list) == "paid_teams_only"


def test_user_groups_of_a_paid_plan_list_their_people() -> None:
    company = replace(
        HARBOR, user_groups=(UserGroup("S0TL", "tech-leads", "Tech Leads", ("U0TIA", "U0TOM")),)
    )
    sandbox = Sandbox(company)
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)
        assert client.usergroups_list()["usergroups"][0]["handle"] == "tech-leads"
        assert client.usergroups_users_list(usergroup="S0TL")["users"] == ["U0TIA", "U0TOM"]


def test_a_missing_scope_is_named() -> None:
    sandbox = Sandbox(credentials=Credentials(scopes=frozenset({"commands"})))
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=PLACE, text="x")
    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "chat:write"


def test_a_message_goes_only_where_the_bot_may_write() -> None:
    odd = (
        Channel("C0OLD", "old", frozenset({"U0ANA"}), is_archived=True),
        Channel("C0OUT", "out", frozenset({"U0ANA"}), has_bot=False),
        Channel("C0SECRET", "secret", frozenset({"U0ANA"}), has_bot=False, is_private=True),
    )
    sandbox = Sandbox(
        replace(HARBOR, channels=HARBOR.channels + odd), strictness=Strictness(rate_limits=False)
    )
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)

        def post(channel: str) -> str:
            return error(lambda: client.chat_postMessage(channel=channel, text="x"))

        assert post("C0OLD") == "is_archived"
        assert post("C0OUT") == "not_in_channel"
        assert post("C0SECRET") == "channel_not_found"
        assert post("C0NOWHERE") == "channel_not_found"
        assert post("U0IRA") == "channel_not_found"
    assert len(sandbox.wire.refusals) == 5


def test_a_message_needs_words_and_not_too_many(client: WebClient) -> None:
    assert error(lambda: client.api_call("chat.postMessage", json={"channel": PLACE})) == "no_text"
    assert error(lambda: client.api_call("chat.postMessage", json={"text": "x"})) == "invalid_arguments"
    assert error(lambda: client.chat_postMessage(channel=PLACE, text="x" * 40_001)) == "msg_too_long"


def test_blocks_are_refused_with_the_place_of_the_fault(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=PLACE, text="x", blocks=[section(), actions(button("x" * 76))])
    answer = refused.value.response
    assert answer["error"] == "invalid_blocks"
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]"
    ]


def test_messages_carry_business_time_unique_and_increasing(client: WebClient, sandbox: Sandbox) -> None:
    first = client.chat_postMessage(channel=PLACE, text="1")["ts"]
    second = client.chat_postMessage(channel=PLACE, text="2")["ts"]
    sandbox.clock.move(timedelta(hours=24))
    third = client.chat_postMessage(channel=PLACE, text="3")["ts"]
    assert first.startswith("1796027400.")
    assert first < second < third
    assert float(third) - float(second) == pytest.approx(86_400, abs=0.01)


def test_history_shows_metadata_only_when_asked(client: WebClient) -> None:
    metadata = {"event_type": "card", "event_payload": {"line": 7}}
    client.chat_postMessage(channel=PLACE, text="x", metadata=metadata)
    assert "metadata" not in client.conversations_history(channel=PLACE)["messages"][0]
    asked = client.conversations_history(channel=PLACE, include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == metadata


def test_history_is_newest_first_paged_and_bounded(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=PLACE, text=str(number))["ts"] for number in range(5)]
    page = client.conversations_history(channel=PLACE, limit=2)
    assert [one["text"] for one in page["messages"]] == ["4", "3"]
    assert page["has_more"]
    cursor = page["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=PLACE, limit=3, cursor=cursor)
    assert [one["text"] for one in rest["messages"]] == ["2", "1", "0"]
    since = client.conversations_history(channel=PLACE, oldest=stamps[3])
    assert [one["text"] for one in since["messages"]] == ["4"]
    assert len(client.conversations_history(channel=PLACE, oldest=stamps[3], inclusive=True)["messages"]) == 2


def test_replies_stand_in_the_thread_alone(client: WebClient, sandbox: Sandbox) -> None:
    root = client.chat_postMessage(channel=PLACE, text="root")["ts"]
    reply = client.chat_postMessage(channel=PLACE, thread_ts=root, text="reply")["ts"]
    client.chat_postMessage(channel=PLACE, thread_ts=reply, text="reply to a reply")
    (message,) = client.conversations_history(channel=PLACE)["messages"]
    assert message["reply_count"] == 2
    thread = client.conversations_replies(channel=PLACE, ts=root)["messages"]
    assert [one["text"] for one in thread] == ["root", "reply", "reply to a reply"]
    assert [one.text for one in sandbox.channel("payments").newest.thread] == ["reply", "reply to a reply"]
    assert (
        error(lambda: client.chat_postMessage(channel=PLACE, thread_ts="1.0", text="x")) == "thread_not_found"
    )


def test_only_ones_own_message_can_be_changed(client: WebClient, sandbox: Sandbox) -> None:
    sandbox.person("ana").types("mine", channel="payments")
    hers = sandbox.channel("payments").newest.ts
    own = client.chat_postMessage(channel=PLACE, text="x", blocks=[section("old")])["ts"]
    assert error(lambda: client.chat_update(channel=PLACE, ts=hers, text="y")) == "cant_update_message"
    assert error(lambda: client.chat_delete(channel=PLACE, ts=hers)) == "cant_delete_message"
    assert error(lambda: client.chat_update(channel=PLACE, ts="1.000000", text="y")) == "message_not_found"
    client.chat_update(channel=PLACE, ts=own, text="new", blocks=[section("new")])
    assert sandbox.channel("payments").newest.text == "new"
    assert sandbox.channel("payments").newest.was_edited
    client.chat_delete(channel=PLACE, ts=own)
    assert [one.ts for one in sandbox.channel("payments").messages] == [hers]


def test_an_ephemeral_message_is_seen_by_one_and_cannot_be_updated(
    client: WebClient, sandbox: Sandbox
) -> None:
    ts = client.chat_postEphemeral(channel=PLACE, user="U0ANA", text="only you")["message_ts"]
    assert [one.text for one in sandbox.person("ana").ephemerals("payments")] == ["only you"]
    assert sandbox.person("ben").ephemerals() == []
    assert sandbox.channel("payments").messages == []
    assert client.conversations_history(channel=PLACE)["messages"] == []
    assert error(lambda: client.chat_update(channel=PLACE, ts=ts, text="y")) == "message_not_found"
    who = error(lambda: client.chat_postEphemeral(channel="C0LEDGER", user="U0ZED", text="x"))
    assert who == "user_not_in_channel"


def test_a_person_is_written_to_by_id_or_through_an_opened_dm(client: WebClient, sandbox: Sandbox) -> None:
    channel = client.conversations_open(users="U0ANA")["channel"]["id"]
    client.chat_postMessage(channel=channel, text="one")
    assert client.chat_postMessage(channel="U0ANA", text="two")["channel"] == channel
    assert [one.text for one in sandbox.person("ana").dms()] == ["one", "two"]
    assert error(lambda: client.conversations_open(users="U0IRA")) == "user_disabled"
    assert error(lambda: client.conversations_open(users="U0NOBODY")) == "user_not_found"


def test_channels_and_their_members_can_be_looked_up(client: WebClient) -> None:
    names = {one["name"] for one in client.conversations_list()["channels"]}
    assert names == {"payments", "storefront", "ledger", "inc-cards", "deploy-admin", "deploy-audit"}
    assert "U0ZED" in client.conversations_members(channel=PLACE)["members"]
    assert "U0ZED" not in client.conversations_members(channel="C0LEDGER")["members"]
    assert client.conversations_info(channel=PLACE)["channel"]["is_ext_shared"]


def test_a_message_has_an_address(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=PLACE, text="x")["ts"]
    link = client.chat_getPermalink(channel=PLACE, message_ts=ts)["permalink"]
    assert link == f"https://harbor.slack.com/archives/C0PAYMENTS/p{ts.replace('.', '')}"


def test_slack_adds_ids_and_defaults_to_blocks(client: WebClient) -> None:
    blocks = [actions({"type": "button", "text": {"type": "plain_text", "text": "Go"}})]
    client.chat_postMessage(channel=PLACE, text="x", blocks=blocks)
    (kept,) = client.conversations_history(channel=PLACE)["messages"][0]["blocks"]
    assert kept["block_id"]
    assert kept["elements"][0]["action_id"]
    assert kept["elements"][0]["text"]["emoji"] is True
