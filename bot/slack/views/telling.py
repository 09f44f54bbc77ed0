"""A notice as one person reads it, and what it says: shared by the modules that word notices."""

from dataclasses import dataclass
from typing import Final

from bot.rules.notice import Notice
from bot.rules.scene import Scene
from bot.rules.terms import PersonId
from bot.slack.ids import Ref
from bot.slack.views.kit import Json
from bot.slack.views.speech import Speech
from bot.slack.views.standing import subject
from bot.slack.views.text import quoted

NOBODY: Final = PersonId("")
"""Who reads a notice in a channel: nobody in particular."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice about a change, as one person reads it, or NOBODY: everybody in a channel."""

    scene: Scene
    notice: Notice
    person: PersonId

    @property
    def speech(self) -> Speech:
        """How to say it."""
        return Speech.of(self.scene)

    @property
    def what(self) -> str:
        """`payments 4.12.0`, as mrkdwn."""
        return subject(self.scene)

    @property
    def by(self) -> str:
        """Who did it."""
        return self.speech.name(self.notice.by) if self.notice.by else "somebody"

    @property
    def words(self) -> str:
        """`: “the plan misses the migration”.`, where something was typed."""
        return f": {quoted(self.notice.words, 400)}." if self.notice.words else "."

    @property
    def ref(self) -> Ref:
        """The change as it is now, for a button."""
        return Ref.of(self.scene.change)

    @property
    def is_requester(self) -> bool:
        """Whether the reader asked for the change."""
        return self.person == self.scene.change.requester

    @property
    def is_deployer(self) -> bool:
        """Whether the reader deploys it."""
        return self.person == self.scene.change.deployer


@dataclass(frozen=True, slots=True)
class Said:
    """What a notice says: the first line, more of it in small print, and what can be pressed."""

    text: str
    small: str = ""
    pressed: tuple[Json, ...] = ()
