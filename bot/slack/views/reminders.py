"""A reminder: what is wanted of the reader, since when, and its buttons; settled in place like the question itself."""

from bot.rules.asking import Ask
from bot.rules.reminding import Asking, open_askings
from bot.rules.scene import Scene
from bot.rules.terms import Phase
from bot.rules.waiver_gates import who_decides_waivers
from bot.rules.words import span
from bot.slack.ids import Press, Ref, encode_snooze
from bot.slack.views.asks import answers, progress, question, what_to_know
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    card_link,
    dots,
    lines,
    message,
    section,
    small,
    worded_button,
)
from bot.slack.views.lateness import late_words
from bot.slack.views.speech import Speech
from bot.slack.views.standing import label, missing_signatures, missing_verifications


def reminder_message(scene: Scene, ask: Ask, late: int = 0, permalink: str | None = None) -> Message:
    """The reader's open question once more, led by since when it waits; `late` is how many minutes it came too late."""
    asking = asking_of(scene, ask.phase)
    since = f" since *{Speech.of(scene).when(asking.since)}*" if asking else ""
    lead = f"⏳ *Waiting for you*{since}. {question(scene, ask)}"
    snoozed = snoozed_until(scene, ask)
    return message(
        f"{lead} ({label(scene)})",
        section(lines(lead, *what_to_know(scene, ask))),
        small(dots(label(scene), progress(scene, ask.phase), snoozed, late_words(late))),
        actions(*answers(scene, ask), _snooze_button(scene, ask, snoozed), card_link(permalink)),
    )


def asking_of(scene: Scene, phase: Phase) -> Asking | None:
    """The asking that is open now; of a spoken word there is none, the question itself says when it was recorded."""
    found = open_askings(scene.change, scene.setting.policy)
    return next((each for each in found if each.phase is phase), None)


def _snooze_button(scene: Scene, ask: Ask, snoozed: str) -> Json | None:
    """Nothing where it was pressed already, and for a spoken word, of which there are two reminders and no more."""
    if snoozed or ask.phase is Phase.CONFIRMATION:
        return None
    length = span(scene.setting.guide.asking.snooze)
    return worded_button(Press.SNOOZE, f"Snooze {length}", encode_snooze(ask.phase, Ref.of(scene.change)))


def snoozed_until(scene: Scene, ask: Ask) -> str:
    """`ℹ️ snoozed: you are reminded again Fri 14:00`; empty where the reader has put nothing off."""
    ends = [
        each.until
        for each in scene.change.snoozes
        if (each.phase, each.round, each.person) == (ask.phase, ask.round, ask.person)
        and scene.setting.now < each.until
    ]
    return f"ℹ️ snoozed: you are reminded again {Speech.of(scene).when(max(ends))}" if ends else ""


def who_owes(scene: Scene, phase: Phase) -> list[str]:
    """Whose answers an asking lacks: `Tech Lead (Tia or Tom)`, as mrkdwn."""
    if phase is Phase.VERIFICATION:
        return missing_verifications(scene)
    if phase in {Phase.WAIVER, Phase.EXCEPTION}:
        directors = who_decides_waivers(scene.change, scene.setting)
        roles = scene.setting.guide.waivers.granted_by
        return [f"{roles[0].label} ({Speech.of(scene).people(directors)})"]
    missing = missing_signatures(scene)
    return list(missing.points) if missing else []
