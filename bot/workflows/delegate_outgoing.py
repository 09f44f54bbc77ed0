"""Which outbox lines follow from a delegation: a message for those whom it concerns, and cards that name somebody else now."""

from sqlalchemy import Connection

from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation
from bot.store import calendar, delegations
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.workflows.company_moment import CompanyMoment


def delegation_lines(
    connection: Connection, fact: DelegationNamed | DelegationEnded, moment: CompanyMoment, most: int
) -> list[Line]:
    """The deputy's message, the holder's where somebody else named the deputy, and at most `most` changes' cards."""
    delegation = delegations.find(connection, fact.delegation)
    if delegation is None:
        return []
    told = [delegation.deputy]
    if delegation.principal is not None and delegation.principal != delegation.named_by:
        told.append(delegation.principal)
    lines = [Line(f"{LineKind.DELEGATION}/{delegation.id}/{person}", LineKind.DELEGATION) for person in told]
    return [*lines, *_cards(connection, delegation, moment, most)]


def _cards(connection: Connection, delegation: Delegation, moment: CompanyMoment, most: int) -> list[Line]:
    if not delegation.starts <= moment.now < delegation.ends:
        return []
    services = [name for name in moment.organization.services if delegation.service in {None, name}]
    return [
        Line(f"{kind}/{number}", kind, number)
        for number in calendar.unstarted_ids(connection, services, most)
        for kind in (LineKind.CARD, LineKind.ASKS)
    ]
