"""People who press and type as people do: when nothing came back, the same again; and who look where a message stands."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.sandbox.acts import Press
from bot.sandbox.blocks import elements_of
from bot.sandbox.filling import Given
from bot.sandbox.messages import Message
from bot.sandbox.person import MODAL
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.stories.stage import Stage
from tests.faults.bots import HARBOR

TRIES: Final = 40
FORM_SECONDS: Final = 0.3
"""How long somebody waits for a form before they ask for it again."""
TWO_OF_EACH: Final = re.compile(r'^(\w+ = \["\w+"), "\w+"\]$', re.MULTILINE)


class NeverDone(AssertionError):
    """Somebody tried again and again, and nothing came of it."""


def one_of_each() -> str:
    """Harbor's file with one holder for each role that two hold: fewer are asked, and everything else is the same."""
    return TWO_OF_EACH.sub(r"\1]", HARBOR.read_text(encoding="utf-8"))


@dataclass
class Hands:
    """Everybody's hands.

    `recorded` says how many acts are recorded as done; `no_answer` is called when a delivery got none, before it is made
    again; `in_vain` when it was acknowledged and nothing was recorded.
    """

    sandbox: Sandbox
    recorded: Callable[[], int]
    no_answer: Callable[[], None]
    in_vain: Callable[[str], None]
    unanswered: int = 0
    acknowledged: int = 0
    _stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self._stage = Stage(self.sandbox, lambda: None, lambda _said: None)

    @property
    def card(self) -> Message:
        """The newest card in #payments."""
        return self._stage.card

    @property
    def incident(self) -> Message:
        """The message of the newest hotfix."""
        return self._stage.incident

    def dm(self, name: str, containing: str = "") -> Message:
        """A person's newest message from the bot that has a text in it."""
        return self._stage.dm(name, containing)

    def presses(self, name: str, words: str, on: Message) -> None:
        """Press a button until it is recorded that it was pressed.

        Raises:
            NeverDone: it never is.
        """
        person, press, before = self.sandbox.person(name), _found(on, words), self.recorded()
        for _ in range(TRIES):
            if self._is_unanswered(self.sandbox.acts.clicks(person.who, on.post, press).trouble):
                continue
            if self.recorded() > before:
                return
            self.in_vain(f"{name} pressed {words}")
        raise NeverDone(f"{name} pressed {words}: {[each.text for each in person.ephemerals()[-2:]]}")

    def opens(self, name: str, words: str, on: Message) -> None:
        """Press a button until its form is there.

        Raises:
            NeverDone: it never is.
        """
        who, press = self.sandbox.person(name).who, _found(on, words)
        self._until_open(name, lambda: self.sandbox.acts.clicks(who, on.post, press).trouble)

    def types(self, name: str, command: str, channel: str = "payments") -> None:
        """Type a command until its form is there.

        Raises:
            NeverDone: it never is.
        """
        person = self.sandbox.person(name)
        self._until_open(name, lambda: person.types(command, channel=channel).trouble)

    def submits(self, name: str, values: Mapping[str, Given]) -> None:
        """Fill in the open form, and submit it until it is recorded.

        Raises:
            NeverDone: it never is, or something in it is refused.
        """
        person, before = self.sandbox.person(name), self.recorded()
        person.fills(values)
        for _ in range(TRIES):
            if person.modal is None:
                break
            problems = person.submits()
            if self._is_unanswered(problems.get(MODAL)):
                continue
            if self.recorded() > before:
                return
            self.in_vain(f"{name} submitted: {problems}")
        if self.recorded() <= before:
            raise NeverDone(f"{name} submitted a form, and nothing is recorded")

    def _until_open(self, name: str, act: Callable[[], str | None]) -> None:
        person = self.sandbox.person(name)
        for _ in range(TRIES):
            if self._is_unanswered(act()):
                continue
            until = time.monotonic() + FORM_SECONDS
            while not person.modal and time.monotonic() < until:
                time.sleep(0.003)
            if person.modal:
                return
        raise NeverDone(f"{name} never saw a form")

    def _is_unanswered(self, trouble: str | None) -> bool:
        if trouble is None:
            self.acknowledged += 1
            return False
        self.unanswered += 1
        self.no_answer()
        return True


def _found(on: Message, words: str) -> Press:
    """The button as it stands there now; pressing it again later needs it no more."""
    for block in on.blocks:
        for element in elements_of(block):
            if element["type"] == "button" and element["text"]["text"] == words:
                return Press(block["block_id"], element)
    raise AssertionError(f"There is no button “{words}”, only {on.buttons}: {on.text}")
