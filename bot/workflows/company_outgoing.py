"""Which outbox lines follow from an act on the company: cards that read otherwise now, and requesters who are told."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from bot.rules.change import Span
from bot.rules.company_facts import (
    CompanyFact,
    DelegationEnded,
    DelegationNamed,
    DeliveryTriedAgain,
    FreezeDeclared,
    FreezeLifted,
)
from bot.rules.freezing import Freeze, services_label
from bot.rules.life import WINDOWED
from bot.rules.notice import Notice, NoticeKind
from bot.rules.planned import PlannedWindow
from bot.rules.terms import PersonId, change_label
from bot.rules.words import When, join_names, plain, say
from bot.store import calendar, freezes
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.workflows.company_moment import CompanyMoment
from bot.workflows.delegate_outgoing import delegation_lines
from bot.workflows.outgoing import notice_payload

REFRESHED_MOST: Final = 200
"""How many cards one act refreshes, the newest changes' first; any other shows the present when it is next touched."""
TOLD_MOST: Final = 50
"""How many windows one act tells of, the next ones first."""


def company_lines(
    connection: Connection, facts: Sequence[CompanyFact], moment: CompanyMoment, entry_id: int
) -> tuple[Line, ...]:
    """The lines of what was decided; `entry_id` is its row in the audit log."""
    lines: dict[str, Line] = {}
    for place, fact in enumerate(facts):
        if isinstance(fact, FreezeDeclared | FreezeLifted):
            freeze = freezes.find(connection, fact.freeze)
            if freeze is not None:
                found = _lines_of_freeze(connection, freeze, fact, moment, f"c{entry_id}-{place}")
                lines.update((line.key, line) for line in found)
        if isinstance(fact, DelegationNamed | DelegationEnded):
            about = delegation_lines(connection, fact, moment, REFRESHED_MOST)
            lines.update((line.key, line) for line in about)
        if isinstance(fact, DeliveryTriedAgain):
            told = Line(LineKind.UNDELIVERED.value, LineKind.UNDELIVERED)
            lines[told.key] = told
    return tuple(lines.values())


def _lines_of_freeze(
    connection: Connection,
    freeze: Freeze,
    fact: FreezeDeclared | FreezeLifted,
    moment: CompanyMoment,
    act: str,
) -> list[Line]:
    """Cards of the changes that are not started, and one message for each requester whose window it touches."""
    services = [name for name in moment.organization.services if freeze.is_for(name)]
    lines = [
        Line(f"{kind}/{number}", kind, number)
        for number in calendar.unstarted_ids(connection, services, REFRESHED_MOST)
        for kind in (LineKind.CARD, LineKind.ASKS)
    ]
    within = Span(max(freeze.starts, moment.now), freeze.ends)
    for windows in _by_requester(calendar.windows_between(connection, services, within, TOLD_MOST), moment):
        nearest, *others = windows
        notice = Notice(
            kind=NoticeKind.FREEZE_LIFTED if isinstance(fact, FreezeLifted) else NoticeKind.FREEZE_DECLARED,
            to=(nearest.requester,),
            by=fact.by,
            words=fact.reason,
            because=_which(freeze, others, moment),
        )
        key = f"{LineKind.NOTICE}/{nearest.change}/{act}/{nearest.requester}"
        lines.append(Line(key, LineKind.NOTICE, nearest.change, notice_payload(notice)))
    return lines


def _by_requester(windows: Sequence[PlannedWindow], moment: CompanyMoment) -> list[list[PlannedWindow]]:
    """Those that are not begun, each requester's together; whoever did it needs no message about it."""
    found: dict[PersonId, list[PlannedWindow]] = {}
    for planned in windows:
        if planned.stage in WINDOWED and planned.requester != moment.actor:
            found.setdefault(planned.requester, []).append(planned)
    return list(found.values())


def _which(freeze: Freeze, others: Sequence[PlannedWindow], moment: CompanyMoment) -> str:
    """`payments, from Fri 4 Dec 09:00 to Mon 7 Dec 09:00`, and the reader's other changes that it concerns."""
    said = say(f"{services_label(freeze)}, from ", When(freeze.starts), " to ", When(freeze.ends))
    also = join_names([change_label(each.change) for each in others], "and")
    zone = moment.organization.zone
    return plain(said, {}, zone) + (f"; it also concerns {also}" if others else "")
