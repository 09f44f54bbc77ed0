"""Harbor at work in this process, without Slack: people act through `Acts`, and time stands until it is moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from bot.app import build, real_now
from bot.demo import MONDAY, harbor
from bot.rules.change import Outcome, Span
from bot.rules.inputs import Finish, Report, Seen
from bot.rules.readings import Figure, Problem
from bot.rules.terms import NO_WORDS, ChangeId
from bot.settings import Settings, load_settings
from bot.store import directory_answers, seals
from bot.store.directory_answers import DirectoryAnswer
from bot.store.seals import Seal
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.observe import observe
from bot.workflows.watch import confirm_healthy
from tests.acts import conftest
from tests.acts.conftest import person
from tests.acts.incident import REVIEWED, Incident
from tests.ground import Ground

if TYPE_CHECKING:
    from freezegun.api import FrozenDateTimeFactory

SEALED_EVERY: Final = timedelta(minutes=5)
PEOPLE: Final = ("ana", "ben", "tia", "lea", "quinn", "pia", "paul", "eve", "omar", "dora")


@dataclass
class Time:
    """Business time as a function; it stands until it is moved, in either direction."""

    at: datetime

    def __call__(self) -> datetime:
        """The time, aware, UTC."""
        return self.at

    def tick(self, by: timedelta) -> None:
        """Let it pass."""
        self.at += by

    def move_to(self, at: datetime) -> None:
        """Set it."""
        self.at = at


class Office(conftest.Office):
    """As the tests of acts have it, with a business time of its own instead of a frozen machine."""

    def restarts(self) -> None:
        """Another process with the same database: it remembers nothing."""
        self.app.stop()
        self.app = build(self.settings, now=self.app.acts.now)

    def seals(self) -> Seal | None:
        """Seal now what happened."""
        now = self.app.acts.now()
        with self.app.database.write() as connection:
            return seals.seal(connection, now, now.date())


def settings_of(database_url: str, organization: Path) -> Settings:
    """Settings with which nobody is asked: at this address there is no Slack."""
    return load_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
            "SLACK_SIGNING_SECRET": "nobody-is-asked",
            "SLACK_API_URL": "http://127.0.0.1:9/",
            "DATABASE_URL": database_url,
            "ORGANIZATION": str(organization),
        }
    )


@contextmanager
def office(ground: Ground, database_url: str, at: datetime = MONDAY, company: str = "") -> Iterator[Office]:
    """An office on this database at this business time; `company` is another organization's text than Harbor's."""
    file = ground.new_folder() / "organization.toml"
    file.write_text(company or harbor(), encoding="utf-8")
    time = Time(at)
    settings = settings_of(database_url, file)
    # The acts' office asks its clock only to tick and to move.
    at_work = Office(build(settings, now=time), cast("FrozenDateTimeFactory", time), settings)
    at_work.slack_is_asked()
    try:
        yield at_work
    finally:
        at_work.app.stop()


def knows(at_work: Office, *names: str) -> None:
    """Slack said just now that these people are members like any other."""
    team = at_work.app.company.organization.team
    for name in names:
        directory_answers.remember(
            at_work.app.database, person(name), DirectoryAnswer(name, team), real_now()
        )


def a_story(at_work: Office) -> tuple[ChangeId, ChangeId]:
    """A routine release with readings and refusals, and a hotfix that is reviewed; sealed as it goes. Their numbers."""
    change = at_work.deploys(Span(MONDAY + timedelta(days=2, hours=5), MONDAY + timedelta(days=2, hours=6)))
    at_work.seals()
    reading = Report(Problem.ERROR_RATE, now=Figure(0.5, 20_000), before=Figure(0.5, 20_000))
    at_work.does("omar", observe, reading, change=change)
    at_work.does("ana", confirm_healthy, None, change=change)
    at_work.passes(timedelta(minutes=31))
    at_work.does("ana", confirm_healthy, None, change=change)
    at_work.seals()
    incident = Incident.declared(at_work, at_work.app.acts.now() + timedelta(days=1))
    incident.said_yes("ana", ("eve", None), ("paul", None))
    incident.asks("zed", confirm_healthy, None)
    incident.approved_by("ana")
    at_work.seals()
    incident.does("ben", start_production, None)
    at_work.passes(timedelta(minutes=7))
    incident.does("ben", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
    at_work.seals()
    return change, incident.id


__all__ = ["PEOPLE", "REVIEWED", "Incident", "Office", "Seen", "Time", "a_story", "knows", "office"]
