"""Declaring a hotfix from wherever its incident is talked about, and recording who approved it by word."""

from dataclasses import dataclass, replace
from typing import Final

from slack_bolt import Ack, App

from bot.act import UnknownService
from bot.rules.scene import Scene
from bot.rules.verdict import Field, Refused
from bot.slack.forms import FieldErrors
from bot.slack.forms.hotfix import parse_declaration, parse_spoken, spoken_in
from bot.slack.forms.messages import mentioned, plain_text
from bot.slack.ids import COMMAND, Modal, Press, Ref, decode_room
from bot.slack.listeners.desk import Body, Desk, caller_of_submission, person_of
from bot.slack.listeners.prefill import prefill_hotfix
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.card import card
from bot.slack.views.hotfix_modals import declaration_modal
from bot.slack.views.kit import Message, message, section
from bot.slack.views.listing import which_one
from bot.slack.views.refusals import field_errors
from bot.slack.views.speech import Speech
from bot.slack.views.spoken_modal import spoken_modal
from bot.workflows.verbal import record_verbal

ROOMS_BEGIN: Final = "inc-"
"""How companies name the channels of their incidents; a private one's name is not told with a command."""


@dataclass(frozen=True, slots=True)
class Where:
    """The channel in which somebody calls; both empty where that is none."""

    channel: str = ""
    name: str = ""


def where(body: Body) -> Where:
    """The channel of a command, a click or a message."""
    if "channel_id" in body:
        return Where(str(body["channel_id"]), str(body.get("channel_name") or ""))
    channel = body.get("channel") or {}
    return Where(str(channel.get("id") or ""), str(channel.get("name") or ""))


def register(bolt: App, desk: Desk) -> None:
    """The button that opens the declaration, and the two forms that are read in a way of their own."""

    @bolt.action(Press.DECLARE_HOTFIX.pattern)
    def pressed(ack: Ack, body: Body) -> None:
        open_declaration(desk, body)
        ack()

    @bolt.view(Modal.DECLARE_HOTFIX)
    def declared(ack: Ack, body: Body) -> None:
        room = decode_room(body["view"]["private_metadata"])
        form = parse_declaration(body["view"]["state"]["values"], person_of(body), room or "")
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        try:
            answer = desk.acts.declare(caller_of_submission(body), form)
        except UnknownService:
            show_problems(ack, {"service": "This service is no longer in the organization's file."})
            return
        close_form(ack, body, answer, desk)

    @bolt.view(Modal.RECORD_VERBAL)
    def recorded(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["view"]["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = parse_spoken(body["view"]["state"]["values"])
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, record_verbal, form)
        if isinstance(answer.verdict, Refused) and answer.scene and not answer.repeated:
            show_problems(ack, _beside_people(desk, body, answer.verdict, answer.scene))
        else:
            close_form(ack, body, answer, desk)


def declare_of_message(desk: Desk, body: Body) -> None:
    """Open the form, with what a message says as the impact; where it was said is where the incident is talked about."""
    text = str((body.get("message") or {}).get("text") or "")
    names = desk.speech(*mentioned(text)).names
    open_declaration(desk, body, impact=plain_text(text, names))


def open_declaration(desk: Desk, body: Body, words: str = "", impact: str = "") -> None:
    """Open the form, filled in with what `words` and the place tell; `words` may name service, version and impact."""
    place, organization = where(body), desk.acts.company.organization
    known = prefill_hotfix(desk.acts, desk.overview, person_of(body), words, place.channel)
    room = place.channel if _is_about_incidents(desk, place) else ""
    filled = replace(known, impact=impact or known.impact, room=room)
    desk.open_modal(body, declaration_modal(filled, tuple(organization.services), organization.guide))


def _is_about_incidents(desk: Desk, place: Where) -> bool:
    if not place.channel:
        return False
    return place.name.startswith(ROOMS_BEGIN) or desk.overview.is_about_incidents(place.channel)


def ask_record(desk: Desk, body: Body, text: str) -> Message | None:
    """Open the form that records approvals of the hotfix that is meant; None when it is on its way."""
    found = desk.overview.declared(text, person_of(body), where(body).channel)
    if not found:
        said = f"No hotfix is declared here. `{COMMAND} hotfix` declares one."
        return message(said, section(said))
    if len(found) > 1:
        return which_one(desk.overview.scenes(found), text or "declared hotfixes", Press.RECORD_VERBAL)
    scene = desk.acts.look(found[0])
    form = spoken_modal(scene)
    if form is None:
        return card(scene)
    desk.open_modal(body, form)
    return None


def _beside_people(desk: Desk, body: Body, refused: Refused, scene: Scene) -> dict[str, str]:
    """The sentences beside the fields; what concerns one person stands where that person was chosen."""
    view = body["view"]
    chosen = spoken_in(view["state"]["values"])
    speech = Speech({**scene.names, **desk.speech(*chosen).names}, scene.setting.policy.zone)
    errors: dict[str, str] = {}
    for gate in refused.gates:
        named = (*gate.why.people, *([person_of(body)] if gate.field is Field.PEOPLE else []))
        about = next((person for person in named if person in chosen), None)
        for block_id, said in field_errors(Refused((gate,)), view, speech).items():
            place = chosen[about] if about else block_id
            errors[place] = f"{errors[place]} {said}" if place in errors else said
    return errors
