"""The log as people get it: exported, or listed in a channel."""

import csv
import io
import json

from bot.demo import Demo
from bot.export.writing import Format, objects, write
from bot.rules.filters import DeploymentFilter
from bot.sandbox.messages import Message


def exported(harbor: Demo, written_as: Format, wanted: DeploymentFilter | None = None) -> str:
    out = io.StringIO(newline="")
    with harbor.app.database.read() as connection:
        lines = objects(connection, harbor.app.company.organization, wanted or DeploymentFilter())
        write(lines, out, written_as)
    return out.getvalue()


def lines(harbor: Demo) -> list[dict[str, object]]:
    return [json.loads(line) for line in exported(harbor, Format.JSONL).splitlines()]


def rows(harbor: Demo) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(harbor, Format.CSV), newline="")))


def says(harbor: Demo, name: str, text: str) -> Message:
    outcome = harbor.sandbox.person(name).types(text, channel="payments")
    harbor.settle()
    assert outcome.trouble is None
    assert harbor.sandbox.wire.refusals == []
    return outcome.messages[-1]


def clicks(harbor: Demo, name: str, words: str, on: Message) -> Message:
    outcome = harbor.sandbox.person(name).clicks(words, on=on)
    harbor.settle()
    assert outcome.trouble is None
    assert harbor.sandbox.wire.refusals == []
    return outcome.messages[-1] if outcome.messages else on
