"""Which changes, and which deployments, a person asks to see."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.rules.deviation import OF_HOTFIXES, UNMARKED, DeviationCode
from bot.rules.life import FINISHED, LIVE, Stage
from bot.rules.terms import ChangeType, EnvironmentName, PersonId, ServiceName


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
    """Every field narrows the log; an empty one does not. It started at `since` or later, and before `before` (aware).

    `deviations` asks for any of them. What a deployment deviates in is derived, so a table cannot be asked for it.
    """

    services: frozenset[ServiceName] = frozenset()
    environments: frozenset[EnvironmentName] = frozenset()
    types: frozenset[ChangeType] = frozenset()
    deviations: frozenset[DeviationCode] = frozenset()
    states: frozenset[DeploymentState] = frozenset()
    only_rollbacks: bool = False
    started_by: PersonId | None = None
    since: datetime | None = None
    before: datetime | None = None

    @property
    def only_declared(self) -> bool:
        """Whether only a change that was once declared as a hotfix can have what is asked for."""
        of_hotfixes = bool(self.deviations) and self.deviations <= OF_HOTFIXES
        return of_hotfixes or self.types == {ChangeType.HOTFIX}


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

TYPE_WORDS = {**{each.value: each for each in ChangeType}, "hotfixes": ChangeType.HOTFIX}
DEVIATION_WORDS = {
    **{code.value: frozenset({code}) for code in DeviationCode if code is not DeviationCode.FAILED},
    "deviations": frozenset(DeviationCode) - UNMARKED,
    "deviation": frozenset(DeviationCode) - UNMARKED,
    "breaches": frozenset({DeviationCode.BREACH}),
    "waivers": frozenset({DeviationCode.WAIVER}),
}
"""What people write for deviations: their codes, and *deviations* for all that a list marks. *failed* is how one ended."""
