"""The rows of a hotfix as the parts of its change's snapshot."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from sqlalchemy import Row

from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import Breach, BreachAnswer, Entry, How, Issue, Review, ReviewText, Spoken
from bot.rules.terms import DeploymentId, PersonId, Role, Words

Found = Row[Any]


class HotfixParts(TypedDict):
    """What a change's snapshot has of a hotfix."""

    issue: Issue | None
    incident_channel: str | None
    breach: Breach | None
    earlier_breaches: tuple[Breach, ...]
    review: Review | None
    entries: tuple[Entry, ...]


NO_HOTFIX: Final[HotfixParts] = {
    "issue": None,
    "incident_channel": None,
    "breach": None,
    "earlier_breaches": (),
    "review": None,
    "entries": (),
}


def hotfix_parts(parts: Mapping[str, Sequence[Found]]) -> HotfixParts:
    """Everything about a hotfix but its approvals; nothing for a change that was never declared as one."""
    if not parts["hotfixes"]:
        return NO_HOTFIX
    declared, reviews = parts["hotfixes"][0], parts["reviews"]
    breaches = tuple(_breach(row, parts["breach_answers"]) for row in parts["breaches"])
    return {
        "issue": Issue(declared.severity, Words(declared.impact), Words(declared.root_cause)),
        "incident_channel": declared.channel,
        "breach": breaches[-1] if breaches else None,
        "earlier_breaches": breaches[:-1],
        "review": _review(reviews[0]) if reviews else None,
        "entries": tuple(_entry(row) for row in parts["timeline_entries"]),
    }


def spoken(row: Found) -> Spoken:
    """What was spoken."""
    return Spoken(
        said=Words(row.said),
        how=How(row.how),
        given_at=row.given_at,
        heard_by=_person(row.heard_by),
        recorded_by=PersonId(row.recorded_by),
    )


def _breach(row: Found, given: Sequence[Found]) -> Breach:
    """A start in breach, with what was answered to it."""
    answers = tuple(
        BreachAnswer(PersonId(each.person), _seat(each.seat), each.ratified, Words(each.reason), each.at)
        for each in given
        if each.deployment_id == row.deployment_id
    )
    return Breach(
        deployment=DeploymentId(row.deployment_id),
        by=PersonId(row.by),
        reason=Words(row.reason),
        tried=Words(row.tried),
        missing=tuple(_seat(seat) for seat in row.missing.split()),
        at=row.at,
        answers=answers,
    )


def _seat(text: str) -> Seat:
    return PEER if text == PEER.value else Role(text)


def _review(row: Found) -> Review:
    written = row.summary is not None
    return Review(
        opened_at=row.opened_at,
        text=ReviewText(Words(row.summary), Words(row.timeline), Words(row.root_cause), Words(row.follow_ups))
        if written
        else None,
        author=_person(row.author),
        submitted_at=row.submitted_at,
        returned_by=_person(row.returned_by),
        returned_reason=_words(row.returned_reason),
        signed_by=_person(row.signed_by),
        signed_at=row.signed_at,
        extended_to=row.extended_to,
        extended_by=_person(row.extended_by),
        extended_reason=_words(row.extended_reason),
        reminded_at=row.reminded_at,
        round=row.round,
    )


def _entry(row: Found) -> Entry:
    return Entry(Words(row.text), _person(row.said_by), row.said_at, PersonId(row.by), row.at)


def _person(text: str | None) -> PersonId | None:
    return None if text is None else PersonId(text)


def _words(text: str | None) -> Words | None:
    return None if text is None else Words(text)
