"""Which timers a change wants, derived from its present state. They are kept as rows; a scheduler only ticks."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.change import Change, Deployment
from bot.rules.life import WINDOWED, Act, Stage, stage
from bot.rules.setting import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """One timer: `kind` is the act that it calls, `key` is unique within the change, `due_at` is aware, UTC."""

    kind: str
    key: str
    due_at: datetime


def wanted_deadlines(change: Change, policy: Policy) -> tuple[Wanted, ...]:
    """Every timer that is still to fire for this change (G-STD-8, G-STD-9)."""
    now_at = stage(change, policy)
    if now_at in WINDOWED and change.window:
        window = change.window
        return (Wanted(Act.LAPSE_WINDOW, f"lapse/{window.number}", window.span.end),)
    production = change.latest_in(policy.guide.production)
    if now_at is Stage.DEPLOYING and production and production.window_end and not production.overran_at:
        return (Wanted(Act.FLAG_OVERRUN, f"overrun/{production.id}", production.window_end),)
    if now_at is Stage.MONITORING and production and production.finished_at:
        return _monitoring(production, production.finished_at, policy)
    return ()


def _monitoring(deployment: Deployment, finished_at: datetime, policy: Policy) -> tuple[Wanted, ...]:
    monitoring = policy.guide.monitoring
    nudges = [
        Wanted(
            Act.NUDGE_MONITORING,
            f"nudge/{deployment.id}/{int(after.total_seconds()) // 60}",
            finished_at + after,
        )
        for after in monitoring.nudges
        if deployment.nudged is None or after.total_seconds() > deployment.nudged * 60
    ]
    if deployment.escalated_at is None:
        due_at = finished_at + monitoring.lasts + monitoring.escalate_after
        nudges.append(Wanted(Act.ESCALATE_MONITORING, f"escalate/{deployment.id}", due_at))
    return tuple(nudges)
