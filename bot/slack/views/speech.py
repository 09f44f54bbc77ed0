"""Saying the rules' sentences in Slack: people by name, never by mention; instants in the reader's own zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.change import Span
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.rules.words import Part, Quote, Sentence, When, Who, join_names
from bot.slack.views.text import day_and_time, in_zone, one_line, quoted, time_only, typed

NAME_MOST = 60
NAMED_MOST = 5
"""How many people a sentence names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Speech:
    """People's display names by Slack id, and the organization's zone, for where the reader's own is not known."""

    names: Mapping[PersonId, str]
    zone: ZoneInfo

    @classmethod
    def of(cls, scene: Scene) -> "Speech":
        """As a scene gives them."""
        return cls(scene.names, scene.setting.policy.zone)

    def name(self, person: PersonId) -> str:
        """A person's name as mrkdwn."""
        return typed(self.names.get(person, person), NAME_MOST) or typed(person)

    def people(self, people: Iterable[PersonId], joined_by: str = "or") -> str:
        """Names as mrkdwn: "Ana, Ben or Cleo"; of many the first few, and how many more there are."""
        return join_names(_some([self.name(person) for person in people]), joined_by)

    def when(self, at: datetime) -> str:
        """An instant with its day, as mrkdwn."""
        return day_and_time(at, self.zone)

    def time(self, at: datetime) -> str:
        """An instant without its day, as mrkdwn."""
        return time_only(at, self.zone)

    def span(self, span: Span) -> str:
        """A window as mrkdwn; the end's day only where it is another one."""
        same_day = span.start.astimezone(self.zone).date() == span.end.astimezone(self.zone).date()
        return f"{self.when(span.start)} – {self.time(span.end) if same_day else self.when(span.end)}"

    def span_in_zone(self, span: Span) -> str:
        """`15:00–16:00 CET`, as plain text for a button; with its days where they differ."""
        start, end = span.start.astimezone(self.zone), span.end.astimezone(self.zone)
        if start.date() == end.date():
            return f"{start:%H:%M}–{end:%H:%M %Z}"
        return f"{in_zone(start, self.zone)} – {in_zone(end, self.zone)}"

    def say(self, sentence: Sentence) -> str:
        """A sentence as mrkdwn, in one line."""
        return " ".join("".join(self.part(part) for part in sentence.parts).split())

    def part(self, part: Part) -> str:
        """One part of a sentence as mrkdwn, with the spaces at its edges."""
        match part:
            case Who(people, joined_by):
                return self.people(people, joined_by)
            case When(at):
                return self.when(at)
            case Quote(text):
                return quoted(text)
            case str():
                return _bot_words(part)

    def say_plainly(self, sentence: Sentence) -> str:
        """A sentence as plain text, for beside a form's field; instants in the organization's zone, which is named."""
        return one_line("".join(self._plain_part(part) for part in sentence.parts), 400)

    def _plain_part(self, part: Part) -> str:
        match part:
            case Who(people, joined_by):
                names = [one_line(self.names.get(person, person), NAME_MOST) for person in people]
                return join_names(_some(names), joined_by)
            case When(at):
                return in_zone(at, self.zone)
            case Quote(text):
                return f"“{one_line(text)}”"
            case str():
                return part


def _some(names: list[str]) -> list[str]:
    left_out = len(names) - NAMED_MOST
    return names if left_out <= 1 else [*names[:NAMED_MOST], f"{left_out} others"]


def _bot_words(part: str) -> str:
    """The rules' own words; a version or a service's name may stand among them, so they are treated as typed."""
    said = typed(part, 400)
    return f"{' ' if part[:1].isspace() else ''}{said}{' ' if part[-1:].isspace() else ''}"
