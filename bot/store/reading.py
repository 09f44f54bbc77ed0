"""What queries answer: plain frozen dataclasses, for views and pages that never see a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.rules.change import RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.facts import Fact
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName, Words
from bot.rules.waiting import WaitingChange

AuditOutcome = Literal["done", "refused"]


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """One row of the audit log, as it can be read now: who was forgotten, and what they typed, reads "(erased)"."""

    id: int
    stream: str
    seq: int
    at: datetime
    act: str
    outcome: AuditOutcome
    person: PersonId | None
    roles: tuple[Role, ...]
    through: str
    facts: tuple[Fact, ...]
    clauses: tuple[Clause, ...]
    said: Words | None
    stage: str


@dataclass(frozen=True, slots=True)
class ChainHolds:
    """Every row of the audit log is as it was written, and none is missing between two others."""

    rows: int
    streams: int


@dataclass(frozen=True, slots=True)
class ChainBroken:
    """The first row of the audit log that is not as it was written."""

    row: int
    stream: str
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class LastRequest:
    """The newest change of a service: what the next request is prefilled with."""

    change: ChangeId
    version: str
    requester: PersonId
    plan: RollbackPlan


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change in a list."""

    id: ChangeId
    service: ServiceName
    version: str
    requester: PersonId
    stage: str
    finished: bool
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some numbers of a list, newest first; `newer` and `older` say whether there are more on either side."""

    ids: tuple[ChangeId, ...]
    newer: bool = False
    older: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: right after a number of the page before, on its older or its newer side."""

    beside: ChangeId
    newer: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a list with its changes as they stand; `places` are channel and timestamp of the posted cards."""

    page: Page
    scenes: tuple[Scene, ...]
    places: Mapping[ChangeId, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a person: the most pressing changes, and of how many."""

    shown: tuple[WaitingChange, ...]
    count: int


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What stands in a person's Home. `ahead` and `watched` are of the services in which they hold a role."""

    waits: Waits
    mine: tuple[Scene, ...]
    more_of_mine: bool
    ahead: tuple[Scene, ...]
    watched: tuple[Scene, ...]
    may_request: bool
