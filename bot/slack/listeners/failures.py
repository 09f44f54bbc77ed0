"""What the person reads when something went wrong that no rule foresaw – and what old buttons answer."""

import json
import re
import uuid
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse, Respond

from bot.act import UnknownChange
from bot.slack.listeners.desk import Body, Desk
from bot.slack.views.kit import message, section
from bot.store.failures import DatabaseBusy, DatabaseGone

log = structlog.get_logger()
ANYTHING = re.compile(".*")


def register(bolt: App, desk: Desk) -> None:
    """The one handler of unexpected errors, and the listeners for whatever no other listener knows."""

    @bolt.error
    def failed(error: Exception, body: Body) -> BoltResponse:
        return _answer(desk, body, _sentence(error, body))

    @bolt.action(ANYTHING)
    def unknown_button(ack: Ack, respond: Respond) -> None:
        ack()
        said = "This button is from another release. The change's card has the present ones."
        desk.whisper(respond, message(said, section(f"ℹ️ {said}")))

    @bolt.view(ANYTHING)
    def unknown_form(ack: Ack) -> None:
        ack(response_action="clear")


def _sentence(error: Exception, body: Body) -> str:
    """What happened, whether anything was recorded, and what to press."""
    if isinstance(error, UnknownChange):
        return f"There is no {error} here."
    if isinstance(error, DatabaseBusy):
        return "Somebody else was writing at the same moment. Nothing was recorded: press again."
    number = uuid.uuid4().hex[:8]
    kind = body.get("type") or "command"
    if isinstance(error, DatabaseGone):
        log.error("the database is gone", error_id=number, kind=kind, problem=str(error))
        return f"The database does not answer. The card shows what is recorded; try again in a minute. ({number})"
    log.error("a listener failed", error_id=number, kind=kind, exc_info=error)
    return f"Something went wrong that is not your fault. The card shows what is recorded. ({number})"


def _answer(desk: Desk, body: Body, said: str) -> BoltResponse:
    """The sentence where this kind of delivery can show it; always 200, or Slack shows its own words instead."""
    if body.get("type") == "view_submission":
        return _beside_a_field(body, said)
    if "command" in body:
        return _json({"response_type": "ephemeral", "text": said})
    if body.get("response_url"):
        shown = message(said, section(said))
        desk.whisper(Respond(response_url=body["response_url"]), shown)
    return BoltResponse(status=200, body="")


def _beside_a_field(body: Body, said: str) -> BoltResponse:
    blocks: list[dict[str, Any]] = body["view"]["blocks"]
    first = next((block["block_id"] for block in blocks if block["type"] == "input"), None)
    if first is None:
        return BoltResponse(status=200, body="")
    return _json({"response_action": "errors", "errors": {first: said}})


def _json(content: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(content), headers={"content-type": "application/json"})
