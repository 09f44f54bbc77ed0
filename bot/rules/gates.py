"""The checklist of each act on a change: what the guide demands, whether it is met, and if not, why, who and when.

Unknown, unreachable or undefined never counts as met.
"""

from datetime import datetime

from bot.rules.approvals import NeededSeat, OpenSeat, Seating, open_seats, principal_of, seating
from bot.rules.change import Change, Evidence, EvidenceKind, EvidenceState, Outcome, RollbackPlan, Span
from bot.rules.clauses import Clause
from bot.rules.freeze_gates import freeze_gates
from bot.rules.guide import PEER, ApprovalRow
from bot.rules.leaving_out import is_left_out
from bot.rules.organization import NOBODY_KNOWS
from bot.rules.setting import Setting
from bot.rules.spoken import dispute_gates
from bot.rules.terms import (
    ApprovalStage,
    ChangeType,
    EnvironmentName,
    HourClass,
    PersonId,
    Role,
    Words,
    change_label,
    deployment_label,
)
from bot.rules.verdict import Field, Gate
from bot.rules.waiver_gates import waiver_gates
from bot.rules.windows import first_legal_start, notice_given
from bot.rules.words import Part, Quote, Sentence, When, Who, say, span

EVIDENCE_CLAUSES = {
    EvidenceKind.BRANCH: Clause.STD_1,
    EvidenceKind.CI: Clause.STD_2,
    EvidenceKind.PULL_REQUEST: Clause.STD_3,
    EvidenceKind.MERGE: Clause.STD_4,
}


def staging_gates(change: Change, environment: EnvironmentName, setting: Setting) -> tuple[Gate, ...]:
    """What must be so before this version may start in an environment between the first and production."""
    return (
        sequence_gate(change, environment, setting),
        *approval_gates(change, setting, ApprovalStage.CODE, ApprovalStage.STAGING),
        *evidence_gates(change),
        *version_gates(change, setting),
        *running_gates(change),
    )


def window_gates(
    change: Change, setting: Setting, wished: Span, reason: Words, submitted_at: datetime
) -> tuple[Gate, ...]:
    """What must be so before a window may be asked for; its notice counts from `submitted_at`."""
    return (
        *approval_gates(change, setting, ApprovalStage.CODE),
        *evidence_gates(change),
        *version_gates(change, setting),
        *waiver_gates(change, setting, wished),
        *span_gates(change.type, setting, wished, reason, submitted_at),
        plan_gate(change.plan, (change.requester,)),
    )


def production_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """What must be so before the deployment to production may start now."""
    return (
        sequence_gate(change, setting.guide.production, setting),
        *approval_gates(change, setting, ApprovalStage.CODE, ApprovalStage.STAGING),
        *evidence_gates(change),
        *verification_gates(change, setting),
        *version_gates(change, setting),
        *dispute_gates(change, setting),
        *waiver_gates(change, setting, change.window.span if change.window else None),
        plan_gate(change.plan, (change.requester,)),
        *approval_gates(change, setting, ApprovalStage.PRODUCTION),
        schedule_gate(change, setting),
        *freeze_gates(change, setting),
        *running_gates(change),
        *service_gates(change, setting),
    )


def sequence_gate(change: Change, environment: EnvironmentName, setting: Setting) -> Gate:
    """G-ENV-1: the same version has a successful deployment in the environment before – or leaves it out (G-ENV-2)."""
    before = setting.guide.environment_before(environment)
    clause = Clause.STD_5 if environment == setting.guide.production else Clause.ENV_1
    if before is None:
        return Gate(clause, met=True, why=say(f"{environment.capitalize()} comes first."))
    if is_left_out(change, before):
        return Gate(Clause.ENV_2, met=True, why=say(f"{before} is waived"))
    latest = change.latest_in(before)
    if latest and latest.outcome is Outcome.SUCCEEDED and latest.finished_at:
        attested = ", attested by " if latest.attested else ""
        who: tuple[Part, ...] = (attested, Who((latest.started_by,))) if latest.attested else ()
        return Gate(
            clause,
            met=True,
            why=say(f"{before}: {deployment_label(latest.id)} ", When(latest.finished_at), *who),
        )
    return Gate(
        clause,
        met=False,
        why=say(f"{change.version} has no successful deployment to {before} on record."),
        who=(change.requester,),
        field=Field.DEVELOPMENT,
    )


def approval_gates(change: Change, setting: Setting, *stages: ApprovalStage) -> tuple[Gate, ...]:
    """G-APP-1 to G-APP-4: one gate for each row, met when every seat is filled. A waiver of staging waives its row."""
    wanted = set(stages) - {ApprovalStage.PRODUCTION}
    if all(is_left_out(change, environment) for environment in setting.guide.staging_environments):
        wanted.discard(ApprovalStage.STAGING)
    rows = [row for row in setting.guide.approvals if row.stage in wanted]
    if ApprovalStage.PRODUCTION in stages and change.window:
        rows.extend(setting.policy.production_rows(change.window.span))
    return tuple(row_gate(change, row, setting) for row in rows)


def row_gate(change: Change, row: ApprovalRow, setting: Setting) -> Gate:
    """One row of the table of required approvals, met when every seat is filled."""
    seated = seating(row, change, setting.policy, change.standing_approvals)
    if not seated.missing:
        return Gate(row.clause, met=True, why=say(f"{row.stage}: ", *_signers(seated, setting)))
    missing = open_seats(change, setting, [row])
    parts: list[Part] = []
    for needed, able in _distinct(missing):
        parts += [
            "; " if parts else "",
            f"{seat_label(needed, change)}: ",
            Who(able) if able else nobody_can(needed, setting),
        ]
    who = tuple(dict.fromkeys(person for _, able in missing for person in able))
    return Gate(row.clause, met=False, why=say(f"{row.stage.capitalize()} needs ", *parts, "."), who=who)


def _signers(seated: Seating, setting: Setting) -> tuple[Part, ...]:
    """Everybody who signed, deputies with the names of those for whom they did."""
    signed = dict.fromkeys(
        (approval.person, principal_of(approval, needed, setting.guide)) for needed, approval in seated.filled
    )
    if not any(principal for _, principal in signed):
        return (Who(tuple(person for person, _ in signed), "and"),)
    parts: list[Part] = []
    for person, principal in signed:
        parts += [", " if parts else "", Who((person,)), *((" for ", Who((principal,))) if principal else ())]
    return tuple(parts)


NOBODY_CAN = "nobody holds this role and may sign"


def nobody_can(needed: NeededSeat, setting: Setting) -> str:
    """Why a seat has nobody; an unknown user group is said, since it never counts as an answer."""
    roles = setting.guide.code_review.peers if needed.seat is PEER else (needed.seat,)
    silent = not setting.roster.silent.isdisjoint(roles)
    return f"nobody – {NOBODY_KNOWS}" if silent else NOBODY_CAN


def seat_label(needed: NeededSeat, change: Change) -> str:
    """A seat as a person reads it; the pull request where there are several."""
    if needed.seat is not PEER:
        return needed.seat.label
    several = needed.pull_request and len(change.pull_requests) > 1
    return (
        f"peer review of {needed.pull_request.reference}"
        if several and needed.pull_request
        else "peer review"
    )


def _distinct(seats: tuple[OpenSeat, ...]) -> tuple[OpenSeat, ...]:
    """Leave out a peer's further pull requests when the sentence would only repeat itself."""
    shown = 3
    peers = [seat for seat in seats if seat[0].seat is PEER]
    return tuple(seat for seat in seats if seat not in peers[shown:])


def evidence_gates(change: Change) -> tuple[Gate, ...]:
    """G-STD-1 to G-STD-4: branch, CI, pull request and merge are on record, or not applicable with a reason."""
    return tuple(_evidence_gate(change, kind) for kind in EVIDENCE_CLAUSES)


def _evidence_gate(change: Change, kind: EvidenceKind) -> Gate:
    clause = EVIDENCE_CLAUSES[kind]
    evidence = change.evidence.get(kind)
    unmerged = kind is EvidenceKind.MERGE and bool(change.pull_requests)
    if evidence and evidence.state is EvidenceState.NOT_APPLICABLE and not unmerged:
        return Gate(
            clause, met=True, why=say(f"{EVIDENCE_LABELS[kind]} not applicable: ", Quote(evidence.text))
        )
    if kind is EvidenceKind.PULL_REQUEST and change.pull_requests:
        references = ", ".join(pull_request.reference for pull_request in change.pull_requests)
        return Gate(clause, met=True, why=say("pull requests ", Quote(references)))
    if evidence and evidence.state is EvidenceState.PRESENT:
        return Gate(clause, met=True, why=say(f"{EVIDENCE_LABELS[kind]} ", Quote(evidence.text)))
    return Gate(clause, met=False, why=_missing_evidence(kind, evidence), who=(change.requester,))


EVIDENCE_LABELS = {
    EvidenceKind.BRANCH: "branch",
    EvidenceKind.PULL_REQUEST: "pull request",
    EvidenceKind.CI: "CI",
    EvidenceKind.MERGE: "merge",
}


def _missing_evidence(kind: EvidenceKind, evidence: Evidence | None) -> Sentence:
    match kind, evidence.state if evidence else None:
        case EvidenceKind.CI, EvidenceState.FAILED:
            return say("CI failed.")
        case EvidenceKind.CI, EvidenceState.PENDING:
            return say("CI is still pending.")
        case EvidenceKind.CI, _:
            return say("No CI result is recorded.")
        case EvidenceKind.MERGE, _:
            return say("The merge to main is not recorded.")
        case EvidenceKind.BRANCH, _:
            return say("No release branch is recorded.")
        case _:
            return say("No pull request is named.")


def verification_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-STD-6: QA and Product, two different people, have both let this version pass; waived with its environment."""
    if is_left_out(change, setting.guide.verified_in):
        return ()
    return tuple(_verification_gate(change, setting, role) for role in setting.guide.verification.roles)


def _verification_gate(change: Change, setting: Setting, role: Role) -> Gate:
    verification = change.verified_by(role)
    if verification and verification.passed:
        return Gate(Clause.STD_6, met=True, why=say(f"{role.label}: ", Who((verification.person,))))
    if verification:
        why = say(f"{role.label} (", Who((verification.person,)), ") refused it: ", Quote(verification.notes))
        return Gate(Clause.STD_6, met=False, why=why, who=(change.requester,))
    able = who_can_verify(change, setting, role)
    why = (
        say(f"{role.label} has not verified it: ", Who(able), ".")
        if able
        else say(f"Nobody holds {role.label}.")
    )
    return Gate(Clause.STD_6, met=False, why=why, who=able)


def who_can_verify(change: Change, setting: Setting, role: Role) -> tuple[PersonId, ...]:
    """Holders of the role who have not attested for another role on this version."""
    elsewhere = {
        other.person
        for other_role in setting.guide.verification.roles
        if other_role is not role and (other := change.verified_by(other_role)) and other.passed
    }
    return tuple(person for person in setting.roster.holders(role) if person not in elsewhere)


def span_gates(
    change_type: ChangeType, setting: Setting, wished: Span, reason: Words, submitted_at: datetime
) -> tuple[Gate, ...]:
    """G-STD-7 and G-APP-4 for a window asked for at `submitted_at`: the order of its ends, notice, the exception."""
    if wished.end <= wished.start:
        why = say("The window ends before it starts.")
        return (Gate(Clause.STD_7, met=False, why=why, field=Field.WINDOW_END),)
    if wished.start < setting.now:
        why = say("That window has already begun.")
        return (Gate(Clause.STD_7, met=False, why=why, field=Field.WINDOW_START),)
    if HourClass.AFTER in setting.policy.hour_classes(wished):
        return (_exception_gate(setting, reason),)
    return (_notice_gate(change_type, setting, wished, submitted_at),)


def _exception_gate(setting: Setting, reason: Words) -> Gate:
    if reason.strip():
        why = say("outside business hours: ", Quote(reason))
        return Gate(Clause.APP_4, met=True, why=why, field=Field.WINDOW_REASON)
    hours = setting.policy.hours
    why = say(
        f"That window is outside business hours ({hours.start:%H:%M}–{hours.end:%H:%M}): "
        "say why it cannot wait, or choose another."
    )
    return Gate(Clause.APP_4, met=False, why=why, field=Field.WINDOW_REASON)


def _notice_gate(change_type: ChangeType, setting: Setting, wished: Span, submitted_at: datetime) -> Gate:
    """G-STD-7, counted from the submission, which for a narrower window is that of the one it narrows."""
    wanted, given = setting.guide.notice[change_type], notice_given(submitted_at, wished.start)
    if given >= wanted:
        return Gate(Clause.STD_7, met=True, why=say(f"{span(given)} of notice"), field=Field.WINDOW_START)
    short = (
        f"That window starts in {span(given)}"
        if submitted_at == setting.now
        else f"That window was asked for {span(given)} ahead and lies in business hours now"
    )
    why = say(
        f"{short}; {change_type} changes need {span(wanted)} (first possible: ",
        When(first_legal_start(submitted_at, wanted)),
        ").",
    )
    return Gate(Clause.STD_7, met=False, why=why, field=Field.WINDOW_START)


def plan_gate(plan: RollbackPlan, who: tuple[PersonId, ...]) -> Gate:
    """G-STD-10: the rollback plan is written, and pre-tested or said not to need it; `who` can mend it."""
    if not plan.text.strip():
        return Gate(
            Clause.STD_10, met=False, why=say("The rollback plan is missing."), who=who, field=Field.PLAN
        )
    if not plan.pretest.strip():
        why = say("Give the pre-test's evidence, or the reason why there is none.")
        return Gate(Clause.STD_10, met=False, why=why, who=who, field=Field.PRETEST)
    tested = "pre-tested" if plan.pretested else "no pre-test"
    return Gate(Clause.STD_10, met=True, why=say(f"rollback plan, {tested}: ", Quote(plan.pretest)))


def schedule_gate(change: Change, setting: Setting) -> Gate:
    """G-STD-8: now is inside the current window."""
    window = change.window
    if window is None:
        return Gate(Clause.STD_8, met=False, why=say("No window is scheduled."), who=(change.requester,))
    if setting.now < window.span.start:
        left = span(window.span.start - setting.now)
        why = say("The window opens on ", When(window.span.start), f" (in {left}).")
        return Gate(Clause.STD_8, met=False, why=why, passes_at=window.span.start, who=(change.requester,))
    if setting.now >= window.span.end:
        why = say("The window closed on ", When(window.span.end), ".")
        return Gate(Clause.STD_8, met=False, why=why, who=(change.requester,))
    return Gate(Clause.STD_8, met=True, why=say("inside its window"))


def health_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-STD-9: the watch has lasted long enough to be closed."""
    latest = change.attempt_in(setting.guide.production)
    if latest is None or latest.finished_at is None:
        return (Gate(Clause.STD_9, met=False, why=say("Nothing is being watched.")),)
    ends = latest.finished_at + setting.guide.monitoring.lasts
    if setting.now < ends:
        why = say("It can be closed from ", When(ends), f" (in {span(ends - setting.now)}).")
        return (Gate(Clause.STD_9, met=False, why=why, passes_at=ends),)
    return (Gate(Clause.STD_9, met=True, why=say("watched for ", span(setting.now - latest.finished_at))),)


def running_gates(change: Change) -> tuple[Gate, ...]:
    """A change has one deployment running at a time."""
    running = change.running
    if running is None:
        return ()
    why = say(f"{deployment_label(running.id)} to {running.environment} is still running.")
    return (Gate(Clause.STD_8, met=False, why=why, who=(change.deployer,)),)


def service_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """One service has one deployment or rollback to production running at a time."""
    deploying = setting.neighbors.deploying
    if deploying is None:
        return ()
    other, deployment = deploying
    why = say(
        f"{deployment_label(deployment)} of {change_label(other)} is running in production; "
        f"{change.service} takes one at a time."
    )
    return (Gate(Clause.STD_8, met=False, why=why),)


def version_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-STD-6: a version that failed its verification is blocked in every change."""
    if not setting.neighbors.failed_verification:
        return ()
    why = say(f"{change.version} failed its verification; a new version is needed.")
    return (Gate(Clause.STD_6, met=False, why=why, who=(change.requester,), field=Field.VERSION),)
