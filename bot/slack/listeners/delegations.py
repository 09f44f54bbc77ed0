"""Deputies: the form with those that there are, naming one, and ending a delegation before its time."""

from dataclasses import replace

from slack_bolt import Ack, App

from bot.rules.inputs import DelegationEnd, DeputyWish
from bot.rules.verdict import Refused
from bot.slack.forms import FieldErrors
from bot.slack.forms.delegations import parse_deputy
from bot.slack.ids import Modal, Press, decode_delegation
from bot.slack.listeners.desk import Body, Desk, caller_of_action, caller_of_submission, person_of
from bot.slack.listeners.freezes import show_company_answer
from bot.slack.views.delegate_modal import Deputies, delegate_modal
from bot.slack.views.kit import Json, message, section
from bot.slack.views.text import typed
from bot.workflows.delegate import end_delegation, name_deputy


def register(bolt: App, desk: Desk) -> None:
    """The button that opens the form, the one that ends a delegation, and the form itself."""

    @bolt.action(Press.DELEGATE.pattern)
    def pressed_delegate(ack: Ack, body: Body) -> None:
        open_deputies(desk, body)
        ack()

    @bolt.action(Press.END_DELEGATION.pattern)
    def pressed_end(ack: Ack, body: Body) -> None:
        delegation = decode_delegation(body["actions"][0].get("value"))
        if delegation is not None:
            caller = caller_of_action(body)
            answer = desk.company_acts.perform(caller, end_delegation, DelegationEnd(delegation))
            _say_in_form(desk, body, answer.said, refused=isinstance(answer.verdict, Refused))
        ack()

    @bolt.view(Modal.DELEGATE)
    def named(ack: Ack, body: Body) -> None:
        form = parse_deputy(body["view"]["state"]["values"])
        if isinstance(form, FieldErrors):
            ack(response_action="errors", errors=dict(form.errors))
            return
        answer = desk.company_acts.perform(caller_of_submission(body), name_deputy, _looked_up(desk, form))
        show_company_answer(ack, body, answer, desk)


def open_deputies(desk: Desk, body: Body) -> None:
    """Open the form, with the deputies there are above it."""
    desk.open_modal(body, _form(desk, body, ""))


def _form(desk: Desk, body: Body, said: str) -> Json:
    organization = desk.acts.company.organization
    delegations = desk.overview.delegations()
    deputies = Deputies(tuple(organization.services), delegations, organization.deputies)
    people = [person for each in delegations for person in (each.deputy, each.principal) if person]
    people += [person for each in organization.deputies for person in (each.deputy, each.principal) if person]
    return delegate_modal(deputies, person_of(body), desk.acts.now(), desk.speech(*people), said)


def _looked_up(desk: Desk, form: DeputyWish) -> DeputyWish:
    """With the directory's word on the deputy, asked for before the act."""
    return replace(form, unfit=desk.acts.company.directory.why_no_role(form.deputy))


def _say_in_form(desk: Desk, body: Body, said: str, *, refused: bool) -> None:
    """What came of the button, at the top of the form, whose list is up to date again; typed fields stay."""
    shown = f"{'ℹ️' if refused else '✅'} {typed(said, 400)}"
    view = body.get("view")
    if view is None:
        desk.tell(body, message(shown, section(shown)))
        return
    form = _form(desk, body, shown)
    desk.afterwards(lambda: desk.client.views_update(view_id=view["id"], view=form))
