"""A company whose deliveries a test makes itself, at a real time that only the test moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from slack_sdk import WebClient
from sqlalchemy import func, select

from bot.act import Caller
from bot.demo import AT_ONCE, MONDAY, Demo, demo
from bot.rules.inputs import Reason
from bot.rules.terms import ChangeId, PersonId, Words
from bot.sandbox.clock import MovableClock
from bot.sandbox.messages import Message
from bot.sandbox.posts import Post
from bot.sandbox.stories.stage import Stage
from bot.slack.deliver.delivery import Delivery
from bot.slack.deliver.posting import Poster
from bot.store import machinery, outbox
from bot.store.outbox import DeadLine, Line
from bot.workflows.request import withdraw
from tests.stories.companies import REQUEST

PEERS = {"ana": "Ben", "cleo": "Finn"}
CHANNELS = {"ana": "payments", "cleo": "storefront"}


class Deliverer:
    """Whoever delivers, as in a process of its own; any number of them share a company."""

    def __init__(
        self, running: Demo, real_now: Callable[[], datetime], client: WebClient | None = None
    ) -> None:
        app = running.app
        self.real_now = real_now
        self.poster = Poster(client or app.desk.client, app.database, real_now, AT_ONCE)
        self.delivery = Delivery(app.database, app.company, self.poster, app.acts.now, real_now)

    def delivers(self) -> int:
        """Everything that is due; returns how many lines there were."""
        return self.delivery.deliver()


class Company:
    """Harbor, where nothing is delivered unless the test does it."""

    def __init__(self, running: Demo) -> None:
        self.demo = running
        self.app, self.sandbox = running.app, running.sandbox
        self.faults = running.sandbox.faults
        self.stage = Stage(running.sandbox, running.app.desk.rest, says=lambda _line: None)
        self._ahead = timedelta()
        self.deliverer = self.another()

    def another(self, client: WebClient | None = None) -> Deliverer:
        """Somebody else who delivers, and remembers nothing."""
        return Deliverer(self.demo, self.real_now, client)

    def real_now(self) -> datetime:
        """The real time, ahead by what the test let pass."""
        return datetime.now(UTC) + self._ahead

    def waits(self, by: timedelta) -> None:
        """Let real time pass."""
        self._ahead += by

    def passes(self, by: timedelta) -> None:
        """Let real time pass, and deliver."""
        self.waits(by)
        self.deliverer.delivers()

    def delivers_all(self) -> None:
        """Deliver until nothing waits any more, however much time that takes."""
        self.deliverer.delivers()
        for _ in range(500):
            if not self.app.waiting():
                return
            self.passes(timedelta(seconds=1))
        with self.app.database.read() as connection:
            left = connection.execute(select(machinery.outbox).where(machinery.outbox.c.dead_at.is_(None)))
            raise AssertionError(f"it is not all delivered: {left.all()}")

    def requests(self, name: str = "ana", version: str = "4.12.0") -> None:
        """Ask for a deployment of payments, or of storefront."""
        self.stage.types(name, "/deploy request", CHANNELS[name])
        filled = {**REQUEST, "Peers to ask": [PEERS[name]], "Version": version}
        assert self.stage.fills_and_submits(name, filled) == {}

    def withdraws(self, change: int = 1, person: str = "U0ANA") -> None:
        """Take a change back, which its card shows."""
        caller = Caller(PersonId(person), "T0HARBOR", "button", f"withdraw/{change}")
        self.app.acts.perform(caller, ChangeId(change), withdraw, Reason(Words("not needed")))

    def wishes(self, *lines: Line) -> None:
        """Have something refreshed."""
        with self.app.database.write() as connection:
            outbox.wish(connection, lines, self.real_now())

    def cards(self, channel: str = "payments") -> list[Message]:
        """The cards in a channel."""
        return [each for each in self.sandbox.channel(channel).messages if "CHG-" in each.text]

    @property
    def dead(self) -> list[DeadLine]:
        """What was given up."""
        with self.app.database.read() as connection:
            return outbox.dead_lines(connection, 20)

    @property
    def leased(self) -> int:
        """How many lines are in somebody's hands."""
        with self.app.database.read() as connection:
            held = select(func.count()).where(machinery.outbox.c.leased_until.is_not(None))
            return connection.execute(held).scalar_one()

    def calls(self, method: str | None = None) -> int:
        """How often a method was called, or any."""
        made = [each for each in self.sandbox.wire.exchanges if each.direction == "to slack"]
        return sum(method in {None, each.name} for each in made)

    def chatter(self, count: int, channel: str = "payments") -> None:
        """People talk in a channel."""
        workspace = self.sandbox.workspace
        where = self.sandbox.channel(channel).id
        for number in range(count):
            workspace.add(Post(workspace.next_ts(), where, "U0BEN", f"lunch {number}?"))

    def archives(self, channel: str = "payments", *, archived: bool = True) -> None:
        """Somebody archives a channel, or takes it out again."""
        self.sandbox.channel(channel).conversation.is_archived = archived


@contextmanager
def delivering(database_url: str, at: datetime = MONDAY) -> Iterator[Company]:
    """Harbor, on a Monday morning unless said otherwise, with nobody who delivers by themselves."""
    with demo(MovableClock(at), ticking=False, database_url=database_url) as running:
        yield Company(running)
