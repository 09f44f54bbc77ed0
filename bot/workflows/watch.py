"""Watching production after a deployment (G-STD-9): nudges, escalation, the confirmation that closes it."""

from datetime import timedelta

from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import HealthConfirmed, MonitoringEscalated, MonitoringNudged
from bot.rules.gates import health_gates
from bot.rules.life import Act, refuse_by_stage
from bot.rules.setting import Setting
from bot.rules.verdict import Done, Refused, Verdict, refuse, unmet
from bot.rules.watching import who_can_confirm
from bot.rules.words import say
from bot.workflows.moment import Moment


def confirm_healthy(moment: Moment, form: None) -> Verdict:
    """Close the watch: by the deployer or whoever is on call, after its time; once escalated, by the managers, too."""
    del form
    refused = moment.refused_by_stage(Act.CONFIRM_HEALTHY)
    if refused:
        return refused
    deployment = moment.change.latest_in(moment.setting.guide.production)
    if deployment is None:
        return Refused(())
    able = who_can_confirm(moment.change, deployment, moment.setting)
    if moment.actor not in able:
        return refuse(Clause.STD_9, say("Closing the watch is for whoever deployed or is on call."), who=able)
    gates = unmet(health_gates(moment.change, moment.setting))
    if gates:
        return Refused(gates)
    confirmed = HealthConfirmed(deployment.id, moment.actor, moment.now)
    return Done(
        (confirmed,), say(f"You confirmed that {moment.change.version} is healthy. {moment.label} is done.")
    )


def nudge_monitoring(change: Change, setting: Setting) -> Verdict:
    """Remind those who watch, at the newest of the guide's minutes that has come; an older one that is late is skipped."""
    deployment = change.latest_in(setting.guide.production)
    gate = refuse_by_stage(Act.NUDGE_MONITORING, change, setting.policy)
    if gate or deployment is None or deployment.finished_at is None:
        return Refused((gate,) if gate else ())
    passed = setting.now - deployment.finished_at
    due = [nudge for nudge in setting.guide.monitoring.nudges if nudge <= passed]
    minutes = int(max(due, default=timedelta(-1)).total_seconds()) // 60
    if not due or (deployment.nudged is not None and minutes <= deployment.nudged):
        return Refused(())
    return Done(
        (MonitoringNudged(deployment.id, minutes, setting.now),), say(f"Watched for {minutes} minutes.")
    )


def escalate_monitoring(change: Change, setting: Setting) -> Verdict:
    """Nobody confirmed in time: the Engineering Manager is told, and may confirm from now on."""
    deployment = change.latest_in(setting.guide.production)
    gate = refuse_by_stage(Act.ESCALATE_MONITORING, change, setting.policy)
    if gate or deployment is None or deployment.finished_at is None or deployment.escalated_at:
        return Refused((gate,) if gate else ())
    monitoring = setting.guide.monitoring
    if setting.now < deployment.finished_at + monitoring.lasts + monitoring.escalate_after:
        return Refused(())
    return Done((MonitoringEscalated(deployment.id, setting.now),), say("Nobody has confirmed it."))
