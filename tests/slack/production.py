"""Everything that shows what happens in production: forms, alarms, what is said by command and to a reporter."""

from collections.abc import Iterator

from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import Words
from bot.slack.views.alarm import alarm_again_message, alarm_message
from bot.slack.views.in_production import nothing_in_production, reported_message, rollback_message
from bot.slack.views.kit import Json, Message
from bot.slack.views.notices import channel_message
from bot.slack.views.report_modals import (
    baseline_modal,
    not_the_cause_modal,
    report_modal,
    rollback_failed_modal,
    settle_modal,
)
from tests.acting import ANA, BEN, EVE, OMAR

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"


def messages_about_production(scene: Scene, words: str) -> Iterator[Message]:
    """All of them, also those that delivery would not send at this stage."""
    for kind in set(NoticeKind) - {NoticeKind.REMINDED, NoticeKind.REVIEW_DUE}:
        notice = Notice(kind, (), BEN, Words(words), words, late=192)
        yield channel_message(scene, notice)
        yield channel_message(scene, notice, LINK)
    for deployment in scene.change.deployments:
        for person in (ANA, OMAR, EVE, None):
            yield alarm_message(scene, deployment, person)
            yield alarm_message(scene, deployment, person, LINK)
            yield alarm_again_message(scene, deployment, person, late=7, permalink=LINK)
    for observation in scene.change.observations:
        yield reported_message(scene, observation)
    yield rollback_message(scene, OMAR)
    yield nothing_in_production(words, [])
    yield nothing_in_production("", [scene.change.service])


def forms_about_production(scene: Scene) -> Iterator[Json]:
    """All that can be opened."""
    yield baseline_modal(scene)
    yield settle_modal(scene)
    for form in (report_modal(scene), not_the_cause_modal(scene)):
        if form:
            yield form
    for deployment in scene.change.deployments:
        yield rollback_failed_modal(scene, deployment)
