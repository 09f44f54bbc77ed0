"""What surrounds a decision: the guide as it applies to one service, who holds which role, what else is going on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.rules.change import Span
from bot.rules.guide import ApprovalRow, BusinessHours, Guide
from bot.rules.organization import Roster
from bot.rules.terms import ApprovalStage, ChangeId, DeploymentId, HourClass
from bot.rules.windows import touches


@dataclass(frozen=True, slots=True)
class Policy:
    """The guide, the service's business hours and the organization's zone."""

    guide: Guide
    hours: BusinessHours
    zone: ZoneInfo

    def hour_classes(self, span: Span) -> frozenset[HourClass]:
        """Whether a span touches business hours, the time outside them, or both (G-APP-3, G-APP-4)."""
        return touches(span.start, span.end, self.hours, self.zone)

    def production_rows(self, span: Span) -> tuple[ApprovalRow, ...]:
        """The rows of the table of approvals that a production window needs."""
        return self.guide.rows(ApprovalStage.PRODUCTION, self.hour_classes(span))


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What the service's other changes say about this one.

    `deploying` runs in production now; `same_version` is unfinished with the same version; `failed_verification` says
    that QA or Product refused the version anywhere (G-STD-6: a fail blocks that version in every change).
    """

    deploying: tuple[ChangeId, DeploymentId] | None = None
    same_version: ChangeId | None = None
    failed_verification: bool = False


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

    @property
    def guide(self) -> Guide:
        """The guide as the organization reads it."""
        return self.policy.guide
