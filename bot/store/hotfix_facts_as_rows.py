"""What happened to a hotfix and its review as rows, like `fact_rows` for everything else."""

from typing import Final

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bot.rules.hotfix import ReviewText, Spoken
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
from bot.rules.terms import ChangeId
from bot.store.hotfix_models import (
    breach_answers,
    breaches,
    hotfixes,
    reviews,
    timeline_entries,
    verbal_approvals,
)
from bot.store.models import changes

OfHotfix = (
    IssueRevised
    | VerbalConfirmed
    | VerbalDisputed
    | VerbalChased
    | StartedInBreach
    | BreachAnswered
    | TurnedIntoStandard
    | TimelineEntryAdded
    | HotfixToContain
)
OfReview = (
    ReviewOpened
    | ReviewDrafted
    | ReviewSubmitted
    | ReviewReturned
    | ReviewSigned
    | ReviewExtended
    | ReviewReminded
)

ADD_HOTFIX: Final = insert(hotfixes)
HOTFIX: Final = update(hotfixes).where(hotfixes.c.change_id == bindparam("b_change"))
ADD_VERBAL: Final = insert(verbal_approvals).values(
    version=select(changes.c.version).where(changes.c.id == bindparam("b_change")).scalar_subquery()
)
VERBAL: Final = update(verbal_approvals).where(
    verbal_approvals.c.change_id == bindparam("b_change"), verbal_approvals.c.number == bindparam("b_number")
)
ADD_BREACH: Final = insert(breaches)
ADD_ANSWER: Final = insert(breach_answers).values(
    deployment_id=select(func.max(breaches.c.deployment_id))
    .where(breaches.c.change_id == bindparam("b_change"))
    .scalar_subquery()
)
"""About the newest breach."""
ADD_ENTRY: Final = insert(timeline_entries)
ADD_REVIEW: Final = insert(reviews)
REVIEW: Final = update(reviews).where(reviews.c.change_id == bindparam("b_change"))
HANDED_IN: Final = REVIEW.values(round=reviews.c.round + 1)
TURN: Final = (
    update(changes)
    .where(changes.c.id == bindparam("b_change"))
    .values(revision=changes.c.revision + 1, code_round=changes.c.code_round + 1)
)

ANEW: Final = {
    "submitted_at": None,
    "returned_by": None,
    "returned_reason": None,
    "signed_by": None,
    "signed_at": None,
    "reminded_at": None,
}
"""A new start opens a review anew; what was written stays for its author, and an extension for the log."""


def write_issue(connection: Connection, fact: HotfixDeclared) -> None:
    """The row beside the change's own."""
    columns = {
        "change_id": fact.change,
        "severity": fact.issue.severity,
        "impact": fact.issue.impact,
        "root_cause": fact.issue.root_cause,
        "channel": fact.channel,
    }
    connection.execute(ADD_HOTFIX, columns)


def write_spoken(connection: Connection, change: ChangeId, number: int, spoken: Spoken) -> None:
    """The row beside an approval that was spoken."""
    columns = {
        "b_change": change,
        "change_id": change,
        "number": number,
        "said": spoken.said,
        "how": spoken.how.value,
        "given_at": spoken.given_at,
        "heard_by": spoken.heard_by,
        "recorded_by": spoken.recorded_by,
        "chased": 0,
    }
    connection.execute(ADD_VERBAL, columns)


def write_hotfix_fact(connection: Connection, change: ChangeId, fact: HotfixFact) -> None:
    """Write the rows of one fact about a declared hotfix."""
    if isinstance(fact, HotfixDeclared):
        raise TypeError("a declared hotfix is written with its change")
    if isinstance(fact, OfReview):
        _write_review(connection, change, fact)
    else:
        _write_hotfix(connection, change, fact)


def _write_hotfix(connection: Connection, change: ChangeId, fact: OfHotfix) -> None:
    of = {"b_change": change}
    match fact:
        case IssueRevised(issue):
            known = {"severity": issue.severity, "impact": issue.impact, "root_cause": issue.root_cause}
            connection.execute(HOTFIX, {**of, **known})
        case VerbalConfirmed(number, _, at):
            connection.execute(VERBAL, {**of, "b_number": number, "confirmed_at": at})
        case VerbalDisputed(number, _, words, at):
            connection.execute(VERBAL, {**of, "b_number": number, "disputed_at": at, "dispute": words})
        case VerbalChased(number, step):
            connection.execute(VERBAL, {**of, "b_number": number, "chased": step})
        case StartedInBreach():
            columns = {
                "change_id": change,
                "deployment_id": fact.deployment,
                "by": fact.by,
                "reason": fact.reason,
                "tried": fact.tried,
                "missing": " ".join(seat.value for seat in fact.missing),
                "at": fact.at,
            }
            connection.execute(ADD_BREACH, columns)
        case BreachAnswered(person, seat, ratified, reason, at):
            said = {"person": person, "seat": seat.value, "ratified": ratified, "reason": reason, "at": at}
            connection.execute(ADD_ANSWER, {**of, "change_id": change, **said})
        case TurnedIntoStandard(kind, _, at):
            connection.execute(TURN, {**of, "type": kind.value, "code_asked_at": at})
        case TimelineEntryAdded(words, said_by, said_at, by, at):
            said = {"text": words, "said_by": said_by, "said_at": said_at, "by": by, "at": at}
            connection.execute(ADD_ENTRY, {"change_id": change, **said})
        case HotfixToContain():
            pass  # the audit log has it, and the requester was told


def _write_review(connection: Connection, change: ChangeId, fact: OfReview) -> None:
    of = {"b_change": change}
    match fact:
        case ReviewOpened(at):
            if connection.execute(REVIEW, {**of, "opened_at": at, **ANEW}).rowcount == 0:
                connection.execute(ADD_REVIEW, {"change_id": change, "opened_at": at, "round": 0})
        case ReviewDrafted(said, by):
            connection.execute(REVIEW, {**of, **_written(said), "author": by})
        case ReviewSubmitted(said, by, at):
            connection.execute(HANDED_IN, {**of, **_written(said), "author": by, "submitted_at": at})
        case ReviewReturned(by, reason):
            returned = {"submitted_at": None, "returned_by": by, "returned_reason": reason}
            connection.execute(REVIEW, {**of, **returned})
        case ReviewSigned(by, at):
            connection.execute(REVIEW, {**of, "signed_by": by, "signed_at": at})
        case ReviewExtended(until, by, reason, at):
            extended = {"extended_to": until, "extended_by": by, "extended_reason": reason}
            connection.execute(REVIEW, {**of, **extended, "reminded_at": at})
        case ReviewReminded(_, _, at):
            connection.execute(REVIEW, {**of, "reminded_at": at})


def _written(said: ReviewText) -> dict[str, str]:
    return {
        "summary": said.summary,
        "timeline": said.timeline,
        "root_cause": said.root_cause,
        "follow_ups": said.follow_ups,
    }
