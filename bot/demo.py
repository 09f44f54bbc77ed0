"""The demo: bot and sandbox in one process, with one business time that can be moved."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from rich.console import Console

from bot.app import App, build
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR, Company, Shortcut
from bot.sandbox.pages import nothing_due
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.stories.error_rate import ERROR_RATE
from bot.sandbox.stories.failed_verification import FAILED_VERIFICATION
from bot.sandbox.stories.friday_afternoon import FRIDAY_AFTERNOON
from bot.sandbox.stories.frozen import FROZEN
from bot.sandbox.stories.hotfix_afternoon import HOTFIX_AFTERNOON
from bot.sandbox.stories.hotfix_in_breach import HOTFIX_IN_BREACH
from bot.sandbox.stories.hotfix_night import HOTFIX_NIGHT
from bot.sandbox.stories.narrowed_window import NARROWED_WINDOW
from bot.sandbox.stories.plain import PLAIN
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage
from bot.sandbox.stories.straddling_window import STRADDLING_WINDOW
from bot.sandbox.stories.waived_staging import WAIVED_STAGING
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.settings import load_settings
from bot.slack.deliver.posting import PACE
from bot.slack.ids import COMMAND
from bot.slack.manifest import SHORTCUTS, scopes
from bot.store.database import migrate
from bot.store.deadlines import next_due
from bot.store.failures import DatabaseBusy, DatabaseGone
from bot.web.serving import Serving
from bot.web.site import SLACK_PATH

MONDAY: Final = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
"""Monday 30 November 2026, 09:30 in Berlin, where Harbor is."""

AT_ONCE: Final = timedelta(milliseconds=1)
"""The pace of messages where days pass in seconds; people click faster there, too, than people do."""

STORIES: Final = {
    "A routine release, with everything that people get wrong": ROUTINE,
    "A routine release on a good day": PLAIN,
    "A hotfix at 14:00: an alarm, a rollback, and the review until it is signed": HOTFIX_AFTERNOON,
    "A hotfix at 02:00, on four words by phone": HOTFIX_NIGHT,
    "The same night with nobody reachable: a start in breach": HOTFIX_IN_BREACH,
    "A version that fails its verification": FAILED_VERIFICATION,
    "A narrowed window": NARROWED_WINDOW,
    "A window that reaches past the end of business": STRADDLING_WINDOW,
    "An error rate that rises, and a rollback": ERROR_RATE,
    "A waiver of staging": WAIVED_STAGING,
    "A change freeze, and a Director's exception": FROZEN,
    "Friday at 16:50, for Saturday": FRIDAY_AFTERNOON,
}

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    app: App
    sandbox: Sandbox
    page: str
    organization_file: Path

    def settle(self) -> None:
        """Return when no timer is due and nothing is left to deliver."""
        self.app.desk.rest()
        while self.app.clock.tick_all() or self.app.waiting():
            time.sleep(0.02)


def harbor() -> str:
    """The text of the demo company's organization file."""
    return files("bot.sandbox").joinpath("harbor.toml").read_text(encoding="utf-8")


def speak_to_this_machine_only() -> None:
    """Leave out a proxy: everything that the demo talks to is on this machine, and Slack's SDK heeds no exceptions."""
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        os.environ.pop(name, None)


def with_the_bot(company: Company) -> Company:
    """The company with the bot installed as its manifest says."""
    shortcuts = tuple(
        Shortcut(words["name"], each.value, on_message=words["type"] == "message")
        for each, words in SHORTCUTS.items()
    )
    return replace(company, app=replace(company.app, command=COMMAND, shortcuts=shortcuts))


@contextmanager
def demo(
    clock: MovableClock,
    *,
    port: int = 0,
    ticking: bool = True,
    database_url: str | None = None,
    organization: str | None = None,
) -> Iterator[Demo]:
    """Run bot and sandbox, on a migrated database or on SQLite in a folder that goes away.

    `organization` is the text of an organization's file; Harbor's where none is given.

    Without `ticking` only `settle` ticks: days pass in seconds then, so that Slack's limits per minute make no sense.
    """
    speak_to_this_machine_only()
    sandbox = Sandbox(
        with_the_bot(HARBOR), clock, Credentials(scopes=scopes()), Strictness(rate_limits=ticking)
    )
    with (
        tempfile.TemporaryDirectory(prefix="countersign-demo-") as folder,
        sandbox.server(port) as server,
    ):
        file = Path(folder) / "organization.toml"
        file.write_text(organization or harbor(), encoding="utf-8")
        settings = load_settings(
            {
                "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
                "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
                "SLACK_API_URL": server.api_url,
                "DATABASE_URL": database_url or f"sqlite:///{Path(folder) / 'countersign.sqlite'}",
                "ORGANIZATION": str(file),
                **({} if ticking else {"CLICKS_AT_ONCE": "1000000"}),
            }
        )
        if database_url is None:
            migrate(settings.database_url.get_secret_value())
        app = build(settings, now=clock.now, pace=PACE if ticking else AT_ONCE)
        with Serving(app.web) as web:
            sandbox.bot_url = web.url + SLACK_PATH
            app.start(ticking=ticking)
            sandbox.next_deadline = lambda: _next_deadline(app)
            try:
                yield Demo(app, sandbox, server.url, file)
            finally:
                sandbox.next_deadline = nothing_due
                app.stop()


def _next_deadline(app: App) -> datetime | None:
    """When the bot has something to do by itself next; None also while its database does not say."""
    try:
        with app.database.read() as connection:
            return next_due(connection)
    except (DatabaseBusy, DatabaseGone):
        return None


def show(port: int) -> None:
    """Run the demo until somebody stops it, and say what to try."""
    with demo(MovableClock(MONDAY, flowing=True), port=port) as running:
        console.print(
            f"Harbor's Slack is at [bold]{running.page}/?as=ana&channel=payments&beside=tia&beside-channel=dm[/bold] – Ctrl-C ends it."
        )
        console.print("1. As Ana, type [bold]/deploy request[/bold] in #payments and press Request.")
        console.print("2. Switch to Ben, Tia and Lea: each has a direct message with Approve and Reject.")
        console.print("3. Move the clock at the top, and see windows open and nudges come.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            console.print("Stopped.")


def play() -> int:
    """Act out the stories, row by row, each in a company of its own; 0 when every row came out as the guide says."""
    for title, story in STORIES.items():
        console.rule(title)
        with demo(MovableClock(MONDAY), ticking=False) as running:
            if Stage(running.sandbox, running.settle, console.print).play(story):
                return 1
    return 0
