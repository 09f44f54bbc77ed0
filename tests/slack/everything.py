"""Every message and every modal that a scene can be shown as."""

from collections.abc import Iterator

from bot.rules.asking import Phase, asks
from bot.rules.notices import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import ServiceName, Words
from bot.rules.verdict import Refused
from bot.slack.ids import Ref
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.card import card
from bot.slack.views.change_modals import (
    evidence_modal,
    fail_modal,
    finish_failed_modal,
    reject_modal,
    revise_modal,
    window_modal,
    withdraw_modal,
)
from bot.slack.views.help import help_message
from bot.slack.views.kit import Json, Message
from bot.slack.views.next_act import next_gates
from bot.slack.views.notices import notice_message
from bot.slack.views.refusals import Offer, refusal
from bot.slack.views.request_modal import Prefill, first_window, request_modal
from bot.slack.views.speech import Speech
from bot.slack.views.watch import watch_message
from bot.slack.views.why import why
from tests.acting import ANA, BEN, OMAR, PAUL, QUINN

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"


def messages(scene: Scene, words: str = "because") -> Iterator[Message]:
    """All of them, also those that delivery would not send at this stage."""
    yield card(scene)
    yield why(scene)
    yield help_message()
    refused, speech = Refused(next_gates(scene)), Speech.of(scene)
    yield refusal(refused, "start CHG-1", speech)
    yield refusal(refused, "start CHG-1", speech, Offer(ANA, Ref.of(scene.change)))
    for ask in asks(scene.change, scene.setting):
        yield ask_message(scene, ask)
        yield ask_message(scene, ask, LINK)
    for person in (ANA, BEN, OMAR, PAUL, QUINN):
        for phase in Phase:
            yield from (settled_ask(scene, person, phase, round_) for round_ in (0, 1, 2))
        for kind in NoticeKind:
            yield notice_message(
                scene, Notice(kind, (person,), BEN, Words(words), "the window moved"), person
            )
            yield notice_message(scene, Notice(kind, (person,)), person, LINK)
        for deployment in scene.change.deployments:
            yield from (watch_message(scene, deployment, minutes, person) for minutes in (0, 10, 30))


def forms(scene: Scene) -> Iterator[Json]:
    """All of them, whatever the stage."""
    change, setting = scene.change, scene.setting
    yield revise_modal(change)
    yield evidence_modal(change, setting.guide)
    yield reject_modal(scene)
    yield fail_modal(change)
    yield window_modal(scene)
    yield withdraw_modal(change)
    for deployment in change.deployments:
        yield finish_failed_modal(scene, deployment)
    prefill = Prefill(
        authors=(ANA,),
        service=change.service,
        version=change.version,
        pull_requests=tuple(each.reference for each in change.pull_requests),
        plan=change.plan.text,
        pretest=change.plan.pretest,
        window=first_window(setting, change.type),
    )
    yield request_modal(prefill, [change.service, ServiceName("ledger")], setting.guide)
