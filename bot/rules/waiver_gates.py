"""What a waiver must be for a change to rest on it, and who decides on one (G-ENV-2)."""

from collections.abc import Iterable
from datetime import datetime

from bot.rules.change import Change, Span
from bot.rules.clauses import Clause
from bot.rules.freeze_gates import excepted_by
from bot.rules.setting import Setting
from bot.rules.terms import PersonId
from bot.rules.verdict import Field, Gate
from bot.rules.waivers import Waiver
from bot.rules.words import Part, When, Who, say


def waiver_gates(change: Change, setting: Setting, window: Span | None) -> tuple[Gate, ...]:
    """One gate for each environment that this version leaves out: the waiver still runs, to the window's end."""
    left_out = (change.left_out(environment) for environment in setting.guide.environments)
    return tuple(_waiver_gate(waiver, change, setting, window) for waiver in left_out if waiver)


def _waiver_gate(waiver: Waiver, change: Change, setting: Setting, window: Span | None) -> Gate:
    if setting.now >= waiver.expires_at:
        why = say(
            f"The waiver of {waiver.environment} ended on ", When(waiver.expires_at), ": ask for another."
        )
        return Gate(Clause.ENV_2, met=False, why=why, who=(change.requester,))
    if window and window.end > waiver.expires_at:
        why = say(
            f"The waiver of {waiver.environment} ends on ",
            When(waiver.expires_at),
            ", before the window does: choose an earlier window, or ask for a longer waiver.",
        )
        return Gate(Clause.ENV_2, met=False, why=why, who=(change.requester,), field=Field.WINDOW_END)
    return Gate(Clause.ENV_2, met=True, why=say(*waiver_words(waiver)))


def undecided_waivers(change: Change, setting: Setting) -> tuple[Waiver, ...]:
    """Those of this version that a Director can still decide, the oldest first."""
    return tuple(
        waiver
        for waiver in change.waivers
        if waiver.undecided and waiver.version == change.version and setting.now < waiver.expires_at
    )


def who_decides_waivers(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Who may grant and refuse a waiver of this change: nobody decides on their own."""
    return _others(setting.roster.holders_of(setting.guide.waivers.granted_by), change, setting)


def who_excepts(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Who may except this change from a freeze: nobody excepts their own."""
    return _others(excepted_by(setting.roster, setting.guide), change, setting)


def _others(people: Iterable[PersonId], change: Change, setting: Setting) -> tuple[PersonId, ...]:
    own = None if setting.guide.allow_self_approval else change.requester
    return tuple(person for person in people if person != own)


def waiver_words(waiver: Waiver) -> tuple[Part, ...]:
    """`staging waived by Dora until Fri 18:00`."""
    by: tuple[Part, ...] = (" by ", Who((waiver.granted_by,))) if waiver.granted_by else ()
    return (f"{waiver.environment} waived", *by, " until ", When(waiver.expires_at))


def expiry_gate(expires_at: datetime, setting: Setting) -> Gate:
    """A waiver ends some time after it was asked for."""
    if expires_at > setting.now:
        return Gate(Clause.ENV_2, met=True, why=say("it ends on ", When(expires_at)))
    why = say("The waiver must end in the future, no sooner than the window in which it is used.")
    return Gate(Clause.ENV_2, met=False, why=why, field=Field.EXPIRES)
