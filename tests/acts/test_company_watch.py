"""What changes the company by itself: several processes notice the same file, and one records it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.app import App, build
from bot.company_watch import KEY
from bot.rules.change import Span
from bot.rules.terms import Role
from bot.settings import load_settings
from bot.store import audit, dedupe
from bot.store.machinery import deadlines
from tests.acts.conftest import Office, person

WINDOW = Span(datetime(2026, 12, 2, 14, tzinfo=UTC), datetime(2026, 12, 2, 15, tzinfo=UTC))
TWO_LEADS, OTHER_LEADS = 'tech_lead = ["tia", "tom"]', 'tech_lead = ["tia", "finn"]'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The organization's file of `office`."""
    return tmp_path / "organization.toml"


def edit(file: Path, before: str, after: str) -> None:
    file.write_text(file.read_text("utf-8").replace(before, after, 1), "utf-8")


def settle(app: App) -> None:
    while app.clock.tick("company"):
        pass


def recorded(office: Office) -> list[str]:
    with office.app.database.read() as connection:
        entries = audit.entries_of(connection, audit.WORKSPACE, limit=100)
    return [type(fact).__name__ for entry in entries for fact in entry.facts]


def another(office: Office, file: Path) -> App:
    """A second process with the same database and file."""
    url = office.app.database._writer.url.render_as_string(hide_password=False)  # noqa: SLF001 - as a second process has it
    return build(
        load_settings(
            {
                "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
                "SLACK_SIGNING_SECRET": "nobody-is-asked",
                "SLACK_API_URL": "http://127.0.0.1:9/",
                "DATABASE_URL": url,
                "ORGANIZATION": str(file),
            }
        )
    )


def due(office: Office, kind: str) -> datetime:
    with office.app.database.read() as connection:
        query = select(deadlines.c.due_at).where(
            deadlines.c.kind == kind, deadlines.c.done_at.is_(None), deadlines.c.cancelled_at.is_(None)
        )
        found: datetime = connection.execute(query).scalar_one()
    return found


def lines(office: Office) -> list[str]:
    with office.app.database.read() as connection:
        return [str(key) for key in connection.execute(text("SELECT key FROM outbox ORDER BY key")).scalars()]


def test_a_file_that_stays_as_it_was_records_nothing(office: Office) -> None:
    settle(office.app)
    assert recorded(office) == []


@pytest.mark.clause("G-LOG-1")
def test_of_several_processes_with_the_same_file_each_reads_it_and_one_records_it(
    office: Office, file: Path
) -> None:
    second = another(office, file)
    settle(office.app)
    settle(second)
    edit(file, TWO_LEADS, OTHER_LEADS)
    settle(office.app)
    settle(second)
    for app in (office.app, second):
        assert app.company.organization.roles[Role.TECH_LEAD] == (person("tia"), person("finn"))
    assert recorded(office) == ["OrganizationReloaded"]
    edit(file, OTHER_LEADS, "tech_lead = 7")
    settle(office.app)
    settle(second)
    assert recorded(office) == ["OrganizationReloaded", "OrganizationRefused"]
    assert [line for line in lines(office) if line.startswith("organization/")] != []
    second.stop()


def test_a_file_that_is_edited_back_and_forth_is_recorded_each_time(office: Office, file: Path) -> None:
    settle(office.app)
    for before, after in ((TWO_LEADS, OTHER_LEADS), (OTHER_LEADS, TWO_LEADS), (TWO_LEADS, OTHER_LEADS)):
        edit(file, before, after)
        settle(office.app)
    assert recorded(office) == ["OrganizationReloaded"] * 3


def test_a_file_that_changed_while_the_bot_was_down_is_recorded_when_it_is_up(
    office: Office, file: Path
) -> None:
    settle(office.app)
    edit(file, TWO_LEADS, OTHER_LEADS)
    later = another(office, file)
    settle(later)
    assert recorded(office) == ["OrganizationReloaded"]
    later.stop()


def test_a_file_is_judged_only_when_it_reads_the_same_twice(office: Office, file: Path) -> None:
    settle(office.app)
    whole = file.read_text("utf-8")
    file.write_text(whole[:300], "utf-8")
    office.app.clock.tick("company")
    file.write_text(whole, "utf-8")
    settle(office.app)
    assert recorded(office) == []


@pytest.mark.clause("G-STD-9")
def test_timers_follow_when_a_number_of_the_guide_changes(office: Office, file: Path) -> None:
    settle(office.app)
    office.deploys(WINDOW)
    before = due(office, "escalate_monitoring")
    file.write_text(file.read_text("utf-8") + "\n[guide.monitoring]\nescalate_after = 25\n", "utf-8")
    settle(office.app)
    assert due(office, "escalate_monitoring") == before + timedelta(minutes=15)
    assert office.stage == "monitoring"


def test_what_was_not_followed_when_the_process_died_is_followed_by_the_next(
    office: Office, file: Path
) -> None:
    assert office.requests().done
    settle(office.app)
    edit(file, TWO_LEADS, OTHER_LEADS)
    office.app.clock.tick("company")
    office.app.clock.watch._look_at_file()  # noqa: SLF001 - killed right after the record was written
    with office.app.database.read() as connection:
        assert (dedupe.answer_for(connection, KEY) or {})["followed"] is False
    with office.app.database.write() as connection:
        connection.execute(text("DELETE FROM outbox"))
    later = another(office, file)
    settle(later)
    assert "card/1" in lines(office)
    with office.app.database.read() as connection:
        assert (dedupe.answer_for(connection, KEY) or {})["followed"] is True
    later.stop()
