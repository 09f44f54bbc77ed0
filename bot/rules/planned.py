"""A production window as others see it who plan theirs."""

from dataclasses import dataclass

from bot.rules.change import Span
from bot.rules.terms import ChangeId, PersonId, ServiceName


@dataclass(frozen=True, slots=True)
class PlannedWindow:
    """A change's current production window: proposed, approved, or being used now. `stage` is the change's, as stored."""

    change: ChangeId
    service: ServiceName
    version: str
    stage: str
    requester: PersonId
    span: Span

    def meets(self, span: Span) -> bool:
        """Whether it has any instant in common with a span."""
        return self.span.start < span.end and span.start < self.span.end
