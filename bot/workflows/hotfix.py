"""Hotfixes (G-HOT-1, G-HOT-3): declared, started on the approvals that there are, or in breach, or turned into a standard change."""

from bot.rules.approvals import OpenSeat, open_seats
from bot.rules.breach import who_answers
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalVoided, DeployerTookOver, Fact
from bot.rules.folding import declared
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import Issue
from bot.rules.hotfix_facts import (
    BreachAnswered,
    HotfixDeclared,
    HotfixToContain,
    IssueRevised,
    ReviewOpened,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
)
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.hotfix_inputs import BreachStart, HotfixDeclaration, Standardization, TimelineEntry
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.inputs import Reason
from bot.rules.life import Act, refuse_by_stage
from bot.rules.production_facts import DeploymentStarted
from bot.rules.setting import Numbers, Setting
from bot.rules.spoken import blocking_disputes, disputed_roles
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Role, change_label, deployment_label
from bot.rules.verdict import Done, Field, Gate, Refused, Verdict, refuse, unmet
from bot.rules.words import Who, join_names, say
from bot.workflows.moment import Moment, approval_given, reason_missing


def declare_hotfix(setting: Setting, actor: PersonId, form: HotfixDeclaration, numbers: Numbers) -> Verdict:
    """Open a hotfix. Whoever declares it while on call has signed for on-call (G-APP-4)."""
    gates = _declaration_gates(setting, actor, form)
    if gates:
        return Refused(gates)
    fact = HotfixDeclared(
        change=numbers.next_change(),
        service=form.service,
        version=form.version,
        requester=actor,
        reviewers=form.reviewers,
        pull_requests=form.pull_requests,
        plan=form.plan,
        issue=form.issue,
        channel=form.channel,
        at=setting.now,
    )
    signed = _signed_on_call(Moment(declared(fact), setting, actor, numbers))
    said = say(f"{change_label(fact.change)}: you declared the hotfix {form.service} {form.version}.")
    return Done((fact, *signed), said)


def _declaration_gates(setting: Setting, actor: PersonId, form: HotfixDeclaration) -> tuple[Gate, ...]:
    engineers = setting.roster.holders(Role.ENGINEER)
    neighbors = setting.neighbors
    gates = []
    if actor not in engineers:
        why = say(f"Declaring a hotfix is for engineers of {form.service}, and whoever is on call for it.")
        gates.append(Gate(Clause.HOT_1, met=False, why=why, who=engineers, field=Field.SERVICE))
    gates += issue_gates(form.issue, setting)
    if not form.version.strip():
        gates.append(Gate(Clause.TYPE_1, met=False, why=say("Name the version."), field=Field.VERSION))
    elif neighbors.same_version:
        why = say(f"{change_label(neighbors.same_version)} carries {form.service} {form.version} already.")
        gates.append(Gate(Clause.TYPE_1, met=False, why=why, field=Field.VERSION))
    return tuple(gates)


def issue_gates(issue: Issue, setting: Setting) -> tuple[Gate, ...]:
    """G-HOT-1: severity and impact must be said; the root cause may be unknown."""
    gates = []
    if issue.severity not in setting.guide.hotfix.severities:
        wanted = join_names(list(setting.guide.hotfix.severities))
        why = say(f"Choose how grave it is: {wanted}.")
        gates.append(Gate(Clause.HOT_1, met=False, why=why, field=Field.SEVERITY))
    if not issue.impact.strip():
        why = say("Say what customers and the business suffer.")
        gates.append(Gate(Clause.HOT_1, met=False, why=why, field=Field.IMPACT))
    return tuple(gates)


def _signed_on_call(moment: Moment) -> tuple[Fact, ...]:
    """G-APP-4: the declaring on-call engineer's signature, in each row that asks for one; it counts after hours."""
    if moment.actor not in moment.setting.roster.holders(Role.ON_CALL):
        return ()
    rows = [
        row
        for row in moment.setting.guide.approvals
        if row.stage is ApprovalStage.PRODUCTION and Role.ON_CALL in row.signers
    ]
    taken = len(moment.change.approvals)
    return tuple(approval_given(moment, row, taken + 1 + place) for place, row in enumerate(rows))


def start_hotfix(moment: Moment) -> Verdict:
    """Start it now, on the approvals by button and by word; its review opens with it (G-HOT-3, G-HOT-5)."""
    refused = moment.refused_by_stage(Act.START_PRODUCTION)
    gates = unmet(hotfix_gates(moment.change, moment.setting))
    if refused or gates:
        return refused or Refused(gates)
    started = _started(moment)
    label = deployment_label(started.deployment)
    return Done((started, ReviewOpened(moment.now)), say(f"{label} to {started.environment} started."))


def _started(moment: Moment) -> DeploymentStarted:
    return DeploymentStarted(
        deployment=moment.numbers.next_deployment(),
        environment=moment.setting.guide.production,
        version=moment.change.version,
        attested=False,
        by=moment.actor,
        at=moment.now,
        window_end=None,
    )


def start_in_breach(moment: Moment, form: BreachStart) -> Verdict:
    """Record that the hotfix starts without its approvals: why, and who was tried. It is never a leave (G-HOT-3)."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.START_IN_BREACH)
    if refused:
        return refused
    if not setting.guide.hotfix.start_in_breach:
        return refuse(
            Clause.HOT_3, say("Your guide does not know a start in breach: the approvals must be there.")
        )
    engineers = setting.roster.holders(Role.ENGINEER)
    if moment.actor not in engineers:
        return refuse(Clause.HOT_3, say(f"Starting is for engineers of {change.service}."), who=engineers)
    gates = unmet(hotfix_gates(change, setting))
    if not gates:
        return refuse(Clause.HOT_3, say("Nothing is missing: start it without a breach."))
    others = tuple(gate for gate in gates if gate.clause in {Clause.STD_6, Clause.STD_8})
    if others:
        return Refused(others)
    refused = reason_missing(
        Clause.HOT_3, form.reason, "Say why it cannot wait for the approvals."
    ) or reason_missing(Clause.HOT_3, form.tried, "Say who was tried, and how.", Field.TRIED)
    if refused:
        return refused
    missing = missing_for_start(moment)
    took_over = DeployerTookOver(moment.actor, moment.now)
    started = _started(moment)
    breach = StartedInBreach(started.deployment, moment.actor, form.reason, form.tried, missing, moment.now)
    return Done(
        (
            *(() if moment.actor == change.deployer else (took_over,)),
            started,
            breach,
            ReviewOpened(moment.now),
        ),
        say(f"{deployment_label(started.deployment)} started in breach of the guide. Leadership is told."),
    )


def missing_for_start(moment: Moment) -> tuple[Seat, ...]:
    """The seats that nobody fills, and those of which an approval is disputed, each once."""
    open_ones = [needed.seat for needed, _ in open_for_start(moment)]
    disputed: list[Seat] = []
    for dispute in blocking_disputes(moment.change, moment.setting):
        roles = disputed_roles(dispute, moment.setting.guide)
        disputed += (
            [PEER] if dispute.stage is ApprovalStage.CODE else [role for role in Role if role in roles]
        )
    return tuple(dict.fromkeys((*open_ones, *disputed)))


def open_for_start(moment: Moment) -> tuple[OpenSeat, ...]:
    """The seats that are missing for a start now, with everybody who can fill them."""
    return open_seats(moment.change, moment.setting, rows_for_start(moment.setting.policy, moment.now))


def ratify_breach(moment: Moment, form: None) -> Verdict:
    """Say afterwards, as one of the missing signers, that it was right to start."""
    del form
    return _answer_breach(moment, Act.RATIFY_BREACH, Reason(NO_WORDS), ratified=True)


def refuse_breach(moment: Moment, form: Reason) -> Verdict:
    """Say afterwards, as one of the missing signers, that it was not, and why. Both answers stand for ever."""
    return _answer_breach(moment, Act.REFUSE_BREACH, form, ratified=False)


def _answer_breach(moment: Moment, act: Act, form: Reason, *, ratified: bool) -> Verdict:
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(act)
    if refused:
        return refused
    if change.breach is None:
        return refuse(Clause.HOT_3, say(f"{moment.label} was not started in breach."))
    if moment.actor == change.breach.by:
        return refuse(Clause.HOT_3, say("You started it: those who were missing answer for themselves."))
    seats = [seat for seat in change.breach.unanswered if moment.actor in who_answers(seat, change, setting)]
    if not seats:
        able = tuple(
            dict.fromkeys(
                who for seat in change.breach.unanswered for who in who_answers(seat, change, setting)
            )
        )
        why = (
            say("Answering is for those whose approval was missing: ", Who(able), ".")
            if able
            else say("Everybody whose approval was missing has answered.")
        )
        return refuse(Clause.HOT_3, why, who=able)
    if not ratified:
        refused = reason_missing(Clause.HOT_3, form.reason, "Say why you would not have approved it.")
        if refused:
            return refused
    answers = tuple(BreachAnswered(moment.actor, seat, ratified, form.reason, moment.now) for seat in seats)
    how = "ratified" if ratified else "refused to ratify"
    return Done(
        answers,
        say(f"You {how} the start of {moment.label} ({join_names([seat.label for seat in seats], 'and')})."),
    )


def turn_into_standard(moment: Moment, form: Standardization) -> Verdict:
    """Let a declared hotfix go the standard way: its evidence goes along, and the code reviews given by one's own act."""
    change = moment.change
    refused = moment.refused_by_stage(Act.TURN_INTO_STANDARD) or moment.refused_unless(
        change.requester, Clause.TYPE_1, "Turning it into a standard change,"
    )
    if refused:
        return refused
    if moment.setting.guide.follows_hotfix(form.type):
        return refuse(Clause.TYPE_1, say("Choose a type of the standard process."), field=Field.TYPE)
    voided = tuple(
        ApprovalVoided(each.number, each.stage, each.person, "it is no hotfix any more", moment.now)
        for each in change.standing_approvals
        if each.stage is not ApprovalStage.CODE or each.spoken
    )
    turned = TurnedIntoStandard(form.type, moment.actor, moment.now)
    return Done((*voided, turned), say(f"{moment.label} goes the standard way now, as {form.type}."))


def revise_issue(moment: Moment, form: Issue) -> Verdict:
    """Say more about what happens in production: how grave it is, what is suffered, and the root cause once it is known."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.REVISE_ISSUE) or _refused_off_the_record(moment)
    if refused:
        return refused
    gates = issue_gates(form, setting)
    if gates:
        return Refused(gates)
    if form == change.issue:
        return refuse(Clause.HOT_1, say("Nothing of it is new."), field=Field.ROOT_CAUSE)
    return Done(
        (IssueRevised(form, moment.actor, moment.now),), say(f"The issue of {moment.label} is revised.")
    )


def add_to_timeline(moment: Moment, form: TimelineEntry) -> Verdict:
    """Quote something into the timeline. What stands there is never edited."""
    refused = (
        moment.refused_by_stage(Act.ADD_TO_TIMELINE)
        or _refused_off_the_record(moment)
        or reason_missing(Clause.HOT_1, form.text, "There is nothing to add.", Field.NOTES)
    )
    if refused:
        return refused
    added = TimelineEntryAdded(form.text, form.said_by, form.said_at, moment.actor, moment.now)
    return Done((added,), say(f"Added to the timeline of {moment.label}."))


def _refused_off_the_record(moment: Moment) -> Refused | None:
    """The refusal where there is no incident to write about, or the actor has no part in the service."""
    if moment.change.issue is None:
        return refuse(Clause.HOT_1, say(f"{moment.label} is no hotfix: it has no incident's timeline."))
    if moment.setting.roster.roles_of(moment.actor):
        return None
    why = say(f"The timeline is kept by those who hold a role for {moment.change.service}.")
    return refuse(Clause.HOT_1, why, who=(moment.change.deployer,))


def ask_whether_contained(change: Change, setting: Setting) -> Verdict:
    """A hotfix of the service is in production: ask the requester whether this change, which is older, contains it."""
    gate = refuse_by_stage(Act.ASK_WHETHER_CONTAINED, change, setting.policy)
    hotfix = setting.neighbors.hotfixed_by
    if gate or hotfix is None:
        return Refused((gate,) if gate else ())
    return Done(
        (HotfixToContain(*hotfix, setting.now),), say(f"{change_label(hotfix[0])} may be missing here.")
    )
