"""What Slack last said of its user groups: who is in them, in Slack's order. Instants are real time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId
from bot.store.company_models import group_members, groups


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """The members of a user group, and when they were read."""

    members: tuple[PersonId, ...]
    read_at: datetime


def _read(insert_group: sqlite.Insert | postgresql.Insert) -> Any:  # noqa: ANN401 - RETURNING has no common type
    # Answers may arrive out of order; the newest stays.
    return insert_group.on_conflict_do_update(
        index_elements=[groups.c.id],
        set_={"read_at": insert_group.excluded.read_at},
        where=groups.c.read_at <= insert_group.excluded.read_at,
    ).returning(groups.c.id)


READ: Final = {"sqlite": _read(sqlite.insert(groups)), "postgresql": _read(postgresql.insert(groups))}
FORGET_MEMBERS: Final = delete(group_members).where(group_members.c.group_id == bindparam("b_group"))
ADD_MEMBERS: Final = insert(group_members)
ANSWERS: Final = (
    select(groups.c.id, groups.c.read_at, group_members.c.person)
    .outerjoin(group_members, group_members.c.group_id == groups.c.id)
    .where(groups.c.id.in_(bindparam("groups", expanding=True)))
    .order_by(groups.c.id, group_members.c.position)
)
OUTDATE: Final = (
    update(groups)
    .where(groups.c.id == bindparam("b_group"))
    .values(read_at=case((groups.c.read_at > bindparam("b_at"), bindparam("b_at")), else_=groups.c.read_at))
)
LEFT: Final = delete(group_members).where(
    group_members.c.group_id == bindparam("b_group"),
    group_members.c.person.in_(bindparam("b_people", expanding=True)),
)


def remember(connection: Connection, group: GroupId, members: Sequence[PersonId], read_at: datetime) -> bool:
    """Keep who is in a group; an older answer than the one that is known changes nothing. Whether the members changed."""
    before = answers(connection, [group]).get(group)
    taken = connection.execute(READ[connection.dialect.name], {"id": group, "read_at": read_at}).one_or_none()
    people = tuple(dict.fromkeys(members))
    if taken is None or (before is not None and before.members == people):
        return False
    connection.execute(FORGET_MEMBERS, {"b_group": group})
    rows = [
        {"group_id": group, "position": position, "person": person} for position, person in enumerate(people)
    ]
    if rows:
        connection.execute(ADD_MEMBERS, rows)
    return True


def answers(connection: Connection, wanted: Collection[GroupId]) -> Mapping[GroupId, GroupAnswer]:
    """The last answer about each of these groups that was ever asked about."""
    if not wanted:
        return {}
    members: dict[GroupId, list[PersonId]] = {}
    read_at: dict[GroupId, datetime] = {}
    for row in connection.execute(ANSWERS, {"groups": list(wanted)}):
        group = GroupId(row.id)
        read_at[group] = row.read_at
        members.setdefault(group, [])
        if row.person is not None:
            members[group].append(PersonId(row.person))
    return {group: GroupAnswer(tuple(people), read_at[group]) for group, people in members.items()}


def outdate(connection: Connection, group: GroupId, at: datetime) -> None:
    """Something changed in a group: its answer counts as read no later than `at`, so that it is read anew."""
    connection.execute(OUTDATE, {"b_group": group, "b_at": at})


def left(connection: Connection, group: GroupId, people: Collection[PersonId]) -> None:
    """These people are in the group no more, whatever the last answer says."""
    if people:
        connection.execute(LEFT, {"b_group": group, "b_people": list(people)})
