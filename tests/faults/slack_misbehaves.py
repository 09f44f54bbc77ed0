"""F2: Slack misbehaves at every call that a release and a hotfix make, one kind of misbehavior after the other, then all at once.

In a playing for each kind – of the release or of the hotfix, by turns – the first call of each method goes wrong, and a fifth
of the others, drawn with a seed; then in both stories a storm lets a fifth of all calls go wrong, each in a way drawn at random. The
bot's real time, by which it waits, runs ten times as fast, three times where calls time out, which happens to some of each method.

Lost: a message that is missing, an act that was acknowledged and is not recorded. Doubled: a message or an act twice. Wrong:
an act that got no answer since Slack misbehaved, other words than in an undisturbed playing, a thread in another order,
something left to deliver, a message given up, what `check_record` finds. Reconciled: posts that Slack had taken though its
answer said otherwise, or never came.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.sandbox.faults import Fault
from tests.faults.fault import Form, Tally
from tests.faults.hands import Hands, one_of_each
from tests.faults.two_stories import HOTFIX, RELEASE, Step
from tests.faults.workplace import Mold, Shown, Workplace, compare, molds, workplace
from tests.ground import Ground

PAGE: Final = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
TOO_LONG: Final = 1.4
"""Seconds; longer than the bot waits for any answer."""
KINDS: Final[Mapping[str, Fault]] = {
    "429, wait 0": Fault(status=429, retry_after=0),
    "429, wait 1": Fault(status=429, retry_after=1),
    "429, no Retry-After": Fault(status=429, retry_after=None),
    "429, Retry-After is nonsense": Fault(status=429, retry_after="soon"),
    "429, Retry-After is a date": Fault(status=429, retry_after="Wed, 02 Dec 2026 14:00:00 GMT"),
    "429, Retry-After is negative": Fault(status=429, retry_after=-5),
    "ratelimited in a 200": Fault(error="ratelimited"),
    "500 before": Fault(status=500),
    "503 after": Fault(status=503, afterwards=True),
    "internal_error before": Fault(error="internal_error"),
    "fatal_error after": Fault(error="fatal_error", afterwards=True),
    "reset before": Fault(drop=True),
    "reset after": Fault(lose_answer=True),
    "a page with 502, before": Fault(status=502, body=PAGE),
    "a page with 200, before": Fault(body=PAGE),
    "a page with 200, after": Fault(body=PAGE, afterwards=True),
    "JSON cut off, after": Fault(body='{"ok": true, "channel": {"id": "C0', afterwards=True),
    "JSON of another shape, after": Fault(body='["ok"]', afterwards=True),
    "no body, after": Fault(body="", afterwards=True),
}
SLOW: Final[Mapping[str, Fault]] = {
    "time-out before": Fault(delay=TOO_LONG, drop=True),
    "time-out after": Fault(delay=TOO_LONG, afterwards=True),
}
"""Kinds that take real time; they are tried beside each other."""
IN_SHORT: Final = ("429, Retry-After is nonsense", "reset after")
STEPS_IN_SHORT: Final = 3
SEEDS: Final = range(4)
A_FIFTH: Final = 5
LANES: Final = 6
HASTENED: Final = {"TIMES_AS_FAST": "10"}
IMPATIENT: Final = {"TIMES_AS_FAST": "3", "PATIENCE": "1"}
"""For time-outs: the bot's patience with Slack is a second, and a lease is still longer than that."""
HOMES: Final = ("ana", "ben", "eve")


@dataclass
class Weather:
    """What happens to each call. `strikes` counts what was done to which method."""

    decide: Callable[[str, int], Fault | None]
    strikes: Counter[str] = field(default_factory=Counter)
    _calls: Counter[str] = field(default_factory=Counter)

    def __call__(self, method: str) -> Fault | None:
        self._calls[method] += 1
        fault = self.decide(method, self._calls[method])
        self.strikes[method] += fault is not None
        return fault


def often(fault: Fault, seed: str) -> Weather:
    """The first call of each method, and a fifth of the others; a fixed turn might hit one message again and again."""
    drawn = random.Random(seed)  # noqa: S311 - a test's dice
    return Weather(lambda _method, call: fault if call == 1 or not drawn.randrange(A_FIFTH) else None)


def twice(fault: Fault) -> Weather:
    """The first call of each method, and the third."""
    return Weather(lambda _method, call: fault if call in {1, 3} else None)


def storm(seed: int) -> Weather:
    """A fifth of all calls, each in another way; the same ones for the same seed, in the order of the calls."""
    drawn = random.Random(seed)  # noqa: S311 - a test's dice
    kinds = list(KINDS.values())
    return Weather(lambda _method, _call: None if drawn.randrange(A_FIFTH) else drawn.choice(kinds))


@dataclass
class Play:
    """Plays a story in some weather. `calm` has what was shown after it without."""

    ground: Ground
    lock: threading.Lock
    mold: Mold
    organization: Path
    story: Sequence[Step]

    def play(
        self, weather: Weather | None, calm: Shown | None, what: str
    ) -> tuple[Tally, Shown, Counter[str]]:
        """Returns what was counted, what was shown in the end, and which acts were recorded."""
        tally, pace = Tally(), IMPATIENT if what in SLOW else HASTENED
        with self.lock:
            folder, url = self.ground.new_folder(), self.ground.new_sqlite()
        with workplace(self.mold, url, folder, self.organization, self.story[0].at, **pace) as place:

            def unanswered() -> None:
                tally.check(False, f"{what}: an act got no answer")

            def in_vain(act: str) -> None:
                tally.count(1, 0, f"{what}: {act}: acknowledged, and not recorded")

            hands = Hands(place.sandbox, place.recorded, unanswered, in_vain)
            for name in HOMES:
                place.sandbox.person(name).opens_home()
            place.settles()
            place.sandbox.faults.weather = weather
            for step in self.story:
                place.sandbox.clock.move_to(step.at)
                step.does(hands)
                place.settles()
            tally.tried = sum(weather.strikes.values()) if weather else 0
            place.check_record(tally)
            found, acts = place.shown(), place.acts()
            if calm:
                compare(tally, calm, found, what)
                tally.check(found.threads == calm.threads, f"{what}: a thread is in another order")
                tally.reconciled = _taken_in_doubt(place)
        return tally, found, acts


def _taken_in_doubt(place: Workplace) -> int:
    """How many posts Slack had taken and the bot had to look for: their answer was none."""
    return sum(
        1
        for each in place.sandbox.wire.exchanges
        if each.direction == "to slack" and each.name in LOOKED_FOR and each.refusal is None
    )


LOOKED_FOR: Final = frozenset({"conversations.history", "conversations.replies"})


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    whole = form is Form.WHOLE
    organization = ground.new_folder() / "one-of-each.toml"
    organization.write_text(one_of_each(), encoding="utf-8")
    stories = (RELEASE, HOTFIX) if whole else (RELEASE[:STEPS_IN_SHORT],)
    total, lock, struck = Tally(), threading.Lock(), Counter[str]()
    lanes = LANES if whole else 1
    ground.new_sqlite()
    with molds(1) as (mold,), ThreadPoolExecutor(lanes) as threads:
        plays = [Play(ground, lock, mold, organization, story) for story in stories]
        calm = [play.play(None, None, "calm") for play in plays]
        by_turns = {name: turn % len(plays) for turn, name in enumerate(KINDS)}
        tries = [
            (number, name, weather)
            for number in range(len(plays))
            for name, weather in weathers(form).items()
            if by_turns.get(name, number) == number
        ]

        def under(one: tuple[int, str, Weather]) -> Tally:
            number, name, weather = one
            _, shown, acts = calm[number]
            tally, _, found = plays[number].play(weather, shown, name)
            for act in acts | found:
                tally.count(acts[act], found[act], f"{name}: recorded {act}")
            return tally

        for (_, _, weather), tally in zip(tries, threads.map(under, tries), strict=True):
            total.add(tally)
            struck += weather.strikes
    total.notes.append(
        f"{len(tries)} playings; calls that went wrong: "
        + ", ".join(f"{method} {times}" for method, times in sorted(struck.items()))
    )
    return total


def weathers(form: Form) -> dict[str, Weather]:
    """What a story is played in."""
    if form is Form.SHORT:
        return {name: often(KINDS[name], name) for name in IN_SHORT}
    return {
        **{name: twice(fault) for name, fault in SLOW.items()},
        **{f"storm {seed}": storm(seed) for seed in SEEDS},
        **{name: often(fault, name) for name, fault in KINDS.items()},
    }
