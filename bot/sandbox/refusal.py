"""How the sandbox says no: in Slack's own words."""

from typing import Any

Json = dict[str, Any]


class RefusalError(Exception):
    """A request that Slack would refuse.

    Args:
        error: Slack's word for it, for example `channel_not_found`.
        messages: what `response_metadata.messages` says, one line per finding.
        status: the HTTP status of the answer; Slack refuses with 200 except where it limits the rate.
        retry_after: seconds, for the `Retry-After` header.
        more: further fields of the answer, for example `needed` and `provided`.
    """

    def __init__(
        self,
        error: str,
        messages: tuple[str, ...] = (),
        *,
        status: int = 200,
        retry_after: int | None = None,
        more: Json | None = None,
    ) -> None:
        super().__init__(": ".join((error, *messages)))
        self.error = error
        self.messages = messages
        self.status = status
        self.retry_after = retry_after
        self.more = more or {}

    def answer(self) -> Json:
        """Slack's answer to the refused request."""
        answer: Json = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            answer["errors"] = [line.removeprefix("[ERROR] ") for line in self.messages]
            answer["response_metadata"] = {"messages": list(self.messages)}
        return answer
