"""What a hotfix deviates in: a start in breach, words that were disputed or never confirmed, its review.

A code review that is done only afterwards is no deviation: the guide allows it (G-APP-1).
"""

from collections.abc import Iterable, Iterator

from bot.rules.change import Approval, Change, Deployment
from bot.rules.clauses import Clause
from bot.rules.deviation import Deviation, DeviationCode
from bot.rules.guide import Guide, Seat
from bot.rules.hotfix import Breach, Review, Spoken
from bot.rules.logged import approvals_for, breach_of, is_attempt
from bot.rules.review import due_at
from bot.rules.setting import Policy
from bot.rules.terms import Role
from bot.rules.words import Part, Quote, When, Who, join_names, say


def hotfix_deviations(change: Change, deployment: Deployment, policy: Policy) -> Iterator[Deviation]:
    """Those of one start in production. A change that goes the standard way by now keeps what was said of it before."""
    guide = policy.guide
    if not is_attempt(deployment, guide):
        return
    breach = breach_of(change, deployment)
    if breach:
        yield _breach(breach)
    yield from _signatures(change, approvals_for(change, deployment, guide), guide)
    yield from _words((each for each in change.approvals if each.at <= deployment.started_at), guide)
    attempts = [each for each in change.deployments if is_attempt(each, guide)]
    if change.review and attempts[-1].id == deployment.id:
        yield from _review(change.review, change, policy)


def words_since(change: Change, guide: Guide) -> Iterator[Deviation]:
    """What was said about the approvals that were given after the newest start in production, or without one."""
    starts = [each.started_at for each in change.deployments if is_attempt(each, guide)]
    since = tuple(each for each in change.approvals if not starts or each.at > max(starts))
    yield from _signatures(change, (each for each in since if each.stands), guide)
    yield from _words(since, guide)


def _breach(breach: Breach) -> Deviation:
    said: list[Part] = [Who((breach.by,)), " started it in breach"]
    if breach.missing:
        said += [", without the approval of the ", _seats(breach.missing)]
    said += [": ", Quote(breach.reason), ". Tried: ", Quote(breach.tried), "."]
    for answer in breach.answers:
        if answer.ratified:
            said += [" ", Who((answer.person,)), f" ratified it as {answer.seat.label}."]
        else:
            said += [" ", Who((answer.person,)), f" refused to ratify it as {answer.seat.label}: "]
            said += [Quote(answer.reason), "."]
    if breach.unanswered:
        said += [" The ", _seats(breach.unanswered), " did not answer yet."]
    return Deviation(DeviationCode.BREACH, Clause.HOT_3, say(*said))


def _seats(seats: Iterable[Seat]) -> str:
    return join_names([seat.label for seat in seats], "and")


def _signatures(change: Change, given: Iterable[Approval], guide: Guide) -> Iterator[Deviation]:
    """G-HOT-2: the requester's own among them, which the guide allows, flagged."""
    for approval in given:
        if approval.row is Clause.HOT_2 and approval.person == change.requester:
            roles = [role.label for role in Role if role in approval.roles and role in guide.hotfix.signers]
            said = say(
                Who((approval.person,)), f" declared it, and approved it as {join_names(roles, 'and')}."
            )
            yield Deviation(DeviationCode.OWN_SIGNATURE, Clause.HOT_2, said)


def _words(approvals: Iterable[Approval], guide: Guide) -> Iterator[Deviation]:
    """Spoken approvals that were disputed, whenever, and those that stayed unconfirmed after the last time of asking."""
    chased = len(guide.hotfix.chase_after)
    for approval in approvals:
        if approval.spoken and approval.disputed_at:
            yield _disputed(approval, approval.spoken)
        elif approval.spoken and approval.unconfirmed and approval.chased >= chased:
            yield _unconfirmed(approval, approval.spoken)


def _disputed(approval: Approval, spoken: Spoken) -> Deviation:
    said = say(
        Who((approval.person,)),
        " disputes having approved it: ",
        Quote(approval.dispute or ""),
        ". ",
        *_recorded(spoken),
    )
    return Deviation(DeviationCode.DISPUTED, approval.row, said)


def _unconfirmed(approval: Approval, spoken: Spoken) -> Deviation:
    said = say(Who((approval.person,)), " never confirmed having approved it. ", *_recorded(spoken))
    return Deviation(DeviationCode.UNCONFIRMED_WORD, approval.row, said)


def _recorded(spoken: Spoken) -> tuple[Part, ...]:
    heard: tuple[Part, ...] = (", heard by ", Who((spoken.heard_by,))) if spoken.heard_by else ()
    return (
        Who((spoken.recorded_by,)),
        f" recorded, as said {spoken.how.label} on ",
        When(spoken.given_at),
        *heard,
        ": ",
        Quote(spoken.said),
        ".",
    )


def _review(review: Review, change: Change, policy: Policy) -> Iterator[Deviation]:
    """G-HOT-5: extended, or late: signed after it was due, or somebody had to be reminded of it after that."""
    if review.extended_to and review.extended_by:
        said = say(
            Who((review.extended_by,)),
            " gave the review time until ",
            When(review.extended_to),
            ": ",
            Quote(review.extended_reason or ""),
            ".",
        )
        yield Deviation(DeviationCode.EXTENDED_REVIEW, Clause.HOT_5, said)
    due = due_at(change, policy)
    if due is None:
        return
    if review.signed_by and review.signed_at and review.signed_at > due:
        signed: tuple[Part, ...] = (
            ", and ",
            Who((review.signed_by,)),
            " signed it only on ",
            When(review.signed_at),
        )
    elif review.signed_at is None and review.reminded_at and review.reminded_at >= due:
        signed = (", and is not signed yet",)
    else:
        return
    said = say("The review was due on ", When(due), *signed, ".")
    yield Deviation(DeviationCode.LATE_REVIEW, Clause.HOT_5, said)
