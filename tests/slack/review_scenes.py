"""Post-incident reviews in every situation that a view tells apart, and all that shows them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.rules.hotfix import ReviewText
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn
from bot.rules.life import Stage
from bot.rules.review_draft import draft, prepared_text
from bot.rules.scene import Scene
from bot.rules.terms import NO_WORDS, ChangeId, Words
from bot.slack.views.kit import Json, Message
from bot.slack.views.review_modals import draft_modal, extend_modal, reading_modal, return_modal
from bot.slack.views.review_reminders import (
    review_message,
    review_reminder,
    reviews_message,
    settled_reminder,
)
from bot.workflows.review import draft_review, extend_review, remind_review, snooze_review
from tests.acting import ANA, DORA, EVE, HOUR, STRANGER, Course
from tests.acting_in_hotfixes import a_hotfix, finished, handed_in

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"
READERS = (ANA, EVE, DORA, STRANGER)
CAUSE = Words("a certificate that ran out")
DRAFTED = ReviewHandIn(ReviewText(NO_WORDS, NO_WORDS, CAUSE, NO_WORDS))
MORE_WORK = Words("the provider's report comes on Friday")


def drafted(_course: Course) -> Course:
    """Ana wrote down why it happened, and nothing else yet."""
    return finished(a_hotfix()).wait(2 * HOUR).does(draft_review, ANA, DRAFTED)


def snoozed(_course: Course) -> Course:
    """Reminded 48 hours before, and Ana wants to be left in peace until tomorrow."""
    course = drafted(_course).wait(30 * HOUR)
    course.fires(remind_review)
    return course.does(snooze_review, ANA, None)


def overdue(_course: Course) -> Course:
    """Nobody has written anything, five days later."""
    course = finished(a_hotfix()).wait(5 * 24 * HOUR)
    course.fires(remind_review)
    return course


def extended(_course: Course) -> Course:
    """A Director gave three more days."""
    course = overdue(_course)
    return course.does(extend_review, DORA, ReviewExtension(course.now + 72 * HOUR, MORE_WORK))


def overdue_sign_off(_course: Course) -> Course:
    """Handed in, but nobody signs."""
    return handed_in(a_hotfix()).wait(5 * 24 * HOUR)


REVIEWS: Mapping[str, tuple[Stage, Callable[[Course], Course]]] = {
    "review drafted": (Stage.MONITORING, drafted),
    "review snoozed": (Stage.MONITORING, snoozed),
    "review overdue": (Stage.MONITORING, overdue),
    "review extended": (Stage.MONITORING, extended),
    "review unsigned for long": (Stage.MONITORING, overdue_sign_off),
}
"""Situations with the stage that a hotfix is then at."""


def written(scene: Scene, words: str) -> ReviewText:
    """The review of a scene as its forms show it, with this text as its timeline."""
    return draft(scene.change, prepared_text(scene.change, scene.setting.policy, words))


def messages_about_reviews(scene: Scene, words: str) -> Iterator[Message]:
    """Reminders, and what `/deploy review` shows, to everybody whom it means something else."""
    del words
    now = scene.setting.now
    many = tuple(replace(scene, change=replace(scene.change, id=ChangeId(each))) for each in range(1, 21))
    for reader in READERS:
        yield review_message(scene, reader)
        yield reviews_message(many, reader)
        yield review_reminder(scene, reader, now - 6 * HOUR, 0, LINK)
        yield review_reminder(scene, reader, now, 200)
        yield settled_reminder(scene, reader, newer=True)
        yield settled_reminder(scene, reader, newer=False)
    yield reviews_message((), ANA)


def forms_about_reviews(scene: Scene, words: str = "02:09 declared") -> Iterator[Json]:
    """All of them that there are at this stage of the review."""
    text = written(scene, words)
    yield from filter(
        None,
        (
            *(draft_modal(scene, text, hand_in=hand_in) for hand_in in (True, False)),
            *(reading_modal(scene, text, reader) for reader in READERS),
            return_modal(scene),
            extend_modal(scene),
        ),
    )
