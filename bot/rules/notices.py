"""Who is told what by direct message after an act: only whoever must act now, or whose word no longer counts.

A notice addresses a person or a role; delivery finds out who holds the role when it sends. What merely changes a card,
an ask or a watch is no notice: those messages are refreshed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.rules.approvals import missing_seats, rows_now
from bot.rules.asking import asks
from bot.rules.change import Change, Deployment, Outcome, ReturnedBecause, WindowEnd
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    AskingReminded,
    ChangeReturned,
    ChangeRevised,
    ChangeSuperseded,
    EvidenceRecorded,
    Fact,
    VersionRevised,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
    WindowEnded,
)
from bot.rules.folding import apply_all
from bot.rules.hotfix_facts import HotfixFact, TurnedIntoStandard
from bot.rules.leaving_out import is_left_out
from bot.rules.life import Stage, stage
from bot.rules.notice import Notice, NoticeKind
from bot.rules.notices_hotfix import about_hotfix
from bot.rules.production_facts import (
    AlarmSounded,
    DeploymentFinished,
    DeploymentOverran,
    DeploymentStarted,
    MonitoringEscalated,
    ObservationWithdrawn,
    ProblemObserved,
    RollbackSettled,
)
from bot.rules.readings import Finding
from bot.rules.reminded import Reminded
from bot.rules.setting import Setting
from bot.rules.terms import DeploymentId, PersonId, Role, change_label


def notices(
    before: Change | None, facts: Sequence[Fact], setting: Setting, late: int = 0
) -> tuple[Notice, ...]:
    """Everything that these facts make worth telling, once; `before` is None for a new change, `late` in minutes."""
    if before is None:
        return ()
    after = apply_all(before, facts)
    own = {
        each.by
        for each in facts
        if isinstance(
            each, ChangeReturned | WindowEnded | ChangeRevised | VersionRevised | TurnedIntoStandard
        )
    }
    told = [
        notice
        for fact in facts
        if not (isinstance(fact, ApprovalVoided) and fact.person in own)
        for notice in _about(fact, before, after, setting)
    ]
    was, now_at = stage(before, setting.policy), stage(after, setting.policy)
    if (now_at is not was and now_at is Stage.SCHEDULED) or _signed_by_others(before, after, facts, setting):
        told.append(Notice(NoticeKind.SCHEDULED, (after.deployer,)))
    if now_at in {Stage.VERIFIED, Stage.APPROVING} and _got_past_staging(was, after, facts, setting):
        told.append(Notice(NoticeKind.VERIFIED, (after.requester,)))
    return tuple(dict.fromkeys(replace(notice, late=late) for notice in told))


def _signed_by_others(before: Change, after: Change, facts: Sequence[Fact], setting: Setting) -> bool:
    """Whether a hotfix has all its approvals now, and not by what its deployer did: then they have to be told."""
    if stage(after, setting.policy) is not Stage.DECLARED:
        return False
    given = [each for each in facts if isinstance(each, ApprovalGiven)]
    own = any(after.deployer in {each.person, each.spoken and each.spoken.recorded_by} for each in given)
    was, now = (missing_seats(each, setting.policy, rows_now(each, setting)) for each in (before, after))
    return bool(given) and not own and bool(was) and not now


def _got_past_staging(was: Stage, after: Change, facts: Sequence[Fact], setting: Setting) -> bool:
    """Whether it was verified, or its waiver took effect by what others did; a waiver's own notice says so itself."""
    if not is_left_out(after, setting.guide.verified_in):
        return was is Stage.VERIFYING
    own = any(isinstance(each, EvidenceRecorded) and each.by == after.requester for each in facts)
    granted = any(isinstance(each, WaiverGranted) for each in facts)
    return not own and not granted and any(isinstance(each, WaiverTookEffect) for each in facts)


def _about(fact: Fact, before: Change, after: Change, setting: Setting) -> Iterator[Notice]:
    if isinstance(fact, HotfixFact):
        yield from about_hotfix(fact, before, after, setting)
        return
    match fact:
        case ChangeReturned(because, by, reason):
            yield Notice(NoticeKind.RETURNED, (after.requester,), by, reason)
            if because is ReturnedBecause.VERIFICATION_FAILED:
                approvers = tuple(
                    dict.fromkeys(each.person for each in before.standing_approvals if each.person != by)
                )
                yield Notice(NoticeKind.RETURNED, approvers, by, reason)
        case ApprovalVoided(number, _, person, because):
            stood = any(each.number == number and each.stands for each in before.approvals)
            if stood and person not in {ask.person for ask in asks(after, setting)}:
                yield Notice(NoticeKind.APPROVAL_VOIDED, (person,), because=because)
        case ApprovalTakenBack(_, _, person, reason):
            yield Notice(NoticeKind.APPROVAL_TAKEN_BACK, (after.requester,), person, reason)
        case WindowEnded(_, WindowEnd.REJECTED, by, reason):
            yield Notice(NoticeKind.WINDOW_REJECTED, (after.requester,), by, reason)
        case WindowEnded(_, WindowEnd.LAPSED):
            yield Notice(NoticeKind.WINDOW_LAPSED, (after.requester,))
        case WaiverGranted() | WaiverRefused() | WaiverExpired() | ChangeSuperseded() | AskingReminded():
            yield from _about_waiting(fact, before, after, setting)
        case _:
            yield from _about_deployment(fact, before, after, setting)


def _about_waiting(
    fact: WaiverGranted | WaiverRefused | WaiverExpired | ChangeSuperseded | AskingReminded,
    before: Change,
    after: Change,
    setting: Setting,
) -> Iterator[Notice]:
    match fact:
        case WaiverGranted(number, by):
            yield Notice(NoticeKind.WAIVER_GRANTED, (after.requester,), by, because=_left_out(after, number))
        case WaiverRefused(number, by, reason):
            left_out = _left_out(after, number)
            yield Notice(NoticeKind.WAIVER_REFUSED, (after.requester,), by, reason, because=left_out)
        case WaiverExpired(number):
            yield Notice(NoticeKind.WAIVER_EXPIRED, (after.requester,), because=_left_out(after, number))
        case ChangeSuperseded(superseded_by):
            newer = change_label(superseded_by)
            yield Notice(NoticeKind.SUPERSEDED, (after.requester,), because=newer)
        case AskingReminded(phase, round_, step, people) if people:
            yield Notice(NoticeKind.REMINDED, people, phase=phase, round=round_)
            escalated = before.reminded.get(phase) == Reminded(round_, step)
            if step == len(setting.guide.asking.remind_after) and not escalated:
                to: tuple[PersonId | Role, ...] = setting.guide.asking.escalates_to
                yield Notice(NoticeKind.REMINDER_ESCALATED, to, phase=phase, round=round_)


def _left_out(change: Change, number: int) -> str:
    """The environment of a waiver."""
    return next((each.environment for each in change.waivers if each.number == number), "")


def _about_deployment(fact: Fact, before: Change, after: Change, setting: Setting) -> Iterator[Notice]:
    production = setting.guide.production
    watchers = setting.guide.monitoring.roles
    match fact:
        case DeploymentStarted(rolls_back=rolled_back, by=by) if rolled_back:
            yield Notice(NoticeKind.ROLLBACK_STARTED, (), by)
        case DeploymentStarted(_, environment) if environment == production:
            yield Notice(NoticeKind.DEPLOYMENT_STARTED, watchers, fact.by)
        case DeploymentOverran():
            approvers = dict.fromkeys(
                each.person
                for each in after.standing_approvals
                if each.row in _production_rows(after, setting)
            )
            yield Notice(NoticeKind.DEPLOYMENT_OVERRAN, tuple(approvers))
        case DeploymentFinished(number, outcome, by, notes):
            yield from _about_end(_deployment(after, number), outcome, Notice(_ENDED, (), by, notes), setting)
            if outcome is not Outcome.SUCCEEDED and not _to_production(fact, after, setting):
                yield Notice(NoticeKind.DEPLOYMENT_FAILED, (after.requester,), by, notes)
        case MonitoringEscalated():
            yield Notice(NoticeKind.ESCALATED, setting.guide.monitoring.escalates_to)
        case AlarmSounded():
            first = stage(before, setting.policy) is not stage(after, setting.policy)
            kind = NoticeKind.ROLLBACK_REQUIRED if first else NoticeKind.ALARM_AGAIN
            yield Notice(kind, (after.deployer, *setting.guide.rollback.alarmed))
        case ProblemObserved() | ObservationWithdrawn() | RollbackSettled():
            yield from _about_report(fact, before, after, setting)


_ENDED = NoticeKind.DEPLOYMENT_FAILED
_ALARMED = frozenset({Stage.ROLLBACK_REQUIRED, Stage.ROLLING_BACK})
"""Where the alarm about what runs in production was sounded before."""


def _about_end(
    deployment: Deployment | None, outcome: Outcome, ended: Notice, setting: Setting
) -> Iterator[Notice]:
    """How a deployment to production or a rollback ended; a failed one that must be rolled back sounds the alarm by itself."""
    if deployment is None or deployment.environment != setting.guide.production:
        return
    if deployment.rolls_back and outcome is Outcome.SUCCEEDED:
        yield replace(ended, kind=NoticeKind.RESTORED, to=())
    elif deployment.rolls_back:
        yield replace(ended, kind=NoticeKind.ROLLBACK_FAILED, to=setting.guide.rollback.failure_alarms)
    elif outcome is Outcome.FAILED_UNTOUCHED:
        yield replace(ended, to=setting.guide.monitoring.roles)


def _about_report(
    fact: ProblemObserved | ObservationWithdrawn | RollbackSettled,
    before: Change,
    after: Change,
    setting: Setting,
) -> Iterator[Notice]:
    match fact:
        case ProblemObserved(finding=finding) if finding in {Finding.POSSIBLE, Finding.UNKNOWN}:
            asked: tuple[PersonId | Role, ...] = (after.deployer, *setting.guide.monitoring.roles)
            yield Notice(NoticeKind.OBSERVED, asked, fact.by, fact.notes, fact.why)
        case ProblemObserved(finding=Finding.ALARM) if stage(before, setting.policy) not in _ALARMED:
            return  # the alarm says it
        case ProblemObserved():
            yield Notice(NoticeKind.OBSERVED, (), fact.by, fact.notes, fact.why)
        case ObservationWithdrawn(_, by, reason):
            yield Notice(NoticeKind.OBSERVATION_WITHDRAWN, (), by, reason)
        case RollbackSettled(_, by, reason, fix):
            yield Notice(NoticeKind.SETTLED, setting.guide.rollback.failure_alarms, by, reason, because=fix)


def _deployment(change: Change, number: DeploymentId) -> Deployment | None:
    return next((each for each in change.deployments if each.id == number), None)


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
