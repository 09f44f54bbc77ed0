"""What surrounds a decision: the guide as it applies to one service, who holds which role, what else is going on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.rules.change import Approval, Span
from bot.rules.freezing import Freeze
from bot.rules.guide import ApprovalRow, BusinessHours, Guide
from bot.rules.organization import Roster
from bot.rules.planned import PlannedWindow
from bot.rules.terms import ApprovalStage, ChangeId, ChangeType, DeploymentId, HourClass
from bot.rules.windows import first_legal_window, touches


@dataclass(frozen=True, slots=True)
class Policy:
    """The guide, the service's business hours and the organization's zone."""

    guide: Guide
    hours: BusinessHours
    zone: ZoneInfo

    def hour_classes(self, span: Span) -> frozenset[HourClass]:
        """Whether a span touches business hours, the time outside them, or both (G-APP-3, G-APP-4)."""
        return touches(span.start, span.end, self.hours, self.zone)

    def first_window(
        self, change_type: ChangeType, asked_at: datetime, taken: Iterable[Span] = ()
    ) -> Span | None:
        """The first hour in business hours that keeps the notice if it is asked for at `asked_at` (G-STD-7).

        It meets none of the spans that are `taken`. None where there is none within a year.
        """
        found = first_legal_window(asked_at, self.guide.notice[change_type], self.hours, self.zone)
        for span in sorted(taken, key=lambda each: each.start):
            if found and span.start < found[1] and found[0] < span.end:
                found = first_legal_window(span.end, timedelta(), self.hours, self.zone)
        return Span(*found) if found else None

    def production_rows(self, span: Span) -> tuple[ApprovalRow, ...]:
        """The rows of the table of approvals that a production window needs."""
        return self.guide.rows(ApprovalStage.PRODUCTION, self.hour_classes(span))


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What the service's other changes say about this one.

    `deploying` runs in production now; `same_version` is unfinished with the same version; `failed_verification` says
    that QA or Product refused the version anywhere (G-STD-6: a fail blocks that version in every change). `in_production`
    is the version that the service's newest successful deployment or rollback put into production, and `put_there_by`
    its change; `before_it` is the version in production before this change's own. `superseded_by` is the newest younger
    change of the service and type that is done.
    """

    deploying: tuple[ChangeId, DeploymentId] | None = None
    same_version: ChangeId | None = None
    failed_verification: bool = False
    in_production: str | None = None
    put_there_by: ChangeId | None = None
    before_it: str | None = None
    superseded_by: ChangeId | None = None
    hotfixed_by: tuple[ChangeId, str] | None = None
    """The newest younger hotfix that is done, with its version."""
    disputed: tuple[Approval, ...] = ()
    """G-HOT-2: spoken words about this version that were disputed, on other changes, or void on this one."""
    windows: tuple[PlannedWindow, ...] = ()
    """Their production windows ahead, the next ones, the earliest first."""


class Numbers(Protocol):
    """Gives new numbers; asked only once a decision is positive, so that the log has no gaps without need."""

    def next_change(self) -> ChangeId:
        """The next change's number."""

    def next_deployment(self) -> DeploymentId:
        """The next deployment's number."""


@dataclass(frozen=True, slots=True)
class Setting:
    """All that a decision on one change may depend on, beside the change itself. `now` is aware, UTC."""

    policy: Policy
    roster: Roster
    now: datetime
    neighbors: Neighbors
    freezes: tuple[Freeze, ...] = ()
    """Those for the service that were not lifted and have not ended, the earliest first."""

    @property
    def guide(self) -> Guide:
        """The guide as the organization reads it."""
        return self.policy.guide
