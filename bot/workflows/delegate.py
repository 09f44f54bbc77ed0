"""Naming a deputy for a role and a span of time, and ending that before its time."""

from bot.rules.clauses import Clause
from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation
from bot.rules.guide import Guide
from bot.rules.inputs import DelegationEnd, DeputyWish
from bot.rules.organization import NOBODY_KNOWS
from bot.rules.terms import PersonId, Role, ServiceName
from bot.rules.verdict import Field, Refused, refuse
from bot.rules.words import Part, When, Who, join_names, say
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict


def name_deputy(moment: CompanyMoment, form: DeputyWish) -> CompanyVerdict:
    """Let somebody act in a role, for its holder or where there is none. A span that began already begins now."""
    refused = (
        _refused_by_role(moment, form)
        or _refused_by_principal(moment, form)
        or _refused_as_namer(moment, form)
        or _refused_by_deputy(moment, form)
        or _refused_by_time(moment, form)
    )
    if refused:
        return refused
    named = DelegationNamed(
        delegation=moment.next_delegation(),
        role=form.role,
        service=form.service,
        principal=form.principal,
        deputy=form.deputy,
        starts=max(form.span.start, moment.now),
        ends=form.span.end,
        by=moment.actor,
        at=moment.now,
    )
    instead: tuple[Part, ...] = () if form.principal is None else (" for ", Who((form.principal,)))
    said = say(
        Who((form.deputy,)),
        f" acts as {form.role.label} of {services_named(form.service)}",
        *instead,
        " from ",
        When(named.starts),
        " to ",
        When(named.ends),
        ".",
    )
    return CompanyDone((named,), said)


def end_delegation(moment: CompanyMoment, form: DelegationEnd) -> CompanyVerdict:
    """End a delegation now, or one that has not begun. What was signed by it stands."""
    delegation = next((each for each in moment.delegations if each.id == form.delegation), None)
    if delegation is None:
        return refuse(Clause.APP_1, say("That delegation is over already."))
    clause = clause_of(delegation.role, moment.organization.guide)
    able = who_can_end(moment, delegation)
    if moment.actor not in able:
        why = say(
            "Ending this delegation is for the holder, whoever named the deputy, or a Director: ",
            Who(able),
            ".",
        )
        return refuse(clause, why, who=able)
    ended = DelegationEnded(delegation.id, moment.actor, moment.now)
    said = say(
        Who((delegation.deputy,)),
        f" no longer acts as {delegation.role.label} of {services_named(delegation.service)}"
        " by this delegation. What was signed until now stands.",
    )
    return CompanyDone((ended,), said)


def who_can_end(moment: CompanyMoment, delegation: Delegation) -> tuple[PersonId, ...]:
    """The holder for whom it is, whoever named the deputy, and those who may name deputies for others."""
    own = (
        (delegation.named_by,)
        if delegation.principal is None
        else (delegation.principal, delegation.named_by)
    )
    return tuple(dict.fromkeys((*own, *_namers(moment, _services(moment, delegation.service)))))


def services_named(service: ServiceName | None) -> str:
    """`payments`, or `all services`."""
    return "all services" if service is None else service


def clause_of(role: Role, guide: Guide) -> Clause:
    """The clause that asks for a role's word first."""
    if role in guide.verification.roles:
        return Clause.STD_6
    return next((row.clause for row in guide.approvals if role in row.signers), Clause.APP_1)


def _refused_by_role(moment: CompanyMoment, form: DeputyWish) -> Refused | None:
    if form.role is Role.ON_CALL:
        why = say(
            "Who is on call is read from the rota: change the shift in the organization's file instead."
        )
        return refuse(Clause.APP_4, why, field=Field.ROLE)
    if form.service is not None and form.service not in moment.organization.services:
        why = say(f"The organization's file names no service {form.service}.")
        return refuse(_clause(moment, form), why, field=Field.SERVICE)
    return None


def _refused_by_principal(moment: CompanyMoment, form: DeputyWish) -> Refused | None:
    """A deputy acts for somebody who holds the role by themselves; for nobody only where nobody does."""
    clause, role, what = _clause(moment, form), form.role.label, services_named(form.service)
    services = _services(moment, form.service)
    if form.principal is None:
        if any(form.role in moment.rosters(name).silent for name in services):
            return refuse(clause, say(f"{NOBODY_KNOWS}."), field=Field.PRINCIPAL)
        held = [name for name in services if moment.rosters(name).own_holders(form.role)]
        if not held:
            return None
        holders = moment.rosters(held[0]).own_holders(form.role)
        why = say(f"{role} of {held[0]} is ", Who(holders), ": say for whom the deputy acts.")
        return refuse(clause, why, who=holders, field=Field.PRINCIPAL)
    if any(form.principal in moment.rosters(name).own_holders(form.role) for name in services):
        return None
    holders = tuple(
        dict.fromkeys(person for name in services for person in moment.rosters(name).own_holders(form.role))
    )
    silent = any(form.role in moment.rosters(name).silent for name in services)
    instead: tuple[Part, ...] = (
        (f"{NOBODY_KNOWS}.",) if silent else ("Nobody holds it: leave that field empty.",)
    )
    if holders:
        instead = (Who(holders), " can be acted for.")
    is_not = (
        say(f"You do not hold {role} of {what} yourself. ", *instead)
        if form.principal == moment.actor
        else say(Who((form.principal,)), f" does not hold {role} of {what}. ", *instead)
    )
    return refuse(clause, is_not, who=holders, field=Field.PRINCIPAL)


def _refused_as_namer(moment: CompanyMoment, form: DeputyWish) -> Refused | None:
    """Whoever names: the holder, or one of the guide's roles for every service that it concerns."""
    if form.principal == moment.actor:
        return None
    concerned = [
        name
        for name in _services(moment, form.service)
        if form.principal is None or form.principal in moment.rosters(name).own_holders(form.role)
    ]
    able = _namers(moment, tuple(concerned))
    if moment.actor in able:
        return None
    roles = join_names([role.label for role in moment.organization.guide.delegation.named_by])
    holder: tuple[Part, ...] = () if form.principal is None else (Who((form.principal,)), " or ")
    can: tuple[Part, ...] = (" ", Who(able), " can.") if able else ()
    why = say("Naming this deputy is for ", *holder, f"the {roles}.", *can)
    who = able if form.principal is None else (form.principal, *able)
    return refuse(_clause(moment, form), why, who=who, field=Field.PRINCIPAL)


def _refused_by_deputy(moment: CompanyMoment, form: DeputyWish) -> Refused | None:
    clause = _clause(moment, form)
    if form.unfit is not None:
        return refuse(clause, form.unfit, field=Field.DEPUTY)
    if form.deputy == form.principal:
        return refuse(clause, say("A deputy is somebody else than the holder."), field=Field.DEPUTY)
    if form.deputy == moment.actor:
        why = say("You cannot name yourself: the holder or another who may name deputies names you.")
        return refuse(clause, why, field=Field.DEPUTY)
    services = _services(moment, form.service)
    if all(form.deputy in moment.rosters(name).own_holders(form.role) for name in services):
        why = say(Who((form.deputy,)), f" is {form.role.label} of {services_named(form.service)} already.")
        return refuse(clause, why, field=Field.DEPUTY)
    same = next((each for each in moment.delegations if _says_already(each, form)), None)
    if same is None:
        return None
    why = say(Who((form.deputy,)), " is named already, until ", When(same.ends), ".")
    return refuse(clause, why, field=Field.DEPUTY)


def _says_already(known: Delegation, form: DeputyWish) -> bool:
    return (
        (known.role, known.deputy, known.principal) == (form.role, form.deputy, form.principal)
        and known.service in {None, form.service}
        and known.starts <= form.span.start
        and form.span.end <= known.ends
    )


def _refused_by_time(moment: CompanyMoment, form: DeputyWish) -> Refused | None:
    clause = _clause(moment, form)
    if form.span.end <= form.span.start:
        return refuse(clause, say("The delegation ends before it starts."), field=Field.ENDS)
    if form.span.end <= moment.now:
        why = say("That time is over already: choose an end that is ahead.")
        return refuse(clause, why, field=Field.ENDS)
    return None


def _clause(moment: CompanyMoment, form: DeputyWish) -> Clause:
    return clause_of(form.role, moment.organization.guide)


def _services(moment: CompanyMoment, service: ServiceName | None) -> tuple[ServiceName, ...]:
    return tuple(name for name in moment.organization.services if service in {None, name})


def _namers(moment: CompanyMoment, services: tuple[ServiceName, ...]) -> tuple[PersonId, ...]:
    """Who may name deputies for others, for every one of these services; deputies may not."""
    roles = moment.organization.guide.delegation.named_by
    able = [
        dict.fromkeys(person for role in roles for person in moment.rosters(service).own_holders(role))
        for service in services
    ]
    return tuple(person for person in able[0] if all(person in each for each in able)) if able else ()
