"""Folding what happened to a hotfix and its review into the snapshot of a change."""

from dataclasses import replace

from bot.rules.change import Approval, Change
from bot.rules.hotfix import Breach, BreachAnswer, Entry, Review
from bot.rules.hotfix_facts import (
    BreachAnswered,
    HotfixDeclared,
    HotfixFact,
    HotfixToContain,
    IssueRevised,
    ReviewDrafted,
    ReviewExtended,
    ReviewOpened,
    ReviewReminded,
    ReviewReturned,
    ReviewSigned,
    ReviewSubmitted,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
    VerbalChased,
    VerbalConfirmed,
    VerbalDisputed,
)

ReviewFact = (
    ReviewOpened
    | ReviewDrafted
    | ReviewSubmitted
    | ReviewReturned
    | ReviewSigned
    | ReviewExtended
    | ReviewReminded
)


def apply_to_hotfix(change: Change, fact: HotfixFact) -> Change:
    """The snapshot after one more fact about a hotfix."""
    match fact:
        case HotfixDeclared():
            raise TypeError("a hotfix is declared once")
        case IssueRevised(issue):
            return replace(change, issue=issue)
        case VerbalConfirmed() | VerbalDisputed() | VerbalChased():
            approvals = tuple(
                _answered(each, fact) if each.number == fact.number else each for each in change.approvals
            )
            return replace(change, approvals=approvals)
        case StartedInBreach(deployment, by, reason, tried, missing, at):
            before = (change.breach,) if change.breach else ()
            return replace(
                change,
                breach=Breach(deployment, by, reason, tried, missing, at),
                earlier_breaches=(*change.earlier_breaches, *before),
            )
        case BreachAnswered(person, seat, ratified, reason, at):
            if change.breach is None:
                raise ValueError("nobody started this in breach")
            answer = BreachAnswer(person, seat, ratified, reason, at)
            breach = replace(change.breach, answers=(*change.breach.answers, answer))
            return replace(change, breach=breach)
        case TurnedIntoStandard(kind, _, at):
            return replace(
                change,
                type=kind,
                revision=change.revision + 1,
                code_round=change.code_round + 1,
                code_asked_at=at,
            )
        case TimelineEntryAdded(text, said_by, said_at, by, at):
            return replace(change, entries=(*change.entries, Entry(text, said_by, said_at, by, at)))
        case HotfixToContain():
            return change
        case _:
            return replace(change, review=_review(change.review, fact))


def _answered(approval: Approval, fact: VerbalConfirmed | VerbalDisputed | VerbalChased) -> Approval:
    match fact:
        case VerbalConfirmed(_, _, at):
            return replace(approval, confirmed_at=at)
        case VerbalDisputed(_, _, words, at):
            return replace(approval, disputed_at=at, dispute=words)
        case VerbalChased(_, step):
            return replace(approval, chased=step)


def _review(review: Review | None, fact: ReviewFact) -> Review:
    """A new start opens the review anew; what was written stays for its author, and an extension for the log."""
    if isinstance(fact, ReviewOpened):
        kept = review or Review(fact.at)
        return Review(
            opened_at=fact.at,
            text=kept.text,
            author=kept.author,
            extended_to=kept.extended_to,
            extended_by=kept.extended_by,
            extended_reason=kept.extended_reason,
            round=kept.round,
        )
    if review is None:
        raise ValueError("no review was opened")
    match fact:
        case ReviewDrafted(text, by):
            return replace(review, text=text, author=by)
        case ReviewSubmitted(text, by, at):
            return replace(review, text=text, author=by, submitted_at=at, round=review.round + 1)
        case ReviewReturned(by, reason):
            return replace(review, submitted_at=None, returned_by=by, returned_reason=reason)
        case ReviewSigned(by, at):
            return replace(review, signed_by=by, signed_at=at)
        case ReviewExtended(until, by, reason, at):
            extended = replace(review, extended_to=until, extended_by=by, extended_reason=reason)
            return replace(extended, reminded_at=at)
        case ReviewReminded(_, _, at):
            return replace(review, reminded_at=at)
