"""Change freezes as rows: declared and lifted once each, never removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, or_, select, update

from bot.rules.company_facts import FreezeDeclared, FreezeLifted
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.terms import PersonId, ServiceName, Words
from bot.store.company_models import freeze_services, freezes

ADD: Final = insert(freezes)
ADD_SERVICES: Final = insert(freeze_services)
LIFT: Final = update(freezes).where(freezes.c.id == bindparam("b_freeze"), freezes.c.lifted_at.is_(None))
HIGHEST: Final = select(func.coalesce(func.max(freezes.c.id), 0))
FOUND: Final = (
    select(freezes, freeze_services.c.service)
    .outerjoin(freeze_services, freeze_services.c.freeze_id == freezes.c.id)
    .order_by(freezes.c.starts_at, freezes.c.id, freeze_services.c.service)
)
UNENDED: Final = FOUND.where(freezes.c.ends_at > bindparam("now"), freezes.c.lifted_at.is_(None))
BY_NUMBER: Final = FOUND.where(freezes.c.id == bindparam("freeze"))
OF_SERVICE: Final = select(freeze_services.c.freeze_id).where(
    freeze_services.c.service == bindparam("service")
)
OF_SOME: Final = select(freeze_services.c.freeze_id)
UNENDED_OF_SERVICE: Final = UNENDED.where(
    or_(freezes.c.id.in_(OF_SERVICE), freezes.c.id.not_in(OF_SOME)),
)


def next_freeze_id(connection: Connection) -> FreezeId:
    """A number for a new freeze. The caller holds the workspace's lock, so that nobody else reads the same highest one."""
    return FreezeId(connection.execute(HIGHEST).scalar_one() + 1)


def write(connection: Connection, fact: FreezeDeclared | FreezeLifted) -> None:
    """Write what was decided, under the workspace's lock."""
    match fact:
        case FreezeDeclared():
            columns = {
                "id": fact.freeze,
                "starts_at": fact.starts,
                "ends_at": fact.ends,
                "reason": fact.reason,
                "by": fact.by,
                "at": fact.at,
            }
            connection.execute(ADD, columns)
            rows = [{"freeze_id": fact.freeze, "service": service} for service in fact.services]
            if rows:
                connection.execute(ADD_SERVICES, rows)
        case FreezeLifted():
            columns = {"lifted_by": fact.by, "lifted_reason": fact.reason, "lifted_at": fact.at}
            connection.execute(LIFT, {"b_freeze": fact.freeze, **columns})


def unended(connection: Connection, service: ServiceName, now: datetime) -> tuple[Freeze, ...]:
    """The freezes of a service that are in force at `now` (aware) or ahead, the earliest first."""
    return _freezes(connection.execute(UNENDED_OF_SERVICE, {"service": service, "now": now}).all())


def all_unended(connection: Connection, now: datetime) -> tuple[Freeze, ...]:
    """Every freeze that is in force at `now` (aware) or ahead, the earliest first."""
    return _freezes(connection.execute(UNENDED, {"now": now}).all())


def find(connection: Connection, freeze: FreezeId) -> Freeze | None:
    """A freeze by its number, over and lifted ones too; None when there is none."""
    return next(iter(_freezes(connection.execute(BY_NUMBER, {"freeze": freeze}).all())), None)


def _freezes(rows: Sequence[Row[Any]]) -> tuple[Freeze, ...]:
    by_id: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_id.setdefault(row.id, []).append(row)
    return tuple(_freeze(found) for found in by_id.values())


def _freeze(rows: list[Row[Any]]) -> Freeze:
    row = rows[0]
    return Freeze(
        id=FreezeId(row.id),
        services=frozenset(ServiceName(each.service) for each in rows if each.service is not None),
        starts=row.starts_at,
        ends=row.ends_at,
        reason=Words(row.reason),
        by=PersonId(row.by),
        lifted_at=row.lifted_at,
    )
