"""Watching production after a deployment (G-STD-9): nudges, escalation, the confirmation that closes it."""

from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.gates import health_gates
from bot.rules.life import Act, refuse_by_stage
from bot.rules.production_facts import HealthConfirmed, MonitoringEscalated, MonitoringNudged
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
    deployment = moment.change.attempt_in(moment.setting.guide.production)
    if deployment is None:
        return Refused(())
    able = who_can_confirm(moment.change, deployment, moment.setting)
    if moment.actor not in able:
        return refuse(Clause.STD_9, say("Closing the watch is for whoever deployed or is on call."), who=able)
    gates = unmet(health_gates(moment.change, moment.setting))
    if gates:
        return Refused(gates)
    confirmed = HealthConfirmed(deployment.id, moment.actor, moment.now)
    if deployment.rolls_back:
        said = say(f"You confirmed that production is healthy again. {moment.label} is rolled back.")
    else:
        said = say(f"You confirmed that {moment.change.version} is healthy. {moment.label} is done.")
    return Done((confirmed,), said)


def nudge_monitoring(change: Change, setting: Setting) -> Verdict:
    """Remind those who watch, at each of the guide's minutes; of several that are late they read the newest."""
    deployment = change.attempt_in(setting.guide.production)
    gate = refuse_by_stage(Act.NUDGE_MONITORING, change, setting.policy)
    if gate or deployment is None or deployment.finished_at is None:
        return Refused((gate,) if gate else ())
    passed = setting.now - deployment.finished_at
    due = [int(nudge.total_seconds()) // 60 for nudge in setting.guide.monitoring.nudges if nudge <= passed]
    news = [minutes for minutes in due if deployment.nudged is None or minutes > deployment.nudged]
    if not news:
        return Refused(())
    nudged = tuple(MonitoringNudged(deployment.id, minutes, setting.now) for minutes in news)
    return Done(nudged, say(f"Watched for {news[-1]} minutes."))


def escalate_monitoring(change: Change, setting: Setting) -> Verdict:
    """Nobody confirmed in time: the Engineering Manager is told, and may confirm from now on."""
    deployment = change.attempt_in(setting.guide.production)
    gate = refuse_by_stage(Act.ESCALATE_MONITORING, change, setting.policy)
    if gate or deployment is None or deployment.finished_at is None or deployment.escalated_at:
        return Refused((gate,) if gate else ())
    monitoring = setting.guide.monitoring
    if setting.now < deployment.finished_at + monitoring.lasts + monitoring.escalate_after:
        return Refused(())
    return Done((MonitoringEscalated(deployment.id, setting.now),), say("Nobody has confirmed it."))
