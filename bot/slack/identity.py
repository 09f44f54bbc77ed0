"""Who the bot itself is in Slack. Bolt wants to know at each delivery; Slack is asked once, best before the first one."""

from dataclasses import dataclass

from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse


@dataclass(slots=True)
class Identity:
    """What `auth.test` said of the client's token. A token that is replaced takes a restart anyway."""

    client: WebClient
    _known: AuthorizeResult | None = None

    def ask(self) -> SlackResponse:
        """Ask Slack.

        Raises:
            SlackApiError: the token is refused.
        """
        told = self.client.auth_test()
        self._known = _read(told, self.client.token)
        return told

    def known(self) -> AuthorizeResult:
        """What is known; Slack is asked where nobody has asked before.

        Raises:
            SlackApiError: the token is refused.
        """
        return self._known or _read(self.ask(), self.client.token)


def _read(told: SlackResponse, token: str | None) -> AuthorizeResult:
    return AuthorizeResult.from_auth_test_response(auth_test_response=told, bot_token=token)
