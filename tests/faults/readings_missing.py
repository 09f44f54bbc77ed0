"""F13: readings that are missing, no number, infinite, negative, late or out of order never count as healthy.

Thousands of watches at random: reports with such figures and with true ones, before, during and after the half hour; words that
would close the watch, by those who may say them and by those who may not; a deployer who would withdraw an alarm. What a reading
may count as is worked out anew in readings_restated.py, and what may close a watch is kept here by hand. Most watches are played on the
verbs alone, some through `Acts` on both databases; and what people can type instead of a number goes through the front door.

Wrong: a reading that counts as something else, a watch that is closed before its time, without a word at or after its end or while a
rollback is required, an alarm that is gone or silent without somebody else's reason, a real breach that is none.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar, Final, Protocol

from sqlalchemy import text

from bot.act import TIMER_VERBS
from bot.demo import demo
from bot.rules.change import Change, Span
from bot.rules.inputs import Report, ReportWithdrawal
from bot.rules.life import Stage
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import ChangeId, DeploymentId, Words
from bot.rules.verdict import Done
from bot.sandbox.clock import MovableClock
from bot.workflows.deploy import finish_production
from bot.workflows.observe import observe, withdraw_observation
from bot.workflows.watch import confirm_healthy, escalate_monitoring
from tests import acting, situations
from tests.acts.test_downtime import december
from tests.faults.copies import copy_of
from tests.faults.fault import Form, Tally
from tests.faults.office import Office, office
from tests.faults.readings_restated import what_it_may_be
from tests.faults.records import check_record
from tests.ground import Ground

MINUTE: Final = timedelta(minutes=1)
HALF_AN_HOUR: Final = 30 * MINUTE
ON_VERBS: Final = {Form.SHORT: 30, Form.WHOLE: 900}
ON_ACTS: Final = {Form.SHORT: 2, Form.WHOLE: 40}
STEPS: Final = 14
LATER_KEYS: Final = 10_000
"""The keys of deliveries go on where those of the story ended."""
WINDOW: Final = Span(december(2, 14), december(2, 15))
MEASURED: Final = (Problem.ERROR_RATE, Problem.LATENCY, Problem.THROUGHPUT)
BAD: Final = (math.nan, math.inf, -math.inf, -1.0, -0.001, -1e308, 1e308, 1.8e16, 100.0001, 5e-324, 0.0, -0.0)
GOOD: Final = (0.5, 0.47, 0.4935, 0.525, 0.524, 2.0, 65.0, 64.9, 50.0, 100.0, 35.0, 34.9, 1.3, 0.7)
REQUESTS: Final = (None, None, None, 0, -1, 1, 20, 24_000, 2_000_000, 10**11, 10**11 + 1, 10**30)
WHO_MAY_CLOSE: Final = frozenset({"deployer", "on call"})


class Watched(Protocol):
    """A deployment that is watched, and people who act on it."""

    def tries(self, who: str, verb: Callable[..., Any], form: object) -> bool:
        """Whether it was done."""

    def passes(self, length: timedelta) -> None:
        """Let time pass; timers that are due fire."""

    @property
    def change(self) -> Change:
        """The change as it is."""

    @property
    def stage(self) -> Stage:
        """Where it is."""

    @property
    def now(self) -> datetime:
        """Business time."""

    def is_loud(self) -> bool:
        """Whether an alarm is to sound again."""


@dataclass
class OnVerbs:
    """On verbs alone: in the company of `situations`."""

    course: acting.Course
    people: ClassVar = {
        "deployer": situations.DIRK,
        "on call": acting.OMAR,
        "other": acting.QUINN,
        "manager": acting.EVE,
        "stranger": acting.STRANGER,
    }

    def tries(self, who: str, verb: Callable[..., Any], form: object) -> bool:
        return isinstance(self.course.tries(verb, self.people[who], form), Done)

    def passes(self, length: timedelta) -> None:
        self.course.wait(length)
        self.course.fires(escalate_monitoring)

    @property
    def change(self) -> Change:
        return self.course.change

    @property
    def stage(self) -> Stage:
        return self.course.stage

    @property
    def now(self) -> datetime:
        return self.course.now

    def is_loud(self) -> bool:
        return isinstance(self.course.copy().wait(5 * MINUTE).fires(TIMER_VERBS["repeat_alarm"]), Done)


PENDING_ALARMS: Final = text(
    "SELECT count(*) FROM deadlines WHERE kind = 'repeat_alarm' AND change_id = :change"
    " AND done_at IS NULL AND cancelled_at IS NULL"
)


@dataclass
class OnActs:
    """Through `Acts`, on a database, with timers that fire."""

    at_work: Office
    id: ChangeId
    people: ClassVar = {
        "deployer": "ana",
        "on call": "omar",
        "other": "quinn",
        "manager": "eve",
        "stranger": "gina",
    }

    def tries(self, who: str, verb: Callable[..., Any], form: object) -> bool:
        return self.at_work.does(self.people[who], verb, form, change=self.id).done

    def passes(self, length: timedelta) -> None:
        self.at_work.passes(length)
        for job in ("monitoring_nudges", "deadlines"):
            self.at_work.app.clock.tick(job)

    @property
    def change(self) -> Change:
        return self.at_work.app.acts.look(self.id).change

    @property
    def stage(self) -> Stage:
        return self.at_work.app.acts.look(self.id).stage

    @property
    def now(self) -> datetime:
        return self.at_work.app.acts.now()

    def is_loud(self) -> bool:
        with self.at_work.app.database.read() as connection:
            return bool(connection.execute(PENDING_ALARMS, {"change": self.id}).scalar_one())


@dataclass
class Watch:
    """One watch, and what must be so of it, kept by hand."""

    watched: Watched
    dice: random.Random
    tally: Tally
    name: str
    ends: datetime
    alarms: set[int] = field(default_factory=set)
    reports: int = 0
    is_closed: bool = False

    def play(self) -> None:
        """Do so many things at random, and look after each."""
        for _ in range(STEPS):
            self.dice.choice(
                (self.report, self.report, self.report, self.wait, self.confirm, self.withdraw)
            )()
            self._look()

    def report(self) -> None:
        """Somebody reports a figure that is none, one that is missing, or a true one."""
        problem, before, now = self.dice.choice(MEASURED), self._figure(), self._figure()
        stale = self.dice.randrange(8) == 0
        form = Report(problem, now, before, deployment=DeploymentId(10**6) if stale else None)
        done = self.watched.tries(self.dice.choice(("deployer", "on call", "other")), observe, form)
        self.tally.tried += 1
        what = f"{self.name}: {problem} {now} against {before}"
        if stale or now is None:
            self._is(not done, f"{what}: recorded, stale {stale}")
            return
        self._is(done, f"{what}: not recorded")
        if not done:
            return
        self.reports += 1
        found, may_be = self.watched.change.observations[-1], what_it_may_be(problem, before, now)
        self._is(found.finding in may_be, f"{what}: {found.finding}, not one of {sorted(may_be)}")
        if Finding.ALARM in may_be and (len(may_be) == 1 or found.finding is Finding.ALARM):
            self.alarms.add(found.number)

    def _figure(self) -> Figure | None:
        if self.dice.randrange(9) == 0:
            return None
        value = self.dice.choice(BAD if self.dice.randrange(3) == 0 else GOOD)
        if self.dice.randrange(6) == 0:
            value = self.dice.uniform(0, 100)
        return Figure(value, self.dice.choice(REQUESTS))

    def wait(self) -> None:
        """A while passes."""
        self.watched.passes(self.dice.choice((1, 5, 9, 14)) * MINUTE)

    def confirm(self) -> None:
        """Somebody says that it is healthy."""
        who = self.dice.choice(("deployer", "on call", "other", "manager", "stranger"))
        may = WHO_MAY_CLOSE | ({"manager"} if self._is_escalated else frozenset())
        expected = who in may and not self.is_closed and not self.alarms and self.watched.now >= self.ends
        done = self.watched.tries(who, confirm_healthy, None)
        self.tally.tried += 1
        self._is(
            done == expected, f"{self.name}: healthy, by {who}, {self.watched.now - self.ends} after: {done}"
        )
        self.is_closed = self.is_closed or expected

    @property
    def _is_escalated(self) -> bool:
        return any(each.escalated_at for each in self.watched.change.deployments)

    def withdraw(self) -> None:
        """The deployer would withdraw an alarm, somebody else without a word, or with one."""
        who, reason = self.dice.choice(
            (("deployer", "it is fine"), ("stranger", "it is fine"), ("other", " "), ("other", "a test ran"))
        )
        done = self.watched.tries(who, withdraw_observation, ReportWithdrawal(Words(reason)))
        self.tally.tried += 1
        expected = who == "other" and bool(reason.strip()) and bool(self.alarms)
        self._is(done == expected, f"{self.name}: withdrawn by {who} with “{reason}”: {done}")
        if expected:
            self.alarms.clear()

    def _look(self) -> None:
        stage = Stage.ROLLBACK_REQUIRED if self.alarms else Stage.DONE if self.is_closed else Stage.MONITORING
        self._is(self.watched.stage is stage, f"{self.name}: {self.watched.stage} instead of {stage}")
        self._is(len(self.watched.change.observations) == self.reports, f"{self.name}: a report is not there")
        if self.alarms:
            self._is(self.watched.is_loud(), f"{self.name}: the alarm is silent")

    def _is(self, so: object, otherwise: str) -> None:
        self.tally.check(so, otherwise)


def _on_verbs(times: int) -> Tally:
    tally, begun = Tally(), situations.deploying(situations.begun()).wait(10 * MINUTE)
    begun.does(finish_production, situations.DIRK, situations.SUCCEEDED)
    for seed in range(times):
        mine = begun.copy()
        dice = random.Random(seed)  # noqa: S311 - a test's dice
        Watch(OnVerbs(mine), dice, tally, f"watch {seed}", mine.now + HALF_AN_HOUR).play()
    return tally


def _on_acts(ground: Ground, kind: str, times: int) -> tuple[Tally, str]:
    """Also returns the address of a database in which such a watch begins."""
    tally, url = Tally(), ground.new_database(kind)
    with office(ground, url) as at_work:
        change = at_work.deploys(WINDOW)
    for seed in range(times):
        begun = copy_of(ground, url)
        with office(ground, begun, WINDOW.start + 10 * MINUTE) as at_work:
            at_work.numbers = count(LATER_KEYS)
            dice = random.Random(-seed)  # noqa: S311 - as above
            ends = at_work.app.acts.now() + HALF_AN_HOUR
            Watch(OnActs(at_work, change), dice, tally, f"watch {seed} on {kind}", ends).play()
            check_record(tally, at_work.app.database, f"watch {seed} on {kind}")
    return tally, url


NO_FIGURES: Final = (
    *(
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "∞",
        "-3",
        "\u22123",
        "1e999",
        "1e-3",
        "0x10",
        "1_000",
        "٣",
        "५",
        "\uff15",
    ),
    *(
        "½",
        "²",
        "0,5,",
        "0.5.1",
        ".5",
        "5.",
        "--",
        "null",
        "None",
        "true",
        "0.5 %%",
        "0.5 ms",
        "5 or 6",
        "101",
        "1,234",
    ),
)
FIGURES: Final = {
    "0,5": 0.5,
    "0.5 %": 0.5,
    "0.5": 0.5,
    " 0.50 ": 0.5,
    "0": 0.0,
    "3": 3.0,
    "0.525": 0.525,
    "100": 100.0,
}
NOW, BEFORE = "Figure now", "The same figure before the deployment"


def _typed(ground: Ground, url: str) -> Tally:
    """What people type instead of a number is asked about beside its field, or is one."""
    tally, at = Tally(), WINDOW.start + 12 * MINUTE
    with demo(MovableClock(at), ticking=False, database_url=copy_of(ground, url)) as running:
        running.settle()
        quinn, change = running.sandbox.person("quinn"), ChangeId(1)
        for label, typed in [
            (label, typed) for label in (NOW, BEFORE) for typed in (*NO_FIGURES, *FIGURES, "")
        ]:
            known = len(running.app.acts.look(change).change.observations)
            quinn.types("/deploy report CHG-1")
            running.app.desk.rest()
            values = {NOW: "0.5", BEFORE: "0.5", label: typed}
            quinn.fills({"What is wrong?": "The error rate is up", **values})
            problems = quinn.submits()
            found = running.app.acts.look(change).change.observations[known:]
            tally.tried += 1
            what = f"{label}: “{typed}”: {[each.finding.value for each in found]}, {problems}"
            if typed in FIGURES:
                figures = {name: Figure(FIGURES.get(values[name], 0.5)) for name in (NOW, BEFORE)}
                may_be = what_it_may_be(Problem.ERROR_RATE, figures[BEFORE], figures[NOW])
                tally.check(not problems and len(found) == 1 and found[0].finding in may_be, what)
            elif typed == "" and label == BEFORE:
                tally.check([each.finding for each in found] == [Finding.UNKNOWN], what)
            else:
                tally.check(problems.get(label) and not found, what)
            if quinn.modal:
                quinn.closes(everything=True)
    return tally


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    total = _on_verbs(ON_VERBS[form])
    kinds = ("sqlite", "postgresql") if form is Form.WHOLE else ("sqlite",)
    url = ""
    for kind in kinds:
        tally, url = _on_acts(ground, kind, ON_ACTS[form] if kind == "sqlite" else ON_ACTS[form] // 4)
        total.add(tally)
    total.add(_typed(ground, url))
    return total
