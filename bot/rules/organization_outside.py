"""What roles depend on beside the organization's file: members of user groups, delegations, who holds no role at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NewType

from bot.rules.deputies import Delegation
from bot.rules.terms import PersonId, Role, ServiceName

GroupId = NewType("GroupId", str)
"""The id of a Slack user group, such as S0TECHLEADS."""


@dataclass(frozen=True, slots=True)
class StandingDeputy:
    """A deputy whom the organization's file names: a delegation without an end. `services` None means all of them.

    `principal` is the holder for whom they act; None where the role has none.
    """

    role: Role
    deputy: PersonId
    principal: PersonId | None = None
    services: frozenset[ServiceName] | None = None

    def is_for(self, service: ServiceName) -> bool:
        """Say whether they may stand in for `service`."""
        return self.services is None or service in self.services


@dataclass(frozen=True, slots=True)
class Outside:
    """What the file does not say.

    `members` are those of each user group whose last answer still counts: through a group that is missing here nobody
    holds a role. `barred` are people known to be deactivated, bots, guests or of another workspace.
    """

    members: Mapping[GroupId, tuple[PersonId, ...]] = field(default_factory=dict)
    delegations: tuple[Delegation, ...] = ()
    barred: frozenset[PersonId] = frozenset()


FILE_ONLY: Final = Outside()
"""As if there were nothing beside the organization's file."""
