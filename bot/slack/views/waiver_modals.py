"""The forms about waivers (G-ENV-2), and about taking an approval back."""

from datetime import datetime

from bot.rules.change import Change
from bot.rules.leaving_out import waivable
from bot.rules.scene import Scene
from bot.rules.terms import change_label
from bot.rules.verdict import Field
from bot.rules.waivers import Waiver
from bot.rules.words import join_names
from bot.slack.ids import Modal, Ref, encode_waiver
from bot.slack.views.calendar import taken
from bot.slack.views.change_modals import calendar_of
from bot.slack.views.fields import Asked, Option, choice_field, instant_field, text_field
from bot.slack.views.kit import Form, Json, lines, modal, section, small
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.text import typed
from bot.slack.views.waivers import asks_for_waivers, waiver_details


def waiver_modal(scene: Scene) -> Json | None:
    """Which environment this version shall leave out, until when and why; nothing where there is none to leave out."""
    change, guide = scene.change, scene.setting.guide
    if not asks_for_waivers(scene):
        return None
    environments = [Option(each, each) for each in waivable(change, guide)]
    roles = join_names([role.label for role in guide.waivers.granted_by])
    return modal(
        Form(
            Modal.ASK_FOR_WAIVER,
            f"Waiver for {change_label(change.id)}",
            "Ask for it",
            Ref.of(change).encode(),
        ),
        [
            section(
                f"*{subject(scene)}* may leave an environment out when an {roles} lets it."
                " The waiver and its reason stand on the card for good."
            ),
            choice_field(Asked(Field.ENVIRONMENT, "Leave out"), environments, environments[0].value),
            instant_field(
                Asked(Field.EXPIRES, "Until", "It must cover the whole production window."), _until(scene)
            ),
            text_field(
                Asked(Field.REASON, "Why it cannot go the whole way", "The Director decides on it."),
                lines=True,
            ),
        ],
    )


def _until(scene: Scene) -> datetime | None:
    """The end of business on the day of the wished or the first legal window, or that window's own end if it is later."""
    change, policy, now = scene.change, scene.setting.policy, scene.setting.now
    wished = change.wished if change.wished and change.wished.start >= now else None
    span = wished or policy.first_window(change.type, now, taken(calendar_of(scene)))
    if span is None:
        return None
    day, end = span.start.astimezone(policy.zone), policy.hours.end
    return max(span.end, day.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0))


def refuse_waiver_modal(scene: Scene, waiver: Waiver) -> Json:
    """Why a waiver is refused."""
    who = typed(scene.name(waiver.asked_by))
    return modal(
        Form(
            Modal.REFUSE_WAIVER,
            "Refuse the waiver",
            "Refuse",
            encode_waiver(waiver.number, Ref.of(scene.change)),
        ),
        [
            section(
                lines(
                    f"*{subject(scene)}* then goes through {typed(waiver.environment)}, or {who} asks again.",
                    waiver_details(scene, waiver),
                )
            ),
            text_field(
                Asked(Field.REASON, "Why not", f"{scene.name(waiver.asked_by)} reads it."), lines=True
            ),
        ],
    )


def take_back_modal(scene: Scene) -> Json:
    """Why somebody's approval no longer counts for them."""
    change, speech = scene.change, Speech.of(scene)
    given = list(dict.fromkeys(speech.name(each.person) for each in change.standing_approvals))
    return modal(
        Form(Modal.TAKE_BACK, "Take back my approval", "Take it back", Ref.of(change).encode()),
        [
            section(
                f"What you approved of *{subject(scene)}* no longer counts then, and is asked for again"
                f"{_also(change)}."
            ),
            small(f"Approved so far by {join_names(given, 'and')}") if given else None,
            text_field(
                Asked(Field.REASON, "Why", f"{scene.name(change.requester)} reads it, and the log keeps it."),
                lines=True,
            ),
        ],
    )


def _also(change: Change) -> str:
    return "; its window stays" if change.window else ""
