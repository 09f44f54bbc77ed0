"""Takes the pictures of docs/ anew: `.venv/bin/python -m tests.browser.pictures docs/`.

Each shows the demo company at one moment of a routine release, as the page shows it.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from bot.demo import MONDAY, Demo, demo
from bot.sandbox.clock import MovableClock
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import BERLIN
from tests.browser.chromium import chromium, missing, opened
from tests.browser.desk import Desk, PageStage

WIDE: Final = (1400, 640)
SINGLE: Final = (1120, 560)
FORM: Final = (640, 1000)
WEDNESDAY: Final = datetime(2026, 12, 2, 14, 0, tzinfo=BERLIN)
REQUEST: Final = {
    "Version": "4.12.0",
    "Pull requests": "#881",
    "Peers to ask": ["Ben"],
    "Rollback plan": "Redeploy 4.11.3; about 4 minutes.",
    "Pre-test of the rollback": "It was pre-tested",
    "Where the pre-test can be seen": "https://ci.harbor.example/runs/512",
}


class Camera:
    """Goes through a routine release without detours, and takes pictures of what somebody sees."""

    def __init__(self, page: Page, running: Demo, folder: Path) -> None:
        self._page = page
        self._running = running
        self._folder = folder

    def stage(self) -> PageStage:
        """People at the page, in one pane."""
        return PageStage(self.looks("?as=ana&channel=payments"))

    def looks(self, query: str, size: tuple[int, int] = WIDE) -> Desk:
        """Show what an address shows."""
        self._page.set_viewport_size({"width": size[0], "height": size[1]})
        self._page.goto(f"{self._running.page}/{query}")
        desk = Desk(self._page, self._running)
        desk.shows()
        return desk

    def plays(self, who: str, does: str) -> None:
        """Play the first row of the story in which `who` does that."""
        row = next(row for row in ROUTINE if row.who == who and row.does == does)
        self.waits_until(row.at)
        script = row.script(self.stage())
        next(script)
        self._running.settle()

    def waits_until(self, at: datetime) -> None:
        """Move business time."""
        if at > self._running.sandbox.clock.now():
            self._running.sandbox.clock.move_to(at)
        self._running.settle()

    def approves(self, name: str) -> None:
        """Somebody presses Approve in the newest message that asks them."""
        stage = self.stage()
        stage.presses_button(name, "Approve", stage.dm(name, "asks you"))

    def takes(self, name: str, query: str, size: tuple[int, int]) -> None:
        """Show what an address shows, and keep it."""
        self.looks(query, size)
        self._page.wait_for_timeout(300)
        self._page.mouse.move(0, 0)
        self._page.screenshot(path=self._folder / f"{name}.png")

    def asks(self) -> None:
        """The request form, filled in."""
        desk = self.looks("?as=ana&channel=payments", FORM)
        desk.types("/deploy request")
        desk.settle()
        for label, value in REQUEST.items():
            desk.fills(label, value)
        self._page.evaluate("document.activeElement?.blur()")
        desk.modal.locator(".modal-body").evaluate("body => body.scrollTo(0, 0)")
        desk.modal.screenshot(path=self._folder / "request.png")
        desk.modal.get_by_role("button", name="Cancel").click()


def _walk(camera: Camera) -> None:
    """A routine release up to where it is watched, with a picture where it is worth one."""
    camera.asks()
    camera.plays("Ana", "asks for payments 4.12.0 in #payments")
    camera.waits_until(MONDAY + timedelta(minutes=12))
    camera.approves("ben")
    camera.takes("card", "?as=ana&channel=payments&beside=tia&beside-channel=dm", WIDE)
    camera.takes("approver", "?as=tia&channel=dm", SINGLE)
    camera.plays("Tia", "approves as Tech Lead")
    camera.plays("Lea", "approves staging")
    camera.plays("Ana", "starts staging")
    camera.takes("refusal", "?as=ana&channel=payments", SINGLE)
    camera.plays("Ana", "records CI green and the merge commit")
    stage = camera.stage()
    stage.presses_button("ana", "Start staging")
    camera.plays("Ana", "says that staging succeeded")
    camera.plays("Quinn", "passes it")
    camera.plays("Pia", "passes it")
    camera.plays("Ana", "proposes Wed 10:00–11:00")
    stage = PageStage(camera.looks("?as=ana&channel=payments"))
    stage.fills_and_submits("ana", {"From": WEDNESDAY, "To": WEDNESDAY + timedelta(hours=1)})
    camera.approves("paul")
    camera.approves("eve")
    camera.waits_until(WEDNESDAY + timedelta(minutes=2))
    stage = camera.stage()
    stage.presses_button("ana", "Start deployment")
    camera.waits_until(WEDNESDAY + timedelta(minutes=8))
    stage.presses_button("ana", "Succeeded")
    camera.waits_until(WEDNESDAY + timedelta(minutes=18))
    camera.takes("watching", "?as=ben&channel=payments&beside=omar&beside-channel=dm", WIDE)


def take_pictures(folder: Path) -> None:
    """Write all pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        demo(MovableClock(MONDAY), ticking=False) as running,
        chromium() as browser,
        opened(browser, width=WIDE[0], height=WIDE[1]) as page,
    ):
        _walk(Camera(page, running, folder))
        page.goto("about:blank")


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    take_pictures(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
