"""The windows ahead, day by day, with the freezes and windows that they meet: for `/deploy calendar`, Home and forms."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate, groupby
from typing import Final

from bot.rules.change import Span
from bot.rules.freeze_gates import freezes_in
from bot.rules.freezing import Freeze
from bot.rules.life import STAGE_LABELS, Stage
from bot.rules.planned import PlannedWindow
from bot.rules.terms import ChangeId, change_label
from bot.rules.words import join_names
from bot.slack.ids import COMMAND, Press
from bot.slack.views.freezes import freeze_line
from bot.slack.views.kit import Json, Message, actions, dots, lines, message, section, small, worded_button
from bot.slack.views.speech import Speech
from bot.slack.views.text import clip_mrkdwn, link, typed
from bot.store.reading import Calendar

LINE_MOST: Final = 400
BUDGET: Final = 8000
"""How many characters of windows one message or Home shows: fewer windows, where their names are very long."""
LINES_A_BLOCK: Final = 6
FREEZES_MOST: Final = 5
AHEAD_MOST: Final = 5
CONFLICTS_NAMED: Final = 3
SERVICES_NAMED: Final = 4

Links = Mapping[ChangeId, str]
"""The addresses of cards, as far as they are known."""

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    Stage.APPROVING: ("⏳", "waits for approvals"),
    Stage.SCHEDULED: ("✅", "approved"),
    Stage.DEPLOYING: ("👀", "being deployed now"),
}


def calendar_message(calendar: Calendar, links: Links) -> Message:
    """At most 25 windows; of what is left out, how much it is."""
    title = f"Windows ahead: {_services(calendar)}"
    if not calendar.windows and not calendar.freezes:
        said = f"No production window is planned for {_services(calendar)}."
        return message(said, section(said))
    return message(title, section(f"*{title}*"), *calendar_blocks(calendar, links))


def _services(calendar: Calendar) -> str:
    names = [typed(name, 80) for name in calendar.services]
    left_out = len(names) - SERVICES_NAMED
    shown = names if left_out <= 1 else [*names[:SERVICES_NAMED], f"{left_out} more services"]
    return join_names(shown, "and")


def calendar_blocks(calendar: Calendar, links: Links) -> Iterator[Json | None]:
    """Freezes first, then a section for each day of the organization's zone, then how many more there are."""
    speech = Speech(calendar.names, calendar.zone)
    if calendar.freezes:
        yield section(lines(*_freezes(calendar.freezes, speech)))
    said = _that_fit([_line(each, calendar, links, speech) for each in calendar.windows])
    fitting = list(zip(calendar.windows, said, strict=False))
    for day, together in groupby(fitting, lambda each: each[0].span.start.astimezone(calendar.zone).date()):
        shown = [line for _, line in together]
        for place in range(0, len(shown), LINES_A_BLOCK):
            some = shown[place : place + LINES_A_BLOCK]
            yield section(lines(f"*{_day(day)}*" if not place else None, *some))
    left_out = calendar.more + len(calendar.windows) - len(fitting)
    if left_out:
        yield small(f"and {left_out} more: `{COMMAND} calendar` and a service's name shows only its own")


def _that_fit(said: Sequence[str]) -> list[str]:
    lengths = accumulate(len(line.encode()) for line in said)
    return [line for line, length in zip(said, lengths, strict=True) if length <= BUDGET]


def _freezes(freezes: Sequence[Freeze], speech: Speech) -> Iterator[str]:
    yield from (clip_mrkdwn(freeze_line(each, speech), LINE_MOST) for each in freezes[:FREEZES_MOST])
    if len(freezes) > FREEZES_MOST:
        yield f"and {len(freezes) - FREEZES_MOST} more freezes: `{COMMAND} freeze`"


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _line(planned: PlannedWindow, calendar: Calendar, links: Links, speech: Speech) -> str:
    """`Wed 2 Dec 15:00 – 16:00 · ✅ payments 4.12.0, approved · CHG-142`, and what it meets."""
    sign, stands = SIGNS.get(planned.stage, ("⏳", _stage_words(planned.stage)))
    number = change_label(planned.change)
    address = links.get(planned.change)
    what = f"*{typed(planned.service, 80)} {typed(planned.version, 100)}*"
    said = dots(
        speech.span(planned.span),
        f"{sign} {what}, {stands}",
        link(address, number) if address else number,
        conflict_words(planned.span, _others(planned, calendar.windows)),
        "❄️ in a freeze" if _frozen(planned, calendar) else "",
    )
    return clip_mrkdwn(said, LINE_MOST)


def _stage_words(stage: str) -> str:
    return STAGE_LABELS[Stage(stage)] if stage in set(Stage) else stage


def _others(planned: PlannedWindow, windows: Sequence[PlannedWindow]) -> list[PlannedWindow]:
    return [each for each in windows if each.service == planned.service and each.change != planned.change]


def _frozen(planned: PlannedWindow, calendar: Calendar) -> bool:
    concerned = tuple(each for each in calendar.freezes if each.is_for(planned.service))
    return bool(freezes_in(planned.span, concerned, calendar.at))


def conflict_words(span: Span, others: Sequence[PlannedWindow]) -> str:
    """`ℹ️ overlaps CHG-3 and CHG-7`; empty where it meets no other window of its service."""
    met = [change_label(each.change) for each in others if each.meets(span)]
    left_out = len(met) - CONFLICTS_NAMED
    shown = met if left_out <= 1 else [*met[:CONFLICTS_NAMED], f"{left_out} more"]
    return f"ℹ️ overlaps {join_names(shown, 'and')}" if met else ""


def taken(calendar: Calendar) -> tuple[Span, ...]:
    """What a window that is offered should not meet: other windows, and freezes."""
    return (
        *(each.span for each in calendar.windows),
        *(Span(each.starts, each.ends) for each in calendar.freezes),
    )


def ahead_block(calendar: Calendar) -> Json | None:
    """What a form shows before a window is chosen: the service's next freezes and windows, at most five lines."""
    speech, others, freezes = Speech(calendar.names, calendar.zone), calendar.windows, calendar.freezes
    frozen = [freeze_line(each, speech) for each in freezes[:AHEAD_MOST]]
    room = AHEAD_MOST - len(frozen)
    planned = [
        dots(
            speech.span(each.span),
            f"{typed(each.version, 100)} ({SIGNS.get(each.stage, ('⏳', _stage_words(each.stage)))[1]})",
            change_label(each.change),
        )
        for each in others[:room]
    ]
    left_out = len(others) + calendar.more + len(freezes) - len(frozen) - len(planned)
    if not frozen and not planned:
        return None
    more = f"and {left_out} more" if left_out else None
    return small(
        lines("Planned already:", *(clip_mrkdwn(each, LINE_MOST) for each in (*frozen, *planned)), more)
    )


def unknown_service(word: str, near: str | None) -> Message:
    """That a calendar cannot be narrowed by a word."""
    said = f"There is no service “{typed(word, 40)}”."
    did = f"{said} Did you mean `{COMMAND} calendar {typed(near, 40)}`?" if near else said
    instead = worded_button(Press.RUN, f"{COMMAND} calendar {near}", f"calendar {near}") if near else None
    return message(did, section(did), actions(instead))
