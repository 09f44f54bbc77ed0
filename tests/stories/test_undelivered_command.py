"""`countersign undelivered` as somebody types it: what it lists, what it has tried again, and how it ends."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import commands
from bot.demo import harbor
from bot.rules.terms import ChangeId
from bot.store import outbox
from bot.store.changes import write_facts
from bot.store.database import Database, open_database
from bot.store.outbox import Line
from tests.store.facts_at_random import MONDAY, PRODUCTION, request

CARD = Line("card/1", "card", ChangeId(1))
TOLD = Line("told/1/5/U0ANA", "told", ChangeId(1))
LEASE = timedelta(seconds=15)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    with opened.write() as connection:
        write_facts(connection, ChangeId(1), [request()], production=PRODUCTION)
    yield opened
    opened.dispose()


@pytest.fixture
def given_up(database: Database) -> Database:
    """A card and a notice were given up on Monday, and people could be told."""
    for line, problem in ((CARD, "is_archived"), (TOLD, "user_disabled")):
        with database.write() as connection:
            outbox.wish(connection, [line], MONDAY)
        while found := outbox.claim(database, now_real=MONDAY, lease=LEASE, limit=1):
            if found[0].key == line.key:
                outbox.bury(database, found[0], now_real=MONDAY, problem=problem)
            else:
                outbox.done(database, found[0], MONDAY)
    return database


@pytest.fixture(autouse=True)
def _environment(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "organization.toml"
    file.write_text(harbor(), "utf-8")
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
        "SLACK_SIGNING_SECRET": "nobody-is-asked",
        "DATABASE_URL": database_url,
        "ORGANIZATION": str(file),
    }.items():
        monkeypatch.setenv(name, value)


def typed(*options: str) -> Result:
    return CliRunner().invoke(commands, ["undelivered", *options])


@pytest.mark.usefixtures("database")
def test_where_nothing_was_given_up_it_says_so_and_ends_well() -> None:
    printed = typed()
    assert printed.exit_code == 0, printed.output
    assert printed.stdout == "Nothing was given up. Nothing waits to be delivered.\n"


def test_what_only_waits_is_not_given_up_and_is_counted(database: Database) -> None:
    with database.write() as connection:
        outbox.wish(connection, [CARD], MONDAY)
    printed = typed()
    assert printed.exit_code == 0
    assert printed.stdout == "Nothing was given up. 1 message is on the way.\n"


@pytest.mark.usefixtures("given_up")
def test_it_lists_each_with_since_when_why_and_what_to_do_and_ends_with_1() -> None:
    printed = typed()
    assert printed.exit_code == 1
    assert printed.stdout.splitlines() == [
        "2 messages did not reach Slack. Nothing waits to be delivered.",
        "",
        "1 message cannot be shown in the channel of payments: the channel is archived.",
        "  Unarchive it in Slack, or name another channel in the organization's file.",
        "  - the card of CHG-1, since Mon 30 Nov 09:30 (card/1: is_archived)",
        "",
        "1 message cannot be shown to Ana Costa by direct message: that account is deactivated.",
        "  Name somebody else for the role in the organization's file; of a requester's change, somebody takes over.",
        "  - a notice of CHG-1, since Mon 30 Nov 09:30 (told/1/5/U0ANA: user_disabled)",
    ]


def test_with_retry_all_of_them_are_due_at_once(given_up: Database) -> None:
    with given_up.read() as connection:
        before = connection.exec_driver_sql("SELECT MAX(due_at) FROM outbox").scalar_one()
    printed = typed("--retry")
    assert printed.exit_code == 1
    assert "2 messages did not reach Slack" in printed.stdout
    assert "2 messages are tried again, as soon as the bot runs." in printed.stderr
    with given_up.read() as connection:
        dues = connection.exec_driver_sql("SELECT due_at FROM outbox").scalars().all()
        acts = connection.exec_driver_sql("SELECT act, through FROM audit").all()
    assert len(dues) == 3
    assert before not in dues
    assert [tuple(row) for row in acts] == [("try_again", "command line")]


@pytest.mark.usefixtures("database")
def test_with_retry_and_nothing_to_try_it_ends_well() -> None:
    printed = typed("--retry")
    assert printed.exit_code == 0
    assert "Nothing is left to try" in printed.stderr
