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
            Unreachable: Slack did not answer, refused the question, or spoke of somebody else.
        """
        try:
            response = self.client.users_info(user=person)
        except SlackApiError as error:
            if error.response.get("error") in UNKNOWN_TO_SLACK:
                return None
            raise Unreachable(str(error.response.get("error"))) from error
        except (SlackClientError, URLError, OSError, AttributeError) as error:
            raise Unreachable(
                type(error).__name__
            ) from error  # the client calls JSON that is no object wrongly
        user = response.get("user")
        if not isinstance(user, dict) or user.get("id") != person:
            raise Unreachable("the answer is not about this person")
        return read_user(user)


def read_user(user: Mapping[str, Any]) -> DirectoryAnswer:
    """A user object as Slack sends it (https://docs.slack.dev/reference/objects/user-object)."""
    profile = user.get("profile") or {}
    return DirectoryAnswer(
        name=profile.get("display_name") or user.get("real_name") or user.get("name") or user["id"],
        team=str(user.get("team_id") or ""),
        deactivated=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
    )
