"""The members of user groups from Slack's Web API (https://docs.slack.dev/reference/methods/usergroups.users.list)."""

from dataclasses import dataclass
from typing import Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.people.unreachable import Unreachable
from bot.rules.organization_outside import GroupId
from bot.rules.terms import PersonId

NO_SUCH_GROUP: Final = frozenset({"no_such_subteam", "subteam_not_found"})


@dataclass(frozen=True, slots=True)
class SlackGroups:
    """Asks `usergroups.users.list`. The client brings its own time-out."""

    client: WebClient

    def members(self, group: GroupId) -> tuple[PersonId, ...]:
        """Who is in a user group, in Slack's order; nobody in one that Slack does not know or that is disabled.

        Raises:
            Unreachable: Slack did not answer, or refused the question, as it does on a plan without user groups.
        """
        try:
            response = self.client.usergroups_users_list(usergroup=group)
        except SlackApiError as error:
            word = str(error.response.get("error"))
            if word in NO_SUCH_GROUP:
                return ()
            raise Unreachable(word) from error
        except (SlackClientError, URLError, OSError, AttributeError) as error:
            raise Unreachable(
                type(error).__name__
            ) from error  # the client calls JSON that is no object wrongly
        users = response.get("users")
        if not isinstance(users, list) or not all(isinstance(person, str) for person in users):
            raise Unreachable("the answer does not say who is in the group")
        return tuple(PersonId(person) for person in users)
