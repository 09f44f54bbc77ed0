"""Starting and finishing deployments to staging and production (G-ENV-1, G-STD-5, G-STD-8)."""

from bot.rules.change import Change, Outcome, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import DeployerTookOver, Fact
from bot.rules.folding import apply_all
from bot.rules.gates import production_gates, staging_gates
from bot.rules.inputs import Finish
from bot.rules.leaving_out import next_environment
from bot.rules.life import UNSTARTED, Act, Stage, refuse_by_stage, stage
from bot.rules.production_facts import AlarmSounded, DeploymentFinished, DeploymentOverran, DeploymentStarted
from bot.rules.setting import Setting
from bot.rules.terms import EnvironmentName, Role, deployment_label
from bot.rules.verdict import Done, Field, Gate, Refused, Verdict, refuse, unmet
from bot.rules.words import say
from bot.workflows.hotfix import start_hotfix
from bot.workflows.moment import Moment, reason_missing, refuse_as_moved_on
from bot.workflows.windows import drafted_window


def start_staging(moment: Moment, form: None) -> Verdict:
    """Start the version in the next environment before production – or in the last of them again."""
    del form
    refused = moment.refused_unless(moment.change.deployer, Clause.STD_5, "Deploying")
    if refused:
        return refused
    environment = next_environment(moment.change, moment.setting.guide)
    gates = unmet(staging_gates(moment.change, environment, moment.setting))
    return _start(moment, Act.START_STAGING, environment, gates)


def start_production(moment: Moment, form: None) -> Verdict:
    """Start the deployment to production: inside its window, with every gate met, one at a time per service; a hotfix now."""
    del form
    refused = moment.refused_unless(moment.change.deployer, Clause.STD_8, "Deploying")
    if refused:
        return refused
    if moment.setting.guide.follows_hotfix(moment.change.type):
        return start_hotfix(moment)
    gates = unmet(production_gates(moment.change, moment.setting))
    return _start(moment, Act.START_PRODUCTION, moment.setting.guide.production, gates)


def _start(moment: Moment, act: Act, environment: EnvironmentName, gates: tuple[Gate, ...]) -> Verdict:
    """Start, or name every unmet gate; an act at a wrong stage says so, with what is missing where that helps."""
    by_stage = refuse_by_stage(act, moment.change, moment.setting.policy)
    if by_stage and not (gates and moment.stage in UNSTARTED - {Stage.RETURNED}):
        return Refused((by_stage,))
    if gates:
        return Refused(gates)
    window = moment.change.window
    started = DeploymentStarted(
        deployment=moment.numbers.next_deployment(),
        environment=environment,
        version=moment.change.version,
        attested=False,
        by=moment.actor,
        at=moment.now,
        window_end=window.span.end if window and environment == moment.setting.guide.production else None,
    )
    label = deployment_label(started.deployment)
    return Done((started,), say(f"{label} to {environment} started."))


def finish_staging(moment: Moment, form: Finish) -> Verdict:
    """Say how the running deployment before production ended. Where a waiver leaves nothing to verify, a drafted window submits itself."""
    verdict = moment.refused_by_stage(Act.FINISH_STAGING) or _finish(moment, form)
    if isinstance(verdict, Refused):
        return verdict
    after = apply_all(moment.change, verdict.facts)
    through = stage(after, moment.setting.policy) is Stage.VERIFIED
    drafted = drafted_window(after, moment.setting) if through else ()
    return Done((*verdict.facts, *drafted), verdict.said)


def finish_production(moment: Moment, form: Finish) -> Verdict:
    """Say how the production deployment ended. A window that is over by then is not used a second time.

    One that failed and touched production must be rolled back at once: the alarm sounds.
    """
    verdict = moment.refused_by_stage(Act.FINISH_PRODUCTION) or _finish(moment, form)
    window, running = moment.change.window, moment.change.running
    alarmed = moment.stage is Stage.ROLLBACK_REQUIRED
    if isinstance(verdict, Done) and form.outcome is Outcome.FAILED and running and not alarmed:
        return Done((*verdict.facts, AlarmSounded(running.id, moment.now)), verdict.said)
    if isinstance(verdict, Refused) or form.outcome is not Outcome.FAILED_UNTOUCHED or window is None:
        return verdict
    if moment.now < window.span.end:
        return verdict
    return Done((*verdict.facts, *moment.window_ended(WindowEnd.LAPSED, "the window lapsed")), verdict.said)


def _finish(moment: Moment, form: Finish) -> Verdict:
    running = moment.change.running
    if running is None or form.deployment not in {None, running.id}:
        return refuse_as_moved_on(Clause.STD_8)
    refused = moment.refused_unless(moment.change.deployer, Clause.STD_8, "Finishing")
    if refused:
        return refused
    if form.outcome is not Outcome.SUCCEEDED:
        refused = reason_missing(Clause.LOG_1, form.notes, "Say in a few words what failed.", Field.NOTES)
        if refused:
            return refused
    finished: tuple[Fact, ...] = (
        DeploymentFinished(running.id, form.outcome, moment.actor, form.notes, moment.now),
    )
    how = "succeeded" if form.outcome is Outcome.SUCCEEDED else "failed"
    return Done(finished, say(f"{deployment_label(running.id)} to {running.environment} {how}."))


def take_over(moment: Moment, form: None) -> Verdict:
    """Become the change's deployer, as another engineer of the service."""
    del form
    refused = moment.refused_by_stage(Act.TAKE_OVER)
    if refused:
        return refused
    if moment.actor == moment.change.deployer:
        return refuse(Clause.STD_8, say(f"You deploy {moment.label} already."))
    engineers = moment.setting.roster.holders(Role.ENGINEER)
    if moment.actor not in engineers:
        why = say(f"Deploying is for an engineer of {moment.change.service}.")
        others = tuple(person for person in engineers if person != moment.change.deployer)
        return refuse(Clause.STD_8, why, who=others)
    return Done((DeployerTookOver(moment.actor, moment.now),), say(f"You deploy {moment.label} from now on."))


def flag_overrun(change: Change, setting: Setting) -> Verdict:
    """A deployment still running when its window ends is flagged; nothing is stopped."""
    running = change.running
    gate = refuse_by_stage(Act.FLAG_OVERRUN, change, setting.policy)
    if gate or running is None or running.window_end is None or running.overran_at:
        return Refused((gate,) if gate else ())
    if setting.now < running.window_end:
        return Refused((gate,) if gate else ())
    return Done(
        (DeploymentOverran(running.id, setting.now),), say("The window ended while the deployment runs.")
    )
