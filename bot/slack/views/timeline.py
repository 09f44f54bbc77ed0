"""One entry of an incident's timeline, as it stands in the thread: when, how long after the declaration, and what."""

from typing import Final

from bot.rules.timeline import TimelineLine
from bot.rules.timeline_words import Reading, elapsed
from bot.rules.words import Quote, Sentence
from bot.slack.views.kit import Message, dots, message, section
from bot.slack.views.speech import Speech
from bot.slack.views.text import quoted

QUOTED_MOST: Final = 600
"""How much of what somebody said stands in one entry."""


def entry_message(line: TimelineLine, reading: Reading, speech: Speech) -> Message:
    """`02:14 · +0:05 · Omar recorded: Eve (Engineering Manager) by phone – “yes”`; the day where it is another one."""
    same_day = line.at.astimezone(reading.zone).date() == reading.since.astimezone(reading.zone).date()
    at = speech.time(line.at) if same_day else speech.when(line.at)
    said = dots(f"*{at}*", elapsed(reading.since, line.at), _said(line.said, speech))
    return message(said, section(said))


def _said(sentence: Sentence, speech: Speech) -> str:
    """As `Speech.say`, with longer quotes: in a timeline they are what counts."""
    parts = []
    for part in sentence.parts:
        if isinstance(part, Quote):
            parts.append(quoted(part.text, QUOTED_MOST))
        else:
            parts.append(speech.part(part))
    return " ".join("".join(parts).split())
