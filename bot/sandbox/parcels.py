"""One delivery to the bot, as it travels over HTTP and as it travels over Socket Mode, and what came back."""

import json
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlencode

from bot.sandbox.refusal import Json

FORM: Final = "application/x-www-form-urlencoded"
ANSWERED_WITH_ACK: Final = frozenset({"view_submission", "block_suggestion"})
"""The interactions whose answer may travel with the acknowledgement; a command's may, too."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came back: a status and a body, or `trouble` in Slack's words when it did not go well."""

    status: int
    body: str
    took: float
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A command, an interaction or an event. `attempt` and `reason` are of an event that comes again."""

    type: Literal["slash_commands", "interactive", "events_api"]
    payload: Json
    attempt: int = 0
    reason: str | None = None

    @property
    def name(self) -> str:
        """What the wire log calls it: `command`, `block_actions`, `app_home_opened`."""
        if self.type == "slash_commands":
            return "command"
        name: str = (self.payload["event"] if self.type == "events_api" else self.payload)["type"]
        return name

    @property
    def accepts_answer(self) -> bool:
        """Whether the acknowledgement may carry an answer."""
        return self.type == "slash_commands" or self.payload.get("type") in ANSWERED_WITH_ACK

    def over_http(self) -> tuple[bytes, dict[str, str]]:
        """The body and the headers of the request, not yet signed."""
        if self.type == "slash_commands":
            return urlencode(self.payload).encode(), {"Content-Type": FORM}
        if self.type == "interactive":
            return urlencode({"payload": json.dumps(self.payload)}).encode(), {"Content-Type": FORM}
        headers = {"Content-Type": "application/json"}
        if self.reason is not None:
            headers |= {"X-Slack-Retry-Num": str(max(self.attempt, 1)), "X-Slack-Retry-Reason": self.reason}
        return json.dumps(self.payload).encode(), headers

    def over_socket(self, envelope_id: str) -> Json:
        """The envelope."""
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": self.type,
            "accepts_response_payload": self.accepts_answer,
            "payload": self.payload,
        }
        if self.type == "events_api":
            again = self.reason is not None
            envelope["retry_attempt"] = max(self.attempt, 1) if again else 0
            envelope["retry_reason"] = "timeout" if again else ""
        return envelope
