"""A start in breach (G-HOT-3): who answers for it afterwards."""

from bot.rules.change import Change
from bot.rules.guide import Seat
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Role


def who_answers(seat: Seat, change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Who can ratify a start in breach or refuse to, for a seat that was missing: whoever holds its role now.

    But not who started it; and for a peer's seat nobody whose code it is.
    """
    by = change.breach.by if change.breach else None
    if isinstance(seat, Role):
        return tuple(person for person in setting.roster.holders(seat) if person != by)
    own = {by, change.requester, *change.authors}
    return tuple(
        person for person in setting.roster.holders_of(setting.guide.code_review.peers) if person not in own
    )
