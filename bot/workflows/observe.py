"""What people see in production: baselines before a deployment, reports during and after it (G-RB-1 to G-RB-4)."""

from math import isfinite

from bot.rules.change import Change, Deployment
from bot.rules.clauses import Clause
from bot.rules.criteria import MOST_REQUESTS, Judged, doubts_about, judge, judge_report
from bot.rules.deadlines import alarm_due
from bot.rules.inputs import BaselineInput, Report, ReportWithdrawal
from bot.rules.life import Act, Stage, refuse_by_stage
from bot.rules.production_facts import (
    AlarmSounded,
    BaselineRecorded,
    ObservationWithdrawn,
    ProblemObserved,
    ProductionFact,
)
from bot.rules.readings import MEASURED, Figure, Finding, Problem
from bot.rules.setting import Setting
from bot.rules.terms import Role, deployment_label
from bot.rules.verdict import Done, Field, Gate, Refused, Verdict, refuse
from bot.rules.words import Who, plain, say
from bot.workflows.moment import Moment, reason_missing, refuse_as_moved_on

BASELINE_FIELDS = {
    Problem.ERROR_RATE: Field.ERROR_RATE,
    Problem.LATENCY: Field.LATENCY,
    Problem.THROUGHPUT: Field.THROUGHPUT,
}


def record_baseline(moment: Moment, form: BaselineInput) -> Verdict:
    """Store what production measures before the deployment; a report is compared with the newest figures."""
    engineers = moment.setting.roster.holders(Role.ENGINEER)
    refused = moment.refused_by_stage(Act.RECORD_BASELINE)
    if refused:
        return refused
    if moment.actor not in engineers:
        why = say(f"Recording a baseline is for engineers of {moment.change.service}.")
        return refuse(Clause.RB_1, why, who=engineers)
    if not form.figures:
        return refuse(Clause.RB_1, say("Give at least one figure."), field=Field.ERROR_RATE)
    doubts = tuple(
        Gate(problem.clause, met=False, why=say(doubt), field=BASELINE_FIELDS[problem])
        for problem, figure in form.figures
        for doubt in doubts_about(problem, figure, "before the deployment")
    )
    if doubts:
        return Refused(doubts)
    recorded = tuple(
        BaselineRecorded(problem, figure, moment.actor, moment.now) for problem, figure in form.figures
    )
    return Done(recorded, say(f"You recorded the baseline of {moment.label}."))


def observe(moment: Moment, form: Report) -> Verdict:
    """Report something about the deployment in production. What meets a rollback criterion sounds the alarm at once."""
    attempt = moment.change.attempt_in(moment.setting.guide.production)
    refused = _refused_as_reporter(moment)
    if refused or attempt is None:
        return refused or refuse_as_moved_on(Clause.RB_2)
    deployment = _reported_on(moment, attempt)
    if form.deployment not in {None, deployment.id, attempt.id}:
        return refuse_as_moved_on(Clause.RB_2)
    if form.problem in MEASURED and form.now is None:
        return refuse(form.problem.clause, say("Say what it measures now."), field=Field.MEASURED)
    refused = _notes_missing(form)
    if refused:
        return refused
    before = _baseline(moment.change, form)
    judged = _judged(moment, form, deployment, before)
    observed = ProblemObserved(
        number=len(moment.change.observations) + 1,
        deployment=deployment.id,
        problem=form.problem,
        finding=judged.finding,
        before=_recordable(before),
        now=_recordable(form.now),
        why=plain(judged.why, {}, moment.setting.policy.zone),
        notes=form.notes,
        by=moment.actor,
        at=moment.now,
    )
    facts: tuple[ProductionFact, ...] = (observed,)
    if judged.finding is Finding.ALARM and moment.stage not in {Stage.ROLLBACK_REQUIRED, Stage.ROLLING_BACK}:
        facts = (*facts, AlarmSounded(deployment.id, moment.now))
    return Done(facts, judged.why)


def _refused_as_reporter(moment: Moment) -> Refused | None:
    """Anybody who holds a role for the service may report; of an ended change only while its version is in production."""
    refused = moment.refused_by_stage(Act.OBSERVE)
    if refused:
        return refused
    change, setting = moment.change, moment.setting
    if not setting.roster.roles_of(moment.actor):
        who = (change.deployer, *setting.roster.holders(Role.ON_CALL))
        why = say(f"Reporting is for those who hold a role for {change.service}. Tell ", Who(who), ".")
        return refuse(Clause.RB_2, why, who=who)
    return moment.refused_as_replaced()


def _reported_on(moment: Moment, attempt: Deployment) -> Deployment:
    """During a rollback a report is about what is rolled back; otherwise about what was done last."""
    if moment.stage is not Stage.ROLLING_BACK:
        return attempt
    latest = moment.change.latest_in(moment.setting.guide.production)
    return latest or attempt


def _notes_missing(form: Report) -> Refused | None:
    if form.problem in MEASURED:
        return None
    return reason_missing(
        form.problem.clause, form.notes, "Say in a few words what you see: others act on it.", Field.NOTES
    )


def _baseline(change: Change, form: Report) -> Figure | None:
    """What was stored before the start counts before what somebody remembers of it."""
    if form.problem not in MEASURED:
        return None
    stored = change.baselines.get(form.problem)
    return stored.figure if stored else form.before


def _recordable(figure: Figure | None) -> Figure | None:
    """What a column can hold; of what is no number only the sentence about it is kept."""
    if figure is None or not isfinite(figure.value) or (figure.requests or 0) > MOST_REQUESTS:
        return None
    return figure


def _judged(moment: Moment, form: Report, deployment: Deployment, before: Figure | None) -> Judged:
    rollback = moment.setting.guide.rollback
    same = [
        each
        for each in moment.change.observations
        if each.deployment == deployment.id and each.problem is form.problem
    ]
    if form.problem in MEASURED:
        return judge(form.problem, before, form.now, len(same) + 1, rollback)
    reporters = {each.by for each in same if each.stands}
    return judge_report(form.problem, len(reporters), moment.actor in reporters, rollback)


def withdraw_observation(moment: Moment, form: ReportWithdrawal) -> Verdict:
    """Say that what was seen has nothing to do with the deployment: by somebody else than the deployer, with a reason."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.WITHDRAW_OBSERVATION)
    attempt = change.attempt_in(setting.guide.production)
    if refused or attempt is None:
        return refused or refuse_as_moved_on(Clause.RB_2)
    others = tuple(
        dict.fromkeys(
            person
            for role in Role
            for person in setting.roster.holders(role)
            if person not in {change.deployer, attempt.started_by}
        )
    )
    if moment.actor in {change.deployer, attempt.started_by}:
        on_call = tuple(person for person in setting.roster.holders(Role.ON_CALL) if person in others)
        why = say("You deploy this: somebody else decides whether it was the deployment.")
        return refuse(Clause.RB_2, why, who=on_call or others)
    if moment.actor not in others:
        why = say(f"Withdrawing a report is for those who hold a role for {change.service}.")
        return refuse(Clause.RB_2, why, who=setting.roster.holders(Role.ON_CALL))
    standing = [each for each in change.alarms_about(attempt) if form.observation in {None, each.number}]
    if not standing:
        why = say(
            f"{deployment_label(attempt.id)} itself failed: a rollback ends this, or a fix named by an Engineering Manager."
        )
        return refuse(Clause.RB_2, why)
    refused = reason_missing(Clause.RB_2, form.reason, "Say how you know: the log keeps it.")
    if refused:
        return refused
    withdrawn = tuple(
        ObservationWithdrawn(each.number, moment.actor, form.reason, moment.now) for each in standing
    )
    return Done(withdrawn, say(f"You withdrew {len(withdrawn)} of the reports about {moment.label}."))


def repeat_alarm(change: Change, setting: Setting) -> Verdict:
    """Tell those who must act once more that a rollback is required, or that one takes long."""
    gate = refuse_by_stage(Act.REPEAT_ALARM, change, setting.policy)
    attempt = change.attempt_in(setting.guide.production)
    if gate or attempt is None:
        return Refused((gate,) if gate else ())
    due_at = alarm_due(change, setting.policy)
    if due_at is None or setting.now < due_at:
        return Refused(())
    return Done((AlarmSounded(attempt.id, setting.now),), say("A rollback is still required."))
