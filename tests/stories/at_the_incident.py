"""An incident at Harbor: people act through `Acts`, and what Slack shows of it is looked at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import TypeVar

from bot.act import Answer, Caller, Verb
from bot.demo import Demo
from bot.rules.change import PullRequest, RollbackPlan
from bot.rules.hotfix import How, Issue
from bot.rules.hotfix_inputs import HotfixDeclaration, SpokenBy, VerbalRecord
from bot.rules.terms import ChangeId, PersonId, ServiceName, Words
from bot.sandbox.messages import Feed, Message
from bot.store import incident_rooms
from bot.store.incident_rooms import Room
from bot.workflows.verbal import record_verbal

F = TypeVar("F")
HOTFIX = ChangeId(1)


def person(name: str) -> PersonId:
    return PersonId(f"U0{name.upper()}")


@dataclass
class Incident:
    """One demo, and the acts of its people."""

    harbor: Demo
    numbers: Iterator[int] = field(default_factory=count)

    def caller(self, name: str) -> Caller:
        return Caller(person(name), None, "test", f"test:{next(self.numbers)}")

    def declares(self, version: str = "4.12.1", channel: str = "", *, settles: bool = True) -> ChangeId:
        """Omar, who is on call, declares a hotfix of payments."""
        form = HotfixDeclaration(
            service=ServiceName("payments"),
            version=version,
            issue=Issue("SEV1", Words("Checkout fails for all EU cards")),
            channel=channel,
            pull_requests=(PullRequest(Words("#887"), (person("omar"),)),),
            reviewers=(),
            plan=RollbackPlan(Words("redeploy 4.12.0"), pretested=False, pretest=Words("none")),
        )
        answer = self.harbor.app.acts.declare(self.caller("omar"), form)
        assert answer.done, answer.said
        assert answer.scene
        if settles:
            self.harbor.settle()
        return answer.scene.change.id

    def does(
        self, name: str, verb: Verb[F], form: F, change: ChangeId = HOTFIX, *, settles: bool = True
    ) -> Answer:
        """Somebody does something to the hotfix, and it is done."""
        answer = self.harbor.app.acts.perform(self.caller(name), change, verb, form)
        assert answer.done, answer.said
        if settles:
            self.harbor.settle()
        return answer

    def records(self, *people: str) -> None:
        """Omar records that these people said yes by phone, just now."""
        spoken = tuple(SpokenBy(person(each)) for each in people)
        now = self.harbor.app.acts.now()
        self.does("omar", record_verbal, VerbalRecord(spoken, Words("yes, roll it"), How.PHONE, now, None))

    def passes(self, minutes: int) -> None:
        self.harbor.sandbox.clock.move(timedelta(minutes=minutes))
        self.harbor.settle()

    def room(self, change: ChangeId = HOTFIX) -> Room:
        """What the database knows of the incident's channel."""
        with self.harbor.app.database.read() as connection:
            found = incident_rooms.find(connection, change)
        assert found is not None
        return found

    def channel(self, change: ChangeId = HOTFIX) -> Feed:
        """The incident's channel as Slack shows it."""
        return self.harbor.sandbox.channel(str(self.room(change).channel))

    def messages(self, change: ChangeId = HOTFIX) -> list[Message]:
        """The hotfix's own messages in its channel: one, where all is well."""
        headline = f"hotfix · CHG-{change} · declared"
        return [each for each in self.channel(change).messages if headline in each.text]

    def message(self, change: ChangeId = HOTFIX) -> Message:
        (found,) = self.messages(change)
        return found

    def entries(self, change: ChangeId = HOTFIX) -> list[str]:
        """The thread without its times."""
        return [each.text.split(" · ", 2)[2] for each in self.message(change).thread]

    @property
    def opened(self) -> list[str]:
        """The names of all channels that the bot has opened."""
        conversations = self.harbor.sandbox.workspace.conversations.values()
        return [each.name for each in conversations if each.creator]

    def calls(self, method: str) -> int:
        """How often Slack was asked for something."""
        return sum(one.name == method for one in self.harbor.sandbox.wire.exchanges)
