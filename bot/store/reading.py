"""What queries answer: plain frozen dataclasses, for views and pages that never see a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from bot.rules.change import RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.company_facts import CompanyFact
from bot.rules.deviation import Deviation
from bot.rules.facts import Fact
from bot.rules.freezing import Freeze
from bot.rules.guide import Seat
from bot.rules.logged import LoggedDeployment
from bot.rules.planned import PlannedWindow
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Role, ServiceName, Words
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
    facts: tuple[Fact | CompanyFact, ...]
    clauses: tuple[Clause, ...]
    said: Words | None
    stage: str
    directory_age: int | None = None
    """Seconds, where Slack could not be asked about the person and an old answer counted."""


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
class Anchor:
    """A seal as somebody kept it: number and hash."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class SealsHold:
    """Every seal is as it was made, and the log has what they cover."""

    seals: int


@dataclass(frozen=True, slots=True)
class SealBroken:
    """The first seal that is not as it was made, or covers what the log has no more."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class ChangesAgree:
    """The rows of so many changes say what the audit log says; `unclear` could not be compared, since people were forgotten."""

    changes: int
    unclear: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeDiffers:
    """The first change whose rows and audit log say different things."""

    change: str
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
class DeploymentPage:
    """Some numbers of the log, newest first; `newer` and `older` say whether there may be more on either side.

    `looked_to` is the last number that was looked at, where looking ended before the page was full: the page on that
    side begins beside it.
    """

    ids: tuple[DeploymentId, ...]
    newer: bool = False
    older: bool = False
    looked_to: "DeploymentCursor | None" = None

    def beside(self, *, newer: bool) -> DeploymentId | None:
        """Beside which number the page on this side begins; None where there is none."""
        if not (self.newer if newer else self.older):
            return None
        if self.looked_to and self.looked_to.newer == newer:
            return self.looked_to.beside
        # Of an empty page only the side on which looking goes on is known; back leads to where it began.
        ends = self.ids or ((self.looked_to.beside,) if self.looked_to else ())
        return (ends[0] if newer else ends[-1]) if ends else None


@dataclass(frozen=True, slots=True)
class DeploymentCursor:
    """Where a page of the log begins: right after a number of the page before, on its older or its newer side."""

    beside: DeploymentId
    newer: bool = False


@dataclass(frozen=True, slots=True)
class ListedDeployment:
    """One line of the log: how many approvals counted when it started, and its deviations.

    `code_open` are a hotfix's code reviews that are still to be done, `code_afterwards` whether one was done only then.
    `shows_card` is whether its service is still in the organization's file: the guide says nothing of any other.
    """

    logged: LoggedDeployment
    approvals: int
    deviations: tuple[Deviation, ...]
    shows_card: bool = True
    code_open: tuple[Seat, ...] = ()
    code_afterwards: bool = False


@dataclass(frozen=True, slots=True)
class ListedDeployments:
    """One page of the log. `names` are people's, `zone` the organization's, `places` as in `Listed`."""

    page: DeploymentPage
    shown: tuple[ListedDeployment, ...]
    names: Mapping[PersonId, str]
    zone: ZoneInfo
    places: Mapping[ChangeId, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits for a person: the most pressing changes, and of how many."""

    shown: tuple[WaitingChange, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows and freezes of some services at `at`, each the earliest first; `more` windows are left out.

    `names` are people's, `zone` the organization's, `places` channel and timestamp of the posted cards.
    """

    services: tuple[ServiceName, ...]
    at: datetime
    zone: ZoneInfo
    windows: tuple[PlannedWindow, ...] = ()
    more: int = 0
    freezes: tuple[Freeze, ...] = ()
    names: Mapping[PersonId, str] = field(default_factory=dict)
    places: Mapping[ChangeId, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What stands in a person's Home. `ahead` and `watched` are of the services in which they hold a role.

    `reviews` are those that are not signed, the one that is due first on top.
    """

    waits: Waits
    mine: tuple[Scene, ...]
    more_of_mine: bool
    ahead: Calendar
    watched: tuple[Scene, ...]
    may_request: bool
    reviews: tuple[Scene, ...] = ()
