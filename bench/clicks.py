"""A click as Slack delivers it, to the bot in a process of its own: CPU beside the floor's, latency, and what growth costs."""

import json
import statistics
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from bench import office
from bench.measure import Goal, Measure, Pair, Size
from bench.office import HARBOR_ITSELF, MONDAY, Office
from bench.wire import Server, signed
from bot.demo import with_the_bot
from bot.rules.scene import Scene
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.strictness import Strictness
from bot.sandbox.workspace import Credentials
from bot.slack.ids import Press, Ref
from bot.slack.manifest import scopes
from bot.slack.views.card import card
from tests.faults.bots import Setup
from tests.ground import Ground

WARMING_UP: Final = 20
CLICKS: Final = {Size.WHOLE: 40, Size.QUICK: 5}
ACKNOWLEDGEMENTS: Final = {Size.WHOLE: 200, Size.QUICK: 20}
CROWD: Final = {Size.WHOLE: 200, Size.QUICK: 24}
AT_ONCE: Final = 8
OPEN_CHANGES: Final = {Size.WHOLE: 100, Size.QUICK: 10}
SMALL: Final = office.Size(people=40, services=10)
GROWTH: Final = 10
_triggers: Final = count(1)

Prepared = Callable[[Ground, Size], AbstractContextManager[Pair]]


def click(press: Press, scene: Scene, person: str, team: str) -> bytes:
    """A press on a change's card, with the whole message in it, as Slack delivers it."""
    shown = card(scene)
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": person, "username": "ben", "name": "ben", "team_id": team},
        "api_app_id": "A0COUNTERSIGN",
        "token": "unused",
        "container": {
            "type": "message",
            "message_ts": "1796027400.000100",
            "channel_id": "C0PAYMENTS",
            "is_ephemeral": False,
        },
        "trigger_id": f"9{next(_triggers)}.1796027400.b",
        "team": {"id": team, "domain": "harbor"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": "C0PAYMENTS", "name": "payments"},
        "message": {
            "type": "message",
            "ts": "1796027400.000100",
            "text": shown.text,
            "user": "U0COUNTERSIGN",
            "bot_id": "B0COUNTERSIGN",
            "team": team,
            "blocks": shown.blocks,
        },
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T0HARBOR/1/abc",
        "actions": [
            {
                "type": "button",
                "action_id": press.value,
                "block_id": "acts",
                "text": {"type": "plain_text", "text": "Approve", "emoji": True},
                "value": Ref.of(scene.change).encode(),
                "style": "primary",
                "action_ts": "1796027401.000100",
            }
        ],
    }
    return urlencode({"payload": json.dumps(payload)}).encode()


@dataclass
class Workplace:
    """A bot that is served on a database, the floor beside it, and an office that prepares what is clicked on."""

    office: Office
    bot: Server
    floor: Server
    secret: str
    team: str = field(default=HARBOR.team_id)

    def presses(self, press: Press, scenes: list[Scene]) -> list[bytes]:
        """A signed press on each of these changes, by whoever reviews them."""
        bodies = (click(press, scene, office.REVIEWER, self.team) for scene in scenes)
        return [signed(body, self.secret) for body in bodies]

    def approvals(self, how_many: int) -> tuple[list[Scene], list[bytes]]:
        """Fresh changes, and a press on Approve for each."""
        scenes = self.office.opens(how_many)
        self.office.everybody_is_known()
        return scenes, self.presses(Press.APPROVE, scenes)

    def approve(self, how_many: int) -> float:
        """Have so many fresh changes approved; the bot's CPU time for each click, in milliseconds."""
        scenes, requests = self.approvals(how_many)
        each = self.bot.milliseconds_each(requests)
        self.must_be_approved(scenes)
        return each

    def must_be_approved(self, scenes: list[Scene]) -> None:
        """Raise where a click was answered and not carried out, such as with "nothing was recorded: press again"."""
        if not self.office.all_are_approved(scenes):
            raise RuntimeError("not every click recorded its approval: that is no measurement of approvals")

    def touch_floor(self, how_many: int) -> float:
        """The floor's CPU time for each of so many requests of the same kind, in milliseconds."""
        (scene,) = self.office.opens(1)
        return self.floor.milliseconds_each(self.presses(Press.APPROVE, [scene]) * how_many)


@contextmanager
def workplace(ground: Ground, url: str, size: office.Size = HARBOR_ITSELF) -> Iterator[Workplace]:
    """The bot on the database at `url`, served and warmed up."""
    folder = ground.new_folder()
    at = folder / "now"
    at.write_text(MONDAY.isoformat(), encoding="utf-8")
    credentials = Credentials(scopes=scopes())
    slack = Sandbox(with_the_bot(HARBOR), MovableClock(MONDAY), credentials, Strictness(rate_limits=False))
    with slack.server() as server, office.office(folder, url, size) as prepared:
        setup = _setup(server.api_url, credentials, url, folder)
        floor = Setup(**{**vars(setup), "starter": "bench.click_floor"})
        with setup.running() as bots, floor.running() as floors:
            ready = Workplace(
                prepared, Server(bots[0].port), Server(floors[0].port), credentials.signing_secret
            )
            ready.approve(WARMING_UP)
            ready.touch_floor(WARMING_UP)
            yield ready


def _setup(api_url: str, credentials: Credentials, url: str, folder: Path) -> Setup:
    organization = folder / "organization.toml"
    return Setup(api_url, credentials, url, folder, folder / "now", organization, starter="bench.click_bot")


@contextmanager
def _acknowledge(ground: Ground, size: Size) -> Iterator[Pair]:
    with workplace(ground, ground.new_sqlite()) as ready:
        (scene,) = ready.office.opens(1)
        many = ACKNOWLEDGEMENTS[size]

        def ours() -> float:
            return ready.bot.milliseconds_each(ready.presses(Press.OPEN_CARD, [scene]) * many)

        yield Pair(ours, partial(ready.touch_floor, many))


@contextmanager
def _approve(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    with workplace(ground, ground.new_database(kind)) as ready:
        yield Pair(partial(ready.approve, CLICKS[size]), partial(ready.touch_floor, ACKNOWLEDGEMENTS[size]))


@contextmanager
def _crowd(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    with workplace(ground, ground.new_database(kind)) as ready:

        def ours() -> float:
            scenes, requests = ready.approvals(CROWD[size])
            took = ready.bot.latencies(requests, AT_ONCE)
            ready.must_be_approved(scenes)
            return statistics.quantiles(took, n=100)[98] * 1000

        yield Pair(ours)


@contextmanager
def _grown(kind: str, ground: Ground, size: Size) -> Iterator[Pair]:
    large = office.Size(SMALL.people * GROWTH, SMALL.services * GROWTH)
    with (
        workplace(ground, ground.new_database(kind), SMALL) as before,
        workplace(ground, ground.new_database(kind), large) as grown,
    ):
        before.office.opens(OPEN_CHANGES[size])
        grown.office.opens(OPEN_CHANGES[size] * GROWTH)
        yield Pair(partial(grown.approve, CLICKS[size]), partial(before.approve, CLICKS[size]))


def _measure(  # noqa: PLR0913, PLR0917 - the columns of a row
    name: str, what: str, against: str, unit: str, limit: float, prepare: Prepared
) -> Measure:
    return Measure(name, what, against, unit, Goal(limit), prepare)


FLOOR: Final = "a bare endpoint that checks the signature"
CLICK_MEASURES: Final = (
    _measure("acknowledge", "A click that only acknowledges", FLOOR, "ms CPU", 10, _acknowledge),
    _measure("approve-sqlite", "A whole Approve, SQLite", FLOOR, "ms CPU", 35, partial(_approve, "sqlite")),
    _measure(
        "approve-postgresql",
        "A whole Approve, PostgreSQL",
        FLOOR,
        "ms CPU",
        40,
        partial(_approve, "postgresql"),
    ),
    _measure("crowd-sqlite", "8 Approves at once, p99, SQLite", "", "ms", 20, partial(_crowd, "sqlite")),
    _measure(
        "crowd-postgresql", "8 Approves at once, p99, PostgreSQL", "", "ms", 20, partial(_crowd, "postgresql")
    ),
    _measure(
        "growth-sqlite",
        "An Approve where people, services and open changes are 10×, SQLite",
        "the same before",
        "ms CPU",
        1.2,
        partial(_grown, "sqlite"),
    ),
    _measure(
        "growth-postgresql",
        "An Approve where people, services and open changes are 10×, PostgreSQL",
        "the same before",
        "ms CPU",
        1.2,
        partial(_grown, "postgresql"),
    ),
)
