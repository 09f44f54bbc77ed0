"""What is known about a version in production beside its deployment: baselines, observations, how an alarm was settled."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import DeploymentId, PersonId, Words


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was measured in production before a deployment started."""

    problem: Problem
    figure: Figure
    by: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that was seen in production during or after a deployment, and what it amounted to when it was reported.

    `why` is the bot's sentence about the figures, in plain words.
    """

    number: int
    deployment: DeploymentId
    problem: Problem
    finding: Finding
    before: Figure | None
    now: Figure | None
    why: str
    notes: Words
    by: PersonId
    at: datetime
    withdrawn_by: PersonId | None = None
    withdrawn_reason: Words | None = None
    withdrawn_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody has withdrawn it."""
        return self.withdrawn_at is None

    @property
    def alarming(self) -> bool:
        """Whether it demands an immediate rollback."""
        return self.stands and self.finding is Finding.ALARM


@dataclass(frozen=True, slots=True)
class Settled:
    """A required rollback that was settled by a named fix instead, such as a fix forward. A deviation."""

    by: PersonId
    reason: Words
    fix: Words
    at: datetime
