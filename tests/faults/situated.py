"""The changes of `tests.situations` in a database, beside a bot that is served over HTTP: put there, tried on, put back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any, Final, TypeVar

from sqlalchemy import select

from bot.app import App, build
from bot.rules.change import Change
from bot.rules.company_facts import FreezeDeclared
from bot.rules.facts import Fact
from bot.rules.life import Stage
from bot.rules.terms import ChangeId, EnvironmentName
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR, Member
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.settings import load_settings
from bot.slack.manifest import scopes
from bot.store import freezes
from bot.store.changes import load_change, write_facts
from bot.store.database import Database
from bot.store.machinery import audit
from bot.web.serving import Serving
from tests.acting import STRANGER, Course
from tests.faults.bots import Sender
from tests.faults.front_door_acts import TEAM, Delivery, slack_id
from tests.faults.office import Time
from tests.ground import Ground
from tests.situations import BUILT, COMPANY, begun

T = TypeVar("T")
PRODUCTION: Final = EnvironmentName("production")
CHANGE: Final = ChangeId(1)
EARLIER: Final = ChangeId(7)
"""What was in production before: `superseded` names it, too."""
ORGANIZATION: Final = """
name = "The company of the situations"
team = "T0HARBOR"
zone = "Europe/Berlin"
[channels]
admin = "C0DEPLOYADMIN"
audit = "C0DEPLOYAUDIT"
incidents = "C0INCCARDS"
[people]
{people}
[roles]
tech_lead = ["tia"{more}]
development_team_lead = ["lea"{more}]
qa = ["quinn"{more}]
product = ["pia"{more}]
product_manager = ["paul"{more}]
engineering_manager = ["eve"{more}]
engineering_director = ["dora"{more}]
[services.payments]
channel = "C0PAYMENTS"
[services.payments.roles]
engineer = ["ana", "arno", "dirk", "ben", "omar"{more}]
[services.storefront]
channel = "C0STOREFRONT"
[services.storefront.roles]
engineer = ["otto"]
[[rota]]
starts = 2026-11-01T00:00:00
ends = 2026-12-31T00:00:00
primary = "omar"
services = ["payments"]
[[deputies]]
role = "engineering_director"
for = "dora"
deputy = "dede"
"""
ROLE_HOLDERS: Final = tuple(each for each in COMPANY if each != STRANGER)


def organization(*more: str) -> str:
    """The organization's file; `more` are people who hold every role in it, beside those who hold it in the situations."""
    named = (
        f'{each} = {{ id = "{slack_id(each)}", name = "{each.capitalize()} Example" }}'
        for each in (*ROLE_HOLDERS, *more)
    )
    return ORGANIZATION.format(people="\n".join(named), more="".join(f', "{each}"' for each in more))


@dataclass(frozen=True)
class Otherwise:
    """How what happened to one change is told of another one."""

    days: int = 0
    deployments: int = 0
    change: ChangeId = CHANGE
    version: tuple[str, str] = ("", "")

    def __call__(self, told: T) -> T:
        """The same with everybody's id as Slack has it, and with these differences."""
        same: T = self._again(told)
        return same

    def _again(self, told: Any) -> Any:  # noqa: ANN401 - whatever a fact is made of
        if isinstance(told, Enum):
            return told
        if isinstance(told, str):
            return slack_id(told) if told in COMPANY else told
        if isinstance(told, datetime):
            return told - timedelta(days=self.days)
        if isinstance(told, tuple):
            return tuple(map(self._again, told))
        if isinstance(told, frozenset):
            return frozenset(map(self._again, told))
        if is_dataclass(told) and not isinstance(told, type):
            return replace(
                told, **{each.name: self._field(each.name, getattr(told, each.name)) for each in fields(told)}
            )
        return told

    def _field(self, name: str, value: Any) -> Any:  # noqa: ANN401 - as above
        if name == "change" and isinstance(value, int):
            return self.change
        if name == "deployment" and isinstance(value, int):
            return value + self.deployments
        if name == "version" and value == self.version[0]:
            return self.version[1]
        return self._again(value)


@dataclass
class Situated:
    """A bot, its Slack and its database; `numbers` tells deliveries apart."""

    app: App
    sender: Sender
    url: str
    path: str
    empty: str
    time: Time
    numbers: Iterator[int]

    @property
    def database(self) -> Database:
        """The bot's."""
        return self.app.database

    def puts(self, course: Course) -> None:
        """Have nothing in the database but this change, and one that was done two weeks before; it is as late as there."""
        self.app.desk.rest()
        with closing(sqlite3.connect(self.empty)) as source, closing(sqlite3.connect(self.path)) as target:
            source.backup(target)
        self.time.move_to(course.now)
        before = Otherwise(days=14, deployments=-100, change=EARLIER, version=("4.12.0", "4.11.3"))
        with self.database.write() as connection:
            write_facts(connection, EARLIER, before(EARLIER_FACTS), production=PRODUCTION)
            write_facts(connection, CHANGE, Otherwise()(course.facts), production=PRODUCTION)
            for each in Otherwise()(course.freezes):
                declared = FreezeDeclared(
                    each.id, tuple(each.services), each.starts, each.ends, each.reason, each.by, each.starts
                )
                freezes.write(connection, declared)
        for change in (EARLIER, CHANGE):
            self.app.acts.refresh(change)

    def sends(self, delivery: Delivery, person: str, team: str = TEAM) -> int:
        """Deliver it; the status of the answer."""
        key = str(next(self.numbers))
        return self.sender.send(self.url, delivery.body(person, key, team), delivery.content_type).status

    def newest(self) -> int:
        """The id of the newest audit row."""
        with self.database.read() as connection:
            return (
                connection.execute(
                    select(audit.c.id).order_by(audit.c.id.desc()).limit(1)
                ).scalar_one_or_none()
                or 0
            )

    def since(self, row: int) -> list[tuple[str, str]]:
        """Act and outcome of every audit row after this one."""
        with self.database.read() as connection:
            found = connection.execute(
                select(audit.c.act, audit.c.outcome).where(audit.c.id > row).order_by(audit.c.id)
            )
            return [(each.act, each.outcome) for each in found]

    @property
    def change(self) -> Change | None:
        """The change as its rows have it."""
        with self.database.read() as connection:
            return load_change(connection, CHANGE)


EARLIER_FACTS: Final[tuple[Fact, ...]] = BUILT[Stage.DONE](begun()).facts


@contextmanager
def situated(ground: Ground, *more: str) -> Iterator[Situated]:
    """The bot, served over HTTP in this process, and the company's people in its Slack; `more` is as in `organization`."""
    folder = ground.new_folder()
    (folder / "organization.toml").write_text(organization(*more), encoding="utf-8")
    people = tuple(
        Member(slack_id(each), each, f"{each.capitalize()} Example", TEAM) for each in ROLE_HOLDERS
    )
    outsiders = tuple(each for each in HARBOR.people if each.name in {"gus", "zed", "rob", "ira"})
    empty, live = ground.new_sqlite(), ground.new_sqlite()
    time = Time(begun().now)
    sandbox = Sandbox(
        replace(HARBOR, people=(*people, *outsiders)),
        MovableClock(time.at),
        Credentials(scopes=scopes()),
        Strictness(rate_limits=False),
    )
    with sandbox.server() as server:
        settings = load_settings(
            {
                "SLACK_BOT_TOKEN": sandbox.credentials.bot_token,
                "SLACK_SIGNING_SECRET": sandbox.credentials.signing_secret,
                "SLACK_API_URL": server.api_url,
                "DATABASE_URL": live,
                "ORGANIZATION": str(folder / "organization.toml"),
                "CLICKS_AT_ONCE": "1000000",
            }
        )
        app = build(settings, now=time)
        sender = Sender(sandbox.credentials, TEAM)
        try:
            with Serving(app.web) as web:
                path, bare = (each.removeprefix("sqlite:///") for each in (live, empty))
                yield Situated(app, sender, f"{web.url}/slack/events", path, bare, time, count(1))
        finally:
            sender.close()
            app.stop()
