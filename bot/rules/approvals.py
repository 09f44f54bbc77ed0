"""Who must approve a change, who may, and what is still missing (G-APP-1 to G-APP-4).

A row of the guide's table has seats; a standing approval is a person with the roles that they held when they gave it.
Which approval fills which seat is derived: the seating that fills the most seats, so that nobody has to choose a role.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.rules.change import Approval, Change, PullRequest
from bot.rules.clauses import Clause
from bot.rules.guide import PEER, ApprovalRow, Guide, Seat
from bot.rules.hotfix_rows import hotfix_rows
from bot.rules.setting import Policy, Setting
from bot.rules.terms import ApprovalStage, PersonId, Role


@dataclass(frozen=True, slots=True)
class NeededSeat:
    """One signature that a row needs; a peer's seat is for one pull request, or for the change that has none."""

    row: ApprovalRow
    seat: Seat
    pull_request: PullRequest | None = None


@dataclass(frozen=True, slots=True)
class Seating:
    """Which standing approval fills which seat of a row, and the seats that nobody fills."""

    filled: tuple[tuple[NeededSeat, Approval], ...]
    missing: tuple[NeededSeat, ...]


def rows_now(change: Change, setting: Setting) -> tuple[ApprovalRow, ...]:
    """The rows that apply to a change now."""
    if setting.guide.follows_hotfix(change.type):
        return hotfix_rows(change, setting.policy, setting.now)
    return standard_rows(change, setting.policy)


def standard_rows(change: Change, policy: Policy) -> tuple[ApprovalRow, ...]:
    """The standard process's: code always, staging unless it is waived (G-ENV-2), production's for the current window."""
    guide = policy.guide
    waived = all(change.waived(environment) for environment in guide.staging_environments)
    wanted = {ApprovalStage.CODE} if waived else {ApprovalStage.CODE, ApprovalStage.STAGING}
    before_staging = tuple(row for row in guide.approvals if row.stage in wanted)
    window = change.window
    return before_staging if window is None else (*before_staging, *policy.production_rows(window.span))


def seats_of(row: ApprovalRow, change: Change) -> tuple[NeededSeat, ...]:
    """The signatures that a row needs for this change: a peer for each pull request, every other signer once."""
    seats: list[NeededSeat] = []
    for seat in row.signers:
        if seat is PEER and change.pull_requests:
            seats.extend(NeededSeat(row, seat, pull_request) for pull_request in change.pull_requests)
        else:
            seats.append(NeededSeat(row, seat))
    return tuple(seats)


def can_sit(
    needed: NeededSeat, person: PersonId, roles: frozenset[Role], change: Change, policy: Policy
) -> bool:
    """Whether a person with these roles may fill a seat, leaving aside who sits elsewhere in the row."""
    guide = policy.guide
    if (
        person == change.requester
        and not guide.allow_self_approval
        and not _requester_may(needed, change, guide)
    ):
        return False
    if needed.seat is PEER:
        wrote_it = (
            person in needed.pull_request.authors if needed.pull_request else person == change.requester
        )
        return not wrote_it and not roles.isdisjoint(guide.code_review.peers)
    if needed.row.stage is ApprovalStage.CODE and person in change.authors:
        return False
    return needed.seat in roles


def _requester_may(needed: NeededSeat, change: Change, guide: Guide) -> bool:
    """On a hotfix the requester may fill one of G-HOT-2's seats; who declares it on call has signed for on-call."""
    if not guide.follows_hotfix(change.type):
        return False
    if needed.row.clause is Clause.HOT_2:
        return guide.hotfix.requester_may_sign > 0
    return needed.row.stage is ApprovalStage.PRODUCTION and needed.seat is Role.ON_CALL


def seating(row: ApprovalRow, change: Change, policy: Policy, approvals: Sequence[Approval]) -> Seating:
    """Seat the approvals given for a row: role seats first, then as many peers' seats as can be; the signers differ."""
    return next(_best_seatings(row, change, policy, approvals))


def _best_seatings(
    row: ApprovalRow, change: Change, policy: Policy, approvals: Sequence[Approval]
) -> Iterator[Seating]:
    """The seatings of which none is fuller; there is at least one."""
    given = [approval for approval in approvals if approval.row == row.clause]
    seats = seats_of(row, change)
    singles = [seat for seat in seats if seat.seat is not PEER]
    all_filled = [
        {**chosen, **_peers(seats, chosen, given, change, policy)}
        for chosen in _choices(singles, given, change, policy)
        if _requester_signs_no_more(chosen, row, change, policy.guide)
    ]
    fullest = max(map(_fullness, all_filled))
    for filled in all_filled:
        if _fullness(filled) == fullest:
            yield Seating(
                filled=tuple((seat, filled[seat]) for seat in seats if seat in filled),
                missing=tuple(seat for seat in seats if seat not in filled),
            )


def _requester_signs_no_more(
    chosen: Mapping[NeededSeat, Approval], row: ApprovalRow, change: Change, guide: Guide
) -> bool:
    """On a hotfix the requester fills no more of G-HOT-2's seats than the guide says, even where one person may sign twice."""
    own = sum(each.person == change.requester for each in chosen.values())
    return (
        row.clause is not Clause.HOT_2 or guide.allow_self_approval or own <= guide.hotfix.requester_may_sign
    )


def _fullness(filled: Mapping[NeededSeat, Approval]) -> tuple[int, int]:
    """How many role seats and how many peers' seats are filled. A peer can be anybody, a Tech Lead cannot."""
    peers = sum(seat.seat is PEER for seat in filled)
    return len(filled) - peers, peers


def _peers(
    seats: Sequence[NeededSeat],
    chosen: Mapping[NeededSeat, Approval],
    given: Sequence[Approval],
    change: Change,
    policy: Policy,
) -> dict[NeededSeat, Approval]:
    """Everybody who signs in no role sits as a peer wherever they can; one peer may have looked at several requests."""
    taken = set() if policy.guide.allow_one_person_many_roles else {each.person for each in chosen.values()}
    rest = [each for each in given if each.person not in taken]
    found = {
        seat: next((each for each in rest if can_sit(seat, each.person, each.roles, change, policy)), None)
        for seat in seats
        if seat.seat is PEER
    }
    return {seat: approval for seat, approval in found.items() if approval}


def _choices(
    seats: Sequence[NeededSeat], given: Sequence[Approval], change: Change, policy: Policy
) -> Iterator[Mapping[NeededSeat, Approval]]:
    """Every way to give the role seats to different people, the fuller ways first for each seat."""
    if not seats:
        yield {}
        return
    seat, *rest = seats
    for approval in given:
        if can_sit(seat, approval.person, approval.roles, change, policy):
            others = (
                given
                if policy.guide.allow_one_person_many_roles
                else [each for each in given if each.person != approval.person]
            )
            for choice in _choices(rest, others, change, policy):
                yield {seat: approval, **choice}
    yield from _choices(rest, given, change, policy)


def missing_seats(change: Change, policy: Policy, rows: Sequence[ApprovalRow]) -> tuple[NeededSeat, ...]:
    """The seats of these rows that no standing approval fills."""
    return tuple(
        seat for row in rows for seat in seating(row, change, policy, change.standing_approvals).missing
    )


def roles_for(row: ApprovalRow, person: PersonId, setting: Setting) -> frozenset[Role]:
    """The roles that count for a row: for production those at the window's start, where the rota knows that (G-APP-4)."""
    return setting.roster.roles_of(person, for_window=row.stage is ApprovalStage.PRODUCTION)


def rows_that_gain(change: Change, setting: Setting, person: PersonId) -> tuple[ApprovalRow, ...]:
    """The rows in which an approval by this person, now, would fill a seat that is missing."""
    return tuple(row for row in rows_now(change, setting) if _gains(row, change, setting, person))


def _gains(row: ApprovalRow, change: Change, setting: Setting, person: PersonId) -> bool:
    standing = change.standing_approvals
    if any(each.person == person and each.row == row.clause for each in standing):
        return False
    policy = setting.policy
    trial = Approval(
        number=len(change.approvals) + 1,
        row=row.clause,
        stage=row.stage,
        person=person,
        roles=roles_for(row, person, setting),
        at=setting.now,
    )
    before = seating(row, change, policy, standing)
    after = seating(row, change, policy, (*standing, trial))
    return bool(before.missing) and _fullness(dict(after.filled)) > _fullness(dict(before.filled))


OpenSeat = tuple[NeededSeat, tuple[PersonId, ...]]
"""A missing seat, and everybody who can fill it."""


def open_seats(change: Change, setting: Setting, rows: Sequence[ApprovalRow]) -> tuple[OpenSeat, ...]:
    """The missing seats of these rows, each with everybody who can fill it."""
    return tuple(seat for row in rows for seat in _open_seats(row, change, setting))


def _open_seats(row: ApprovalRow, change: Change, setting: Setting) -> tuple[OpenSeat, ...]:
    """The missing seats of a row, each with everybody who can fill it.

    Of several fullest seatings the one is shown whose missing seats somebody can fill: who holds two roles makes room.
    """
    shown = [
        tuple((seat, who_can_fill(seat, change, setting)) for seat in seated.missing)
        for seated in _best_seatings(row, change, setting.policy, change.standing_approvals)
    ]
    return max(shown, key=lambda seats: sum(bool(able) for _, able in seats))


def principal_of(approval: Approval, needed: NeededSeat, guide: Guide) -> PersonId | None:
    """For whom an approval fills a seat; None where one of the roles that the seat takes was the signer's own."""
    roles = guide.code_review.peers if needed.seat is PEER else (needed.seat,)
    acted = {each.role: each.principal for each in approval.deputizing}
    held = [role for role in roles if role in approval.roles]
    if any(role not in acted for role in held):
        return None
    return next((acted[role] for role in held if acted[role]), None)


def who_can_fill(needed: NeededSeat, change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Everybody who can sit in a seat and has not signed in its row, in the order in which the roles name them."""
    standing = {each.person for each in change.standing_approvals if each.row == needed.row.clause}
    return tuple(person for person in who_can_sit(needed, change, setting) if person not in standing)


def who_can_sit(needed: NeededSeat, change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Everybody whose word counts for a seat, given or not."""
    wanted = setting.guide.code_review.peers if needed.seat is PEER else (needed.seat,)
    for_window = needed.row.stage is ApprovalStage.PRODUCTION
    holders = dict.fromkeys(
        person for role in wanted for person in setting.roster.holders(role, for_window=for_window)
    )
    return tuple(
        person
        for person in holders
        if can_sit(needed, person, roles_for(needed.row, person, setting), change, setting.policy)
    )
