"""Sentences that the bot says, before anyone knows in which zone or medium they are read.

A rule speaks in a `Sentence`: text with people and instants still as people and instants. Slack's views turn the
parts into escaped text and date tokens, a machine gets the same sentence through `plain`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.rules.terms import PersonId


@dataclass(frozen=True, slots=True)
class Who:
    """People in a sentence, read as "Ana", "Ana or Ben", "Ana and Ben"."""

    people: tuple[PersonId, ...]
    joined_by: str = "or"


@dataclass(frozen=True, slots=True)
class When:
    """An instant (aware) in a sentence, read with its day: "Sat 28 Nov 14:00"."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person typed: always shown literally, whatever it contains."""

    text: str


Part = str | Who | When | Quote


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, in parts."""

    parts: tuple[Part, ...]

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Everybody whom it names."""
        return tuple(person for part in self.parts if isinstance(part, Who) for person in part.people)


def say(*parts: Part) -> Sentence:
    """Make a sentence of its parts, in order."""
    return Sentence(parts)


def join_names(names: Sequence[str], joined_by: str = "or") -> str:
    """`["Ana", "Ben", "Cleo"]` is "Ana, Ben or Cleo"; nobody is "nobody"."""
    if not names:
        return "nobody"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} {joined_by} {names[-1]}"


def plain(sentence: Sentence, names: Mapping[PersonId, str], zone: tzinfo) -> str:
    """Say it as plain text; instants in `zone`, people by `names` (or by id where unknown)."""
    return "".join(_plain_part(part, names, zone) for part in sentence.parts)


def _plain_part(part: Part, names: Mapping[PersonId, str], zone: tzinfo) -> str:
    match part:
        case Who(people, joined_by):
            return join_names([names.get(person, person) for person in people], joined_by)
        case When(at):
            return f"{at.astimezone(zone):%a} {at.astimezone(zone).day} {at.astimezone(zone):%b %H:%M}"
        case Quote(text):
            return text
        case str():
            return part


def span(length: timedelta) -> str:
    """Say a length of time in whole minutes, rounded down: "28 h 48 min", "6 min", "48 h"."""
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"
