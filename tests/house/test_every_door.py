"""Every route, and every listener that Slack can reach: which decision stands before it, walked through the front door.

The table is `tests.front_doors`. Gus is a guest, Zed is of another workspace, Rob is a bot and Ira left: and the organization's file names
each of them for every role all the same. Whatever they send, the rules refuse it and the log keeps that, and nothing else changes.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import App as Bolt
from slack_bolt import BoltRequest, BoltResponse
from slack_bolt.listener.custom_listener import CustomListener
from sqlalchemy import select
from starlette.routing import Route

from bot.rules.life import Stage
from bot.slack.ids import Modal, Press, Shortcut
from bot.store.columns import metadata
from bot.web.guard import Guard
from tests.acting import Course
from tests.faults.front_door_acts import Delivery
from tests.faults.situated import Situated, situated
from tests.front_doors import ACTING, ASKING, OF_THE_COMPANY, READING, Door, doors
from tests.ground import ground
from tests.situations import at_stage
from tests.situations_hotfix import at_situation

OUTSIDERS = {"gus": "T0HARBOR", "zed": "T0OTHER", "rob": "T0HARBOR", "ira": "T0HARBOR"}
CATCHING_ALL = {"unknown_button", "unknown_shortcut", "unknown_form"}
LOGGED = {"audit", "audit_texts"}
MACHINERY = {"dedupe", "directory_answers", "outbox", "user_groups", "user_group_members"}
"""Which deliveries were seen, what Slack says about people and groups, and what is to be shown in Slack."""
DOORS = {door.name: door for door in doors()}
ROUTES = {"/slack/events": "guarded", "/healthz": "tells nothing", "/readyz": "tells nothing"}


@pytest.fixture(scope="module")
def bot() -> Iterator[Situated]:
    with ground() as ours, situated(ours, *OUTSIDERS) as running:
        running.puts(at_stage(Stage.PREPARING))
        yield running


def _course(door: Door) -> Course:
    return at_situation("declared by day") if door.on_hotfix else at_stage(Stage.PREPARING)


def _listeners(bolt: Bolt) -> list[CustomListener]:
    return [each for each in vars(bolt)["_listeners"] if isinstance(each, CustomListener)]


def _reached(bolt: Bolt, sent: Delivery) -> CustomListener | None:
    """The first listener that takes this delivery, as Bolt asks them."""
    body = sent.body("ana", "1").decode()
    request = BoltRequest(body=body, headers={"content-type": [sent.content_type]})
    for each in _listeners(bolt):
        if each.matches(req=request, resp=BoltResponse(status=404)):
            return each
    return None


def _rows(bot: Situated, leaving_out: set[str]) -> dict[str, list[Any]]:
    """Every row of every table but these."""
    with bot.database.read() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in metadata.tables.items()
            if name not in leaving_out
        }


def test_every_listener_stands_in_the_table_and_each_line_of_it_reaches_one(bot: Situated) -> None:
    reached: dict[int, list[str]] = defaultdict(list)
    for name, door in DOORS.items():
        listener = _reached(bot.app.bolt, door.delivers(_course(door)))
        assert listener is not None, name
        assert listener.ack_function.__name__ not in CATCHING_ALL, f"{name} reaches nothing of its own"
        reached[id(listener)].append(name)
    left = [each.ack_function.__name__ for each in _listeners(bot.app.bolt) if id(each) not in reached]
    assert set(left) == CATCHING_ALL, "a listener is not in tests/front_doors.py"
    assert len(left) == len(CATCHING_ALL)


def test_every_id_that_slack_echoes_back_stands_in_the_table() -> None:
    assert {*ACTING, *OF_THE_COMPANY, *ASKING, *READING} == set(Press)
    named = {name.split(" →")[0] for name in DOORS}
    assert {f"form {modal}" for modal in Modal} <= named
    assert {f"shortcut {shortcut}" for shortcut in Shortcut} <= named


@pytest.mark.parametrize("name", [name for name, door in DOORS.items() if door.kind == "acts"])
def test_what_acts_is_refused_to_outsiders_and_leaves_an_audit_row_alone(bot: Situated, name: str) -> None:
    door = DOORS[name]
    course = _course(door)
    bot.puts(course)
    before = _rows(bot, LOGGED | MACHINERY)
    for person, team in OUTSIDERS.items():
        newest = bot.newest()
        assert bot.sends(door.delivers(course), person, team) == 200
        assert bot.since(newest) == [(door.act, "refused")], f"{person} at {name}"
    assert _rows(bot, LOGGED | MACHINERY) == before


@pytest.mark.parametrize("kind", ["asks", "reads", "tells"])
def test_what_asks_reads_or_tells_records_nothing(bot: Situated, kind: str) -> None:
    course = at_stage(Stage.PREPARING)
    bot.puts(course)
    before = _rows(bot, MACHINERY)
    for name, door in DOORS.items():
        if door.kind == kind:
            for person, team in {**OUTSIDERS, "ana": "T0HARBOR"}.items():
                assert bot.sends(door.delivers(course), person, team) == 200, f"{person} at {name}"
    bot.app.desk.rest()
    assert _rows(bot, MACHINERY) == before


def test_every_route_is_behind_the_guard_or_tells_nothing_but_whether_the_bot_works(bot: Situated) -> None:
    routes = {each.path: each for each in bot.app.web.routes if isinstance(each, Route)}
    assert len(routes) == len(bot.app.web.routes)
    assert routes.keys() == ROUTES.keys(), "a route is not in the table"
    base = bot.url.removesuffix("/slack/events")
    for path, decision in ROUTES.items():
        if decision == "guarded":
            assert isinstance(routes[path].app, Guard)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"):
                answer = httpx.request(method, base + path, trust_env=False)
                assert answer.is_client_error, f"{method} {path}"
        else:
            assert httpx.get(f"{base}{path}?a=b", trust_env=False).text in {"ok", "ready"}
