"""Approvals that were given by word (G-HOT-2): which of them are open, which disputed, and what a dispute blocks."""

from bot.rules.change import Approval, Change
from bot.rules.clauses import Clause
from bot.rules.guide import PEER, Guide
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role
from bot.rules.verdict import Gate
from bot.rules.words import Who, say


def open_words(change: Change) -> tuple[Approval, ...]:
    """Spoken approvals that nobody has confirmed or disputed."""
    return tuple(each for each in change.approvals if each.unconfirmed and each.voided_at is None)


def disputed_words(change: Change) -> tuple[Approval, ...]:
    """Spoken approvals that were disputed; never erased."""
    return tuple(each for each in change.approvals if each.disputed_at)


def blocking_disputes(change: Change, setting: Setting) -> tuple[Approval, ...]:
    """G-HOT-2: disputes that block what has not started, of this change or of another that carried its version."""
    disputes = (*disputed_words(change), *setting.neighbors.disputed)
    return tuple(
        each for each in disputes if each.voided_at is None and is_blocking(each, change, setting.guide)
    )


def is_blocking(dispute: Approval, change: Change, guide: Guide) -> bool:
    """Whether a dispute still blocks a start: until another holder of the role, or the disputer, approves by button."""
    return not any(
        each.stands
        and each.spoken is None
        and each.stage is dispute.stage
        and ends_dispute(dispute, each.person, each.roles, guide)
        for each in change.approvals
    )


def ends_dispute(dispute: Approval, person: PersonId, roles: frozenset[Role], guide: Guide) -> bool:
    """Whether this person's own approval at the same stage, in these roles, would end the block of a dispute."""
    return person == dispute.person or not roles.isdisjoint(disputed_roles(dispute, guide))


def disputed_roles(dispute: Approval, guide: Guide) -> frozenset[Role]:
    """The roles in which the disputed word counted: those that its row asks for, of all that the person held."""
    signers = (
        guide.hotfix.signers
        if dispute.row is Clause.HOT_2
        else tuple(seat for row in guide.approvals if row.clause is dispute.row for seat in row.signers)
    )
    asked = {role for seat in signers for role in (guide.code_review.peers if seat is PEER else (seat,))}
    return dispute.roles & asked


def dispute_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-HOT-2: one gate for each person whose dispute blocks."""
    people = tuple(dict.fromkeys(each.person for each in blocking_disputes(change, setting)))
    return tuple(
        Gate(
            Clause.HOT_2,
            met=False,
            why=say(
                Who((person,)),
                " disputes having approved it. Another holder of the role, or ",
                Who((person,)),
                ", can approve by button.",
            ),
            who=(person,),
        )
        for person in people
    )


def open_words_of(change: Change, person: PersonId) -> tuple[Approval, ...]:
    """The words that are said to be this person's and that they have not answered."""
    return tuple(each for each in open_words(change) if each.person == person)


def word_round(change: Change, person: PersonId) -> int:
    """Which time this person is asked about their word: the number of the oldest that is open; 0 where none is."""
    return min((each.number for each in open_words_of(change, person)), default=0)
