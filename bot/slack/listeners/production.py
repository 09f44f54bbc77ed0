"""What is reported about production, and asked about it by command: at 02:00, so in as few steps as there can be."""

from slack_bolt import Ack, App

from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.slack.forms import FieldErrors
from bot.slack.forms.production import parse_report
from bot.slack.ids import Modal, Press, Ref
from bot.slack.listeners.desk import Body, Desk, caller_of_submission, person_of
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.card import card
from bot.slack.views.in_production import (
    newest_report,
    nothing_in_production,
    reported_message,
    rollback_message,
)
from bot.slack.views.kit import Message
from bot.slack.views.listing import which_one
from bot.slack.views.report_modals import report_modal
from bot.slack.views.told import told_modal
from bot.workflows.observe import observe

PRESSING = (
    frozenset({Stage.ROLLBACK_REQUIRED}),
    frozenset({Stage.ROLLING_BACK, Stage.DEPLOYING, Stage.MONITORING, Stage.RESTORED}),
)
"""What somebody means who names nothing: what is on fire, else what is being done or watched."""


def register(bolt: App, desk: Desk) -> None:
    """The report's form, whose sender reads at once what it amounts to."""

    @bolt.view(Modal.REPORT)
    def reported(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["view"]["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = parse_report(body["view"]["state"]["values"], ref)
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        answer = desk.acts.perform(caller_of_submission(body), ref.change, observe, form)
        made = newest_report(answer.scene.change, person_of(body)) if answer.done and answer.scene else None
        if made and answer.scene:
            ack(response_action="update", view=told_modal(reported_message(answer.scene, made)))
        else:
            close_form(ack, body, answer, desk)


def ask_rollback(desk: Desk, body: Body, channel: str, text: str) -> Message:
    """The alarm, or how production stands, with the button that starts a rollback: it asks once before it does."""
    scenes = _meant(desk, person_of(body), channel, text)
    if len(scenes) == 1:
        return rollback_message(scenes[0], person_of(body))
    return _choice(desk, person_of(body), channel, text, scenes)


def ask_report(desk: Desk, body: Body, channel: str, text: str) -> Message | None:
    """Open the report's form; None when it is on its way."""
    scenes = _meant(desk, person_of(body), channel, text)
    if len(scenes) != 1:
        return _choice(desk, person_of(body), channel, text, scenes)
    form = report_modal(scenes[0])
    if form is None:
        return card(scenes[0])
    desk.open_modal(body, form)
    return None


def _meant(desk: Desk, person: PersonId, channel: str, text: str) -> tuple[Scene, ...]:
    overview = desk.overview
    scenes = overview.scenes(overview.in_production(text, person, channel))
    if text:
        return scenes
    for stages in PRESSING:
        pressing = tuple(each for each in scenes if each.stage in stages)
        if pressing:
            return pressing
    return scenes


def _choice(desk: Desk, person: PersonId, channel: str, text: str, scenes: tuple[Scene, ...]) -> Message:
    if scenes:
        return which_one(scenes, text or "production", Press.SHOW)
    here = desk.overview.service_of_channel(channel)
    return nothing_in_production(text, (here,) if here else desk.overview.services_of(person))
