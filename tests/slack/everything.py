"""Every message and every modal that a scene can be shown as."""

from collections.abc import Iterator
from dataclasses import replace

from bot.rules.asking import asks
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, Phase, ServiceName, Words
from bot.rules.verdict import Refused
from bot.rules.waiting import WaitingChange, waiting_for
from bot.slack.ids import Press, Ref
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
from bot.slack.views.help import help_message, today_message, unknown_command
from bot.slack.views.home import failed_home, home
from bot.slack.views.kit import Json, Message
from bot.slack.views.listing import list_message, unknown_filter, which_one
from bot.slack.views.next_act import next_gates
from bot.slack.views.notices import notice_message
from bot.slack.views.refusals import Offer, refusal
from bot.slack.views.request_modal import Prefill, request_modal
from bot.slack.views.speech import Speech
from bot.slack.views.told import told_modal
from bot.slack.views.watch import watch_message
from bot.slack.views.why import why
from bot.store.reading import Calendar, HomeContent, Listed, Page, Waits
from tests.acting import ANA, BEN, EVERYBODY, OMAR, PAUL, QUINN
from tests.slack.asking_about_hotfixes import forms_of_answers
from tests.slack.asking_scenes import asking_forms, asking_messages
from tests.slack.deployment_lines import deployment_lists
from tests.slack.deputies import forms_about_deputies, news
from tests.slack.hotfix_scenes import hotfix_forms, hotfix_messages
from tests.slack.incident_scenes import incident_forms, incident_messages, timelines_as_text
from tests.slack.production import forms_about_production, messages_about_production
from tests.slack.review_scenes import forms_about_reviews, messages_about_reviews
from tests.slack.undelivered_lists import undelivered_messages
from tests.slack.windows_ahead import calendars, forms_about_windows, full_calendar

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"


def messages(scene: Scene, words: str = "because") -> Iterator[Message]:
    """All of them, also those that delivery would not send at this stage."""
    yield card(scene)
    yield why(scene)
    yield help_message()
    refused, speech = Refused(next_gates(scene)), Speech.of(scene)
    yield refusal(refused, "start CHG-1", speech)
    yield refusal(refused, "start CHG-1", speech, Offer(ANA, Ref.of(scene.change)))
    yield from lists(scene, words)
    yield from deployment_lists(scene, words)
    yield from calendars(scene, words)
    yield from news(scene, words)
    yield from asking_messages(scene, words)
    yield from messages_about_reviews(scene, words)
    yield from messages_about_production(scene, words)
    yield from hotfix_messages(scene)
    yield from incident_messages(scene, words)
    yield from undelivered_messages(scene, words)
    for ask in asks(scene.change, scene.setting):
        yield ask_message(scene, ask)
        yield ask_message(scene, ask, LINK)
    for person in (ANA, BEN, OMAR, PAUL, QUINN):
        for phase in Phase:
            yield from (settled_ask(scene, person, phase, round_) for round_ in (0, 1, 2))
        for kind in set(NoticeKind) - {NoticeKind.REMINDED, NoticeKind.REVIEW_DUE}:
            yield notice_message(
                scene, Notice(kind, (person,), BEN, Words(words), "the window moved"), person
            )
            yield notice_message(scene, Notice(kind, (person,)), person, LINK)
        for deployment in scene.change.deployments:
            yield from (watch_message(scene, deployment, minutes, person) for minutes in (0, 10, 30))


def numbered(scene: Scene, count: int) -> tuple[Scene, ...]:
    """The same change under many numbers, as in a list."""
    return tuple(
        replace(scene, change=replace(scene.change, id=ChangeId(number))) for number in range(count, 0, -1)
    )


def waits(scene: Scene, count: int) -> Iterator[Waits]:
    """Whatever waits for anybody, on many changes like this one."""
    everything = {waiting_for(person, scene.change, scene.setting) for person in EVERYBODY}
    for waiting in sorted(filter(None, everything), key=repr):
        shown = tuple(WaitingChange(each, waiting) for each in numbered(scene, min(count, 10)))
        yield Waits(shown, count)


def lists(scene: Scene, words: str) -> Iterator[Message]:
    """Lists, choices, and what a person can do now."""
    ten = numbered(scene, 10)
    page = Page(tuple(each.change.id for each in ten), newer=True, older=True)
    yield list_message(Listed(page, ten, {}), words, {})
    yield list_message(Listed(page, ten[:9], {}), "", {each.change.id: LINK for each in ten})
    yield list_message(Listed(Page(()), (), {}), words, {})
    yield list_message(Listed(Page(()), (), {}), "waiting", {})
    yield which_one(ten, words, Press.SHOW)
    yield which_one(ten, words, Press.WHY)
    yield unknown_filter(words, "payments")
    yield unknown_filter(words, None)
    yield unknown_command(words, f"status {words}", ["status"])
    yield unknown_command(words, None, ["status"])
    for may_request in (True, False):
        yield today_message(Waits((), 0), may_request=may_request)
        for waiting in waits(scene, 17):
            yield today_message(waiting, may_request=may_request)


def homes(scene: Scene) -> Iterator[Json]:
    """Homes that are as full as they can be, and empty ones."""
    ten = numbered(scene, 10)
    nothing = Calendar((scene.change.service,), scene.setting.now, scene.setting.policy.zone)
    yield home(
        HomeContent(Waits((), 0), (), more_of_mine=False, ahead=nothing, watched=(), may_request=False), {}
    )
    ahead = full_calendar(scene)
    yield failed_home("Something went wrong.")
    for waiting in (Waits((), 0), *waits(scene, 1), *waits(scene, 40)):
        content = HomeContent(
            waiting, ten, more_of_mine=True, ahead=ahead, watched=ten, may_request=True, reviews=ten
        )
        yield home(content, {})
        yield home(content, {each.change.id: LINK for each in ten})


def told(scene: Scene) -> Iterator[Json]:
    """What is shown in a modal where no message can answer."""
    yield told_modal(card(scene))
    yield told_modal(why(scene))
    yield told_modal(Message("only text", []))
    yield from timelines_as_text(scene, scene.change.plan.text)


def forms(scene: Scene) -> Iterator[Json]:
    """All of them, whatever the stage."""
    change, setting = scene.change, scene.setting
    yield revise_modal(change)
    yield evidence_modal(change, setting.guide)
    yield reject_modal(scene)
    yield fail_modal(change)
    yield window_modal(scene)
    yield from forms_about_windows(scene)
    yield from forms_about_deputies(scene)
    yield from asking_forms(scene)
    yield from forms_of_answers(scene)
    yield from hotfix_forms(scene, change.plan.text)
    yield from incident_forms(scene, change.plan.text)
    yield from forms_about_reviews(scene)
    yield from forms_about_production(scene)
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
        window=setting.policy.first_window(change.type, setting.now),
        ahead=full_calendar(scene),
    )
    yield request_modal(prefill, [change.service, ServiceName("ledger")], setting.guide)
