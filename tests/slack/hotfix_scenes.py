"""All the forms about a hotfix and what is shown where its start was refused, for every scene that has them."""

from collections.abc import Iterator

from bot.rules.life import Act
from bot.rules.scene import Scene
from bot.rules.terms import ServiceName
from bot.rules.verdict import Refused
from bot.slack.ids import Ref
from bot.slack.views.hotfix_buttons import hotfix_actions, offers_after_refusal
from bot.slack.views.hotfix_modals import (
    HotfixPrefill,
    breach_modal,
    declaration_modal,
    issue_modal,
    revise_hotfix_modal,
    standard_modal,
)
from bot.slack.views.kit import Json, Message, actions, message, section
from bot.slack.views.next_act import next_gates
from bot.slack.views.refusals import Offer, refusal
from bot.slack.views.speech import Speech
from bot.slack.views.spoken_modal import spoken_modal
from bot.slack.views.standing_of_hotfix import checklist, is_hotfix, issue_lines

LEDGER = ServiceName("ledger")


def hotfix_forms(scene: Scene, words: str) -> Iterator[Json]:
    """All of them, whatever the stage; `words` is what a person typed."""
    change, guide = scene.change, scene.setting.guide
    prefill = HotfixPrefill(change.service, change.version, words, change.plan.text, "C0INC")
    yield declaration_modal(prefill, [change.service, LEDGER], guide)
    yield declaration_modal(HotfixPrefill(), [change.service, LEDGER], guide)
    yield revise_hotfix_modal(change)
    yield standard_modal(scene)
    yield from filter(None, (issue_modal(scene), breach_modal(scene), spoken_modal(scene)))


def hotfix_messages(scene: Scene) -> Iterator[Message]:
    """A refused start with what helps, and a hotfix as its incident's message shows it."""
    gates = next_gates(scene)
    offer = Offer(
        scene.change.deployer,
        Ref.of(scene.change),
        offers_after_refusal(scene, Act.START_PRODUCTION, gates),
    )
    yield refusal(Refused(gates), "start CHG-1", Speech.of(scene), offer)
    if is_hotfix(scene):
        shown = (*checklist(scene), issue_lines(scene))
        yield message("as the incident shows it", section("\n".join(shown)), actions(*hotfix_actions(scene)))
