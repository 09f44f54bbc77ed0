"""Whether a person may act at all: Slack's word, asked again when it is no longer fresh.

When Slack cannot be asked, the last known answer counts for `directory.max_age` of the guide; without one the answer is
no. All instants here are real time, not business time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from bot.rules.terms import PersonId
from bot.rules.words import Sentence, say, span
from bot.store import directory_answers
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer

FRESH: Final = timedelta(minutes=1)


class Unreachable(Exception):
    """The directory did not answer, or not in time."""


class Profiles(Protocol):
    """A source of people's profiles, such as Slack's `users.info`."""

    def profile(self, person: PersonId) -> DirectoryAnswer | None:
        """Describe a person; None when the source knows nobody by that id.

        Raises:
            Unreachable: the source did not answer.
        """


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a person may act: `problem` says why not. `age` is set when an old answer had to do."""

    person: PersonId
    problem: Sentence | None = None
    age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """Asks `profiles`, remembers the answers in the store. `team` is the workspace that the bot serves."""

    database: Database
    profiles: Profiles
    team: str
    max_age: timedelta
    real_now: Callable[[], datetime]

    def who_is(self, person: PersonId, team: str | None) -> Standing:
        """Say whether this person may act; `team` is the workspace that Slack says they belong to."""
        if team is not None and team != self.team:
            return Standing(person, _STRANGER)
        now = self.real_now()
        with self.database.read() as connection:
            known = directory_answers.known(connection, person)
        if known and now - known[1] < FRESH:
            return Standing(person, _problem(known[0], self.team))
        try:
            answer = self._ask(person, now)
        except Unreachable:
            return self._without_answer(person, known, now)
        return Standing(person, _UNKNOWN if answer is None else _problem(answer, self.team))

    def prime(self, people: Iterable[PersonId]) -> None:
        """Learn the names of people who were never asked about, so that the first card can name them."""
        now = self.real_now()
        wanted = tuple(dict.fromkeys(people))
        with self.database.read() as connection:
            known = directory_answers.names(connection, wanted)
        for person in wanted:
            if person not in known:
                self._ask(person, now)

    def _ask(self, person: PersonId, now: datetime) -> DirectoryAnswer | None:
        answer = self.profiles.profile(person)
        if answer is not None:
            directory_answers.remember(self.database, person, answer, now)
        return answer

    def _without_answer(
        self, person: PersonId, known: tuple[DirectoryAnswer, datetime] | None, now: datetime
    ) -> Standing:
        if known is None:
            return Standing(person, say("Slack cannot say right now who you are. Try again in a minute."))
        answer, at = known
        age = now - at
        if age >= self.max_age:
            return Standing(
                person,
                say(f"Slack cannot say right now who you are, and its last word is {span(age)} old."),
                age,
            )
        return Standing(person, _problem(answer, self.team), age)


_STRANGER: Final = say("You belong to another workspace: people from shared channels hold no role here.")
_UNKNOWN: Final = say("Slack knows nobody by your user id in this workspace.")


def _problem(answer: DirectoryAnswer, team: str) -> Sentence | None:
    """Why a person with this profile holds no role; None when nothing is wrong."""
    if answer.team != team:
        return _STRANGER
    if answer.deactivated:
        return say("Your Slack account is deactivated: it holds no role.")
    if answer.bot:
        return say("A bot holds no role.")
    if answer.guest:
        return say("You are a guest in this workspace: guests hold no role.")
    return None
