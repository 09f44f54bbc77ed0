"""Which changes, and which deployments, a person asks to see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.rules.life import FINISHED, LIVE, Stage
from bot.rules.terms import EnvironmentName, PersonId, ServiceName


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Every field narrows the list; an empty one does not. `involving` requested or deploys it."""

    services: frozenset[ServiceName] = frozenset()
    stages: frozenset[Stage] = frozenset()
    involving: PersonId | None = None
    waiting_for: PersonId | None = None

    @property
    def only_live(self) -> bool:
        """Whether it asks for nothing that is over."""
        return bool(self.stages) and self.stages <= LIVE

    @property
    def only_finished(self) -> bool:
        """Whether it asks for all that is over, and nothing else."""
        return self.stages == FINISHED


class DeploymentState(StrEnum):
    """How a deployment stands, for whoever looks for some; `Outcome` says how one failed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeploymentFilter:
    """Every field narrows the log; an empty one does not. It started at `since` or later, and before `before` (aware)."""

    services: frozenset[ServiceName] = frozenset()
    environments: frozenset[EnvironmentName] = frozenset()
    states: frozenset[DeploymentState] = frozenset()
    only_rollbacks: bool = False
    started_by: PersonId | None = None
    since: datetime | None = None
    before: datetime | None = None


STAGE_WORDS = {
    **{stage.value: frozenset({stage}) for stage in Stage},
    "done": FINISHED,
    "finished": FINISHED,
    "open": LIVE,
    "unfinished": LIVE,
    "rollback": frozenset({Stage.ROLLBACK_REQUIRED}),
    "watching": frozenset({Stage.MONITORING}),
    "watched": frozenset({Stage.MONITORING}),
}
"""What people write for stages; *done* is all that is over, withdrawn changes included."""
