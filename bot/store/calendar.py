"""Production windows that are planned or under way, for calendars, forms and freezes. Only changes that are not over are looked at."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, select, text

from bot.rules.change import Span
from bot.rules.freezing import Freeze
from bot.rules.life import UNSTARTED, WINDOWED, Stage
from bot.rules.planned import PlannedWindow
from bot.rules.terms import ChangeId, PersonId, ServiceName
from bot.store import freezes, listing
from bot.store.columns import past_its_index
from bot.store.models import changes, windows
from bot.store.reading import Calendar

OTHERS_MOST: Final = 20
FAR: Final = datetime(9999, 12, 31, tzinfo=UTC)
UNFINISHED: Final = text("NOT changes.finished")
"""As the partial index spells it."""
SHOWN: Final = tuple(stage.value for stage in sorted(WINDOWED | {Stage.DEPLOYING}))
THESE_SERVICES: Final = past_its_index(changes.c.service).in_(bindparam("services", expanding=True))
BETWEEN: Final = (
    UNFINISHED,
    changes.c.stage.in_(SHOWN),
    windows.c.ended.is_(None),
    windows.c.ends_at > bindparam("start"),
    windows.c.starts_at < bindparam("end"),
    THESE_SERVICES,
)
PLANNED: Final = (
    select(
        changes.c.id,
        changes.c.service,
        changes.c.version,
        changes.c.stage,
        changes.c.requester,
        windows.c.starts_at,
        windows.c.ends_at,
    )
    .join(windows, windows.c.change_id == changes.c.id)
    .where(*BETWEEN)
    .order_by(windows.c.starts_at, changes.c.id)
    .limit(bindparam("most"))
)
COUNT: Final = (
    select(func.count())
    .select_from(changes.join(windows, windows.c.change_id == changes.c.id))
    .where(*BETWEEN)
)
UNSTARTED_IDS: Final = (
    select(changes.c.id)
    .where(UNFINISHED, THESE_SERVICES, changes.c.stage.in_(tuple(stage.value for stage in sorted(UNSTARTED))))
    .order_by(changes.c.id.desc())
    .limit(bindparam("most"))
)


def windows_between(
    connection: Connection, services: Collection[ServiceName], within: Span, most: int
) -> tuple[PlannedWindow, ...]:
    """The current windows of these services that overlap a span, the earliest first."""
    asked = {"services": list(services), "start": within.start, "end": within.end, "most": most}
    return tuple(_planned(row) for row in connection.execute(PLANNED, asked))


def others_ahead(
    connection: Connection, service: ServiceName, now: datetime, *, except_change: ChangeId | None
) -> tuple[PlannedWindow, ...]:
    """The service's next windows that have not ended at `now` (aware), but for one change's, at most `OTHERS_MOST`."""
    found = windows_between(connection, (service,), Span(now, FAR), OTHERS_MOST + 1)
    return tuple(planned for planned in found if planned.change != except_change)[:OTHERS_MOST]


def filled(connection: Connection, empty: Calendar, most: int) -> Calendar:
    """An empty calendar with at most `most` windows ahead, how many more there are, the freezes, and where cards stand."""
    within = Span(empty.at, FAR)
    shown = windows_between(connection, empty.services, within, most)
    asked = {"services": list(empty.services), "start": within.start, "end": within.end}
    count = len(shown) if len(shown) < most else connection.execute(COUNT, asked).scalar_one()
    return replace(
        empty,
        windows=shown,
        more=count - len(shown),
        freezes=_freezes(connection, empty),
        places=listing.card_places(connection, [planned.change for planned in shown]),
    )


def unstarted_ids(connection: Connection, services: Collection[ServiceName], most: int) -> list[ChangeId]:
    """The changes of these services whose production deployment has not begun, the newest first."""
    asked = {"services": list(services), "most": most}
    return [ChangeId(number) for number in connection.execute(UNSTARTED_IDS, asked).scalars()]


def _freezes(connection: Connection, empty: Calendar) -> tuple[Freeze, ...]:
    unended = freezes.all_unended(connection, empty.at)
    return tuple(each for each in unended if any(each.is_for(service) for service in empty.services))


def _planned(row: Row[*tuple[Any, ...]]) -> PlannedWindow:
    return PlannedWindow(
        change=ChangeId(row.id),
        service=ServiceName(row.service),
        version=row.version,
        stage=row.stage,
        requester=PersonId(row.requester),
        span=Span(row.starts_at, row.ends_at),
    )
