"""How strict the sandbox is. The defaults are Slack's own limits."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strictness:
    """Slack's limits that a test may want to relax or to shorten; every duration is in seconds of real time.

    Attributes:
        rate_limits: one message per second and channel, and the tiers per method and minute.
        unique_action_ids: an `action_id` may stand once in a whole message or view; if off, once in a block.
        ack_seconds: how long a command, click, submission or event may stay unanswered.
        trigger_seconds: how long a `trigger_id` lives.
        response_url_seconds: how long a `response_url` lives.
        response_url_uses: how often it may be used.
        event_retries: the waits before an unanswered event is delivered again.
        ping_seconds: how often a websocket is pinged; one that does not answer for twice as long is closed.
        warning_seconds: how long a websocket stays open after the warning that it will be closed.
    """

    rate_limits: bool = True
    unique_action_ids: bool = True
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    response_url_seconds: float = 1800.0
    response_url_uses: int = 5
    event_retries: tuple[float, ...] = (0.0, 60.0, 300.0)
    ping_seconds: float = 5.0
    warning_seconds: float = 10.0
