"""What a deviation from the guide is: its kind, its clause, and a sentence about who did or gave what."""

from dataclasses import dataclass
from enum import StrEnum

from bot.rules.clauses import Clause
from bot.rules.words import Sentence


class DeviationCode(StrEnum):
    """What kind of deviation it is; these values stand in exports."""

    ATTESTED = "attested"
    WAIVER = "waiver"
    AFTER_HOURS = "after_hours"
    SHORT_NOTICE = "short_notice"
    FREEZE_EXCEPTION = "freeze_exception"
    DEPUTY = "deputy"
    OVERRUN = "overrun"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"
    SETTLED_BY_FIX = "settled_by_fix"
    LATE_CONFIRMATION = "late_confirmation"
    UNCONFIRMED = "unconfirmed"
    BREACH = "breach"
    DISPUTED = "disputed"
    UNCONFIRMED_WORD = "unconfirmed_word"
    OWN_SIGNATURE = "own_signature"
    LATE_REVIEW = "late_review"
    EXTENDED_REVIEW = "extended_review"

    @property
    def label(self) -> str:
        """The kind in a few words, for a list."""
        return DEVIATION_LABELS[self]


DEVIATION_LABELS = {
    DeviationCode.ATTESTED: "attested",
    DeviationCode.WAIVER: "environment waived",
    DeviationCode.AFTER_HOURS: "outside business hours",
    DeviationCode.SHORT_NOTICE: "short notice",
    DeviationCode.FREEZE_EXCEPTION: "excepted from a freeze",
    DeviationCode.DEPUTY: "a deputy acted",
    DeviationCode.OVERRUN: "overran its window",
    DeviationCode.FAILED: "failed",
    DeviationCode.ROLLED_BACK: "rolled back",
    DeviationCode.SETTLED_BY_FIX: "settled by a fix instead of a rollback",
    DeviationCode.LATE_CONFIRMATION: "confirmed late",
    DeviationCode.UNCONFIRMED: "not confirmed in time",
    DeviationCode.BREACH: "started in breach",
    DeviationCode.DISPUTED: "an approval disputed",
    DeviationCode.UNCONFIRMED_WORD: "a spoken approval never confirmed",
    DeviationCode.OWN_SIGNATURE: "the requester signed, too",
    DeviationCode.LATE_REVIEW: "review late",
    DeviationCode.EXTENDED_REVIEW: "review extended",
}

OF_HOTFIXES = frozenset(
    {
        DeviationCode.BREACH,
        DeviationCode.DISPUTED,
        DeviationCode.UNCONFIRMED_WORD,
        DeviationCode.OWN_SIGNATURE,
        DeviationCode.LATE_REVIEW,
        DeviationCode.EXTENDED_REVIEW,
    }
)
"""Those that only a change has which was declared as a hotfix."""

UNMARKED = frozenset({DeviationCode.ATTESTED})
"""Too ordinary to be marked in lists: most changes begin with the requester's word that it runs in development."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation: its kind, the clause that it is about, and who did or gave what, until when and why."""

    code: DeviationCode
    clause: Clause
    said: Sentence

    @property
    def marked(self) -> bool:
        """Whether a list marks it."""
        return self.code not in UNMARKED
