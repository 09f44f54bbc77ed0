"""The same object as a line of CSV: flat columns, lists as "; " between their parts, harmless in a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from bot.rules.guide import PEER
from bot.rules.hotfix import How
from bot.rules.terms import Role

Object: TypeAlias = Mapping[str, Any]
"""What `objects` made, read back by key."""

FORMULA_BEGINS: Final = frozenset({"=", "+", "-", "@", "\t", "\r"})
"""A spreadsheet runs a cell that begins so, whoever typed it: https://owasp.org/www-community/attacks/CSV_Injection."""

COLUMNS: Final = (
    "deployment",
    "change",
    "service",
    "type",
    "version",
    "environment",
    "what",
    "outcome",
    "requested_by",
    "started_by",
    "started_at",
    "finished_by",
    "finished_at",
    "notes",
    "rolls_back",
    "rolled_back_by",
    "window_start",
    "window_end",
    "window_submitted_at",
    "window_reason",
    "approvals",
    "verifications",
    "waivers",
    "freeze_exceptions",
    "observations",
    "healthy_by",
    "healthy_at",
    "escalated_at",
    "settled",
    "deviation_codes",
    "deviations",
    "severity",
    "impact",
    "root_cause",
    "declared_at",
    "breach",
    "code_reviews_afterwards",
    "code_reviews_open",
    "review",
    "review_due_at",
    "review_signed_by",
    "review_signed_at",
)
"""In their order; a later release adds columns at the end only."""


def cells(logged: Object) -> list[str]:
    """The cells of one line, in the order of `COLUMNS`."""
    window, watch = logged["window"] or {}, logged["watch"]
    flat: dict[str, str] = {
        **{name: each or "" for name, each in logged.items() if isinstance(each, str | None)},
        **{name: _person(logged[name]) for name in ("requested_by", "started_by", "finished_by")},
        "rolled_back_by": _list(logged["rolled_back_by"]),
        "window_start": window.get("start", ""),
        "window_end": window.get("end", ""),
        "window_submitted_at": window.get("submitted_at", ""),
        "window_reason": window.get("reason", ""),
        "approvals": _list(map(_approval, logged["approvals"])),
        "verifications": _list(map(_verification, logged["verifications"])),
        "waivers": _list(map(_waiver, logged["waivers"])),
        "freeze_exceptions": _list(map(_exception, logged["freeze_exceptions"])),
        "observations": _list(map(_observation, logged["observations"])),
        "healthy_by": _person(watch["healthy_by"]),
        "healthy_at": watch["healthy_at"] or "",
        "escalated_at": watch["escalated_at"] or "",
        "settled": _settled(logged["settled"]),
        "deviation_codes": _list(each["code"] for each in logged["deviations"]),
        "deviations": _list(f"{each['clause']} {each['said']}" for each in logged["deviations"]),
        **(_hotfix(logged["hotfix"]) if logged["hotfix"] else NO_HOTFIX),
    }
    return [harmless(flat[name]) if flat[name] else "" for name in COLUMNS]


def _hotfix(hotfix: Object) -> dict[str, str]:
    review = hotfix.get("review") or {}
    return {
        **{name: hotfix.get(name) or "" for name in ("severity", "impact", "root_cause", "declared_at")},
        "breach": _breach(hotfix.get("breach")),
        "code_reviews_afterwards": _list(map(_approval, hotfix.get("code_reviews_afterwards", ()))),
        "code_reviews_open": _list(map(_seat, hotfix.get("code_reviews_open", ()))),
        "review": review.get("stage", ""),
        "review_due_at": review.get("due_at") or "",
        "review_signed_by": _person(review.get("signed_by")),
        "review_signed_at": review.get("signed_at") or "",
    }


def _breach(breach: Object | None) -> str:
    if breach is None:
        return ""
    missing = ", ".join(_seat(each) for each in breach["missing"])
    answers = [
        f"; {'ratified' if each['ratified'] else 'refused'} by {_person(each['by'])} as {_seat(each['seat'])}"
        f" {each['at']}{_quoted(each['reason'])}"
        for each in breach["answers"]
    ]
    without = f" without {missing}" if missing else ""
    started = f"{_person(breach['by'])} {breach['at']}{without}{_quoted(breach['reason'])}"
    return f"{started}, tried:{_quoted(breach['tried'])}{''.join(answers)}"


def _seat(seat: str) -> str:
    return PEER.label if seat == PEER.value else Role(seat).label


def harmless(cell: str) -> str:
    """The cell, behind an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA_BEGINS else cell


def _list(parts: Any) -> str:  # noqa: ANN401 - any iterable of texts
    return "; ".join(parts)


def _person(person: Object | None) -> str:
    """`Ana Costa (U0ANA)`."""
    return f"{person['name']} ({person['id']})" if person else ""


def _for(person: Object | None) -> str:
    return f" for {_person(person)}" if person else ""


def _roles(approval: Object) -> str:
    """`Tech Lead + Engineer`, with whom the person stood in for."""
    stood_in = {each["role"]: each["for"] for each in approval["deputizing"]}
    names: Sequence[str] = [
        f"{Role(role).label}{' as deputy' if role in stood_in else ''}{_for(stood_in.get(role))}"
        for role in approval["roles"]
    ]
    return " + ".join(names)


def _approval(approval: Object) -> str:
    voided = f", voided {approval['voided_at']}" if approval["voided_at"] else ""
    given = f"{approval['clause']} {_person(approval['by'])} as {_roles(approval)} {approval['at']}"
    return f"{given}{_spoken(approval['spoken'])}{voided}"


def _spoken(spoken: Object | None) -> str:
    """`, said by phone 2026-12-05T01:12:00Z “yes”, recorded by Omar (U0OMAR), confirmed 2026-12-05T08:02:00Z`."""
    if spoken is None:
        return ""
    answered = "unconfirmed"
    if spoken["disputed_at"]:
        answered = f"disputed {spoken['disputed_at']}{_quoted(spoken['dispute'])}"
    elif spoken["confirmed_at"]:
        answered = f"confirmed {spoken['confirmed_at']}"
    heard = f", heard by {_person(spoken['heard_by'])}" if spoken["heard_by"] else ""
    said = f"said {How(spoken['how']).label} {spoken['given_at']}{_quoted(spoken['said'])}"
    return f", {said}{heard}, recorded by {_person(spoken['recorded_by'])}, {answered}"


def _verification(given: Object) -> str:
    passed = "passed" if given["passed"] else "did not pass"
    by = f"{_person(given['by'])}{_for(given['for'])}"
    return f"{Role(given['role']).label}: {passed}, {by} {given['at']}{_quoted(given['notes'])}"


def _waiver(waiver: Object) -> str:
    decided = "undecided"
    if waiver["granted_by"]:
        decided = f"granted by {_person(waiver['granted_by'])}{_for(waiver['for'])} {waiver['granted_at']}"
    elif waiver["refused_by"]:
        reason = _quoted(waiver["refused_reason"])
        decided = f"refused by {_person(waiver['refused_by'])} {waiver['refused_at']}{reason}"
    return f"{waiver['environment']} until {waiver['until']}, {decided}{_quoted(waiver['reason'])}"


def _exception(exception: Object) -> str:
    by = f"{_person(exception['by'])}{_for(exception['for'])}"
    return f"freeze {exception['freeze']} excepted by {by} {exception['at']}{_quoted(exception['reason'])}"


def _observation(seen: Object) -> str:
    withdrawn = ""
    if seen["withdrawn_by"]:
        reason = _quoted(seen["withdrawn_reason"])
        withdrawn = f", withdrawn by {_person(seen['withdrawn_by'])} {seen['withdrawn_at']}{reason}"
    what = f"{seen['clause']} {seen['problem']}: {seen['finding']}"
    return f"{what}, {_person(seen['by'])} {seen['at']}{_quoted(seen['notes'])}{withdrawn}"


def _settled(settled: Object | None) -> str:
    if settled is None:
        return ""
    by = f"{_person(settled['by'])} {settled['at']}"
    return f"by a fix instead{_quoted(settled['fix'])}, {by}{_quoted(settled['reason'])}"


def _quoted(text: str | None) -> str:
    return f" “{text}”" if text else ""


NO_HOTFIX: Final = _hotfix({})
"""Empty cells, where the change is none."""
