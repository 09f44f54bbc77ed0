"""Which timers a change wants, derived from its present state. They are kept as rows; a scheduler only ticks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.rules.change import Change, Deployment
from bot.rules.life import IN_PRODUCTION, UNSTARTED, WATCHED, WINDOWED, Act, Stage, stage
from bot.rules.reminding import next_reminders
from bot.rules.review import next_reminder
from bot.rules.setting import Policy


@dataclass(frozen=True, slots=True)
class Wanted:
    """One timer: `kind` is the act that it calls, `key` is unique within the change, `due_at` is aware, UTC."""

    kind: str
    key: str
    due_at: datetime


GIVEN: Final = frozenset({Act.SUPERSEDE.value, Act.ASK_WHETHER_CONTAINED.value})
"""Timers that follow from another change: whoever derives a change's own leaves them alone."""


def wanted_deadlines(change: Change, policy: Policy) -> tuple[Wanted, ...]:
    """Every timer that is still to fire for this change: of its stage, and of its verbal approvals and its review."""
    return (*_of_stage(change, policy), *_chases(change, policy), *_review(change, policy))


def _of_stage(change: Change, policy: Policy) -> tuple[Wanted, ...]:
    """G-ENV-2, G-STD-8, G-STD-9, the rollback criteria, reminders."""
    now_at = stage(change, policy)
    if now_at in UNSTARTED:
        return (
            *_lapse(change, now_at),
            *_expiries(change),
            *(
                Wanted(Act.REMIND_ASKED, f"remind/{each.phase}/{each.round}/{each.key}", each.due_at)
                for each in next_reminders(change, policy)
            ),
        )
    attempt = change.attempt_in(policy.guide.production)
    if attempt is None or now_at not in IN_PRODUCTION:
        return ()
    return (
        *_overrun(attempt),
        *_alarm(change, attempt, policy),
        *(
            _monitoring(attempt, attempt.finished_at, policy)
            if now_at in WATCHED and attempt.finished_at
            else ()
        ),
    )


def superseding(newer: Change, at: datetime) -> Wanted:
    """The timer by which a change that is done supersedes an older one."""
    return Wanted(Act.SUPERSEDE, f"supersede/{newer.id}", at)


def _chases(change: Change, policy: Policy) -> Iterator[Wanted]:
    """G-HOT-2: unconfirmed words are asked about again."""
    after = policy.guide.hotfix.chase_after
    for each in change.approvals:
        if each.unconfirmed and each.voided_at is None and each.chased < len(after):
            key = f"chase/{each.number}/{each.chased + 1}"
            yield Wanted(Act.CHASE_VERBAL, key, each.at + after[each.chased])


def _review(change: Change, policy: Policy) -> Iterator[Wanted]:
    """G-HOT-5: the review is waited for."""
    at = next_reminder(change, policy)
    if at:
        yield Wanted(Act.REMIND_REVIEW, f"review/{at.timestamp():.0f}", at)


def to_contain(hotfix: Change, at: datetime) -> Wanted:
    """The timer by which an older change's requester is asked whether it contains a hotfix that is done."""
    return Wanted(Act.ASK_WHETHER_CONTAINED, f"contain/{hotfix.id}", at)


def _lapse(change: Change, now_at: Stage) -> Iterator[Wanted]:
    if now_at in WINDOWED and change.window:
        yield Wanted(Act.LAPSE_WINDOW, f"lapse/{change.window.number}", change.window.span.end)


def _expiries(change: Change) -> Iterator[Wanted]:
    for waiver in change.waivers:
        if waiver.version == change.version and (waiver.granted or waiver.undecided):
            yield Wanted(Act.EXPIRE_WAIVER, f"expire/{waiver.number}", waiver.expires_at)


def _overrun(attempt: Deployment) -> Iterator[Wanted]:
    if attempt.running and attempt.window_end and not attempt.overran_at:
        yield Wanted(Act.FLAG_OVERRUN, f"overrun/{attempt.id}", attempt.window_end)


def _alarm(change: Change, attempt: Deployment, policy: Policy) -> Iterator[Wanted]:
    due_at = alarm_due(change, policy)
    if due_at:
        yield Wanted(Act.REPEAT_ALARM, f"alarm/{attempt.id}/{due_at.timestamp():.0f}", due_at)


def alarm_due(change: Change, policy: Policy) -> datetime | None:
    """When the alarm is to sound again (G-RB-1 to G-RB-4); None where there is none.

    Again and again while a rollback is required; a rollback's start is silence for a while, and no longer.
    """
    rollback, attempt = policy.guide.rollback, change.attempt_in(policy.guide.production)
    now_at = stage(change, policy)
    if attempt is None or now_at not in {Stage.ROLLBACK_REQUIRED, Stage.ROLLING_BACK}:
        return None
    if now_at is Stage.ROLLING_BACK and attempt.alarmed_at is None:
        return attempt.started_at + rollback.mute_after_start
    return attempt.alarmed_at + rollback.repeat_every if attempt.alarmed_at else None


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
