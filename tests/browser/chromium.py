"""Starting the browser of the operating system: Debian's package `chromium`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
MUST_RUN: Final = "COUNTERSIGN_CI"
"""The environment variable that turns a missing browser from a skipped test into a failed one."""


def missing() -> str | None:
    """Why there is no browser to test with; None where there is one."""
    if CHROMIUM.exists():
        return None
    return f"{CHROMIUM} is not there; on Debian: apt-get install chromium fonts-noto-color-emoji"


def must_run() -> bool:
    """Whether a missing browser is a failure here."""
    return bool(os.environ.get(MUST_RUN))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            chromium_sandbox=False,
            args=list(FLAGS),
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(browser: Browser, *, width: int = 1400, height: int = 800, scale: float = 1) -> Iterator[Page]:
    """An empty page of a browser that fails on whatever goes wrong in the page's own code."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, locale="en-GB"
    )
    page = context.new_page()
    page.set_default_timeout(5_000)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    try:
        yield page
    finally:
        context.close()
    assert wrong == [], f"the page's own code complained: {wrong}"
