"""Everything that shows deputies: the form, full and empty, and the messages about a delegation and a refused file."""

from collections.abc import Iterator
from dataclasses import replace

from bot.rules.deputies import Delegation, DelegationId
from bot.rules.organization_outside import StandingDeputy
from bot.rules.scene import Scene
from bot.rules.terms import Role, ServiceName
from bot.slack.views.company_news import mended_file_message, refused_file_message
from bot.slack.views.delegate_modal import Deputies, delegate_modal, delegation_message
from bot.slack.views.kit import Json, Message
from bot.slack.views.speech import Speech
from tests.acting import ANA, BEN, DANA, DORA, HOUR, TIA


def delegations(scene: Scene, count: int) -> tuple[Delegation, ...]:
    """That many delegations, in force or ahead."""
    now = scene.setting.now
    return tuple(
        Delegation(
            DelegationId(number),
            Role.ENGINEERING_DIRECTOR,
            scene.change.service if number % 2 else None,
            DORA if number % 3 else None,
            DANA,
            now + number * HOUR,
            now + 100 * HOUR,
            DORA,
        )
        for number in range(1, count + 1)
    )


def forms_about_deputies(scene: Scene) -> Iterator[Json]:
    """The form with nobody, and with as many as can be."""
    speech, now = Speech.of(scene), scene.setting.now
    services = tuple(ServiceName(f"service-{number}") for number in range(120))
    standing = (
        StandingDeputy(Role.TECH_LEAD, BEN, TIA, frozenset({scene.change.service})),
        StandingDeputy(Role.QA, ANA),
    ) * 20
    yield delegate_modal(Deputies(services[:1], (), ()), ANA, now, speech)
    yield delegate_modal(
        Deputies(services, delegations(scene, 40), standing), ANA, now, speech, "✅ " + "x" * 3000
    )


def news(scene: Scene, words: str) -> Iterator[Message]:
    """What deputies, holders and administrators are told."""
    speech, now = Speech.of(scene), scene.setting.now
    for each in delegations(scene, 3):
        for person in (DANA, DORA):
            yield delegation_message(each, person, now, speech)
            yield delegation_message(replace(each, ended_at=now), person, now, speech)
    yield refused_file_message((words,) * 5, 40)
    yield refused_file_message((words,), 1)
    yield mended_file_message()
