"""Reminders as messages of their own: posted while the question is open, settled in place together with it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.rules.asking import Ask, asks
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Phase
from bot.slack.deliver.direct import Direct
from bot.slack.views.reminders import reminder_message
from bot.slack.views.settled import settled_ask
from bot.store.lines import LineKind


def reminded(scene: Scene, line: str, payload: Mapping[str, Any], link: str | None) -> Iterator[Direct]:
    """A reminder for each person whom a notice names and who is asked for the same thing still.

    Its key says all that it must show again: `reminder/142/code/1/57-0-180/U0BEN`, the notice's line in between, with how
    many minutes late it was.
    """
    _, change, entry, place = line.split("/")
    phase, round_ = Phase(payload["phase"]), int(payload.get("round", 0))
    which = f"{entry}-{place}-{int(payload.get('late', 0))}"
    for person in map(PersonId, payload["to"]):
        if _ask_of(scene, person, phase, round_):
            key = f"{LineKind.REMINDER}/{change}/{phase}/{round_}/{which}/{person}"
            yield reminder(scene, key, link)


def reminder(scene: Scene, key: str, link: str | None) -> Direct:
    """A reminder as it reads now: the open question, or what became of it."""
    _, _, phase, round_, which, person = key.split("/")
    ask = _ask_of(scene, PersonId(person), Phase(phase), int(round_))
    if ask is None:
        shown = settled_ask(scene, PersonId(person), Phase(phase), int(round_))
    else:
        shown = reminder_message(scene, ask, int(which.rpartition("-")[2]), link)
    return Direct(key, LineKind.REMINDER, PersonId(person), shown)


def is_open(scene: Scene, key: str) -> bool:
    """Whether what a reminder is about still waits for its reader."""
    _, _, phase, round_, _, person = key.split("/")
    return _ask_of(scene, PersonId(person), Phase(phase), int(round_)) is not None


def _ask_of(scene: Scene, person: PersonId, phase: Phase, round_: int) -> Ask | None:
    wanted = (person, phase, round_)
    return next(
        (
            each
            for each in asks(scene.change, scene.setting)
            if (each.person, each.phase, each.round) == wanted
        ),
        None,
    )
