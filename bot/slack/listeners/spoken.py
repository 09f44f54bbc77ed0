"""What is pressed and submitted about spoken approvals and starts in breach: yes at once, no in one's own words."""

from slack_bolt import Ack, App

from bot.rules.hotfix_inputs import VerbalAnswer
from bot.slack.forms import FieldErrors
from bot.slack.forms.spoken import parse_breach_refusal, parse_dispute
from bot.slack.ids import Modal, Press, Ref, decode_spoken
from bot.slack.listeners.buttons import Direct, act_directly
from bot.slack.listeners.desk import Body, Desk, caller_of_submission, person_of, pressed_ref
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.breach_asks import refuse_breach_modal
from bot.slack.views.card import card
from bot.slack.views.kit import Json
from bot.slack.views.spoken_asks import dispute_modal
from bot.workflows.hotfix import ratify_breach, refuse_breach
from bot.workflows.verbal import confirm_verbal, dispute_verbal


def register(bolt: App, desk: Desk) -> None:
    """Confirming and disputing, ratifying and refusing."""
    _register_words(bolt, desk)
    _register_breach(bolt, desk)


def _register_words(bolt: App, desk: Desk) -> None:
    @bolt.action(Press.CONFIRM_VERBAL.pattern)
    def confirmed(ack: Ack, body: Body) -> None:
        pressed = decode_spoken(body["actions"][0].get("value"))
        if pressed is not None:
            shown, ref = pressed
            act_directly(desk, body, Direct(confirm_verbal, lambda _ref: VerbalAnswer(shown=shown)), ref)
        ack()

    @bolt.action(Press.DISPUTE_VERBAL.pattern)
    def wants_to_dispute(ack: Ack, body: Body) -> None:
        pressed = decode_spoken(body["actions"][0].get("value"))
        if pressed is not None:
            _, ref = pressed
            _open(desk, body, ref, dispute_modal(desk.acts.look(ref.change), person_of(body)))
        ack()

    @bolt.view(Modal.DISPUTE_VERBAL)
    def disputed(ack: Ack, body: Body) -> None:
        named = decode_spoken(body["view"]["private_metadata"])
        if named is None:
            ack(response_action="clear")
            return
        shown, ref = named
        form = parse_dispute(body["view"]["state"]["values"], shown)
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, dispute_verbal, form)
        close_form(ack, body, answer, desk)


def _register_breach(bolt: App, desk: Desk) -> None:
    @bolt.action(Press.RATIFY_BREACH.pattern)
    def ratified(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            act_directly(desk, body, Direct(ratify_breach, lambda _ref: None), ref)
        ack()

    @bolt.action(Press.REFUSE_BREACH.pattern)
    def wants_to_refuse(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            _open(desk, body, ref, refuse_breach_modal(desk.acts.look(ref.change)))
        ack()

    @bolt.view(Modal.REFUSE_BREACH)
    def refused(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["view"]["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = parse_breach_refusal(body["view"]["state"]["values"])
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, refuse_breach, form)
        close_form(ack, body, answer, desk)


def _open(desk: Desk, body: Body, ref: Ref, form: Json | None) -> None:
    """Open the form; where there is nothing left to say, show how the change stands."""
    if form is None:
        desk.tell(body, card(desk.acts.look(ref.change)))
    else:
        desk.open_modal(body, form)
