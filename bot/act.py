"""The only opener of write transactions on changes: a click, a command, a timer or a call by CI, all the same.

Ask who the person is outside any transaction, then, in one transaction: take the dedupe key, lock the change, look who
holds which role as file and database have it now, let the workflow's verb decide, and write rows, deadlines, outbox lines
and the audit row – of a refusal, too. No Slack, directory or HTTP call is made inside the transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from bot.decided import Answer, Caller, Decided, write_down
from bot.people.company import Company
from bot.people.directory import Standing
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.hotfix_inputs import HotfixDeclaration
from bot.rules.inputs import DeploymentRequest
from bot.rules.life import TRANSITIONS, Act
from bot.rules.scene import Scene
from bot.rules.setting import Numbers, Setting
from bot.rules.terms import ChangeId, PersonId, change_label
from bot.rules.verdict import Done, Refused, Verdict, refuse
from bot.rules.words import say
from bot.store import deadlines, dedupe, outbox, queries
from bot.store.changes import lock_change
from bot.store.database import Database
from bot.store.deadlines import Claimed
from bot.store.derived import store_derived
from bot.store.failures import tried_twice
from bot.store.numbers import DatabaseNumbers
from bot.workflows.deploy import flag_overrun
from bot.workflows.hotfix import ask_whether_contained, declare_hotfix
from bot.workflows.moment import Moment
from bot.workflows.observe import repeat_alarm
from bot.workflows.outgoing import home_line, refreshing_lines
from bot.workflows.remind import remind_asked
from bot.workflows.request import request_deployment
from bot.workflows.review import remind_review
from bot.workflows.supersede import supersede
from bot.workflows.verbal import chase_verbal
from bot.workflows.waive import expire_waiver
from bot.workflows.watch import escalate_monitoring, nudge_monitoring
from bot.workflows.windows import lapse_window

__all__ = ["TIMER_VERBS", "Acts", "Answer", "Caller", "TimerVerb", "UnknownChange", "UnknownService", "Verb"]

F = TypeVar("F")
Asked = TypeVar("Asked", bound=DeploymentRequest | HotfixDeclaration)
Verb = Callable[[Moment, F], Verdict]
"""What a person does to a change, given what they handed in."""
Opening = Callable[[Setting, PersonId, Asked, Numbers], Verdict]
"""What a person does to open a change."""
TimerVerb = Callable[[Change, Setting], Verdict]
"""What time does to a change."""

TIMER_VERBS: Final[Mapping[str, TimerVerb]] = {
    verb.__name__: verb
    for verb in (
        nudge_monitoring,
        escalate_monitoring,
        lapse_window,
        flag_overrun,
        repeat_alarm,
        expire_waiver,
        supersede,
        remind_asked,
        chase_verbal,
        remind_review,
        ask_whether_contained,
    )
}
"""Which verb a deadline's kind calls."""


UNKNOWN_AGAIN: Final = timedelta(minutes=5)
"""How long the timers wait of a service that the file lost while no bot ran; the guide says nothing of it until it is back."""


class UnknownChange(LookupError):
    """There is no change by that number."""


class UnknownService(LookupError):
    """The organization's file has no service by that name."""


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
        """Open a change of the standard process.

        Raises:
            UnknownService: the organization has no such service.
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        return self._open(caller, Act.REQUEST_DEPLOYMENT, request_deployment, form)

    def declare(self, caller: Caller, form: HotfixDeclaration) -> Answer:
        """Open a hotfix.

        Raises:
            UnknownService: the organization has no such service.
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        return self._open(caller, Act.DECLARE_HOTFIX, declare_hotfix, form)

    def _open(self, caller: Caller, act: Act, verb: Opening[Asked], form: Asked) -> Answer:
        if form.service not in self.company.organization.services:
            raise UnknownService(form.service)
        standing = self.company.directory.who_is(caller.person, caller.team)
        answer = tried_twice(lambda: self._open_once(caller, act, verb, form, standing))
        self.committed()
        return answer

    def perform(self, caller: Caller, change_id: ChangeId, verb: Verb[F], form: F) -> Answer:
        """Do something to a change.

        Raises:
            UnknownChange: there is none by that number.
            DatabaseBusy, DatabaseGone: nothing was recorded.
        """
        standing = self.company.directory.who_is(caller.person, caller.team)
        answer = tried_twice(lambda: self._perform(caller, standing, change_id, verb, form))
        self.committed()
        return answer

    def refresh(self, change_id: ChangeId) -> None:
        """Bring a change up to date with a company that changed: stage, timers, card, who is asked. No act, no record.

        Raises:
            DatabaseBusy, DatabaseGone: nothing was written.
        """
        tried_twice(lambda: self._refresh(change_id))
        self.committed()

    def _refresh(self, change_id: ChangeId) -> None:
        with self.database.write() as connection:
            change = lock_change(connection, change_id)
            if change is None or change.service not in self.company.organization.services:
                return
            setting = self.company.setting(connection, change, self.now(), change.version)
            store_derived(connection, change, setting)
            outbox.wish(connection, refreshing_lines(change_id), self.real_now())

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

    def run_timer(self, deadline: Claimed, verb: TimerVerb) -> bool:
        """Let a claimed deadline do its act; False when it found itself unwanted. Its claim is its dedupe key.

        Raises:
            DatabaseBusy, DatabaseGone: nothing was recorded; the claim runs out by itself.
        """
        done = tried_twice(lambda: self._run_timer(deadline, verb))
        self.committed()
        return done

    def _open_once(
        self, caller: Caller, act: Act, verb: Opening[Asked], form: Asked, standing: Standing
    ) -> Answer:
        with self.database.write() as connection:
            repeated = self._repeated(connection, caller)
            if repeated:
                return repeated
            now = self.now()
            outside = self.company.outside(connection, now, form.service)
            roster = self.company.roster(form.service, now, None, outside)
            neighbors = queries.neighbors(connection, form.service, form.version, except_change=None)
            setting = Setting(self.company.policy(form.service), roster, now, neighbors)
            verdict: Verdict = (
                refuse(TRANSITIONS[act].clause, standing.problem)
                if standing.problem
                else verb(setting, caller.person, form, DatabaseNumbers(connection))
            )
            names = self.company.organization.names()
            decided = Decided(act, caller, None, setting, verdict, names, standing)
            return write_down(connection, decided, self.real_now())

    def _perform(
        self, caller: Caller, standing: Standing, change_id: ChangeId, verb: Verb[F], form: F
    ) -> Answer:
        with self.database.write() as connection:
            repeated = self._repeated(connection, caller)
            if repeated:
                return repeated
            change = lock_change(connection, change_id)
            if change is None:
                raise UnknownChange(change_label(change_id))
            version: str = getattr(form, "version", None) or change.version
            setting = self.company.setting(connection, change, self.now(), version)
            verdict = (
                refuse(_clause(verb), standing.problem)
                if standing.problem
                else verb(Moment(change, setting, caller.person, DatabaseNumbers(connection)), form)
            )
            names = self.company.names(connection, change, setting.roster)
            decided = Decided(verb.__name__, caller, change, setting, verdict, names, standing)
            return write_down(connection, decided, self.real_now())

    def _run_timer(self, deadline: Claimed, verb: TimerVerb) -> bool:
        with self.database.write() as connection:
            change = lock_change(connection, deadline.change)
            now = self.now()
            if now < deadline.due_at:  # the clock was set back after the claim: its time comes again
                deadlines.release(connection, deadline)
                return False
            if change is not None and change.service not in self.company.organization.services:
                deadlines.release(connection, deadline, until=self.real_now() + UNKNOWN_AGAIN)
                return False
            if change is None or not dedupe.take(connection, _timer_key(deadline), self.real_now()):
                deadlines.done(connection, deadline, now)
                return False
            setting = self.company.setting(connection, change, now, change.version)
            verdict = verb(change, setting)
            if isinstance(verdict, Done):
                names = self.company.organization.names()
                late = now - deadline.due_at
                decided = Decided(verb.__name__, None, change, setting, verdict, names, late=late)
                write_down(connection, decided, self.real_now())
            deadlines.done(connection, deadline, now)
            if not isinstance(
                verdict, Done
            ):  # it came at a time at which the guide, as it is now, wants none
                store_derived(connection, change, setting)
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


_NOTHING: Final = say("")


def _clause(verb: Callable[..., Verdict]) -> Clause:
    """The clause that an act serves, for a refusal that comes before the verb is asked."""
    return TRANSITIONS[Act(verb.__name__)].clause


def _timer_key(deadline: Claimed) -> str:
    return f"timer:{deadline.id}:{deadline.due_at.timestamp():.0f}"
