"""Lists of changes, page by page: a page begins beside a number of the page before, so that a deep one costs what the first costs."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, exists, func, or_, select, text, union

from bot.rules.change import Outcome
from bot.rules.filters import ChangeFilter
from bot.rules.life import LIVE, Stage
from bot.rules.terms import ChangeId, PersonId, ServiceName
from bot.store.hotfix_models import reviews
from bot.store.machinery import messages
from bot.store.models import approvals, changes, deployments
from bot.store.queries import LINE, change_line
from bot.store.reading import ChangeLine, Cursor, Page

UNFINISHED: Final = text("NOT changes.finished")
"""As the partial indexes spell it: SQLite uses one only where the words are the same."""
OWING: Final = text("changes.owes")
MATCHES_MOST: Final = 10

SERVICE_AND_VERSION: Final = (
    select(*LINE)
    .where(changes.c.service == bindparam("service"), changes.c.version == bindparam("version"))
    .order_by(changes.c.id.desc())
    .limit(MATCHES_MOST)
)
NEWEST_OF_SERVICE: Final = (
    select(changes.c.id)
    .where(UNFINISHED, changes.c.service == bindparam("service"))
    .order_by(changes.c.id.desc())
    .limit(1)
)
NEWEST_IN_PRODUCTION: Final = (
    select(deployments.c.change_id)
    .where(
        deployments.c.service == bindparam("service"),
        deployments.c.production,
        func.coalesce(deployments.c.outcome, "") != Outcome.FAILED_UNTOUCHED.value,
    )
    .order_by(deployments.c.id.desc())
    .limit(1)
)
OWED: Final = text("reviews.signed_at IS NULL")
"""As the partial index spells it. A hotfix whose review is owed is not over, whatever became of the change (G-HOT-5)."""
_NOT_OVER: Final = [
    select(changes.c.id).where(kept, changes.c.id > bindparam("after")).order_by(changes.c.id)
    for kept in (UNFINISHED, OWING)
]
_EITHER: Final = union(
    *(select(each.limit(bindparam("most")).subquery().c.id) for each in _NOT_OVER)
).subquery()
NOT_OVER_AFTER: Final = select(_EITHER.c.id).order_by(_EITHER.c.id).limit(bindparam("most"))
SERVICES_OF_UNFINISHED: Final = union(
    *(select(changes.c.service).where(kept) for kept in (UNFINISHED, OWING))
)
MESSAGES_CHANGE: Final = select(messages.c.change_id).where(messages.c.key == bindparam("key"))
PLACES: Final = select(messages.c.change_id, messages.c.channel, messages.c.ts).where(
    messages.c.key.in_(bindparam("keys", expanding=True)), messages.c.ts.is_not(None)
)


def page(connection: Connection, wanted: ChangeFilter, cursor: Cursor | None, size: int) -> Page:
    """The numbers of one page, newest first. `wanted.waiting_for` is not looked at: that is no question to a table."""
    newer = cursor is not None and cursor.newer
    found = connection.execute(_ids(wanted, cursor, size + 1)).scalars().all()
    more = len(found) > size
    ids = tuple(sorted((ChangeId(number) for number in found[:size]), reverse=True))
    if newer:
        return Page(ids, newer=more, older=True)
    return Page(ids, newer=cursor is not None, older=more)


def page_of(ids: Sequence[ChangeId], cursor: Cursor | None, size: int) -> Page:
    """The same of a list that is known already, newest first."""
    if cursor is None:
        return Page(tuple(ids[:size]), older=len(ids) > size)
    if cursor.newer:
        above = [number for number in ids if number > cursor.beside]
        return Page(tuple(above[-size:]), newer=len(above) > size, older=True)
    below = [number for number in ids if number < cursor.beside]
    return Page(tuple(below[:size]), newer=True, older=len(below) > size)


def unfinished_ids(connection: Connection, services: Collection[ServiceName], limit: int) -> list[ChangeId]:
    """The newest changes of these services that are not over."""
    return _numbers(connection, ChangeFilter(frozenset(services)), limit) if services else []


def unfinished_after(connection: Connection, after: ChangeId, most: int) -> list[ChangeId]:
    """The next changes that are not over, or owe something all the same, by number."""
    found = connection.execute(NOT_OVER_AFTER, {"after": after, "most": most})
    return [ChangeId(number) for number in found.scalars()]


def services_of_unfinished(connection: Connection) -> list[ServiceName]:
    """The services that have changes that are not over, or owe something all the same."""
    return sorted(ServiceName(name) for name in connection.execute(SERVICES_OF_UNFINISHED).scalars())


def unfinished_involving(connection: Connection, person: PersonId, limit: int) -> list[ChangeId]:
    """The newest changes that are not over and that this person requested or deploys."""
    return _numbers(connection, ChangeFilter(involving=person), limit)


def owing_reviews(
    connection: Connection, person: PersonId, services: Collection[ServiceName], limit: int
) -> list[ChangeId]:
    """The newest changes whose review is not signed: of these services, or requested or written on by this person."""
    query = (
        select(changes.c.id)
        .join(reviews, reviews.c.change_id == changes.c.id)
        .where(
            OWED,
            or_(
                changes.c.service.in_(sorted(services)),
                changes.c.requester == person,
                reviews.c.author == person,
            ),
        )
        .order_by(changes.c.id.desc())
        .limit(limit)
    )
    return [ChangeId(number) for number in connection.execute(query).scalars()]


def owing(
    connection: Connection, person: PersonId, services: Collection[ServiceName], limit: int
) -> list[ChangeId]:
    """The newest changes that are over and owe something all the same: of these services, or in which the person has a part."""
    query = owing_query(person, services, limit)
    return [ChangeId(number) for number in connection.execute(query).scalars()]


def owing_query(person: PersonId, services: Collection[ServiceName], limit: int) -> Select[int]:
    """As `owing`: along the index of those that owe something, which are few."""
    named = exists().where(approvals.c.change_id == changes.c.id, approvals.c.person == person)
    wrote = exists().where(reviews.c.change_id == changes.c.id, reviews.c.author == person)
    part = or_(
        changes.c.service.in_(sorted(services)),
        changes.c.requester == person,
        changes.c.deployer == person,
        named,
        wrote,
    )
    return (
        select(changes.c.id).where(OWING, changes.c.finished, part).order_by(changes.c.id.desc()).limit(limit)
    )


def fitting(connection: Connection, ids: Collection[ChangeId], wanted: ChangeFilter) -> set[ChangeId]:
    """Those of these changes that a list wants to show, by everything but for whom they wait."""
    conditions = [*_conditions(wanted, unfinished=False), changes.c.id.in_(ids)]
    if wanted.involving is not None:
        person = wanted.involving
        conditions.append(or_(changes.c.requester == person, changes.c.deployer == person))
    found = connection.execute(select(changes.c.id).where(*conditions)).scalars()
    return {ChangeId(number) for number in found}


def newest_of_service(connection: Connection, service: ServiceName) -> ChangeId | None:
    """The service's newest change that is not over."""
    return connection.execute(NEWEST_OF_SERVICE, {"service": service}).scalar_one_or_none()


def newest_in_production(connection: Connection, service: ServiceName) -> ChangeId | None:
    """The change that touched a service's production last, by a deployment or its rollback, however that went."""
    return connection.execute(NEWEST_IN_PRODUCTION, {"service": service}).scalar_one_or_none()


def lines_of(connection: Connection, service: ServiceName, version: str) -> list[ChangeLine]:
    """The service's changes with a version, newest first."""
    found = connection.execute(SERVICE_AND_VERSION, {"service": service, "version": version})
    return [change_line(row) for row in found]


def change_of_message(connection: Connection, key: str) -> ChangeId | None:
    """The change that a message of ours is about, by the message's key."""
    return connection.execute(MESSAGES_CHANGE, {"key": key}).scalar_one_or_none()


def card_places(connection: Connection, ids: Collection[ChangeId]) -> dict[ChangeId, tuple[str, str]]:
    """Channel and timestamp of these changes' cards, of those that are posted."""
    found = connection.execute(PLACES, {"keys": [f"card/{number}" for number in ids]})
    return {ChangeId(row.change_id): (row.channel, row.ts) for row in found}


def _numbers(connection: Connection, wanted: ChangeFilter, limit: int) -> list[ChangeId]:
    query = _ids(wanted, None, limit, unfinished=True)
    return [ChangeId(number) for number in connection.execute(query).scalars()]


def _ids(wanted: ChangeFilter, cursor: Cursor | None, limit: int, *, unfinished: bool = False) -> Select[int]:
    conditions = _conditions(wanted, unfinished=unfinished)
    if wanted.involving is None:
        return _slice(conditions, cursor, limit)
    # Each half walks its own index; an OR of both columns would walk the table.
    halves = [
        select(_slice([*conditions, column == wanted.involving], cursor, limit).subquery().c.id)
        for column in (changes.c.requester, changes.c.deployer)
    ]
    either = union(*halves).subquery()
    newer = cursor is not None and cursor.newer
    return select(either.c.id).order_by(either.c.id if newer else either.c.id.desc()).limit(limit)


def _slice(conditions: Sequence[Any], cursor: Cursor | None, limit: int) -> Select[int]:
    query = select(changes.c.id).where(*conditions).limit(limit)
    if cursor is None:
        return query.order_by(changes.c.id.desc())
    if cursor.newer:
        return query.where(changes.c.id > cursor.beside).order_by(changes.c.id)
    return query.where(changes.c.id < cursor.beside).order_by(changes.c.id.desc())


def _conditions(wanted: ChangeFilter, *, unfinished: bool) -> list[Any]:
    found: list[Any] = []
    if wanted.services:
        found.append(changes.c.service.in_(sorted(wanted.services)))
    if wanted.only_live or unfinished:
        found.append(UNFINISHED)
    if wanted.only_finished:
        found.append(changes.c.finished)
    elif wanted.stages and wanted.stages not in {LIVE, frozenset(Stage)}:
        found.append(changes.c.stage.in_(sorted(wanted.stages)))
    return found
