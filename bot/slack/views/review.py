"""The post-incident review (G-HOT-5) in words: how it stands, what of it is open, what a reader can do about it."""

from datetime import datetime, timedelta
from typing import Final

from bot.rules.approvals import open_seats
from bot.rules.hotfix import Review, ReviewStage
from bot.rules.hotfix_rows import code_rows
from bot.rules.review import (
    author_of,
    by_own_acts,
    due_at,
    is_owed,
    owed_by,
    snooze_end,
    snoozes_of,
    who_signs,
)
from bot.rules.review_draft import lacking
from bot.rules.scene import Scene
from bot.rules.spoken import open_words
from bot.rules.terms import PersonId, Role, deployment_label
from bot.rules.words import join_names
from bot.slack.ids import Press, Ref
from bot.slack.views.kit import Json, button
from bot.slack.views.speech import Speech
from bot.slack.views.standing_of_hotfix import checklist
from bot.slack.views.text import quoted

HOURS_MOST: Final = 72
"""Up to here a length of time is told in hours, beyond it in days."""
REASON_MOST: Final = 150


def review_line(scene: Scene) -> str | None:
    """How the review stands, in one line of mrkdwn for the card; None where none is owed."""
    review = scene.change.review
    if review is None:
        return None
    speech = Speech.of(scene)
    if review.signed_by and review.signed_at:
        return f"✅ Review signed by {speech.name(review.signed_by)} {speech.when(review.signed_at)}{extended(scene)}"
    if review.stage is ReviewStage.SUBMITTED:
        signers = speech.people(who_signs(scene.change, scene.setting))
        return f"⏳ *Review waits for its sign-off* by {signers} · {due_words(scene)}{extended(scene)}"
    lead = f"⏳ *Review {due_words(scene)}*, {speech.name(author_of(scene.change))} writes it"
    return f"{lead}{returned(review, speech)}{extended(scene)}"


def returned(review: Review, speech: Speech) -> str:
    """` · ⛔ Eve returned it: “…”`, while its author has not handed it in anew."""
    if review.stage is not ReviewStage.OPEN or not review.returned_by:
        return ""
    return f" · ⛔ {speech.name(review.returned_by)} returned it: {quoted(review.returned_reason or '', REASON_MOST)}"


def extended(scene: Scene) -> str:
    """` · ℹ️ more time given by Dora: “…”`; a deviation for ever."""
    review = scene.change.review
    if review is None or not review.extended_by:
        return ""
    by = Speech.of(scene).name(review.extended_by)
    return f" · ℹ️ more time given by {by}: {quoted(review.extended_reason or '', REASON_MOST)}"


def due_words(scene: Scene) -> str:
    """`due Thu 02:31`, or `overdue since Thu 02:31`."""
    due = due_at(scene.change, scene.setting.policy)
    if due is None:
        return "not due yet"
    over = scene.setting.now > due
    return f"{'overdue since' if over else 'due'} {Speech.of(scene).when(due)}"


def long(length: timedelta) -> str:
    """A length of time as people say it: `6 hours`, `1 hour`, `40 minutes`, `5 days`."""
    if length < timedelta(hours=1):
        return _count(max(0, round(length / timedelta(minutes=1))), "minute")
    hours = round(length / timedelta(hours=1))
    return _count(hours, "hour") if hours <= HOURS_MOST else _count(round(length / timedelta(days=1)), "day")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def open_points(scene: Scene) -> list[str]:
    """What of the hotfix nobody has settled, a few words each: `code review (Tech Lead: Tia or Tom)`."""
    change, setting, speech = scene.change, scene.setting, Speech.of(scene)
    running = [f"{deployment_label(change.running.id)} still runs"] if change.running else []
    missing = open_seats(by_own_acts(change), setting, code_rows(setting.guide))
    seats = dict.fromkeys((needed.seat.label, able) for needed, able in missing)
    reviews = [
        f"code review ({label}: {speech.people(able) if able else 'nobody can'})" for label, able in seats
    ]
    words = _confirmations(list(dict.fromkeys(each.person for each in open_words(change))), speech)
    unanswered = [seat.label for seat in change.breach.unanswered] if change.breach else []
    breach = [f"the answer to the start in breach ({join_names(unanswered, 'and')})"] if unanswered else []
    return [*running, *reviews, *words, *breach]


def _confirmations(people: list[PersonId], speech: Speech) -> list[str]:
    if len(people) == 1:
        return [f"{speech.name(people[0])}'s confirmation"]
    return [f"confirmations by {speech.people(people, 'and')}"] if people else []


def open_words_line(scene: Scene) -> str:
    """`Open: code review (Tech Lead: Tia), Paul's confirmation.`; empty where nothing is."""
    points = open_points(scene)
    return f"Open: {', '.join(points)}." if points else ""


def beside_lines(scene: Scene) -> list[str]:
    """What stands beside a review's text: who approved the hotfix and how, the breach, disputes, what is open; a line each."""
    running = scene.change.running
    runs = (
        f"⏳ {deployment_label(running.id)} still runs: the review is signed after its end" if running else ""
    )
    signed = checklist(scene) or ["⛔ Nobody approved it."]
    return [*signed, *([runs] if runs else [])]


def review_button(scene: Scene) -> Json | None:
    """What is next for the review where everybody reads it; nothing once it is signed, or where none is owed."""
    review, ref = scene.change.review, Ref.of(scene.change)
    if review is None or review.stage is ReviewStage.SIGNED:
        return None
    if review.stage is ReviewStage.OPEN:
        return button(Press.DRAFT_REVIEW, "Open draft", ref)
    return button(Press.READ_REVIEW, "Read and sign", ref)


def review_buttons(scene: Scene, reader: PersonId) -> list[Json]:
    """What this reader can do about the review, the next thing first."""
    review = scene.change.review
    if review is None:
        return []
    return [*_of_its_stage(scene, review, reader), *filter(None, [extend_button(scene, reader)])]


def _of_its_stage(scene: Scene, review: Review, reader: PersonId) -> list[Json]:
    ref = Ref.of(scene.change)
    if review.stage is ReviewStage.SUBMITTED and reader in who_signs(scene.change, scene.setting):
        return [button(Press.READ_REVIEW, "Read and sign", ref, "primary"), return_button(scene)]
    if review.stage is ReviewStage.OPEN and reader in scene.setting.roster.holders(Role.ENGINEER):
        return writing_buttons(scene)
    return [button(Press.READ_REVIEW, "Read", ref)]


def writing_buttons(scene: Scene) -> list[Json]:
    """Going on with the draft, or handing it in: that first, once nothing of it is missing."""
    ref, complete = Ref.of(scene.change), not lacking(scene.change, scene.setting.policy)
    write = button(Press.DRAFT_REVIEW, "Open draft", ref, None if complete else "primary")
    hand_in = button(Press.SUBMIT_REVIEW, "Submit for sign-off…", ref, "primary" if complete else None)
    return [hand_in, write] if complete else [write, hand_in]


def return_button(scene: Scene) -> Json:
    """Giving it back to its author, with a reason."""
    return button(Press.RETURN_REVIEW, "Return…", Ref.of(scene.change))


def extend_button(scene: Scene, reader: PersonId) -> Json | None:
    """More time, for those who can give it, until it is signed."""
    review, setting = scene.change.review, scene.setting
    able = setting.roster.holders_of(setting.guide.review.extended_by)
    if review is None or review.stage is ReviewStage.SIGNED or reader not in able:
        return None
    return button(Press.EXTEND_REVIEW, "Extend…", Ref.of(scene.change))


def snooze_button(scene: Scene, reader: PersonId) -> Json | None:
    """Being left alone by its reminders, for whoever gets them, until it is due."""
    change, setting = scene.change, scene.setting
    until = snooze_end(change, setting.policy, setting.now)
    if (
        until is None
        or not is_owed(change)
        or reader not in owed_by(change, setting)
        or asleep(scene, reader)
    ):
        return None
    when = "it is due" if until == due_at(change, setting.policy) else "tomorrow"
    return button(Press.SNOOZE_REVIEW, f"Snooze until {when}", Ref.of(change))


def asleep(scene: Scene, reader: PersonId) -> datetime | None:
    """Until when this reader put the review's reminders off; None where they have not."""
    ends = [each.until for each in snoozes_of(scene.change) if each.person == reader]
    return max((end for end in ends if end > scene.setting.now), default=None)
