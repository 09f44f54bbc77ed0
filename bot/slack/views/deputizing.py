"""Whoever signs as a deputy is shown with both names: "Dana for Dora"."""

from collections.abc import Iterable

from bot.rules.approvals import NeededSeat, principal_of
from bot.rules.asking import Ask
from bot.rules.change import Approval, Verification
from bot.rules.guide import PEER, Guide
from bot.rules.scene import Scene
from bot.rules.terms import ApprovalStage, PersonId, Role
from bot.slack.views.speech import Speech


def acting(person: PersonId, principal: PersonId | None, speech: Speech) -> str:
    """`Dana for Dora`; one name where somebody acts for nobody, as mrkdwn."""
    return f"{speech.name(person)} for {speech.name(principal)}" if principal else speech.name(person)


def signer(needed: NeededSeat, approval: Approval, guide: Guide, speech: Speech) -> str:
    """Who fills a seat, and for whom."""
    return acting(approval.person, principal_of(approval, needed, guide), speech)


def verifier(given: Verification, speech: Speech) -> str:
    """Who attested, and for whom."""
    return acting(given.person, given.deputy_for, speech)


def asked_for(scene: Scene, ask: Ask) -> str:
    """` for Dora`, where a person is asked in roles in which they only act; nothing where a role is their own."""
    roster, speech, guide = scene.setting.roster, Speech.of(scene), scene.setting.guide
    principals: dict[PersonId, None] = {}
    for needed in ask.seats:
        roles = guide.code_review.peers if needed.seat is PEER else (needed.seat,)
        for_window = needed.row.stage is ApprovalStage.PRODUCTION
        held = [role for role in roles if ask.person in roster.holders(role, for_window=for_window)]
        principals |= _principals(scene, ask.person, held, for_window=for_window)
    principals |= _principals(scene, ask.person, ask.verifies)
    return f" for {speech.people(principals, 'and')}" if principals else ""


def _principals(
    scene: Scene, person: PersonId, roles: Iterable[Role], *, for_window: bool = False
) -> dict[PersonId, None]:
    held = tuple(roles)
    acted = scene.setting.roster.deputizing(person, held, for_window=for_window)
    if {each.role for each in acted} != set(held):
        return {}
    return {each.principal: None for each in acted if each.principal is not None}
