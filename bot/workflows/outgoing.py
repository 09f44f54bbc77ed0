"""Which outbox lines follow from an act. A line says what to refresh, so that a retry shows the present."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.rules.change import Change
from bot.rules.facts import Fact
from bot.rules.life import IN_PRODUCTION, stage
from bot.rules.notice import IN_INCIDENTS, IN_THREAD, Notice
from bot.rules.notices import notices
from bot.rules.setting import Setting
from bot.rules.terms import ChangeId, PersonId
from bot.rules.timeline import is_on_timeline
from bot.store.lines import LineKind
from bot.store.outbox import Line


@dataclass(frozen=True, slots=True)
class Told:
    """Under which entry of the audit log something happened, and how many minutes after its time."""

    entry: int
    late: int = 0


def lines_after(
    before: Change | None, after: Change, facts: Sequence[Fact], setting: Setting, told: Told
) -> tuple[Line, ...]:
    """The card, the people asked, the watch, and what is to be told, to whom and in which channels."""
    lines = [_line(LineKind.CARD, after.id), _line(LineKind.ASKS, after.id)]
    if stage(after, setting.policy) in IN_PRODUCTION:
        lines.append(_line(LineKind.WATCHES, after.id))
    on_timeline = after.issue is not None
    if on_timeline:
        lines += _timeline_lines(after, facts, told)
    for place, notice in enumerate(notices(before, facts, setting, told.late)):
        kinds = [LineKind.NOTICE] if notice.to else []
        kinds += [LineKind.THREAD] if notice.kind in IN_THREAD and not on_timeline else []
        kinds += [LineKind.INCIDENT] if notice.kind in IN_INCIDENTS else []
        lines += [
            Line(f"{kind}/{after.id}/{told.entry}/{place}", kind, after.id, notice_payload(notice))
            for kind in kinds
        ]
    return tuple(lines)


def _timeline_lines(after: Change, facts: Sequence[Fact], told: Told) -> list[Line]:
    """The incident channel's message, and what these facts add to its thread."""
    lines = [_line(LineKind.TIMELINE, after.id)]
    if any(is_on_timeline(fact) for fact in facts):
        lines.append(Line(f"{LineKind.ENTRY}/{after.id}/{told.entry}", LineKind.ENTRY, after.id))
    return lines


def refreshing_lines(change: ChangeId) -> tuple[Line, ...]:
    """The card and the people asked: what reads otherwise when other people hold roles, or the guide changed."""
    return (_line(LineKind.CARD, change), _line(LineKind.ASKS, change))


def home_line(person: PersonId) -> Line:
    """A person's Home. An act does not wish for it: delivery does, with the messages of those whom the act concerns."""
    return Line(f"{LineKind.HOME}/{person}", LineKind.HOME)


def _line(kind: LineKind, change: ChangeId) -> Line:
    return Line(f"{kind}/{change}", kind, change)


def notice_payload(notice: Notice) -> dict[str, object]:
    """A notice as an outbox line carries it."""
    return {key: value for key, value in asdict(notice).items() if value}
