"""Ten days of downtime, then a start: all that became due meanwhile happens once, in its order, and says how late it is."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select

from bot import clock
from bot.act import TIMER_VERBS, Verb
from bot.rules.change import Change, Outcome, Span, WindowEnd
from bot.rules.inputs import (
    Finish,
    Report,
    Seen,
    Snoozing,
    VerificationInput,
    WaiverGrant,
    WaiverWish,
    WishedWindow,
)
from bot.rules.readings import Problem
from bot.rules.setting import Setting
from bot.rules.terms import NO_WORDS, ChangeId, ChangeType, EnvironmentName, Phase, Words
from bot.rules.verdict import Verdict
from bot.store import deadlines
from bot.store.machinery import audit, outbox
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging
from bot.workflows.observe import observe
from bot.workflows.remind import snooze_reminder
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import lapse_window, propose_window
from tests.acts.conftest import Office

F = TypeVar("F")
MINUTE = timedelta(minutes=1)
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)
ENGINEERS = {"payments": ("ana", "ben"), "storefront": ("cleo", "finn"), "ledger": ("dev", "gina")}
ROUTINE, CONFIG, INFRA = ChangeType.ROUTINE, ChangeType.CONFIG, ChangeType.INFRA


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


DOWN, UP = december(2, 14, 20), december(12, 14, 20)
"""A Wednesday's afternoon, and the Saturday ten days later."""


@dataclass
class Silent:
    """Slack is not there to be delivered to: what is to be told stays in the outbox, where it is looked at."""

    told: list[str] = field(default_factory=list)

    def deliver(self) -> int:
        return 0


@dataclass
class Course:
    """One of Harbor's changes, acted on by its engineers and everybody else."""

    office: Office
    service: str
    id: ChangeId

    @classmethod
    def asked(cls, office: Office, service: str, kind: ChangeType, version: str) -> "Course":
        requester, peer = ENGINEERS[service]
        answer = office.requests(version, service, kind, requester, peer)
        assert answer.scene, answer.said
        return cls(office, service, answer.scene.change.id)

    @property
    def stage(self) -> str:
        return self.office.app.acts.look(self.id).stage

    @property
    def change(self) -> Change:
        return self.office.app.acts.look(self.id).change

    def does(self, name: str, verb: Verb[F], form: F) -> None:
        """`me` asked for the change, `peer` is the other engineer."""
        requester, peer = ENGINEERS[self.service]
        who = {"me": requester, "peer": peer}.get(name, name)
        answer = self.office.does(who, verb, form, change=self.id)
        assert answer.done, answer.said

    def approved_by(self, *names: str) -> None:
        for name in names:
            self.does(name, approve, Seen())

    def verified(self) -> None:
        self.approved_by("peer", "tia", "lea")
        self.does("me", start_staging, None)
        self.does("me", finish_staging, SUCCEEDED)
        for name in ("quinn", "pia"):
            self.does(name, verify, VerificationInput(passed=True, notes=NO_WORDS))

    def windowed(self, window: Span) -> None:
        self.verified()
        self.does("me", propose_window, WishedWindow(window, NO_WORDS))

    def scheduled(self, window: Span) -> None:
        self.windowed(window)
        self.approved_by("paul", "eve")
        assert self.stage == "scheduled"


@dataclass
class Story:
    """What was pending when the bot went down."""

    office: Office
    watched: Course
    running: Course
    alarmed: Course
    unstarted: Course
    unanswered: Course
    asked: Course
    waived: Course
    older: Course
    closed: Course


def pending(office: Office) -> Story:
    """A Monday's requests, a Wednesday's deployments, and nobody's clock ticking since the first nudge."""
    wednesday = Span(december(2, 14), december(2, 15))
    watched, running, alarmed = (Course.asked(office, service, ROUTINE, "4.12.0") for service in ENGINEERS)
    for course in (watched, running, alarmed):
        course.scheduled(wednesday)
    unstarted = Course.asked(office, "payments", CONFIG, "4.12.1")
    unstarted.scheduled(Span(december(3, 10), december(3, 11)))
    older = Course.asked(office, "storefront", INFRA, "4.12.2")
    older.verified()
    closed = Course.asked(office, "storefront", INFRA, "4.12.3")
    closed.scheduled(Span(december(2, 12), december(2, 13)))
    unanswered = Course.asked(office, "payments", INFRA, "4.12.4")
    unanswered.verified()
    waived = Course.asked(office, "ledger", CONFIG, "4.12.5")
    waived.approved_by("peer", "tia", "lea")
    wish = WaiverWish(EnvironmentName("staging"), Words("staging is rebuilt"), december(3, 18))
    waived.does("me", ask_for_waiver, wish)
    waived.does("dora", grant_waiver, WaiverGrant())

    _moves_to(office, december(2, 12))
    closed.does("me", start_production, None)
    closed.does("me", finish_production, SUCCEEDED)
    _moves_to(office, december(2, 12, 40))
    closed.does("me", confirm_healthy, None)
    asked = Course.asked(office, "storefront", CONFIG, "4.12.6")
    _moves_to(office, december(2, 14))
    for course in (watched, running, alarmed):
        course.does("me", start_production, None)
    friday = Span(december(4, 14, 30), december(4, 15, 30))
    unanswered.does("me", propose_window, WishedWindow(friday, NO_WORDS))
    _moves_to(office, december(2, 14, 10))
    for course in (watched, alarmed):
        course.does("me", finish_production, SUCCEEDED)
    office.app.clock.tick("monitoring_nudges")
    alarmed.does("quinn", observe, Report(Problem.CRITICAL_FAILURE, notes=Words("no totals")))
    _moves_to(office, DOWN)
    asked.does("tia", snooze_reminder, Snoozing(Phase.CODE))
    return Story(office, watched, running, alarmed, unstarted, unanswered, asked, waived, older, closed)


def _moves_to(office: Office, at: datetime) -> None:
    office.moves_to(at)
    office.slack_is_asked()


def starts(office: Office, at: datetime) -> None:
    """The bot starts, and ticks until nothing is due any more."""
    office.moves_to(at)
    office.restarts()
    ticks(office)


def ticks(office: Office) -> None:
    office.app.clock.delivery = Silent()  # type: ignore[assignment] # all that the clock asks of a delivery
    while office.app.clock.tick_all():
        pass


def fired(office: Office, since: int = 0) -> list[tuple[str, str]]:
    """What timers did after this entry of the log, in the order in which they did it."""
    rows = select(audit.c.stream, audit.c.act).where(audit.c.through == "timer", audit.c.id > since)
    with office.app.database.read() as connection:
        return [(row.stream, row.act) for row in connection.execute(rows.order_by(audit.c.id))]


def newest_entry(office: Office) -> int:
    with office.app.database.read() as connection:
        return max(connection.execute(select(audit.c.id)).scalars(), default=0)


def told(office: Office) -> dict[tuple[int, str], set[int]]:
    """Of each change's notices in the outbox: how many minutes late they say they are."""
    found: dict[tuple[int, str], set[int]] = {}
    with office.app.database.read() as connection:
        rows = connection.execute(select(outbox.c.change_id, outbox.c.payload)).all()
    for change, payload in rows:
        if change and payload:
            said = json.loads(payload)
            found.setdefault((change, said["kind"]), set()).add(said.get("late", 0))
    return found


def late(since: datetime) -> set[int]:
    return {int((UP - since) / MINUTE)}


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-RB-2")
@pytest.mark.clause("G-STD-8")
@pytest.mark.clause("G-STD-9")
def test_after_ten_days_of_downtime_each_timer_fires_once_in_its_order(office: Office) -> None:
    story = pending(office)
    before = newest_entry(office)
    starts(office, UP)
    expected = [
        (story.older, "supersede"),
        (story.alarmed, "repeat_alarm"),
        (story.watched, "nudge_monitoring"),
        (story.watched, "escalate_monitoring"),
        (story.running, "flag_overrun"),
        (story.asked, "remind_asked"),
        (story.unstarted, "lapse_window"),
        (story.waived, "expire_waiver"),
        (story.unanswered, "lapse_window"),
    ]
    assert fired(office, before) == [(f"CHG-{course.id}", act) for course, act in expected]
    assert story.watched.change.deployments[-1].nudged == 30
    assert story.running.change.deployments[-1].overran_at == UP
    assert [each.stage for each in (story.older, story.unstarted, story.waived, story.unanswered)] == [
        "superseded",
        "verified",
        "preparing",
        "verified",
    ]
    assert story.unanswered.change.windows[-1].ended is WindowEnd.LAPSED


@pytest.mark.clause("G-LOG-1")
def test_what_is_told_after_the_downtime_says_how_late_it_is_and_nothing_that_is_over_is_told(
    office: Office,
) -> None:
    story = pending(office)
    before = told(office)
    starts(office, UP)
    news = {key: minutes for key, minutes in told(office).items() if before.get(key) != minutes}
    assert news == {
        (story.older.id, "superseded"): late(december(2, 12, 40)),
        (story.alarmed.id, "alarm_again"): late(december(2, 14, 15)),
        (story.watched.id, "escalated"): late(december(2, 14, 50)),
        (story.running.id, "deployment_overran"): late(december(2, 15)),
        (story.asked.id, "reminded"): late(december(2, 16, 40)),
        (story.asked.id, "reminder_escalated"): late(december(2, 16, 40)),
        (story.unstarted.id, "window_lapsed"): late(december(3, 11)),
        (story.unstarted.id, "approval_voided"): late(december(3, 11)),
        (story.waived.id, "waiver_expired"): late(december(3, 18)),
        (story.unanswered.id, "window_lapsed"): late(december(4, 15, 30)),
    }


@pytest.mark.clause("G-RB-2")
def test_after_the_start_the_alarm_goes_on_from_now(office: Office) -> None:
    story = pending(office)
    starts(office, UP)
    before = newest_entry(office)
    for minutes in (4, 5, 9, 10):
        office.moves_to(UP + minutes * MINUTE)
        ticks(office)
    assert fired(office, before) == [(f"CHG-{story.alarmed.id}", "repeat_alarm")] * 2


def test_neither_a_second_start_nor_a_clock_that_jumps_back_fires_anything_again(office: Office) -> None:
    pending(office)
    starts(office, UP)
    before = newest_entry(office)
    starts(office, UP)
    starts(office, UP + 4 * MINUTE)
    for at in (DOWN, december(4, 12), UP):
        office.moves_to(at)
        ticks(office)
    assert fired(office, before) == []


@pytest.mark.clause("G-STD-8")
def test_a_clock_that_is_set_back_between_claim_and_act_loses_nothing(office: Office) -> None:
    window = Span(december(2, 14), december(2, 15))
    office.schedules(window)
    office.moves_to(window.end)
    (claimed,) = deadlines.claim(
        office.app.database,
        ["lapse_window"],
        business_now=window.end,
        now_real=window.end,
        lease=clock.LEASE,
        limit=10,
    )
    office.moves_to(window.end - MINUTE)
    assert not office.app.acts.run_timer(claimed, lapse_window)
    assert office.stage == "scheduled"
    office.moves_to(window.end)
    ticks(office)
    assert office.stage == "verified"


@pytest.mark.clause("G-STD-8")
def test_a_timer_that_fails_holds_up_no_other_and_is_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = pending(office)
    monkeypatch.setitem(TIMER_VERBS, "flag_overrun", _broken)
    before = newest_entry(office)
    office.moves_to(UP)
    office.restarts()
    with pytest.raises(ExceptionGroup):
        office.app.clock.tick_all()
    acts = [act for _, act in fired(office, before)]
    assert "flag_overrun" not in acts
    assert acts[-1] == "lapse_window"
    monkeypatch.undo()
    office.passes(clock.LEASE)
    ticks(office)
    assert fired(office, before)[-1] == (f"CHG-{story.running.id}", "flag_overrun")


def _broken(change: Change, setting: Setting) -> Verdict:
    raise ZeroDivisionError(change.id, setting.now)


@pytest.mark.clause("G-STD-9")
def test_what_escalates_a_watch_is_in_the_job_that_nudges_it_and_each_timer_in_one() -> None:
    assert {"nudge_monitoring", "escalate_monitoring"} <= set(clock.JOBS["monitoring_nudges"])
    assert sorted(kind for kinds in clock.JOBS.values() for kind in kinds) == sorted(TIMER_VERBS)
