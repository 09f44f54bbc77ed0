"""The search itself: signatures that cannot be given, for whom, when, and who is away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.rules.deadlock_moments import Moment
from bot.rules.deadlock_needs import Lack, Need, Place, lack
from bot.rules.terms import PersonId, Role

_ANYBODY_ELSE: Final = PersonId("")
"""Stands for the requesters who could sign nothing where few can: they are all alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Stuck:
    """What one moment's requesters need and cannot get while `absent` is away, or with everybody there (None).

    What cannot be had with everybody there is not said again for each absence.
    """

    need: Need
    moment: Moment
    absent: PersonId | None
    requesters: frozenset[PersonId]
    lack: Lack


def search(moments: Sequence[Moment], needs: Sequence[Need]) -> tuple[Stuck, ...]:
    """Everything that is stuck, for every need of every moment, requester and absence."""
    remembering = _Search()
    return tuple(each for moment in moments for need in needs for each in remembering.look(need, moment))


_Found = Mapping[tuple[PersonId | None, Lack], frozenset[PersonId]]


class _Search:
    """Remembers what it found, for services and turns of the rota in which the same few people count."""

    def __init__(self) -> None:
        self._known: dict[object, _Found] = {}

    def look(self, need: Need, moment: Moment) -> Iterator[Stuck]:
        """The absences, and the requesters, with which a need cannot be met."""
        # With one requester and one absence, a place that so many people can fill has enough of them left,
        # wherever the others of its row sit.
        enough = len(need.places) + 2
        scarce = tuple(place for place in need.places if len(moment.able(place)) < enough)
        if not scarce:
            return
        able = tuple(moment.able(place) for place in scarce)
        by_turns = any(Role.ON_CALL in place.roles for place in scarce)
        few = moment.requesters & (_all(able) | moment.rota if by_turns else _all(able))
        others = moment.requesters - few
        askers = few | {_ANYBODY_ELSE} if others else few
        key = (need, able, askers, (moment.on_call, moment.rota) if by_turns else None)
        if key not in self._known:
            self._known[key] = _found(replace(need, places=scarce), moment, askers)
        for (absent, why), asking in self._known[key].items():
            requesters = (asking - {_ANYBODY_ELSE}) | others if _ANYBODY_ELSE in asking else asking
            yield Stuck(need, moment, absent, requesters, why)


def _found(need: Need, moment: Moment, askers: frozenset[PersonId]) -> _Found:
    found: dict[tuple[PersonId | None, Lack], frozenset[PersonId]] = {}
    with_everybody = _able(need.places, moment, None)
    absentees = sorted(_all(with_everybody))
    without = {absent: _able(need.places, moment, absent) for absent in absentees}
    for asker in sorted(askers):
        if why := lack(need, with_everybody, asker):
            found[None, why] = found.get((None, why), frozenset()) | {asker}
            continue
        for absent in absentees:
            if absent != asker and (why := lack(need, without[absent], asker)):
                found[absent, why] = found.get((absent, why), frozenset()) | {asker}
    return found


def _able(
    places: Sequence[Place], moment: Moment, absent: PersonId | None
) -> tuple[frozenset[PersonId], ...]:
    return tuple(moment.able(place, absent) for place in places)


def _all(sets: Sequence[frozenset[PersonId]]) -> frozenset[PersonId]:
    return frozenset[PersonId]().union(*sets)
