"""The signatures that a change of each type needs in each class of hours, as places that people must be found for.

It says of the whole guide at once what `approvals` and `gates` say of one change on its way. The requester counts as the
code's only author.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from bot.rules.clauses import Clause
from bot.rules.guide import PEER, ApprovalRow, Guide, HotfixAfterHours, HotfixCodeReview, Seat
from bot.rules.terms import ApprovalStage, ChangeType, HourClass, PersonId, Role

ANY_HOUR = frozenset(HourClass)


class Step(StrEnum):
    """Where on its way a change needs signatures."""

    CODE = "code"
    STAGING = "staging"
    VERIFICATION = "verification"
    PRODUCTION = "production"
    HOTFIX = "hotfix"
    """G-HOT-2's, and G-APP-4's where a hotfix outside business hours needs them."""
    HOTFIX_CODE = "hotfix_code"
    """What of G-APP-1 a hotfix needs before it starts."""
    REVIEW_CODE = "review_code"
    """What of G-APP-1 a hotfix needs before its review is signed."""
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Place:
    """One signature: by a holder of any of `roles`, by the requester too where `by_requester`."""

    roles: tuple[Role, ...]
    by_requester: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Signatures that are needed together: by different people where `apart`, at most `requester_may` by the requester."""

    step: Step
    clause: Clause
    places: tuple[Place, ...]
    types: tuple[ChangeType, ...]
    hours: frozenset[HourClass] = ANY_HOUR
    apart: bool = True
    requester_may: int = 0


@dataclass(frozen=True, slots=True)
class Shortage:
    """Places for which there are too few people: `left` are all who could fill any of them."""

    wanted: tuple[tuple[Role, ...], ...]
    left: frozenset[PersonId]
    requester_kept_out: bool
    """Whether the requester holds one of the roles, but may not sign."""
    apart: bool
    """Whether the places are to be filled by different people; else it is the requester who may not give them all."""


Lack = tuple[Shortage, ...]
"""Why signatures cannot be given; nothing where they can."""


def needs_of(guide: Guide) -> tuple[Need, ...]:
    """All signatures that any change needs, in the order of its way; those for types that the company has."""
    standard = tuple(each for each in ChangeType if not guide.follows_hotfix(each))
    hotfix = tuple(each for each in ChangeType if guide.follows_hotfix(each))
    needs = (*_standard(guide, standard), *_hotfix(guide, hotfix))
    return tuple(need for need in needs if need.types and need.places)


def _standard(guide: Guide, types: tuple[ChangeType, ...]) -> Iterator[Need]:
    apart = not guide.allow_one_person_many_roles
    for row in guide.approvals:
        match row.stage:
            case ApprovalStage.CODE:
                yield Need(Step.CODE, row.clause, _code_places(row, guide), types, apart=apart)
            case ApprovalStage.STAGING:
                yield _row(row, guide, Step.STAGING, types, ANY_HOUR)
            case ApprovalStage.PRODUCTION:
                hours = frozenset(hour for hour in HourClass if row.when.cover(frozenset({hour})))
                yield _row(row, guide, Step.PRODUCTION, types, hours)
    # Attesting is not approving: the requester may give one, whatever the switches say (G-STD-6).
    attestations = tuple(Place((role,), by_requester=True) for role in guide.verification.roles)
    yield Need(Step.VERIFICATION, Clause.STD_6, attestations, types, requester_may=1)


def _row(
    row: ApprovalRow, guide: Guide, step: Step, types: tuple[ChangeType, ...], hours: frozenset[HourClass]
) -> Need:
    """A row of the table. Who declares a hotfix while on call has signed for on-call by declaring (G-APP-4)."""
    places = tuple(
        Place(
            _roles(seat, guide),
            by_requester=guide.allow_self_approval or (step is Step.HOTFIX and seat is Role.ON_CALL),
        )
        for seat in row.signers
    )
    apart = not guide.allow_one_person_many_roles
    return Need(step, row.clause, places, types, hours, apart, requester_may=len(places))


def _roles(seat: Seat, guide: Guide) -> tuple[Role, ...]:
    return guide.code_review.peers if seat is PEER else (seat,)


def _code_places(row: ApprovalRow, guide: Guide, *, peers_only: bool = False) -> tuple[Place, ...]:
    """The author signs nowhere, whatever the switches say (G-APP-1)."""
    return tuple(Place(_roles(seat, guide)) for seat in row.signers if seat is PEER or not peers_only)


def _hotfix(guide: Guide, types: tuple[ChangeType, ...]) -> Iterator[Need]:
    rules = guide.hotfix
    apart = not guide.allow_one_person_many_roles
    signers = tuple(Place((role,), by_requester=True) for role in rules.signers)
    always = rules.after_hours is not HotfixAfterHours.DIRECTOR_AND_ON_CALL
    yield Need(
        Step.HOTFIX,
        Clause.HOT_2,
        signers,
        types,
        hours=ANY_HOUR if always else frozenset({HourClass.BUSINESS}),
        apart=apart,
        requester_may=len(signers) if guide.allow_self_approval else rules.requester_may_sign,
    )
    after = frozenset({HourClass.AFTER})
    if rules.after_hours is not HotfixAfterHours.VERBAL_ONLY:
        for row in guide.rows(ApprovalStage.PRODUCTION, after):
            yield _row(row, guide, Step.HOTFIX, types, after)
    for row in guide.approvals:
        if row.stage is ApprovalStage.CODE:
            if rules.code_review is not HotfixCodeReview.AFTER:
                peers_only = rules.code_review is HotfixCodeReview.PEER_BEFORE
                places = _code_places(row, guide, peers_only=peers_only)
                yield Need(Step.HOTFIX_CODE, row.clause, places, types, apart=apart)
            if rules.code_review is not HotfixCodeReview.BEFORE:
                yield Need(Step.REVIEW_CODE, row.clause, _code_places(row, guide), types, apart=apart)
    yield Need(Step.REVIEW, Clause.HOT_5, (Place(guide.review.signed_by),), types)


def lack(need: Need, able: Sequence[frozenset[PersonId]], requester: PersonId) -> Lack:
    """Why the places cannot all be filled, given who is able to fill each; nothing where they can.

    By Hall's theorem different people can be found for all places unless some of these have fewer people than they are:
    the smallest such places are the reason.
    """
    allowed = [
        people if place.by_requester and need.requester_may else people - {requester}
        for place, people in zip(need.places, able, strict=True)
    ]
    found: list[Shortage] = []
    told: set[int] = set()
    for size in range(1, len(need.places) + 1):
        for some in combinations(range(len(need.places)), size):
            left = frozenset[PersonId]().union(*(allowed[place] for place in some))
            if told.isdisjoint(some) and _too_few(need, left, size, requester):
                told.update(some)
                kept_out = requester not in left and any(requester in able[place] for place in some)
                wanted = tuple(sorted((need.places[place].roles for place in some), key=_in_order))
                found.append(Shortage(wanted, left, kept_out, need.apart))
    return tuple(found)


def _in_order(roles: tuple[Role, ...]) -> list[int]:
    return [list(Role).index(role) for role in roles]


def _too_few(need: Need, left: frozenset[PersonId], places: int, requester: PersonId) -> bool:
    if need.apart:
        return len(left) < places
    return not left or (left == {requester} and places > need.requester_may)
