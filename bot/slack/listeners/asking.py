"""What is pressed and submitted around asking people: waivers, reminders put off, and what the ⋯ menu had no room for."""

from collections.abc import Callable

from slack_bolt import Ack, App

from bot.rules.inputs import Snoozing, WaiverGrant
from bot.rules.verdict import Field
from bot.slack.forms import FieldErrors, parse_waiver_refusal
from bot.slack.forms.reading import Filled
from bot.slack.ids import Choice, Modal, Press, Ref, decode_snooze, decode_waiver
from bot.slack.listeners.buttons import CHOICES, Direct, act_directly
from bot.slack.listeners.desk import Body, Desk, caller_of_submission
from bot.slack.listeners.forms import CHOICES_WITH_FORM
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.card import card
from bot.slack.views.told import told_modal
from bot.slack.views.waiver_modals import refuse_waiver_modal
from bot.workflows.remind import snooze_reminder
from bot.workflows.waive import grant_waiver, refuse_waiver


def register(bolt: App, desk: Desk) -> None:
    """Granting, refusing, snoozing, and the form behind the menu's last line."""
    _register_waivers(bolt, desk)
    bolt.action(Press.SNOOZE.pattern)(_snoozes(desk))
    bolt.view(Modal.MORE)(_chooses(desk))


def _register_waivers(bolt: App, desk: Desk) -> None:
    @bolt.action(Press.GRANT_WAIVER.pattern)
    def granted(ack: Ack, body: Body) -> None:
        pressed = decode_waiver(body["actions"][0].get("value"))
        if pressed is not None:
            number, ref = pressed
            act_directly(desk, body, Direct(grant_waiver, lambda _ref: WaiverGrant(number)), ref)
        ack()

    @bolt.action(Press.REFUSE_WAIVER.pattern)
    def wants_to_refuse(ack: Ack, body: Body) -> None:
        pressed = decode_waiver(body["actions"][0].get("value"))
        if pressed is not None:
            _open_refusal(desk, body, *pressed)
        ack()

    @bolt.view(Modal.REFUSE_WAIVER)
    def refused(ack: Ack, body: Body) -> None:
        named = decode_waiver(body["view"]["private_metadata"])
        if named is None:
            ack(response_action="clear")
            return
        number, ref = named
        form = parse_waiver_refusal(body["view"]["state"]["values"], number)
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        close_form(
            ack, body, desk.acts.perform(caller_of_submission(body), ref.change, refuse_waiver, form), desk
        )


def _snoozes(desk: Desk) -> Callable[..., None]:
    def pressed_snooze(ack: Ack, body: Body) -> None:
        pressed = decode_snooze(body["actions"][0].get("value"))
        if pressed is not None:
            phase, ref = pressed
            act_directly(desk, body, Direct(snooze_reminder, lambda _ref: Snoozing(phase)), ref)
        ack()

    return pressed_snooze


def _chooses(desk: Desk) -> Callable[..., None]:
    def chose(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["view"]["private_metadata"])
        chosen = Filled(body["view"]["state"]["values"]).choice(Field.CHOICE)
        if ref is None or chosen not in set(Choice):
            ack(response_action="clear")
        else:
            _choose(ack, body, Choice(chosen), ref, desk)

    return chose


def _open_refusal(desk: Desk, body: Body, number: int, ref: Ref) -> None:
    scene = desk.acts.look(ref.change)
    waiver = next((each for each in scene.change.waivers if each.number == number), None)
    if waiver is None or not waiver.undecided:
        desk.tell(body, card(scene))
    else:
        desk.open_modal(body, refuse_waiver_modal(scene, waiver))


def _choose(ack: Ack, body: Body, choice: Choice, ref: Ref, desk: Desk) -> None:
    """Do it, or show its form in place of the choice."""
    direct = CHOICES.get(choice)
    if direct is not None:
        answer = desk.acts.perform(caller_of_submission(body), ref.change, direct.verb, direct.form(ref))
        close_form(ack, body, answer, desk)
        return
    scene = desk.acts.look(ref.change)
    view = CHOICES_WITH_FORM[choice](scene) if choice is not Choice.MORE else None
    ack(response_action="update", view=view or told_modal(card(scene)))
