"""The clock and the checklist of the post-incident review (G-HOT-5). Pure arithmetic; lengths are elapsed time."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from bot.rules.approvals import open_seats
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.guide import ReviewClock
from bot.rules.hotfix import ReviewStage, ReviewText
from bot.rules.hotfix_rows import code_rows
from bot.rules.reminded import Snooze
from bot.rules.setting import Policy, Setting
from bot.rules.terms import PersonId, Phase, deployment_label
from bot.rules.verdict import Field, Gate
from bot.rules.words import Who, say

SNOOZED: Final = timedelta(days=1)


def due_at(change: Change, policy: Policy) -> datetime | None:
    """When the review is due (aware, UTC): counted from the deployment's end, provisionally from its start; None without one.

    An extension gives more time, never less.
    """
    review, rules = change.review, policy.guide.review
    if review is None:
        return None
    counted = _clock_start(change, policy, review.opened_at) + rules.due_after
    return max(counted, review.extended_to) if review.extended_to else counted


def _clock_start(change: Change, policy: Policy, opened_at: datetime) -> datetime:
    if policy.guide.review.clock_starts is ReviewClock.DECLARED:
        return change.requested_at
    attempts = [
        each
        for each in change.deployments
        if each.environment == policy.guide.production and each.rolls_back is None
    ]
    latest = attempts[-1] if attempts else None
    return latest.finished_at or latest.started_at if latest else opened_at


def next_reminder(change: Change, policy: Policy) -> datetime | None:
    """When somebody is next reminded of the review (aware, UTC); None when nothing is owed.

    Before it is due at the guide's hours, when it is due, then every `overdue_every`, without end; and when a snooze ends.
    """
    review, due = change.review, due_at(change, policy)
    if review is None or due is None or review.stage is ReviewStage.SIGNED:
        return None
    since = review.reminded_at or review.opened_at
    woken = (each.until for each in snoozes_of(change) if each.until > since)
    return min((_next_moment(due, since, policy), *woken))


def moment_passed(change: Change, policy: Policy, now: datetime) -> bool:
    """Whether one of the guide's own moments has come since the last reminder: then everybody is reminded who owes the review."""
    review, due = change.review, due_at(change, policy)
    return (
        review is not None
        and due is not None
        and _next_moment(due, review.reminded_at or review.opened_at, policy) <= now
    )


def _next_moment(due: datetime, since: datetime, policy: Policy) -> datetime:
    rules = policy.guide.review
    coming = [at for before in rules.reminders if (at := due - before) > since]
    if coming:
        return min(coming)
    periods = (since - due) // rules.overdue_every + 1 if since >= due else 1
    return due + periods * rules.overdue_every


def snoozes_of(change: Change) -> tuple[Snooze, ...]:
    """Who does not want to be reminded of the review before which time, since it was opened."""
    return tuple(each for each in change.snoozes if each.phase is Phase.REVIEW)


def snooze_end(change: Change, policy: Policy, now: datetime) -> datetime | None:
    """Until when a snooze of its reminders lasts: for a day, but never past the time at which it is due; None once it is."""
    due = due_at(change, policy)
    return None if due is None or now >= due else min(now + SNOOZED, due)


def is_owed(change: Change) -> bool:
    """Whether a review was opened and is not signed."""
    return change.review is not None and change.review.stage is not ReviewStage.SIGNED


def author_of(change: Change) -> PersonId:
    """Who owes the review: whoever wrote on it last, else the requester."""
    return change.review.author or change.requester if change.review else change.requester


def owed_by(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Who is reminded of the review now: its author, the Engineering Managers, and the Directors, each once.

    Directors only from the first reminder after the one that says that it is due: that one may come a second late.
    """
    rules, due = setting.guide.review, due_at(change, setting.policy)
    overdue = due is not None and setting.now >= due + rules.overdue_every
    roles = (*rules.reminded, *(rules.overdue_to if overdue else ()))
    return tuple(dict.fromkeys((author_of(change), *setting.roster.holders_of(roles))))


def is_overdue(change: Change, policy: Policy, now: datetime) -> bool:
    """Whether the review is past its time and not signed."""
    due = due_at(change, policy)
    return due is not None and now > due and change.review is not None and change.review.signed_at is None


def who_signs(change: Change, setting: Setting) -> tuple[PersonId, ...]:
    """Who can sign the review or return it: an Engineering Manager or Director who is not its author; in the guide's order."""
    able = setting.roster.holders_of(setting.guide.review.signed_by)
    return tuple(person for person in able if change.review is None or person != change.review.author)


def text_gates(text: ReviewText) -> tuple[Gate, ...]:
    """What a review must say before it is handed in: summary, timeline, root cause, follow-up actions."""
    said = {
        Field.SUMMARY: text.summary,
        Field.TIMELINE: text.timeline,
        Field.ROOT_CAUSE: text.root_cause,
        Field.FOLLOW_UPS: text.follow_ups,
    }
    return tuple(
        Gate(Clause.HOT_5, met=False, why=say(f"The review lacks its {REVIEW_LABELS[field]}."), field=field)
        for field, words in said.items()
        if not words.strip()
    )


REVIEW_LABELS = {
    Field.SUMMARY: "summary",
    Field.TIMELINE: "timeline",
    Field.ROOT_CAUSE: "root cause",
    Field.FOLLOW_UPS: "follow-up actions",
}


def sign_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """What must be so before a review is signed: nothing runs, and every code review was done by the reviewer's own act."""
    gates: list[Gate] = []
    running = change.running
    if running:
        why = say(f"{deployment_label(running.id)} is still running.")
        gates.append(Gate(Clause.HOT_5, met=False, why=why, who=(change.deployer,)))
    return (*gates, *code_review_gates(change, setting))


def code_review_gates(change: Change, setting: Setting) -> tuple[Gate, ...]:
    """G-APP-1 on a hotfix that has started: the code reviews that nobody has done by their own act yet."""
    gates = []
    done = by_own_acts(change)
    for row in code_rows(setting.guide):
        missing = open_seats(done, setting, [row])
        if missing:
            able = tuple(dict.fromkeys(person for _, people in missing for person in people))
            seats = " and ".join(dict.fromkeys(needed.seat.label for needed, _ in missing))
            why = say(f"The code review is open ({seats}): ", Who(able), ".")
            gates.append(Gate(row.clause, met=False, why=why, who=able))
    return tuple(gates)


def by_own_acts(change: Change) -> Change:
    """The change without the spoken words: one leaves a code review open, confirmed or not."""
    return replace(change, approvals=tuple(each for each in change.approvals if each.spoken is None))
