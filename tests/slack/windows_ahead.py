"""A company with many windows ahead and several freezes, and all that shows them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

from bot.rules.change import Span
from bot.rules.freezing import Freeze, FreezeException, FreezeId
from bot.rules.notice import Notice, NoticeKind
from bot.rules.planned import PlannedWindow
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, ServiceName, Words
from bot.slack.views.calendar import calendar_message, unknown_service
from bot.slack.views.card import card
from bot.slack.views.change_modals import window_modal
from bot.slack.views.freezes import exception_modal, freeze_modal, lift_modal
from bot.slack.views.kit import Json, Message
from bot.slack.views.notices import notice_message
from bot.slack.views.shorter_window import with_shorter_window
from bot.slack.views.speech import Speech
from bot.slack.views.why import why
from bot.store.reading import Calendar
from tests.acting import ANA, BOTH_HOURS, DORA, EVE, HALF_OF_THURSDAY, HOUR

LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"


def full_calendar(scene: Scene, words: str = "year-end closing") -> Calendar:
    """As many windows as are shown, several on one day, meeting each other and the freezes; and more of them."""
    change, now = scene.change, scene.setting.now
    windows = tuple(
        PlannedWindow(
            ChangeId(number),
            change.service,
            change.version,
            stage,
            ANA,
            Span(now + number * HOUR, now + (number + 3) * HOUR),
        )
        for number, stage in zip(range(1, 26), cycle(("approving", "scheduled", "deploying")), strict=False)
    )
    freezes = tuple(
        Freeze(FreezeId(number), services, now + number * HOUR, now + 80 * HOUR, Words(words), EVE)
        for number, services in enumerate([frozenset[ServiceName](), frozenset({change.service})] * 4, 1)
    )
    zone = scene.setting.policy.zone
    return Calendar((change.service,) * 7, now, zone, windows, 12, freezes, scene.names)


def frozen(scene: Scene, words: str = "year-end closing") -> Scene:
    """The same with everything in its window's way."""
    full = full_calendar(scene, words)
    neighbors = replace(scene.setting.neighbors, windows=full.windows)
    excepted = (FreezeException(FreezeId(2), DORA, Words(words), scene.setting.now),)
    return replace(
        scene,
        change=replace(scene.change, exceptions=excepted),
        setting=replace(scene.setting, freezes=full.freezes, neighbors=neighbors),
    )


def calendars(scene: Scene, words: str) -> Iterator[Message]:
    """Windows ahead and what they meet."""
    full = full_calendar(scene, words)
    yield calendar_message(full, {})
    yield calendar_message(full, {each.change: LINK for each in full.windows})
    yield calendar_message(replace(full, windows=(), freezes=(), more=0), {})
    yield unknown_service(words, "payments")
    yield unknown_service(words, None)
    yield card(frozen(scene, words))
    yield why(frozen(scene, words))
    for kind in (NoticeKind.FREEZE_DECLARED, NoticeKind.FREEZE_LIFTED):
        yield notice_message(frozen(scene, words), Notice(kind, (ANA,), EVE, Words(words), words), ANA)


def forms_about_windows(scene: Scene) -> Iterator[Json]:
    """Forms about windows and freezes, with as much in them as there can be, and with nothing."""
    yield window_modal(frozen(scene))
    full, speech = full_calendar(scene), Speech.of(scene)
    services = [ServiceName(f"service-{number}") for number in range(240)]
    many = [replace(full.freezes[0], id=FreezeId(number)) for number in range(1, 25)]
    yield freeze_modal(services, many, speech)
    yield freeze_modal([scene.change.service], (), speech)
    yield lift_modal(full.freezes[0], speech)
    exception = exception_modal(frozen(scene))
    if exception:
        yield exception
    yield with_shorter_window(window_modal(scene), BOTH_HOURS, HALF_OF_THURSDAY, scene.setting.policy, speech)
