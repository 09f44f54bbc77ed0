"""Who is told what by direct message after an act: only whoever must act now, or whose word no longer counts.

A notice addresses a person or a role; delivery finds out who holds the role when it sends. What merely changes a card,
an ask or a watch is no notice: those messages are refreshed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.asking import asks
from bot.rules.change import Change, Outcome, ReturnedBecause, WindowEnd
from bot.rules.facts import (
    ApprovalVoided,
    ChangeReturned,
    ChangeRevised,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    Fact,
    MonitoringEscalated,
    VersionRevised,
    WindowEnded,
)
from bot.rules.folding import apply_all
from bot.rules.life import Stage, stage
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role, Words


class NoticeKind(StrEnum):
    """What a notice says."""

    RETURNED = "returned"
    APPROVAL_VOIDED = "approval_voided"
    VERIFIED = "verified"
    WINDOW_REJECTED = "window_rejected"
    WINDOW_LAPSED = "window_lapsed"
    SCHEDULED = "scheduled"
    DEPLOYMENT_STARTED = "deployment_started"
    DEPLOYMENT_OVERRAN = "deployment_overran"
    DEPLOYMENT_FAILED = "deployment_failed"
    ROLLBACK_REQUIRED = "rollback_required"
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `by` did it, `words` is what they typed, `because` is the bot's own reason."""

    kind: NoticeKind
    to: tuple[PersonId | Role, ...]
    by: PersonId | None = None
    words: Words | None = None
    because: str = ""


def notices(before: Change | None, facts: Sequence[Fact], setting: Setting) -> tuple[Notice, ...]:
    """Everything that these facts make worth telling; `before` is None for a new change."""
    if before is None:
        return ()
    after = apply_all(before, facts)
    own = {
        each.by
        for each in facts
        if isinstance(each, ChangeReturned | WindowEnded | ChangeRevised | VersionRevised)
    }
    told = [
        notice
        for fact in facts
        if not (isinstance(fact, ApprovalVoided) and fact.person in own)
        for notice in _about(fact, before, after, setting)
    ]
    was, now_at = stage(before, setting.policy), stage(after, setting.policy)
    if now_at is not was and now_at is Stage.SCHEDULED:
        told.append(Notice(NoticeKind.SCHEDULED, (after.deployer,)))
    if was is Stage.VERIFYING and now_at in {Stage.VERIFIED, Stage.APPROVING}:
        told.append(Notice(NoticeKind.VERIFIED, (after.requester,)))
    return tuple(told)


def _about(fact: Fact, before: Change, after: Change, setting: Setting) -> Iterator[Notice]:
    match fact:
        case ChangeReturned(because, by, reason):
            yield Notice(NoticeKind.RETURNED, (after.requester,), by, reason)
            if because is ReturnedBecause.VERIFICATION_FAILED:
                approvers = tuple(
                    dict.fromkeys(each.person for each in before.standing_approvals if each.person != by)
                )
                yield Notice(NoticeKind.RETURNED, approvers, by, reason)
        case ApprovalVoided(_, _, person, because):
            if person not in {ask.person for ask in asks(after, setting)}:
                yield Notice(NoticeKind.APPROVAL_VOIDED, (person,), because=because)
        case WindowEnded(_, WindowEnd.REJECTED, by, reason):
            yield Notice(NoticeKind.WINDOW_REJECTED, (after.requester,), by, reason)
        case WindowEnded(_, WindowEnd.LAPSED):
            yield Notice(NoticeKind.WINDOW_LAPSED, (after.requester,))
        case _:
            yield from _about_deployment(fact, after, setting)


def _about_deployment(fact: Fact, after: Change, setting: Setting) -> Iterator[Notice]:
    production = setting.guide.production
    watchers = setting.guide.monitoring.roles
    match fact:
        case DeploymentStarted(_, environment) if environment == production:
            yield Notice(NoticeKind.DEPLOYMENT_STARTED, watchers, fact.by)
        case DeploymentOverran():
            approvers = dict.fromkeys(
                each.person
                for each in after.standing_approvals
                if each.row in _production_rows(after, setting)
            )
            yield Notice(NoticeKind.DEPLOYMENT_OVERRAN, tuple(approvers))
        case DeploymentFinished(_, Outcome.FAILED, by, notes) if _to_production(fact, after, setting):
            alarmed: tuple[PersonId | Role, ...] = (after.deployer, *setting.guide.rollback.alarmed)
            yield Notice(NoticeKind.ROLLBACK_REQUIRED, alarmed, by, notes)
        case DeploymentFinished(_, Outcome.FAILED_UNTOUCHED, by, notes) if _to_production(
            fact, after, setting
        ):
            yield Notice(NoticeKind.DEPLOYMENT_FAILED, watchers, by, notes)
        case DeploymentFinished(_, outcome, by, notes) if outcome is not Outcome.SUCCEEDED:
            yield Notice(NoticeKind.DEPLOYMENT_FAILED, (after.requester,), by, notes)
        case MonitoringEscalated():
            yield Notice(NoticeKind.ESCALATED, setting.guide.monitoring.escalates_to)


def _production_rows(change: Change, setting: Setting) -> frozenset[str]:
    window = change.window
    return (
        frozenset(row.clause for row in setting.policy.production_rows(window.span))
        if window
        else frozenset()
    )


def _to_production(fact: DeploymentFinished, change: Change, setting: Setting) -> bool:
    return any(
        each.id == fact.deployment and each.environment == setting.guide.production
        for each in change.deployments
    )
