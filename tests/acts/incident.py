"""An incident at Harbor: one hotfix, acted on through `Acts`, and what its log and its timers say."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from bot.act import Answer, Verb
from bot.rules.change import Change, Outcome, PullRequest, RollbackPlan
from bot.rules.facts import Fact
from bot.rules.folding import replay
from bot.rules.hotfix import How, Issue, ReviewText
from bot.rules.hotfix_facts import ReviewReminded
from bot.rules.hotfix_inputs import HotfixDeclaration, ReviewHandIn, SpokenBy, VerbalRecord
from bot.rules.inputs import Finish, Seen
from bot.rules.terms import NO_WORDS, ChangeId, PersonId, Role, ServiceName, Words
from bot.store import audit, deadlines, queries
from bot.store.machinery import outbox
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.verbal import record_verbal
from tests.acts.conftest import Office, person

F = TypeVar("F")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)
AFTERNOON = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)
"""14:00 in Berlin, a Thursday."""
NIGHT = datetime(2026, 12, 5, 1, 9, tzinfo=UTC)
"""02:09 in Berlin, a Saturday."""
REVIEWED = ReviewHandIn(ReviewText(Words("cards"), Words("14:00"), Words("a cache"), Words("Ben: warm it")))
JOBS = ("monitoring_nudges", "review_reminders", "deadlines")


def declaration(
    version: str = "4.12.2", requester: str = "omar", service: str = "payments"
) -> HotfixDeclaration:
    return HotfixDeclaration(
        service=ServiceName(service),
        version=version,
        issue=Issue("SEV1", Words("Checkout fails for all EU cards")),
        channel="",
        pull_requests=(PullRequest(Words("#887"), (person(requester),)),),
        reviewers=(),
        plan=RollbackPlan(Words("redeploy 4.12.1"), pretested=False, pretest=Words("none")),
    )


def record(office: Office, *people: tuple[str, Role | None]) -> VerbalRecord:
    return VerbalRecord(
        tuple(SpokenBy(person(name), role) for name, role in people),
        Words("yes, roll it"),
        How.PHONE,
        office.app.acts.now(),
        None,
    )


def at(office: Office, moment: datetime) -> None:
    """It is this time, and Slack's word on everybody is fresh."""
    office.moves_to(moment)
    office.slack_is_asked()


@dataclass
class Incident:
    """One hotfix. Whoever `does` something succeeds, whoever is `refused` is told why."""

    office: Office
    id: ChangeId
    requester: str

    @classmethod
    def declared(
        cls, office: Office, when: datetime = AFTERNOON, who: str = "ben", version: str = "4.12.1"
    ) -> "Incident":
        at(office, when)
        answer = office.app.acts.declare(office.caller(who), declaration(version, who))
        assert answer.done, answer.said
        assert answer.scene
        return cls(office, answer.scene.change.id, who)

    @classmethod
    def deployed(
        cls, office: Office, when: datetime = AFTERNOON, who: str = "ben", version: str = "4.12.1"
    ) -> "Incident":
        """Declared, approved by button, started eight minutes after its declaration and finished seven later."""
        incident = cls.started(office, when, who, version)
        at(office, when + 15 * MINUTE)
        incident.does(who, finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
        return incident

    @classmethod
    def started(
        cls, office: Office, when: datetime = AFTERNOON, who: str = "ben", version: str = "4.12.1"
    ) -> "Incident":
        """Declared, approved by button, and started eight minutes after its declaration."""
        incident = cls.declared(office, when, who, version)
        incident.approved_by("ana", "eve", "paul")
        at(office, when + 8 * MINUTE)
        incident.does(who, start_production, None)
        return incident

    def asks(self, name: str, verb: Verb[F], form: F) -> Answer:
        return self.office.does(name, verb, form, change=self.id)

    def does(self, name: str, verb: Verb[F], form: F) -> str:
        answer = self.asks(name, verb, form)
        assert answer.done, answer.said
        return answer.said

    def refused(self, name: str, verb: Verb[F], form: F) -> str:
        answer = self.asks(name, verb, form)
        assert not answer.done, answer.said
        return answer.said

    def approved_by(self, *names: str) -> None:
        for name in names:
            self.does(name, approve, Seen())

    def said_yes(self, recorder: str, *people: tuple[str, Role | None]) -> None:
        self.does(recorder, record_verbal, record(self.office, *people))

    @property
    def change(self) -> Change:
        return self.office.app.acts.look(self.id).change

    @property
    def stage(self) -> str:
        return self.office.app.acts.look(self.id).stage

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What the log says, in its order."""
        with self.office.app.database.read() as connection:
            return tuple(audit.facts_of(connection, f"CHG-{self.id}"))

    @property
    def rows_say_what_the_log_says(self) -> bool:
        with self.office.app.database.read() as connection:
            return replay(self.facts) == queries.change(connection, self.id)

    @property
    def reminded(self) -> list[tuple[datetime, set[str]]]:
        """When the log says that people were reminded of the review, and whom."""
        found = [fact for fact in self.facts if isinstance(fact, ReviewReminded)]
        return [(fact.at, {name_of(each) for each in fact.people}) for fact in found]

    def told(self, *kinds: str) -> list[tuple[str, tuple[str, ...]]]:
        """The direct messages of these kinds that were wished for, to whom each, in their order."""
        query = (
            select(outbox.c.payload)
            .where(outbox.c.change_id == self.id, outbox.c.kind == "notice")
            .order_by(outbox.c.id)
        )
        with self.office.app.database.read() as connection:
            payloads = [json.loads(payload) for payload in connection.execute(query).scalars()]
        return [
            (said["kind"], tuple(name_of(each) for each in said["to"]))
            for said in payloads
            if not kinds or said["kind"] in kinds
        ]


def name_of(told: str | PersonId) -> str:
    """Handle of a person, or a role as it is."""
    return told.removeprefix("U0").lower() if told.startswith("U0") else told


def ticks(office: Office) -> None:
    for job in JOBS:
        office.app.clock.tick(job)


def runs_until(office: Office, end: datetime) -> None:
    """Time passes; the clock ticks a second before each timer, at its time, and once more."""
    while True:
        with office.app.database.read() as connection:
            due = deadlines.next_due(connection)
        if due is None or due > end:
            break
        now = office.app.acts.now()
        for moment in (due - SECOND, due, due):
            if moment >= now:
                office.moves_to(moment)
                ticks(office)
        if due < now:
            ticks(office)
    office.moves_to(end)
    ticks(office)
