"""The bot without Slack: acts are called, the clock is frozen and moved by hand, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from bot.act import Answer, Caller, Verb
from bot.app import App, build, real_now
from bot.demo import harbor
from bot.rules.change import (
    Change,
    Evidence,
    EvidenceKind,
    EvidenceState,
    Outcome,
    PullRequest,
    RollbackPlan,
    Span,
)
from bot.rules.inputs import DeploymentRequest, Finish, Seen, VerificationInput, WishedWindow
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, PersonId, ServiceName, Words
from bot.settings import Settings, load_settings
from bot.store import directory_answers
from bot.store.changes import load_change
from bot.store.directory_answers import DirectoryAnswer
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging
from bot.workflows.verify import verify
from bot.workflows.windows import propose_window
from tests.short_form import leave_postgresql_to_the_whole_form

ON_SQLITE_EVERY_DAY = frozenset({"test_review_clock.py", "test_review_snoozes.py", "test_verbal_chases.py"})
"""When somebody is reminded: arithmetic, and timers that other tests of acts carry out on both databases."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    leave_postgresql_to_the_whole_form(items, "acts", ON_SQLITE_EVERY_DAY)


MONDAY = "2026-11-30 08:30:00"
"""09:30 in Berlin."""
CHANGE = ChangeId(1)
F = TypeVar("F")


def person(name: str) -> PersonId:
    return PersonId(f"U0{name.upper()}")


@dataclass
class Office:
    """Harbor's people, acting through `Acts`; time stands until it is moved."""

    app: App
    time: FrozenDateTimeFactory
    settings: Settings
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def caller(self, name: str, key: str | None = None) -> Caller:
        return Caller(person(name), None, "test", key or f"test:{next(self.numbers)}")

    def does(
        self, name: str, verb: Verb[F], form: F, key: str | None = None, change: ChangeId = CHANGE
    ) -> Answer:
        return self.app.acts.perform(self.caller(name, key), change, verb, form)

    def restarts(self) -> None:
        """Another process with the same database: it remembers nothing."""
        self.app.stop()
        self.app = build(self.settings)

    def passes(self, time: timedelta) -> None:
        self.time.tick(time)

    def moves_to(self, at: datetime) -> None:
        self.time.move_to(at)

    def slack_is_asked(self) -> None:
        """Slack's word on everybody is fresh again."""
        for handle, entry in self.app.company.organization.people.items():
            answer = DirectoryAnswer(str(handle), self.app.company.organization.team)
            directory_answers.remember(self.app.database, entry.person, answer, real_now())

    @property
    def change(self) -> Change:
        with self.app.database.read() as connection:
            change = load_change(connection, CHANGE)
        assert change is not None
        return change

    @property
    def stage(self) -> str:
        return self.app.acts.look(CHANGE).stage

    def requests(
        self,
        version: str = "4.12.0",
        service: str = "payments",
        kind: ChangeType = ChangeType.ROUTINE,
        requester: str = "ana",
        peer: str = "ben",
    ) -> Answer:
        present = EvidenceState.PRESENT
        evidence = (
            Evidence(EvidenceKind.BRANCH, present, Words("release/4.12")),
            Evidence(EvidenceKind.CI, present, Words("https://ci.harbor.example/1")),
            Evidence(EvidenceKind.MERGE, present, Words("9f2c1ab")),
        )
        form = DeploymentRequest(
            service=ServiceName(service),
            type=kind,
            version=version,
            pull_requests=(PullRequest(Words("#881"), (person(requester),)),),
            reviewers=(person(peer),),
            evidence=evidence,
            in_development=True,
            plan=RollbackPlan(Words("redeploy"), pretested=True, pretest=Words("tried")),
            wished=None,
        )
        return self.app.acts.request(self.caller(requester), form)

    def schedules(self, window: Span, version: str = "4.12.0") -> ChangeId:
        """Everything up to SCHEDULED; the number of the change."""
        asked = self.requests(version)
        assert asked.scene, asked.said
        change = asked.scene.change.id
        for name in ("ben", "tia", "lea"):
            assert self.does(name, approve, Seen(), change=change).done
        assert self.does("ana", start_staging, None, change=change).done
        assert self.does("ana", finish_staging, Finish(Outcome.SUCCEEDED, NO_WORDS), change=change).done
        passed = VerificationInput(passed=True, notes=NO_WORDS)
        for name in ("quinn", "pia"):
            assert self.does(name, verify, passed, change=change).done
        assert self.does("ana", propose_window, WishedWindow(window, NO_WORDS), change=change).done
        for name in ("paul", "eve"):
            assert self.does(name, approve, Seen(), change=change).done
        assert self.app.acts.look(change).stage == "scheduled"
        return change

    def deploys(self, window: Span, version: str = "4.12.0") -> ChangeId:
        """Everything up to MONITORING, finished ten minutes into the window; the number of the change."""
        change = self.schedules(window, version)
        self.moves_to(window.start)
        self.slack_is_asked()
        assert self.does("ana", start_production, None, change=change).done
        self.passes(timedelta(minutes=10))
        succeeded = Finish(Outcome.SUCCEEDED, NO_WORDS)
        assert self.does("ana", finish_production, succeeded, change=change).done
        return change


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    file = tmp_path / "organization.toml"
    file.write_text(harbor(), encoding="utf-8")
    settings = load_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
            "SLACK_SIGNING_SECRET": "nobody-is-asked",
            "SLACK_API_URL": "http://127.0.0.1:9/",
            "DATABASE_URL": database_url,
            "ORGANIZATION": str(file),
        }
    )
    with freeze_time(MONDAY, ignore=["_pytest", "bot.store", "sqlalchemy", "psycopg"]) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        app = build(settings)
        at_work = Office(app, frozen, settings)
        at_work.slack_is_asked()
        yield at_work
        at_work.app.stop()
