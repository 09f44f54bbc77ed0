"""What each fact says on an incident's timeline. Facts of one act that say the same of several people are said once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from bot.rules.change import Approval, Change
from bot.rules.facts import ApprovalGiven, ApprovalVoided, Fact
from bot.rules.hotfix_facts import (
    BreachAnswered,
    VerbalChased,
    VerbalConfirmed,
    VerbalDisputed,
)
from bot.rules.production_facts import AlarmSounded
from bot.rules.terms import ApprovalStage, PersonId, Role
from bot.rules.timeline_of_hotfixes import said_of_hotfix
from bot.rules.timeline_of_production import PRODUCTION, said_of_production
from bot.rules.timeline_of_requests import REQUESTS, said_of_request
from bot.rules.words import Part, Quote, Sentence, When, Who, join_names, say


def sentences(facts: Sequence[Fact], change: Change) -> tuple[Sentence, ...]:
    """What these facts of one act say, each sentence without its full stop; `change` tells what they are about."""
    said: list[Sentence] = []
    merged: set[type] = set()
    for fact in facts:
        kind = type(fact)
        if kind in merged:
            continue
        if kind in _TOGETHER:
            merged.add(kind)
            alike = [each for each in facts if type(each) is kind]
            said += _TOGETHER[kind](alike, change)
        elif not (isinstance(fact, AlarmSounded) and len(facts) > 1):
            said += [each for each in [_one(fact, change)] if each]
    return tuple(said)


def _one(fact: Fact, change: Change) -> Sentence | None:
    if isinstance(fact, REQUESTS):
        return said_of_request(fact)
    if isinstance(fact, PRODUCTION):
        return said_of_production(fact, change)
    return said_of_hotfix(fact)


def _given(facts: Sequence[ApprovalGiven], _: Change) -> list[Sentence]:
    spoken = [each for each in facts if each.spoken]
    own = [each for each in facts if not each.spoken]
    return [*_recorded(spoken), *_approved(own)]


def _approved(facts: Sequence[ApprovalGiven]) -> list[Sentence]:
    """One's own acts: for several rows of the table it is one approval."""
    if not facts:
        return []
    what = " approved the code" if all(each.stage is ApprovalStage.CODE for each in facts) else " approved"
    person, whom = facts[0].person, _principals(facts)
    for_whom: list[Part] = [" for ", Who(whom, "and")] if whom else []
    return [say("✅ ", Who((person,)), what, *for_whom, _roles(facts, person))]


def _recorded(facts: Sequence[ApprovalGiven]) -> list[Sentence]:
    """`Omar recorded: Eve (Engineering Manager), Paul (Product Manager) by phone – “yes”`, for each such word."""
    said = []
    for spoken in dict.fromkeys(each.spoken for each in facts if each.spoken):
        alike = [each for each in facts if each.spoken == spoken]
        people: list[Part] = []
        for person in dict.fromkeys(each.person for each in alike):
            people += [", " if people else "", Who((person,)), _roles(alike, person)]
        earlier: list[Part] = [" ", When(spoken.given_at)] if spoken.given_at < alike[0].at else []
        heard: list[Part] = [" (heard by ", Who((spoken.heard_by,)), ")"] if spoken.heard_by else []
        said.append(
            say(
                Who((spoken.recorded_by,)),
                " recorded: ",
                *people,
                f" {spoken.how.label}",
                *earlier,
                " – ",
                Quote(spoken.said),
                *heard,
            )
        )
    return said


def _roles(facts: Sequence[ApprovalGiven], person: PersonId) -> str:
    """As what somebody approved: ` (Engineering Manager)`; an engineer who looked at the code is a peer."""
    own = [each for each in facts if each.person == person]
    held = dict.fromkeys(role for each in own for role in each.roles)
    named = [role.label for role in held if role is not Role.ENGINEER]
    if held and not named:
        named = ["peer" if all(each.stage is ApprovalStage.CODE for each in own) else Role.ENGINEER.label]
    return f" ({join_names(named, 'and')})" if named else ""


def _principals(facts: Sequence[ApprovalGiven]) -> tuple[PersonId, ...]:
    whom = (acted.principal for each in facts for acted in each.deputizing)
    return tuple(dict.fromkeys(person for person in whom if person))


def _voided(facts: Sequence[ApprovalVoided], _: Change) -> list[Sentence]:
    people = tuple(dict.fromkeys(each.person for each in facts))
    said = " no longer counts: " if len(people) == 1 else " no longer count: "
    whose = "The approval of " if len(people) == 1 else "The approvals of "
    return [say(whose, Who(people, "and"), said, facts[0].because)]


def _confirmed(facts: Sequence[VerbalConfirmed], _: Change) -> list[Sentence]:
    return [say("✅ ", Who((facts[0].by,)), " confirmed having approved")]


def _disputed(facts: Sequence[VerbalDisputed], _: Change) -> list[Sentence]:
    return [say("⛔ ", Who((facts[0].by,)), " disputes having approved: ", Quote(facts[0].words))]


def _chased(facts: Sequence[VerbalChased], change: Change) -> list[Sentence]:
    numbers = {each.number for each in facts}
    asked: list[Approval] = [each for each in change.approvals if each.number in numbers]
    people = tuple(dict.fromkeys(each.person for each in asked))
    was = "were" if len(people) > 1 else "was"
    return [say("⏳ ", Who(people, "and"), f" {was} asked again whether that is so")] if people else []


def _answered(facts: Sequence[BreachAnswered], _: Change) -> list[Sentence]:
    first = facts[0]
    seats = join_names(
        [each.seat.label for each in facts if each.person == first.person],
        "and",
    )
    if first.ratified:
        return [say("✅ ", Who((first.person,)), f" ratified the start in breach ({seats})")]
    return [
        say(
            "⛔ ",
            Who((first.person,)),
            f" refused to ratify the start in breach ({seats}): ",
            Quote(first.reason),
        )
    ]


_TOGETHER: Final[Mapping[type, Callable[[Any, Change], list[Sentence]]]] = {
    ApprovalGiven: _given,
    ApprovalVoided: _voided,
    VerbalConfirmed: _confirmed,
    VerbalDisputed: _disputed,
    VerbalChased: _chased,
    BreachAnswered: _answered,
}
"""Facts that one act records several of."""
