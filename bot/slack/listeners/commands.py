"""`/deploy` and what follows it."""

from slack_bolt import Ack, App, Respond

from bot.rules.terms import PersonId
from bot.slack.ids import COMMAND, Press, Ref
from bot.slack.listeners.desk import Body, Desk
from bot.slack.listeners.prefill import prefill
from bot.slack.views.card import card
from bot.slack.views.help import help_message
from bot.slack.views.kit import Message, message, section
from bot.slack.views.refusals import gone
from bot.slack.views.request_modal import request_modal
from bot.slack.views.text import typed
from bot.slack.views.why import why


def register(bolt: App, desk: Desk) -> None:
    """The slash command, and the buttons that ask the same."""

    @bolt.command(COMMAND)
    def typed_command(ack: Ack, body: Body, respond: Respond) -> None:
        word, _, rest = str(body.get("text") or "").strip().partition(" ")
        match word.lower():
            case "request":
                _open_request(desk, body, PersonId(body["user_id"]), body["channel_id"], respond)
                ack()
            case "status":
                _answer(ack, _about(desk, rest, card_of=True))
            case "why":
                _answer(ack, _about(desk, rest, card_of=False))
            case "" | "help":
                _answer(ack, help_message())
            case _:
                said = f"“{typed(word, 40)}” is not a command here."
                _answer(ack, message(said, section(said), *help_message().blocks))

    @bolt.action(Press.REQUEST)
    def pressed_request(ack: Ack, body: Body, respond: Respond) -> None:
        channel = (body.get("channel") or {}).get("id", "")
        _open_request(desk, body, PersonId(body["user"]["id"]), channel, respond)
        ack()

    @bolt.action(Press.WHY)
    def pressed_why(ack: Ack, body: Body, respond: Respond) -> None:
        ref = Ref.decode(body["actions"][0].get("value"))
        ack()
        if ref is not None:
            desk.whisper(respond, why(desk.acts.look(ref.change)))

    @bolt.action(Press.OPEN_CARD)
    def pressed_link(ack: Ack) -> None:
        ack()


def _open_request(desk: Desk, body: Body, person: PersonId, channel: str, respond: Respond) -> None:
    organization = desk.acts.company.organization
    form = request_modal(
        prefill(desk.acts, person, channel), tuple(organization.services), organization.guide
    )
    desk.open_modal(body["trigger_id"], form, respond)


def _about(desk: Desk, text: str, *, card_of: bool) -> Message:
    """The card or the checklist of the change that a person means."""
    wanted = text.strip()
    if not wanted:
        said = f"Which one? For example `{COMMAND} status CHG-142`, or its version."
        return message(said, section(said))
    found = desk.changes_named(wanted)
    if not found:
        return gone(wanted)
    scene = desk.acts.look(found[0])
    return card(scene) if card_of else why(scene)


def _answer(ack: Ack, answer: Message) -> None:
    ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")
