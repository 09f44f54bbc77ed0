"""People's Homes: published when somebody opens theirs, and from then on whenever an act may have changed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from bot.overview import Overview
from bot.rules.terms import ChangeId, PersonId
from bot.slack.deliver.posting import Poster
from bot.slack.views.home import home
from bot.store import listing, messages
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.messages import Place
from bot.store.outbox import Line


@dataclass(frozen=True, slots=True)
class Homes:
    """Shows Homes, and remembers whose was ever shown: nobody else's is refreshed."""

    database: Database
    overview: Overview
    poster: Poster

    def show(self, key: str) -> None:
        """Publish the Home with this key, `home/U0ANA`, as it is now.

        Raises:
            NotNow, Undeliverable: as `Poster.show`.
        """
        person = PersonId(key.partition("/")[2])
        content = self.overview.home(person)
        waiting = (item.scene for item in content.waits.shown)
        scenes = chain(waiting, content.mine, content.watched)
        planned = (each.change for each in content.ahead.windows)
        links = self._links({*(scene.change.id for scene in scenes), *planned})
        place = Place(key, LineKind.HOME, channel=person, person=person)
        self.poster.publish(place, home(content, links))

    def lines_for(self, people: Iterable[PersonId]) -> list[Line]:
        """A line for each of these people whose Home was shown before."""
        keys = [f"{LineKind.HOME}/{person}" for person in dict.fromkeys(people)]
        with self.database.read() as connection:
            return [Line(key, LineKind.HOME) for key in messages.posted_keys(connection, keys)]

    def _links(self, ids: set[ChangeId]) -> dict[ChangeId, str]:
        with self.database.read() as connection:
            places = listing.card_places(connection, ids)
        found = {change: self.poster.permalink(*place) for change, place in places.items()}
        return {change: link for change, link in found.items() if link}
