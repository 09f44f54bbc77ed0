"""What is known about a hotfix beside its change: the issue, words that were spoken, a start in breach, the review."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.rules.guide import Seat
from bot.rules.terms import NO_WORDS, DeploymentId, PersonId, Words


@dataclass(frozen=True, slots=True)
class Issue:
    """G-HOT-1: what happens in production. `severity` is one of the policy's; `root_cause` is empty while not known."""

    severity: str
    impact: Words
    root_cause: Words = NO_WORDS


class How(StrEnum):
    """How an approval was spoken."""

    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in_person"
    CHAT = "chat"

    @property
    def label(self) -> str:
        """To follow "approved"."""
        return HOW_LABELS[self]


HOW_LABELS = {
    How.PHONE: "by phone",
    How.VIDEO: "in a video call",
    How.IN_PERSON: "in person",
    How.CHAT: "in a chat",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """G-HOT-2: that an approval was spoken: what was said, how, when, who heard it, who recorded it."""

    said: Words
    how: How
    given_at: datetime
    heard_by: PersonId | None
    recorded_by: PersonId


@dataclass(frozen=True, slots=True)
class BreachAnswer:
    """What a missing signer says afterwards about a start in breach."""

    person: PersonId
    seat: Seat
    ratified: bool
    reason: Words
    at: datetime


@dataclass(frozen=True, slots=True)
class Breach:
    """G-HOT-3: a start without the approvals. `missing` are the seats that nobody had filled, each with its row's clause."""

    deployment: DeploymentId
    by: PersonId
    reason: Words
    tried: Words
    missing: tuple[Seat, ...]
    at: datetime
    answers: tuple[BreachAnswer, ...] = ()

    @property
    def unanswered(self) -> tuple[Seat, ...]:
        """The seats whose holders have neither ratified nor refused it."""
        answered = {each.seat for each in self.answers}
        return tuple(seat for seat in self.missing if seat not in answered)


@dataclass(frozen=True, slots=True)
class ReviewText:
    """G-HOT-5: what a complete review says; each may be text or a link."""

    summary: Words
    timeline: Words
    root_cause: Words
    follow_ups: Words


class ReviewStage(StrEnum):
    """Where a post-incident review is."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Review:
    """The post-incident review of a hotfix (G-HOT-5). `extended_to` is until when a Director gave it more time.

    `author` is who wrote it last, `round` how often it was handed in, `reminded_at` when somebody was last reminded of it,
    or told that there is more time, after which the reminders that would have come earlier are left out.
    """

    opened_at: datetime
    text: ReviewText | None = None
    author: PersonId | None = None
    submitted_at: datetime | None = None
    returned_by: PersonId | None = None
    returned_reason: Words | None = None
    signed_by: PersonId | None = None
    signed_at: datetime | None = None
    extended_to: datetime | None = None
    extended_by: PersonId | None = None
    extended_reason: Words | None = None
    reminded_at: datetime | None = None
    round: int = 0

    @property
    def stage(self) -> ReviewStage:
        """Where it is."""
        if self.signed_at:
            return ReviewStage.SIGNED
        return ReviewStage.SUBMITTED if self.submitted_at else ReviewStage.OPEN


@dataclass(frozen=True, slots=True)
class Entry:
    """What a person added to the timeline: quoted, never edited. `said_at` is when it was said, `by` added it."""

    text: Words
    said_by: PersonId | None
    said_at: datetime
    by: PersonId
    at: datetime
