"""The addresses of cards, for lists. A link is a convenience: where Slack does not say one, a button shows the card."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.rules.terms import ChangeId


@dataclass(frozen=True, slots=True)
class Links:
    """Asks Slack for each card's address once, and remembers it while the bot runs."""

    client: WebClient
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def of(self, places: Mapping[ChangeId, tuple[str, str]]) -> dict[ChangeId, str]:
        """The addresses of the messages at these places (channel, timestamp), as far as Slack tells them."""
        for channel, ts in places.values():
            if (channel, ts) in self._known:
                continue
            try:
                response = self.client.chat_getPermalink(channel=channel, message_ts=ts)
            except SlackApiError:
                continue
            except (SlackClientError, URLError, OSError):
                break
            self._known[channel, ts] = response["permalink"]
        return {change: self._known[place] for change, place in places.items() if place in self._known}
