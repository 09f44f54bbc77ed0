"""Who is in the user groups that the organization's file names: Slack's word, asked again when it is no longer fresh.

When Slack cannot be asked – user groups exist on paid plans only – the last known answer counts for
`directory.max_age` of the guide; without one, nobody holds a role through the group. All instants here are real time.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog

from bot.people.asking import Asking
from bot.people.current import Current
from bot.people.unreachable import Unreachable
from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId
from bot.store import groups
from bot.store.database import Database, DatabaseBusy
from bot.store.groups import GroupAnswer

FRESH: Final = timedelta(minutes=1)
ASKING_MOST: Final = 0.7
"""Seconds that may pass with asking about groups, until the last question: whatever is left then stays as it is known."""
FOR_THE_FIRST_TIME: Final = 1.5
"""Seconds for which an act waits to learn of a group about which nothing is known."""

log = structlog.get_logger()


class Members(Protocol):
    """A source of user groups' members, such as Slack's `usergroups.users.list`."""

    def members(self, group: GroupId) -> tuple[PersonId, ...]:
        """Say who is in a group.

        Raises:
            Unreachable: the source did not answer.
        """


@dataclass(frozen=True, slots=True)
class UserGroups:
    """Asks `source`, and remembers the answers in the store."""

    database: Database
    source: Members
    current: Current
    real_now: Callable[[], datetime]
    _asking: Asking[Mapping[GroupId, GroupAnswer]] = field(default_factory=Asking, compare=False, repr=False)

    def learn(self, within: float, *, ask: bool = True) -> Mapping[GroupId, GroupAnswer]:
        """As `refresh`, for whoever cannot wait: after `within` seconds the old answers have to do.

        For a group about which nothing is known they wait longer. What is learned later counts for the next one.
        """
        wanted = self.current.organization.all_groups()
        if not wanted:
            return {}
        known, stale = self._stale(wanted, FRESH)
        if not stale or not ask:
            return {group: known[group] for group in stale if group in known}
        is_new = any(group not in known for group in stale)
        try:
            return self._asking.ask(
                "groups", self.refresh, lambda _: None, FOR_THE_FIRST_TIME if is_new else max(0.0, within)
            )
        except (Unreachable, DatabaseBusy):
            known, stale = self._stale(wanted, FRESH)
            return {group: known[group] for group in stale if group in known}

    def refresh(self, *, older_than: timedelta = FRESH) -> Mapping[GroupId, GroupAnswer]:
        """Ask anew about every group of the file whose answer is older; returns the old answers that had to do.

        A source that does not answer for one group is not asked for the others.

        Raises:
            DatabaseBusy, DatabaseGone: what was answered could not be kept.
        """
        wanted = self.current.organization.all_groups()
        if not wanted:
            return {}
        now = self.real_now()
        known, stale = self._stale(wanted, older_than)
        silent = self._ask(stale, now)
        return {group: known[group] for group in silent if group in known}

    def close(self) -> None:
        """Return when no question is under way."""
        self._asking.close()

    def _stale(
        self, wanted: Collection[GroupId], older_than: timedelta
    ) -> tuple[Mapping[GroupId, GroupAnswer], list[GroupId]]:
        """What is known of these groups, and which are to be asked about anew."""
        now = self.real_now()
        with self.database.read() as connection:
            known = groups.answers(connection, wanted)
        return known, [
            each for each in wanted if each not in known or abs(now - known[each].read_at) >= older_than
        ]

    def counting(self, known: Mapping[GroupId, GroupAnswer]) -> Mapping[GroupId, tuple[PersonId, ...]]:
        """The members of those groups whose last answer still counts."""
        now, most = self.real_now(), self.current.organization.guide.directory.max_age
        return {group: answer.members for group, answer in known.items() if abs(now - answer.read_at) < most}

    def outdated(self, group: GroupId, left: Collection[PersonId] = ()) -> None:
        """Slack says that a group changed: whoever left holds nothing through it from now on, and it is asked about anew."""
        with self.database.write() as connection:
            groups.left(connection, group, left)
            groups.outdate(connection, group, self.real_now() - FRESH)

    def _ask(self, stale: Collection[GroupId], now: datetime) -> tuple[GroupId, ...]:
        """Ask about each; returns those about which nothing was learned."""
        began, left = time.monotonic(), list(stale)
        while left and time.monotonic() - began < ASKING_MOST:
            try:
                members = self.source.members(left[0])
            except Unreachable as problem:
                log.warning("slack does not say who is in a user group", group=left[0], problem=str(problem))
                break
            with self.database.write() as connection:
                groups.remember(connection, left.pop(0), members, now)
        return tuple(left)
