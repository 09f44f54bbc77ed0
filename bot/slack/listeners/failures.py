"""What the person reads when something went wrong that no rule foresaw – and what old buttons answer."""

import json
import re
import uuid
from typing import Any, Final

import structlog
from slack_bolt import Ack, App, BoltResponse

from bot.act import UnknownChange
from bot.slack.ids import Event
from bot.slack.listeners.desk import Body, Desk, person_of
from bot.slack.views.home import failed_home
from bot.slack.views.kit import message, section
from bot.slack.views.told import told_modal
from bot.store.failures import DatabaseBusy, DatabaseGone

log = structlog.get_logger()
ANYTHING: Final = re.compile(".*")
PERHAPS_RECORDED: Final = frozenset({"block_actions", "view_submission"})
"""What can act on a change; everything else only asks."""


def register(bolt: App, desk: Desk) -> None:
    """The one handler of unexpected errors, and the listeners for whatever no other listener knows."""

    @bolt.error
    def failed(error: Exception, body: Body) -> BoltResponse:
        return answer(desk, body, _sentence(error, body))

    @bolt.action(ANYTHING)
    def unknown_button(ack: Ack, body: Body) -> None:
        ack()
        said = "This button is from another release. The change's card has the present ones."
        desk.tell(body, message(said, section(f"ℹ️ {said}")))

    @bolt.shortcut(ANYTHING)
    def unknown_shortcut(ack: Ack, body: Body) -> None:
        ack()
        said = "This shortcut is from another release. Nothing was recorded."
        desk.tell(body, message(said, section(f"ℹ️ {said}")))

    @bolt.view(ANYTHING)
    def unknown_form(ack: Ack) -> None:
        ack(response_action="clear")


def _sentence(error: Exception, body: Body) -> str:
    """What happened, whether anything was recorded, what to do, and a number that the log has, too."""
    number, kind = uuid.uuid4().hex[:8], kind_of(body)
    noted = {"error_id": number, "kind": kind, "person": person_of(body)}
    if isinstance(error, UnknownChange):
        log.info("somebody asked for a change that does not exist", **noted)
        return f"There is no {error} here. Nothing was recorded. ({number})"
    if isinstance(error, DatabaseBusy):
        log.warning("the database was busy", **noted, problem=str(error))
        return (
            f"Somebody else was writing at the same moment. Nothing was recorded: {again(kind)}. ({number})"
        )
    if isinstance(error, DatabaseGone):
        log.error("the database is gone", **noted, problem=str(error))
        return f"The database does not answer. {_recorded(kind)} In a minute, {again(kind)}. ({number})"
    log.error("a listener failed", **noted, exc_info=error)
    instead = (
        f"If it is missing there, {again(kind)}" if kind in PERHAPS_RECORDED else f"You can {again(kind)}"
    )
    return (
        f"Something went wrong that is not your fault. {_recorded(kind)} {instead};"
        f" if that does not help, give your administrator this number: {number}."
    )


def kind_of(body: Body) -> str:
    """A command, the type of an interaction, or the type of an event."""
    if "command" in body:
        return "command"
    event = body.get("event")
    return str(event.get("type")) if isinstance(event, dict) else str(body.get("type"))


def _recorded(kind: str) -> str:
    return "The card shows what is recorded." if kind in PERHAPS_RECORDED else "Nothing was recorded."


AGAIN: Final = {
    "command": "type it again",
    "block_actions": "press again",
    "view_submission": "press again",
    Event.HOME_OPENED: "open this page again",
    Event.MESSAGE: "write again",
}


def again(kind: str) -> str:
    """What to do once more, to follow "please"."""
    return AGAIN.get(kind, "try again")


def answer(desk: Desk, body: Body, said: str) -> BoltResponse:
    """The sentence where this kind of delivery can show it; always 200, or Slack shows its own words instead."""
    kind = kind_of(body)
    if kind == "view_submission":
        return _beside_a_field(body, said)
    if kind == "command":
        return _json({"response_type": "ephemeral", "text": said})
    if kind == Event.HOME_OPENED:
        desk.afterwards(lambda: desk.client.views_publish(user_id=person_of(body), view=failed_home(said)))
    elif kind != Event.USER_CHANGED and person_of(body):  # nobody waits for an answer to that
        desk.tell(body, message(said, section(said)))
    return BoltResponse(status=200, body="")


def _beside_a_field(body: Body, said: str) -> BoltResponse:
    blocks: list[dict[str, Any]] = (body.get("view") or {}).get("blocks") or []
    first = next((block["block_id"] for block in blocks if block.get("type") == "input"), None)
    if first is None:
        return _json({"response_action": "update", "view": told_modal(message(said, section(said)))})
    return _json({"response_action": "errors", "errors": {first: said}})


def _json(content: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(content), headers={"content-type": "application/json"})
