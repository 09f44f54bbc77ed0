"""Declaring and lifting change freezes. Excepting a change from one is an act on that change, as any other."""

from typing import Any

from slack_bolt import Ack, App

from bot.company_act import CompanyAnswer, CompanyVerb
from bot.rules.terms import PersonId
from bot.rules.verdict import Refused
from bot.rules.words import say
from bot.slack.forms import FieldErrors, parse_freeze, parse_lift
from bot.slack.ids import Modal, Press, decode_freeze
from bot.slack.listeners.desk import Body, Desk, caller_of_submission, first_input
from bot.slack.views.freezes import freeze_modal, lift_modal
from bot.slack.views.kit import message, section
from bot.slack.views.refusals import done_message, field_errors
from bot.slack.views.speech import Speech
from bot.slack.views.told import told_modal
from bot.workflows.freeze import declare_freeze, lift_freeze


def register(bolt: App, desk: Desk) -> None:
    """The button that lifts a freeze, and both forms."""

    @bolt.action(Press.LIFT_FREEZE.pattern)
    def pressed_lift(ack: Ack, body: Body) -> None:
        wanted = decode_freeze(body["actions"][0].get("value"))
        shown = desk.overview.calendar(tuple(desk.acts.company.organization.services))
        freeze = next((each for each in shown.freezes if each.id == wanted), None)
        if freeze is None:
            said = "That freeze is lifted or over already: it holds nobody up."
            desk.tell(body, message(said, section(f"ℹ️ {said}")))
        else:
            desk.push_modal(body, lift_modal(freeze, Speech(shown.names, shown.zone)))
        ack()

    @bolt.view(Modal.FREEZE)
    def declared(ack: Ack, body: Body) -> None:
        form = parse_freeze(body["view"]["state"]["values"])
        _perform(ack, body, desk, declare_freeze, form)

    @bolt.view(Modal.LIFT_FREEZE)
    def lifted(ack: Ack, body: Body) -> None:
        freeze = decode_freeze(body["view"]["private_metadata"])
        if freeze is None:
            ack(response_action="clear")
            return
        _perform(ack, body, desk, lift_freeze, parse_lift(body["view"]["state"]["values"], freeze))


def open_freeze(desk: Desk, body: Body) -> None:
    """Open the form, with the freezes in force and ahead above it."""
    services = tuple(desk.acts.company.organization.services)
    shown = desk.overview.calendar(services)
    desk.open_modal(body, freeze_modal(services, shown.freezes, Speech(shown.names, shown.zone)))


def _perform(ack: Ack, body: Body, desk: Desk, verb: CompanyVerb[Any], form: object) -> None:
    if isinstance(form, FieldErrors):
        ack(response_action="errors", errors=dict(form.errors))
        return
    answer = desk.company_acts.perform(caller_of_submission(body), verb, form)
    show_company_answer(ack, body, answer, desk)


def show_company_answer(ack: Ack, body: Body, answer: CompanyAnswer, desk: Desk) -> None:
    """Say in the form's place that it is done, or beside its fields what stands in the way."""
    if isinstance(answer.verdict, Refused):
        errors = (
            {first_input(body): answer.said}
            if answer.repeated
            else field_errors(answer.verdict, body["view"], desk.speech(*_named(answer.verdict)))
        )
        ack(response_action="errors", errors=errors)
        return
    said = say(answer.said) if answer.repeated else answer.verdict.said
    ack(response_action="update", view=told_modal(done_message(said, desk.speech(*said.people))))


def _named(refused: Refused) -> tuple[PersonId, ...]:
    return tuple(person for gate in refused.gates for person in gate.why.people)
