"""Folding facts into the snapshot of a change. Nothing is decided here: a fact is applied as it was recorded."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.rules.change import (
    Approval,
    Change,
    CounterProposal,
    Returned,
    Superseded,
    Verification,
    Window,
    Withdrawn,
)
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    AskingReminded,
    ChangeRequested,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeSuperseded,
    ChangeWithdrawn,
    DeployerTookOver,
    EvidenceRecorded,
    Fact,
    FreezeExcepted,
    ReminderSnoozed,
    RequestFact,
    SupersedingUndone,
    VersionRevised,
    VersionVerified,
    WaiverAsked,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
    WindowCountered,
    WindowEnded,
    WindowProposed,
)
from bot.rules.folding_hotfix import apply_to_hotfix
from bot.rules.folding_production import apply_to_production
from bot.rules.freezing import FreezeException
from bot.rules.hotfix_facts import HotfixDeclared, HotfixFact
from bot.rules.production_facts import ProductionFact
from bot.rules.reminded import Reminded, Snooze
from bot.rules.terms import ApprovalStage, ChangeType
from bot.rules.waivers import Waiver


def requested(fact: ChangeRequested) -> Change:
    """The snapshot right after a change was requested."""
    return Change(
        id=fact.change,
        service=fact.service,
        type=fact.type,
        requester=fact.requester,
        deployer=fact.requester,
        version=fact.version,
        requested_at=fact.at,
        reviewers=fact.reviewers,
        pull_requests=fact.pull_requests,
        plan=fact.plan,
        wished=fact.wished,
        wished_reason=fact.wished_reason,
        code_asked_at=fact.at,
    )


def declared(fact: HotfixDeclared) -> Change:
    """The snapshot right after a hotfix was declared."""
    return Change(
        id=fact.change,
        service=fact.service,
        type=ChangeType.HOTFIX,
        requester=fact.requester,
        deployer=fact.requester,
        version=fact.version,
        requested_at=fact.at,
        reviewers=fact.reviewers,
        pull_requests=fact.pull_requests,
        plan=fact.plan,
        code_asked_at=fact.at,
        production_asked_at=fact.at,
        production_round=1,
        issue=fact.issue,
        incident_channel=fact.channel,
    )


def replay(facts: Iterable[Fact]) -> Change:
    """Fold a change's facts, the request first, into its snapshot."""
    first, *rest = facts
    match first:
        case ChangeRequested():
            return apply_all(requested(first), rest)
        case HotfixDeclared():
            return apply_all(declared(first), rest)
        case _:
            raise TypeError(f"a change begins with its request, not with {type(first).__name__}")


def apply_all(change: Change, facts: Iterable[Fact]) -> Change:
    """Fold more facts into a snapshot."""
    for fact in facts:
        change = apply(change, fact)
    return change


def apply(change: Change, fact: Fact) -> Change:
    """The snapshot after one more fact."""
    if isinstance(fact, ProductionFact):
        return apply_to_production(change, fact)
    if isinstance(fact, HotfixFact):
        return apply_to_hotfix(change, fact)
    return _apply(change, fact)


def _apply(change: Change, fact: RequestFact) -> Change:
    match fact:
        case ChangeRequested():
            raise TypeError("a change is requested once")
        case EvidenceRecorded(evidence):
            return replace(change, evidence={**change.evidence, evidence.kind: evidence})
        case ApprovalGiven(number, row, stage, person, roles, at, deputizing, spoken):
            held = frozenset(roles)
            given = Approval(number, row, stage, person, held, at, deputizing=deputizing, spoken=spoken)
            return replace(change, approvals=(*change.approvals, given))
        case ApprovalVoided() | ApprovalTakenBack():
            return _void(change, fact)
        case VersionVerified(version, role, person, passed, notes, at, deputy_for):
            verification = Verification(version, role, person, passed, notes, at, deputy_for)
            return replace(change, verifications=(*change.verifications, verification))
        case ChangeRevised() | VersionRevised() | ChangeReturned() | ChangeResubmitted() | DeployerTookOver():
            return _apply_to_request(change, fact)
        case WindowProposed() | WindowEnded() | WindowCountered():
            return _apply_to_windows(change, fact)
        case WaiverAsked() | WaiverGranted() | WaiverRefused() | WaiverTookEffect() | WaiverExpired():
            return _apply_to_waivers(change, fact)
        case _:
            return _apply_to_standing(change, fact)


def _void(change: Change, fact: ApprovalVoided | ApprovalTakenBack) -> Change:
    approvals = tuple(
        replace(approval, voided_at=fact.at) if approval.number == fact.number else approval
        for approval in change.approvals
    )
    if fact.stage is ApprovalStage.PRODUCTION:
        return _asked_for_production(replace(change, approvals=approvals), fact.at)
    return _asked_for_code(replace(change, approvals=approvals), fact.at)


def _asked_for_code(change: Change, at: datetime) -> Change:
    return replace(change, code_round=change.code_round + 1, code_asked_at=at)


def _asked_for_production(change: Change, at: datetime) -> Change:
    return replace(change, production_round=change.production_round + 1, production_asked_at=at)


def _apply_to_request(
    change: Change,
    fact: ChangeRevised | VersionRevised | ChangeReturned | ChangeResubmitted | DeployerTookOver,
) -> Change:
    match fact:
        case ChangeRevised(plan, pull_requests, reviewers):
            return replace(
                change,
                plan=plan,
                pull_requests=pull_requests,
                reviewers=reviewers,
                revision=change.revision + 1,
            )
        case VersionRevised(version, _, at):
            revised = replace(
                change,
                version=version,
                evidence={},
                returned=None,
                counter=None,
                revision=change.revision + 1,
                version_number=change.version_number + 1,
            )
            return _asked_for_code(revised, at)
        case ChangeReturned(because, by, reason, at):
            return replace(change, returned=Returned(because, by, reason, at))
        case ChangeResubmitted(_, at):
            return _asked_for_code(replace(change, returned=None), at)
        case DeployerTookOver(by):
            return replace(change, deployer=by)


def _apply_to_windows(change: Change, fact: WindowProposed | WindowEnded | WindowCountered) -> Change:
    match fact:
        case WindowProposed(number, narrowed, span, submitted_at, reason, _, at):
            proposed = replace(
                change,
                windows=(*change.windows, Window(number, span, submitted_at, reason)),
                counter=None,
                revision=change.revision + 1,
            )
            return proposed if narrowed else _asked_for_production(proposed, at)
        case WindowEnded(number, because, _, reason):
            windows = tuple(
                replace(window, ended=because, end_reason=reason) if window.number == number else window
                for window in change.windows
            )
            return replace(change, windows=windows)
        case WindowCountered(span, by):
            return replace(change, counter=CounterProposal(span, by))


def _apply_to_waivers(
    change: Change, fact: WaiverAsked | WaiverGranted | WaiverRefused | WaiverTookEffect | WaiverExpired
) -> Change:
    if isinstance(fact, WaiverAsked):
        asked = Waiver(
            fact.number, fact.environment, fact.version, fact.reason, fact.expires_at, fact.by, fact.at
        )
        return replace(change, waivers=(*change.waivers, asked))
    waivers = tuple(
        _decided(waiver, fact) if waiver.number == fact.number else waiver for waiver in change.waivers
    )
    return replace(change, waivers=waivers)


def _decided(
    waiver: Waiver, fact: WaiverGranted | WaiverRefused | WaiverTookEffect | WaiverExpired
) -> Waiver:
    match fact:
        case WaiverGranted(_, by, at, deputy_for):
            return replace(waiver, granted_by=by, granted_at=at, deputy_for=deputy_for)
        case WaiverRefused(_, by, reason, at):
            return replace(waiver, refused_by=by, refused_reason=reason, refused_at=at)
        case WaiverTookEffect(_, at):
            return replace(waiver, effective_at=at)
        case WaiverExpired(_, at):
            return replace(waiver, expired_at=at)


def _apply_to_standing(
    change: Change,
    fact: ChangeWithdrawn
    | FreezeExcepted
    | ChangeSuperseded
    | SupersedingUndone
    | AskingReminded
    | ReminderSnoozed,
) -> Change:
    match fact:
        case ChangeWithdrawn(by, reason, at):
            return replace(change, withdrawn=Withdrawn(by, reason, at))
        case FreezeExcepted(freeze, by, reason, at, deputy_for):
            excepted = FreezeException(freeze, by, reason, at, deputy_for)
            return replace(change, exceptions=(*change.exceptions, excepted))
        case ChangeSuperseded(superseded_by, at):
            return replace(change, superseded=Superseded(superseded_by, at))
        case SupersedingUndone():
            return replace(change, superseded=None)
        case AskingReminded(phase, round_, step, _, at):
            snoozes = tuple(each for each in change.snoozes if each.phase is not phase or each.until > at)
            reminded = {**change.reminded, phase: Reminded(round_, step)}
            return replace(change, reminded=reminded, snoozes=snoozes)
        case ReminderSnoozed(phase, round_, person, until):
            others = tuple(
                each
                for each in change.snoozes
                if (each.phase, each.round, each.person) != (phase, round_, person)
            )
            return replace(change, snoozes=(*others, Snooze(phase, round_, person, until)))
