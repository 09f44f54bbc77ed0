"""Which outbox lines follow from an act. A line says what to refresh, so that a retry shows the present."""

from collections.abc import Sequence
from dataclasses import asdict

from bot.rules.change import Change
from bot.rules.facts import Fact
from bot.rules.life import Stage, stage
from bot.rules.notices import Notice, notices
from bot.rules.setting import Setting
from bot.rules.terms import ChangeId, PersonId
from bot.store.lines import LineKind
from bot.store.outbox import Line


def lines_after(
    before: Change | None, after: Change, facts: Sequence[Fact], setting: Setting, entry_id: int
) -> tuple[Line, ...]:
    """The card, the people asked, the watch, and what is to be told."""
    lines = [_line(LineKind.CARD, after.id), _line(LineKind.ASKS, after.id)]
    if stage(after, setting.policy) in {Stage.MONITORING, Stage.DONE}:
        lines.append(_line(LineKind.WATCHES, after.id))
    for place, notice in enumerate(notices(before, facts, setting)):
        key = f"{LineKind.NOTICE}/{after.id}/{entry_id}/{place}"
        lines.append(Line(key, LineKind.NOTICE, after.id, _payload(notice)))
    return tuple(lines)


def home_line(person: PersonId) -> Line:
    """A person's Home. An act does not wish for it: delivery does, with the messages of those whom the act concerns."""
    return Line(f"{LineKind.HOME}/{person}", LineKind.HOME)


def _line(kind: LineKind, change: ChangeId) -> Line:
    return Line(f"{kind}/{change}", kind, change)


def _payload(notice: Notice) -> dict[str, object]:
    return {key: value for key, value in asdict(notice).items() if value}
