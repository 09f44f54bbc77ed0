"""Asking for a deployment, and what its requester does to the request (G-TYPE-1, G-STD-1 to G-STD-4, G-STD-10)."""

from collections.abc import Sequence

from bot.rules.change import (
    Change,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    ReturnedBecause,
    RollbackPlan,
    WindowEnd,
)
from bot.rules.clauses import Clause
from bot.rules.facts import (
    ApprovalVoided,
    ChangeRequested,
    ChangeResubmitted,
    ChangeRevised,
    ChangeWithdrawn,
    EvidenceRecorded,
    Fact,
    VersionRevised,
)
from bot.rules.folding import requested
from bot.rules.gates import EVIDENCE_CLAUSES, plan_gate, span_gates
from bot.rules.guide import Process
from bot.rules.inputs import DeploymentRequest, EvidenceInput, Reason, Revision
from bot.rules.life import Act, Stage
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.setting import Neighbors, Numbers, Setting
from bot.rules.terms import (
    NO_WORDS,
    ApprovalStage,
    ChangeType,
    PersonId,
    Role,
    ServiceName,
    change_label,
)
from bot.rules.verdict import Done, Field, Gate, Refused, Verdict, refuse, unmet
from bot.rules.words import say
from bot.workflows.moment import Moment, reason_missing
from bot.workflows.waive import with_waivers


def request_deployment(
    setting: Setting, actor: PersonId, form: DeploymentRequest, numbers: Numbers
) -> Verdict:
    """Open a change. Only an engineer of the service may; evidence and the approvals may follow later."""
    gates = (
        *_requester_gates(setting, actor, form.service),
        *_type_gates(setting, form.type),
        *_evidence_rules(setting, form.type, form.evidence),
        *_version_gates(setting.neighbors, form.service, form.version),
        *_plan_gates(form.plan),
        *_wish_gates(setting, form),
    )
    if gates:
        return Refused(gates)
    change = ChangeRequested(
        change=numbers.next_change(),
        service=form.service,
        type=form.type,
        version=form.version,
        requester=actor,
        reviewers=form.reviewers,
        pull_requests=form.pull_requests,
        plan=form.plan,
        wished=form.wished.span if form.wished else None,
        wished_reason=form.wished.reason if form.wished else NO_WORDS,
        at=setting.now,
    )
    evidence = tuple(EvidenceRecorded(each, actor, setting.now) for each in form.evidence)
    attested = _in_development(requested(change), setting, actor, numbers) if form.in_development else ()
    said = say(f"{change_label(change.change)}: you asked to deploy {form.service} {form.version}.")
    return Done((change, *evidence, *attested), said)


def _requester_gates(setting: Setting, actor: PersonId, service: ServiceName) -> tuple[Gate, ...]:
    engineers = setting.roster.holders(Role.ENGINEER)
    if actor in engineers:
        return ()
    why = say(f"Requesting a deployment is for engineers of {service}.")
    return (Gate(Clause.TYPE_1, met=False, why=why, who=engineers, field=Field.SERVICE),)


def _type_gates(setting: Setting, change_type: ChangeType) -> tuple[Gate, ...]:
    if setting.guide.types[change_type].process is Process.STANDARD:
        return ()
    why = say(f"A {change_type} does not follow the standard process.")
    return (Gate(Clause.TYPE_1, met=False, why=why, field=Field.TYPE),)


EVIDENCE_FIELDS = {
    EvidenceKind.BRANCH: Field.BRANCH,
    EvidenceKind.PULL_REQUEST: Field.PULL_REQUESTS,
    EvidenceKind.CI: Field.CI,
    EvidenceKind.MERGE: Field.MERGE,
}


def _evidence_rules(
    setting: Setting, change_type: ChangeType, evidence: Sequence[Evidence]
) -> tuple[Gate, ...]:
    """G-TYPE-1: "not applicable" only where the type allows it, and with a reason."""
    allowed = {kind.value for kind in setting.guide.types[change_type].not_applicable}
    gates: list[Gate] = []
    for each in evidence:
        field = EVIDENCE_FIELDS[each.kind]
        if each.state is EvidenceState.PRESENT and not each.text.strip():
            why = say("Say where it can be seen.")
            gates.append(Gate(EVIDENCE_CLAUSES[each.kind], met=False, why=why, field=field))
        if each.state is not EvidenceState.NOT_APPLICABLE:
            continue
        merge_without_request = each.kind is EvidenceKind.MERGE and EvidenceKind.PULL_REQUEST.value in allowed
        if each.kind.value not in allowed and not merge_without_request:
            why = say(f"A {change_type} change needs this; only some types may leave it out.")
            gates.append(Gate(Clause.TYPE_1, met=False, why=why, field=field))
        elif not each.text.strip():
            why = say("Say why this is not applicable: the approvers will see it.")
            gates.append(Gate(Clause.TYPE_1, met=False, why=why, field=field))
    return tuple(gates)


def _version_gates(neighbors: Neighbors, service: ServiceName, version: str) -> tuple[Gate, ...]:
    if not version.strip():
        why = say("Name the version.")
        return (Gate(Clause.TYPE_1, met=False, why=why, field=Field.VERSION),)
    if neighbors.same_version:
        why = say(f"{change_label(neighbors.same_version)} carries {service} {version} already.")
        return (Gate(Clause.TYPE_1, met=False, why=why, field=Field.VERSION),)
    if neighbors.failed_verification:
        why = say(f"{version} failed its verification; a new version is needed.")
        return (Gate(Clause.STD_6, met=False, why=why, field=Field.VERSION),)
    return ()


def _plan_gates(plan: RollbackPlan) -> tuple[Gate, ...]:
    gate = plan_gate(plan, ())
    return () if gate.met else (gate,)


def _wish_gates(setting: Setting, form: DeploymentRequest) -> tuple[Gate, ...]:
    """A wished window must be legal if it were asked for today: it only submits itself later."""
    if form.wished is None:
        return ()
    return unmet(span_gates(form.type, setting, form.wished.span, form.wished.reason, setting.now))


def _in_development(change: Change, setting: Setting, actor: PersonId, numbers: Numbers) -> tuple[Fact, ...]:
    """G-ENV-1: the first environment's deployment, attested by the requester unless it is on record already."""
    first = setting.guide.environments[0]
    latest = change.latest_in(first)
    if latest and latest.outcome is Outcome.SUCCEEDED:
        return ()
    deployment = numbers.next_deployment()
    return (
        DeploymentStarted(
            deployment, first, change.version, attested=True, by=actor, at=setting.now, window_end=None
        ),
        DeploymentFinished(deployment, Outcome.SUCCEEDED, actor, NO_WORDS, setting.now),
    )


def record_evidence(moment: Moment, form: EvidenceInput) -> Verdict:
    """Record what became known about branch, CI, merge or the development deployment."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.RECORD_EVIDENCE) or moment.refused_unless(
        change.requester, Clause.STD_2, "Recording evidence for"
    )
    if refused:
        return refused
    gates = _evidence_rules(setting, change.type, form.evidence)
    if gates:
        return Refused(gates)
    news = [each for each in form.evidence if change.evidence.get(each.kind) != each]
    recorded: tuple[Fact, ...] = tuple(EvidenceRecorded(each, moment.actor, moment.now) for each in news)
    attested = _in_development(change, setting, moment.actor, moment.numbers) if form.in_development else ()
    if not recorded and not attested:
        return refuse(Clause.STD_2, say("That is on record already."), field=Field.CI)
    turned_off = any(each.state is EvidenceState.NOT_APPLICABLE for each in news)
    voided = moment.voided("evidence turned not applicable", ApprovalStage.CODE) if turned_off else ()
    return Done(with_waivers(moment, (*recorded, *attested, *voided)), say(f"Recorded for {moment.label}."))


def revise(moment: Moment, form: Revision) -> Verdict:
    """Change the plan, the pull requests, the version; what that voids is asked for again, and said."""
    new_version = form.version != moment.change.version
    refused = moment.refused_by_stage(
        Act.REVISE_VERSION if new_version else Act.REVISE
    ) or moment.refused_unless(moment.change.requester, Clause.STD_10, "Revising")
    if refused:
        return refused
    gates = (
        *_revised_plan_gates(moment, form.plan),
        *(_new_version_gates(moment, form) if new_version else ()),
    )
    if gates:
        return Refused(gates)
    facts = _revised(moment, form, new_version=new_version)
    if form.resubmit and moment.change.returned and not new_version:
        resubmitted = resubmit(moment, None)
        if isinstance(resubmitted, Refused):
            return resubmitted
        facts = (*facts, ChangeResubmitted(moment.actor, moment.now))
    if not facts:
        return refuse(Clause.STD_10, say("Nothing changed."), field=Field.PLAN)
    return Done(with_waivers(moment, facts), say(f"You revised {moment.label}."))


def _revised_plan_gates(moment: Moment, plan: RollbackPlan) -> tuple[Gate, ...]:
    """A hotfix's plan must say something; its pre-test is asked for on the standard way (G-STD-10)."""
    written = moment.stage is Stage.DECLARED and bool(plan.text.strip())
    return () if written else _plan_gates(plan)


def _new_version_gates(moment: Moment, form: Revision) -> tuple[Gate, ...]:
    change = moment.change
    left = {each.version for each in change.deployments} | {each.version for each in change.verifications}
    if form.version in left:
        why = say(
            f"{moment.label} has left {form.version} already: name a new version, or ask for another change."
        )
        return (Gate(Clause.TYPE_1, met=False, why=why, field=Field.VERSION),)
    return _version_gates(moment.setting.neighbors, change.service, form.version)


def _revised(moment: Moment, form: Revision, *, new_version: bool) -> tuple[Fact, ...]:
    change = moment.change
    facts: list[Fact] = []
    if (form.plan, form.pull_requests, form.reviewers) != (
        change.plan,
        change.pull_requests,
        change.reviewers,
    ):
        facts.append(ChangeRevised(form.plan, form.pull_requests, form.reviewers, moment.actor, moment.now))
    if new_version:
        facts += moment.window_ended(WindowEnd.VERSION_REVISED, "the version changed")
        facts += moment.voided("the version changed", ApprovalStage.CODE, ApprovalStage.STAGING)
        if moment.stage is Stage.DECLARED:
            facts += _for_production_voided(moment, "the version changed")
        facts += moment.disputes_voided("the version changed")
        facts.append(VersionRevised(form.version, moment.actor, moment.now))
        return tuple(facts)
    if form.pull_requests != change.pull_requests:
        facts += moment.voided("the pull requests changed", ApprovalStage.CODE)
    if form.plan != change.plan:
        facts += _for_production_voided(moment, "the rollback plan changed")
    return tuple(facts)


def _for_production_voided(moment: Moment, because: str) -> tuple[ApprovalVoided, ...]:
    """The end of the approvals for production; who declared a hotfix while on call has signed that, and goes on signing it."""
    return tuple(
        each
        for each in moment.voided(because, ApprovalStage.PRODUCTION)
        if not (
            moment.stage is Stage.DECLARED
            and each.person == moment.change.requester == moment.actor
            and _signed_on_call(moment.change, each.number)
        )
    )


def _signed_on_call(change: Change, number: int) -> bool:
    return any(
        each.number == number and each.row is Clause.APP_4 and Role.ON_CALL in each.roles
        for each in change.approvals
    )


def resubmit(moment: Moment, form: None) -> Verdict:
    """Ask again after a rejection; after a failed verification only a new version helps."""
    del form
    refused = moment.refused_by_stage(Act.RESUBMIT) or moment.refused_unless(
        moment.change.requester, Clause.APP_1, "Resubmitting"
    )
    if refused:
        return refused
    returned = moment.change.returned
    if returned and returned.because is ReturnedBecause.VERIFICATION_FAILED:
        why = say(f"{moment.change.version} failed its verification; a new version is needed.")
        return refuse(Clause.STD_6, why, field=Field.VERSION)
    resubmitted = ChangeResubmitted(moment.actor, moment.now)
    return Done(with_waivers(moment, (resubmitted,)), say(f"You resubmitted {moment.label}."))


def withdraw(moment: Moment, form: Reason) -> Verdict:
    """End the change without production: by its requester or an Engineering Manager, with a reason."""
    managers = moment.setting.roster.holders(Role.ENGINEERING_MANAGER)
    refused = moment.refused_by_stage(Act.WITHDRAW)
    if refused:
        return refused
    if moment.actor != moment.change.requester and moment.actor not in managers:
        why = say("Withdrawing is for the requester or an Engineering Manager.")
        return refuse(Clause.LOG_1, why, who=(moment.change.requester, *managers))
    refused = reason_missing(Clause.LOG_1, form.reason, "Say why it is withdrawn: the log keeps it.")
    if refused:
        return refused
    return Done(
        (ChangeWithdrawn(moment.actor, form.reason, moment.now),), say(f"You withdrew {moment.label}.")
    )
