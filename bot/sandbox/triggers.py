"""What a click lets the bot do for a moment: triggers and response_urls. Both live in real time."""

import secrets
import time
from dataclasses import dataclass, field

from bot.sandbox.refusal import RefusalError
from bot.sandbox.strictness import Strictness


@dataclass(slots=True)
class Trigger:
    """Leave to open a modal for a person, once, within seconds."""

    user: str
    view: str | None
    issued: float = field(default_factory=time.monotonic)
    used: bool = False


class Triggers:
    """The triggers that were handed out. Not thread safe by itself: the workspace's lock guards it."""

    def __init__(self, strictness: Strictness) -> None:
        self._lifetime = strictness.trigger_seconds
        self._triggers: dict[str, Trigger] = {}

    def issue(self, user: str, view: str | None = None) -> str:
        """A new trigger for a person; `view` is the modal in which they clicked."""
        trigger_id = f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, view)
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """The trigger, if it can be used now.

        Raises:
            RefusalError: `invalid_trigger_id`, `exchanged_trigger_id` (used before) or `expired_trigger_id`.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise RefusalError("invalid_trigger_id")
        if trigger.used:
            raise RefusalError("exchanged_trigger_id")
        if time.monotonic() - trigger.issued > self._lifetime:
            raise RefusalError("expired_trigger_id")
        return trigger


@dataclass(slots=True)
class AnswerAddress:
    """Where a `response_url` leads: to a person in a channel, and the message that was clicked, if any.

    `during` is the number of the person's act that it was handed out for.
    """

    user: str
    during: int
    channel: str
    ts: str | None
    thread_ts: str | None
    issued: float = field(default_factory=time.monotonic)
    uses: int = 0


class ResponseUrls:
    """The response_urls that were handed out. The workspace's lock guards it."""

    def __init__(self, strictness: Strictness) -> None:
        self._lifetime = strictness.response_url_seconds
        self._most = strictness.response_url_uses
        self._addresses: dict[str, AnswerAddress] = {}

    def issue(self, address: AnswerAddress) -> str:
        """The secret path of a new response_url."""
        secret = secrets.token_urlsafe(18)
        self._addresses[secret] = address
        return secret

    def use(self, secret: str) -> AnswerAddress:
        """Use it once more.

        Raises:
            RefusalError: with status 404, `expired_url` after 30 minutes, `used_url` from the sixth use on.
        """
        address = self._addresses.get(secret)
        if address is None or time.monotonic() - address.issued > self._lifetime:
            raise RefusalError("expired_url", status=404)
        if address.uses >= self._most:
            raise RefusalError("used_url", status=404)
        address.uses += 1
        return address
