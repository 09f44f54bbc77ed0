"""People at the page, in a real browser; the bot and the sandbox run beside it, and time moves when a test moves it."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from slack_sdk import WebClient

from bot.demo import MONDAY, Demo, demo
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR, Shortcut, member
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.strictness import Strictness
from tests.browser.chromium import chromium, missing, must_run, opened
from tests.browser.desk import Desk
from tests.sandbox.tiny_bot import TinyBot
from tests.short_form import only_in_the_whole_form

EVERY_DAY = frozenset({"test_routine_by_mouse.py", "test_rejection_by_keyboard.py"})
"""What the short form does in a browser; the whole form does the rest as well."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the whole form what is not for every day."""
    for item in items:
        if item.path.parent.name == "browser" and item.path.name not in EVERY_DAY:
            item.add_marker(only_in_the_whole_form)


PICTURES = "COUNTERSIGN_PICTURES"
"""The environment variable that names the folder for pictures of each step; without it, they go to a temporary one."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file. It ends with them: while it runs, nothing else may use asyncio here."""
    reason = missing()
    if reason and must_run():
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    with chromium() as running:
        yield running


@pytest.fixture
def harbor() -> Iterator[Demo]:
    """Harbor on a Monday morning, at 09:30 in Berlin."""
    with demo(MovableClock(MONDAY), ticking=False) as running:
        yield running


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page, which is closed before what it shows stops."""
    for served in ("harbor", "village"):
        if served in request.fixturenames:
            request.getfixturevalue(served)
    with opened(browser) as page:
        yield page


@dataclass(frozen=True, slots=True)
class Village:
    """A sandbox without a bot: whatever stands there, a test posts; what people press reaches a tiny bot."""

    sandbox: Sandbox
    url: str
    client: WebClient
    bot: TinyBot


@pytest.fixture
def village() -> Iterator[Village]:
    """Harbor with shortcuts, a name in Arabic and one with emoji."""
    people = (member("شهرزاد 🌊 Qasim"), member("👩‍🚀 Astrid"))
    shortcuts = (Shortcut("Ask for a deployment", "ask"), Shortcut("Why is this so?", "why", on_message=True))
    channels = tuple(
        replace(one, members=one.members | {two.id for two in people}) for one in HARBOR.channels
    )
    app = replace(HARBOR.app, shortcuts=shortcuts)
    company = replace(HARBOR, app=app, people=(*HARBOR.people, *people), channels=channels)
    sandbox = Sandbox(company, MovableClock(MONDAY), strictness=Strictness(rate_limits=False))
    with sandbox.server() as server, TinyBot(sandbox.credentials.signing_secret) as bot:
        sandbox.bot_url = bot.url
        client = WebClient(token=sandbox.credentials.bot_token, base_url=server.api_url, retry_handlers=[])
        yield Village(sandbox, server.url, client, bot)


@pytest.fixture
def desk(page: Page, harbor: Demo) -> Desk:
    """Ana, who looks at #payments."""
    page.goto(f"{harbor.page}/?as=ana&channel=payments")
    desk = Desk(page, harbor)
    desk.shows()
    return desk


@pytest.fixture
def picture(page: Page, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], None]:
    """Takes a picture of the page; the folder is printed with the test's output."""
    folder = Path(os.environ.get(PICTURES) or tmp_path) / request.node.name
    folder.mkdir(parents=True, exist_ok=True)
    print(f"Pictures: {folder}")  # noqa: T201 - for whoever wants to look at them

    def take(name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    return take
