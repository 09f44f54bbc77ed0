"""Who is asked, by direct message, for what: one message per person and thing that they must do."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.rules.approvals import NeededSeat, open_seats, rows_now
from bot.rules.breach import who_answers
from bot.rules.change import Change
from bot.rules.freeze_gates import freezes_over
from bot.rules.gates import who_can_verify
from bot.rules.guide import PEER, Guide
from bot.rules.hotfix import ReviewStage
from bot.rules.life import UNSTARTED, WAIVABLE, WINDOWED, Stage, stage
from bot.rules.review import by_own_acts, is_owed, who_signs
from bot.rules.setting import Setting
from bot.rules.spoken import open_words, word_round
from bot.rules.terms import ApprovalStage, PersonId, Phase, Role
from bot.rules.waiver_gates import undecided_waivers, who_decides_waivers, who_excepts


@dataclass(frozen=True, slots=True)
class Ask:
    """One person asked for one thing. `round` grows when the thing is asked for anew.

    For a waiver it is the waiver's number, for an exception the freeze's, for a spoken word the approval's, for a start in
    breach the deployment's, for a review how often it was handed in.
    """

    person: PersonId
    phase: Phase
    round: int
    seats: tuple[NeededSeat, ...] = ()
    verifies: tuple[Role, ...] = ()


def asks(change: Change, setting: Setting) -> tuple[Ask, ...]:
    """Everybody who is asked now: of a role with many holders at most `ask_at_most`; peers only when named."""
    now_at = stage(change, setting.policy)
    return (
        *_signers(change, setting, now_at),
        *(_waiver_asks(change, setting) if now_at in WAIVABLE else ()),
        *(_exception_asks(change, setting) if now_at in WINDOWED else ()),
        *(_word_asks(change) if change.issue else ()),
        *_breach_asks(change, setting),
        *_review_asks(change, setting),
    )


def _signers(change: Change, setting: Setting, now_at: Stage) -> tuple[Ask, ...]:
    if now_at is Stage.VERIFYING:
        return (*_approval_asks(change, setting, Phase.CODE), *_verification_asks(change, setting))
    if now_at in WINDOWED or now_at is Stage.DECLARED:
        return (
            *_approval_asks(change, setting, Phase.CODE),
            *_approval_asks(change, setting, Phase.PRODUCTION),
        )
    if now_at not in UNSTARTED and is_owed(change):
        return _approval_asks(by_own_acts(change), setting, Phase.CODE, also=_spoken_peers(change))
    if now_at in {Stage.PREPARING, Stage.STAGING, Stage.VERIFIED}:
        return _approval_asks(change, setting, Phase.CODE)
    return ()


def _approval_asks(
    change: Change, setting: Setting, phase: Phase, also: tuple[PersonId, ...] = ()
) -> tuple[Ask, ...]:
    """The signers who are missing; of the peers those whom the request names, and `also` these."""
    production = phase is Phase.PRODUCTION
    rows = [row for row in rows_now(change, setting) if (row.stage is ApprovalStage.PRODUCTION) == production]
    seats: dict[PersonId, list[NeededSeat]] = {}
    for needed, able in open_seats(change, setting, rows):
        for person in _asked_for(needed, able, (*change.reviewers, *also), setting.guide):
            seats.setdefault(person, []).append(needed)
    round_ = change.production_round if production else change.code_round
    return tuple(Ask(person, phase, round_, seats=tuple(needed)) for person, needed in seats.items())


def _asked_for(
    needed: NeededSeat, able: tuple[PersonId, ...], peers: tuple[PersonId, ...], guide: Guide
) -> tuple[PersonId, ...]:
    if needed.seat is PEER:
        return tuple(person for person in dict.fromkeys(peers) if person in able)
    return able[: guide.asking.ask_at_most]


def _verification_asks(change: Change, setting: Setting) -> tuple[Ask, ...]:
    roles: dict[PersonId, list[Role]] = {}
    for role in setting.guide.verification.roles:
        verification = change.verified_by(role)
        if verification and verification.passed:
            continue
        for person in who_can_verify(change, setting, role)[: setting.guide.asking.ask_at_most]:
            roles.setdefault(person, []).append(role)
    return tuple(
        Ask(person, Phase.VERIFICATION, change.version_number, verifies=tuple(held))
        for person, held in roles.items()
    )


def _waiver_asks(change: Change, setting: Setting) -> Iterator[Ask]:
    """G-ENV-2: the Directors, about each waiver that is not decided."""
    directors = who_decides_waivers(change, setting)[: setting.guide.asking.ask_at_most]
    for waiver in undecided_waivers(change, setting):
        yield from (Ask(person, Phase.WAIVER, waiver.number) for person in directors)


def _exception_asks(change: Change, setting: Setting) -> Iterator[Ask]:
    """G-STD-8: the Directors, about each freeze into which the window reaches."""
    directors = who_excepts(change, setting)[: setting.guide.asking.ask_at_most]
    for freeze in freezes_over(change, setting):
        yield from (Ask(person, Phase.EXCEPTION, freeze.id) for person in directors)


def _spoken_peers(change: Change) -> tuple[PersonId, ...]:
    """Who is said to have looked at the code: their own act is still to come."""
    return tuple(each.person for each in change.approvals if each.spoken and each.stage is ApprovalStage.CODE)


def _word_asks(change: Change) -> Iterator[Ask]:
    """G-HOT-2: everybody of whom a word is recorded that they have neither confirmed nor disputed."""
    for person in dict.fromkeys(each.person for each in open_words(change)):
        yield Ask(person, Phase.CONFIRMATION, word_round(change, person))


def _breach_asks(change: Change, setting: Setting) -> Iterator[Ask]:
    """G-HOT-3: those whose approval was missing, seat by seat, until somebody has answered for it."""
    if change.breach is None:
        return
    most = setting.guide.asking.ask_at_most
    able = [who for seat in change.breach.unanswered for who in who_answers(seat, change, setting)[:most]]
    for person in dict.fromkeys(able):
        yield Ask(person, Phase.RATIFICATION, change.breach.deployment)


def _review_asks(change: Change, setting: Setting) -> Iterator[Ask]:
    """G-HOT-5: the Engineering Managers, once the review is handed in."""
    review = change.review
    if review is None or review.stage is not ReviewStage.SUBMITTED:
        return
    for person in who_signs(change, setting)[: setting.guide.asking.ask_at_most]:
        yield Ask(person, Phase.REVIEW, review.round)
