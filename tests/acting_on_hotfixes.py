"""A hotfix on its way, acted on by the people of `acting`'s company; the requester wrote it."""

from collections.abc import Mapping

from bot.rules.change import Outcome
from bot.rules.hotfix import How, Issue, ReviewText
from bot.rules.hotfix_inputs import BreachStart, HotfixDeclaration, ReviewHandIn, SpokenBy, VerbalRecord
from bot.rules.inputs import Finish
from bot.rules.terms import NO_WORDS, PersonId, Role, Words
from bot.rules.verdict import Done
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import declare_hotfix
from bot.workflows.verbal import record_verbal
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    EVE,
    MINUTE,
    PAUL,
    PAYMENTS,
    PLAN,
    Course,
    a_guide,
    a_policy,
    a_roster,
    berlin,
    sentences,
)

AFTERNOON, NIGHT = berlin(23, 14), berlin(28, 2)
WELL = Finish(Outcome.SUCCEEDED, NO_WORDS)
UNTOUCHED = Finish(Outcome.FAILED_UNTOUCHED, Words("no route"))
BREACH = BreachStart(Words("all cards fail"), Words("Eve and Paul, by phone"))
REVIEW = ReviewHandIn(ReviewText(Words("cards"), Words("14:00"), Words("a cache"), Words("warm it")))


def a_hotfix(requester: PersonId = ANA, **held: tuple[PersonId, ...]) -> Course:
    """Declared on Monday at 14:00."""
    return declared(Course(a_policy(a_guide()), a_roster(**held), AFTERNOON), requester)


def declared(course: Course, requester: PersonId = ANA) -> Course:
    form = HotfixDeclaration(
        service=PAYMENTS,
        version="4.12.2",
        issue=Issue("SEV1", Words("nobody can pay")),
        channel="C0INCIDENT",
        pull_requests=(ANAS_PULL_REQUEST,),
        reviewers=(),
        plan=PLAN,
    )
    verdict = declare_hotfix(course.setting, requester, form, course.numbers)
    assert isinstance(verdict, Done), sentences(verdict)
    course.facts = verdict.facts
    return course


def recorded(course: Course, people: Mapping[PersonId, Role | None], recorder: PersonId = ANA) -> Course:
    """Said by phone a minute ago, while Ben listened."""
    course.wait(2 * MINUTE)
    said = tuple(SpokenBy(person, role) for person, role in people.items())
    form = VerbalRecord(said, Words("yes, go"), How.PHONE, course.now - MINUTE, BEN)
    return course.does(record_verbal, recorder, form)


def approved_by_word(course: Course) -> Course:
    recorded(course, {EVE: Role.ENGINEERING_MANAGER, PAUL: Role.PRODUCT_MANAGER})
    return course.approved_by(BEN)


def started(course: Course) -> Course:
    return course.wait(MINUTE).does(start_production, ANA, None)


def finished(course: Course) -> Course:
    return course.wait(10 * MINUTE).does(finish_production, ANA, WELL)
