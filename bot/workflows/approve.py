"""Approving and rejecting (G-APP-1 to G-APP-4)."""

from collections.abc import Iterator, Sequence

from bot.rules.approvals import (
    can_sit,
    missing_seats,
    open_seats,
    roles_for,
    rows_at,
    rows_that_gain,
    seats_of,
    who_can_sit,
)
from bot.rules.change import ReturnedBecause, WindowEnd
from bot.rules.clauses import Clause
from bot.rules.facts import (
    ApprovalGiven,
    ApprovalTakenBack,
    ApprovalVoided,
    ChangeReturned,
    Fact,
    WindowCountered,
)
from bot.rules.guide import PEER, ApprovalRow
from bot.rules.inputs import Reason, Rejection, Seen
from bot.rules.life import WINDOWED, Act
from bot.rules.organization import NOBODY_KNOWS
from bot.rules.terms import NO_WORDS, ApprovalStage, PersonId, Role
from bot.rules.verdict import Done, Gate, Refused, Verdict, refuse
from bot.rules.words import Part, When, Who, join_names, say
from bot.workflows.moment import Moment, reason_missing
from bot.workflows.waive import with_waivers
from bot.workflows.windows import refuse_span


def approve(moment: Moment, form: Seen) -> Verdict:
    """Give one's approval in every row where it fills a missing seat; the roles held now are recorded with it."""
    change = moment.change
    refused = moment.refused_by_stage(Act.APPROVE) or moment.moved_on(form.revision, Clause.APP_1)
    if refused:
        return refused
    rows = rows_that_gain(change, moment.setting, moment.actor)
    if not rows:
        return _why_not(moment)
    given = tuple(_approval(moment, row, len(change.approvals) + 1 + place) for place, row in enumerate(rows))
    stages = join_names([row.stage for row in rows], "and")
    said = say(f"You approved {moment.label} ({stages})", *_for_whom(given, rows), ".")
    return Done(with_waivers(moment, given), said)


def _approval(moment: Moment, row: ApprovalRow, number: int) -> ApprovalGiven:
    roles = roles_for(row, moment.actor, moment.setting)
    for_window = row.stage is ApprovalStage.PRODUCTION
    return ApprovalGiven(
        number=number,
        row=row.clause,
        stage=row.stage,
        person=moment.actor,
        roles=tuple(sorted(roles)),
        at=moment.now,
        deputizing=moment.setting.roster.deputizing(moment.actor, roles, for_window=for_window),
    )


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
    missing = open_seats(change, setting, rows_at(change, setting.policy))
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
        for row in rows_at(change, setting.policy)
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
        for needed in missing_seats(change, setting.policy, rows_at(change, setting.policy))
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
            for row in rows_at(change, setting.policy)
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
