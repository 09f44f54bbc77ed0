"""What real time takes away, and what a network does."""

import http.client
import time
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import Sandbox, Server, Strictness
from tests.sandbox.kit import modal
from tests.sandbox.tiny_bot import Delivery, TinyBot

PLACE = "C0PAYMENTS"


def strict_client(sandbox: Sandbox, server: Server) -> WebClient:
    return WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url, retry_handlers=[])


def test_the_second_message_within_a_second_is_too_many() -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        client = strict_client(sandbox, server)
        client.chat_postMessage(channel=PLACE, text="1")
        client.chat_postMessage(channel="C0LEDGER", text="elsewhere")
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=PLACE, text="2")
        assert refused.value.response.status_code == 429
        assert refused.value.response["error"] == "ratelimited"
        assert refused.value.response.headers["Retry-After"] == "1"
    assert [one.text for one in sandbox.channel("payments").messages] == ["1"]


def test_a_method_has_so_many_calls_a_minute() -> None:
    sandbox = Sandbox()
    with sandbox.server() as server:
        client = strict_client(sandbox, server)
        for _ in range(20):
            client.users_list()
        with pytest.raises(SlackApiError, match="ratelimited"):
            client.users_list()


def test_a_trigger_works_once(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    errors: list[str] = []

    def command(delivery: Delivery) -> None:
        trigger = delivery.payload["trigger_id"]
        client.views_open(trigger_id=trigger, view=modal())
        with pytest.raises(SlackApiError) as refused:
            client.views_open(trigger_id=trigger, view=modal())
        errors.append(refused.value.response["error"])

    bot.on("command", command)
    assert sandbox.person("ana").types("/deploy", channel="payments").modal
    assert errors == ["exchanged_trigger_id"]


def test_a_trigger_expires() -> None:
    sandbox = Sandbox(strictness=Strictness(trigger_seconds=0))
    with sandbox.server() as server, TinyBot(sandbox.credentials.signing_secret) as bot:
        sandbox.bot_url = bot.url
        client = strict_client(sandbox, server)
        sandbox.person("ana").types("/deploy", channel="payments")
        trigger = bot.deliveries[0].payload["trigger_id"]
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            client.views_open(trigger_id=trigger, view=modal())
    assert sandbox.person("ana").modal is None


def test_an_invented_trigger_is_refused(client: WebClient) -> None:
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        client.views_open(trigger_id="1.2.3", view=modal())


def test_a_refused_modal_leaves_its_trigger_usable(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    sandbox.person("ana").types("/deploy", channel="payments")
    trigger = bot.deliveries[0].payload["trigger_id"]
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        client.views_open(trigger_id=trigger, view={"type": "modal"})
    client.views_open(trigger_id=trigger, view=modal())


def post(url: str, body: dict[str, Any]) -> tuple[int, str]:
    answer = httpx.post(url, json=body, trust_env=False)
    return answer.status_code, answer.text


def test_a_response_url_takes_five_answers(sandbox: Sandbox, bot: TinyBot) -> None:
    ana = sandbox.person("ana")
    ana.types("/deploy", channel="payments")
    url = bot.deliveries[0].payload["response_url"]
    answers = [post(url, {"text": str(number)}) for number in range(6)]
    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert [one.text for one in ana.ephemerals()] == ["0", "1", "2", "3", "4"]


def test_a_response_url_expires() -> None:
    sandbox = Sandbox(strictness=Strictness(response_url_seconds=0))
    with sandbox.server(), TinyBot(sandbox.credentials.signing_secret) as bot:
        sandbox.bot_url = bot.url
        sandbox.person("ana").types("/deploy", channel="payments")
        assert post(bot.deliveries[0].payload["response_url"], {"text": "late"}) == (404, "expired_url")


def test_a_fault_answers_so_often_and_does_nothing(
    client: WebClient, sandbox: Sandbox, server: Server
) -> None:
    server.faults.next("chat.postMessage", status=429, retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            client.chat_postMessage(channel=PLACE, text="x")
        assert refused.value.response.headers["Retry-After"] == "7"
    client.chat_postMessage(channel=PLACE, text="through")
    assert [one.text for one in sandbox.channel("payments").messages] == ["through"]


def test_a_lost_answer_was_carried_out(client: WebClient, sandbox: Sandbox, server: Server) -> None:
    server.faults.next("chat.postMessage", lose_answer=True)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        client.chat_postMessage(channel=PLACE, text="posted all the same")
    assert [one.text for one in sandbox.channel("payments").messages] == ["posted all the same"]


def test_a_dropped_call_was_not_carried_out(client: WebClient, sandbox: Sandbox, server: Server) -> None:
    server.faults.next("chat.postMessage", drop=True)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        client.chat_postMessage(channel=PLACE, text="lost")
    assert sandbox.channel("payments").messages == []


def test_a_delay_only_takes_its_time(client: WebClient, sandbox: Sandbox, server: Server) -> None:
    server.faults.next("chat.postMessage", delay=0.1)
    began = time.monotonic()
    client.chat_postMessage(channel=PLACE, text="x")
    assert time.monotonic() - began >= 0.1
    assert len(sandbox.channel("payments").messages) == 1


def test_the_server_stops_quickly_and_starts_again(sandbox: Sandbox) -> None:
    began = time.monotonic()
    for _ in range(2):
        with sandbox.server() as server:
            strict_client(sandbox, server).auth_test()
    assert time.monotonic() - began < 2
