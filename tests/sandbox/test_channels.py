"""Channels that the bot opens, joins, fills, names the topic of and pins in – as strictly as Slack."""

from dataclasses import replace

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import HARBOR, Channel, Credentials, Sandbox, Strictness
from tests.sandbox.test_web_api import PLACE, error


def opened(client: WebClient, name: str = "inc-payments-chg-2") -> str:
    return str(client.conversations_create(name=name)["channel"]["id"])


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("", "invalid_name_required"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Inc", "invalid_name_specials"),
        ("inc cards", "invalid_name_specials"),
        ("inc.cards", "invalid_name_specials"),
        ("--_", "invalid_name_punctuation"),
        ("payments", "name_taken"),
    ],
)
def test_a_channel_is_not_called_just_anything(client: WebClient, name: str, refused: str) -> None:
    assert error(lambda: client.conversations_create(name=name)) == refused


def test_the_bot_opens_a_channel_and_is_its_first_member(client: WebClient, sandbox: Sandbox) -> None:
    made = client.conversations_create(name="x" * 80)["channel"]

    assert (made["creator"], made["is_member"], made["is_private"]) == ("U0COUNTERSIGN", True, False)
    assert sandbox.channel("x" * 80).conversation.members == set()
    assert error(lambda: client.conversations_create(name="x" * 80)) == "name_taken"
    assert error(lambda: client.conversations_create(name="y", is_private=True)) == "missing_scope"


def test_a_list_of_channels_comes_in_pages(client: WebClient) -> None:
    opened(client)
    names, cursor = [], ""
    while True:
        page = client.conversations_list(limit=3, cursor=cursor)
        names.append([one["name"] for one in page["channels"]])
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert [len(page) for page in names] == [3, 3, 1]
    assert names[-1] == ["inc-payments-chg-2"]
    assert error(lambda: client.conversations_list(cursor="later")) == "invalid_cursor"


def test_one_who_cannot_be_invited_stops_the_others_unless_it_is_forced(
    client: WebClient, sandbox: Sandbox
) -> None:
    channel = opened(client)
    wanted = ["U0ANA", "U0GUS", "U0BEN"]
    with pytest.raises(SlackApiError) as refused:
        client.conversations_invite(channel=channel, users=wanted)
    assert refused.value.response["error"] == "user_is_restricted"
    assert refused.value.response["errors"] == [{"user": "U0GUS", "ok": False, "error": "user_is_restricted"}]
    assert sandbox.channel(channel).conversation.members == set()

    client.conversations_invite(channel=channel, users=wanted, force=True)
    assert sandbox.channel(channel).conversation.members == {"U0ANA", "U0BEN"}


@pytest.mark.parametrize(
    ("user", "refused"),
    [
        ("U0COUNTERSIGN", "cant_invite_self"),
        ("U0IRA", "user_not_found"),
        ("U0NOBODY", "user_not_found"),
        ("U0ZED", "user_team_not_in_channel"),
        ("", "no_user"),
        (",".join(["U0ANA"] * 1001), "too_many_users"),
    ],
)
def test_not_everybody_can_be_invited(client: WebClient, user: str, refused: str) -> None:
    channel = opened(client)
    assert error(lambda: client.conversations_invite(channel=channel, users=user)) == refused


def test_who_is_there_is_not_invited_again(client: WebClient) -> None:
    channel = opened(client)
    client.conversations_invite(channel=channel, users="U0ANA")
    again = error(lambda: client.conversations_invite(channel=channel, users="U0ANA", force=True))
    assert again == "already_in_channel"


def test_a_topic_is_short_and_the_channel_is_told_of_it(client: WebClient, sandbox: Sandbox) -> None:
    channel = opened(client)
    client.conversations_setTopic(channel=channel, topic="x" * 250)

    assert sandbox.channel(channel).topic == "x" * 250
    assert client.conversations_info(channel=channel)["channel"]["topic"]["value"] == "x" * 250
    (told,) = client.conversations_history(channel=channel)["messages"]
    assert told["subtype"] == "channel_topic"
    assert sandbox.channel(channel).messages == [], "it is no message of anybody's"
    assert error(lambda: client.conversations_setTopic(channel=channel, topic="x" * 251)) == "too_long"


def test_a_message_is_pinned_once(client: WebClient, sandbox: Sandbox) -> None:
    ts = client.chat_postMessage(channel=PLACE, text="x")["ts"]
    client.pins_add(channel=PLACE, timestamp=ts)

    assert [one.ts for one in sandbox.channel("payments").pinned] == [ts]
    assert client.conversations_history(channel=PLACE)["pin_count"] == 1
    assert error(lambda: client.pins_add(channel=PLACE, timestamp=ts)) == "already_pinned"
    assert error(lambda: client.pins_add(channel=PLACE, timestamp="1.000000")) == "message_not_found"
    assert error(lambda: client.pins_add(channel=PLACE)) == "no_item_specified"
    assert error(lambda: client.pins_add(channel="C0NOWHERE", timestamp=ts)) == "channel_not_found"


def test_the_bot_comes_only_into_what_is_open() -> None:
    odd = (
        Channel("C0OLD", "old", frozenset({"U0ANA"}), is_archived=True),
        Channel("C0OUT", "out", frozenset({"U0ANA"}), has_bot=False),
        Channel("C0SECRET", "secret", frozenset({"U0ANA"}), has_bot=False, is_private=True),
        Channel("C0KNOWN", "known", frozenset({"U0ANA"}), is_private=True),
    )
    sandbox = Sandbox(
        replace(HARBOR, channels=HARBOR.channels + odd), strictness=Strictness(rate_limits=False)
    )
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)
        assert error(lambda: client.conversations_setTopic(channel="C0OUT", topic="x")) == "not_in_channel"
        assert error(lambda: client.pins_add(channel="C0OUT", timestamp="1.0")) == "not_in_channel"
        assert error(lambda: client.conversations_invite(channel="C0OUT", users="U0BEN")) == "not_in_channel"
        assert client.conversations_join(channel="C0OUT")["channel"]["is_member"]
        assert client.conversations_join(channel="C0OUT")["warning"] == "already_in_channel"
        assert error(lambda: client.conversations_join(channel="C0OLD")) == "is_archived"
        assert error(lambda: client.conversations_join(channel="C0SECRET")) == "channel_not_found"
        private = error(lambda: client.conversations_join(channel="C0KNOWN"))
        assert private == "method_not_supported_for_channel_type"
        assert error(lambda: client.conversations_setTopic(channel="C0KNOWN", topic="x")) == "missing_scope"
        assert error(lambda: client.conversations_setTopic(channel="C0OLD", topic="x")) == "is_archived"
        direct = client.conversations_open(users="U0ANA")["channel"]["id"]
        for call in (
            lambda: client.conversations_join(channel=direct),
            lambda: client.conversations_setTopic(channel=direct, topic="x"),
        ):
            assert error(call) == "method_not_supported_for_channel_type"


def test_each_of_it_needs_its_scope() -> None:
    sandbox = Sandbox(credentials=Credentials(scopes=frozenset({"commands"})))
    with sandbox.server() as server:
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url)
        calls = {
            "channels:manage": ("conversations.create", {"name": "x"}),
            "channels:join": ("conversations.join", {"channel": PLACE}),
            "channels:read": ("conversations.list", {}),
            "pins:write": ("pins.add", {"channel": PLACE, "timestamp": "1.0"}),
        }
        for needed, (method, given) in calls.items():
            with pytest.raises(SlackApiError) as refused:
                client.api_call(method, params=given)
            assert refused.value.response["needed"] == needed
