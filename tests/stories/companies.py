"""A company at work with everything at hand: the sandbox, the bot's record, its file, its user groups."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from bot.demo import MONDAY, Demo, demo
from bot.rules.organization_outside import GroupId
from bot.sandbox.clock import MovableClock
from bot.sandbox.messages import Message
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.store import audit, groups
from bot.store.reading import RecordedEntry

TECH_LEADS = GroupId("S0TECHLEADS")
REQUEST = {
    "Version": "4.12.0",
    "Pull requests": "#881",
    "Peers to ask": ["Ben"],
    "Rollback plan": "Redeploy",
    "Pre-test of the rollback": "It was pre-tested",
    "Where the pre-test can be seen": "https://ci.harbor.example",
    "Release branch": "release/4",
    "Automated tests": "Passed",
    "Where the tests can be seen": "https://ci.harbor.example",
    "Merge to main": "abc",
    "Development": True,
}


class At:
    """A stage with the whole demo at hand."""

    def __init__(self, running: Demo) -> None:
        self.demo = running
        self.sandbox = running.sandbox
        self.stage = Stage(running.sandbox, running.settle, says=lambda _line: None)

    def requests(self) -> None:
        self.says("ana", "/deploy request")
        assert self.stage.fills_and_submits("ana", REQUEST) == {}

    def plays(self, rows: int) -> None:
        assert self.stage.play(ROUTINE[:rows]) == 0

    def entries(self, stream: str = "CHG-1") -> list[RecordedEntry]:
        with self.demo.app.database.read() as connection:
            return audit.entries_of(connection, stream, limit=200)

    def last(self, stream: str = "CHG-1") -> RecordedEntry:
        return self.entries(stream)[-1]

    def says(self, name: str, text: str) -> str:
        outcome = self.sandbox.person(name).types(text, channel="payments")
        self.demo.settle()
        assert outcome.trouble is None
        return outcome.text

    def presses(self, name: str, button: str, on: Message | None = None) -> str:
        return self.stage.presses_button(name, button, on)

    def names_deputy(self, name: str, **filled: object) -> dict[str, str]:
        self.says(name, "/deploy delegate")
        values = {"Role": "Engineering Director", "Service": "All services"} | {
            label.replace("_", " "): value for label, value in filled.items()
        }
        return self.stage.fills_and_submits(name, values)

    def group_was_read(self, ago: timedelta) -> None:
        with self.demo.app.database.write() as connection:
            groups.outdate(connection, TECH_LEADS, datetime.now(UTC) - ago)

    def edits(self, before: str, after: str) -> None:
        file = self.demo.organization_file
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after, 1), "utf-8")
        self.demo.settle()


@contextmanager
def company(database_url: str, organization: str | None = None) -> Iterator[At]:
    with demo(
        MovableClock(MONDAY), ticking=False, database_url=database_url, organization=organization
    ) as running:
        yield At(running)
