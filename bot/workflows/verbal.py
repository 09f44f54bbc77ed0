"""Verbal approvals (G-HOT-2): recorded for several people at once, then confirmed or disputed by each of them."""

from collections.abc import Iterator, Sequence

from bot.rules.approvals import NeededSeat, can_sit, roles_for, seats_of
from bot.rules.change import Approval, Change
from bot.rules.clauses import Clause
from bot.rules.facts import ApprovalGiven
from bot.rules.hotfix import Spoken
from bot.rules.hotfix_facts import VerbalChased, VerbalConfirmed, VerbalDisputed
from bot.rules.hotfix_inputs import SpokenBy, VerbalAnswer, VerbalRecord
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.life import Act, refuse_by_stage
from bot.rules.setting import Setting
from bot.rules.terms import Role
from bot.rules.verdict import Done, Field, Gate, Refused, Verdict, refuse
from bot.rules.words import Who, say
from bot.workflows.moment import Moment, reason_missing


def record_verbal(moment: Moment, form: VerbalRecord) -> Verdict:
    """Record that people approved by word: each must hold the role, and is asked at once whether it is so."""
    refused = moment.refused_by_stage(Act.RECORD_VERBAL) or _refused_as_recorder(moment, form)
    if refused:
        return refused
    gates: list[Gate] = []
    given: list[ApprovalGiven] = []
    for spoken_by in dict.fromkeys(form.people):
        found = list(_given(moment, form, spoken_by, given))
        given += found
        if not found:
            gates.append(_no_seat(moment, spoken_by))
    if gates:
        return Refused(tuple(gates))
    people = tuple(dict.fromkeys(each.person for each in given))
    return Done(tuple(given), say("Recorded. Now asked to confirm: ", Who(people, "and"), "."))


def _refused_as_recorder(moment: Moment, form: VerbalRecord) -> Refused | None:
    change, setting = moment.change, moment.setting
    if not setting.roster.roles_of(moment.actor):
        why = say(f"Recording is for those who hold a role for {change.service}.")
        return refuse(Clause.HOT_2, why, who=(change.deployer,))
    if not form.people:
        return refuse(Clause.HOT_2, say("Say who approved."), field=Field.PEOPLE)
    if any(each.person == moment.actor for each in form.people):
        why = say("You are here: press Approve instead of recording your own word.")
        return refuse(Clause.HOT_2, why, field=Field.PEOPLE)
    if form.given_at > setting.now:
        return refuse(Clause.HOT_2, say("That is in the future: say when it was."), field=Field.GIVEN_AT)
    if form.given_at < change.requested_at:
        why = say("That is before the hotfix was declared: nobody could approve it yet.")
        return refuse(Clause.HOT_2, why, field=Field.GIVEN_AT)
    return reason_missing(Clause.HOT_2, form.said, "Say what was said.", Field.SAID)


def _given(
    moment: Moment, form: VerbalRecord, spoken_by: SpokenBy, before: Sequence[ApprovalGiven]
) -> Iterator[ApprovalGiven]:
    """The approvals that a spoken yes amounts to: one for each row in which the person can hold a seat and has signed nothing.

    `before` are those that the same form gives already.
    """
    change, setting = moment.change, moment.setting
    numbered_to = len(change.approvals) + len(before)
    signed: tuple[Approval | ApprovalGiven, ...] = (*change.standing_approvals, *before)
    spoken = Spoken(form.said, form.how, form.given_at, form.heard_by, moment.actor)
    for row in rows_for_start(setting.policy, setting.now):
        roles = roles_for(row, spoken_by.person, setting)
        wanted = roles if spoken_by.role is None else roles & {spoken_by.role}
        if any((spoken_by.person, row.clause) == (each.person, each.row) for each in signed):
            continue
        if any(_fits(needed, spoken_by, wanted, moment) for needed in seats_of(row, change)):
            numbered_to += 1
            yield ApprovalGiven(
                number=numbered_to,
                row=row.clause,
                stage=row.stage,
                person=spoken_by.person,
                roles=tuple(sorted(wanted)),
                at=setting.now,
                deputizing=setting.roster.deputizing(spoken_by.person, wanted),
                spoken=spoken,
            )


def _fits(needed: NeededSeat, spoken_by: SpokenBy, roles: frozenset[Role], moment: Moment) -> bool:
    return can_sit(needed, spoken_by.person, roles, moment.change, moment.setting.policy)


def _no_seat(moment: Moment, spoken_by: SpokenBy) -> Gate:
    role = f"the {spoken_by.role.label}" if spoken_by.role else "anything that is missing"
    signed = any(each.person == spoken_by.person for each in moment.change.standing_approvals)
    why = (
        say(Who((spoken_by.person,)), " has approved already.")
        if signed
        else say(Who((spoken_by.person,)), f" cannot approve as {role} of {moment.change.service} now.")
    )
    return Gate(Clause.HOT_2, met=False, why=why, field=Field.PEOPLE)


def confirm_verbal(moment: Moment, form: VerbalAnswer) -> Verdict:
    """Say that one did approve. The word counts on, and nobody is asked again."""
    open_ones = _open(moment, Act.CONFIRM_VERBAL, form)
    if isinstance(open_ones, Refused):
        return open_ones
    confirmed = tuple(VerbalConfirmed(each.number, moment.actor, moment.now) for each in open_ones)
    return Done(confirmed, say(f"You confirmed that you approved {moment.label}."))


def dispute_verbal(moment: Moment, form: VerbalAnswer) -> Verdict:
    """Say that one did not. What has not started is blocked; the Director and the incident channel hear of it, whenever it is."""
    open_ones = _open(moment, Act.DISPUTE_VERBAL, form)
    if isinstance(open_ones, Refused):
        return open_ones
    refused = reason_missing(Clause.HOT_2, form.words, "Say in your words what you said.", Field.NOTES)
    if refused:
        return refused
    disputed = tuple(VerbalDisputed(each.number, moment.actor, form.words, moment.now) for each in open_ones)
    return Done(disputed, say(f"You disputed having approved {moment.label}."))


def _open(moment: Moment, act: Act, form: VerbalAnswer) -> tuple[Approval, ...] | Refused:
    """The words that are said to be the actor's, that they were shown and have not answered yet."""
    refused = moment.refused_by_stage(act)
    if refused:
        return refused
    recorded = [each for each in moment.change.approvals if each.spoken and _is_meant(each, form)]
    mine = [each for each in recorded if each.person == moment.actor]
    if not mine:
        named = tuple(dict.fromkeys(each.person for each in recorded if each.unconfirmed))
        why = (
            say("Only ", Who(named), " can say what they said.")
            if named
            else say("No word of yours is recorded here.")
        )
        return refuse(Clause.HOT_2, why, who=named)
    unanswered = tuple(each for each in mine if each.unconfirmed)
    if not unanswered:
        disputed = any(each.disputed_at for each in mine)
        said = "disputed" if disputed else "confirmed"
        return refuse(Clause.HOT_2, say(f"You {said} this already. Nothing left for you here."))
    return unanswered


def _is_meant(word: Approval, form: VerbalAnswer) -> bool:
    return form.number in {None, word.number} and (form.shown is None or word.number <= form.shown)


def chase_verbal(change: Change, setting: Setting) -> Verdict:
    """Ask once more whoever has not said whether a recorded word is theirs."""
    gate = refuse_by_stage(Act.CHASE_VERBAL, change, setting.policy)
    if gate:
        return Refused((gate,))
    after = setting.guide.hotfix.chase_after
    chased = tuple(
        VerbalChased(each.number, step, setting.now)
        for each in change.approvals
        if each.unconfirmed and each.voided_at is None
        for step in (sum(each.at + wait <= setting.now for wait in after),)
        if step > each.chased
    )
    return Done(chased, say("Unconfirmed approvals are asked about again.")) if chased else Refused(())
