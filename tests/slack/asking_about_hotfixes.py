"""What people read about a hotfix, and the forms by which they say no."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.rules.asking import asks
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Phase
from bot.rules.waiting import WaitingChange, waiting_for
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.breach_asks import refuse_breach_modal
from bot.slack.views.kit import Json, Message
from bot.slack.views.notices import notice_message
from bot.slack.views.spoken_asks import dispute_modal
from tests.acting import EVERYBODY
from tests.slack.shown import texts

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")
LINK = "https://harbor.slack.com/archives/C0PAYMENTS/p1"


def forms_of_answers(scene: Scene) -> Iterator[Json]:
    """That a word is not one's own, and that a start in breach was not right."""
    words = (dispute_modal(scene, person) for person in EVERYBODY)
    yield from (form for form in (*words, refuse_breach_modal(scene)) if form)


def read(message: Message) -> str:
    """Everything that can be read, instants as in Berlin."""
    return DATE.sub(r"\1", texts(message.blocks))


def asking(shown: Scene, person: PersonId, phase: Phase) -> Message:
    """What a person is asked for."""
    ask = next(
        each for each in asks(shown.change, shown.setting) if (each.person, each.phase) == (person, phase)
    )
    return ask_message(shown, ask, LINK)


def settled(shown: Scene, person: PersonId, phase: Phase, round_: int = 1) -> str:
    """What became of a question that a person was asked."""
    return read(settled_ask(shown, person, phase, round_))


def said(shown: Scene, kind: NoticeKind, reader: PersonId, **of: object) -> str:
    """What a notice says to its reader; `of` are its other fields."""
    return read(notice_message(shown, replace(Notice(kind, (reader,)), **of), reader))  # type: ignore[arg-type] # fields by name


def waits(shown: Scene, person: PersonId) -> WaitingChange:
    """What waits for a person."""
    return WaitingChange(shown, waiting_for(person, shown.change, shown.setting))
