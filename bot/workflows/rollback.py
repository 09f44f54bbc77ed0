"""Rolling back: no approval, window or notice, and a recorded deployment all the same (G-RB-1 to G-RB-4)."""

from bot.rules.change import Deployment, Outcome
from bot.rules.clauses import Clause
from bot.rules.gates import service_gates
from bot.rules.inputs import Finish, RollbackStart, Settlement
from bot.rules.life import Act
from bot.rules.production_facts import (
    AlarmSounded,
    DeploymentFinished,
    DeploymentStarted,
    ProductionFact,
    RollbackSettled,
)
from bot.rules.terms import PersonId, Words, deployment_label
from bot.rules.verdict import Done, Field, Refused, Verdict, refuse
from bot.rules.watching import who_can_roll_back
from bot.rules.words import join_names, say
from bot.workflows.moment import Moment, reason_missing, refuse_as_moved_on


def start_rollback(moment: Moment, form: RollbackStart) -> Verdict:
    """Start putting the version before back. A deployment that still runs ends with it, as failed."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.START_ROLLBACK) or moment.refused_as_replaced()
    latest = change.latest_in(setting.guide.production)
    attempt = change.attempt_in(setting.guide.production)
    if refused or latest is None or attempt is None:
        return refused or refuse_as_moved_on(Clause.RB_2)
    if form.deployment not in {None, latest.id, attempt.id}:
        return refuse_as_moved_on(Clause.RB_2)
    refused = _refused_unless_able(moment, who_can_roll_back(change, setting), "Rolling back")
    if refused:
        return refused
    gates = service_gates(change, setting)
    if gates:
        return Refused(gates)
    rollback = DeploymentStarted(
        deployment=moment.numbers.next_deployment(),
        environment=setting.guide.production,
        version=setting.neighbors.before_it or "",
        attested=False,
        by=moment.actor,
        at=moment.now,
        window_end=None,
        rolls_back=latest.id,
    )
    facts = (*_ended(moment, attempt), rollback)
    back_to = f" to {rollback.version}" if rollback.version else ""
    label = deployment_label(rollback.deployment)
    return Done(facts, say(f"{label}: the rollback of {moment.change.version}{back_to} started."))


def _ended(moment: Moment, attempt: Deployment) -> tuple[ProductionFact, ...]:
    if not attempt.running:
        return ()
    notes = Words("Rolled back while it was running.")
    return (DeploymentFinished(attempt.id, Outcome.FAILED, moment.actor, notes, moment.now),)


def _refused_unless_able(moment: Moment, able: tuple[PersonId, ...], doing: str) -> Refused | None:
    if moment.actor in able:
        return None
    titles = join_names([role.label for role in moment.setting.guide.rollback.started_by])
    why = say(f"{doing} {moment.label} is for whoever deploys it, and for the {titles}.")
    return refuse(Clause.RB_2, why, who=able)


def finish_rollback(moment: Moment, form: Finish) -> Verdict:
    """Say how the rollback ended. One that failed alarms the Director, too, and another one is due at once."""
    refused = moment.refused_by_stage(Act.FINISH_ROLLBACK)
    running = moment.change.running
    if refused or running is None or form.deployment not in {None, running.id}:
        return refused or refuse_as_moved_on(Clause.RB_2)
    able = tuple(dict.fromkeys((running.started_by, *who_can_roll_back(moment.change, moment.setting))))
    refused = _refused_unless_able(moment, able, "Finishing the rollback of")
    if refused:
        return refused
    succeeded = form.outcome is Outcome.SUCCEEDED
    if not succeeded:
        refused = reason_missing(Clause.LOG_1, form.notes, "Say in a few words what failed.", Field.NOTES)
        if refused:
            return refused
    outcome = Outcome.SUCCEEDED if succeeded else Outcome.FAILED
    finished = DeploymentFinished(running.id, outcome, moment.actor, form.notes, moment.now)
    facts: tuple[ProductionFact, ...] = (
        (finished,) if succeeded else (finished, AlarmSounded(running.id, moment.now))
    )
    how = "succeeded" if succeeded else "failed"
    return Done(facts, say(f"{deployment_label(running.id)}: the rollback {how}."))


def settle_rollback(moment: Moment, form: Settlement) -> Verdict:
    """Let a named fix stand in for the rollback: a first release has nothing to go back to, a fix may be quicker. A deviation."""
    change, setting = moment.change, moment.setting
    refused = moment.refused_by_stage(Act.SETTLE_ROLLBACK)
    attempt = change.attempt_in(setting.guide.production)
    if refused or attempt is None:
        return refused or refuse_as_moved_on(Clause.RB_2)
    roles = setting.guide.rollback.settled_by
    able = setting.roster.holders_of(roles)
    if moment.actor not in able:
        titles = join_names([role.label for role in roles])
        return refuse(Clause.RB_2, say(f"Settling a required rollback is for the {titles}."), who=able)
    if attempt.running:
        why = say(f"{deployment_label(attempt.id)} is still running: say first how it ended.")
        return refuse(Clause.RB_2, why, who=(change.deployer,))
    refused = reason_missing(
        Clause.RB_2, form.fix, "Name the fix: a change, or what was done.", Field.FIX
    ) or reason_missing(Clause.RB_2, form.reason, "Say why there is no rollback: the Director is told.")
    if refused:
        return refused
    settled = RollbackSettled(attempt.id, moment.actor, form.reason, form.fix, moment.now)
    return Done((settled,), say(f"You settled the required rollback of {moment.label} by a fix."))
