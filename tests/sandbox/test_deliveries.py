"""What the bot is sent, signed, and what becomes of its answers."""

import threading
from collections.abc import Callable, Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.sandbox import Sandbox
from tests.sandbox.kit import Json, actions, button, field, modal, options, plain, section, text_input
from tests.sandbox.tiny_bot import Delivery, TinyBot

PLACE = "C0PAYMENTS"


def opens(client: WebClient, view: Json) -> Callable[[Delivery], None]:
    def answer(delivery: Delivery) -> None:
        client.views_open(trigger_id=delivery.payload["trigger_id"], view=view)

    return answer


def test_a_command_is_signed_and_complete(sandbox: Sandbox, bot: TinyBot) -> None:
    sandbox.person("ana").types("/deploy  request <4.12> & more", channel="payments")
    (delivery,) = bot.deliveries
    assert delivery.is_signed
    form = delivery.payload
    assert form["command"] == "/deploy"
    assert form["text"] == "request &lt;4.12&gt; &amp; more"
    assert (form["channel_id"], form["channel_name"]) == (PLACE, "payments")
    assert (form["user_id"], form["user_name"], form["team_id"]) == ("U0ANA", "ana", "T0HARBOR")
    assert form["is_enterprise_install"] == "false"
    assert form.keys() >= {"trigger_id", "response_url", "api_app_id", "token", "team_domain"}


def test_a_commands_answer_is_for_the_one_who_typed(sandbox: Sandbox, bot: TinyBot) -> None:
    bot.on("command", lambda _: "Hello <@U0ANA>")
    outcome = sandbox.person("ana").types("/deploy", channel="payments")
    assert outcome.text == "Hello @Ana"
    assert sandbox.channel("payments").messages == []


def test_a_commands_answer_can_be_for_all(sandbox: Sandbox, bot: TinyBot) -> None:
    bot.on("command", lambda _: {"response_type": "in_channel", "text": "*Look*"})
    sandbox.person("ana").types("/deploy", channel="payments")
    assert sandbox.channel("payments").newest.text == "Look"


def test_an_answer_that_slack_would_not_take_is_trouble(sandbox: Sandbox, bot: TinyBot) -> None:
    bot.on("command", lambda _: {"text": "x", "blocks": [{"type": "fancy"}]})
    outcome = sandbox.person("ana").types("/deploy", channel="payments")
    assert outcome.text == "/deploy failed with the error “dispatch_failed”"
    assert "unsupported type: fancy" in str(sandbox.wire.refusals[0].refusal)


def test_a_late_answer_is_a_timeout(sandbox: Sandbox, bot: TinyBot) -> None:
    bot.on("command", lambda _: str(threading.Event().wait(0.8)))
    outcome = sandbox.person("ana").types("/deploy", channel="payments")
    assert outcome.trouble == "operation_timeout"
    assert outcome.text == "/deploy failed with the error “operation_timeout”"


def test_an_error_status_is_trouble(sandbox: Sandbox, bot: TinyBot) -> None:
    bot.on("command", lambda _: 500)
    assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"
    assert sandbox.wire.refusals[0].status == 500


def test_a_bot_that_is_not_there_is_trouble(sandbox: Sandbox) -> None:
    assert sandbox.person("ana").types("/deploy", channel="payments").trouble == "dispatch_failed"


def test_commands_do_not_work_in_threads(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    client.chat_postMessage(channel=PLACE, text="root")
    outcome = sandbox.person("ana").types("/deploy", thread=sandbox.channel("payments").newest)
    assert "not supported in threads" in outcome.text
    assert bot.deliveries == []


def test_a_click_on_a_message_says_everything(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    blocks = [section("Card"), actions(button(value="7", style="primary"), block_id="ask")]
    client.chat_postMessage(channel=PLACE, text="card", blocks=blocks)
    card = sandbox.channel("payments").newest
    sandbox.person("zed").clicks("Approve", on=card)
    payload = bot.of("block_actions")[0].payload
    assert payload["user"] == {"id": "U0ZED", "username": "zed", "name": "zed", "team_id": "T0OTHER"}
    assert payload["team"]["id"] == "T0HARBOR"
    assert payload["channel"] == {"id": PLACE, "name": "payments"}
    assert payload["message"]["ts"] == card.ts == payload["container"]["message_ts"]
    (action,) = payload["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("approve", "ask", "7")
    assert payload.keys() >= {"trigger_id", "response_url", "state", "api_app_id", "is_enterprise_install"}


def test_a_click_on_an_ephemeral_message_can_replace_it(sandbox: Sandbox, bot: TinyBot) -> None:
    blocks = [section("You can't."), actions(button("Why?"))]
    bot.on("command", lambda _: {"text": "no", "blocks": blocks})
    ana = sandbox.person("ana")
    answer = ana.types("/deploy", channel="payments").messages[0]
    ana.clicks("Why?", on=answer)
    payload = bot.of("block_actions")[0].payload
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    webhook = WebhookClient(payload["response_url"])
    assert webhook.send(text="Because.", replace_original=True).status_code == 200
    assert [one.text for one in ana.ephemerals()] == ["Because."]
    webhook.send(delete_original=True)
    assert ana.ephemerals() == []


def test_a_failed_click_is_shown_to_the_one_who_clicked(
    sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    bot.on("block_actions", lambda _: 500)
    client.chat_postMessage(channel=PLACE, text="card", blocks=[actions(button())])
    outcome = sandbox.person("ana").clicks("Approve", on=sandbox.channel("payments").newest)
    assert outcome.trouble == "dispatch_failed"
    assert sandbox.person("ben").ephemerals() == []


def test_a_submission_carries_the_state(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    view = modal(field("Version", text_input()), private_metadata="CHG-1", callback_id="request")
    bot.on("command", opens(client, view))
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.fills({"Version": "4.12.0 <b>"})
    assert ana.submits() == {}
    assert ana.modal is None
    sent = bot.of("view_submission")[0].payload["view"]
    assert sent["state"]["values"]["version"]["version-action"]["value"] == "4.12.0 <b>"
    assert (sent["private_metadata"], sent["callback_id"]) == ("CHG-1", "request")


def test_errors_stand_beside_their_fields(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    bot.on("command", opens(client, modal(field("Version", text_input()))))
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {"version": "Taken."}})
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.fills({"Version": "1"})
    assert ana.submits() == {"Version": "Taken."}
    assert ana.modal
    assert ana.modal.field("Version").error == "Taken."
    assert ana.modal.field("Version").value == "1"


def test_an_error_for_no_field_is_trouble_connecting(
    sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    bot.on("command", opens(client, modal(field("Version", text_input()))))
    bot.on("view_submission", lambda _: {"response_action": "errors", "errors": {"versoin": "Taken."}})
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.fills({"Version": "1"})
    assert "trouble connecting" in ana.submits()["(modal)"]
    assert ana.modal
    assert "trouble connecting" in ana.modal.text
    assert "unknown_block_id_in_errors" in str(sandbox.wire.refusals[0].refusal)


def test_a_submission_can_push_update_and_clear(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    steps: Iterator[Json] = iter(
        [
            {"response_action": "push", "view": modal(title=plain("Second"))},
            {"response_action": "update", "view": modal(title=plain("Second, again"))},
            {"response_action": "push", "view": modal(title=plain("Third"))},
            {"response_action": "push", "view": modal(title=plain("Fourth"))},
            {"response_action": "clear"},
        ]
    )
    bot.on("command", opens(client, modal()))
    bot.on("view_submission", lambda _: next(steps))
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    titles = []
    for _ in range(3):
        assert ana.submits() == {}
        titles.append(ana.modal.title if ana.modal else "")
    assert titles == ["Second", "Second, again", "Third"]
    assert "push_limit_reached" in ana.submits()["(modal)"]
    assert ana.submits() == {}
    assert ana.modal is None


def test_closing_is_told_only_to_those_who_asked(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    bot.on("command", opens(client, modal()))
    ana = sandbox.person("ana")
    ana.types("/deploy", channel="payments")
    ana.closes()
    assert bot.of("view_closed") == []
    bot.on("command", opens(client, modal(notify_on_close=True)))
    ana.types("/deploy", channel="payments")
    ana.closes(everything=True)
    assert bot.of("view_closed")[0].payload["is_cleared"] is True


def test_a_stale_hash_is_refused_and_what_is_typed_is_kept(
    sandbox: Sandbox, bot: TinyBot, client: WebClient
) -> None:
    view = modal(field("Version", text_input()))
    opened: list[Json] = []

    def answer(delivery: Delivery) -> None:
        trigger = delivery.payload["trigger_id"]
        opened.append(client.views_open(trigger_id=trigger, view=view)["view"])

    bot.on("command", answer)
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.fills({"Version": "4.12.0"})
    richer = modal(field("Version", text_input()), field("Plan", text_input()), external_id="request-1")
    client.views_update(view_id=opened[0]["id"], hash=opened[0]["hash"], view=richer)
    assert ana.modal
    assert ana.modal.labels == ["Version", "Plan"]
    assert ana.modal.field("Version").value == "4.12.0"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        client.views_update(view_id=opened[0]["id"], hash=opened[0]["hash"], view=view)
    client.views_update(external_id="request-1", view=view)
    assert ana.modal.labels == ["Version"]


def test_a_choice_in_a_modal_can_be_told_at_once(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    element = {"type": "static_select", "options": options(2)}
    bot.on("command", opens(client, modal(field("Service", element, dispatch_action=True))))
    ana = sandbox.person("ana")
    ana.types("/deploy request", channel="payments")
    ana.fills({"Service": "Option 1"})
    payload = bot.of("block_actions")[0].payload
    assert payload["container"]["type"] == "view"
    assert payload["actions"][0]["selected_option"]["value"] == "option 1"
    values = payload["view"]["state"]["values"]["service"]["service-action"]
    assert values["selected_option"]["value"] == "option 1"


def test_shortcuts_come_globally_and_on_messages(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    client.chat_postMessage(channel=PLACE, text="card")
    card = sandbox.channel("payments").newest
    bot.on("shortcut", opens(client, modal()))
    assert sandbox.person("ana").uses_shortcut("request").modal
    sandbox.person("ana").uses_shortcut("why", message=card)
    payload = bot.of("message_action")[0].payload
    assert (payload["callback_id"], payload["message_ts"]) == ("why", card.ts)
    assert payload["response_url"]


def test_home_is_published_when_it_is_opened(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    def publish(delivery: Delivery) -> None:
        user = delivery.payload["event"]["user"]
        client.views_publish(user_id=user, view={"type": "home", "blocks": [section("Nothing *waits*.")]})

    bot.on("app_home_opened", publish)
    ana = sandbox.person("ana")
    ana.opens_home()
    assert ana.home.text == "Nothing waits."
    assert bot.deliveries[0].payload["authorizations"][0]["user_id"] == "U0COUNTERSIGN"


def test_words_to_the_bot_are_an_event(sandbox: Sandbox, bot: TinyBot) -> None:
    sandbox.person("ana").types("hello?")
    event = bot.of("message")[0].payload["event"]
    assert (event["channel_type"], event["user"], event["text"]) == ("im", "U0ANA", "hello?")


def test_an_unanswered_event_comes_again_with_the_same_id(sandbox: Sandbox, bot: TinyBot) -> None:
    fourth = threading.Event()

    def fail(_: Delivery) -> int:
        if len(bot.deliveries) == 4:
            fourth.set()
        return 500

    bot.on("subteam_members_changed", fail)
    sandbox.sends_event({"type": "subteam_members_changed", "subteam_id": "S0TL"})
    assert fourth.wait(3)
    assert len({one.payload["event_id"] for one in bot.deliveries}) == 1
    numbers = [one.headers.get("x-slack-retry-num") for one in bot.deliveries]
    assert numbers == [None, "1", "2", "3"]
    assert bot.deliveries[1].headers["x-slack-retry-reason"] == "http_error"


def test_an_event_can_be_sent_twice(sandbox: Sandbox, bot: TinyBot) -> None:
    sandbox.person("ana").opens_home()
    sandbox.sends_event_again(bot.deliveries[0].payload["event_id"])
    first, second = bot.deliveries
    assert first.payload == second.payload


def test_the_wire_log_tells_both_directions(sandbox: Sandbox, bot: TinyBot, client: WebClient) -> None:
    bot.on("command", opens(client, modal()))
    sandbox.person("ana").types("/deploy", channel="payments")
    told = [(one.direction, one.name, one.status) for one in sandbox.wire.exchanges]
    assert told == [("to slack", "views.open", 200), ("to bot", "command", 200)]
    assert sandbox.wire.refusals == []
    assert "token" not in sandbox.wire.exchanges[0].request
    assert all(one.took < 0.5 for one in sandbox.wire.exchanges)
