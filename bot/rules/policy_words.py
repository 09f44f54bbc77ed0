"""What `countersign policy check` says: the guide with what a company reads otherwise, and the deadlocks in sentences."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from difflib import SequenceMatcher

from bot.rules.clauses import CLAUSES
from bot.rules.deadlock_needs import ANY_HOUR, Need, Shortage, Step
from bot.rules.deadlocks import Deadlock, Findings
from bot.rules.guide import PEER, Guide
from bot.rules.guide_differences import unsaid_differences
from bot.rules.guide_words import demands_of
from bot.rules.mend_words import Names, mend_sentences, people_in_words, services_in_words, shortened
from bot.rules.organization import Organization
from bot.rules.terms import ChangeType, HourClass, Role, ServiceName
from bot.rules.words import join_names


def guide_lines(guide: Guide, default: Guide) -> Iterator[str]:
    """The guide, a line for each sentence; what differs from the default is followed by what the default says."""
    ours, usual = demands_of(guide), demands_of(default)
    for clause in CLAUSES:
        for number, line in enumerate(_compared(_sentences(ours[clause]), _sentences(usual[clause]))):
            yield f"{clause if number == 0 else '':<9}{line}"
    for key, value, usually in unsaid_differences(guide, default):
        yield f"{'':<9}{key} is {value}."
        yield f"{'':<9}← differs from the default: {usually}"


def _compared(ours: list[str], usual: list[str]) -> Iterator[str]:
    for kind, start, end, usual_start, usual_end in SequenceMatcher(None, usual, ours).get_opcodes():
        yield from ours[usual_start:usual_end]
        if kind == "insert":
            yield "← differs from the default, which does not say this"
        elif kind != "equal":
            yield f"← differs from the default: {' '.join(usual[start:end])}"


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=\.) (?=[A-Z])", text)


def finding_lines(findings: Findings, organization: Organization) -> Iterator[str]:
    """Every finding in sentences, and at the end whether there is a deadlock."""
    names = organization.names()
    services = tuple(organization.services)
    for role, missing in findings.vacant:
        unasked = ", so that nobody can ask for a deployment" if role is Role.ENGINEER else ""
        yield f"Nobody is {role.label} for {services_in_words(missing, services, 'any')}{unasked}."
    for role, unseen in findings.unseen:
        yield (
            f"Who else is {role.label} for {services_in_words(unseen, services, 'any')} stands in a Slack user group,"
            " which only Slack can tell: here it counts as enough people."
        )
    yield from _rota_lines(findings, services, organization.zone)
    yield ""
    paragraphs = _together(findings.deadlocks)
    for deadlocks in paragraphs:
        yield from paragraph(deadlocks, services, names)
        yield ""
    if not findings.stuck:
        yield (
            "No deadlock: whoever asks, at whatever hour, with everybody there or any one person away,"
            " the signatures that the guide asks for can be given."
        )
    elif paragraphs:
        yield "1 deadlock." if len(paragraphs) == 1 else f"{len(paragraphs)} deadlocks."
    else:
        yield "No deadlock among the changes that somebody can ask for."


def _together(deadlocks: Sequence[Deadlock]) -> list[list[Deadlock]]:
    """Those that lack the same roles for the same changes: one paragraph each."""
    alike: dict[object, list[Deadlock]] = {}
    for deadlock in deadlocks:
        why = tuple((each.wanted, each.left, each.apart) for each in deadlock.lack)
        alike.setdefault((why, deadlock.needs), []).append(deadlock)
    return list(alike.values())


def _rota_lines(findings: Findings, services: Sequence[ServiceName], zone: tzinfo) -> Iterator[str]:
    for coverage, covered in findings.coverage:
        whose = services_in_words(covered, services, "any")
        for starts, ends in coverage.gaps:
            yield f"Nobody is on call for {whose} from {_at(starts, zone)} to {_at(ends, zone)}."
        span = f"from {_at(coverage.starts, zone)} to {_at(coverage.ends, zone)}"
        yield f"The rota for {services_in_words(covered, services, 'every')} goes {span}; beyond, nobody is on call."


def _at(instant: datetime, zone: tzinfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y %H:%M}"


def paragraph(deadlocks: Sequence[Deadlock], services: Sequence[ServiceName], names: Names) -> Iterator[str]:
    """Why changes are stuck and when; which ones; and what mends it. The deadlocks lack the same roles."""
    first, *more = deadlocks
    others = any(
        deadlock.absent is not None or any(shortage.requester_kept_out for shortage in deadlock.lack)
        for deadlock in deadlocks
    )
    why = " and ".join(_shortage(shortage, names, others=others) for shortage in first.lack)
    if more:
        yield f"{_sentence_case(why)}:"
        for deadlock in deadlocks:
            when = _when(deadlock, names) or "whoever asks, and with everybody there"
            yield f"  – for {services_in_words(deadlock.services, services, 'any')}, {when}"
        which = "" if len(_all_services(deadlocks)) == len(services) else " of these services"
    else:
        when = _when(first, names)
        yield f"{_sentence_case(f'{when}, {why}' if when else why)}:"
        which = f" of {services_in_words(first.services, services, 'any')}"
    for line in dict.fromkeys(_effect(need, which) for need in first.needs):
        yield f"  • {line}"
    for line in mend_sentences(deadlocks, services, names):
        yield f"  → {line}"


def _all_services(deadlocks: Sequence[Deadlock]) -> frozenset[ServiceName]:
    return frozenset(service for deadlock in deadlocks for service in deadlock.services)


def _when(deadlock: Deadlock, names: Names) -> str:
    when = []
    if deadlock.requesters is not None:
        when.append(f"when {people_in_words(sorted(deadlock.requesters), names, 'or')} asks")
    if deadlock.absent is not None:
        when.append(f"while {names.get(deadlock.absent, deadlock.absent)} is away")
    if deadlock.teams:
        teams = [people_in_words(team, names, "and") for team in deadlock.teams]
        when.append(f"in turns of {'; of '.join(shortened(teams))}")
    return " ".join(when)


def _shortage(shortage: Shortage, names: Names, *, others: bool) -> str:
    nobody = "nobody else is" if others else "nobody is"
    roles = [join_names([role.label for role in wanted]) for wanted in shortage.wanted]
    if not shortage.left:
        return f"{nobody} {join_names(roles)}"
    left = people_in_words(sorted(shortage.left), names, "and")
    seats = join_names([_seat(wanted) for wanted in shortage.wanted], "and")
    if shortage.apart:
        return f"{seats} are to be different people, and there is only {left}"
    return f"{left} may not sign alone as {seats}, and there is nobody else"


def _seat(wanted: Sequence[Role]) -> str:
    """A seat beside others of its row: of several roles only a peer's can be."""
    return wanted[0].label if len(wanted) == 1 else PEER.label


_STEPS = {
    Step.CODE: "have its code approved",
    Step.STAGING: "be approved for staging",
    Step.VERIFICATION: "be verified",
    Step.PRODUCTION: "be approved for production",
    Step.HOTFIX: "be approved",
    Step.HOTFIX_CODE: "have its code looked at before it starts",
    Step.REVIEW_CODE: "have its code approved, as its review needs",
    Step.REVIEW: "have its review signed",
}
_HOURS = {
    ANY_HOUR: "",
    frozenset({HourClass.BUSINESS}): " in business hours",
    frozenset({HourClass.AFTER}): " outside business hours",
}


def _effect(need: Need, services: str) -> str:
    types = [each.value for each in need.types]
    change = "hotfix" if types == [ChangeType.HOTFIX] else f"{join_names(types)} change"
    return f"no {change}{services} can {_STEPS[need.step]}{_HOURS[need.hours]} · {need.clause}"


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
