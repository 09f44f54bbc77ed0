"""How each act is tried: its verb, a form that is filled in rightly, what must have happened before, what is recorded."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import UnionType
from typing import Final

from bot.rules.change import EvidenceKind
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ChangeResubmitted,
    ChangeReturned,
    ChangeRevised,
    ChangeWithdrawn,
    DeployerTookOver,
    EvidenceRecorded,
    FreezeExcepted,
    ReminderSnoozed,
    SupersedingUndone,
    VersionRevised,
    VersionVerified,
    WaiverAsked,
    WaiverGranted,
    WaiverRefused,
    WindowEnded,
    WindowProposed,
)
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.hotfix import Issue
from bot.rules.hotfix_facts import (
    BreachAnswered,
    IssueRevised,
    ReviewDrafted,
    ReviewExtended,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
    VerbalConfirmed,
    VerbalDisputed,
)
from bot.rules.hotfix_inputs import (
    BreachStart,
    ReviewExtension,
    ReviewHandIn,
    Standardization,
    TimelineEntry,
    VerbalAnswer,
)
from bot.rules.inputs import (
    BaselineInput,
    EvidenceInput,
    FreezeLeave,
    Reason,
    Rejection,
    ReportWithdrawal,
    RollbackStart,
    Seen,
    Settlement,
    Snoozing,
    VerificationInput,
    WaiverGrant,
    WaiverRefusal,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import Act, Stage
from bot.rules.production_facts import (
    BaselineRecorded,
    DeploymentFinished,
    DeploymentStarted,
    HealthConfirmed,
    ObservationWithdrawn,
    ProblemObserved,
    RollbackSettled,
)
from bot.rules.readings import Figure, Problem
from bot.rules.terms import NO_WORDS, PersonId, Phase, Role, Words
from bot.rules.verdict import Done, Verdict
from bot.workflows.approve import approve, reject, take_back_approval
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
    take_over,
)
from bot.workflows.freeze import except_from_freeze
from bot.workflows.hotfix import (
    add_to_timeline,
    ask_whether_contained,
    ratify_breach,
    refuse_breach,
    revise_issue,
    start_in_breach,
    turn_into_standard,
)
from bot.workflows.observe import observe, record_baseline, repeat_alarm, withdraw_observation
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.request import record_evidence, resubmit, revise, withdraw
from bot.workflows.review import (
    draft_review,
    extend_review,
    remind_review,
    return_review,
    review_code,
    sign_review,
    snooze_review,
    submit_review,
)
from bot.workflows.rollback import finish_rollback, settle_rollback, start_rollback
from bot.workflows.supersede import supersede, undo_superseding
from bot.workflows.verbal import chase_verbal, confirm_verbal, dispute_verbal, record_verbal
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver, refuse_waiver
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import accept_counter_proposal, lapse_window, move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    CI,
    EVE,
    HOUR,
    LEA,
    MONDAY,
    OTHER_PLAN,
    THURSDAY,
    TIA,
    Course,
    Timer,
    a_span,
    proof,
    revision,
)
from tests.situations import ALARM, STAGING, SUCCEEDED, WHY, alarmed_while_running, begun
from tests.situations_hotfix import TEXT, record_of


def with_code_asked_anew(course: Course) -> None:
    """Whoever approved takes it back – but for a scheduled change, which would be none any more."""
    if course.stage is not Stage.SCHEDULED:
        for person in (BEN, TIA, LEA):
            course.tries(take_back_approval, person, Reason(WHY))


def with_a_waiver(course: Course) -> None:
    course.tries(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, THURSDAY.end))


def frozen(course: Course) -> None:
    course.freezes = (
        Freeze(FreezeId(1), frozenset(), MONDAY, THURSDAY.end + 90 * HOUR, Words("closing"), EVE),
    )


def while_running(course: Course) -> None:
    if course.stage is Stage.ROLLBACK_REQUIRED:
        course.facts = alarmed_while_running(begun()).facts


def as_it_is(_: Course) -> None:
    """Nothing more is needed."""


def snoozing(course: Course, who: PersonId) -> Verdict:
    """Put off whatever one is asked for."""
    verdicts = [course.copy().tries(snooze_reminder, who, Snoozing(phase)) for phase in Phase]
    asked = [phase for phase, verdict in zip(Phase, verdicts, strict=True) if isinstance(verdict, Done)]
    return course.tries(snooze_reminder, who, Snoozing(asked[0] if asked else Phase.CODE))


LATER = WishedWindow(a_span(30, 10, 11), NO_WORDS)
NEW_CI = EvidenceInput((replace(CI, text=Words("run 2")), proof(EvidenceKind.BRANCH, text="release/4.12")))
BASELINE = BaselineInput(((Problem.ERROR_RATE, Figure(0.5)),))

Attempt = Callable[[Course, PersonId], Verdict]


def trying(verb: Callable[..., Verdict], form: object) -> Attempt:
    return lambda course, who: course.tries(verb, who, form)


ATTEMPTS: Final[Mapping[Act, Attempt]] = {
    Act.RECORD_EVIDENCE: trying(record_evidence, NEW_CI),
    Act.REVISE: lambda it, who: it.tries(revise, who, revision(it, plan=OTHER_PLAN)),
    Act.REVISE_VERSION: lambda it, who: it.tries(revise, who, revision(it, version="4.13.0")),
    Act.APPROVE: trying(approve, Seen()),
    Act.TAKE_BACK_APPROVAL: trying(take_back_approval, Reason(WHY)),
    Act.REJECT: trying(reject, Rejection(WHY)),
    Act.RESUBMIT: trying(resubmit, None),
    Act.START_STAGING: trying(start_staging, None),
    Act.FINISH_STAGING: trying(finish_staging, SUCCEEDED),
    Act.VERIFY: trying(verify, VerificationInput(passed=False, notes=WHY)),
    Act.ASK_FOR_WAIVER: trying(ask_for_waiver, WaiverWish(STAGING, WHY, THURSDAY.end)),
    Act.GRANT_WAIVER: trying(grant_waiver, WaiverGrant()),
    Act.REFUSE_WAIVER: trying(refuse_waiver, WaiverRefusal(WHY)),
    Act.PROPOSE_WINDOW: trying(propose_window, LATER),
    Act.ACCEPT_COUNTER_PROPOSAL: trying(accept_counter_proposal, Seen()),
    Act.MOVE_WINDOW: trying(move_window, LATER),
    Act.EXCEPT_FROM_FREEZE: trying(except_from_freeze, FreezeLeave(FreezeId(1), WHY)),
    Act.RECORD_BASELINE: trying(record_baseline, BASELINE),
    Act.START_PRODUCTION: trying(start_production, None),
    Act.FINISH_PRODUCTION: trying(finish_production, SUCCEEDED),
    Act.TAKE_OVER: trying(take_over, None),
    Act.OBSERVE: trying(observe, ALARM),
    Act.WITHDRAW_OBSERVATION: trying(withdraw_observation, ReportWithdrawal(WHY)),
    Act.START_ROLLBACK: trying(start_rollback, RollbackStart()),
    Act.FINISH_ROLLBACK: trying(finish_rollback, SUCCEEDED),
    Act.SETTLE_ROLLBACK: trying(settle_rollback, Settlement(Words("CHG-9"), WHY)),
    Act.CONFIRM_HEALTHY: trying(confirm_healthy, None),
    Act.WITHDRAW: trying(withdraw, Reason(WHY)),
    Act.UNDO_SUPERSEDING: trying(undo_superseding, None),
    Act.SNOOZE_REMINDER: snoozing,
    Act.RECORD_VERBAL: lambda it, who: it.tries(
        record_verbal, who, record_of(it, (EVE, Role.ENGINEERING_MANAGER))
    ),
    Act.CONFIRM_VERBAL: trying(confirm_verbal, VerbalAnswer()),
    Act.DISPUTE_VERBAL: trying(dispute_verbal, VerbalAnswer(words=WHY)),
    Act.START_IN_BREACH: trying(start_in_breach, BreachStart(WHY, WHY)),
    Act.RATIFY_BREACH: trying(ratify_breach, None),
    Act.REFUSE_BREACH: trying(refuse_breach, Reason(WHY)),
    Act.TURN_INTO_STANDARD: trying(turn_into_standard, Standardization()),
    Act.ADD_TO_TIMELINE: lambda it, who: it.tries(add_to_timeline, who, TimelineEntry(WHY, None, it.now)),
    Act.REVIEW_CODE: trying(review_code, Seen()),
    Act.REVISE_ISSUE: trying(revise_issue, Issue("SEV2", WHY)),
    Act.DRAFT_REVIEW: trying(draft_review, ReviewHandIn(TEXT)),
    Act.SUBMIT_REVIEW: trying(submit_review, ReviewHandIn(TEXT)),
    Act.RETURN_REVIEW: trying(return_review, Reason(WHY)),
    Act.SIGN_REVIEW: trying(sign_review, None),
    Act.EXTEND_REVIEW: lambda it, who: it.tries(
        extend_review, who, ReviewExtension(it.now + 200 * HOUR, WHY)
    ),
    Act.SNOOZE_REVIEW: trying(snooze_review, None),
}
PREPARED: Final[Mapping[Act, Callable[[Course], None]]] = {
    Act.APPROVE: with_code_asked_anew,
    Act.SNOOZE_REMINDER: with_code_asked_anew,
    Act.GRANT_WAIVER: with_a_waiver,
    Act.REFUSE_WAIVER: with_a_waiver,
    Act.EXCEPT_FROM_FREEZE: frozen,
    Act.FINISH_PRODUCTION: while_running,
}
"""What must have happened at a stage for the act to be worth trying."""
RECORDED: Final[Mapping[Act, type[object] | UnionType]] = {
    Act.RECORD_EVIDENCE: EvidenceRecorded,
    Act.REVISE: ChangeRevised,
    Act.REVISE_VERSION: VersionRevised,
    Act.APPROVE: ApprovalGiven,
    Act.TAKE_BACK_APPROVAL: ApprovalTakenBack,
    Act.REJECT: ChangeReturned | WindowEnded,
    Act.RESUBMIT: ChangeResubmitted,
    Act.START_STAGING: DeploymentStarted,
    Act.FINISH_STAGING: DeploymentFinished,
    Act.VERIFY: VersionVerified,
    Act.ASK_FOR_WAIVER: WaiverAsked,
    Act.GRANT_WAIVER: WaiverGranted,
    Act.REFUSE_WAIVER: WaiverRefused,
    Act.PROPOSE_WINDOW: WindowProposed,
    Act.ACCEPT_COUNTER_PROPOSAL: WindowProposed,
    Act.MOVE_WINDOW: WindowProposed,
    Act.EXCEPT_FROM_FREEZE: FreezeExcepted,
    Act.RECORD_BASELINE: BaselineRecorded,
    Act.START_PRODUCTION: DeploymentStarted,
    Act.FINISH_PRODUCTION: DeploymentFinished,
    Act.TAKE_OVER: DeployerTookOver,
    Act.OBSERVE: ProblemObserved,
    Act.WITHDRAW_OBSERVATION: ObservationWithdrawn,
    Act.START_ROLLBACK: DeploymentStarted,
    Act.FINISH_ROLLBACK: DeploymentFinished,
    Act.SETTLE_ROLLBACK: RollbackSettled,
    Act.CONFIRM_HEALTHY: HealthConfirmed,
    Act.WITHDRAW: ChangeWithdrawn,
    Act.UNDO_SUPERSEDING: SupersedingUndone,
    Act.SNOOZE_REMINDER: ReminderSnoozed,
    Act.RECORD_VERBAL: ApprovalGiven,
    Act.CONFIRM_VERBAL: VerbalConfirmed,
    Act.DISPUTE_VERBAL: VerbalDisputed,
    Act.START_IN_BREACH: StartedInBreach,
    Act.RATIFY_BREACH: BreachAnswered,
    Act.REFUSE_BREACH: BreachAnswered,
    Act.TURN_INTO_STANDARD: TurnedIntoStandard,
    Act.ADD_TO_TIMELINE: TimelineEntryAdded,
    Act.REVIEW_CODE: ApprovalGiven,
    Act.REVISE_ISSUE: IssueRevised,
    Act.DRAFT_REVIEW: ReviewDrafted,
    Act.SUBMIT_REVIEW: ReviewSubmitted,
    Act.RETURN_REVIEW: ReviewReturned,
    Act.SIGN_REVIEW: ReviewSigned,
    Act.EXTEND_REVIEW: ReviewExtended,
    Act.SNOOZE_REVIEW: ReminderSnoozed,
}
TIMERS: Final[Mapping[Act, Timer]] = {
    Act.LAPSE_WINDOW: lapse_window,
    Act.FLAG_OVERRUN: flag_overrun,
    Act.NUDGE_MONITORING: nudge_monitoring,
    Act.ESCALATE_MONITORING: escalate_monitoring,
    Act.REPEAT_ALARM: repeat_alarm,
    Act.EXPIRE_WAIVER: expire_waiver,
    Act.SUPERSEDE: supersede,
    Act.REMIND_ASKED: remind_asked,
    Act.CHASE_VERBAL: chase_verbal,
    Act.REMIND_REVIEW: remind_review,
    Act.ASK_WHETHER_CONTAINED: ask_whether_contained,
}
