"""What became of hostile text: where it stands in the database, what went over the wire, what the export says."""

import csv
import io
import json
import unicodedata
from functools import cache
from typing import Any, Final

from sqlalchemy import inspect, text

from bot.demo import Demo
from bot.export.cells import COLUMNS
from bot.export.command import Options, export
from tests.faults.fault import Tally

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""


def parsed(value: Any) -> Any:  # noqa: ANN401 - what went over the wire
    """With what is JSON inside of it, such as blocks in a form's field."""
    if isinstance(value, dict):
        return {name: parsed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [parsed(one) for one in value]
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def everything_in(running: Demo) -> str:
    """Every text in the database, one after the other."""
    found: list[str] = []
    with running.app.database.read() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608 - the database's own names
                found += [cell for cell in row if isinstance(cell, str)]
    return "\0".join(map(seen, found))


@cache
def seen(typed: str) -> str:
    """The characters of a text that can be seen; of blanks, and of what only steers, none."""
    return "".join(each for each in typed if unicodedata.category(each)[0] not in "CZ")


def check_export(running: Demo, tally: Tally) -> None:
    """Both formats say the same, and nothing in the one for spreadsheets is a formula."""
    folder = running.organization_file.parent
    for kind in ("csv", "jsonl"):
        export(running.app.database, running.app.company.organization, Options(kind), folder / kind)
    lines = [json.loads(line) for line in (folder / "jsonl").read_text(encoding="utf-8").splitlines()]
    with (folder / "csv").open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(io.StringIO(file.read(), newline="")))
    tally.check(read[0] == list(COLUMNS), "the export has other columns")
    tally.count(len(lines), len(read) - 1, "exported deployments")
    for cells, line in zip(read[1:], lines, strict=False):
        for name, cell in zip(COLUMNS, cells, strict=True):
            tally.check(not cell.startswith(FORMULA), f"{name} is a formula: {cell[:60]!r}")
            said = line.get(name)
            if isinstance(said, str):
                tally.check(
                    cell.removeprefix("'") in {said, said.removeprefix("'")}, f"{name}: {cell[:60]!r}"
                )
