"""A hotfix on its way, with the people of `acting`: declared, signed by button and by word, started, finished, reviewed."""

from datetime import datetime

from bot.rules.change import Approval, Outcome
from bot.rules.hotfix import Breach, How, Issue, Review, ReviewText
from bot.rules.hotfix_inputs import (
    BreachStart,
    HotfixDeclaration,
    ReviewHandIn,
    SpokenBy,
    VerbalAnswer,
    VerbalRecord,
)
from bot.rules.inputs import Finish
from bot.rules.organization import Roster
from bot.rules.terms import NO_WORDS, PersonId, Role, Words
from bot.rules.verdict import Done, Verdict
from bot.workflows.deploy import finish_production, start_production
from bot.workflows.hotfix import declare_hotfix, start_in_breach
from bot.workflows.review import submit_review
from bot.workflows.verbal import confirm_verbal, dispute_verbal, record_verbal
from tests.acting import (
    ANA,
    ANAS_PULL_REQUEST,
    BEN,
    EVE,
    MINUTE,
    MONDAY,
    PAUL,
    PAYMENTS,
    PLAN,
    TIA,
    Counting,
    Course,
    a_guide,
    a_policy,
    a_roster,
    berlin,
    sentences,
)

NIGHT = berlin(28, 2)
"""Saturday, 02:00."""
WHY = Words("every minute costs us orders")
FAILED_UNTOUCHED = Finish(Outcome.FAILED_UNTOUCHED, Words("the registry was down"))
FAILED = Finish(Outcome.FAILED, Words("half of the hosts are gone"))
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)
CONFIRMED = VerbalAnswer()
DISPUTED = VerbalAnswer(words=Words("I said that I would look at it"))
BREACH = BreachStart(reason=WHY, tried=Words("Eve and Paul, three calls each"))

ISSUE = Issue("SEV1", Words("Checkout fails for all EU cards"))
DECLARATION = HotfixDeclaration(
    service=PAYMENTS,
    version="4.12.1",
    issue=ISSUE,
    channel="C0INC",
    pull_requests=(ANAS_PULL_REQUEST,),
    reviewers=(BEN,),
    plan=PLAN,
)
TEXT = ReviewText(
    summary=Words("EU cards failed for 41 minutes"),
    timeline=Words("02:09 declared, 02:24 deployed"),
    root_cause=Words("a certificate that ran out"),
    follow_ups=Words("OPS-12: watch the certificates"),
)
HAND_IN = ReviewHandIn(TEXT)


def declares(course: Course, actor: PersonId, form: HotfixDeclaration = DECLARATION) -> Verdict:
    """Let somebody declare a hotfix; what is done begins the course."""
    verdict = declare_hotfix(course.setting, actor, form, course.numbers)
    if isinstance(verdict, Done):
        course.facts = verdict.facts
    return verdict


def undeclared(roster: Roster | None = None, at: datetime = MONDAY, **overrides: object) -> Course:
    """Nothing yet, under a guide with these overrides."""
    return Course(a_policy(a_guide(**overrides)), roster or a_roster(), at, numbers=Counting())


def a_hotfix(
    roster: Roster | None = None,
    *,
    by: PersonId = ANA,
    at: datetime = MONDAY,
    form: HotfixDeclaration = DECLARATION,
    **overrides: object,
) -> Course:
    """A hotfix as it was just declared; on a Monday at 10:00 where nothing else is said."""
    course = undeclared(roster, at, **overrides)
    verdict = declares(course, by, form)
    assert isinstance(verdict, Done), sentences(verdict)
    return course


def a_record(
    course: Course, *people: PersonId | tuple[PersonId, Role], given_at: datetime | None = None
) -> VerbalRecord:
    """The form by which these people's words of just now are recorded; a role only where one is named."""
    named = tuple(SpokenBy(*each) if isinstance(each, tuple) else SpokenBy(each) for each in people)
    return VerbalRecord(named, Words("yes, roll it"), How.PHONE, given_at or course.now, heard_by=None)


def spoken(course: Course, *people: PersonId | tuple[PersonId, Role], by: PersonId = ANA) -> Course:
    """With these people's words recorded."""
    return course.does(record_verbal, by, a_record(course, *people))


def confirmed(course: Course, *people: PersonId) -> Course:
    """Let each of them confirm what is said to be theirs."""
    for person in people:
        course.does(confirm_verbal, person, CONFIRMED)
    return course


def disputed(course: Course, *people: PersonId) -> Course:
    """Let each of them dispute what is said to be theirs."""
    for person in people:
        course.does(dispute_verbal, person, DISPUTED)
    return course


def signed(course: Course) -> Course:
    """With a peer's look and both approvals of G-HOT-2, by button."""
    return course.approved_by(BEN, EVE, PAUL)


def starts(course: Course) -> Course:
    """Started by Ana."""
    return course.does(start_production, ANA, None)


def started(course: Course) -> Course:
    """Signed by button, and started."""
    return starts(signed(course))


def finished(course: Course) -> Course:
    """In production ten minutes after its start."""
    return started(course).wait(10 * MINUTE).does(finish_production, ANA, SUCCEEDED)


def untouched(course: Course) -> Course:
    """Started, and failed five minutes later without touching production."""
    return started(course).wait(5 * MINUTE).does(finish_production, ANA, FAILED_UNTOUCHED)


def in_breach(course: Course, by: PersonId = ANA) -> Course:
    """Started without approvals."""
    return course.does(start_in_breach, by, BREACH)


def handed_in(course: Course) -> Course:
    """In production, and its review handed in by Ana an hour later."""
    return finished(course).wait(60 * MINUTE).does(submit_review, ANA, HAND_IN)


def ready_to_sign(course: Course) -> Course:
    """Handed in, with the Tech Lead's deferred look at the code."""
    return handed_in(course).approved_by(TIA)


def words_of(course: Course, person: PersonId) -> tuple[Approval, ...]:
    """Every approval that was said to be this person's, or given by them."""
    return tuple(each for each in course.change.approvals if each.person == person)


def the_review(course: Course) -> Review:
    """The review, which must be open or done."""
    assert course.change.review
    return course.change.review


def the_breach(course: Course) -> Breach:
    """The breach in which it was started."""
    assert course.change.breach
    return course.change.breach
