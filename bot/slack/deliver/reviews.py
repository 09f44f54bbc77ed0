"""Reminders of post-incident reviews (G-HOT-5): a message each, the newest with its buttons, the others settled in a line.

A key says all that a reminder must show again: `review/142/1796200260-0/U0OMAR`, about which change, when it was made
in seconds since 1970, how many minutes late, and to whom.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.rules.review import is_owed, owed_by
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.slack.deliver.direct import Direct
from bot.slack.views.review_reminders import review_reminder, settled_reminder
from bot.store.lines import LineKind


@dataclass(frozen=True, slots=True)
class _Reminder:
    """What a key says."""

    person: PersonId
    at: datetime
    late: int


def review_reminders(
    scene: Scene, payload: Mapping[str, Any], posted: Collection[str], link: str | None
) -> Iterator[Direct]:
    """A reminder for each person whom the notice names and who owes the review still; then those of before, settled."""
    keys = keys_of(scene, payload)
    known = {*posted, *keys}
    yield from (reminder_now(scene, key, known, link) for key in keys)
    yield from (reminder_now(scene, key, known, link) for key in posted if key not in keys)


def keys_of(scene: Scene, payload: Mapping[str, Any]) -> list[str]:
    """The reminders that a notice is split into.

    Several notices that could not be delivered in time are one reminder, made when the newest of them was.
    """
    review = scene.change.review
    if review is None or review.reminded_at is None or not is_owed(scene.change):
        return []
    moment, late = int(review.reminded_at.timestamp()), int(payload.get("late", 0))
    owed = owed_by(scene.change, scene.setting)
    return [
        f"{LineKind.REVIEW}/{scene.change.id}/{moment}-{late}/{person}"
        for person in map(PersonId, payload["to"])
        if person in owed
    ]


def reminder_now(scene: Scene, key: str, known: Collection[str], link: str | None) -> Direct:
    """One reminder as it reads now; `known` are the keys of all reminders of this change."""
    mine = _read(key)
    newer = any(other.person == mine.person and other.at > mine.at for other in map(_read, known))
    wanted = not newer and is_still_owed(scene, key) and not _was_handed_in_since(scene, mine)
    message = (
        review_reminder(scene, mine.person, mine.at, mine.late, link)
        if wanted
        else settled_reminder(scene, mine.person, newer=newer)
    )
    return Direct(key, LineKind.REVIEW, mine.person, message)


def _was_handed_in_since(scene: Scene, reminder: _Reminder) -> bool:
    """Whether what it reminded of was done: those who sign are asked by a message of their own."""
    review = scene.change.review
    return review is not None and review.submitted_at is not None and review.submitted_at >= reminder.at


def is_still_owed(scene: Scene, key: str) -> bool:
    """Whether the review is not signed, and its reader is one of those who are reminded of it."""
    return is_owed(scene.change) and _read(key).person in owed_by(scene.change, scene.setting)


def _read(key: str) -> _Reminder:
    _, _, which, person = key.split("/")
    moment, late = which.split("-")
    return _Reminder(PersonId(person), datetime.fromtimestamp(int(moment), UTC), int(late))
