"""The timeline of an incident, by itself: which facts stand on it, and what an act adds to it, in one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import Change
from bot.rules.facts import AskingReminded, Fact, ReminderSnoozed
from bot.rules.hotfix_facts import HotfixToContain, ReviewDrafted, ReviewReminded
from bot.rules.timeline_sentences import sentences
from bot.rules.words import Part, Quote, Sentence

UNSAID = (AskingReminded, ReminderSnoozed, HotfixToContain, ReviewDrafted, ReviewReminded)
"""What happens to a hotfix, too, and tells nobody anything about its incident."""


def is_on_timeline(fact: Fact) -> bool:
    """Whether a fact adds an entry to the incident's timeline."""
    return not isinstance(fact, UNSAID)


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """What one act added to the timeline; `at` is when it was recorded (aware, UTC)."""

    at: datetime
    said: Sentence


def line_of(at: datetime, facts: Iterable[Fact], change: Change) -> TimelineLine | None:
    """What an act's facts add to the timeline of a change, as it is by now; None where that is nothing."""
    said = sentences([fact for fact in facts if is_on_timeline(fact)], change)
    if not said:
        return None
    parts: list[Part] = []
    for sentence in said:
        parts += [" " if _is_ended(parts[-1]) else ". ", *sentence.parts] if parts else sentence.parts
    return TimelineLine(at, Sentence(tuple(parts)))


def _is_ended(part: Part) -> bool:
    """Whether a quote brings the end of its sentence along."""
    return isinstance(part, Quote) and part.text.rstrip().endswith((".", "!", "?"))
