"""The page's own routes: what a screen shows, and acts done there."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.sandbox import Sandbox, Server
from tests.sandbox.kit import actions, button, field, modal, options, section, text_input
from tests.sandbox.tiny_bot import Delivery, TinyBot

Json = dict[str, Any]


def screen(server: Server, **looking: str) -> Json:
    answer: Json = httpx.get(f"{server.url}/page/screen", params=looking, trust_env=False).json()
    return answer


def act(server: Server, who: str, do: str, **what: object) -> Json:
    body = {"as": who, "at": "C0PAYMENTS", "do": do, **what}
    answer: Json = httpx.post(f"{server.url}/page/act", json=body, trust_env=False).json()
    return answer


def test_the_page_loads_nothing_from_elsewhere(server: Server) -> None:
    for path in ("/", "/page.css", "/page.js", "/dom.js", "/blocks.js", "/inputs.js", "/modal.js"):
        answer = httpx.get(server.url + path, trust_env=False)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "http:" not in answer.text
        assert "https:" not in answer.text
        assert "innerHTML" not in answer.text


def test_the_page_answers_no_other_host(server: Server) -> None:
    answer = httpx.get(server.url, headers={"Host": "evil.example"}, trust_env=False)
    assert answer.status_code == 400


def test_acts_are_taken_as_json_only(server: Server) -> None:
    answer = httpx.post(f"{server.url}/page/act", data={"as": "ana", "do": "home"}, trust_env=False)
    assert answer.status_code == 415


def test_a_screen_shows_what_one_person_sees(server: Server, client: WebClient) -> None:
    client.chat_postMessage(channel="C0PAYMENTS", text="for *all* <!date^1795870800^{time}|x>")
    client.chat_postEphemeral(channel="C0PAYMENTS", user="U0ANA", text="for Ana")
    hers, his = (
        screen(server, **{"as": "ana", "at": "payments"}),
        screen(server, **{"as": "ben", "at": "payments"}),
    )
    assert [one["ephemeral"] for one in hers["feed"]["messages"]] == [False, True]
    assert len(his["feed"]["messages"]) == 1
    spans = his["feed"]["messages"][0]["blocks"][0]["text"]["spans"]
    assert [one["kind"] for one in spans] == ["text", "bold", "text", "date"]
    assert spans[3]["text"] == "14:00"


def test_strangers_see_only_their_channel(server: Server) -> None:
    shown = screen(server, **{"as": "zed", "at": "ledger"})
    assert [one["name"] for one in shown["conversations"] if one["kind"] == "channel"] == ["payments"]
    assert shown["feed"]["messages"] == []


def test_unread_messages_are_counted_until_they_are_seen(server: Server, client: WebClient) -> None:
    client.chat_postMessage(channel="C0LEDGER", text="news")

    def unread(at: str) -> int:
        listed = screen(server, **{"as": "ana", "at": at})["conversations"]
        return int(next(one["unread"] for one in listed if one["id"] == "C0LEDGER"))

    assert unread("payments") == 1
    assert unread("ledger") == 0
    assert unread("payments") == 0


def test_a_screen_that_has_not_changed_tells_only_the_time(server: Server) -> None:
    revision = str(screen(server, **{"as": "ana"})["revision"])
    assert screen(server, **{"as": "ana", "revision": revision}).keys() == {"now"}


def test_a_modal_is_filled_in_and_submitted(server: Server, bot: TinyBot, client: WebClient) -> None:
    view = modal(
        field("Version", text_input()),
        field("Service", {"type": "static_select", "options": options(2)}),
        field("Window", {"type": "datetimepicker"}),
    )

    def answer(delivery: Delivery) -> None:
        client.views_open(trigger_id=delivery.payload["trigger_id"], view=view)

    bot.on("command", answer)
    act(server, "ana", "type", text="/deploy request")
    shown = screen(server, **{"as": "ana"})["modal"]
    values = {
        "version": {"version-action": "4.12.0"},
        "service": {"service-action": "option 1"},
        "window": {"window-action": "2026-12-02T14:00"},
    }
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {"version": "Taken."}})
    assert act(server, "ana", "submit", view=shown["id"], values=values)["errors"] == {"version": "Taken."}
    again = screen(server, **{"as": "ana"})["modal"]
    assert again["values"] == values
    assert again["errors"] == {"version": "Taken."}
    sent = bot.of("view_submission")[0].payload["view"]["state"]["values"]
    assert sent["window"]["window-action"]["selected_date_time"] == 1_796_216_400
    act(server, "ana", "close")
    assert screen(server, **{"as": "ana"})["modal"] is None


def test_a_button_is_pressed_for_the_chosen_person(server: Server, bot: TinyBot, client: WebClient) -> None:
    blocks = [section(), actions(button(), block_id="b")]
    ts = client.chat_postMessage(channel="C0PAYMENTS", text="card", blocks=blocks)["ts"]
    act(server, "ben", "click", ts=ts, block="b", action="approve")
    assert bot.of("block_actions")[0].payload["user"]["id"] == "U0BEN"
    gone = act(server, "ben", "click", ts="1.0", block="b", action="approve")
    assert "no longer there" in gone["trouble"]


@pytest.mark.parametrize(("move", "by"), [({"minutes": "30"}, 30), ({"to": "2026-11-30T10:00"}, 30)])
def test_the_clock_moves_forward(server: Server, sandbox: Sandbox, move: Json, by: int) -> None:
    before = sandbox.clock.now()
    act(server, "ana", "clock", **move)
    assert sandbox.clock.now() - before == timedelta(minutes=by)


def test_the_clock_does_not_move_back(server: Server, sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    assert "forward only" in act(server, "ana", "clock", to="2026-11-29T10:00")["trouble"]
    assert sandbox.clock.now() == before
