"""Writes the log, a line a deployment, as it is read: no more of it is in memory than a batch."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from typing import Final, TextIO

from sqlalchemy import Connection

from bot.export.cells import COLUMNS, cells
from bot.export.objects import Exporting, Json
from bot.rules.filters import DeploymentFilter
from bot.rules.logged import policy_of
from bot.rules.organization import Organization
from bot.rules.terms import PersonId
from bot.store import deployment_log, directory_answers

LINE_ENDS: Final = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""What JSON allows in a text and some programs take for the end of a line."""


class Format(StrEnum):
    """How the log is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class _Names:
    """People's names, each asked for once: Slack's, else the organization's file's, else the id."""

    connection: Connection
    organization: Organization
    _known: dict[PersonId, str] = field(default_factory=dict)

    def __call__(self, person: PersonId) -> str:
        if person not in self._known:
            filed = self.organization.names().get(person, person)
            told = directory_answers.names(self.connection, [person])
            self._known[person] = told.get(person) or filed
        return self._known[person]


def objects(
    connection: Connection, organization: Organization, wanted: DeploymentFilter
) -> Iterator[Mapping[str, Json]]:
    """An object for each deployment that is wanted, the oldest first; all of one instant in a read transaction."""
    exporting = Exporting(_Names(connection, organization))
    policy = cache(partial(policy_of, organization))
    for batch in deployment_log.batches(connection, wanted):
        for logged in batch:
            yield exporting.object_of(logged, policy(logged.change.service))


def write(lines: Iterator[Mapping[str, Json]], out: TextIO, written_as: Format) -> int:
    """Write every line, and say how many there were. `out` translates no line ends: CSV's are two characters (RFC 4180)."""
    count = 0
    line = WRITERS[written_as](out)
    for count, each in enumerate(lines, 1):  # noqa: B007 - the last one's number is the answer
        line(each)
    return count


def _csv(out: TextIO) -> Callable[[Mapping[str, Json]], object]:
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    return lambda each: writer.writerow(cells(each))


def _jsonl(out: TextIO) -> Callable[[Mapping[str, Json]], object]:
    return lambda each: out.write(json.dumps(each, ensure_ascii=False).translate(LINE_ENDS) + "\n")


WRITERS: Final = {Format.CSV: _csv, Format.JSONL: _jsonl}
