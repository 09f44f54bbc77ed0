"""One fact of each kind, such that any two of them can follow each other."""

from dataclasses import replace
from datetime import timedelta

from bot.rules.change import (
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    ReturnedBecause,
    RollbackPlan,
    Span,
    WindowEnd,
)
from bot.rules.facts import (
    ApprovalTakenBack,
    ApprovalVoided,
    AskingReminded,
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
from bot.rules.freezing import FreezeId
from bot.rules.production_facts import (
    AlarmSounded,
    BaselineRecorded,
    DeploymentFinished,
    DeploymentOverran,
    HealthConfirmed,
    MonitoringEscalated,
    MonitoringNudged,
    ObservationWithdrawn,
    ProblemObserved,
    RollbackSettled,
)
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import (
    ApprovalStage,
    ChangeId,
    DeploymentId,
    Phase,
    Role,
    Words,
)
from tests.store.facts_at_random import ANA, BEN, MONDAY, STAGING, TIA, approval, request, started

_later = MONDAY + timedelta(days=3)
_a_day = Span(_later, _later + timedelta(hours=1))
_plan = RollbackPlan(Words("Redeploy."), pretested=True, pretest=Words("https://ci/7"))
_green = Evidence(EvidenceKind.CI, EvidenceState.PRESENT, Words("https://ci/8"))
_slow, _fast = Figure(240.5, 12_000), Figure(120.25)


def _asked(number: int) -> WaiverAsked:
    return WaiverAsked(number, STAGING, "4.12.0", Words("it is down"), _later, ANA, MONDAY)


def _observed(number: int) -> ProblemObserved:
    return ProblemObserved(
        number,
        DeploymentId(1),
        Problem.LATENCY,
        Finding.ALARM,
        _fast,
        _slow,
        "Twice as slow.",
        Words("slow"),
        BEN,
        MONDAY,
    )


PRELUDE: list[Fact] = [
    request(),
    approval(1),
    WindowProposed(1, narrowed=False, span=_a_day, submitted_at=MONDAY, reason=Words(""), by=ANA, at=MONDAY),
    started(1),
    _asked(1),
    _observed(1),
]
ONE_OF_EACH: list[Fact] = [
    EvidenceRecorded(_green, ANA, MONDAY),
    ChangeRevised(_plan, (PullRequest(Words("#9"), (ANA, BEN)),), (TIA, BEN), ANA, MONDAY),
    VersionRevised("4.12.9", ANA, MONDAY),
    approval(2, BEN),
    ApprovalVoided(1, ApprovalStage.CODE, TIA, "a new plan", MONDAY),
    ApprovalVoided(1, ApprovalStage.PRODUCTION, TIA, "a new window", MONDAY),
    ChangeReturned(ReturnedBecause.REJECTED, BEN, Words("no"), MONDAY),
    ChangeResubmitted(ANA, MONDAY),
    replace(started(2, STAGING), rolls_back=DeploymentId(1)),
    DeploymentFinished(DeploymentId(1), Outcome.SUCCEEDED, ANA, Words("fine"), MONDAY),
    VersionVerified("4.12.0", Role.QA, TIA, passed=True, notes=Words("fine"), at=MONDAY),
    WindowProposed(2, narrowed=True, span=_a_day, submitted_at=MONDAY, reason=Words("x"), by=None, at=_later),
    WindowEnded(1, WindowEnd.LAPSED, None, Words(""), _later),
    WindowCountered(_a_day, BEN, MONDAY),
    DeployerTookOver(BEN, MONDAY),
    MonitoringNudged(DeploymentId(1), 30, MONDAY),
    MonitoringEscalated(DeploymentId(1), MONDAY),
    DeploymentOverran(DeploymentId(1), MONDAY),
    HealthConfirmed(DeploymentId(1), BEN, MONDAY),
    ChangeWithdrawn(ANA, Words("no longer"), MONDAY),
    ApprovalTakenBack(1, ApprovalStage.CODE, TIA, Words("I read it again"), MONDAY),
    _asked(2),
    WaiverGranted(1, TIA, MONDAY, BEN),
    WaiverRefused(1, TIA, Words("no"), MONDAY),
    WaiverTookEffect(1, MONDAY),
    WaiverExpired(1, _later),
    FreezeExcepted(FreezeId(3), TIA, Words("it must"), MONDAY, BEN),
    ChangeSuperseded(ChangeId(2), MONDAY),
    SupersedingUndone(ANA, MONDAY),
    AskingReminded(Phase.CODE, 1, 1, (TIA, BEN), MONDAY),
    ReminderSnoozed(Phase.CODE, 1, TIA, _later, MONDAY),
    BaselineRecorded(Problem.LATENCY, _fast, ANA, MONDAY),
    _observed(2),
    ObservationWithdrawn(1, BEN, Words("the load test"), MONDAY),
    AlarmSounded(DeploymentId(1), MONDAY),
    RollbackSettled(DeploymentId(1), TIA, Words("a first release"), Words("CHG-9"), MONDAY),
]
"""Every kind of fact after the request, each of which can follow the prelude and any other one of them."""
