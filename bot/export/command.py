"""What `countersign export` does: reads its options, and writes the log to where it was asked for."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Final, TextIO
from zoneinfo import ZoneInfo

from bot.export.writing import Format, objects, write
from bot.rules.filters import DeploymentFilter
from bot.rules.organization import Organization
from bot.rules.terms import ServiceName
from bot.rules.words import join_names
from bot.store import deployment_log
from bot.store.database import Database

DAY: Final = timedelta(days=1)


class CannotExport(Exception):
    """Nothing, or not all, was written; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Options:
    """What follows `countersign export`, as it was typed: days of the organization's zone, the last one included."""

    written_as: str
    since: str | None = None
    until: str | None = None
    service: str | None = None


def export(
    database: Database, organization: Organization, options: Options, output: Path | None
) -> str | None:
    """Write the log, and return what else there is to say: how much it was, where the lines themselves do not show it.

    Raises:
        CannotExport: an option means nothing, or the file cannot be written; what stood in it stands there still.
        SystemExit: whoever read the lines wants no more of them.
    """
    written_as = _format(options.written_as)
    wanted = _wanted(options, organization.zone)
    with database.read() as connection:
        for service in wanted.services:
            if service not in organization.services and not deployment_log.knows_service(connection, service):
                known = join_names(sorted(organization.services), "and")
                raise CannotExport(f"There is no service “{service}”. There are {known}.")
        with writing_to(output) as out:
            count = write(objects(connection, organization, wanted), out, written_as)
    if count == 0:
        return "The log has no such deployment."
    return None if output is None else f"{output}: {count} deployment{'' if count == 1 else 's'}."


def _format(text: str) -> Format:
    try:
        return Format(text.strip().lower())
    except ValueError:
        raise CannotExport(
            f"“{text}” is no format of the log: write --format csv or --format jsonl."
        ) from None


def _wanted(options: Options, zone: ZoneInfo) -> DeploymentFilter:
    since, before = _start_of(options.since, zone), _start_of(options.until, zone, after=DAY)
    if since and before and before <= since:
        raise CannotExport(f"--until {options.until} is before --since {options.since}: turn them round.")
    services = frozenset[ServiceName]() if options.service is None else {ServiceName(options.service)}
    return DeploymentFilter(services=frozenset(services), since=since, before=before)


def _start_of(day: str | None, zone: ZoneInfo, after: timedelta = timedelta()) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day.strip()) + after, time.min, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CannotExport(f"“{day}” is no day: write it as 2026-11-30.") from None


@contextmanager
def writing_to(output: Path | None) -> Iterator[TextIO]:
    """A file that appears when it is whole, or standard output.

    Raises:
        CannotExport: it cannot be written.
        SystemExit: whoever read it wants no more.
    """
    try:
        with _standard_output() if output is None else _file(output) as out:
            yield out
    except BrokenPipeError:
        # What is still buffered would complain once more when the process ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as problem:
        where = "The log" if output is None else f"{output}"
        raise CannotExport(f"{where} cannot be written ({problem.strerror or problem}).") from problem


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """In UTF-8 and with the line ends as they are written, whatever the terminal's settings."""
    sys.stdout.flush()
    out = TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield out
        out.flush()
    finally:
        with suppress(OSError):
            out.detach()


@contextmanager
def _file(output: Path) -> Iterator[TextIO]:
    """The file appears when it is whole; a pipe or device is written as it is."""
    if output.exists() and not output.is_file():
        with output.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            yield out
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink()
        raise
