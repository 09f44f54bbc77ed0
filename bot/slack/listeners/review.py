"""The post-incident review (G-HOT-5): `/deploy review`, its buttons, and its forms."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from slack_bolt import Ack, App

from bot.act import Answer, Caller, Verb
from bot.rules.hotfix import ReviewText
from bot.rules.hotfix_inputs import ReviewHandIn, ReviewSignature
from bot.rules.life import Act
from bot.rules.review_draft import PART_MOST, draft, prepared_text, worth_keeping
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.rules.verdict import Done, Refused
from bot.slack.forms import FieldErrors
from bot.slack.forms.review import Written, parse_extension, parse_return, parse_review
from bot.slack.ids import Modal, Press, Ref, decode_review
from bot.slack.listeners.desk import (
    Body,
    Desk,
    caller_of_action,
    caller_of_submission,
    person_of,
    pressed_ref,
)
from bot.slack.listeners.submissions import close_form, show_problems
from bot.slack.views.kit import Json, Message
from bot.slack.views.listing import which_one
from bot.slack.views.refusals import done_message, gone
from bot.slack.views.review_modals import draft_modal, extend_modal, reading_modal, return_modal
from bot.slack.views.review_reminders import review_message, reviews_message
from bot.slack.views.speech import Speech
from bot.slack.views.told import told_modal
from bot.workflows.review import (
    draft_review,
    extend_review,
    return_review,
    sign_review,
    snooze_review,
    submit_review,
)

Shown = Callable[[Desk, Scene, PersonId], Json | None]


def _drafting(desk: Desk, scene: Scene, _reader: PersonId) -> Json | None:
    return draft_modal(scene, text_of(desk, scene), hand_in=False)


def _handing_in(desk: Desk, scene: Scene, _reader: PersonId) -> Json | None:
    return draft_modal(scene, text_of(desk, scene), hand_in=True)


def _reading(desk: Desk, scene: Scene, reader: PersonId) -> Json | None:
    return reading_modal(scene, text_of(desk, scene), reader)


PRESSES: Final[dict[Press, Shown]] = {
    Press.DRAFT_REVIEW: _drafting,
    Press.SUBMIT_REVIEW: _handing_in,
    Press.READ_REVIEW: _reading,
    Press.RETURN_REVIEW: lambda _desk, scene, _reader: return_modal(scene),
    Press.EXTEND_REVIEW: lambda _desk, scene, _reader: extend_modal(scene),
}


def register(bolt: App, desk: Desk) -> None:
    """Its buttons, most of which open a form, and the forms."""
    for press, shown in PRESSES.items():
        bolt.action(press.pattern)(_opens(desk, shown))
    bolt.action(Press.SNOOZE_REVIEW.pattern)(_snoozes(desk))
    bolt.view(Modal.REVIEW)(_saves(desk))
    bolt.view(Modal.SIGN_REVIEW)(_signs(desk))

    @bolt.view(Modal.RETURN_REVIEW)
    def returned(ack: Ack, body: Body) -> None:
        form = parse_return(body["view"]["state"]["values"])
        _perform(ack, body, desk, form, return_review)

    @bolt.view(Modal.EXTEND_REVIEW)
    def extended(ack: Ack, body: Body) -> None:
        form = parse_extension(body["view"]["state"]["values"])
        _perform(ack, body, desk, form, extend_review)


def ask_review(desk: Desk, person: PersonId, channel: str, text: str) -> Message:
    """The reviews that wait for anybody, or the one that is named, with what the person can do about it."""
    if not text:
        return reviews_message(desk.overview.reviews(person), person)
    found = desk.overview.named(text, person, channel)
    if not found:
        return gone(text)
    scenes = desk.overview.scenes(found)
    if len(scenes) > 1:
        owing = tuple(scene for scene in scenes if scene.change.review)
        scenes = owing or scenes
    return (
        review_message(scenes[0], person) if len(scenes) == 1 else which_one(scenes, text, Press.READ_REVIEW)
    )


def text_of(desk: Desk, scene: Scene) -> ReviewText:
    """The review as it reads now: what was saved, and where nothing was, what is prepared."""
    return draft(scene.change, _prepared(desk, scene))


def _prepared(desk: Desk, scene: Scene) -> ReviewText:
    timeline = desk.overview.timeline(scene.change.id)
    return prepared_text(scene.change, scene.setting.policy, timeline.markdown(PART_MOST) if timeline else "")


def _opens(desk: Desk, shown: Shown) -> Callable[..., None]:
    """Show the form; where there is nothing to do in it any more, how the review stands."""

    def pressed(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            scene, person = desk.acts.look(ref.change), person_of(body)
            form = shown(desk, scene, person)
            if form is None:
                desk.tell(body, review_message(scene, person))
            elif (body.get("view") or {}).get("type") == "modal":
                desk.push_modal(body, form)
            else:
                desk.open_modal(body, form)
        ack()

    return pressed


def _snoozes(desk: Desk) -> Callable[..., None]:
    """Put its reminders off; where no reminder shows that, it is said."""

    def pressed(ack: Ack, body: Body) -> None:
        ref = pressed_ref(body)
        if ref is not None:
            caller = caller_of_action(body)
            answer = desk.acts.perform(caller, ref.change, snooze_review, None)
            desk.tell(body, *desk.refusal(answer, Act.SNOOZE_REVIEW, caller))
            if isinstance(answer.verdict, Done) and answer.scene and _is_alone(body):
                desk.tell(body, done_message(answer.verdict.said, Speech.of(answer.scene)))
        ack()

    return pressed


def _saves(desk: Desk) -> Callable[..., None]:
    """Keep the draft or hand it in. What is refused for lack of something is kept as a draft all the same."""

    def submitted(ack: Ack, body: Body) -> None:
        ref = Ref.decode(body["view"]["private_metadata"])
        if ref is None:
            ack(response_action="clear")
            return
        form = parse_review(body["view"]["state"]["values"])
        if isinstance(form, FieldErrors):
            show_problems(ack, form.errors)
            return
        caller = caller_of_submission(body)
        if not form.hand_in:
            close_form(ack, body, _keep(desk, caller, ref, form), desk)
            return
        answer = desk.acts.perform(caller, ref.change, submit_review, ReviewHandIn(form.text))
        if isinstance(answer.verdict, Refused) and any(gate.field for gate in answer.verdict.gates):
            _keep(desk, replace(caller, key=f"{caller.key}:kept"), ref, form)
        close_form(ack, body, answer, desk)

    return submitted


def _keep(desk: Desk, caller: Caller, ref: Ref, form: Written) -> Answer:
    scene = desk.acts.look(ref.change)
    kept = worth_keeping(form.text, _prepared(desk, scene))
    return desk.acts.perform(caller, ref.change, draft_review, ReviewHandIn(kept))


def _signs(desk: Desk) -> Callable[..., None]:
    """Sign what was read. The form has no field beside which a refusal could stand, so it gives way to it."""

    def submitted(ack: Ack, body: Body) -> None:
        shown = decode_review(body["view"]["private_metadata"])
        if shown is None:
            ack(response_action="clear")
            return
        round_, ref = shown
        caller = caller_of_submission(body)
        answer = desk.acts.perform(caller, ref.change, sign_review, ReviewSignature(round_))
        refused = desk.refusal(answer, Act.SIGN_REVIEW, caller)
        if answer.done or not refused:
            ack(response_action="clear")
        else:
            ack(response_action="update", view=told_modal(refused[0]))

    return submitted


def _perform(ack: Ack, body: Body, desk: Desk, form: object, verb: Verb[Any]) -> None:
    """One act; then every form is closed, that beneath this one, too, which shows what is no longer so."""
    ref = Ref.decode(body["view"]["private_metadata"])
    if ref is None:
        ack(response_action="clear")
        return
    if isinstance(form, FieldErrors):
        show_problems(ack, form.errors)
        return
    answer = desk.acts.perform(caller_of_submission(body), ref.change, verb, form)
    if answer.done:
        ack(response_action="clear")
    else:
        close_form(ack, body, answer, desk)


def _is_alone(body: Body) -> bool:
    """Whether what was pressed stood where nothing shows what became of it: in what only this person sees."""
    return bool((body.get("container") or {}).get("is_ephemeral"))
