"""What becomes of a message that asked somebody to approve a hotfix, once nothing is wanted of them."""

from bot.rules.breach import who_answers
from bot.rules.change import Approval
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Phase
from bot.slack.views.hotfix_asks import has_started
from bot.slack.views.speech import Speech
from bot.slack.views.standing_of_hotfix import is_hotfix
from bot.slack.views.text import typed

_NOTHING_LEFT = "Nothing left for you here."
_ASKED_AGAIN = "If you are needed again, a new message asks you."


def changed_hotfix(scene: Scene, phase: Phase, round_: int) -> str:
    """What made the question moot: another process, or another version; empty where nothing did."""
    change = scene.change
    if change.issue is None or phase not in {Phase.CODE, Phase.PRODUCTION}:
        return ""
    if not is_hotfix(scene):
        turned = not change.windows if phase is Phase.PRODUCTION else round_ < change.code_round
        return f"It goes the standard way now, as a {change.type} change. {_ASKED_AGAIN}" if turned else ""
    current = change.production_round if phase is Phase.PRODUCTION else change.code_round
    return f"The version is {typed(change.version)} now. {_ASKED_AGAIN}" if round_ < current else ""


def spoken_for(scene: Scene, mine: Approval) -> str:
    """That somebody recorded the reader's own word; empty where they pressed the button themselves."""
    if mine.spoken is None:
        return ""
    speech = Speech.of(scene)
    recorded = (
        f"{speech.name(mine.spoken.recorded_by)} recorded {speech.when(mine.at)}"
        f" that you approved it {mine.spoken.how.label}"
    )
    if mine.confirmed_at:
        return f"{recorded}; you confirmed it {speech.when(mine.confirmed_at)}."
    return f"{recorded}. A message of its own asks you whether that is so."


def started_without(scene: Scene, person: PersonId, phase: Phase) -> str:
    """That it started before this person approved: in breach of the guide, or because they were not needed; else empty."""
    if not is_hotfix(scene) or not has_started(scene):
        return ""
    breach, speech = scene.change.breach, Speech.of(scene)
    if breach is None or phase is not Phase.PRODUCTION:
        return ""
    if breach.by == person:
        return f"You started it {speech.when(breach.at)} in breach of the guide. {_NOTHING_LEFT}"
    if any(person in who_answers(seat, scene.change, scene.setting) for seat in breach.missing):
        return (
            f"{speech.name(breach.by)} started it {speech.when(breach.at)} without your approval, in breach of"
            " the guide. A message of its own asks you about that."
        )
    return ""


def by_word(scene: Scene, approval: Approval) -> str:
    """` (by phone, recorded by Omar)`; empty for an approval that was pressed."""
    if approval.spoken is None:
        return ""
    return f" ({approval.spoken.how.label}, recorded by {Speech.of(scene).name(approval.spoken.recorded_by)})"
