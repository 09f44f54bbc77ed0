"""What becomes of on-call approvals when the rota changes: they stand, and whoever took over is told."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from bot.rules.change import Change, Span
from bot.rules.guide import Guide
from bot.rules.notice import Notice, NoticeKind
from bot.rules.organization import Organization
from bot.rules.terms import PersonId, Role
from bot.store import calendar
from bot.store.changes import load_change
from bot.store.lines import LineKind
from bot.store.outbox import Line
from bot.workflows.outgoing import notice_payload

WINDOWS_MOST: Final = 200
"""Of how many windows ahead those who took over are told, the next ones first."""
FAR: Final = datetime(9999, 12, 31, tzinfo=UTC)


def taken_over(
    connection: Connection, before: Organization, after: Organization, now: datetime, key: str
) -> list[Line]:
    """A message for each who is on call now at a window for which somebody else approved as that.

    `key` tells this change of the rota from others. `now` is business time, aware.
    """
    services = [name for name in after.services if name in before.services]
    ahead = calendar.windows_between(connection, services, Span(now, FAR), WINDOWS_MOST)
    lines = []
    for planned in ahead:
        at = planned.span.start
        was = before.holders(Role.ON_CALL, planned.service, at)
        new = [each for each in after.holders(Role.ON_CALL, planned.service, at) if each not in was]
        change = load_change(connection, planned.change) if new else None
        approvers = on_call_approvers(change, after.guide) if change else ()
        to = tuple(person for person in new if person not in approvers)
        if approvers and to:
            notice = Notice(NoticeKind.ON_CALL_TAKEN_OVER, to, by=approvers[0])
            line = f"{LineKind.NOTICE}/{planned.change}/rota-{key}/0"
            lines.append(Line(line, LineKind.NOTICE, planned.change, notice_payload(notice)))
    return lines


def on_call_approvers(change: Change, guide: Guide) -> tuple[PersonId, ...]:
    """Who approved the change as on call, where that still counts."""
    rows = {row.clause for row in guide.approvals if Role.ON_CALL in row.signers}
    return tuple(
        each.person for each in change.standing_approvals if each.row in rows and Role.ON_CALL in each.roles
    )
