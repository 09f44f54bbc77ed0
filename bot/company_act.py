"""The only opener of write transactions on the company as a whole: freezes, delegations. As `act.py` is for changes.

Ask who the person is outside any transaction; then, in one: take the dedupe key and the workspace's lock, let the verb
decide, and write rows, outbox lines and the audit row – of a refusal, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from bot.act import Caller
from bot.people.company import Company
from bot.people.directory import Standing
from bot.rules.clauses import Clause
from bot.rules.company_facts import (
    CompanyFact,
    DelegationEnded,
    DelegationNamed,
    DeliveryTriedAgain,
    FreezeDeclared,
    FreezeLifted,
)
from bot.rules.deputies import DelegationId
from bot.rules.freezing import FreezeId
from bot.rules.terms import Words
from bot.rules.verdict import Refused, refuse
from bot.rules.words import plain, say
from bot.store import audit, dedupe, delegations, directory_answers, freezes, outbox, undelivered
from bot.store.audit import AuditEntry
from bot.store.database import Database
from bot.store.failures import tried_twice
from bot.workflows.company_moment import CompanyDone, CompanyMoment, CompanyVerdict
from bot.workflows.company_outgoing import company_lines

F = TypeVar("F")
CompanyVerb = Callable[[CompanyMoment, F], CompanyVerdict]
"""What a person does to the company, given what they handed in."""


@dataclass(frozen=True, slots=True)
class CompanyAnswer:
    """What came of an act. `said` is a plain sentence; `repeated` when the same delivery was answered before."""

    verdict: CompanyVerdict
    said: str
    repeated: bool = False

    @property
    def done(self) -> bool:
        """Whether the act is recorded as done."""
        return isinstance(self.verdict, CompanyDone)


@dataclass(frozen=True, slots=True)
class _Decided:
    """A verdict on the company, about to be written down."""

    caller: Caller
    standing: Standing
    act: str
    moment: CompanyMoment
    verdict: CompanyVerdict


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers from the database, under the workspace's lock. `real_now` is real time."""

    connection: Connection
    real_now: datetime

    def next_freeze(self) -> FreezeId:
        return freezes.next_freeze_id(self.connection)

    def next_delegation(self) -> DelegationId:
        return delegations.next_delegation_id(self.connection)

    def given_up(self) -> int:
        return undelivered.given_up(self.connection, self.real_now)


@dataclass(frozen=True, slots=True)
class CompanyActs:
    """Carries out acts. `now` is business time, `real_now` real time; `committed` is called after each commit."""

    database: Database
    company: Company
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    committed: Callable[[], None]

    def perform(self, caller: Caller, verb: CompanyVerb[F], form: F) -> CompanyAnswer:
        """Do something to the company.

        Raises:
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        standing = self.company.directory.who_is(caller.person, caller.team)
        answer = tried_twice(lambda: self._perform(caller, standing, verb, form))
        self.committed()
        return answer

    def _perform(self, caller: Caller, standing: Standing, verb: CompanyVerb[F], form: F) -> CompanyAnswer:
        with self.database.write() as connection:
            if not dedupe.take(connection, caller.key, self.real_now()):
                return _repeated(connection, caller)
            audit.lock_workspace(connection)
            moment = self._moment(connection, caller)
            # Roles are looked up before the act, says the guide's table of required approvals.
            verdict = refuse(Clause.APP_1, standing.problem) if standing.problem else verb(moment, form)
            return self._write(connection, _Decided(caller, standing, verb.__name__, moment, verdict))

    def _moment(self, connection: Connection, caller: Caller) -> CompanyMoment:
        now = self.now()
        outside = self.company.outside(connection, now)
        return CompanyMoment(
            organization=self.company.organization,
            delegations=delegations.unended(connection, now),
            freezes=freezes.all_unended(connection, now),
            rosters=lambda service: self.company.roster(service, now, None, outside),
            actor=caller.person,
            now=now,
            numbers=_Numbers(connection, self.real_now()),
        )

    def _write(self, connection: Connection, decided: _Decided) -> CompanyAnswer:
        """Write down what was decided: rows, audit, outbox and the answer, all or nothing."""
        verdict, moment = decided.verdict, decided.moment
        facts = verdict.facts if isinstance(verdict, CompanyDone) else ()
        for fact in facts:
            _write_fact(connection, fact, self.real_now())
        said = _said(connection, decided)
        entry_id = audit.record(connection, _entry(decided, said))
        outbox.wish(connection, company_lines(connection, facts, moment, entry_id), self.real_now())
        done = isinstance(verdict, CompanyDone)
        dedupe.remember(connection, decided.caller.key, {"done": done, "said": said})
        return CompanyAnswer(verdict, said)


_NOTHING: Final = say("")


def _repeated(connection: Connection, caller: Caller) -> CompanyAnswer:
    told: Mapping[str, Any] = dedupe.answer_for(connection, caller.key) or {}
    verdict: CompanyVerdict = CompanyDone((), _NOTHING) if told.get("done") else Refused(())
    return CompanyAnswer(verdict, str(told.get("said", "")), repeated=True)


def _write_fact(connection: Connection, fact: CompanyFact, real_now: datetime) -> None:
    match fact:
        case FreezeDeclared() | FreezeLifted():
            freezes.write(connection, fact)
        case DelegationNamed() | DelegationEnded():
            delegations.write(connection, fact)
        case DeliveryTriedAgain():
            outbox.revive(connection, real_now)
        case _:  # the organization's file is no row: the audit keeps that it was read
            pass


def _said(connection: Connection, decided: _Decided) -> str:
    """The answer in plain words, as the log keeps it."""
    verdict, organization = decided.verdict, decided.moment.organization
    sentences = (
        (verdict.said,) if isinstance(verdict, CompanyDone) else tuple(gate.why for gate in verdict.gates)
    )
    if decided.standing.flag:
        sentences = (*sentences, decided.standing.flag)
    people = {person for sentence in sentences for person in sentence.people}
    names = {**organization.names(), **directory_answers.names(connection, people)}
    return " ".join(plain(sentence, names, organization.zone) for sentence in sentences)


def _entry(decided: _Decided, said: str) -> AuditEntry:
    caller, verdict, moment = decided.caller, decided.verdict, decided.moment
    refused = verdict if isinstance(verdict, Refused) else None
    return AuditEntry(
        stream=audit.WORKSPACE,
        act=decided.act,
        outcome="refused" if refused else "done",
        person=caller.person,
        roles=moment.roles(),
        through=caller.through,
        at=moment.now,
        facts=() if isinstance(verdict, Refused) else verdict.facts,
        clauses=tuple(dict.fromkeys(gate.clause for gate in refused.gates)) if refused else (),
        said=Words(said),
        stage="",
        directory_age=decided.standing.age_in_seconds,
    )
