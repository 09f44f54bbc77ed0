"""What takes a picture of the sandbox's page: of what an address shows, or of the form that somebody has open."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from bot.demo import Demo
from bot.sandbox.stories.stage import Stage
from tests.browser.desk import Desk

WIDE: Final = (1400, 640)
SINGLE: Final = (1240, 560)
TALL: Final = (1400, 760)
FORM: Final = (640, 1000)


class Camera:
    """Takes pictures of what somebody sees in a running demo."""

    def __init__(self, page: Page, running: Demo, folder: Path) -> None:
        self._page = page
        self._running = running
        self._folder = folder

    def stage(self) -> Stage:
        """People who act without the page, so that a state worth a picture is reached in seconds."""
        return Stage(self._running.sandbox, self._running.settle, says=lambda _line: None)

    def waits_until(self, at: datetime) -> None:
        """Move business time; it never goes back."""
        if at > self._running.sandbox.clock.now():
            self._running.sandbox.clock.move_to(at)
        self._running.settle()

    def looks(self, query: str, size: tuple[int, int] = WIDE) -> Desk:
        """Show what an address shows."""
        self._page.set_viewport_size({"width": size[0], "height": size[1]})
        self._page.goto(f"{self._running.page}/{query}")
        desk = Desk(self._page, self._running)
        desk.shows()
        return desk

    def takes(self, name: str, query: str, size: tuple[int, int] = WIDE, *, newest: bool = False) -> None:
        """Show what an address shows, with no form before it, and keep it; with `newest` the end of an open thread."""
        for one in self._running.sandbox.workspace.company.people:
            person = self._running.sandbox.person(one.name)
            if person.modal is not None:
                person.closes(everything=True)
        self.looks(query, size)
        self._page.wait_for_timeout(300)
        self._page.mouse.move(0, 0)
        if newest:
            self._page.locator(".thread-body").evaluate(
                "replies => replies.scrollTo(0, replies.scrollHeight)"
            )
        self._page.screenshot(path=self._folder / f"{name}.png")

    def takes_form(self, name: str, who: str, values: Mapping[str, object]) -> None:
        """Fill in the form that somebody has open, keep its picture, and close it."""
        desk = self.looks(f"?as={who}&channel=payments", FORM)
        for label, value in values.items():
            desk.fills(label, value)
        self._page.evaluate("document.activeElement?.blur()")
        desk.modal.locator(".modal-body").evaluate("body => body.scrollTo(0, 0)")
        desk.modal.screenshot(path=self._folder / f"{name}.png")
        desk.modal.locator("header .close").click()
        desk.settle()
