"""Deputies as rows: named and ended once each, never removed."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from bot.rules.company_facts import DelegationEnded, DelegationNamed
from bot.rules.deputies import Delegation, DelegationId
from bot.rules.terms import PersonId, Role, ServiceName
from bot.store.company_models import delegations

ADD: Final = insert(delegations)
END: Final = update(delegations).where(
    delegations.c.id == bindparam("b_delegation"), delegations.c.ended_at.is_(None)
)
HIGHEST: Final = select(func.coalesce(func.max(delegations.c.id), 0))
UNENDED: Final = (
    select(delegations)
    .where(delegations.c.ends_at > bindparam("now"), delegations.c.ended_at.is_(None))
    .order_by(delegations.c.starts_at, delegations.c.id)
)
BY_NUMBER: Final = select(delegations).where(delegations.c.id == bindparam("delegation"))


def next_delegation_id(connection: Connection) -> DelegationId:
    """A number for a new delegation. The caller holds the workspace's lock."""
    return DelegationId(connection.execute(HIGHEST).scalar_one() + 1)


def write(connection: Connection, fact: DelegationNamed | DelegationEnded) -> None:
    """Write what was decided, under the workspace's lock."""
    match fact:
        case DelegationNamed():
            columns = {
                "id": fact.delegation,
                "role": fact.role.value,
                "service": fact.service,
                "principal": fact.principal,
                "deputy": fact.deputy,
                "starts_at": fact.starts,
                "ends_at": fact.ends,
                "named_by": fact.by,
                "at": fact.at,
            }
            connection.execute(ADD, columns)
        case DelegationEnded():
            connection.execute(
                END, {"b_delegation": fact.delegation, "ended_by": fact.by, "ended_at": fact.at}
            )


def unended(connection: Connection, now: datetime) -> tuple[Delegation, ...]:
    """Every delegation that counts at `now` (aware) or is ahead, the earliest first."""
    return tuple(_delegation(row) for row in connection.execute(UNENDED, {"now": now}))


def find(connection: Connection, delegation: DelegationId) -> Delegation | None:
    """A delegation by its number, over and ended ones too; None when there is none."""
    row = connection.execute(BY_NUMBER, {"delegation": delegation}).one_or_none()
    return None if row is None else _delegation(row)


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        id=DelegationId(row.id),
        role=Role(row.role),
        service=None if row.service is None else ServiceName(row.service),
        principal=None if row.principal is None else PersonId(row.principal),
        deputy=PersonId(row.deputy),
        starts=row.starts_at,
        ends=row.ends_at,
        named_by=PersonId(row.named_by),
        ended_at=row.ended_at,
    )
