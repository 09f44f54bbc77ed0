"""What travels over Socket Mode: an envelope of Slack's as a request to Bolt, Bolt's answer as an acknowledgement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from slack_bolt import BoltRequest, BoltResponse

OK: Final = 200

Message = Mapping[str, Any]
"""A message as JSON has it; what is none is empty."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delivery. `attempt` counts from 0; only events come again."""

    id: str
    type: str
    payload: dict[str, Any]
    accepts_answer: bool
    attempt: int
    reason: str

    def request(self) -> BoltRequest:
        """The same as Bolt's own adapter makes of it: retries as in the headers of the Events API."""
        headers: dict[str, str | Sequence[str]] = {}
        if self.attempt:
            headers = {"x-slack-retry-num": str(self.attempt), "x-slack-retry-reason": self.reason}
        return BoltRequest(body=self.payload, headers=headers, mode="socket_mode")


def read_message(text: str | bytes) -> Message:
    """A message of Slack's; empty where it cannot be read."""
    try:
        message = json.loads(text)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def read_envelope(message: Message) -> Envelope | None:
    """The envelope in a message; None where it is none."""
    envelope_id, payload = message.get("envelope_id"), message.get("payload")
    if not isinstance(envelope_id, str) or not isinstance(payload, dict):
        return None
    attempt = message.get("retry_attempt")
    return Envelope(
        envelope_id,
        str(message.get("type")),
        payload,
        message.get("accepts_response_payload") is True,
        attempt if isinstance(attempt, int) else 0,
        str(message.get("retry_reason") or ""),
    )


def acknowledgement(envelope: Envelope, response: BoltResponse) -> dict[str, Any] | None:
    """The acknowledgement with the listener's answer, where Slack takes one; None for what was not done."""
    if response.status != OK:
        return None
    answer: dict[str, Any] = {"envelope_id": envelope.id}
    if response.body and envelope.accepts_answer:
        kind = response.headers.get("content-type", [""])[0]
        is_json = kind.startswith("application/json")
        answer["payload"] = json.loads(response.body) if is_json else {"text": response.body}
    return answer
