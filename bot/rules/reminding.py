"""When those who were asked and have not answered are reminded: seldom, and never of what is settled."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.rules.approvals import missing_seats, standard_rows
from bot.rules.change import Change
from bot.rules.life import STANDARD, WINDOWED, Stage, stage
from bot.rules.setting import Policy
from bot.rules.terms import ApprovalStage, Phase


@dataclass(frozen=True, slots=True)
class Asking:
    """Something that people are asked for and have not all answered: since when, and which time it is asked anew."""

    phase: Phase
    round: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder of one asking to come; `key` tells it from the asking's others."""

    phase: Phase
    round: int
    key: str
    due_at: datetime


def open_askings(change: Change, policy: Policy) -> tuple[Asking, ...]:
    """What people are asked for now on the standard way. A declared hotfix has somebody at the telephone instead."""
    now_at = stage(change, policy)
    if now_at not in STANDARD or now_at is Stage.RETURNED:
        return ()
    return tuple(_open(change, policy, now_at))


def _open(change: Change, policy: Policy, now_at: Stage) -> Iterator[Asking]:
    missing = {needed.row.stage for needed in missing_seats(change, policy, standard_rows(change, policy))}
    if change.code_asked_at and missing - {ApprovalStage.PRODUCTION}:
        yield Asking(Phase.CODE, change.code_round, change.code_asked_at)
    if change.production_asked_at and now_at in WINDOWED and ApprovalStage.PRODUCTION in missing:
        yield Asking(Phase.PRODUCTION, change.production_round, change.production_asked_at)
    deployed = change.latest_in(policy.guide.verified_in)
    if now_at is Stage.VERIFYING and deployed and deployed.finished_at:
        yield Asking(Phase.VERIFICATION, change.version_number, deployed.finished_at)
    undecided = next(
        (each for each in change.waivers if each.undecided and each.version == change.version), None
    )
    if undecided:
        yield Asking(Phase.WAIVER, undecided.number, undecided.asked_at)


def step_of(change: Change, asking: Asking) -> int:
    """How many reminders of this asking there were."""
    reminded = change.reminded.get(asking.phase)
    return reminded.step if reminded and reminded.round == asking.round else 0


def next_reminders(change: Change, policy: Policy) -> tuple[Reminder, ...]:
    """The next reminder of each asking, and the ends of the snoozes of it."""
    return tuple(
        reminder for asking in open_askings(change, policy) for reminder in _reminders(change, policy, asking)
    )


def _reminders(change: Change, policy: Policy, asking: Asking) -> Iterator[Reminder]:
    step, after = step_of(change, asking), policy.guide.asking.remind_after
    if step < len(after):
        yield Reminder(asking.phase, asking.round, str(step + 1), asking.since + after[step])
    for snooze in change.snoozes:
        if (snooze.phase, snooze.round) == (asking.phase, asking.round):
            yield Reminder(
                asking.phase, asking.round, f"{snooze.person}/{snooze.until.timestamp():.0f}", snooze.until
            )
