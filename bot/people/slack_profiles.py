"""People's profiles from Slack's Web API (https://docs.slack.dev/reference/methods/users.info)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.people.unreachable import Unreachable
from bot.rules.terms import PersonId
from bot.store.directory_answers import DirectoryAnswer

UNKNOWN_TO_SLACK: Final = frozenset({"user_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class SlackProfiles:
    """Asks `users.info`. The client brings its own time-out, which must leave room within Slack's three seconds."""

    client: WebClient

    def profile(self, person: PersonId) -> DirectoryAnswer | None:
        """Describe a person; None when Slack knows nobody by that id.

        Raises:
            Unreachable: Slack did not answer, or refused the question.
        """
        try:
            response = self.client.users_info(user=person)
        except SlackApiError as error:
            if error.response.get("error") in UNKNOWN_TO_SLACK:
                return None
            raise Unreachable(str(error.response.get("error"))) from error
        except (SlackClientError, URLError, OSError) as error:
            raise Unreachable(type(error).__name__) from error
        return read_user(response["user"])


def read_user(user: Mapping[str, Any]) -> DirectoryAnswer:
    """A user object as Slack sends it (https://docs.slack.dev/reference/objects/user-object)."""
    profile = user.get("profile") or {}
    return DirectoryAnswer(
        name=profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"],
        team=user.get("team_id", ""),
        deactivated=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
    )
