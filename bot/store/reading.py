"""What queries answer: plain frozen dataclasses, for views and pages that never see a row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.rules.change import RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.facts import Fact
from bot.rules.terms import ChangeId, PersonId, Role, ServiceName, Words

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
