import re
from pathlib import Path

import pytest

from tests.house.rooms import clock_reads, cycle, impurities, is_within, read_sources, trespasses

MAX_LINES = 400

MAY_IMPORT = {
    "bot": frozenset(),
    "bot.rules": frozenset(),
    "bot.settings": frozenset(),
    "bot.store": frozenset({"bot.rules"}),
    "bot.people": frozenset({"bot.rules", "bot.store"}),
    "bot.workflows": frozenset({"bot.rules", "bot.store"}),
    "bot.decided": frozenset({"bot.rules", "bot.people", "bot.store", "bot.workflows"}),
    "bot.act": frozenset({"bot.rules", "bot.decided", "bot.people", "bot.store", "bot.workflows"}),
    "bot.company_act": frozenset({"bot.rules", "bot.act", "bot.people", "bot.store", "bot.workflows"}),
    "bot.sealing": frozenset({"bot.people", "bot.store"}),
    "bot.company_watch": frozenset({"bot.rules", "bot.act", "bot.people", "bot.store", "bot.workflows"}),
    "bot.overview": frozenset({"bot.rules", "bot.people", "bot.store"}),
    "bot.export": frozenset({"bot.rules", "bot.store"}),
    "bot.slack": frozenset(),
    "bot.slack.ids": frozenset({"bot.rules"}),
    "bot.slack.manifest": frozenset({"bot.slack.ids"}),
    "bot.slack.forms": frozenset({"bot.rules", "bot.slack.ids"}),
    "bot.slack.views": frozenset({"bot.rules", "bot.store.reading", "bot.slack.ids"}),
    "bot.slack.deliver": frozenset(
        {"bot.rules", "bot.overview", "bot.people", "bot.store", "bot.slack.views", "bot.slack.ids"}
    ),
    "bot.slack.listeners": frozenset(
        {
            "bot.rules",
            "bot.act",
            "bot.company_act",
            "bot.overview",
            "bot.workflows",
            "bot.slack.ids",
            "bot.slack.forms",
            "bot.slack.views",
            "bot.store.queries",
            "bot.store.reading",
            "bot.store.failures",
        }
    ),
    "bot.web": frozenset({"bot.rules", "bot.act", "bot.store.queries"}),
    "bot.clock": frozenset(
        {
            "bot.rules",
            "bot.act",
            "bot.company_watch",
            "bot.sealing",
            "bot.store.queries",
            "bot.store.deadlines",
            "bot.store.dedupe",
            "bot.store.database",
            "bot.slack.deliver",
        }
    ),
    "bot.logs": frozenset(),
    "bot.connect": frozenset({"bot.rules", "bot.act", "bot.store.queries"}),
    "bot.sandbox": frozenset({"bot.rules"}),
    "bot.app": frozenset(
        f"bot.{room}"
        for room in (
            "rules",
            "settings",
            "store",
            "people",
            "workflows",
            "decided",
            "act",
            "company_act",
            "company_watch",
            "sealing",
            "slack",
            "web",
            "clock",
            "connect",
        )
    ),
    "bot.policy_check": frozenset({"bot.rules"}),
    "bot.undelivered": frozenset({"bot.rules", "bot.store"}),
    "bot.demo": frozenset({"bot"}),
    "bot.__main__": frozenset({"bot"}),
}
"""Who may import whom, beside themselves. The innermost room counts: what stands for bot.slack is not for its views."""

PURE = frozenset(
    [
        "abc",
        "bisect",
        "calendar",
        "collections",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "graphlib",
        "hashlib",
        "heapq",
        "html",
        "itertools",
        "json",
        "math",
        "operator",
        "re",
        "statistics",
        "string",
        "textwrap",
        "tomllib",
        "types",
        "typing",
        "unicodedata",
        "zoneinfo",
    ]
)
"""What the rules may take from the standard library; nothing here opens a file of ours, a socket or a clock by itself."""

MAY_READ_THE_CLOCK = ("bot.app", "bot.__main__", "bot.sandbox")


@pytest.fixture(scope="module")
def bot(pytestconfig: pytest.Config) -> dict[str, str]:
    return read_sources(pytestconfig.rootpath, "bot")


def test_every_module_imports_only_what_its_room_may(bot: dict[str, str]) -> None:
    assert trespasses(bot, MAY_IMPORT) == []


def test_the_rules_reach_no_file_no_network_and_no_clock(bot: dict[str, str]) -> None:
    assert impurities(bot, "bot.rules", PURE) == []


def test_only_the_composition_roots_read_the_clock(bot: dict[str, str]) -> None:
    others = {
        name: text
        for name, text in bot.items()
        if not any(is_within(name, room) for room in MAY_READ_THE_CLOCK)
    }
    assert clock_reads(others) == []


def test_no_imports_go_in_a_circle(bot: dict[str, str]) -> None:
    assert cycle(bot) == []


def _files(root: Path) -> list[Path]:
    return [path for folder in ("bot", "tests", "migrations") for path in (root / folder).rglob("*.py")]


def test_no_file_is_longer_than_one_idea(pytestconfig: pytest.Config) -> None:
    lengths = {
        str(path.relative_to(pytestconfig.rootpath)): len(path.read_text("utf-8").splitlines())
        for path in _files(pytestconfig.rootpath)
    }
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def _says_nothing(name: str) -> bool:
    return re.search(r"(^|_)(utils?|helpers?|managers?|base|common|misc)$", name) is not None


def test_every_module_is_named_for_what_is_in_it(pytestconfig: pytest.Config) -> None:
    named = {part for path in _files(pytestconfig.rootpath) for part in (path.stem, path.parent.name)}
    assert [name for name in named if _says_nothing(name)] == []


# The checks themselves, on made-up modules: each must be able to fail.

WHOLE_HOUSE = dict.fromkeys(
    [
        *MAY_IMPORT,
        "bot.rules.gates",
        "bot.store.queries",
        "bot.store.reading",
        "bot.store.deadlines",
        "bot.store.changes",
        "bot.slack.views.card",
        "bot.slack.listeners.requests",
        "bot.web.pages",
        "bot.sandbox.server",
    ],
    "",
)


def _found(module: str, text: str) -> list[str]:
    return trespasses({**WHOLE_HOUSE, module: text}, MAY_IMPORT)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bot.rules.gates", "import bot.store"),
        ("bot.rules.gates", "from bot import settings"),
        ("bot.settings", "import bot.rules"),
        ("bot.store.changes", "from bot.people import cache"),
        ("bot.people", "from bot import workflows"),
        ("bot.workflows", "from bot.people import roles"),
        ("bot.workflows", "from bot.slack import ids"),
        ("bot.act", "from bot.slack import deliver"),
        ("bot.slack.ids", "from bot.store import queries"),
        ("bot.slack.forms", "from bot.store import reading"),
        ("bot.slack.views.card", "from bot.store import queries"),
        ("bot.slack.views.card", "from bot.slack import listeners"),
        ("bot.slack.deliver", "import bot.act"),
        ("bot.slack.listeners.requests", "from bot.store import changes"),
        ("bot.slack.listeners.requests", "from bot import people"),
        ("bot.web.pages", "from bot.workflows import approve"),
        ("bot.web.pages", "from bot.slack import views"),
        ("bot.clock", "from bot.store import changes"),
        ("bot.clock", "from bot.slack import views"),
        ("bot.connect", "from bot.people import roles"),
        ("bot.sandbox.server", "from bot.slack.views import card"),
        ("bot.app", "from bot.sandbox import server"),
        ("bot.app", "import bot.sandbox.server"),
        ("bot.app", "import bot.__main__"),
        ("bot.web.pages", "def page():\n    from bot.store import changes"),
        (
            "bot.web.pages",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot.store import changes",
        ),
        ("bot.web.pages", "from ..store import changes"),
        ("bot.web.pages", "from ..store.changes import load"),
        ("bot.web", "from ..store import changes"),
        ("bot.web.pages", "import sys, bot.store.changes as changes"),
        ("bot.attic", ""),
    ],
)
def test_a_module_that_imports_past_its_room_is_found(module: str, text: str) -> None:
    (line,) = _found(module, text)
    assert line.startswith(module)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("bot.rules.gates", "from bot.rules import change\nfrom . import change"),
        (
            "bot.web.pages",
            "from bot.store import queries\nfrom bot.store.queries import changes\nfrom . import guard",
        ),
        (
            "bot.slack.views.card",
            "from bot.store.reading import Card\nfrom bot.slack import ids\nfrom . import kit",
        ),
        ("bot.slack.listeners.requests", "from bot import act\nfrom bot.slack.views import card"),
        ("bot.__main__", "from bot.sandbox import server\nfrom bot import app"),
        ("bot.sandbox.server", "from bot.rules import gates\nfrom ..rules import gates\nimport starlette"),
    ],
)
def test_a_module_that_keeps_to_its_room_is_not_bothered(module: str, text: str) -> None:
    assert _found(module, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from pathlib import Path",
        "import time",
        "import sqlalchemy",
        "from importlib import resources",
        "import random",
        "def read():\n    import urllib.request",
        "open('guide.toml')",
        "print('met')",
        "from datetime import datetime\ndatetime.now()",
    ],
)
def test_a_rule_that_reaches_outside_is_found(text: str) -> None:
    assert impurities({"bot.rules.gates": text}, "bot.rules", PURE) != []


def test_a_rule_that_only_thinks_is_not_bothered() -> None:
    text = "from collections.abc import Mapping\nfrom datetime import UTC, datetime\ndatetime(2026, 11, 30, tzinfo=UTC)"
    assert impurities({"bot.rules.gates": text, "bot.store": "import os"}, "bot.rules", PURE) == []


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\ndatetime.now(UTC)",
        "from datetime import datetime as moment\nmoment.utcnow()",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "import datetime as dt\ndt.date.today()",
        "from datetime import date\nstart = date.today()",
        "import time\ntime.time()",
        "from time import time\ntime()",
        "import time\nguard(real_time=time.time)",
        "def late():\n    from time import time_ns as ns\n    return ns()",
    ],
)
def test_a_look_at_the_clock_is_found(text: str) -> None:
    (line,) = clock_reads({"bot.clock": text})
    assert line.startswith("bot.clock:")


def test_measuring_how_long_something_takes_is_no_look_at_the_clock() -> None:
    assert (
        clock_reads({"bot.clock": "import time\ntime.monotonic()\nnow = clock.now()\nself.time.time"}) == []
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("import bot.b", "import bot.a"),
        ("from bot import b", "def late():\n    from bot import a"),
        ("from . import b", "from .a import something"),
    ],
)
def test_a_circle_is_found(a: str, b: str) -> None:
    assert set(cycle({"bot": "", "bot.a": a, "bot.b": b, "bot.c": "import bot.a"})) == {"bot.a", "bot.b"}


def test_an_import_for_type_checkers_closes_no_circle() -> None:
    b = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from bot import a"
    assert cycle({"bot": "", "bot.a": "from bot import b", "bot.b": b}) == []


@pytest.mark.parametrize("name", ["utils", "helpers", "date_utils", "manager", "base", "view_helper"])
def test_a_name_that_says_nothing_is_found(name: str) -> None:
    assert _says_nothing(name)


@pytest.mark.parametrize("name", ["database", "windows", "baseline", "approvals"])
def test_a_name_that_says_something_is_not(name: str) -> None:
    assert not _says_nothing(name)
