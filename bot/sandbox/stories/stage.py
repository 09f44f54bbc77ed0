"""Acts out a story row by row, prints what people see, and checks what must be so afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from bot.sandbox.messages import Feed, Message
from bot.sandbox.person import Person
from bot.sandbox.sandbox import Sandbox

BERLIN: Final = ZoneInfo("Europe/Berlin")


MONDAY: Final = 30


def on(day: int, clock: str) -> datetime:
    """A time in Berlin: 30 is Monday 30 November 2026, any other day is in December."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2026, 11 if day == MONDAY else 12, day, hour, minute, tzinfo=BERLIN)


def adds_to(story: list["Row"]) -> Callable[[int, str, str, str, str], Callable[["Script"], "Script"]]:
    """A decorator for the rows of a story: day, time, who, what they do, what must be so afterwards."""

    def row(day: int, clock: str, who: str, does: str, then: str) -> Callable[["Script"], "Script"]:
        def add(script: "Script") -> "Script":
            story.append(Row(on(day, clock), who, does, then, script))
            return script

        return add

    return row


class Unexpected(AssertionError):
    """Something did not come out as the story says."""


@dataclass(slots=True)
class Stage:
    """Where a story is played. `settle` returns when the bot has no timer due and nothing left to deliver."""

    sandbox: Sandbox
    settle: Callable[[], None]
    says: Callable[[str], None]
    presses: dict[str, int] = field(default_factory=dict)
    _shown: dict[str, str] = field(default_factory=dict)

    def play(self, story: Sequence["Row"]) -> int:
        """Act out every row; 0 when all came out, else 1 after naming the first that did not."""
        for row in story:
            self.says(f"\n{row.when} · {row.who} · {row.does}")
            try:
                self._play(row)
            except AssertionError as problem:
                self.says(f"   ✗ {row.then}\n     {problem}")
                return 1
            self.says(f"   ✓ {row.then}")
        self.says(f"\n{len(story)} rows came out as the guide says.")
        counted = ", ".join(f"{name} {count}" for name, count in sorted(self.presses.items()))
        self.says(f"Interactions (commands, clicks, submitted modals): {counted}.")
        return 0

    def _play(self, row: "Row") -> None:
        self.sandbox.clock.move_to(row.at)
        self.settle()
        script = row.script(self)
        next(script)
        self.settle()
        self._show_news()
        next(script, None)

    def person(self, name: str) -> Person:
        """A person by first name."""
        return self.sandbox.person(name)

    def counts(self, name: str) -> None:
        """Count one interaction of a person."""
        self.presses[name] = self.presses.get(name, 0) + 1

    def presses_button(self, name: str, button: str, on: Message | None = None) -> str:
        """A person presses a button (on the card, where nothing else is said); returns what only they read then."""
        self.counts(name)
        outcome = self.person(name).clicks(button, on=on or self.card)
        self.settle()
        expect(outcome.trouble is None, f"Slack showed {name}: {outcome.trouble}")
        if outcome.text:
            self.says(_indented(f"[only {name.capitalize()} sees] {outcome.text}"))
        return outcome.text

    def types(self, name: str, command: str, channel: str = "payments") -> str:
        """A person types a command in a channel; returns what only they read then."""
        self.counts(name)
        outcome = self.person(name).types(command, channel=channel)
        self.settle()
        expect(outcome.trouble is None, f"Slack showed {name}: {outcome.trouble}")
        return outcome.text

    def fills_and_submits(self, name: str, values: Mapping[str, object]) -> dict[str, str]:
        """A person fills the open modal and submits it; returns the sentences beside fields."""
        self.counts(name)
        person = self.person(name)
        person.fills(values)
        problems = person.submits()
        self.settle()
        for label, sentence in problems.items():
            self.says(_indented(f"[beside “{label}”] {sentence}"))
        return problems

    @property
    def card(self) -> Message:
        """The newest card in #payments."""
        return self.sandbox.channel("payments").messages[-1]

    @property
    def incident(self) -> Message:
        """The message of the newest hotfix in its incident's channel: pinned there, and edited."""
        found = [message for channel in self._incident_channels() for message in channel.pinned]
        expect(bool(found), "no hotfix has a message in an incident's channel")
        return max(found, key=lambda message: message.ts)

    @property
    def incident_channel(self) -> Feed:
        """The channel in which that message stands."""
        return next(each for each in self._incident_channels() if each.id == self.incident.channel)

    def timeline(self) -> str:
        """The thread of that message, as one text."""
        return "\n".join(reply.text for reply in self.incident.thread)

    def _incident_channels(self) -> list[Feed]:
        workspace = self.sandbox.workspace
        with workspace.lock:
            found = [each for each in workspace.conversations.values() if str(each.name).startswith("inc-")]
        return [Feed(workspace, each) for each in found]

    def dm(self, name: str, containing: str = "") -> Message:
        """A person's newest direct message from the bot that has a text in it."""
        found = [message for message in self.person(name).dms() if containing in message.text]
        expect(bool(found), f"{name} has no direct message with “{containing}”")
        return found[-1]

    def _show_news(self) -> None:
        """Print every message that is new or reads differently now."""
        for place, messages in self._places():
            for message in messages:
                text = message.text
                if self._shown.get(f"{place}/{message.ts}") != text:
                    known = f"{place}/{message.ts}" in self._shown
                    self._shown[f"{place}/{message.ts}"] = text
                    self.says(_indented(f"[{place}{', updated' if known else ''}] {text}"))

    def _places(self) -> list[tuple[str, list[Message]]]:
        people = [one.display_name for one in self.sandbox.workspace.company.people if not one.is_bot]
        channels = [("#payments", self.sandbox.channel("payments").messages)]
        for channel in self._incident_channels():
            place = f"#{channel.conversation.name}"
            channels.append((place, channel.messages))
            channels += [(f"{place}, thread", message.thread) for message in channel.pinned]
        return [*channels, *((f"DM to {name}", self.person(name.lower()).dms()) for name in people)]


Script = Callable[[Stage], Iterator[None]]
"""What a row does up to its only `yield`, and what it expects after it, when the bot has come to rest."""


@dataclass(frozen=True, slots=True)
class Row:
    """One step of a story: when, who, what they do, what must be so afterwards."""

    at: datetime
    who: str
    does: str
    then: str
    script: Script

    @property
    def when(self) -> str:
        """The business time as people in Berlin read it."""
        local = self.at.astimezone(BERLIN)
        return f"{local:%a} {local.day} {local:%b %H:%M}"


def expect(what: object, otherwise: str) -> None:
    """Complain when something is not so."""
    if not what:
        raise Unexpected(otherwise)


def expect_text(text: str, *wanted: str) -> None:
    """Complain when a text lacks something."""
    for part in wanted:
        expect(part in text, f"“{part}” is not in: {text}")


def _indented(text: str) -> str:
    return "\n".join(f"     {line}" for line in text.splitlines())
