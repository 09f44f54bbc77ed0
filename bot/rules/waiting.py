"""What waits for one person on one change: the thing that nobody else, or only they and a few others, can do next.

Who is *asked* by message is another question (`asking`): a role with many holders has only some of them asked, and it
waits for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.rules.approvals import missing_seats, open_seats, rows_at, rows_that_gain
from bot.rules.change import Change
from bot.rules.freeze_gates import freezes_over
from bot.rules.gates import evidence_gates, production_gates, staging_gates, who_can_verify
from bot.rules.guide import PEER, Seat
from bot.rules.leaving_out import next_environment
from bot.rules.life import IN_PRODUCTION, WAIVABLE, WATCHED, WINDOWED, Stage, stage
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.terms import ApprovalStage, PersonId, Role
from bot.rules.verdict import unmet
from bot.rules.waiver_gates import undecided_waivers, who_decides_waivers, who_excepts
from bot.rules.watching import who_can_confirm, who_can_roll_back


class WaitingKind(StrEnum):
    """What a person can do next. In the order in which it presses."""

    ROLL_BACK = "roll_back"
    FINISH_ROLLBACK = "finish_rollback"
    WATCH = "watch"
    FINISH_PRODUCTION = "finish_production"
    START_PRODUCTION = "start_production"
    EXCEPT = "except"
    REVISE = "revise"
    APPROVE = "approve"
    VERIFY = "verify"
    DECIDE_WAIVER = "decide_waiver"
    FINISH_STAGING = "finish_staging"
    START_STAGING = "start_staging"
    PROPOSE_WINDOW = "propose_window"
    RECORD_EVIDENCE = "record_evidence"


URGENCY = {kind: place for place, kind in enumerate(WaitingKind)}
ASKED_TO_APPROVE = frozenset(
    {Stage.PREPARING, Stage.STAGING, Stage.VERIFYING, Stage.VERIFIED, Stage.APPROVING, Stage.SCHEDULED}
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody: for an approval the stages and seats, for a verification the roles."""

    kind: WaitingKind
    stages: tuple[ApprovalStage, ...] = ()
    seats: tuple[Seat, ...] = ()
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change on which something waits for somebody, the most pressing first."""

    scene: Scene
    waiting: tuple[Waiting, ...]


def waiting_for(person: PersonId, change: Change, setting: Setting) -> tuple[Waiting, ...]:
    """All that waits for this person on this change, the most pressing first.

    Only the gates of a start look at `setting.neighbors`, and only where the person is the deployer.
    """
    now_at = stage(change, setting.policy)
    found = (
        *_as_signer(person, change, setting, now_at),
        *_as_director(person, change, setting, now_at),
        *_as_deployer(person, change, setting, now_at),
        *_as_requester(person, change, setting, now_at),
        *_as_watcher(person, change, setting, now_at),
    )
    return tuple(sorted(found, key=lambda each: URGENCY[each.kind]))


def _as_signer(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    if now_at in ASKED_TO_APPROVE:
        gaining = {row.clause for row in rows_that_gain(change, setting, person)}
        rows = [row for row in rows_at(change, setting.policy) if row.clause in gaining]
        seats = [
            needed
            for needed, able in open_seats(change, setting, rows)
            if person in able and (needed.seat is not PEER or _is_asked_as_peer(person, change))
        ]
        if seats:
            yield Waiting(
                WaitingKind.APPROVE,
                stages=tuple(dict.fromkeys(needed.row.stage for needed in seats)),
                seats=tuple(dict.fromkeys(needed.seat for needed in seats)),
            )
    if now_at is Stage.VERIFYING:
        roles = tuple(
            role
            for role in setting.guide.verification.roles
            if not ((given := change.verified_by(role)) and given.passed)
            and person in who_can_verify(change, setting, role)
        )
        if roles:
            yield Waiting(WaitingKind.VERIFY, roles=roles)


def _as_director(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    """G-ENV-2, G-STD-8: what one who grants waivers or excepts from freezes has not decided yet."""
    if (
        now_at in WAIVABLE
        and undecided_waivers(change, setting)
        and person in who_decides_waivers(change, setting)
    ):
        yield Waiting(WaitingKind.DECIDE_WAIVER)
    if now_at in WINDOWED and freezes_over(change, setting) and person in who_excepts(change, setting):
        yield Waiting(WaitingKind.EXCEPT)


def _is_asked_as_peer(person: PersonId, change: Change) -> bool:
    """Of peers those whom the request names; where it names nobody, any of them."""
    return person in change.reviewers or not change.reviewers


def _as_deployer(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    if person != change.deployer:
        return
    match now_at:
        case Stage.PREPARING:
            environment = next_environment(change, setting.guide)
            if not unmet(staging_gates(change, environment, setting)):
                yield Waiting(WaitingKind.START_STAGING)
        case Stage.STAGING:
            yield Waiting(WaitingKind.FINISH_STAGING)
        case Stage.SCHEDULED:
            if not unmet(production_gates(change, setting)):
                yield Waiting(WaitingKind.START_PRODUCTION)
        case Stage.DEPLOYING:
            yield Waiting(WaitingKind.FINISH_PRODUCTION)


def _as_requester(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    if person != change.requester:
        return
    match now_at:
        case Stage.RETURNED:
            yield Waiting(WaitingKind.REVISE)
        case Stage.VERIFIED:
            yield Waiting(WaitingKind.PROPOSE_WINDOW)
        case Stage.PREPARING:
            signed = not missing_seats(change, setting.policy, rows_at(change, setting.policy))
            if signed and unmet(evidence_gates(change)):
                yield Waiting(WaitingKind.RECORD_EVIDENCE)


def _as_watcher(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    attempt = change.attempt_in(setting.guide.production)
    if attempt is None:
        return
    if now_at in WATCHED and person in who_can_confirm(change, attempt, setting):
        yield Waiting(WaitingKind.WATCH)
    if now_at is Stage.ROLLBACK_REQUIRED and person in who_can_roll_back(change, setting):
        yield Waiting(WaitingKind.ROLL_BACK)
    if now_at is Stage.ROLLING_BACK and person in {change.deployer, attempt.started_by}:
        yield Waiting(WaitingKind.FINISH_ROLLBACK)


def concerned(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Whose own work an act on this change may touch, beside those who are or were asked about it."""
    people = [change.requester, change.deployer, *change.reviewers]
    if stage(change, setting.policy) in IN_PRODUCTION:
        monitoring, rollback = setting.guide.monitoring, setting.guide.rollback
        roles = (*monitoring.roles, *monitoring.escalates_to, *rollback.started_by)
        people += setting.roster.holders_of(roles)
        people += [each.started_by for each in change.deployments if each.rolls_back]
    return tuple(dict.fromkeys(people))
