"""`countersign export` as somebody types it: its options, where it writes to, and what it says when it cannot."""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.export.cells import COLUMNS
from bot.export.command import CannotExport, Options, export
from bot.rules.terms import ChangeId, ServiceName
from bot.store.changes import write_facts
from bot.store.database import Database, open_database
from tests.demo_company import harbor
from tests.store.facts_at_random import MONDAY, PRODUCTION, STAGING, request, started

ROOT = Path(__file__).resolve().parents[2]
MISUSED = 2
LAST = 4
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Four deployments: payments' on Monday 09:30 in Berlin, then one a day; the last one is attic's, which no file has."""
    opened = open_database(database_url)
    for number in range(1, LAST + 1):
        at = MONDAY + timedelta(days=number - 1)
        asked = request(number, version=f"{number}ß", at=at)
        asked = replace(asked, service=ServiceName("attic")) if number == LAST else asked
        facts = (asked, replace(started(number, STAGING, at), version=f"{number}ß"))
        with opened.write() as connection:
            write_facts(connection, ChangeId(number), facts, production=PRODUCTION)
    yield opened
    opened.dispose()


Deployments = Callable[..., list[str]]


@pytest.fixture
def deployments(database: Database, tmp_path: Path) -> Deployments:
    """The labels of the deployments that an export with these options has."""

    def exported(**options: str) -> list[str]:
        file = tmp_path / "log.csv"
        said = export(database, harbor(), Options("csv", **options), file)
        found = [row["deployment"] for row in csv.DictReader(file.read_text("utf-8").splitlines())]
        plural = "" if len(found) == 1 else "s"
        assert said == (
            f"{file}: {len(found)} deployment{plural}." if found else "The log has no such deployment."
        )
        return found

    return exported


@only_sqlite
def test_days_are_the_organizations_and_the_last_one_is_included(deployments: Deployments) -> None:
    assert deployments() == ["DEP-1", "DEP-2", "DEP-3", "DEP-4"]
    assert deployments(since="2026-12-01") == ["DEP-2", "DEP-3", "DEP-4"]
    assert deployments(until="2026-12-01") == ["DEP-1", "DEP-2"]
    assert deployments(since="2026-12-01", until="2026-12-01") == ["DEP-2"]
    assert deployments(since="2027-01-01") == []


@only_sqlite
def test_a_day_begins_at_the_organizations_midnight(database: Database, deployments: Deployments) -> None:
    at = MONDAY.replace(hour=23, minute=30)  # 00:30 of Tuesday in Berlin
    late = replace(started(9, STAGING, at), version="1ß")
    with database.write() as connection:
        write_facts(connection, ChangeId(1), [late], production=PRODUCTION)
    assert deployments(until="2026-11-30") == ["DEP-1"]
    assert deployments(since="2026-12-01", until="2026-12-01") == ["DEP-2", "DEP-9"]


@only_sqlite
def test_a_service_that_left_the_file_keeps_its_log(deployments: Deployments) -> None:
    assert deployments(service="payments") == ["DEP-1", "DEP-2", "DEP-3"]
    assert deployments(service="attic") == ["DEP-4"]
    assert deployments(service="ledger") == []


@only_sqlite
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (Options("xml"), "“xml” is no format of the log: write --format csv or --format jsonl."),
        (Options("csv", since="yesterday"), "“yesterday” is no day: write it as 2026-11-30."),
        (Options("csv", until="2026-02-30"), "“2026-02-30” is no day: write it as 2026-11-30."),
        (Options("csv", until="9999-12-31"), "“9999-12-31” is no day: write it as 2026-11-30."),
        (Options("csv", since="0001-01-01"), "“0001-01-01” is no day: write it as 2026-11-30."),
        (
            Options("csv", since="2026-12-02", until="2026-12-01"),
            "--until 2026-12-01 is before --since 2026-12-02: turn them round.",
        ),
        (
            Options("csv", service="paymnts"),
            "There is no service “paymnts”. There are ledger, payments and storefront.",
        ),
    ],
)
def test_what_means_nothing_is_said_and_writes_nothing(
    database: Database, tmp_path: Path, options: Options, said: str
) -> None:
    file = tmp_path / "log.csv"
    file.write_text("the export of yesterday")
    with pytest.raises(CannotExport) as refused:
        export(database, harbor(), options, file)
    assert str(refused.value) == said
    assert file.read_text() == "the export of yesterday"


@only_sqlite
def test_a_file_appears_when_it_is_whole(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    file = folder / "log.jsonl"
    file.write_text("the export of yesterday")
    with monkeypatch.context() as patched:
        patched.setattr("bot.export.writing.json.dumps", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            export(database, harbor(), Options("jsonl"), file)
    assert [each.name for each in folder.iterdir()] == ["log.jsonl"]
    assert file.read_text() == "the export of yesterday"
    export(database, harbor(), Options(" JSONL "), file)
    assert [json.loads(line)["version"] for line in file.read_text("utf-8").splitlines()] == [
        "1ß",
        "2ß",
        "3ß",
        "4ß",
    ]
    with pytest.raises(CannotExport, match="cannot be written"):
        export(database, harbor(), Options("csv"), tmp_path / "nowhere" / "log.csv")


def command(database_url: str, *words: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "secret",
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(ROOT / "bot" / "sandbox" / "harbor.toml"),
        "LC_ALL": "C",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONUTF8": "0",
        "NO_COLOR": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.clause("G-LOG-1")
@pytest.mark.usefixtures("database")
def test_the_command_writes_the_log_to_standard_output_whatever_its_encoding(database_url: str) -> None:
    process = command(database_url, "export", "--since", "2026-12-02")
    out, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"")
    header, *lines = out.decode("utf-8").split("\r\n")[:-1]
    assert header == ",".join(COLUMNS)
    assert [line.split(",")[0] for line in lines] == ["DEP-3", "DEP-4"]
    assert "3ß" in lines[0]


@only_sqlite
def test_the_command_on_an_empty_log_writes_the_columns_and_says_so(database_url: str) -> None:
    process = command(database_url, "export")
    out, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert out.decode() == ",".join(COLUMNS) + "\r\n"
    assert said.decode() == "The log has no such deployment.\n"


@only_sqlite
@pytest.mark.usefixtures("database")
def test_the_command_says_a_misused_option_in_a_sentence(database_url: str) -> None:
    process = command(database_url, "export", "--format", "xml")
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (MISUSED, b"")
    assert said.decode("utf-8", "replace").endswith("write --format csv or --format jsonl.\n")
    assert b"Traceback" not in said


@only_sqlite
@pytest.mark.usefixtures("database")
def test_whoever_closes_the_pipe_early_sees_no_trace(database_url: str) -> None:
    process = command(database_url, "export", "--format", "jsonl")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(60), said) == (1, b"")
    process.stderr.close()


@only_sqlite
def test_help_names_every_option(database_url: str) -> None:
    out, _ = command(database_url, "export", "--help").communicate(timeout=60)
    for option in (b"--format", b"--since", b"--until", b"--service", b"--output"):
        assert option in out
