"""Whether a person may act at all: Slack's word, asked again when it is no longer fresh.

When Slack cannot be asked, the last known answer counts for `directory.max_age` of the guide; without one the answer is
no. So it is when Slack is slow: with an answer that could still count, nobody waits longer than a moment for a newer one.
All instants here are real time, not business time.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.people.asking import Asking
from bot.people.current import Current
from bot.people.slack_profiles import read_user
from bot.people.unreachable import Unreachable
from bot.people.user_groups import FRESH, UserGroups
from bot.rules.terms import PersonId
from bot.rules.words import Sentence, Who, say, span
from bot.store import directory_answers
from bot.store.database import Database
from bot.store.directory_answers import DirectoryAnswer

A_MOMENT: Final = 0.2
"""Seconds for which an act waits for Slack's word where an older one can do. After that come a lock's 700 ms at most, and
the whole is to stay under a second."""
PATIENTLY: Final = 2.0
"""The same where none can: it must leave room within Slack's three seconds."""
PRIMED_WITHIN: Final = 10.0
"""Seconds after which no more people are asked about by the way."""


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

    @property
    def age_in_seconds(self) -> int | None:
        """How old the answer was, in whole seconds, as the record keeps it."""
        return None if self.age is None else int(self.age.total_seconds())

    @property
    def flag(self) -> Sentence | None:
        """That an old answer had to do, for whoever reads the record."""
        if self.age is None or self.problem is not None:
            return None
        return say(f"Slack did not answer in time: its answer of {span(self.age)} ago counted.")


@dataclass(frozen=True, slots=True)
class Directory:
    """Asks `profiles` and `groups`, and remembers the answers in the store."""

    database: Database
    profiles: Profiles
    groups: UserGroups
    current: Current
    real_now: Callable[[], datetime]
    _asking: Asking[DirectoryAnswer | None] = field(default_factory=Asking, compare=False, repr=False)

    def who_is(self, person: PersonId, team: str | None) -> Standing:
        """Say whether this person may act, and learn who is in the user groups; outside any transaction.

        `team` is the workspace that Slack says they belong to.
        """
        if team is not None and team != self.team:
            return Standing(person, _STRANGER)
        began = time.monotonic()
        standing = self._standing(person)
        if standing.problem:
            return standing
        return self._with_groups(standing, A_MOMENT - (time.monotonic() - began))

    def why_no_role(self, person: PersonId) -> Sentence | None:
        """Why somebody who is not asking cannot hold a role, as a sentence about them; None when they can.

        Without an answer, or with one that is too old, the answer is that nobody knows.
        """
        standing = self._standing(person)
        if standing.problem is None:
            return None
        with self.database.read() as connection:
            known = directory_answers.known(connection, person)
        who = Who((person,))
        if known is None:
            return say("Slack does not say who ", who, " is.")
        return describe_bar(known[0], self.team, person) or say(
            "Slack does not say right now who ", who, " is."
        )

    @property
    def team(self) -> str:
        """The workspace that the bot serves."""
        return self.current.organization.team

    def _standing(self, person: PersonId) -> Standing:
        now = self.real_now()
        with self.database.read() as connection:
            known = directory_answers.known(connection, person)
        if known and abs(now - known[1]) < FRESH:
            return Standing(person, _problem(known[0], self.team))
        can_do = known is not None and now - known[1] < self.current.organization.guide.directory.max_age
        try:
            answer = self._ask(person, now, A_MOMENT if can_do else PATIENTLY)
        except Unreachable:
            return self._without_answer(person, known, now)
        if answer is None:  # nor does an older answer count, should Slack be silent next time
            directory_answers.forget(self.database, person)
            return Standing(person, _UNKNOWN)
        return Standing(person, _problem(answer, self.team))

    def _with_groups(self, standing: Standing, within: float) -> Standing:
        """Flagged, too, where the person is in a group of which only an old answer is known."""
        old, now = self.groups.learn(within, ask=standing.age is None), self.real_now()
        counting = self.groups.counting(old)
        ages = [now - old[group].read_at for group, people in counting.items() if standing.person in people]
        return replace(standing, age=max([*ages, standing.age or timedelta()])) if ages else standing

    def told(self, user: Mapping[str, Any]) -> None:
        """Slack says by itself how a person's profile reads now: kept, where they were ever asked about."""
        person = PersonId(str(user["id"]))
        with self.database.read() as connection:
            known = directory_answers.known(connection, person)
        if known:
            directory_answers.remember(self.database, person, read_user(user), self.real_now())

    def prime(self, people: Iterable[PersonId]) -> None:
        """Learn the names of people who were never asked about, so that the first card can name them.

        Raises:
            Unreachable: Slack did not answer. Where it is slow, the others are asked about when they act.
        """
        now, began = self.real_now(), time.monotonic()
        wanted = tuple(dict.fromkeys(people))
        with self.database.read() as connection:
            known = directory_answers.names(connection, wanted)
        for person in wanted:
            if person not in known and time.monotonic() - began < PRIMED_WITHIN:
                self._ask(person, now, PRIMED_WITHIN)

    def close(self) -> None:
        """Ask nothing more, and return when no question is under way."""
        self._asking.close()
        self.groups.close()

    def _ask(self, person: PersonId, now: datetime, within: float) -> DirectoryAnswer | None:
        def keep(answer: DirectoryAnswer | None) -> None:
            if answer is not None:
                directory_answers.remember(self.database, person, answer, now)

        return self._asking.ask(person, lambda: self.profiles.profile(person), keep, within)

    def _without_answer(
        self, person: PersonId, known: tuple[DirectoryAnswer, datetime] | None, now: datetime
    ) -> Standing:
        if known is None:
            return Standing(person, say("Slack cannot say right now who you are. Try again in a minute."))
        answer, at = known
        age = abs(
            now - at
        )  # of an answer from before the machine's clock was set back nobody knows the age better
        if age >= self.current.organization.guide.directory.max_age:
            return Standing(
                person,
                say(f"Slack cannot say right now who you are, and its last word is {span(age)} old."),
                age,
            )
        return Standing(person, _problem(answer, self.team), age)


_STRANGER: Final = say("You belong to another workspace: people from shared channels hold no role here.")
_UNKNOWN: Final = say("Slack knows nobody by your user id in this workspace.")


def holds_no_role(answer: DirectoryAnswer, team: str) -> bool:
    """Whether Slack's word on a person bars them from every role."""
    return _problem(answer, team) is not None


def describe_bar(answer: DirectoryAnswer, team: str, person: PersonId) -> Sentence | None:
    """The same about somebody else, as a sentence; None when nothing is wrong."""
    who = Who((person,))
    if answer.team != team:
        return say(who, " belongs to another workspace: people from shared channels hold no role here.")
    if answer.deactivated:
        return say(who, "'s Slack account is deactivated: it holds no role.")
    if answer.bot:
        return say(who, " is a bot: it holds no role.")
    if answer.guest:
        return say(who, " is a guest in this workspace: guests hold no role.")
    return None


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
