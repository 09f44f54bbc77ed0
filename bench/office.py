"""What is there before somebody clicks: a company of a given size, its directory, and changes that wait for an approval."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from bot.act import Caller
from bot.app import App, build, real_now
from bot.demo import harbor
from bot.rules.change import Evidence, EvidenceKind, EvidenceState, PullRequest, RollbackPlan
from bot.rules.inputs import DeploymentRequest
from bot.rules.scene import Scene
from bot.rules.terms import ChangeType, PersonId, ServiceName, Words
from bot.settings import load_settings
from bot.store import directory_answers
from bot.store.directory_answers import DirectoryAnswer

MONDAY: Final = datetime(2026, 11, 30, 8, 30, tzinfo=UTC)
"""Business time: 09:30 in Berlin."""
PAYMENTS: Final = ServiceName("payments")
REQUESTER: Final = PersonId("U0ANA")
REVIEWER: Final = PersonId("U0BEN")


@dataclass(frozen=True)
class Size:
    """How many more people and services than Harbor has."""

    people: int = 0
    services: int = 0


HARBOR_ITSELF: Final = Size()


def organization(size: Size) -> str:
    """Harbor's file with more people and services; every other person is an engineer of one of the services."""
    people = "".join(f'p{n} = {{ id = "U0P{n}", name = "Person {n}" }}\n' for n in range(size.people))
    services = "".join(
        f'\n[services.s{n}]\nchannel = "C0S{n}"\n\n[services.s{n}.roles]\nengineer = {_engineers(size, n)}\n'
        for n in range(size.services)
    )
    before, heading, after = harbor().partition("[people]\n")
    return f"{before}{heading}{people}{after}{services}"


def _engineers(size: Size, number: int) -> str:
    return str([f"p{each}" for each in range(number % size.services, size.people, size.services)]).replace(
        "'", '"'
    )


@dataclass
class Office:
    """The bot's acts without Slack, on a database that other processes may use later."""

    app: App
    numbers: Iterator[int]

    def everybody_is_known(self) -> None:
        """Slack's word on everybody is fresh: no click asks Slack for a minute."""
        team, now = self.app.company.organization.team, real_now()
        for handle, entry in self.app.company.organization.people.items():
            answer = DirectoryAnswer(str(handle), team)
            directory_answers.remember(self.app.database, entry.person, answer, now)

    def opens(self, how_many: int) -> list[Scene]:
        """So many changes of one service that wait for their code review."""
        self.everybody_is_known()
        return [self._open() for _ in range(how_many)]

    def _open(self) -> Scene:
        number = next(self.numbers)
        present = EvidenceState.PRESENT
        form = DeploymentRequest(
            service=PAYMENTS,
            type=ChangeType.ROUTINE,
            version=f"4.12.{number}",
            pull_requests=(PullRequest(Words(f"#{number}"), (REQUESTER,)),),
            reviewers=(REVIEWER,),
            evidence=(
                Evidence(EvidenceKind.BRANCH, present, Words("release/4.12")),
                Evidence(EvidenceKind.CI, present, Words("https://ci.harbor.example/1")),
                Evidence(EvidenceKind.MERGE, present, Words("9f2c1ab")),
            ),
            in_development=True,
            plan=RollbackPlan(Words("redeploy"), pretested=True, pretest=Words("tried")),
            wished=None,
        )
        answer = self.app.acts.request(Caller(REQUESTER, None, "bench", f"bench:{number}"), form)
        if answer.scene is None:
            raise RuntimeError(f"nothing was opened: {answer.said}")
        return answer.scene

    def all_are_approved(self, opened: list[Scene]) -> bool:
        """Whether each of these has its one approval: what was measured was done."""
        looked = (self.app.acts.look(scene.change.id) for scene in opened)
        return all(len(scene.change.standing_approvals) == 1 for scene in looked)


@contextmanager
def built(
    folder: Path, database_url: str, size: Size = HARBOR_ITSELF, at: datetime = MONDAY
) -> Iterator[App]:
    """The bot on a database, at a business time that stands. Slack is out of reach, and not asked."""
    file = folder / "organization.toml"
    file.write_text(organization(size), encoding="utf-8")
    settings = load_settings(
        {
            "SLACK_BOT_TOKEN": "xoxb-nobody-is-asked",
            "SLACK_SIGNING_SECRET": "nobody-is-asked",
            "SLACK_API_URL": "http://127.0.0.1:9/",
            "DATABASE_URL": database_url,
            "ORGANIZATION": str(file),
        }
    )
    app = build(settings, now=lambda: at)
    try:
        yield app
    finally:
        app.stop()


@contextmanager
def office(folder: Path, database_url: str, size: Size = HARBOR_ITSELF) -> Iterator[Office]:
    """An office on a database; the organization's file is in the folder."""
    with built(folder, database_url, size) as app:
        yield Office(app, count(1))
