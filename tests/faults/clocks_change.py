"""The part of F7 in which clocks change for summer and winter: notice, windows, monitoring and review are elapsed time.

In each zone a release is submitted before a change of the clocks and deployed after it, another is deployed and watched while
clocks change, and a hotfix's review runs across. The instants are worked out in UTC, from the dates at which the zones'
governments change their clocks; that one of Australia's changes by half an hour is part of it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.demo import harbor
from bot.rules.change import Outcome, Span
from bot.rules.inputs import Finish, Seen, WishedWindow
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, Words
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import propose_window
from tests.acts.incident import at, runs_until
from tests.acts.test_downtime import Course
from tests.faults.fault import Form, Tally
from tests.faults.office import Incident, Office, office
from tests.ground import Ground

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
ROUTINE: Final = ChangeType.ROUTINE
ON_CALL: Final = "omar"
SHIFT: Final = """
[[rota]]
starts = 2027-02-01T00:00:00
ends = 2028-02-01T00:00:00
primary = "omar"
secondary = "oksana"
"""
SUCCEEDED: Final = Finish(Outcome.SUCCEEDED, NO_WORDS)


@dataclass(frozen=True)
class ChangeOfClocks:
    """At this instant (UTC) clocks in this zone go forward by so much, or back."""

    zone: str
    at: datetime
    by: timedelta


def _utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=UTC)


CHANGES: Final = (
    ChangeOfClocks("Europe/Berlin", _utc(3, 28, 1), HOUR),
    ChangeOfClocks("Europe/Berlin", _utc(10, 31, 1), -HOUR),
    ChangeOfClocks("America/New_York", _utc(3, 14, 7), HOUR),
    ChangeOfClocks("America/New_York", _utc(11, 7, 6), -HOUR),
    ChangeOfClocks("Australia/Lord_Howe", _utc(10, 2, 15, 30), HOUR / 2),
    ChangeOfClocks("Australia/Lord_Howe", _utc(4, 3, 15), -HOUR / 2),
)
"""Every one of them in the night to a Sunday."""


@dataclass
class Around:
    """One office while its clocks change; `tally` counts what is not as elapsed time has it."""

    at_work: Office
    clocks: ChangeOfClocks
    tally: Tally

    def _is(self, expected: bool, done: bool, what: str) -> None:  # noqa: FBT001 - two answers that are to be one
        self.tally.tried += 1
        self.tally.check(expected == done, f"{self.clocks.zone}, {self.clocks.at:%B}: {what}: {done}")

    def _tries(self, name: str, verb: object, form: object, change: ChangeId) -> bool:
        return bool(self.at_work.does(name, verb, form, change=change).done)  # type: ignore[arg-type]

    def clocks_do_change(self) -> None:
        """The zone's own data say the same."""
        zone = ZoneInfo(self.clocks.zone)
        before, after = ((self.clocks.at + step).astimezone(zone).utcoffset() for step in (-SECOND, SECOND))
        self._is(True, bool(before and after and after - before == self.clocks.by), "clocks change")

    def notice_is_elapsed(self) -> None:
        """A window on Monday at ten needs 48 hours from Saturday, which is nine or eleven there."""
        monday = (
            (self.clocks.at + 30 * HOUR).astimezone(ZoneInfo(self.clocks.zone)).replace(hour=10, minute=0)
        )
        start = monday.astimezone(UTC)
        at(self.at_work, start - 49 * HOUR)
        course = Course.asked(self.at_work, "payments", ROUTINE, "5.0.0")
        course.verified()
        for since, legal in ((48 * HOUR - MINUTE, False), (48 * HOUR, True)):
            at(self.at_work, start - since)
            wish = WishedWindow(Span(start, start + HOUR), NO_WORDS)
            self._is(legal, self._tries("ana", propose_window, wish, course.id), f"notice of {since}")
        course.approved_by("paul", "eve")
        self._window_is_elapsed(course, Span(start, start + HOUR))

    def _window_is_elapsed(self, course: Course, window: Span) -> None:
        at(self.at_work, window.start - SECOND)
        self._is(False, self._tries("ana", start_production, None, course.id), "a start before its window")
        at(self.at_work, window.start)
        self._is(True, self._tries("ana", start_production, None, course.id), "a start in its window")
        at(self.at_work, window.start + MINUTE)
        course.does("me", finish_production, SUCCEEDED)

    def a_night_is_elapsed(self) -> None:
        """A window around the change, a start in its last second, and half an hour of monitoring while clocks change."""
        for number, begins in enumerate((self.clocks.at - 50 * MINUTE, self.clocks.at - 20 * MINUTE)):
            window = Span(begins, begins + HOUR)
            at(self.at_work, begins - 60 * HOUR)
            course = Course.asked(self.at_work, "storefront", ROUTINE, f"6.{number}.0")
            course.verified()
            reason = Words("the night is the only quiet time")
            course.does("me", propose_window, WishedWindow(window, reason))
            for name in ("dora", ON_CALL):
                self.at_work.does(name, approve, Seen(), change=course.id)
            at(self.at_work, window.end - SECOND if number else window.start)
            started = self._tries("cleo", start_production, None, course.id)
            self._is(True, started, f"a start in the window {number} of the night; {course.stage}")
            if not started:
                continue
            finished = self.at_work.app.acts.now() + (MINUTE if number else 40 * MINUTE)
            at(self.at_work, finished)
            course.does("me", finish_production, SUCCEEDED)
            for since, over in ((30 * MINUTE - SECOND, False), (30 * MINUTE, True)):
                at(self.at_work, finished + since)
                self._tries("cleo", confirm_healthy, None, course.id)
                self._is(over, course.stage == "done", f"closed {since} after {finished:%H:%M}")
            at(self.at_work, finished + HOUR)

    def an_unstarted_window_lapses_elapsed(self) -> None:
        """A window across the change ends when its hour has passed, and not when clocks show so."""
        window = Span(self.clocks.at - HOUR / 2, self.clocks.at + HOUR / 2)
        at(self.at_work, window.start - 60 * HOUR)
        course = Course.asked(self.at_work, "ledger", ROUTINE, "7.0.0")
        course.verified()
        course.does("me", propose_window, WishedWindow(window, Words("the night is the only quiet time")))
        for moment, stage in ((window.end - SECOND, "approving"), (window.end, "verified")):
            at(self.at_work, moment)
            self.at_work.app.clock.tick("deadlines")
            self._is(True, course.stage == stage, f"{moment - window.start} into its window: {course.stage}")

    def review_is_elapsed(self) -> None:
        """Seventy-two hours, and the reminders before them, from the deployment's end."""
        sunday = self.clocks.at.astimezone(ZoneInfo(self.clocks.zone))
        friday = (sunday - 2 * DAY).replace(hour=14, minute=0).astimezone(UTC)
        incident = Incident.deployed(self.at_work, friday, version="8.0.1")
        finished = incident.change.deployments[-1].finished_at
        if finished is None:
            raise RuntimeError("the hotfix was not deployed")
        due = finished + 72 * HOUR
        runs_until(self.at_work, due + MINUTE)
        expected = [due - before for before in (48 * HOUR, 24 * HOUR, 6 * HOUR, timedelta(0))]
        found = [when for when, _ in incident.reminded]
        self._is(
            True,
            found == expected,
            f"reminded {[str(due - when) for when in found]} before the review is due",
        )


def run(ground: Ground, form: Form) -> Tally:
    """Play it all around each change of clocks; in short around one."""
    tally = Tally()
    for clocks in CHANGES if form is Form.WHOLE else CHANGES[-1:]:
        company = harbor().replace("Europe/Berlin", clocks.zone).replace("[[rota]]", SHIFT + "\n[[rota]]", 1)
        with office(ground, ground.new_sqlite(), clocks.at - 5 * DAY, company) as at_work:
            around = Around(at_work, clocks, tally)
            around.clocks_do_change()
            around.an_unstarted_window_lapses_elapsed()
            around.a_night_is_elapsed()
            around.notice_is_elapsed()
            around.review_is_elapsed()
    return tally
