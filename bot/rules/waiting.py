"""What waits for one person on one change: the thing that nobody else, or only they and a few others, can do next.

Who is *asked* by message is another question (`asking`): a role with many holders has only some of them asked, and it
waits for all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.rules.approvals import missing_seats, open_seats, rows_now, rows_that_gain
from bot.rules.breach import who_answers
from bot.rules.change import Change
from bot.rules.freeze_gates import freezes_over
from bot.rules.gates import evidence_gates, production_gates, staging_gates, who_can_verify
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_gates import hotfix_gates
from bot.rules.leaving_out import next_environment
from bot.rules.life import IN_PRODUCTION, UNSTARTED, WAIVABLE, WATCHED, WINDOWED, Stage, stage
from bot.rules.review import author_of, by_own_acts, is_owed, who_signs
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.spoken import open_words, open_words_of
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
    CONFIRM_VERBAL = "confirm_verbal"
    APPROVE = "approve"
    VERIFY = "verify"
    ANSWER_BREACH = "answer_breach"
    SIGN_REVIEW = "sign_review"
    WRITE_REVIEW = "write_review"
    DECIDE_WAIVER = "decide_waiver"
    FINISH_STAGING = "finish_staging"
    START_STAGING = "start_staging"
    PROPOSE_WINDOW = "propose_window"
    RECORD_EVIDENCE = "record_evidence"


URGENCY = {kind: place for place, kind in enumerate(WaitingKind)}
ASKED_TO_APPROVE = frozenset(
    {
        Stage.DECLARED,
        Stage.PREPARING,
        Stage.STAGING,
        Stage.VERIFYING,
        Stage.VERIFIED,
        Stage.APPROVING,
        Stage.SCHEDULED,
    }
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody.

    For an approval with the stages and seats, for a verification the roles, for a breach the seats that were missing, for
    spoken words the approvals' numbers.
    """

    kind: WaitingKind
    stages: tuple[ApprovalStage, ...] = ()
    seats: tuple[Seat, ...] = ()
    roles: tuple[Role, ...] = ()
    words: tuple[int, ...] = ()


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
        *_after_hotfix(person, change, setting),
    )
    return tuple(sorted(found, key=lambda each: URGENCY[each.kind]))


def _as_signer(person: PersonId, change: Change, setting: Setting, now_at: Stage) -> Iterator[Waiting]:
    if now_at in ASKED_TO_APPROVE:
        yield from _approving(person, change, setting, tuple(ApprovalStage))
    if now_at not in UNSTARTED and is_owed(change):
        yield from _approving(person, _as_reviewed(change), setting, (ApprovalStage.CODE,))
    if now_at is Stage.VERIFYING:
        roles = tuple(
            role
            for role in setting.guide.verification.roles
            if not ((given := change.verified_by(role)) and given.passed)
            and person in who_can_verify(change, setting, role)
        )
        if roles:
            yield Waiting(WaitingKind.VERIFY, roles=roles)


def _as_reviewed(change: Change) -> Change:
    """The change as a code review after the start sees it: whoever only spoke is asked for their own act."""
    spoken = tuple(
        each.person for each in change.approvals if each.spoken and each.stage is ApprovalStage.CODE
    )
    reviewers = (*change.reviewers, *spoken) if change.reviewers else ()
    return replace(by_own_acts(change), reviewers=reviewers)


def _approving(
    person: PersonId, change: Change, setting: Setting, stages: tuple[ApprovalStage, ...]
) -> Iterator[Waiting]:
    gaining = {row.clause for row in rows_that_gain(change, setting, person)}
    rows = [row for row in rows_now(change, setting) if row.clause in gaining and row.stage in stages]
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


def _after_hotfix(person: PersonId, change: Change, setting: Setting) -> Iterator[Waiting]:
    """What a hotfix leaves to do: words to confirm or dispute, a breach to answer for, the review (G-HOT-2 to G-HOT-5)."""
    if change.issue is None:
        return
    words = tuple(each.number for each in open_words_of(change, person))
    if words:
        yield Waiting(WaitingKind.CONFIRM_VERBAL, words=words)
    unanswered = change.breach.unanswered if change.breach else ()
    seats = tuple(seat for seat in unanswered if person in who_answers(seat, change, setting))
    if seats:
        yield Waiting(WaitingKind.ANSWER_BREACH, seats=seats)
    if change.review is None:
        return
    if change.review.stage is ReviewStage.SUBMITTED and person in who_signs(change, setting):
        yield Waiting(WaitingKind.SIGN_REVIEW)
    if change.review.stage is ReviewStage.OPEN and person == author_of(change):
        yield Waiting(WaitingKind.WRITE_REVIEW)


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
        case Stage.DECLARED:
            if not unmet(hotfix_gates(change, setting)):
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
            signed = not missing_seats(change, setting.policy, rows_now(change, setting))
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


def owes(change: Change) -> bool:
    """Whether a hotfix leaves something to do that outlives its end: words to answer, a breach, the review (G-HOT-2 to G-HOT-5)."""
    if change.issue is None:
        return False
    unanswered = change.breach is not None and bool(change.breach.unanswered)
    return unanswered or is_owed(change) or bool(open_words(change))


def concerned(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Whose own work an act on this change may touch, beside those who are or were asked about it."""
    people = [change.requester, change.deployer, author_of(change), *change.reviewers]
    if stage(change, setting.policy) in IN_PRODUCTION:
        monitoring, rollback = setting.guide.monitoring, setting.guide.rollback
        roles = (*monitoring.roles, *monitoring.escalates_to, *rollback.started_by)
        people += setting.roster.holders_of(roles)
        people += [each.started_by for each in change.deployments if each.rolls_back]
    return tuple(dict.fromkeys(people))
