"""Waivers of an environment (G-ENV-2): asked for by the requester, decided by an Engineering Director."""

from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import (
    Fact,
    WaiverAsked,
    WaiverExpired,
    WaiverGranted,
    WaiverRefused,
    WaiverTookEffect,
)
from bot.rules.folding import apply_all
from bot.rules.gates import approval_gates, evidence_gates
from bot.rules.inputs import WaiverGrant, WaiverRefusal, WaiverWish
from bot.rules.life import WINDOWED, Act, Stage, refuse_by_stage, stage
from bot.rules.setting import Setting
from bot.rules.terms import ApprovalStage
from bot.rules.verdict import Done, Field, Refused, Verdict, refuse, unmet
from bot.rules.waiver_gates import expiry_gate
from bot.rules.waivers import Waiver
from bot.rules.words import When, say
from bot.workflows.moment import Moment, reason_missing, refuse_as_moved_on
from bot.workflows.windows import drafted_window, lapse_window


def ask_for_waiver(moment: Moment, form: WaiverWish) -> Verdict:
    """Ask to leave out an environment with this version, until a time; one question at a time for each environment."""
    change, guide = moment.change, moment.setting.guide
    refused = (
        moment.refused_by_stage(Act.ASK_FOR_WAIVER)
        or moment.refused_unless(change.requester, Clause.ENV_2, "Asking for a waiver for")
        or reason_missing(
            Clause.ENV_2, form.reason, "Say why: the Director decides on it, and the log keeps it."
        )
    )
    if refused:
        return refused
    if form.environment not in guide.environments[:-1]:
        why = say("Production cannot be left out: choose an environment before it.")
        return refuse(Clause.ENV_2, why, field=Field.ENVIRONMENT)
    gates = unmet((expiry_gate(form.expires_at, moment.setting),))
    if gates:
        return Refused(gates)
    asked_before = change.waiver_for(form.environment)
    if asked_before and asked_before.undecided:
        directors = moment.setting.roster.holders(guide.waivers.granted_by[0])
        why = say(f"A waiver of {form.environment} is asked for already, and not decided yet.")
        return refuse(Clause.ENV_2, why, who=directors, field=Field.ENVIRONMENT)
    asked = WaiverAsked(
        number=len(change.waivers) + 1,
        environment=form.environment,
        version=change.version,
        reason=form.reason,
        expires_at=form.expires_at,
        by=moment.actor,
        at=moment.now,
    )
    return Done((asked,), say(f"You asked to leave out {form.environment} with {change.version}."))


def grant_waiver(moment: Moment, form: WaiverGrant) -> Verdict:
    """Let the version leave the environment out. It takes effect at once where code and evidence are in order."""
    waiver = _decidable(moment, Act.GRANT_WAIVER, form.waiver)
    if isinstance(waiver, Refused):
        return waiver
    principal = moment.setting.roster.acts_for(moment.actor, moment.setting.guide.waivers.granted_by)
    granted = WaiverGranted(waiver.number, moment.actor, moment.now, principal)
    facts: tuple[Fact, ...] = (granted,)
    more = waivers_taking_effect(apply_all(moment.change, facts), moment.setting)
    return Done(
        (*facts, *more),
        say(f"{moment.label} may leave out {waiver.environment} until ", When(waiver.expires_at), "."),
    )


def refuse_waiver(moment: Moment, form: WaiverRefusal) -> Verdict:
    """Say no, with a reason. The change goes the whole way, or its requester asks again."""
    waiver = _decidable(moment, Act.REFUSE_WAIVER, form.waiver)
    if isinstance(waiver, Refused):
        return waiver
    refused = reason_missing(
        Clause.ENV_2, form.reason, "Say why: the requester must know what to do instead."
    )
    if refused:
        return refused
    no = WaiverRefused(waiver.number, moment.actor, form.reason, moment.now)
    return Done((no,), say(f"You refused the waiver of {waiver.environment} for {moment.label}."))


def _decidable(moment: Moment, act: Act, number: int | None) -> Waiver | Refused:
    """The waiver that the actor, a Director, can decide."""
    refused = moment.refused_by_stage(act)
    if refused:
        return refused
    roster, roles = moment.setting.roster, moment.setting.guide.waivers.granted_by
    directors = roster.holders_of(roles)
    if moment.actor not in directors:
        titles = " or ".join(role.label for role in roles)
        return refuse(Clause.ENV_2, say(f"Waivers are decided by the {titles}."), who=directors)
    if moment.actor == moment.change.requester and not moment.setting.guide.allow_self_approval:
        return refuse(Clause.ENV_2, say("This is your own change: another Director decides."), who=directors)
    wanted = [each for each in moment.change.waivers if number in {None, each.number}]
    waiver = next((each for each in reversed(wanted) if each.version == moment.change.version), None)
    if waiver is None:
        return refuse_as_moved_on(Clause.ENV_2)
    if not waiver.undecided:
        return refuse(Clause.ENV_2, say("This waiver is decided already. Nothing left for you here."))
    if waiver.expires_at <= moment.now:
        why = say("The time that was asked for is over: the requester asks again.")
        return refuse(Clause.ENV_2, why, who=(moment.change.requester,))
    return waiver


def waivers_taking_effect(change: Change, setting: Setting) -> tuple[Fact, ...]:
    """G-ENV-2: granted waivers take effect as soon as G-APP-1 and G-STD-1 to G-STD-4 are met – and a drafted window submits itself.

    Not while the change is back with its requester: a rejection stands until it is asked for again.
    """
    if change.returned:
        return ()
    waiting = [
        each
        for each in change.waivers
        if each.granted
        and not each.in_effect
        and each.version == change.version
        and setting.now < each.expires_at
    ]
    if not waiting or unmet((*approval_gates(change, setting, ApprovalStage.CODE), *evidence_gates(change))):
        return ()
    facts: tuple[Fact, ...] = tuple(WaiverTookEffect(each.number, setting.now) for each in waiting)
    after = apply_all(change, facts)
    before, now_at = stage(change, setting.policy), stage(after, setting.policy)
    through = now_at is Stage.VERIFIED and before is not now_at
    return (*facts, *(drafted_window(after, setting) if through else ()))


def with_waivers(moment: Moment, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """An act's facts, and what they bring about for waivers that wait for them."""
    if not moment.change.waivers:
        return facts
    return (*facts, *waivers_taking_effect(apply_all(moment.change, facts), moment.setting))


def expire_waiver(change: Change, setting: Setting) -> Verdict:
    """Waivers whose time is over no longer count; a question that nobody answered in time is closed.

    A window that ends with its waiver lapses here, too: without the waiver the change is no longer where windows lapse.
    """
    gate = refuse_by_stage(Act.EXPIRE_WAIVER, change, setting.policy)
    over = [
        each
        for each in change.waivers
        if (each.granted or each.undecided)
        and each.version == change.version
        and each.expires_at <= setting.now
    ]
    if gate or not over:
        return Refused((gate,) if gate else ())
    expired = tuple(WaiverExpired(each.number, setting.now) for each in over)
    lapsed = lapse_window(change, setting)
    still_windowed = stage(apply_all(change, expired), setting.policy) in WINDOWED
    window_too = lapsed.facts if isinstance(lapsed, Done) and not still_windowed else ()
    return Done((*window_too, *expired), say("The waiver's time is over."))
