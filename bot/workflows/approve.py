"""Approving and rejecting (G-APP-1 to G-APP-4)."""

from collections.abc import Iterator, Sequence

from bot.rules.approvals import (
    can_sit,
    missing_seats,
    open_seats,
    roles_for,
    rows_now,
    rows_that_gain,
    seats_of,
    who_can_sit,
)
from bot.rules.change import Approval, ReturnedBecause, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    ChangeReturned,
    Fact,
    WindowCountered,
)
from bot.rules.guide import PEER, ApprovalRow, Hours
from bot.rules.inputs import Reason, Rejection, Seen
from bot.rules.life import UNSTARTED, WINDOWED, Act, Stage
from bot.rules.organization import NOBODY_KNOWS
from bot.rules.review import by_own_acts, is_owed
from bot.rules.spoken import blocking_disputes, ends_dispute
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Role
from bot.rules.verdict import Done, Gate, Refused, Verdict, refuse
from bot.rules.words import Part, When, Who, join_names, say
from bot.workflows.moment import Moment, approval_given, reason_missing
from bot.workflows.review import review_code
from bot.workflows.waive import with_waivers
from bot.workflows.windows import refuse_span


def approve(moment: Moment, form: Seen) -> Verdict:
    """Give one's approval in every row where it fills a missing seat; the roles held now are recorded with it.

    Of a hotfix that has started it is the code review that was deferred.
    """
    change = moment.change
    if moment.stage not in UNSTARTED and is_owed(change):
        return review_code(moment, form)
    refused = moment.refused_by_stage(Act.APPROVE) or moment.moved_on(form.revision, Clause.APP_1)
    if refused:
        return refused
    rows = rows_that_gain(change, moment.setting, moment.actor) or _rows_by_own_act(moment)
    if not rows:
        return _why_not(moment)
    given = tuple(
        approval_given(moment, row, len(change.approvals) + 1 + place) for place, row in enumerate(rows)
    )
    stages = join_names([row.stage for row in rows], "and")
    said = say(f"You approved {moment.label} ({stages})", *_for_whom(given, rows), ".")
    return Done(with_waivers(moment, given), said)


def _rows_by_own_act(moment: Moment) -> tuple[ApprovalRow, ...]:
    """The rows whose seats others fill, where an act of one's own is wanted: for an open review, or to end a dispute.

    A dispute is ended in its own row, also where the hours of the window, or of now, ask for another one.
    """
    change, setting = moment.change, moment.setting
    gaining = rows_that_gain(by_own_acts(change), setting, moment.actor) if is_owed(change) else ()
    ending = (
        ApprovalRow(each.row, each.stage, Hours.ALWAYS, ())
        for each in blocking_disputes(change, setting)
        if _could_end(each, moment)
    )
    return (*(row for row in gaining if row.stage is ApprovalStage.CODE), *dict.fromkeys(ending))


def _could_end(dispute: Approval, moment: Moment) -> bool:
    """Whether the actor's approval would end the block of a dispute now; the requester's only where they may sign at all.

    About the code nobody's word counts who wrote all of it.
    """
    change, guide = moment.change, moment.setting.guide
    may_sign = guide.allow_self_approval or (
        dispute.row is Clause.HOT_2 and guide.hotfix.requester_may_sign > 0
    )
    wrote = [moment.actor in each.authors for each in change.pull_requests]
    own = (moment.actor == change.requester and not may_sign) or (
        dispute.stage is ApprovalStage.CODE and bool(wrote) and all(wrote)
    )
    asked_for = dispute.stage is ApprovalStage.CODE or moment.stage in WINDOWED | {Stage.DECLARED}
    roles = moment.setting.roster.roles_of(moment.actor, for_window=dispute.stage is ApprovalStage.PRODUCTION)
    return asked_for and not own and ends_dispute(dispute, moment.actor, roles, guide)


def _for_whom(given: Sequence[ApprovalGiven], rows: Sequence[ApprovalRow]) -> Iterator[Part]:
    """` as Engineering Director for Dora`, for each role of these rows in which the signer is a deputy."""
    signed = {seat for row in rows for seat in row.signers}
    acted = dict.fromkeys(each for approval in given for each in approval.deputizing if each.role in signed)
    for place, each in enumerate(acted):
        yield f"{',' if place else ''} as {each.role.label}"
        if each.principal is not None:
            yield " for "
            yield Who((each.principal,))


def _why_not(moment: Moment) -> Refused:
    """Why this person's approval would fill no seat: the most personal reason first."""
    change, setting = moment.change, moment.setting
    missing = open_seats(change, setting, rows_now(change, setting))
    who = tuple(dict.fromkeys(person for _, able in missing for person in able))
    clause = missing[0][0].row.clause if missing else Clause.APP_1
    if moment.actor == change.requester and not setting.guide.allow_self_approval:
        return refuse(clause, say("This is your own change: somebody else approves it."), who=who)
    fitting = _rows_that_fit(moment)
    standing = [each for each in change.standing_approvals if each.person == moment.actor]
    if standing and all(any(each.row == row.clause for each in standing) for row in fitting):
        return refuse(clause, say("You approved this already, on ", When(standing[-1].at), "."))
    if fitting:
        others = tuple(
            dict.fromkeys(
                each.person
                for each in change.standing_approvals
                if any(each.row == row.clause for row in fitting)
            )
        )
        return refuse(
            fitting[0].clause, say(Who(others, "and"), " approved already. Nothing left for you here.")
        )
    if moment.actor in change.authors:
        return refuse(Clause.APP_1, say("You wrote this code: somebody else looks at it."), who=who)
    return Refused((_role_gate(moment, clause, who),))


def _rows_that_fit(moment: Moment) -> tuple[ApprovalRow, ...]:
    """The rows of the stage in progress in which the actor could hold a seat, filled or not."""
    change, setting = moment.change, moment.setting
    windowed = moment.stage in WINDOWED
    return tuple(
        row
        for row in rows_now(change, setting)
        if not windowed
        or row.stage is ApprovalStage.PRODUCTION
        or missing_seats(change, setting.policy, [row])
        for roles in (roles_for(row, moment.actor, setting),)
        if any(
            can_sit(needed, moment.actor, roles, change, setting.policy) for needed in seats_of(row, change)
        )
    )


def _role_gate(moment: Moment, clause: Clause, who: tuple[PersonId, ...]) -> Gate:
    change, setting = moment.change, moment.setting
    wanted = {
        role
        for needed in missing_seats(change, setting.policy, rows_now(change, setting))
        for role in (setting.guide.code_review.peers if needed.seat is PEER else (needed.seat,))
    }
    held = setting.roster.roles_of(moment.actor)
    mine = join_names([role.label for role in Role if role in held], "and") if held else "no role"
    parts: list[Part] = [f"You hold {mine} for {change.service}"]
    if wanted:
        parts.append(f"; what is missing needs {join_names([role.label for role in Role if role in wanted])}")
    if not wanted.isdisjoint(setting.roster.silent):
        parts.append(f". {NOBODY_KNOWS}")
    return Gate(clause, met=False, why=say(*parts, "."), who=who)


def take_back_approval(moment: Moment, form: Reason) -> Verdict:
    """Take back whatever one approved of the change, with a reason; it is asked for again."""
    refused = moment.refused_by_stage(Act.TAKE_BACK_APPROVAL)
    if refused:
        return refused
    standing = [each for each in moment.change.standing_approvals if each.person == moment.actor]
    if not standing:
        return refuse(Clause.APP_1, say(f"You have no approval of {moment.label} to take back."))
    refused = reason_missing(standing[0].row, form.reason, "Say why: the requester must know what changed.")
    if refused:
        return refused
    taken = tuple(
        ApprovalTakenBack(each.number, each.stage, each.person, form.reason, moment.now) for each in standing
    )
    return Done(taken, say(f"You took back your approval of {moment.label}."))


def reject(moment: Moment, form: Rejection) -> Verdict:
    """Say no, with a reason. Before verification the change goes back to its requester; later only the window does."""
    refused = (
        moment.refused_by_stage(Act.REJECT)
        or _refused_as_rejecter(moment)
        or moment.moved_on(form.revision, Clause.APP_1)
        or reason_missing(Clause.APP_1, form.reason, "Say why: the requester must know what to change.")
    )
    if refused:
        return refused
    if moment.stage in WINDOWED:
        return _reject_window(moment, form)
    returned = ChangeReturned(ReturnedBecause.REJECTED, moment.actor, form.reason, moment.now)
    return Done((*_own_approvals_void(moment), returned), say(f"You sent {moment.label} back."))


def _refused_as_rejecter(moment: Moment) -> Refused | None:
    stage = ApprovalStage.PRODUCTION if moment.stage in WINDOWED else None
    rows = [row for row in _rows_that_fit(moment) if stage is None or row.stage is stage]
    if rows:
        return None
    change, setting = moment.change, moment.setting
    able = tuple(
        dict.fromkeys(
            person
            for row in rows_now(change, setting)
            if stage is None or row.stage is stage
            for needed in seats_of(row, change)
            for person in who_can_sit(needed, change, setting)
        )
    )
    if moment.actor == change.requester:
        why = say("This is your own change: revise or withdraw it instead.")
        return refuse(Clause.APP_1, why, who=able)
    return Refused((_role_gate(moment, Clause.APP_1, able),))


def _own_approvals_void(moment: Moment) -> tuple[ApprovalVoided, ...]:
    return tuple(
        ApprovalVoided(each.number, each.stage, each.person, "its giver rejected the change", moment.now)
        for each in moment.change.standing_approvals
        if each.person == moment.actor
    )


def _reject_window(moment: Moment, form: Rejection) -> Verdict:
    ended = moment.window_ended(WindowEnd.REJECTED, "the window was rejected", form.reason)
    if form.counter is None:
        return Done(ended, say(f"You rejected the window of {moment.label}."))
    accepted_as = moment.change.window.reason if moment.change.window else NO_WORDS
    refused = refuse_span(moment, form.counter, accepted_as)
    if refused:
        return refused
    countered: tuple[Fact, ...] = (WindowCountered(form.counter, moment.actor, moment.now),)
    return Done((*ended, *countered), say(f"You rejected the window of {moment.label} and proposed another."))
