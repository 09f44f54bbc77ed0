"""`/deploy` and what follows it; buttons that ask the same. None of it acts on a change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from slack_bolt import Ack, App

from bot.rules.terms import PersonId
from bot.slack.forms.commands import UnknownWord, nearest, parse_filter, parse_services, unescaped
from bot.slack.ids import COMMAND, Press, Ref
from bot.slack.ids.turns import decode_turn
from bot.slack.listeners.delegations import open_deputies
from bot.slack.listeners.deployment_lists import asks_for_deployments, list_deployments
from bot.slack.listeners.desk import Body, Desk, person_of
from bot.slack.listeners.freezes import open_freeze
from bot.slack.listeners.hotfix import ask_record, open_declaration
from bot.slack.listeners.lists import show_calendar, show_list
from bot.slack.listeners.prefill import prefill
from bot.slack.listeners.production import ask_report, ask_rollback
from bot.slack.listeners.review import ask_review
from bot.slack.views.calendar import unknown_service
from bot.slack.views.card import card
from bot.slack.views.help import LINES_MOST, help_message, today_message, unknown_command
from bot.slack.views.kit import Message, message, section
from bot.slack.views.listing import unknown_filter, which_one
from bot.slack.views.refusals import gone
from bot.slack.views.request_modal import request_modal
from bot.slack.views.waiver_modals import waiver_modal
from bot.slack.views.waivers import nothing_to_waive
from bot.slack.views.why import why


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks where, and what follows the command's word."""

    desk: Desk
    body: Body
    person: PersonId
    channel: str
    rest: str


Answer = Message | None
"""What is shown at once; None where a form or a list follows by itself."""


def _request(call: Call) -> Answer:
    open_request(call.desk, call.body, call.channel)
    return None


def _hotfix(call: Call) -> Answer:
    open_declaration(call.desk, call.body, call.rest)
    return None


def _record(call: Call) -> Answer:
    return ask_record(call.desk, call.body, call.rest)


def _status(call: Call) -> Answer:
    return _about(call, Press.SHOW)


def _why(call: Call) -> Answer:
    return _about(call, Press.WHY)


def _waive(call: Call) -> Answer:
    """The form for a waiver of the change that is meant, or why there is none."""
    found = call.desk.overview.named(call.rest, call.person, call.channel)
    if len(found) != 1:
        return _about(call, Press.ASK_FOR_WAIVER)
    scene = call.desk.acts.look(found[0])
    form = waiver_modal(scene)
    if form is None:
        return nothing_to_waive(scene)
    call.desk.open_modal(call.body, form)
    return None


def _list(call: Call) -> Answer:
    if asks_for_deployments(call.rest):
        return list_deployments(call.desk, call.body, call.rest)
    services = call.desk.acts.company.organization.services
    wanted = parse_filter(call.rest, services, call.person)
    if isinstance(wanted, UnknownWord):
        return unknown_filter(wanted.word, wanted.near)
    words = " ".join(dict.fromkeys(call.rest.lower().split()))
    show_list(call.desk, call.body, wanted, words)
    return None


def _calendar(call: Call) -> Answer:
    """The windows ahead of the person's services, or of the one that is named."""
    wanted = parse_services(call.rest, call.desk.acts.company.organization.services)
    if isinstance(wanted, UnknownWord):
        return unknown_service(wanted.word, wanted.near)
    overview, known = call.desk.overview, call.desk.acts.company.organization.services
    services = wanted or overview.services_of(call.person) or tuple(known)
    show_calendar(call.desk, call.body, overview.calendar(services))
    return None


def _rollback(call: Call) -> Answer:
    return ask_rollback(call.desk, call.body, call.channel, call.rest)


def _report(call: Call) -> Answer:
    return ask_report(call.desk, call.body, call.channel, call.rest)


def _review(call: Call) -> Answer:
    return ask_review(call.desk, call.person, call.channel, call.rest)


def _freeze(call: Call) -> Answer:
    open_freeze(call.desk, call.body)
    return None


def _delegate(call: Call) -> Answer:
    open_deputies(call.desk, call.body)
    return None


def _help(_call: Call) -> Answer:
    return help_message()


def _today(call: Call) -> Answer:
    return today(call.desk, call.person)


COMMANDS: Final[Mapping[str, Callable[[Call], Answer]]] = {
    "": _today,
    "request": _request,
    "hotfix": _hotfix,
    "record": _record,
    "status": _status,
    "why": _why,
    "waive": _waive,
    "list": _list,
    "calendar": _calendar,
    "report": _report,
    "rollback": _rollback,
    "review": _review,
    "freeze": _freeze,
    "delegate": _delegate,
    "help": _help,
}


BY_BUTTON: Final = frozenset({"approve", "reject", "revise", "start", "verify", "withdraw"})
"""What people try to type though it has a button: they get the card with it, since nobody approves what they do not see."""


def register(bolt: App, desk: Desk) -> None:
    """The slash command, and the buttons that ask the same."""

    @bolt.command(COMMAND)
    def typed_command(ack: Ack, body: Body) -> None:
        text = unescaped(str(body.get("text") or ""))
        answer = _run(desk, body, body["channel_id"], text)
        if answer is None:
            ack()
        else:
            ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")

    @bolt.action(Press.RUN.pattern)
    def pressed_run(ack: Ack, body: Body) -> None:
        answer = _run(desk, body, _channel(body), str(body["actions"][0].get("value") or ""))
        if answer is not None:
            desk.tell(body, answer)
        ack()

    @bolt.action(Press.REQUEST.pattern)
    def pressed_request(ack: Ack, body: Body) -> None:
        open_request(desk, body, _channel(body))
        ack()

    for press, view in ((Press.WHY, why), (Press.SHOW, card)):
        bolt.action(press.pattern)(_shows(desk, view))

    for press in (Press.NEWER, Press.OLDER):
        bolt.action(press.pattern)(_turns(desk))

    @bolt.action(Press.OPEN_CARD.pattern)
    def pressed_link(ack: Ack) -> None:
        ack()


def _shows(desk: Desk, view: Callable[..., Message]) -> Callable[..., None]:
    def pressed(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["actions"][0].get("value"))
        if ref is not None:
            desk.tell(body, view(desk.acts.look(ref.change)))
        ack()

    return pressed


def _turns(desk: Desk) -> Callable[..., None]:
    def pressed(ack: Ack, body: Body) -> None:
        turn = decode_turn(body["actions"][0].get("value"))
        if turn is not None and asks_for_deployments(turn.words):
            answer = list_deployments(desk, body, turn.words, turn)
            if answer is not None:
                desk.tell(body, answer)
        elif turn is not None:
            services = desk.acts.company.organization.services
            wanted = parse_filter(turn.words, services, person_of(body))
            if isinstance(wanted, UnknownWord):
                desk.tell(body, unknown_filter(wanted.word, wanted.near))
            else:
                show_list(desk, body, wanted, turn.words, turn)
        ack()

    return pressed


def today(desk: Desk, person: PersonId) -> Message:
    """What a person can do now."""
    overview = desk.overview
    return today_message(overview.waits(person, LINES_MOST), may_request=overview.may_request(person))


def open_request(desk: Desk, body: Body, channel: str) -> None:
    """Open the request's form, filled in for the channel's service."""
    organization, overview = desk.acts.company.organization, desk.overview
    known = prefill(desk.acts, overview, person_of(body), overview.service_of_channel(channel))
    desk.open_modal(body, request_modal(known, tuple(organization.services), organization.guide))


def _run(desk: Desk, body: Body, channel: str, text: str) -> Answer:
    """Do what the text of a command says."""
    word, _, rest = text.strip().partition(" ")
    call = Call(desk, body, person_of(body), channel, rest.strip())
    command = COMMANDS.get(word.lower())
    if command is not None:
        return command(call)
    if word.lower() in BY_BUTTON:
        return _status(call)
    if any(character.isdigit() for character in word):  # no command has one, every number and version has
        return _status(replace(call, rest=text.strip()))
    known = [each for each in COMMANDS if each]
    near = nearest(word, [*known, *BY_BUTTON])
    return unknown_command(word, f"{near} {rest.strip()}".strip() if near else None, known)


def _about(call: Call, press: Press) -> Answer:
    """The card or the checklist of the change that a person means, or a choice where it may be several."""
    found = call.desk.overview.named(call.rest, call.person, call.channel)
    if not found and not call.rest:
        said = (
            f"Nothing is under way here or of yours. For example `{COMMAND} status CHG-142`, or its version."
        )
        return message(said, section(said))
    if not found:
        return gone(call.rest)
    if len(found) > 1:
        return which_one(call.desk.overview.scenes(found), call.rest, press)
    scene = call.desk.acts.look(found[0])
    return card(scene) if press is Press.SHOW else why(scene)


def _channel(body: Body) -> str:
    return str((body.get("channel") or {}).get("id", ""))
