"""A timeline as plain text: Markdown for a review, a page, or a file. Times in the organization's zone, which is named."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from bot.rules.change import Change
from bot.rules.terms import PersonId, change_label
from bot.rules.timeline import TimelineLine
from bot.rules.words import Part, Quote, Sentence, When, Who, join_names

QUOTED_MOST: Final = 600
"""How much of what a person typed stands in one line."""
LINE_MOST: Final = 1200
"""Of what several people typed in one act, too."""
_FORMATTING: Final = re.compile(r"[\\`*<&\[\]~|]|(?<![^\W_])_|_(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a timeline is read: people's names by Slack id, the zone of its times, when its incident was declared (aware)."""

    names: Mapping[PersonId, str]
    zone: tzinfo
    since: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole timeline of a hotfix, oldest first, with all that is needed to read it."""

    change: Change
    lines: tuple[TimelineLine, ...]
    reading: Reading

    def markdown(self, limit: int | None = None) -> str:
        """As `timeline_markdown`."""
        return timeline_markdown(self.lines, self.reading, limit)


def elapsed(since: datetime, at: datetime) -> str:
    """Hours and minutes since an instant, rounded down: `+0:05`, `+26:31`; before it `-0:12`."""
    minutes = int(abs(at - since) / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return f"{'-' if at < since and minutes else '+'}{hours}:{rest:02}"


def timeline_markdown(lines: Sequence[TimelineLine], reading: Reading, limit: int | None = None) -> str:
    """The timeline as a Markdown list, oldest first, a line for each act.

    Where it would be longer than `limit` characters, the middle is left out, and a line there says how many entries.
    """
    shown = [_line(each, reading) for each in lines]
    whole = "\n".join(shown)
    if limit is None or len(whole) <= limit:
        return whole
    too_many = bisect_right(range(len(shown)), limit, key=lambda kept: len(_without_the_middle(shown, kept)))
    return _without_the_middle(shown, too_many - 1) if too_many else _left_out(len(shown))[:limit]


def _without_the_middle(shown: Sequence[str], kept: int) -> str:
    """The first lines and the last ones, `kept` in all: one more of the first, since they say what it is about."""
    first, last = kept - kept // 2, kept // 2
    return "\n".join([*shown[:first], _left_out(len(shown) - kept), *shown[len(shown) - last :]])


def _left_out(count: int) -> str:
    return f"- … {count} {'entry is' if count == 1 else 'entries are'} left out here …"


def timeline_page(timeline: Timeline) -> str:
    """The whole timeline of a hotfix as a Markdown document."""
    change = timeline.change
    title = f"# Timeline of {change_label(change.id)}: {_escaped(f'{change.service} {change.version}')}"
    text = timeline.markdown() or "Nothing has happened yet."
    return f"{title}\n\n{text}\n"


def _line(line: TimelineLine, reading: Reading) -> str:
    at = f"{_instant(line.at, reading.zone)} · {elapsed(reading.since, line.at)}"
    return f"- {at} · {_cut(_plain(line.said, reading), LINE_MOST)}"


def _instant(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M %Z}"


def _plain(sentence: Sentence, reading: Reading) -> str:
    return " ".join("".join(_part(part, reading) for part in sentence.parts).split())


def _part(part: Part, reading: Reading) -> str:
    match part:
        case Who(people, joined_by):
            return join_names([_escaped(reading.names.get(person, person)) for person in people], joined_by)
        case When(at):
            return _instant(at, reading.zone)
        case Quote(text):
            return f"“{_escaped(_cut(_seen(text), QUOTED_MOST))}”"
        case str():
            edges = part[:1].isspace(), part[-1:].isspace()
            return f"{' ' if edges[0] else ''}{_escaped(part)}{' ' if edges[1] else ''}"


def _escaped(text: str) -> str:
    """Literal in Markdown: nothing that was typed formats, links or embeds anything."""
    return _FORMATTING.sub(r"\\\g<0>", _seen(text))


def _seen(text: str) -> str:
    """One line, without characters that nobody sees."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
