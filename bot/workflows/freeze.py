"""Declaring and lifting change freezes, and excepting one change from one (G-STD-8)."""

from datetime import datetime

from bot.rules.clauses import Clause
from bot.rules.company_facts import FreezeDeclared, FreezeLifted
from bot.rules.facts import FreezeExcepted
from bot.rules.freeze_gates import excepted_by, is_excepted
from bot.rules.freezing import services_label
from bot.rules.inputs import FreezeLeave, FreezeLift, FreezeWish
from bot.rules.life import Act
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.verdict import Done, Field, Refused, Verdict, refuse
from bot.rules.words import When, Who, join_names, say
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.moment import Moment, reason_missing


def declare_freeze(moment: CompanyMoment, form: FreezeWish) -> CompanyVerdict:
    """Let no standard change of these services start in production for a while. One that begins in the past begins now."""
    refused = (
        _refused_by_services(moment, form)
        or _refused_as_declarer(moment, _concerned(moment, frozenset(form.services)), "Declaring")
        or _refused_by_time(form, moment.now)
        or reason_missing(Clause.STD_8, form.reason, "Say why: whoever has to wait reads it.")
    )
    if refused:
        return refused
    declared = FreezeDeclared(
        freeze=moment.next_freeze(),
        services=tuple(sorted(set(form.services))),
        starts=max(form.span.start, moment.now),
        ends=form.span.end,
        reason=form.reason,
        by=moment.actor,
        at=moment.now,
    )
    what = join_names(list(declared.services), "and") if declared.services else "all services"
    said = say(f"You froze {what} from ", When(declared.starts), " to ", When(declared.ends), ".")
    return CompanyDone((declared,), said)


def lift_freeze(moment: CompanyMoment, form: FreezeLift) -> CompanyVerdict:
    """End a freeze before its time, or before it begins."""
    freeze = next((each for each in moment.freezes if each.id == form.freeze), None)
    if freeze is None:
        return refuse(Clause.STD_8, say("That freeze is lifted or over already: it holds nobody up."))
    refused = _refused_as_declarer(moment, _concerned(moment, freeze.services), "Lifting") or reason_missing(
        Clause.STD_8, form.reason, "Say why it is lifted: the log keeps it."
    )
    if refused:
        return refused
    lifted = FreezeLifted(freeze.id, moment.actor, form.reason, moment.now)
    return CompanyDone((lifted,), say(f"You lifted the freeze of {services_label(freeze)}."))


def except_from_freeze(moment: Moment, form: FreezeLeave) -> Verdict:
    """A Director's leave for one change to start during one freeze, whether or not its window stands yet."""
    refused = moment.refused_by_stage(Act.EXCEPT_FROM_FREEZE) or _refused_as_director(moment)
    if refused:
        return refused
    freeze = next((each for each in moment.setting.freezes if each.id == form.freeze), None)
    if freeze is None:
        return refuse(Clause.STD_8, say("That freeze is lifted or over: nothing to except the change from."))
    if is_excepted(moment.change, freeze):
        return refuse(Clause.STD_8, say(f"{moment.label} is excepted from that freeze already."))
    refused = reason_missing(Clause.STD_8, form.reason, "Say why this change cannot wait for its end.")
    if refused:
        return refused
    principal = moment.setting.roster.acts_for(moment.actor, moment.setting.guide.freezes.excepted_by)
    excepted = FreezeExcepted(freeze.id, moment.actor, form.reason, moment.now, principal)
    return Done(
        (excepted,), say(f"You excepted {moment.label} from the freeze that ends ", When(freeze.ends), ".")
    )


def _concerned(moment: CompanyMoment, services: frozenset[ServiceName]) -> tuple[ServiceName, ...]:
    """The services of the organization's file that a freeze is for; none named means all of them."""
    return tuple(name for name in moment.organization.services if not services or name in services)


def _refused_by_services(moment: CompanyMoment, form: FreezeWish) -> Refused | None:
    unknown = [name for name in form.services if name not in moment.organization.services]
    if not unknown:
        return None
    why = say(f"{join_names(unknown, 'and')}: the organization's file names no such service.")
    return refuse(Clause.STD_8, why, field=Field.SERVICES)


def _refused_as_declarer(
    moment: CompanyMoment, services: tuple[ServiceName, ...], doing: str
) -> Refused | None:
    """The refusal unless the actor holds one of the guide's roles for every service that it concerns."""
    roles = moment.organization.guide.freezes.declared_by
    lacking = [name for name in services if moment.actor not in _holders(moment, name, roles)]
    if not lacking:
        return None
    able = [_holders(moment, name, roles) for name in lacking]
    everywhere = tuple(person for person in able[0] if all(person in each for each in able))
    named = join_names([role.label for role in roles])
    shown = lacking[:3]
    more = f" and {len(lacking) - len(shown)} more services" if len(lacking) > len(shown) else ""
    why = say(
        f"{doing} a freeze is for the {named} of each service that it is for; you are neither for "
        f"{join_names(list(shown), 'or')}{more}. ",
        *((Who(everywhere), " can.") if everywhere else ("Nobody is that for all of them.",)),
    )
    return refuse(Clause.STD_8, why, who=everywhere, field=Field.SERVICES)


def _holders(moment: CompanyMoment, service: ServiceName, roles: tuple[Role, ...]) -> tuple[PersonId, ...]:
    return moment.rosters(service).holders_of(roles)


def _refused_by_time(form: FreezeWish, now: datetime) -> Refused | None:
    if form.span.end <= form.span.start:
        return refuse(Clause.STD_8, say("The freeze ends before it starts."), field=Field.ENDS)
    if form.span.end <= now:
        return refuse(
            Clause.STD_8, say("That freeze is over already: choose an end that is ahead."), field=Field.ENDS
        )
    return None


def _refused_as_director(moment: Moment) -> Refused | None:
    able = excepted_by(moment.setting.roster, moment.setting.guide)
    others = tuple(person for person in able if person != moment.change.requester)
    if moment.actor == moment.change.requester and not moment.setting.guide.allow_self_approval:
        why = say("This is your own change: somebody else excepts it from a freeze.")
        return refuse(Clause.STD_8, why, who=others)
    if moment.actor in able:
        return None
    roles = join_names([role.label for role in moment.setting.guide.freezes.excepted_by])
    can = (Who(others), " can.") if others else ("Nobody holds that role.",)
    return refuse(
        Clause.STD_8, say(f"Excepting a change from a freeze is for the {roles}. ", *can), who=others
    )
