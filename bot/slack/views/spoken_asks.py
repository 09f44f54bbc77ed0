"""Approvals that were given by word (G-HOT-2): whoever is named confirms or disputes, and reads afterwards what they said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bot.rules.approvals import NeededSeat, can_sit, principal_of, seats_of
from bot.rules.change import Approval
from bot.rules.guide import PEER
from bot.rules.hotfix import Spoken
from bot.rules.hotfix_rows import rows_for_start, started_at
from bot.rules.scene import Scene
from bot.rules.spoken import open_words_of
from bot.rules.terms import PersonId, Role
from bot.rules.verdict import Field
from bot.rules.words import join_names
from bot.slack.ids import Modal, Press, Ref, encode_spoken
from bot.slack.views.fields import Asked, text_field
from bot.slack.views.hotfix_asks import hotfix, issue_line
from bot.slack.views.kit import Form, Json, dots, lines, modal, section, small, worded_button
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.text import quoted, typed

SAID_MOST = 600


@dataclass(frozen=True, slots=True)
class _Recording:
    """What one person recorded of another at once: the same words, for one row of the guide's table or for several."""

    spoken: Spoken
    words: tuple[Approval, ...]


def _recordings(words: Iterable[Approval]) -> list[_Recording]:
    found = groupby(words, key=lambda each: (each.spoken, each.at))
    return [_Recording(spoken, tuple(given)) for (spoken, _), given in found if spoken]


def spoken_question(scene: Scene, person: PersonId) -> str:
    """What is said to be this person's word, in a sentence of mrkdwn."""
    first, *_ = _recordings(open_words_of(scene.change, person))
    return f"{Speech.of(scene).name(person)}, {_recorded(scene, first)}"


def spoken_details(scene: Scene, person: PersonId) -> tuple[str, ...]:
    """Further recordings of the same person's word, where there are any."""
    _, *others = _recordings(open_words_of(scene.change, person))
    return tuple(f"Besides, {_recorded(scene, each)}" for each in others)


def _recorded(scene: Scene, recording: _Recording) -> str:
    """Who recorded when that the reader approved, how, in which role, in which words, and who heard it."""
    speech, spoken, at = Speech.of(scene), recording.spoken, recording.words[0].at
    heard = f" (heard by {speech.name(spoken.heard_by)})" if spoken.heard_by else ""
    return (
        f"{speech.name(spoken.recorded_by)} recorded {speech.when(at)} that *you approved {hotfix(scene)}"
        f" {spoken.how.label}*{_given(scene, recording)}, as {_roles(scene, recording.words)}:"
        f" {quoted(spoken.said, SAID_MOST)}{heard}"
    )


def _given(scene: Scene, recording: _Recording) -> str:
    """` at 02:12`, where it was said earlier than it was recorded."""
    speech, given, at = Speech.of(scene), recording.spoken.given_at, recording.words[0].at
    if (at - given).total_seconds() < 60:  # noqa: PLR2004 - a minute, the least that is shown
        return ""
    same_day = given.astimezone(speech.zone).date() == at.astimezone(speech.zone).date()
    return f" at {speech.time(given)}" if same_day else f" {speech.when(given)}"


def _roles(scene: Scene, words: Iterable[Approval]) -> str:
    """In which roles words were spoken: `*Engineering Manager* for Eve and *peer*`, as mrkdwn."""
    found = dict.fromkeys(each for word in words for each in _roles_of(scene, word))
    return join_names(list(found), "and") if found else "*approver*"


def _roles_of(scene: Scene, word: Approval) -> list[str]:
    """The seats that a word can fill in its row, as the row was when it was recorded."""
    change, policy, speech = scene.change, scene.setting.policy, Speech.of(scene)
    rows = [row for row in rows_for_start(policy, word.at) if row.clause == word.row]
    seats = [
        needed
        for row in rows
        for needed in seats_of(row, change)
        if can_sit(needed, word.person, word.roles, change, policy)
    ]
    return [_as_seat(needed, principal_of(word, needed, policy.guide), speech) for needed in seats]


def _as_seat(needed: NeededSeat, principal: PersonId | None, speech: Speech) -> str:
    held = "*peer*" if needed.seat is PEER else f"*{needed.seat.label}*"
    return f"{held} for {speech.name(principal)}" if principal else held


def spoken_small(scene: Scene) -> str:
    """What the answers lead to; in small print."""
    started = started_at(scene.change, scene.setting.policy)
    alarmed = f"“I did not…” alarms {_alarmed(scene)} and the incident channel"
    if started:
        leads = (
            f"In {typed(scene.setting.guide.production)} since {Speech.of(scene).when(started)}. {alarmed}."
        )
    elif is_hotfix(scene) and not scene.change.withdrawn:
        leads = f"It may start on your word. {alarmed}, and the start waits."
    else:
        leads = f"{alarmed}."
    return lines(dots(label(scene), issue_line(scene)), f"{leads} · G-HOT-2")


def _alarmed(scene: Scene) -> str:
    roles: tuple[Role, ...] = scene.setting.guide.hotfix.alarmed
    return f"the {join_names([role.label for role in roles], 'and')}" if roles else "nobody"


def spoken_buttons(scene: Scene, words: Sequence[Approval]) -> list[Json]:
    """Yes and no, about these words and none that are recorded later."""
    value = _value(scene, words)
    return [
        {**worded_button(Press.CONFIRM_VERBAL, "Yes, I did", value), "style": "primary"},
        worded_button(Press.DISPUTE_VERBAL, "I did not…", value),
    ]


def _value(scene: Scene, words: Sequence[Approval]) -> str:
    newest = max((each.number for each in words), default=1)
    return encode_spoken(newest, Ref.of(scene.change))


def words_of(scene: Scene, numbers: Collection[int]) -> list[Approval]:
    """The approvals with these numbers."""
    return [each for each in scene.change.approvals if each.number in numbers]


def spoken_waiting(scene: Scene, words: Sequence[Approval]) -> str:
    """The question in a line, for Home."""
    recording, *_ = _recordings(words)
    spoken, speech = recording.spoken, Speech.of(scene)
    return (
        f"⏳ Did you approve *{hotfix(scene)}* {spoken.how.label}? {speech.name(spoken.recorded_by)} recorded:"
        f" {quoted(spoken.said, 150)}"
    )


def dispute_modal(scene: Scene, person: PersonId) -> Json | None:
    """In their own words what they did say; nothing where nothing of theirs is left to answer."""
    words = open_words_of(scene.change, person)
    recordings = _recordings(words)
    if not recordings:
        return None
    started = started_at(scene.change, scene.setting.policy)
    waits = "" if started else " The hotfix does not start on your word then."
    return modal(
        Form(Modal.DISPUTE_VERBAL, "I did not approve it", "I did not", _value(scene, words)),
        [
            section(lines(*(_claimed(scene, each) for each in recordings))),
            text_field(
                Asked(
                    Field.NOTES,
                    "What you did say, in your words",
                    f"{Speech.of(scene).names.get(recordings[0].spoken.recorded_by, 'Whoever recorded it')} reads it.",
                ),
                lines=True,
            ),
            small(
                f"🚨 This alarms {_alarmed(scene)} and the incident channel, and stays on the record for good.{waits}"
            ),
        ],
    )


def _claimed(scene: Scene, recording: _Recording) -> str:
    speech, spoken = Speech.of(scene), recording.spoken
    return (
        f"{speech.name(spoken.recorded_by)} recorded that you approved *{hotfix(scene)}* {spoken.how.label},"
        f" {speech.when(spoken.given_at)}: {quoted(spoken.said, SAID_MOST)}"
    )


def settled_word(scene: Scene, _person: PersonId, number: int) -> str:
    """What a person's ask says once they have answered, or once nothing hangs on their word any more."""
    speech = Speech.of(scene)
    word = next((each for each in scene.change.approvals if each.number == number), None)
    if word is None or word.spoken is None:
        return "Nothing left for you here."
    approved = f"approved it {word.spoken.how.label}"
    if word.disputed_at:
        told = f"{_alarmed(scene)} and the incident channel know; it stays on the record"
        return lines(
            f"⛔ You said {speech.when(word.disputed_at)} that you did not approve it {word.spoken.how.label}:"
            f" {quoted(word.dispute or '', 400)}",
            f"{told[:1].upper()}{told[1:]}.",
        )
    if word.confirmed_at:
        return f"✅ You confirmed {speech.when(word.confirmed_at)} that you {approved}: {quoted(word.spoken.said, 200)}"
    return f"That you {approved} does not count any more: the hotfix changed. Nothing left for you here."
