"""What the directory last said about people: it counts for a while when the directory is silent (people decides how long)."""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, bindparam, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.rules.terms import PersonId
from bot.store.database import Database
from bot.store.machinery import directory_answers


@dataclass(frozen=True, slots=True)
class DirectoryAnswer:
    """A person as Slack describes them. Who is deactivated, a bot, a guest or of another team holds no role."""

    name: str
    team: str
    deactivated: bool = False
    bot: bool = False
    guest: bool = False


OUT_OF_ORDER: Final = timedelta(minutes=5)
"""Answers that arrive in another order than they were given are no farther apart."""
INSTANT: Final = directory_answers.c.at.type


def _remember(
    insert: sqlite.Insert | postgresql.Insert,
) -> sqlite.Insert | postgresql.Insert:
    told = insert.excluded
    # Answers may arrive out of order; the newest stays, unless it is of a time when the machine's clock was ahead.
    return insert.on_conflict_do_update(
        index_elements=[directory_answers.c.person],
        set_={"name": told.name, "answer": told.answer, "at": told.at},
        where=or_(
            directory_answers.c.at <= told.at, directory_answers.c.at > bindparam("b_ahead", type_=INSTANT)
        ),
    )


REMEMBER: Final = {
    "sqlite": _remember(sqlite.insert(directory_answers)),
    "postgresql": _remember(postgresql.insert(directory_answers)),
}
FORGET: Final = delete(directory_answers).where(directory_answers.c.person == bindparam("b_person"))
KNOWN: Final = select(directory_answers.c.answer, directory_answers.c.at).where(
    directory_answers.c.person == bindparam("person")
)
KNOWN_OF_SEVERAL: Final = select(directory_answers.c.person, directory_answers.c.answer).where(
    directory_answers.c.person.in_(bindparam("people", expanding=True))
)
NAMES: Final = select(directory_answers.c.person, directory_answers.c.name).where(
    directory_answers.c.person.in_(bindparam("people", expanding=True))
)


def remember(database: Database, person: PersonId, answer: DirectoryAnswer, at: datetime) -> None:
    """Keep what the directory said at this instant (real time), in a transaction of its own."""
    told = {"person": person, "name": answer.name, "answer": json.dumps(asdict(answer)), "at": at}
    with database.write() as connection:
        connection.execute(REMEMBER[connection.dialect.name], {**told, "b_ahead": at + OUT_OF_ORDER})


def forget(database: Database, person: PersonId) -> None:
    """Know nothing of a person any more, in a transaction of its own."""
    with database.write() as connection:
        connection.execute(FORGET, {"b_person": person})


def known(connection: Connection, person: PersonId) -> tuple[DirectoryAnswer, datetime] | None:
    """The last answer about a person, and when it was given; None when there never was one."""
    row = connection.execute(KNOWN, {"person": person}).one_or_none()
    return None if row is None else (DirectoryAnswer(**json.loads(row.answer)), row.at)


def known_of(connection: Connection, people: Collection[PersonId]) -> Mapping[PersonId, DirectoryAnswer]:
    """The last answers about those of these people whom anybody ever asked about, however old."""
    if not people:
        return {}
    found = connection.execute(KNOWN_OF_SEVERAL, {"people": list(people)})
    return {PersonId(row.person): DirectoryAnswer(**json.loads(row.answer)) for row in found}


def names(connection: Connection, people: Collection[PersonId]) -> Mapping[PersonId, str]:
    """The names of those of these people whom the directory ever named."""
    found = connection.execute(NAMES, {"people": list(people)})
    return {PersonId(row.person): row.name for row in found}
