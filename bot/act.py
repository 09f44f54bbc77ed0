"""The only opener of write transactions on changes: a click, a command, a timer or a call by CI, all the same.

Look without a lock, ask who the person is outside any transaction, then, in one transaction: take the dedupe key, lock
the change, let the workflow's verb decide, and write rows, deadlines, outbox lines and the audit row – of a refusal,
too. No Slack, directory or HTTP call is made inside the transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from bot.people.company import Company
from bot.people.directory import Standing
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.deadlines import wanted_deadlines
from bot.rules.facts import (
    Fact,
)
from bot.rules.folding import apply_all, replay
from bot.rules.inputs import DeploymentRequest
from bot.rules.life import FINISHED, TRANSITIONS, Act, stage
from bot.rules.scene import Scene
from bot.rules.setting import Setting
from bot.rules.terms import ChangeId, DeploymentId, PersonId, Role, Words, change_label
from bot.rules.verdict import Done, Refused, Verdict, refuse
from bot.rules.words import plain, say
from bot.store import audit, deadlines, dedupe, outbox, queries
from bot.store.audit import AuditEntry
from bot.store.changes import load_change, lock_change, next_change_id, next_deployment_id, store_stage
from bot.store.database import Database, DatabaseBusy
from bot.store.deadlines import Claimed
from bot.store.fact_rows import write_facts
from bot.store.failures import is_worth_another_try
from bot.workflows.deploy import flag_overrun
from bot.workflows.moment import Moment
from bot.workflows.outgoing import home_line, lines_after
from bot.workflows.request import request_deployment
from bot.workflows.watch import escalate_monitoring, nudge_monitoring
from bot.workflows.windows import lapse_window

F = TypeVar("F")
Verb = Callable[[Moment, F], Verdict]
"""What a person does to a change, given what they handed in."""
TimerVerb = Callable[[Change, Setting], Verdict]
"""What time does to a change."""

TIMER_VERBS: Final[Mapping[str, TimerVerb]] = {
    verb.__name__: verb for verb in (nudge_monitoring, escalate_monitoring, lapse_window, flag_overrun)
}
"""Which verb a deadline's kind calls."""

TRIES: Final = 3
"""How often an act starts again because the change's window moved between the look and the lock."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts, through what, and the key under which this delivery counts once.

    `team` is the workspace that Slack names for the person.
    """

    person: PersonId
    team: str | None
    through: str
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an act. `said` is a plain sentence; `repeated` when the same delivery was answered before."""

    verdict: Verdict
    said: str
    scene: Scene | None
    repeated: bool = False

    @property
    def done(self) -> bool:
        """Whether the act is recorded as done."""
        return isinstance(self.verdict, Done)


class UnknownChange(LookupError):
    """There is no change by that number."""


class UnknownService(LookupError):
    """The organization's file has no service by that name."""


class _MovedMeanwhile(Exception):
    """The change's window moved between the look and the lock."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Numbers from the database, inside the act's transaction."""

    connection: Connection

    def next_change(self) -> ChangeId:
        return next_change_id(self.connection)

    def next_deployment(self) -> DeploymentId:
        return next_deployment_id(self.connection)


@dataclass(frozen=True, slots=True)
class _Decided:
    """A verdict on a change, about to be written down."""

    act: str
    caller: Caller | None
    before: Change | None
    setting: Setting
    verdict: Verdict
    names: Mapping[PersonId, str]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was known before the lock: who calls, whether they may act at all, the window's start, people's names."""

    caller: Caller
    standing: Standing
    window_start: datetime | None
    names: Mapping[PersonId, str]


@dataclass(frozen=True, slots=True)
class Acts:
    """Carries out acts. `now` is business time, `real_now` real time; `committed` is called after each commit."""

    database: Database
    company: Company
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    committed: Callable[[], None]

    def look(self, change_id: ChangeId) -> Scene:
        """A change as it stands, without a lock.

        Raises:
            UnknownChange: there is none by that number.
        """
        with self.database.read() as connection:
            scene = self.company.scene(connection, change_id, self.now())
        if scene is None:
            raise UnknownChange(change_label(change_id))
        return scene

    def request(self, caller: Caller, form: DeploymentRequest) -> Answer:
        """Open a change.

        Raises:
            UnknownService: the organization has no such service.
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        if form.service not in self.company.organization.services:
            raise UnknownService(form.service)
        standing = self.company.directory.who_is(caller.person, caller.team)
        answer = self._twice(lambda: self._request(caller, form, standing))
        self.committed()
        return answer

    def perform(self, caller: Caller, change_id: ChangeId, verb: Verb[F], form: F) -> Answer:
        """Do something to a change.

        Raises:
            UnknownChange: there is none by that number.
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        standing = self.company.directory.who_is(caller.person, caller.team)
        for _ in range(TRIES):
            seen = self._see(caller, standing, change_id)
            try:
                answer = self._perform_twice(seen, change_id, verb, form)
            except _MovedMeanwhile:
                continue
            self.committed()
            return answer
        raise DatabaseBusy(f"{change_label(change_id)} keeps moving")

    def is_first(self, key: str) -> bool:
        """Take a delivery that acts on no change; False when it was taken before."""
        with self.database.write() as connection:
            return dedupe.take(connection, key, self.real_now())

    def show_home(self, person: PersonId, key: str) -> None:
        """Have a person's Home shown to them, once for each delivery; from then on acts refresh it."""
        with self.database.write() as connection:
            if dedupe.take(connection, key, self.real_now()):
                outbox.wish(connection, [home_line(person)], self.real_now())
        self.committed()

    def _perform_twice(self, seen: _Seen, change_id: ChangeId, verb: Verb[F], form: F) -> Answer:
        return self._twice(lambda: self._perform(seen, change_id, verb, form))

    def _see(self, caller: Caller, standing: Standing, change_id: ChangeId) -> _Seen:
        """Look without a lock at what the role lookup needs."""
        with self.database.read() as connection:
            change = load_change(connection, change_id)
            if change is None:
                raise UnknownChange(change_label(change_id))
            roster = self.company.roster_for(change, self.now())
            names = self.company.names(connection, change, roster)
        return _Seen(caller, standing, _window_start(change), names)

    def run_timer(self, deadline: Claimed, verb: TimerVerb) -> bool:
        """Let a claimed deadline do its act; False when it found itself unwanted. Its claim is its dedupe key.

        Raises:
            DatabaseBusy, DatabaseGone: nothing was recorded; the claim runs out by itself.
        """
        done = self._twice(lambda: self._run_timer(deadline, verb))
        self.committed()
        return done

    def _twice(self, attempt: Callable[[], F]) -> F:
        """Try once more, from the dedupe key on, after a lost connection or a collision of transactions."""
        try:
            return attempt()
        except Exception as error:
            if not is_worth_another_try(error):
                raise
            return attempt()

    def _request(self, caller: Caller, form: DeploymentRequest, standing: Standing) -> Answer:
        with self.database.write() as connection:
            repeated = self._repeated(connection, caller)
            if repeated:
                return repeated
            now = self.now()
            roster = self.company.roster(form.service, now, None)
            neighbors = queries.neighbors(connection, form.service, form.version, except_change=None)
            setting = Setting(self.company.policy(form.service), roster, now, neighbors)
            verdict: Verdict = (
                refuse(Clause.TYPE_1, standing.problem)
                if standing.problem
                else request_deployment(setting, caller.person, form, _Numbers(connection))
            )
            names = self.company.organization.names()
            decided = _Decided(Act.REQUEST_DEPLOYMENT, caller, None, setting, verdict, names)
            return self._write(connection, decided)

    def _perform(self, seen: _Seen, change_id: ChangeId, verb: Verb[F], form: F) -> Answer:
        caller, standing = seen.caller, seen.standing
        with self.database.write() as connection:
            repeated = self._repeated(connection, caller)
            if repeated:
                return repeated
            change = lock_change(connection, change_id)
            if change is None:
                raise UnknownChange(change_label(change_id))
            if _window_start(change) != seen.window_start:
                raise _MovedMeanwhile
            version: str = getattr(form, "version", None) or change.version
            setting = self.company.setting(connection, change, self.now(), version)
            verdict = (
                refuse(_clause(verb), standing.problem)
                if standing.problem
                else verb(Moment(change, setting, caller.person, _Numbers(connection)), form)
            )
            return self._write(
                connection, _Decided(verb.__name__, caller, change, setting, verdict, seen.names)
            )

    def _run_timer(self, deadline: Claimed, verb: TimerVerb) -> bool:
        with self.database.write() as connection:
            change = lock_change(connection, deadline.change)
            now = self.now()
            if change is None or not dedupe.take(connection, _timer_key(deadline), self.real_now()):
                deadlines.done(connection, deadline, now)
                return False
            setting = self.company.setting(connection, change, now, change.version)
            verdict = verb(change, setting)
            if isinstance(verdict, Done):
                names = self.company.organization.names()
                self._write(connection, _Decided(verb.__name__, None, change, setting, verdict, names))
            deadlines.done(connection, deadline, now)
            return isinstance(verdict, Done)

    def _repeated(self, connection: Connection, caller: Caller) -> Answer | None:
        """The earlier answer to the same delivery; None when this is the first one."""
        if dedupe.take(connection, caller.key, self.real_now()):
            return None
        told: Mapping[str, Any] = dedupe.answer_for(connection, caller.key) or {}
        verdict: Verdict = Done((), _NOTHING) if told.get("done") else Refused(())
        change_id = told.get("change")
        scene = self.company.scene(connection, ChangeId(change_id), self.now()) if change_id else None
        return Answer(verdict, str(told.get("said", "")), scene, repeated=True)

    def _write(self, connection: Connection, decided: _Decided) -> Answer:
        """Write down what was decided: rows, stage, deadlines, outbox, audit and the answer, all or nothing."""
        setting, verdict = decided.setting, decided.verdict
        facts = verdict.facts if isinstance(verdict, Done) else ()
        after = _after(decided.before, facts)
        if after is not None and facts:
            now_at = stage(after, setting.policy)
            write_facts(connection, after.id, facts, production=setting.guide.production)
            store_stage(connection, after.id, now_at, finished=now_at in FINISHED)
            deadlines.sync(connection, after.id, wanted_deadlines(after, setting.policy), setting.now)
        said = _said(decided)
        entry_id = audit.record(connection, _entry(decided, after, facts, said))
        if after is not None and facts:
            lines = lines_after(decided.before, after, facts, setting, entry_id)
            outbox.wish(connection, lines, self.real_now())
        if decided.caller:
            told = {"done": isinstance(verdict, Done), "said": said, "change": after.id if after else None}
            dedupe.remember(connection, decided.caller.key, told)
        return Answer(verdict, said, None if after is None else Scene(after, setting, decided.names))


_NOTHING: Final = say("")


def _said(decided: _Decided) -> str:
    """The answer in plain words, as the log keeps it."""
    verdict = decided.verdict
    sentences = (verdict.said,) if isinstance(verdict, Done) else tuple(gate.why for gate in verdict.gates)
    return " ".join(plain(sentence, decided.names, decided.setting.policy.zone) for sentence in sentences)


def _window_start(change: Change) -> datetime | None:
    return change.window.span.start if change.window else None


def _after(before: Change | None, facts: tuple[Fact, ...]) -> Change | None:
    if before is None:
        return replay(facts) if facts else None
    return apply_all(before, facts)


def _clause(verb: Callable[..., Verdict]) -> Clause:
    """The clause that an act serves, for a refusal that comes before the verb is asked."""
    return TRANSITIONS[Act(verb.__name__)].clause


def _timer_key(deadline: Claimed) -> str:
    return f"timer:{deadline.id}:{deadline.due_at.timestamp():.0f}"


def _entry(decided: _Decided, after: Change | None, facts: tuple[Fact, ...], said: str) -> AuditEntry:
    person = decided.caller.person if decided.caller else None
    roles = decided.setting.roster.roles_of(person) if person else frozenset[Role]()
    refused = decided.verdict if isinstance(decided.verdict, Refused) else None
    return AuditEntry(
        stream=audit.change_stream(after.id) if after else audit.WORKSPACE,
        act=decided.act,
        outcome="refused" if refused else "done",
        person=person,
        roles=tuple(sorted(roles)),
        through=decided.caller.through if decided.caller else "timer",
        at=decided.setting.now,
        facts=facts,
        clauses=tuple(dict.fromkeys(gate.clause for gate in refused.gates)) if refused else (),
        said=Words(said),
        stage=stage(after, decided.setting.policy) if after else "",
    )
