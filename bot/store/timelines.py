"""An incident's timeline, read from the audit log; nothing of it is stored twice."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, bindparam, select

from bot.rules.change import Change
from bot.rules.company_facts import CompanyFact
from bot.rules.organization import Organization
from bot.rules.terms import PersonId
from bot.rules.timeline import TimelineLine, line_of
from bot.rules.timeline_words import Reading, Timeline
from bot.store import audit, directory_answers
from bot.store.audit import EVERYTHING, change_stream
from bot.store.machinery import audit as audit_rows
from bot.store.reading import RecordedEntry

PLACE: Final = select(audit_rows.c.stream, audit_rows.c.seq).where(audit_rows.c.id == bindparam("entry"))


def timeline_of(connection: Connection, organization: Organization, change: Change) -> Timeline:
    """The whole timeline of a hotfix, oldest first, with the names of everybody in it."""
    lines = timeline_lines(connection, change)
    names = names_in(connection, organization, lines)
    return Timeline(change, lines, Reading(names, organization.zone, change.requested_at))


def names_in(
    connection: Connection, organization: Organization, lines: Iterable[TimelineLine]
) -> dict[PersonId, str]:
    """The names of everybody in the organization and in these lines: Slack's, else the organization's file's."""
    people = {person for line in lines for person in line.said.people}
    return {**organization.names(), **directory_answers.names(connection, people)}


def timeline_lines(connection: Connection, change: Change) -> tuple[TimelineLine, ...]:
    """What each act has added to the timeline of a hotfix, oldest first."""
    entries = audit.entries_of(connection, change_stream(change.id), limit=EVERYTHING)
    return tuple(line for entry in entries if (line := _line(entry, change)))


def timeline_line(connection: Connection, change: Change, entry: int) -> TimelineLine | None:
    """What one entry of the audit log, by its id, adds to the timeline of this change; None where that is nothing."""
    place = connection.execute(PLACE, {"entry": entry}).one_or_none()
    if place is None or place.stream != change_stream(change.id):
        return None
    (found,) = audit.entries_of(connection, place.stream, after=place.seq - 1, limit=1)
    return _line(found, change)


def _line(entry: RecordedEntry, change: Change) -> TimelineLine | None:
    return line_of(entry.at, (fact for fact in entry.facts if not isinstance(fact, CompanyFact)), change)
