"""Before every listener, over HTTP and Socket Mode alike: nobody gets ahead of what a person can mean.

A token bucket for each person, in the memory of each process. Whoever empties it reads that nothing was recorded and when to
try again; until then it is not looked at what they send. What a refused form holds stays in it.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from slack_bolt import BoltRequest, BoltResponse

from bot.slack.ids import Event
from bot.slack.listeners.desk import Body, Desk
from bot.slack.listeners.failures import again, answer, kind_of

CLOSED_SECONDS: Final = 5.0
MOST_PEOPLE: Final = 10_000
"""Of how many is remembered what they sent; who was quiet for the longest is forgotten first."""
ANSWERED_IN_PLACE: Final = frozenset({"command", "view_submission"})
"""What Slack shows the answer to, so that it costs nothing to give one each time."""
BY_PEOPLE: Final = frozenset({Event.HOME_OPENED, Event.MESSAGE})
"""The events that come of what a person does; the others tell about the workspace."""

log = structlog.get_logger()
Who = tuple[str, str]
"""A person: the workspace's id and their own."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What one person may send: so much at once, and so much in each second from then on."""

    at_once: int
    a_second: int


@dataclass(slots=True)
class _Person:
    """What somebody may still send, as it was at `at`; nothing before `closed_until`."""

    left: float
    at: float
    closed_until: float = float("-inf")


class Turnstile:
    """Stands before Bolt's `dispatch`, and is called as that is. `monotonic` gives seconds that only grow."""

    def __init__(
        self,
        dispatch: Callable[[BoltRequest], BoltResponse],
        desk: Desk,
        limit: Limit,
        monotonic: Callable[[], float],
    ) -> None:
        self._dispatch = dispatch
        self._desk = desk
        self._limit = limit
        self._monotonic = monotonic
        self._people: OrderedDict[Who, _Person] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many people are remembered."""
        return len(self._people)

    def __call__(self, request: BoltRequest) -> BoltResponse:
        """Hand a delivery on, or say why not yet."""
        body: Body = request.body
        who = _who(body)
        if who is None:
            return self._dispatch(request)
        with self._lock:
            wait, closes = self._take(who)
        if not wait:
            return self._dispatch(request)
        if closes:
            log.warning("somebody is faster than anybody can mean", team=who[0], person=who[1])
        elif kind_of(body) not in ANSWERED_IN_PLACE:
            return BoltResponse(status=200, body="")  # they have been told a moment ago
        return answer(self._desk, body, _sentence(kind_of(body), math.ceil(wait)))

    def _take(self, who: Who) -> tuple[float, bool]:
        """Count one more; the seconds until the next one counts, 0 where this one does, and whether that begins now."""
        now = self._monotonic()
        person = self._people.setdefault(who, _Person(self._limit.at_once, now))
        self._people.move_to_end(who)
        if len(self._people) > MOST_PEOPLE:
            self._people.popitem(last=False)
        if now < person.closed_until:
            return person.closed_until - now, False
        refilled = person.left + (now - person.at) * self._limit.a_second
        person.left, person.at = min(float(self._limit.at_once), refilled), now
        if person.left >= 1:
            person.left -= 1
            return 0.0, False
        person.closed_until = now + CLOSED_SECONDS
        return CLOSED_SECONDS, True


def _sentence(kind: str, seconds: int) -> str:
    return (
        "That was more at once than anybody can mean. Nothing was recorded of this, and nothing of yours is"
        f" for {seconds} s: {again(kind)} after that."
    )


def _who(body: Body) -> Who | None:
    """Whoever did what is delivered; None where nobody did, or where it does not say."""
    event = body.get("event")
    if isinstance(event, dict):
        if str(event.get("type")) not in BY_PEOPLE or event.get("bot_id"):
            return None
        return _named(body.get("team_id"), event.get("user"))
    user = body.get("user")
    if isinstance(user, dict):
        return _named(user.get("team_id"), user.get("id"))
    return _named(body.get("team_id"), body.get("user_id"))


def _named(team: object, person: object) -> Who | None:
    return (str(team or ""), person) if isinstance(person, str) and person else None
