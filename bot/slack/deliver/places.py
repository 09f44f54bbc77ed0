"""Where a message that follows from a change is shown: to a person, in the incident channel, in the thread of the card."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.people.company import Company
from bot.rules.terms import ChangeId
from bot.slack.deliver.direct import Direct, Where
from bot.slack.deliver.posting import NotNow, Poster, Undeliverable
from bot.slack.deliver.rooms import Rooms
from bot.slack.deliver.words import OUT_OF_REACH
from bot.store import messages, outbox
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.messages import Message, Place
from bot.store.outbox import ClaimedLine, Line

CARD_WAIT: Final = timedelta(hours=1)
"""How long a message for a card's thread waits for the card."""
THREAD_GONE: Final = "thread_not_found"


@dataclass(frozen=True, slots=True)
class Places:
    """Shows messages where they belong. `real_now` is real time."""

    database: Database
    company: Company
    poster: Poster
    real_now: Callable[[], datetime]

    def card_of(self, change: ChangeId) -> Message | None:
        """The card's message, posted or only reserved."""
        with self.database.read() as connection:
            return messages.find(connection, _card_key(change))

    def card_link(self, change: ChangeId) -> str | None:
        """The address of a change's card, where it is posted."""
        posted = self.card_of(change)
        return self.poster.permalink(posted.channel, posted.ts) if posted and posted.ts else None

    def show(self, change: ChangeId, line: ClaimedLine, direct: Direct) -> None:
        """Post or update the message.

        Raises:
            NotNow, Undeliverable: as `Poster.show`; NotNow, too, while the card is missing to whose thread it belongs.
        """
        channel: str
        match direct.to:
            case Where.THREAD:
                self._show_in_thread(change, line, direct)
                return
            case Where.INCIDENTS:
                self._show_to_incident(change, direct)
                return
            case person:
                channel = self.poster.direct_channel(person)
        place = Place(direct.key, direct.kind, channel, change=change, person=direct.person)
        self.poster.show(place, direct.message)

    def _show_to_incident(self, change: ChangeId, direct: Direct) -> None:
        """In a hotfix's own channel; for everything else, and where that is out of reach, in the organization's."""
        everybodys = self.company.organization.incident_channel
        own = Rooms(self.database, self.company, self.poster, self.real_now).own_channel(change)
        place = Place(direct.key, direct.kind, own or everybodys, change=change)
        try:
            self.poster.show(place, direct.message)
        except Undeliverable as error:
            if own in {None, everybodys} or str(error) not in OUT_OF_REACH:
                raise
            self.poster.show(replace(place, channel=everybodys), direct.message)

    def _show_in_thread(self, change: ChangeId, line: ClaimedLine, direct: Direct) -> None:
        """A card that somebody deleted is posted anew first."""
        card = self.card_of(change)
        if card is None or card.ts is None:
            raise self._no_card_yet(line)
        place = Place(direct.key, direct.kind, card.channel, change=change, thread=card.ts)
        try:
            self.poster.show(place, direct.message)
        except Undeliverable as error:
            if str(error) != THREAD_GONE:
                raise
            with self.database.write() as connection:
                messages.gone(connection, card.key, self.real_now())
                outbox.wish(connection, [Line(card.key, LineKind.CARD, change)], self.real_now())
            raise self._no_card_yet(line) from error

    def _no_card_yet(self, line: ClaimedLine) -> NotNow | Undeliverable:
        """Wait for the card: the longer it has taken, the more patiently, and not for ever."""
        waited = self.real_now() - line.wished_at
        if waited > CARD_WAIT:
            return Undeliverable("its card is not in Slack")
        until = self.real_now() + max(self.poster.pace, waited / 4)
        return NotNow(until, "its card is not in Slack yet", failed=False)


def _card_key(change: ChangeId) -> str:
    return f"{LineKind.CARD}/{change}"
