"""The ticker: six APScheduler jobs that claim rows and remember nothing. Deliveries are left to hands of their own.

Deadlines and outbox lines are rows, so a tick that is missed, late or doubled loses and repeats nothing. APScheduler's
waiting stands still when the machine's clock moves back; a watchdog on the monotonic clock wakes it.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.act import TIMER_VERBS, Acts
from bot.company_watch import CompanyWatch
from bot.sealing import Sealing
from bot.slack.deliver.delivery import Delivery
from bot.slack.deliver.hands import Hands
from bot.store import deadlines, dedupe
from bot.store.database import Database, DatabaseBusy, DatabaseGone
from bot.store.deadlines import Claimed

LEASE: Final = timedelta(seconds=15)
BATCH: Final = 50
JOBS: Final[Mapping[str, tuple[str, ...]]] = {
    "monitoring_nudges": ("nudge_monitoring", "escalate_monitoring"),
    "review_reminders": ("remind_review",),
    "deadlines": (
        "lapse_window",
        "flag_overrun",
        "repeat_alarm",
        "expire_waiver",
        "supersede",
        "remind_asked",
        "chase_verbal",
        "ask_whether_contained",
    ),
}
"""Which kinds of deadlines each job claims. What one change may want at the same time for one thing is in one job, since
only within a job the longest due comes first."""
OTHERS: Final = ("company", "seal", "deliver")
"""More jobs: one notices what changed the company by itself, one seals the audit log, one wakes those who deliver."""
SECONDS: Final = 1
SWEPT_EVERY: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=7)
"""How long a delivery's key is kept: Slack repeats one for minutes, a signed request is valid for five."""
WATCHED_EVERY: Final = 5.0

log = structlog.get_logger()


@dataclass(slots=True)
class Clock:
    """Ticks while started. `now` is business time, `real_now` real time."""

    database: Database
    acts: Acts
    delivery: Delivery
    watch: CompanyWatch
    sealing: Sealing
    now: Callable[[], datetime]
    real_now: Callable[[], datetime]
    _hands: Hands = field(init=False)
    _scheduler: BackgroundScheduler | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)
    _ticked: float = 0.0
    _swept: datetime | None = None

    def __post_init__(self) -> None:
        self._hands = Hands(self.delivery)

    def start(self) -> None:
        """Start ticking, in threads of its own."""
        self._stopped.clear()
        self._ticked = time.monotonic()
        self._hands.start()
        self._start_scheduler()
        threading.Thread(target=self._watch, name="clock watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop after the call or the act that is under way, and hand back what was claimed and not begun."""
        self._stopped.set()
        if self._scheduler:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None
        self._hands.stop()

    def wake(self) -> None:
        """Deliver now rather than at the next tick: something was committed. Every click pays for it: microseconds."""
        self._hands.ring()

    def tick(self, job: str) -> int:
        """Do one job's work now, deliveries included, in the caller's thread alone; returns how much there was."""
        if job == "deliver":
            return self.delivery.deliver()
        if job == "company":
            return self.watch.tick()
        if job == "seal":
            return self.sealing.tick()
        if job == "deadlines":
            self._sweep()
        return self._fire(JOBS[job])

    def tick_all(self) -> int:
        """Do everybody's work now: all that is due in the order of its times, deliveries last."""
        self._sweep()
        fired = self._fire([kind for kinds in JOBS.values() for kind in kinds])
        return fired + sum(self.tick(job) for job in OTHERS)

    def _fire(self, kinds: Sequence[str]) -> int:
        """Let the deadlines of these kinds that are due do their acts; returns how many there were.

        One that fails holds up no other; what went wrong is raised when all have had their turn.
        """
        claimed = deadlines.claim(
            self.database,
            kinds,
            business_now=self.now(),
            now_real=self.real_now(),
            lease=LEASE,
            limit=BATCH,
        )
        failed: list[Exception] = []
        for place, deadline in enumerate(claimed):
            if self._stopped.is_set():
                self._hand_back(claimed[place:])
                break
            try:
                self.acts.run_timer(deadline, TIMER_VERBS[deadline.kind])
            except (DatabaseBusy, DatabaseGone):
                raise
            except Exception as error:  # noqa: BLE001 - it is raised below, after the others
                failed.append(error)
        if failed:
            raise ExceptionGroup("deadlines could not be handled", failed)
        return len(claimed)

    def _hand_back(self, claimed: Sequence[Claimed]) -> None:
        with self.database.write() as connection:
            for deadline in claimed:
                deadlines.release(connection, deadline)

    def _sweep(self) -> None:
        """Forget, once an hour, the deliveries that nobody repeats any more."""
        now = self.real_now()
        if self._swept and now - self._swept < SWEPT_EVERY:
            return
        with self.database.write() as connection:
            dedupe.forget_before(connection, now - REMEMBERED)
        self._swept = now

    def _start_scheduler(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for job in (*JOBS, *OTHERS):
            self._scheduler.add_job(self._tick_safely, "interval", seconds=SECONDS, id=job, args=[job])
        self._scheduler.start()

    def _tick_safely(self, job: str) -> None:
        """A tick that fails must not stop the next one; what it claimed is free again when its lease ends."""
        self._ticked = time.monotonic()
        if job == "deliver":
            self._hands.ring()
            return
        try:
            self.tick(job)
        except (DatabaseBusy, DatabaseGone) as error:
            log.warning("a tick found no database", job=job, problem=str(error))
        except Exception:
            log.exception("a tick failed", job=job)

    def _watch(self) -> None:
        while not self._stopped.wait(WATCHED_EVERY):
            if time.monotonic() - self._ticked > 2 * WATCHED_EVERY and self._scheduler:
                log.warning(
                    "the ticker stood still, as after a change of the machine's clock; it starts again"
                )
                self._scheduler.shutdown(wait=False)
                self._start_scheduler()
