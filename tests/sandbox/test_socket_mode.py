"""Slack's side of Socket Mode, as a bot with nothing but a websocket sees it."""

import json
import os
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from bot.sandbox import Sandbox, Server, Strictness, tickets
from tests.sandbox.kit import actions, button
from tests.sandbox.tiny_bot import TinyBot

Json = dict[str, Any]


@pytest.fixture
def strictness() -> Strictness:
    return Strictness(rate_limits=False, ack_seconds=0.4, event_retries=(0.0, 0.05, 0.1), warning_seconds=0.1)


class Line:
    """One websocket that acknowledges what arrives; `answer` says how, and None is silence."""

    def __init__(self, websocket: ClientConnection, answer: Callable[[Json], Json | None]) -> None:
        self.websocket = websocket
        self.answer = answer
        self.arrived: list[Json] = []
        self.problem: ConnectionClosed | None = None
        self.hello = json.loads(websocket.recv(2))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @property
    def envelopes(self) -> list[Json]:
        return [one for one in self.arrived if "envelope_id" in one]

    def _read(self) -> None:
        try:
            while True:
                message = json.loads(self.websocket.recv())
                self.arrived.append(message)
                if "envelope_id" in message and (said := self.answer(message)) is not None:
                    self.websocket.send(json.dumps(said))
        except ConnectionClosed as problem:
            self.problem = problem

    def waits_for_its_end(self) -> ConnectionClosed:
        self.thread.join(3)
        assert self.problem is not None
        return self.problem


def acknowledged(envelope: Json) -> Json:
    return {"envelope_id": envelope["envelope_id"]}


def nothing(_: Json) -> None:
    return None


def saying(payload: Json) -> Callable[[Json], Json]:
    return lambda envelope: {"envelope_id": envelope["envelope_id"], "payload": payload}


def address(sandbox: Sandbox, server: Server) -> str:
    url: str = WebClient(base_url=server.api_url).apps_connections_open(
        app_token=sandbox.credentials.app_token
    )["url"]
    return url


@contextmanager
def line(
    sandbox: Sandbox, server: Server, answer: Callable[[Json], Json | None] = acknowledged
) -> Iterator[Line]:
    with connect(address(sandbox, server), proxy=None) as websocket:
        yield Line(websocket, answer)


def eventually(what: Callable[[], object]) -> bool:
    until = time.monotonic() + 10
    while not what() and time.monotonic() < until:
        time.sleep(0.005)
    return bool(what())


def refusals(sandbox: Sandbox) -> list[tuple[str, str | None]]:
    return [(one.name, one.refusal) for one in sandbox.wire.refusals]


@pytest.mark.parametrize(
    ("token", "method", "word"),
    [
        ("", "apps.connections.open", "not_authed"),
        ("xapp-of-somebody-else", "apps.connections.open", "invalid_auth"),
        ("xoxb-sandbox-countersign", "apps.connections.open", "not_allowed_token_type"),
        ("xapp-sandbox-countersign", "auth.test", "not_allowed_token_type"),
    ],
)
def test_each_method_takes_the_kind_of_token_that_is_its_own(
    server: Server, token: str, method: str, word: str
) -> None:
    with pytest.raises(SlackApiError, match=word):
        WebClient(token=token, base_url=server.api_url).api_call(method)


def test_a_connection_is_greeted_with_how_many_there_are(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as first, line(sandbox, server) as second:
        assert (first.hello["type"], first.hello["num_connections"]) == ("hello", 1)
        assert second.hello["num_connections"] == 2
        assert second.hello["debug_info"]["approximate_connection_time"] > 0
        assert sandbox.socket.count == 2
    assert eventually(lambda: sandbox.socket.count == 0)


def test_an_address_can_be_used_once(sandbox: Sandbox, server: Server) -> None:
    url = address(sandbox, server)
    with connect(url, proxy=None):
        pass
    with pytest.raises(InvalidStatus):
        connect(url, proxy=None).__enter__()
    assert refusals(sandbox) == [("websocket", "invalid_ticket")]


def test_an_address_that_is_too_old_leads_nowhere(
    sandbox: Sandbox, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tickets.LIVES == 30
    url = address(sandbox, server)
    monkeypatch.setattr(tickets, "LIVES", 0.0)
    with pytest.raises(InvalidStatus):
        connect(url, proxy=None).__enter__()


def test_an_eleventh_connection_is_refused(sandbox: Sandbox, server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(line(sandbox, server))
        with line(sandbox, server) as one_too_many:
            said = one_too_many.hello
            assert (said["type"], said["reason"]) == ("disconnect", "too_many_websockets")
            one_too_many.waits_for_its_end()
        assert sandbox.socket.count == 10


def test_each_delivery_goes_to_exactly_one_connection_in_turn(sandbox: Sandbox, server: Server) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(line(sandbox, server)) for _ in range(3)]
        for _ in range(6):
            assert sandbox.person("ana").types("/deploy", channel="payments").trouble is None
        assert [len(one.envelopes) for one in lines] == [2, 2, 2]
        ids = [one["envelope_id"] for each in lines for one in each.envelopes]
        assert len(set(ids)) == 6


def test_a_command_is_an_envelope_whose_acknowledgement_may_answer(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server, saying({"text": "Hello"})) as one:
        assert sandbox.person("ana").types("/deploy request", channel="payments").text == "Hello"
        (envelope,) = one.envelopes
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
    assert (envelope["payload"]["command"], envelope["payload"]["text"]) == ("/deploy", "request")
    (noted,) = sandbox.wire.named("command")
    assert (noted.direction, noted.status, noted.answer) == ("to bot", 200, {"body": '{"text": "Hello"}'})


def test_a_click_is_an_envelope_whose_acknowledgement_says_nothing(
    sandbox: Sandbox, server: Server, client: WebClient
) -> None:
    client.chat_postMessage(channel="C0PAYMENTS", text="card", blocks=[actions(button())])
    with line(sandbox, server, saying({"text": "Hello"})) as one:
        card = sandbox.channel("payments").newest
        assert sandbox.person("ana").clicks("Approve", on=card).trouble is None
        (envelope,) = one.envelopes
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("interactive", False)
    assert envelope["payload"]["type"] == "block_actions"
    assert refusals(sandbox) == [("ack", "payload_not_accepted")]


def test_what_nobody_acknowledges_in_time_is_trouble_and_a_command_does_not_come_again(
    sandbox: Sandbox, server: Server
) -> None:
    with line(sandbox, server, nothing) as one:
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "operation_timeout"
        one.websocket.send(json.dumps(acknowledged(one.envelopes[0])))
        assert eventually(lambda: ("ack", "unknown_envelope_id") in refusals(sandbox)), "too late is unknown"
        assert len(one.envelopes) == 1


def test_without_a_connection_a_command_is_trouble_at_once(sandbox: Sandbox, server: Server) -> None:
    assert server.url
    assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"


def test_an_unacknowledged_event_comes_again_on_another_connection(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server, nothing) as deaf, line(sandbox, server) as well:
        sandbox.sends_event({"type": "app_home_opened"})
        assert eventually(lambda: well.envelopes)
        (first,), (second,) = deaf.envelopes, well.envelopes
    assert (first["type"], first["accepts_response_payload"]) == ("events_api", False)
    assert (first["retry_attempt"], first["retry_reason"]) == (0, "")
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]


@pytest.mark.parametrize(
    "said",
    ["ok", "[]", "{}", '{"envelope_id": 7}', '{"envelope_id": "x", "ok": true}', b"\x00"],
)
def test_what_is_no_acknowledgement_is_refused(sandbox: Sandbox, server: Server, said: str | bytes) -> None:
    with line(sandbox, server) as one:
        one.websocket.send(said)
        assert eventually(lambda: refusals(sandbox) == [("ack", "invalid_acknowledgement")])
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble is None


def test_an_acknowledgement_counts_on_the_connection_that_brought_the_envelope(
    sandbox: Sandbox, server: Server
) -> None:
    with line(sandbox, server, nothing) as one, line(sandbox, server) as other:

        def pass_on(envelope: Json) -> None:
            other.websocket.send(json.dumps(acknowledged(envelope)))

        one.answer = pass_on
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "operation_timeout"
    assert ("ack", "unknown_envelope_id") in refusals(sandbox)


def test_slack_answers_pings(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as one:
        assert one.websocket.ping().wait(2)


class TestPings:
    @pytest.fixture
    def strictness(self) -> Strictness:
        return Strictness(ping_seconds=0.1)

    def test_a_connection_that_answers_no_ping_is_closed(self, sandbox: Sandbox, server: Server) -> None:
        parts = urlsplit(address(sandbox, server))
        key = b64encode(os.urandom(16)).decode()
        with (
            line(sandbox, server),
            socket.create_connection((parts.hostname, parts.port), timeout=3) as deaf,
        ):
            deaf.sendall(
                f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            assert eventually(lambda: sandbox.socket.count == 2)
            assert eventually(lambda: sandbox.socket.count == 1), "the one that answers stays"
            time.sleep(0.4)
            assert sandbox.socket.count == 1


def test_a_cut_connection_says_no_goodbye(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as first, line(sandbox, server) as second:
        sandbox.socket.cut()
        assert sandbox.socket.count == 1
        assert isinstance(first.waits_for_its_end(), ConnectionClosedError)
        sandbox.socket.cut_all()
        assert isinstance(second.waits_for_its_end(), ConnectionClosedError)
        assert (first.arrived, second.arrived) == ([], [])


def test_what_is_under_way_on_a_cut_connection_is_lost(sandbox: Sandbox, server: Server) -> None:
    def cut(_: Json) -> None:
        assert sandbox.socket.under_way == 1
        sandbox.socket.cut_all()

    with line(sandbox, server, cut):
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"


def test_a_connection_can_break_before_an_envelope_gets_through(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as one:
        sandbox.faults.next("socket", drop=True)
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"
        one.waits_for_its_end()
    assert one.arrived == []


def test_a_connection_can_break_as_the_acknowledgement_arrives(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as one:
        sandbox.faults.next("socket", lose_answer=True)
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"
        one.waits_for_its_end()
    assert len(one.envelopes) == 1


def test_before_a_connection_is_closed_there_is_a_warning(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as one:
        sandbox.socket.refresh()
        assert eventually(lambda: one.arrived)
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble is None, "it still serves"
        one.waits_for_its_end()
    assert (one.arrived[0]["type"], one.arrived[0]["reason"]) == ("disconnect", "warning")


def test_a_requested_refresh_closes_at_once(sandbox: Sandbox, server: Server) -> None:
    with line(sandbox, server) as one:
        sandbox.socket.refresh("refresh_requested")
        one.waits_for_its_end()
    assert [each["reason"] for each in one.arrived] == ["refresh_requested"]


def test_a_bot_with_a_request_url_is_reached_over_http(
    sandbox: Sandbox, server: Server, bot: TinyBot
) -> None:
    with line(sandbox, server) as one:
        assert sandbox.person("ana").types("/deploy", channel="payments").trouble is None
        assert (len(bot.deliveries), one.envelopes) == (1, [])


def test_the_sdks_own_client_gets_along_with_it(sandbox: Sandbox, server: Server) -> None:
    def take(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id, {"text": "from the SDK"}))

    client = SocketModeClient(sandbox.credentials.app_token, web_client=WebClient(base_url=server.api_url))
    client.socket_mode_request_listeners.append(take)
    client.connect()
    try:
        assert sandbox.person("ana").types("/deploy", channel="payments").text == "from the SDK"
        sandbox.socket.refresh()
        assert eventually(lambda: len(sandbox.wire.named("hello")) == 2)
        assert eventually(lambda: sandbox.socket.count == 1)
        assert sandbox.person("ana").types("/deploy", channel="payments").text == "from the SDK"
    finally:
        client.close()
