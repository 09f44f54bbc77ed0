"""Reminding those who were asked and have not answered, and putting that off."""

from bot.rules.asking import asks
from bot.rules.change import Change
from bot.rules.clauses import Clause
from bot.rules.facts import AskingReminded, Fact, ReminderSnoozed
from bot.rules.inputs import Snoozing
from bot.rules.life import Act, refuse_by_stage
from bot.rules.reminding import Asking, open_askings, step_of
from bot.rules.setting import Setting
from bot.rules.terms import PersonId, Phase
from bot.rules.verdict import Done, Refused, Verdict, refuse
from bot.rules.words import When, say
from bot.workflows.moment import Moment


def remind_asked(change: Change, setting: Setting) -> Verdict:
    """Remind whoever still owes an answer and has not put it off; of several reminders that are late only one is sent."""
    gate = refuse_by_stage(Act.REMIND_ASKED, change, setting.policy)
    if gate:
        return Refused((gate,))
    facts = tuple(
        fact for asking in open_askings(change, setting.policy) for fact in _reminded(change, setting, asking)
    )
    return Done(facts, say("Those who were asked are reminded.")) if facts else Refused(())


def _reminded(change: Change, setting: Setting, asking: Asking) -> tuple[Fact, ...]:
    if asking.phase is Phase.PRODUCTION and change.window and setting.now >= change.window.span.end:
        return ()
    now, before = setting.now, step_of(change, asking)
    due = sum(asking.since + after <= now for after in setting.guide.asking.remind_after)
    of_asking = [each for each in change.snoozes if (each.phase, each.round) == (asking.phase, asking.round)]
    woken = {each.person for each in of_asking if each.until <= now}
    if due <= before and not woken:
        return ()
    asleep = {each.person for each in of_asking if each.until > now}
    asked = {ask.person for ask in asks(change, setting) if ask.phase is asking.phase}
    people = tuple(sorted((asked - asleep) if due > before else (asked & woken)))
    steps = range(before + 1, due + 1) if due > before else (before,)
    nobody: tuple[PersonId, ...] = ()
    return tuple(
        AskingReminded(asking.phase, asking.round, step, people if step == steps[-1] else nobody, now)
        for step in steps
    )


def snooze_reminder(moment: Moment, form: Snoozing) -> Verdict:
    """Be left in peace for a while by the reminders of what one is asked for; the asking stands."""
    refused = moment.refused_by_stage(Act.SNOOZE_REMINDER)
    if refused:
        return refused
    asking = next(
        (each for each in open_askings(moment.change, moment.setting.policy) if each.phase is form.phase),
        None,
    )
    asked = {ask.person for ask in asks(moment.change, moment.setting) if ask.phase is form.phase}
    if asking is None or moment.actor not in asked:
        return refuse(Clause.APP_1, say(f"Nothing on {moment.label} waits for you."))
    until = moment.now + moment.setting.guide.asking.snooze
    snoozed = ReminderSnoozed(asking.phase, asking.round, moment.actor, until, moment.now)
    return Done((snoozed,), say(f"You are reminded of {moment.label} on ", When(until), "."))
