"""The post-incident review of the guide, stated a second time: who writes it, who signs it, and what must be so by then.

It reads only the record of what happened and the company's own list of who is what; nothing of the rules that it holds to
account.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.facts import Fact
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_facts import (
    ReviewDrafted,
    ReviewExtended,
    ReviewOpened,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
)
from bot.rules.terms import PersonId, Role
from tests import restated_record as record
from tests.restated_company import Company


@dataclass
class ReviewOnRecord:
    """A review, as the record has it so far."""

    stage: ReviewStage = ReviewStage.OPEN
    author: PersonId | None = None


def review_of(before: Sequence[Fact]) -> ReviewOnRecord | None:
    """The review of a hotfix; None before its first start."""
    review: ReviewOnRecord | None = None
    for fact in before:
        if isinstance(fact, ReviewOpened):
            review = ReviewOnRecord(author=review.author if review else None)
        if review is None:
            continue
        match fact:
            case ReviewDrafted(by=by):
                review.author = by
            case ReviewSubmitted(by=by):
                review.author, review.stage = by, ReviewStage.SUBMITTED
            case ReviewReturned():
                review.stage = ReviewStage.OPEN
            case ReviewSigned():
                review.stage = ReviewStage.SIGNED
            case _:
                continue
    return review


def against_review_fact(before: Sequence[Fact], last: Fact, company: Company) -> list[str]:
    """G-HOT-5: what the guide holds against a fact about a review."""
    if not isinstance(last, ReviewDrafted | ReviewSubmitted | ReviewReturned | ReviewSigned | ReviewExtended):
        return []
    review = review_of(before)
    if review is None:
        return ["a review that was opened"]
    directors = company.holding(Role.ENGINEERING_DIRECTOR, last.at)
    signers = directors | company.holding(Role.ENGINEERING_MANAGER, last.at)
    handed_in = review.stage is ReviewStage.SUBMITTED
    checks: dict[str, bool]
    match last:
        case ReviewDrafted() | ReviewSubmitted():
            whole = all(
                words.strip()
                for words in (
                    last.text.summary,
                    last.text.timeline,
                    last.text.root_cause,
                    last.text.follow_ups,
                )
            )
            checks = {
                "a review in its author's hands": review.stage is ReviewStage.OPEN,
                "written by an engineer": last.by in company.holding(Role.ENGINEER, last.at),
                "a whole review": isinstance(last, ReviewDrafted) or whole,
            }
        case ReviewReturned() | ReviewSigned():
            returned = isinstance(last, ReviewReturned)
            checks = {
                "a review that was handed in": handed_in,
                "signed by a manager or Director": last.by in signers,
                "not by its author": last.by != review.author,
                "returned with a reason": not isinstance(last, ReviewReturned) or bool(last.reason.strip()),
                "the code reviewed by own acts": returned or record.code_is_approved(before, company),
                "nothing runs": returned or not record.is_running(before),
            }
        case ReviewExtended(until=until):
            checks = {
                "extended by a Director": last.by in directors,
                "extended with a reason": bool(last.reason.strip()),
                "extended ahead": until > last.at and review.stage is not ReviewStage.SIGNED,
            }
    return [name for name, kept in checks.items() if not kept]
