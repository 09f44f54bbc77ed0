"""What a change freeze means for one change: no start in production while it is in force, unless a Director excepted it (G-STD-8).

Only the start is held up. A freeze voids nothing: windows may still be asked for and approved, and their notice runs on.
"""

from datetime import datetime

from bot.rules.change import Change, Span
from bot.rules.clauses import Clause
from bot.rules.freezing import Freeze, services_label
from bot.rules.guide import Guide
from bot.rules.organization import Roster
from bot.rules.setting import Setting
from bot.rules.terms import PersonId
from bot.rules.verdict import Gate
from bot.rules.words import Part, Quote, When, Who, say


def freeze_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-STD-8: one gate for each freeze that is in force now for the change's service; met where the change is excepted."""
    if setting.guide.follows_hotfix(change.type):
        return ()
    return tuple(
        _freeze_gate(change, freeze, setting) for freeze in setting.freezes if freeze.holds(setting.now)
    )


def freezes_over(change: Change, setting: Setting) -> tuple[Freeze, ...]:
    """The freezes into which the change's current window reaches, and from which it is not excepted."""
    if change.window is None or setting.guide.follows_hotfix(change.type):
        return ()
    return tuple(
        freeze
        for freeze in freezes_in(change.window.span, setting.freezes, setting.now)
        if not is_excepted(change, freeze)
    )


def freezes_in(span: Span, freezes: tuple[Freeze, ...], now: datetime) -> tuple[Freeze, ...]:
    """Those that hold at any instant of a span that is still ahead at `now`."""
    return tuple(
        freeze
        for freeze in freezes
        if freeze.lifted_at is None and max(freeze.starts, span.start, now) < min(freeze.ends, span.end)
    )


def is_excepted(change: Change, freeze: Freeze) -> bool:
    """Whether a Director has excepted the change from this freeze."""
    return any(exception.freeze == freeze.id for exception in change.exceptions)


def excepted_by(roster: Roster, guide: Guide) -> tuple[PersonId, ...]:
    """Who may except a change from a freeze."""
    return roster.holders_of(guide.freezes.excepted_by)


def freeze_words(freeze: Freeze) -> tuple[Part, ...]:
    """`payments is frozen until Mon 7 Dec 09:00: “year-end closing”`."""
    what = services_label(freeze)
    verb = "are" if len(freeze.services) != 1 else "is"
    return (f"{what} {verb} frozen until ", When(freeze.ends), ": ", Quote(freeze.reason))


def _freeze_gate(change: Change, freeze: Freeze, setting: Setting) -> Gate:
    for exception in change.exceptions:
        if exception.freeze == freeze.id:
            why = say("excepted from the freeze by ", Who((exception.by,)), ": ", Quote(exception.reason))
            return Gate(Clause.STD_8, met=True, why=why)
    able = excepted_by(setting.roster, setting.guide)
    can: tuple[Part, ...] = (
        (Who(able), f" can except {change.service} {change.version} from it.")
        if able
        else ("Nobody holds a role that can except a change from it.",)
    )
    why = say(*freeze_words(freeze), ". ", *can)
    return Gate(Clause.STD_8, met=False, why=why, who=able, passes_at=freeze.ends)
