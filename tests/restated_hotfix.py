"""The hotfix process of the guide, stated a second time: what a start, a spoken word, a breach and a review must be.

It reads only the record of what happened and the company's own list of who is what; nothing of the rules that it holds to
account. What a start needs is asked where its review opens, which is with it: by then it is on record whether it is a breach.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from bot.rules.change import Outcome, Span
from bot.rules.facts import ApprovalGiven, ApprovalTakenBack, ApprovalVoided, Fact, VersionRevised
from bot.rules.hotfix import ReviewStage
from bot.rules.hotfix_facts import (
    BreachAnswered,
    HotfixDeclared,
    ReviewOpened,
    StartedInBreach,
    TimelineEntryAdded,
    TurnedIntoStandard,
    VerbalConfirmed,
    VerbalDisputed,
)
from bot.rules.production_facts import DeploymentFinished, DeploymentStarted
from bot.rules.terms import PersonId, Role
from tests import restated_record as record
from tests.restated_company import Company
from tests.restated_review import against_review_fact, review_of

CODE = "G-APP-1"
MANAGERS = (Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER)
AFTER_HOURS = (Role.ENGINEERING_DIRECTOR, Role.ON_CALL)
ROLES_OF = {
    "G-HOT-2": frozenset(MANAGERS),
    "G-APP-4": frozenset(AFTER_HOURS),
    "G-APP-1": frozenset({Role.ENGINEER, Role.TECH_LEAD}),
}


def follows_hotfix(before: Sequence[Fact]) -> bool:
    """Whether the change follows the hotfix process now."""
    turned = any(isinstance(fact, TurnedIntoStandard) for fact in before)
    return isinstance(before[0], HotfixDeclared) and not turned


def against_hotfix_fact(before: Sequence[Fact], last: Fact, company: Company) -> list[str]:
    """What the guide holds against a fact about a hotfix, given all those before it."""
    match last:
        case ApprovalGiven():
            checks = _of_word(before, last, company) if last.spoken else _of_button(before, last)
        case VerbalConfirmed() | VerbalDisputed():
            checks = _of_answer(before, last)
        case ReviewOpened():
            checks = _of_start(before, company)
        case BreachAnswered():
            checks = _of_ratification(before, last, company)
        case TurnedIntoStandard(by=by):
            checks = {
                "turned by its requester": by == record.requester(before),
                "turned before its start": follows_hotfix(before) and not has_started(before),
                "only own code reviews go along": all(
                    fact.row == "G-APP-1" and fact.spoken is None for fact in _standing(before)
                ),
            }
        case TimelineEntryAdded(by=by, at=at, text=text):
            checks = {
                "a timeline kept by those concerned": _has_a_role(by, at, company) and bool(text.strip())
            }
        case _:
            return against_review_fact(before, last, company)
    return [name for name, kept in checks.items() if not kept]


def _has_a_role(person: PersonId, at: object, company: Company) -> bool:
    return any(person in company.holding(role, at) for role in Role)  # type: ignore[arg-type] # facts' times are instants


def has_started(before: Sequence[Fact]) -> bool:
    """Whether production was started, and not left as it was."""
    started = [
        fact.deployment
        for fact in before
        if isinstance(fact, DeploymentStarted) and fact.environment == "production"
    ]
    untouched = {
        fact.deployment
        for fact in before
        if isinstance(fact, DeploymentFinished) and fact.outcome is Outcome.FAILED_UNTOUCHED
    }
    return bool(started) and started[-1] not in untouched


def _of_word(before: Sequence[Fact], word: ApprovalGiven, company: Company) -> dict[str, bool]:
    """G-HOT-2: a spoken approval, as it may be recorded."""
    spoken = word.spoken
    assert spoken
    return {
        "spoken on a declared hotfix": follows_hotfix(before) and not has_started(before),
        "recorded by another": spoken.recorded_by != word.person,
        "recorded by who is concerned": _has_a_role(spoken.recorded_by, word.at, company),
        "the role was held": bool(word.roles)
        and all(word.person in company.holding(role, word.at) for role in word.roles),
        "a role of the row": not ROLES_OF[word.row].isdisjoint(word.roles),
        "spoken since the declaration": record.request(before).at <= spoken.given_at <= word.at,
        "what was said": bool(spoken.said.strip()),
    }


def _of_button(before: Sequence[Fact], approval: ApprovalGiven) -> dict[str, bool]:
    """What has started takes no approval any more but a code review that is open."""
    review = review_of(before)
    after_start = review is not None and has_started(before)
    owed = review is not None and review.stage is not ReviewStage.SIGNED
    return {"a code review that is open": not after_start or (approval.row == "G-APP-1" and owed)}


def _words(before: Sequence[Fact]) -> dict[int, tuple[int, ApprovalGiven]]:
    """Every spoken approval by its number, with its place."""
    return {
        fact.number: (place, fact)
        for place, fact in enumerate(before)
        if isinstance(fact, ApprovalGiven) and fact.spoken
    }


def _of_answer(before: Sequence[Fact], answer: VerbalConfirmed | VerbalDisputed) -> dict[str, bool]:
    """G-HOT-2: only the one who is said to have spoken answers, and once."""
    words = _words(before)
    answered = {fact.number for fact in before if isinstance(fact, VerbalConfirmed | VerbalDisputed)}
    return {
        "an answer about a word": answer.number in words,
        "answered by who spoke": answer.number in words and words[answer.number][1].person == answer.by,
        "answered once": answer.number not in answered,
        "disputed in words": isinstance(answer, VerbalConfirmed) or bool(answer.words.strip()),
    }


@dataclass(frozen=True)
class Dispute:
    """A word that somebody says they did not give: which row and version it was for, and in which roles it counted."""

    person: PersonId
    row: str
    version: str
    roles: frozenset[Role]


def disputes(before: Sequence[Fact], *, own: bool) -> Iterator[Dispute]:
    """Every dispute; one's `own` ends with its version, and is none about a word that no longer counted."""
    words, ended = _words(before), set()
    for place, fact in enumerate(before):
        if isinstance(fact, ApprovalVoided | ApprovalTakenBack):
            ended.add(fact.number)
        if not isinstance(fact, VerbalDisputed):
            continue
        given_at, word = words[fact.number]
        revised = any(isinstance(each, VersionRevised) for each in before[given_at:])
        if own and (revised or fact.number in ended):
            continue
        version = record.version(before[: given_at + 1])
        assert place > given_at
        yield Dispute(word.person, word.row, version, ROLES_OF[word.row] & set(word.roles))


def blocked(before: Sequence[Fact], company: Company, others: Sequence[Dispute] = ()) -> bool:
    """Whether a dispute stands that neither its disputer nor another holder has ended by an approval of their own."""
    version = record.version(before)
    standing = [fact for fact in _standing(before) if fact.spoken is None]
    relevant = [each for each in (*disputes(before, own=True), *others) if each.version == version]
    return not all(
        any(
            fact.person == dispute.person
            or any(
                role in fact.roles and fact.person in _holding(company, role, fact) for role in dispute.roles
            )
            for fact in standing
            if (fact.row == CODE) is (dispute.row == CODE)
        )
        for dispute in relevant
    )


def _holding(company: Company, role: Role, fact: ApprovalGiven) -> set[PersonId]:
    """Who held the role when this was given; on call is asked of the window, where there is one, so that it is read as recorded."""
    return {fact.person} if role is Role.ON_CALL else company.holding(role, fact.at)


def _standing(before: Sequence[Fact]) -> list[ApprovalGiven]:
    over = {
        fact.number
        for fact in before
        if isinstance(fact, ApprovalVoided | ApprovalTakenBack | VerbalDisputed)
    }
    return [fact for fact in before if isinstance(fact, ApprovalGiven) and fact.number not in over]


def _of_start(before: Sequence[Fact], company: Company) -> dict[str, bool]:
    """G-HOT-3: the signatures of its hour, or a breach that says why."""
    breach = before[-1] if isinstance(before[-1], StartedInBreach) else None
    place = len(before) - (2 if breach else 1)
    start, earlier = before[place], before[:place]
    assert isinstance(start, DeploymentStarted)
    checks = {
        "a hotfix": follows_hotfix(earlier) and not has_started(earlier),
        "started by the deployer": start.by == record.deployer(earlier),
        "started by an engineer": start.by in company.holding(Role.ENGINEER, start.at),
        "nothing else running": not record.is_running(earlier),
        "the version is the change's": start.version == record.version(earlier),
    }
    if breach is None:
        return {**checks, **_signed(earlier, start, company), "no dispute": not blocked(earlier, company)}
    return {
        **checks,
        "a breach of this start": (breach.deployment, breach.by) == (start.deployment, start.by),
        "a reason": bool(breach.reason.strip()),
        "who was tried": bool(breach.tried.strip()),
    }


def is_signed(before: Sequence[Fact], start: DeploymentStarted, company: Company) -> bool:
    """Whether every signature was there that the start needed."""
    return all(_signed(before, start, company).values())


def _signed(before: Sequence[Fact], start: DeploymentStarted, company: Company) -> dict[str, bool]:
    _, outside = record.hours_of(Span(start.at, start.at), company.zone)
    held = record.signed_code(before, company, words=True)
    return {
        "a peer looked": record.peers_looked(before, held[Role.ENGINEER] | held[Role.TECH_LEAD]),
        "both managers": _two(before, "G-HOT-2", MANAGERS, company),
        "Director and on-call at night": not outside or _two(before, "G-APP-4", AFTER_HOURS, company),
    }


def _two(before: Sequence[Fact], row: str, roles: tuple[Role, Role], company: Company) -> bool:
    """Whether two people signed the row for this version and plan, one in each role; never the requester as Director."""
    asked, since = (
        record.requester(before),
        max(record.new_version_at(before), record.last_difference(before, "plan")),
    )
    signed = record.given(before, row, since, words=True)
    own = record.given(before, row, 0, words=True).get(asked)
    if row == "G-APP-4" and own is not None:
        signed.setdefault(asked, own)  # who declares while on call signs that, whatever is revised

    def held(person: PersonId, role: Role) -> bool:
        fact = before[signed[person]]
        assert isinstance(fact, ApprovalGiven)
        own_role = person == asked and role is Role.ENGINEERING_DIRECTOR
        return role in fact.roles and person in company.holding(role, fact.at) and not own_role

    return any(held(one, roles[0]) and held(other, roles[1]) for one, other in permutations(signed, 2))


def _of_ratification(before: Sequence[Fact], answer: BreachAnswered, company: Company) -> dict[str, bool]:
    """G-HOT-3: each missing signer says afterwards what they would have said."""
    breach = next(fact for fact in reversed(before) if isinstance(fact, StartedInBreach))
    since = list(before).index(breach)
    answered = {fact.seat for fact in before[since:] if isinstance(fact, BreachAnswered)}
    roles = (answer.seat,) if isinstance(answer.seat, Role) else (Role.ENGINEER, Role.TECH_LEAD)
    own = {breach.by} if isinstance(answer.seat, Role) else {breach.by, record.requester(before)}
    return {
        "a seat that was missing": answer.seat in breach.missing,
        "answered for once": answer.seat not in answered,
        "answered by a signer": any(answer.person in company.holding(role, answer.at) for role in roles),
        "answered by another": answer.person not in own,
        "refused with a reason": answer.ratified or bool(answer.reason.strip()),
    }
