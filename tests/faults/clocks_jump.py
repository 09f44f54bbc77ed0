"""F7: the bot is down for ten days, and clocks jump both ways: business time, and the real time of leases.

What was pending – monitoring, an alarm, an overrun, windows, a waiver, reminders, a hotfix's words and review – becomes due
meanwhile. Each is to happen once, and whoever reads of it reads how late it is. Then clocks are set forward and back around
claims: a claim whose maker died, one that is acted on after the clock was set back, one that is acted on when somebody else
has done it already. Whatever the order, nothing is lost, nothing is done twice, and nothing before its time.

How daylight-saving changes are counted is in clocks_change.py.
"""

import json
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text

import bot.app
from bot import clock
from bot.act import TIMER_VERBS
from bot.rules.change import Outcome
from bot.rules.inputs import Finish
from bot.rules.terms import NO_WORDS
from bot.rules.words import span
from bot.store import deadlines
from bot.store.database import Database, open_database
from bot.store.deadlines import Claimed
from bot.workflows.deploy import finish_production, start_production
from tests.acts.test_downtime import DOWN, UP, Silent, pending
from tests.faults import clocks_change
from tests.faults.bots import HARBOR
from tests.faults.copies import copy_of
from tests.faults.fault import Form, Tally
from tests.faults.office import Incident, Office, Time, office
from tests.faults.records import check_record
from tests.faults.workplace import Mold, Workplace, molds, workplace
from tests.ground import Ground

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STOPPED: Final = DOWN + 10 * MINUTE
KILLED_AT: Final = (2, 9, 17)
SEEDS: Final = {Form.SHORT: 2, Form.WHOLE: 20}
JUMPS_EACH: Final = 40
OF_BUSINESS: Final = (MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, DAY, 3 * DAY)
OF_THE_MACHINE: Final = (timedelta(seconds=5), timedelta(seconds=20), 5 * MINUTE, 2 * HOUR, 2 * DAY)
FIRED: Final = text(
    "SELECT stream, act FROM audit WHERE through = 'timer' AND outcome = 'done' AND id > :after ORDER BY id"
)
OWED: Final[dict[str, tuple[str, int]]] = {
    "CHG-1 nudge_monitoring": ("", 0),
    "CHG-1 escalate_monitoring": ("escalated", 40 - 10),
    "CHG-2 flag_overrun": ("deployment_overran", 40),
    "CHG-3 repeat_alarm": ("alarm_again", -5),
    "CHG-4 lapse_window": ("window_lapsed", 20 * 60 + 40),
    "CHG-5 supersede": ("superseded", -100),
    "CHG-7 lapse_window": ("window_lapsed", 2 * 24 * 60 + 70),
    "CHG-8 expire_waiver": ("waiver_expired", 24 * 60 + 220),
    "CHG-9 remind_asked": ("reminded", 140),
    "CHG-10 nudge_monitoring": ("", 0),
    "CHG-10 escalate_monitoring": ("escalated", 45),
    "CHG-10 chase_verbal": ("reminded", 240),
    "CHG-10 remind_review": ("review_due", 24 * 60 + 5),
}
"""What the guide wants within the ten days: of which change what, once each. Beside it the notice that tells people, and how
many minutes after 14:20 on the day it went down it was due; of reminders that are late the newest is told."""
LATE: Final = {name: (kind, int((UP - DOWN) / MINUTE) - due) for name, (kind, due) in OWED.items() if kind}


def a_pending_story(ground: Ground, kind: str) -> str:
    """The address of a database in which everything is pending when the bot stops."""
    url = ground.new_database(kind)
    with office(ground, url) as at_work:
        pending(at_work)
        incident = Incident.declared(at_work, DOWN, "omar", "4.13.9")
        incident.said_yes("ana", ("eve", None), ("paul", None))
        incident.approved_by("ana")
        incident.does("omar", start_production, None)
        at_work.passes(5 * MINUTE)
        incident.does("omar", finish_production, Finish(Outcome.SUCCEEDED, NO_WORDS))
    return url


def newest(database: Database) -> int:
    """The number of the newest entry of the audit log."""
    with database.read() as connection:
        return int(connection.execute(text("SELECT max(id) FROM audit")).scalar_one())


def fired(database: Database, after: int) -> Counter[str]:
    """Of which change timers did what, how often, since this entry of the audit log."""
    with database.read() as connection:
        return Counter(f"{row.stream} {row.act}" for row in connection.execute(FIRED, {"after": after}))


def told(database: Database) -> set[tuple[str, str, int]]:
    """What people were told, of which change, and how many minutes late that says it is."""
    with database.read() as connection:
        rows = connection.execute(
            text("SELECT change_id, payload FROM outbox WHERE payload IS NOT NULL")
        ).all()
    said = [(row.change_id, json.loads(row.payload)) for row in rows if row.change_id]
    return {(f"CHG-{change}", each["kind"], each.get("late", 0)) for change, each in said}


def ten_days_down(ground: Ground, story: str) -> Tally:
    """Another process starts ten days later and does what is due; a second start finds nothing to do."""
    tally, url = Tally(), copy_of(ground, story)
    with office(ground, url, STOPPED) as at_work:
        database, before = at_work.app.database, newest(at_work.app.database)
        for moment in (UP, UP, STOPPED, UP):
            at_work.moves_to(moment)
            at_work.restarts()
            ticks(at_work)
        found = fired(database, before)
        for what in OWED | found:
            tally.tried += 1
            tally.count(int(what in OWED), found[what], f"after ten days: {what}")
        said = told(database)
        for what, (kind, minutes) in LATE.items():
            there = (what.split()[0], kind, minutes) in said
            tally.check(there, f"{what}: nobody reads that it is {minutes} minutes late")
        check_record(tally, database, "after ten days")
    return tally


def ticks(at_work: Office) -> None:
    """Do all that is due, without a Slack to deliver to."""
    at_work.app.clock.delivery = Silent()  # type: ignore[assignment] # all that the clock asks of a delivery
    while at_work.app.clock.tick_all():
        pass


@dataclass
class Jumps:
    """One playing with clocks that are set at random. `machine` is the real time."""

    at_work: Office
    dice: random.Random
    machine: Time
    claims: list[Claimed]

    def play(self) -> None:
        """Do one thing: set a clock, claim and die, act on an old claim, do what is due, start anew."""
        self.dice.choice(
            (
                self.business_jumps,
                self.business_jumps,
                self.machine_jumps,
                self.claim,
                self.act,
                self.tick,
                self.restart,
            )
        )()

    def business_jumps(self) -> None:
        self.at_work.passes(self.dice.choice(OF_BUSINESS) * self.dice.choice((1, 1, -1)))

    def machine_jumps(self) -> None:
        self.machine.tick(self.dice.choice(OF_THE_MACHINE) * self.dice.choice((1, -1)))

    def claim(self) -> None:
        """Another process claims a few, and does nothing yet; it may never do."""
        self.claims += deadlines.claim(
            self.at_work.app.database,
            list(TIMER_VERBS),
            business_now=self.at_work.app.acts.now(),
            now_real=self.machine(),
            lease=clock.LEASE,
            limit=3,
        )

    def act(self) -> None:
        """It acts on one of its claims, however old, maybe not for the first time."""
        if self.claims:
            claimed = self.dice.choice(self.claims)
            self.at_work.app.acts.run_timer(claimed, TIMER_VERBS[claimed.kind])

    def tick(self) -> None:
        ticks(self.at_work)

    def restart(self) -> None:
        self.at_work.restarts()


@contextmanager
def by_the_clock(machine: Time) -> Iterator[None]:
    """Let bots that are built in this process count leases by a clock that jumps."""
    real_now = bot.app.real_now
    vars(bot.app)["real_now"] = machine
    try:
        yield
    finally:
        vars(bot.app)["real_now"] = real_now


def clocks_jump(ground: Ground, story: str, seed: int) -> Tally:
    """Set both clocks at random around claims; in the end let a month pass, and look at what was done how often."""
    tally, dice = Tally(), random.Random(seed)  # noqa: S311 - a test's dice
    machine = Time(STOPPED)
    with by_the_clock(machine), office(ground, copy_of(ground, story), STOPPED) as at_work:
        database, before = at_work.app.database, newest(at_work.app.database)
        jumps = Jumps(at_work, dice, machine, [])
        for _ in range(JUMPS_EACH):
            jumps.play()
        tally.tried += JUMPS_EACH
        at_work.moves_to(max(at_work.app.acts.now(), UP) + 30 * DAY)
        # So long may a claim hold that was made before the machine's clock was set back.
        jumps.machine.tick(deadlines.LONGEST)
        ticks(at_work)
        _check_each_once(tally, database, fired(database, before), f"clocks that jump, {seed}")
    return tally


def _check_each_once(tally: Tally, database: Database, found: Counter[str], when: str) -> None:
    with database.read() as connection:
        rows = connection.execute(
            text("SELECT change_id, kind, due_at, done_at, cancelled_at FROM deadlines")
        ).all()
    done = Counter(f"CHG-{row.change_id} {row.kind}" for row in rows if row.done_at)
    for what in OWED:
        # An escalation, or a later nudge, may come first and make nudges idle.
        if not what.endswith("nudge_monitoring"):
            tally.count(1, min(found[what], 1), f"{when}: {what}")
    for what, times in found.items():
        tally.count(min(times, done[what]), times, f"{when}: {what}, for each of its deadlines")
        if what in ONCE:
            tally.count(1, times, f"{when}: {what}")
    early = [row for row in rows if row.done_at and row.done_at < row.due_at]
    tally.check(not early, f"{when}: before its time: {early[:1]}")
    left = [row for row in rows if not row.done_at and not row.cancelled_at and row.kind != "repeat_alarm"]
    tally.check(all(row.kind == "remind_review" for row in left), f"{when}: left: {left[:1]}")
    check_record(tally, database, when)


ONCE: Final = frozenset(
    what
    for what in OWED
    if what.split()[1]
    not in {"repeat_alarm", "remind_asked", "remind_review", "chase_verbal", "nudge_monitoring"}
)
"""What happens once, and not again and again until somebody does something."""


def killed_when_it_is_back(ground: Ground, mold: Mold, story: str, commit: int) -> Tally:
    """A process of its own tells Slack of it all; it is killed at a commit, and its machine's clock is set twice."""
    tally, url, folder = Tally(), copy_of(ground, story), ground.new_folder()
    machine = folder / "machine"
    machine.write_text("0")
    database = open_database(url)
    before = newest(database)
    database.dispose()
    with workplace(
        mold, url, folder, HARBOR, DOWN - 9 * MINUTE, TIMES_AS_FAST="10", MACHINE_SET_BY=str(machine)
    ) as place:
        place.settles()
        machine.write_text("3600")
        place.asks(f"/kill/before/{commit}")
        place.sandbox.clock.move_to(UP)
        place.settles()
        machine.write_text("3570")
        place.settles()
        tally.check(place.deaths == 1, f"it died {place.deaths} times at commit {commit}")
        found = fired(place.database, before)
        for what in OWED | found:
            tally.tried += 1
            tally.count(int(what in OWED), found[what], f"killed at commit {commit}: {what}")
        place.check_record(tally)
        _check_lateness_is_read(tally, place, commit)
    return tally


def _check_lateness_is_read(tally: Tally, place: Workplace, commit: int) -> None:
    said = [read for (_, read), _ in place.shown().said.items()]
    # What was owed already when the process started, with the clock at 14:11, happened then.
    for what, (_, minutes) in {**LATE, "CHG-5 supersede": ("superseded", 91)}.items():
        words = f"{span(minutes * MINUTE)} late: the bot was not running"
        if (
            what == "CHG-10 remind_review"
        ):  # once it is updated it says how overdue the review is, and no more
            words = "7 days overdue"
        tally.check(
            any(words in each for each in said), f"killed at {commit}: {what}: nobody reads “{words}”"
        )
    for key, times in place.shown().keys.items():
        tally.check(times == 1 or not key, f"killed at {commit}: {times} messages carry the key {key}")


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    whole, total = form is Form.WHOLE, Tally()
    for kind in ("sqlite", "postgresql") if whole else ("sqlite",):
        story = a_pending_story(ground, kind)
        total.add(ten_days_down(ground, story))
        for seed in range(SEEDS[form]):
            total.add(clocks_jump(ground, story, seed))
        if whole:
            with molds(1) as (mold,):
                for commit in KILLED_AT:
                    total.add(killed_when_it_is_back(ground, mold, story, commit))
    total.add(clocks_change.run(ground, form))
    return total
