"""Whether a change can be approved, stated a second time: by trying every way to hand its signatures to people.

Reads only who holds which role, and the guide's table and switches; nothing of the search that it holds to account.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from bot.rules.clauses import Clause
from bot.rules.guide import PEER, Guide, HotfixAfterHours, Hours
from bot.rules.organization import Organization, Roster
from bot.rules.terms import ApprovalStage, ChangeType, HourClass, PersonId, Role, ServiceName

NO_ROTA = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Case:
    """One change that somebody asks for, the hours of its window, who is on call then, and who is away."""

    service: ServiceName
    at: datetime
    type: ChangeType
    requester: PersonId
    hours: HourClass
    absent: PersonId | None


Seat = tuple[Role, ...]
"""A signature, by whoever holds any of these roles."""
Signed = Sequence[tuple[Seat, PersonId]]
Rule = Callable[[Signed], bool]
Row = tuple[Clause, Sequence[Seat], Rule]
ON_CALL = (Role.ON_CALL,)


def holders(company: Organization, role: Role, service: ServiceName, at: datetime) -> tuple[PersonId, ...]:
    """Who holds a role, deputies included."""
    return Roster.at(company, service, at).holders(role)


def every_case(company: Organization) -> Iterator[Case]:
    """Each service, turn of the rota, type, engineer, class of hours, and everybody else away in turn."""
    for service in company.services:
        turns = [
            shift.starts for shift in company.rota if shift.services is None or service in shift.services
        ]
        for at in turns or [NO_ROTA]:
            engineers = holders(company, Role.ENGINEER, service, at)
            for change_type, requester, hours in product(ChangeType, engineers, HourClass):
                for absent in (None, *company.names()):
                    if absent != requester:
                        yield Case(service, at, change_type, requester, hours, absent)


def unmet(company: Organization, case: Case) -> set[Clause]:
    """The clauses whose signatures nobody can give, from the request to the end of the change."""
    guide = company.guide
    rows = _of_a_hotfix if guide.follows_hotfix(case.type) else _of_a_standard_change
    return {clause for clause, seats, rule in rows(guide, case) if not _possible(company, case, seats, rule)}


def _holds(company: Organization, case: Case, person: PersonId, role: Role) -> bool:
    if person == case.absent:
        return False
    people = holders(company, role, case.service, case.at)
    if role is Role.ON_CALL and case.absent in people:
        others = [shift for shift in company.rota if shift.is_for(case.service)]
        return person in people or any(person in shift.people for shift in others)
    return person in people


def _possible(company: Organization, case: Case, seats: Sequence[Seat], rule: Rule) -> bool:
    return any(
        all(
            any(_holds(company, case, person, role) for role in seat)
            for seat, person in zip(seats, people, strict=True)
        )
        and rule(list(zip(seats, people, strict=True)))
        for people in product(company.names(), repeat=len(seats))
    )


def _different(signed: Signed) -> bool:
    return len({person for _, person in signed}) == len(signed)


def _ordinary(guide: Guide, case: Case, *, declared: bool = False) -> Rule:
    """A row of the table: different people, none of them the requester; on call, who declares a hotfix has signed."""

    def rule(signed: Signed) -> bool:
        own = [seat for seat, person in signed if person == case.requester]
        own_is_fine = guide.allow_self_approval or all(declared and seat == ON_CALL for seat in own)
        return own_is_fine and (guide.allow_one_person_many_roles or _different(signed))

    return rule


def _code(guide: Guide, case: Case) -> Rule:
    """The requester wrote it."""

    def rule(signed: Signed) -> bool:
        wrote = any(person == case.requester for _, person in signed)
        return not wrote and (guide.allow_one_person_many_roles or _different(signed))

    return rule


def _rows(guide: Guide, stage: ApprovalStage, hours: HourClass) -> Iterator[tuple[Clause, tuple[Seat, ...]]]:
    """The signatures of the table's rows; only production's depend on the hours."""
    fitting = {Hours.ALWAYS, Hours.BUSINESS if hours is HourClass.BUSINESS else Hours.AFTER}
    for row in guide.approvals:
        if row.stage is stage and (stage is not ApprovalStage.PRODUCTION or row.when in fitting):
            yield (
                row.clause,
                tuple(guide.code_review.peers if seat is PEER else (seat,) for seat in row.signers),
            )


def _of_a_standard_change(guide: Guide, case: Case) -> Iterator[Row]:
    for clause, seats in _rows(guide, ApprovalStage.CODE, case.hours):
        yield clause, seats, _code(guide, case)
    for stage in (ApprovalStage.STAGING, ApprovalStage.PRODUCTION):
        for clause, seats in _rows(guide, stage, case.hours):
            yield clause, seats, _ordinary(guide, case)
    yield Clause.STD_6, [(role,) for role in guide.verification.roles], _different


def _of_a_hotfix(guide: Guide, case: Case) -> Iterator[Row]:
    hotfix = guide.hotfix

    def two_managers(signed: Signed) -> bool:
        own = sum(person == case.requester for _, person in signed)
        own_is_fine = guide.allow_self_approval or own <= hotfix.requester_may_sign
        return own_is_fine and (guide.allow_one_person_many_roles or _different(signed))

    after = case.hours is HourClass.AFTER
    if not (after and hotfix.after_hours is HotfixAfterHours.DIRECTOR_AND_ON_CALL):
        yield Clause.HOT_2, [(role,) for role in hotfix.signers], two_managers
    if after and hotfix.after_hours is not HotfixAfterHours.VERBAL_ONLY:
        for clause, seats in _rows(guide, ApprovalStage.PRODUCTION, case.hours):
            yield clause, seats, _ordinary(guide, case, declared=True)
    # Whatever is looked at before the start, all of it is before the review is signed.
    for clause, seats in _rows(guide, ApprovalStage.CODE, case.hours):
        yield clause, seats, _code(guide, case)
    yield Clause.HOT_5, [guide.review.signed_by], _code(guide, case)
