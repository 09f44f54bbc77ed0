"""The sandbox as one thing: a workspace, its server, its people."""

from datetime import datetime
from typing import TYPE_CHECKING

from bot.sandbox.acts import Acts
from bot.sandbox.clock import MovableClock
from bot.sandbox.company import HARBOR, Company, UserGroup
from bot.sandbox.deliver import Courier
from bot.sandbox.messages import Feed, Message
from bot.sandbox.pages import Pages, nothing_due
from bot.sandbox.parcels import Delivered
from bot.sandbox.person import Person
from bot.sandbox.reading import read_post, reader_for
from bot.sandbox.refusal import Json
from bot.sandbox.server import Server
from bot.sandbox.socket_mode import Sockets
from bot.sandbox.strictness import Strictness
from bot.sandbox.wire import Wire
from bot.sandbox.workspace import Credentials, Workspace

if TYPE_CHECKING:
    from bot.sandbox.page_acts import NextDeadline


class Sandbox:
    """A Slack of one's own.

    Args:
        company: who and what there is in it.
        clock: business time, which stamps messages; a clock that stands at the present by default.
        credentials: the bot's token, signing secret and scopes.
        strictness: Slack's limits, unless a test relaxes them.

    Use:

        sandbox = Sandbox(clock=MovableClock(monday))
        with sandbox.server() as server:
            bot = start_my_bot(SLACK_API_URL=server.api_url, token=sandbox.credentials.bot_token, …)
            sandbox.bot_url = bot.url + "/slack/events"
            sandbox.person("ana").types("/deploy", channel="payments")
    """

    def __init__(
        self,
        company: Company = HARBOR,
        clock: MovableClock | None = None,
        credentials: Credentials | None = None,
        strictness: Strictness | None = None,
    ) -> None:
        self.clock = clock or MovableClock()
        self.credentials = credentials or Credentials()
        self.workspace = Workspace(company, self.clock, self.credentials, strictness or Strictness())
        self.faults = self.workspace.faults
        self.next_deadline: NextDeadline = nothing_due
        """When something of the bot becomes due next: whoever runs both can tell the page so."""
        self.socket = Sockets(self.workspace)
        """The bot's websockets, which deliveries take where there is no `bot_url`."""
        self._courier = Courier(self.workspace, self.socket)
        self.acts = Acts(self.workspace, self._courier)

    @property
    def wire(self) -> Wire:
        """What went between bot and Slack."""
        return self.workspace.wire

    @property
    def bot_url(self) -> str | None:
        """The bot's request URL, for commands, interactions and events; None where it uses Socket Mode."""
        return self.workspace.bot_url

    @bot_url.setter
    def bot_url(self, url: str | None) -> None:
        self.workspace.bot_url = url

    def server(self, port: int = 0) -> Server:
        """The HTTP side, not yet started; use it as a context manager."""
        pages = Pages(self.workspace, self.acts, self._next_deadline)
        routes = [*self.socket.routes(), *pages.routes()]
        return Server(self.workspace, routes, port, on_stop=self._courier.rest)

    def _next_deadline(self) -> datetime | None:
        return self.next_deadline()

    def person(self, name: str) -> Person:
        """A person by first name.

        Raises:
            KeyError: when the company has nobody of that name.
        """
        return Person(self.workspace, self.acts, self.workspace.person_named(name))

    def channel(self, name: str) -> Feed:
        """A channel by name, as nobody in particular reads it."""
        return Feed(self.workspace, self.workspace.channel_named(name))

    def reads(self, message: Message, person: Person | str) -> str:
        """A message as a person would read it."""
        reader = person.id if isinstance(person, Person) else self.person(person).id
        return read_post(message.post, reader_for(self.workspace, reader))

    def buys_plan(self, *groups: UserGroup) -> None:
        """Move to a paid plan, with these user groups."""
        with self.workspace.lock:
            self.workspace.groups = {group.id: group for group in groups}

    def cancels_plan(self) -> None:
        """Move to the free plan, which has no user groups."""
        with self.workspace.lock:
            self.workspace.groups = None

    def changes_group(self, group_id: str, *names: str) -> Delivered:
        """Let these people, by first name, be the members of a user group from now on; the bot hears of it.

        Raises:
            KeyError: when there is no such group or person, or this is a free plan.
        """
        return self.acts.changes_group(group_id, tuple(self.person(name).id for name in names))

    def deactivates(self, name: str) -> Delivered:
        """Take away a person's account; the bot hears of it."""
        return self.acts.deactivates(self.person(name).id)

    def sends_event(self, what: Json) -> Delivered:
        """Deliver an event, such as `{"type": "subteam_members_changed", …}`."""
        return self.acts.sends_event(what)

    def sends_event_again(self, event_id: str) -> Delivered:
        """Deliver a known event once more, with the same `event_id`."""
        return self._courier.event_again(event_id)
