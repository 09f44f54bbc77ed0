"""QA's and Product's verification in staging (G-STD-6)."""

from bot.rules.change import ReturnedBecause, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import (
    ChangeReturned,
    VersionVerified,
)
from bot.rules.folding import apply
from bot.rules.gates import who_can_verify
from bot.rules.inputs import VerificationInput
from bot.rules.life import Act, Stage, stage
from bot.rules.terms import Role
from bot.rules.verdict import Done, Field, Refused, Verdict, refuse
from bot.rules.words import Part, Who, join_names, say
from bot.workflows.moment import Moment, reason_missing
from bot.workflows.windows import drafted_window


def verify(moment: Moment, form: VerificationInput) -> Verdict:
    """Attest, in a role that one holds, that the version passes or fails. A fail blocks the version and needs notes."""
    refused = moment.refused_by_stage(Act.VERIFY) or moment.moved_on(form.revision, Clause.STD_6)
    if refused:
        return refused
    role = _role(moment, form)
    if isinstance(role, Refused):
        return role
    attested = VersionVerified(
        moment.change.version,
        role,
        moment.actor,
        form.passed,
        form.notes,
        moment.now,
        moment.setting.roster.deputy_for(moment.actor, role),
    )
    return _pass(moment, attested) if form.passed else _fail(moment, form, attested)


def _role(moment: Moment, form: VerificationInput) -> Role | Refused:
    """The role in which the actor attests: the asked one, else the first held that is still missing."""
    roles = moment.setting.guide.verification.roles
    held = [
        role
        for role in roles
        if form.role in {None, role} and moment.actor in moment.setting.roster.holders(role)
    ]
    if not held:
        able = moment.setting.roster.holders_of(roles)
        wanted = join_names([role.label for role in roles])
        return refuse(Clause.STD_6, say(f"Verifying is for {wanted} of {moment.change.service}."), who=able)
    if not form.passed:
        return held[0]
    return _role_to_pass(moment, held)


def _role_to_pass(moment: Moment, held: list[Role]) -> Role | Refused:
    change = moment.change
    missing = [role for role in held if not ((given := change.verified_by(role)) and given.passed)]
    able_in = [role for role in missing if moment.actor in who_can_verify(change, moment.setting, role)]
    if able_in and moment.stage is not Stage.VERIFYING:
        why = say(f"{change.version} needs no verification, by a waiver: only a failure can be recorded now.")
        return refuse(Clause.ENV_2, why)
    if able_in:
        return min(able_in, key=lambda role: _left_without(moment, role))
    if missing:
        able = who_can_verify(change, moment.setting, missing[0])
        return refuse(Clause.STD_6, say("You attested already; the other one is another person's."), who=able)
    given = change.verified_by(held[0])
    if given and given.person != moment.actor:
        return refuse(
            Clause.STD_6, say(Who((given.person,)), " passed it already. Nothing left for you here.")
        )
    return refuse(Clause.STD_6, say("You passed it already."))


def _left_without(moment: Moment, taken: Role) -> int:
    """How many missing roles nobody else could attest for, if the actor takes this one."""
    change, setting = moment.change, moment.setting
    missing = [
        role
        for role in setting.guide.verification.roles
        if role is not taken and not ((given := change.verified_by(role)) and given.passed)
    ]
    return sum(set(who_can_verify(change, setting, role)) <= {moment.actor} for role in missing)


def _pass(moment: Moment, attested: VersionVerified) -> Done:
    after = apply(moment.change, attested)
    drafted = (
        drafted_window(after, moment.setting)
        if moment.stage is Stage.VERIFYING and stage(after, moment.setting.policy) is Stage.VERIFIED
        else ()
    )
    return Done(
        (attested, *drafted),
        say(f"You passed {moment.label} as {attested.role.label}", *_for_whom(attested), "."),
    )


def _for_whom(attested: VersionVerified) -> tuple[Part, ...]:
    """` for Quinn`, where the actor is a deputy."""
    return () if attested.deputy_for is None else (" for ", Who((attested.deputy_for,)))


def _fail(moment: Moment, form: VerificationInput, attested: VersionVerified) -> Verdict:
    refused = reason_missing(
        Clause.STD_6, form.notes, "Say what failed: the requester must know what to mend.", Field.NOTES
    )
    if refused:
        return refused
    returned = ChangeReturned(ReturnedBecause.VERIFICATION_FAILED, moment.actor, form.notes, moment.now)
    ended = moment.window_ended(WindowEnd.RETURNED, "verification failed", form.notes)
    said = say(f"You failed {moment.change.version} of {moment.label}", *_for_whom(attested), ".")
    return Done((attested, *ended, returned), said)
