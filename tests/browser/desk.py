"""Somebody at the sandbox's page: whatever they do is a click or a key there, whatever they read stands there."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from playwright.sync_api import Locator, Page, Response

from bot.demo import Demo
from bot.sandbox.acts import Result
from bot.sandbox.messages import Message, Modal
from bot.sandbox.person import Outcome, Person
from bot.sandbox.stories.stage import BERLIN, Stage

LOCAL: Final = "%Y-%m-%dT%H:%M"
PATIENCE: Final = 5.0


class Desk:
    """One pane of the page and the hand that moves its mouse."""

    def __init__(self, page: Page, running: Demo, pane: str = "one") -> None:
        self.page = page
        self.running = running
        self.pane = page.locator(f".pane.{pane}")
        self.modal = self.pane.locator("dialog.modal[open]")
        self.composer = self.pane.get_by_label("Message or command")

    def settle(self) -> None:
        """Let the bot come to rest, and the page show it."""
        self.running.settle()
        self.shows()

    def shows(self) -> None:
        """Wait until this pane shows the sandbox's present."""
        until = time.monotonic() + PATIENCE
        workspace = self.running.sandbox.workspace
        while self.pane.get_attribute("data-revision") != str(workspace.revision):
            assert time.monotonic() < until, "the page does not show the present"
            self.page.wait_for_timeout(10)

    def become(self, name: str) -> None:
        """Choose who sits here."""
        person = self.running.sandbox.person(name)
        chosen = self.pane.get_by_label("You are")
        if chosen.input_value() != person.id:
            chosen.select_option(person.id)
            self.page.wait_for_function(
                "([pane, name]) => document.querySelector(pane).getAttribute('aria-label') === name",
                arg=[f".pane.{self._name()}", person.who.real_name],
            )

    def _name(self) -> str:
        return (self.pane.get_attribute("class") or "").split()[-1]

    def go(self, place: str) -> None:
        """Click a conversation in the list, by its words or its id."""
        entry = self.pane.locator(f'nav [data-key="side-{place}"]')
        if not entry.count():
            entry = self.pane.locator("nav").get_by_role(
                "button", name=re.compile(rf"^(# )?{place}( \d+ unread)?$")
            )
        if entry.get_attribute("aria-current") is None:
            entry.click()
            self.page.wait_for_function(
                "entry => entry.isConnected === false || entry.ariaCurrent === 'page'",
                arg=entry.element_handle(),
            )

    def message(self, ts: str) -> Locator:
        """A message of the conversation that is open."""
        return self.pane.locator(f'.feed article[data-ts="{ts}"]')

    def press(self, button: str, message: Message, *, times: int = 1) -> None:
        """Click a button on a message, or an entry of its ⋯ menu."""
        within = self.message(message.ts)
        found = within.get_by_role("button", name=button, exact=True)
        if not found.count():
            within.locator("summary", has_text="⋯").first.click()
        found.click(click_count=times)

    def types(self, text: str) -> None:
        """Type into the message box and send it."""
        self.composer.click()
        self.page.keyboard.insert_text(text)
        self.pane.get_by_role("button", name="Send").first.click()

    def field(self, label: str) -> Locator:
        """A field of the open modal by its label."""
        name = re.compile(rf"^{re.escape(label)}( \(optional\))?$")
        group = self.modal.get_by_role("group", name=name)
        return group if group.count() else self.modal.get_by_label(name)

    def fills(self, label: str, value: object) -> None:
        """Fill in one field: a text, a choice, people, a tick, or a time in Berlin; None empties it."""
        field = self.field(label)
        kind = field.evaluate("field => field.tagName")
        if kind == "FIELDSET":
            self._ticks(field, value)
        elif kind == "SELECT":
            field.select_option(label=str(value))
        elif isinstance(value, datetime):
            field.fill(value.astimezone(BERLIN).strftime(LOCAL))
        else:
            field.fill("" if value is None else str(value))

    def _ticks(self, group: Locator, value: object) -> None:
        if value is True:
            group.get_by_role("checkbox").check()
        elif isinstance(value, list):
            for name in value:
                group.get_by_role("searchbox").fill(name)
                group.get_by_role("checkbox", name=re.compile(rf"^{name}")).check()
                group.get_by_role("searchbox").fill("")
        else:
            group.get_by_label(str(value), exact=True).check()

    def submits(self) -> dict[str, str]:
        """Press the modal's submit button; the sentences beside fields, by label."""
        with self._answered():
            self.modal.locator(".submit").click()
        wrong = self.modal.locator(".input.wrong")
        return {
            re.sub(r" \(optional\)$", "", one.locator("label, legend").first.inner_text()): one.locator(
                ".error"
            ).inner_text()
            for one in wrong.all()
        }

    @contextmanager
    def _answered(self) -> Iterator[None]:
        with self.page.expect_response("**/page/act"):
            yield
        self.settle()

    def private(self) -> list[str]:
        """What only this person sees in the open conversation, oldest first."""
        return [one.inner_text() for one in self.pane.locator(".feed .ephemeral .message-body").all()]

    def moves_clock_to(self, at: datetime) -> None:
        """Enter a business time at the top of the page."""
        if at <= self.running.sandbox.clock.now():
            return
        self.page.get_by_label("to", exact=True).fill(at.astimezone(BERLIN).strftime(LOCAL))
        with self._answered():
            self.page.get_by_role("button", name="Go", exact=True).click()


class Mouse(Person):
    """A person who, where a story asks for a double click, makes it on the page."""

    def __init__(self, desk: Desk, name: str) -> None:
        sandbox = desk.running.sandbox
        super().__init__(sandbox.workspace, sandbox.acts, sandbox.person(name).who)
        self._desk = desk

    def clicks_twice(
        self, words: str, on: Message | Modal, near: str | None = None
    ) -> tuple[Outcome, Outcome]:
        """Double click a button of a message."""
        if not isinstance(on, Message) or near is not None:
            return super().clicks_twice(words, on, near)
        self._desk.become(self.who.name)
        self._desk.go(on.channel)
        answers: list[Response] = []
        self._desk.page.on(
            "response", lambda one: answers.append(one) if one.url.endswith("/page/act") else None
        )
        self._desk.press(words, on, times=2)
        self.waits_for_page(lambda: len(answers) > 1)
        last = Outcome(self._workspace, self.who, Result(self._workspace.act_of(self.id)))
        return last, last

    def waits_for_page(self, what: Callable[[], bool]) -> None:
        """Wait until something happened in the browser."""
        until = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < until
            self._desk.page.wait_for_timeout(10)


class PageStage(Stage):
    """A stage whose people sit at the page."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.running.sandbox, desk.settle, says=lambda _line: None)
        self.desk = desk

    def person(self, name: str) -> Person:
        """A person by first name."""
        return Mouse(self.desk, name)

    def presses_button(self, name: str, button: str, on: Message | None = None) -> str:
        """Press a button on the page; returns what only they read then, on the page."""
        self.counts(name)
        message = on or self.card
        self.desk.become(name)
        self.desk.go(message.channel)
        self.desk.shows()
        before = len(self.desk.private())
        with self.desk.page.expect_response("**/page/act"):
            self.desk.press(button, message)
        self.desk.settle()
        return "\n".join(self.desk.private()[before:])

    def types(self, name: str, command: str, channel: str = "payments") -> str:
        """Type a command in a channel; returns what only they read then, on the page."""
        self.counts(name)
        self.desk.become(name)
        self.desk.go(channel)
        before = len(self.desk.private())
        with self.desk.page.expect_response("**/page/act"):
            self.desk.types(command)
        self.desk.settle()
        return "\n".join(self.desk.private()[before:])

    def fills_and_submits(self, name: str, values: Mapping[str, object]) -> dict[str, str]:
        """Fill in the open modal and submit it; returns the sentences beside fields, as the page shows them."""
        self.counts(name)
        for label, value in values.items():
            self.desk.fills(label, value)
        return self.desk.submits()
