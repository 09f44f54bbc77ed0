"""The bot's side of Socket Mode: Bolt behind websockets, beside the sandbox."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from websockets.sync.client import connect

from bot.app import build
from bot.sandbox import Outcome, Sandbox, Server, Strictness
from bot.settings import BadSettings, load_settings
from bot.slack import socket_mode
from bot.slack.envelopes import read_envelope, read_message
from bot.slack.socket_mode import SocketMode

Body = dict[str, Any]
HARBOR = Path(__file__).resolve().parents[2] / "bot" / "sandbox" / "harbor.toml"


@pytest.fixture
def sandbox() -> Sandbox:
    relaxed = Strictness(
        rate_limits=False,
        ack_seconds=1.5,
        event_retries=(0.0, 0.2, 0.4, 0.8, 1.6),
        ping_seconds=0.3,
        warning_seconds=2.0,  # as with Slack, longer than an acknowledgement may take
    )
    return Sandbox(strictness=relaxed)


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[Server]:
    with sandbox.server() as server:
        yield server


@pytest.fixture
def client(sandbox: Sandbox, server: Server) -> WebClient:
    return WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url, retry_handlers=[])


@pytest.fixture
def bolt(client: WebClient) -> App:
    return App(
        client=client,
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=False,
    )


@pytest.fixture
def connected(bolt: App, client: WebClient, sandbox: Sandbox) -> Iterator[SocketMode]:
    mode = SocketMode(bolt.dispatch, client, sandbox.credentials.app_token)
    mode.start()
    assert eventually(lambda: (sandbox.socket.count, mode.connected) == (2, 2))
    yield mode
    mode.stop()


def eventually(what: Callable[[], object], seconds: float = 4) -> bool:
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.005)
    return bool(what())


def types(sandbox: Sandbox, words: str = "") -> Outcome:
    return sandbox.person("ana").types(f"/deploy {words}", channel="payments")


def test_a_commands_answer_travels_with_the_acknowledgement(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    bolt.command("/deploy")(lambda ack, command: ack(f"You said {command['text']}"))
    assert connected.connected == 2
    assert types(sandbox, "hello").text == "You said hello"


def test_a_submissions_errors_stand_beside_its_fields(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    assert connected.connected
    field = {
        "type": "input",
        "block_id": "version",
        "label": {"type": "plain_text", "text": "Version"},
        "element": {"type": "plain_text_input", "action_id": "typed"},
    }
    words = {"type": "plain_text", "text": "Request"}
    view = {"type": "modal", "callback_id": "form", "title": words, "submit": words, "blocks": [field]}

    @bolt.command("/deploy")
    def opens(ack: Ack, body: Body, client: WebClient) -> None:
        client.views_open(trigger_id=body["trigger_id"], view=view)
        ack()

    bolt.view("form")(lambda ack: ack(response_action="errors", errors={"version": "No such version."}))
    ana = sandbox.person("ana")
    types(sandbox)
    ana.fills({"Version": "4.12.0"})
    assert ana.submits() == {"Version": "No such version."}
    assert sandbox.wire.refusals == []


def test_a_clicks_acknowledgement_carries_nothing(
    sandbox: Sandbox, bolt: App, client: WebClient, connected: SocketMode
) -> None:
    assert connected.connected
    press = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    client.chat_postMessage(
        channel="C0PAYMENTS", text="card", blocks=[{"type": "actions", "elements": [press]}]
    )
    bolt.action("go")(lambda ack: ack("Gone"))
    assert sandbox.person("ana").clicks("Go", on=sandbox.channel("payments").newest).trouble is None
    assert sandbox.wire.refusals == []


@pytest.mark.parametrize("words", ["nobody listens", "it fails"])
def test_what_was_not_done_is_not_acknowledged(
    sandbox: Sandbox, bolt: App, connected: SocketMode, words: str
) -> None:
    assert connected.connected
    if words == "it fails":
        bolt.command("/deploy")(lambda: 1 / 0)
    assert types(sandbox).trouble == "operation_timeout"


def test_a_slow_listener_holds_up_neither_others_nor_pings(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    """Slack's pings come every 0.3 s here, and a connection that leaves them unanswered for 0.6 s is closed."""
    assert connected.connected

    @bolt.command("/deploy")
    def sleeps(ack: Ack, command: Body) -> None:
        if command["text"] == "slow":
            time.sleep(1.2)
        ack(command["text"])

    with ThreadPoolExecutor() as hands:
        slow = [hands.submit(types, sandbox, "slow") for _ in range(4)]
        began = time.monotonic()
        assert types(sandbox, "quick").trouble is None
        assert time.monotonic() - began < 0.5
        assert [one.result().trouble for one in slow] == [None] * 4
    assert len(sandbox.wire.named("hello")) == 2, "no connection was closed"


def test_no_delivery_is_lost_while_slack_renews_connections(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    @bolt.command("/deploy")
    def takes_a_while(ack: Ack) -> None:
        time.sleep(0.02)
        ack("done")

    time.sleep(1.1)  # a connection that held for a second is replaced at once
    with ThreadPoolExecutor(4) as hands:
        answers = [hands.submit(types, sandbox) for _ in range(120)]
        sandbox.socket.refresh()
        sandbox.socket.refresh()
        assert [one.result().trouble for one in answers] == [None] * 120
    assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2))
    assert len(sandbox.wire.named("hello")) == 4


def test_an_event_under_way_when_its_connection_breaks_is_delivered_again(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    attempts: list[tuple[str, str | None]] = []

    @bolt.event("app_home_opened")
    def opened(body: Body, request: BoltRequest) -> None:
        retry = request.headers.get("x-slack-retry-num")
        attempts.append((body["event_id"], retry[0] if retry else None))
        if len(attempts) == 1:
            sandbox.socket.cut_all()

    sandbox.sends_event({"type": "app_home_opened", "user": "U0ANA"})
    assert eventually(lambda: len(attempts) == 2)
    assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2))
    (first, _), (second, retry) = attempts
    assert first == second
    assert retry is not None
    assert int(retry) >= 1
    time.sleep(0.3)
    assert len(attempts) == 2, "once acknowledged it does not come again"


def test_of_a_command_whose_connection_breaks_the_person_sees_trouble_and_it_ran_once(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    ran: list[str] = []

    @bolt.command("/deploy")
    def breaks(ack: Ack) -> None:
        ran.append("once")
        if len(ran) == 1:
            sandbox.socket.cut_all()
        ack("done")

    assert types(sandbox).trouble == "dispatch_failed"
    assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2))
    assert len(ran) == 1
    assert types(sandbox).text.endswith("done")


def test_ten_breaks_in_a_row_are_ten_new_connections(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    bolt.command("/deploy")(lambda ack: ack("done"))
    for _ in range(10):
        sandbox.socket.cut()
        assert sandbox.socket.count >= 1, "the other connection serves meanwhile"
        assert types(sandbox).trouble is None
        assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2), 40)
        time.sleep(socket_mode.STEADY_SECONDS / 2)


def test_slack_out_of_order_is_tried_again_less_and_less_often(
    sandbox: Sandbox, connected: SocketMode
) -> None:
    sandbox.faults.next("apps.connections.open", status=500, times=4)
    sandbox.faults.next("apps.connections.open", error="internal_error", times=2)
    sandbox.socket.cut_all()
    assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2), 10)
    asked = [one.at for one in sandbox.wire.named("apps.connections.open") if one.refusal]
    assert len(asked) == 6
    assert (asked[-1] - asked[0]).total_seconds() > 0.3
    assert socket_mode.pause_after(0) == 0
    assert socket_mode.pause_after(1) <= 0.25
    assert 15 <= socket_mode.pause_after(50) <= 30


def test_slacks_retry_after_is_heeded(sandbox: Sandbox, connected: SocketMode) -> None:
    sandbox.faults.next("apps.connections.open", status=429, retry_after=1, times=2)
    sandbox.socket.cut_all()
    began = time.monotonic()
    assert eventually(lambda: (sandbox.socket.count, connected.connected) == (2, 2))
    assert time.monotonic() - began >= 1


def test_a_bot_with_too_many_siblings_connects_as_soon_as_there_is_room(
    sandbox: Sandbox, bolt: App, client: WebClient
) -> None:
    with ExitStack() as stack:
        for _ in range(9):
            told = client.apps_connections_open(app_token=sandbox.credentials.app_token)
            stack.enter_context(connect(told["url"], proxy=None))
        assert eventually(lambda: sandbox.socket.count == 9)
        mode = SocketMode(bolt.dispatch, client, sandbox.credentials.app_token)
        mode.start()
        assert eventually(lambda: "too_many_websockets" in str(sandbox.wire.named("disconnect")))
        assert (sandbox.socket.count, mode.connected) == (10, 1)
    assert eventually(lambda: mode.connected == 2, 10)
    mode.stop()


def test_stopping_answers_what_is_under_way_and_takes_nothing_new(
    sandbox: Sandbox, bolt: App, connected: SocketMode
) -> None:
    begun: list[str] = []

    @bolt.command("/deploy")
    def takes_a_while(ack: Ack, command: Body) -> None:
        begun.append(command["text"])
        time.sleep(0.5)
        ack(command["text"])

    with ThreadPoolExecutor() as hands:
        first = hands.submit(types, sandbox, "first")
        assert eventually(lambda: begun)
        stopping = hands.submit(connected.stop)
        assert eventually(lambda: connected.connected == 0)
        late = hands.submit(types, sandbox, "late")
        assert first.result().trouble is None
        assert late.result().trouble is not None
        stopping.result()
    assert begun == ["first"]
    assert sandbox.socket.count == 0
    assert [one.name for one in threading.enumerate() if one.name.startswith("socket")] == []


def test_as_many_connections_are_kept_as_are_wanted(sandbox: Sandbox, bolt: App, client: WebClient) -> None:
    mode = SocketMode(bolt.dispatch, client, sandbox.credentials.app_token, connections=3)
    mode.start()
    assert eventually(lambda: sandbox.socket.count == 3)
    mode.stop()
    assert eventually(lambda: sandbox.socket.count == 0)


def test_on_this_machine_a_proxy_is_not_asked(
    sandbox: Sandbox, bolt: App, client: WebClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    mode = SocketMode(bolt.dispatch, client, sandbox.credentials.app_token, connections=1)
    mode.start()
    assert eventually(lambda: sandbox.socket.count == 1)
    mode.stop()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", ["xapp-wrong", "xapp-sandbox-countersign"])
def test_a_wrong_app_token_is_said_at_start(
    sandbox: Sandbox, server: Server, database_url: str, token: str
) -> None:
    app = build(
        load_settings(
            {
                "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
                "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
                "SLACK_APP_TOKEN": token,
                "SLACK_API_URL": server.api_url,
                "DATABASE_URL": database_url,
                "ORGANIZATION": str(HARBOR),
            }
        )
    )
    if token == sandbox.credentials.app_token:
        app.check_slack()
    else:
        with pytest.raises(
            BadSettings, match=r"SLACK_APP_TOKEN is refused by Slack \(invalid_auth\): turn on"
        ):
            app.check_slack()
    app.desk.close()
    app.database.dispose()


@pytest.mark.parametrize(
    "text",
    [
        "Ping",
        "[]",
        "{}",
        json.dumps({"envelope_id": "e", "type": "x"}),
        json.dumps({"envelope_id": 1, "payload": {}}),
    ],
)
def test_what_is_no_envelope_is_none(text: str) -> None:
    assert read_envelope(read_message(text)) is None
