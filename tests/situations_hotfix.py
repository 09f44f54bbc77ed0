"""A hotfix wherever it can be: by day and by night, on words and on buttons, in breach, in production, with its review.

The company is the one of `situations`. Ana declares, Arno wrote the code, Dirk deploys, Ben is named as its peer. Beside
each situation stands by hand what is so there, and who is who: `restated_life` says what they may do about it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from bot.rules.change import Outcome, PullRequest
from bot.rules.hotfix import How, Issue, ReviewText
from bot.rules.hotfix_inputs import (
    BreachStart,
    HotfixDeclaration,
    ReviewHandIn,
    SpokenBy,
    Standardization,
    VerbalAnswer,
    VerbalRecord,
)
from bot.rules.inputs import EvidenceInput, Finish, Reason, RollbackStart, Seen
from bot.rules.life import Stage
from bot.rules.terms import PersonId, Role, Words
from bot.rules.verdict import Done
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, start_production, take_over
from bot.workflows.hotfix import declare_hotfix, start_in_breach, turn_into_standard
from bot.workflows.observe import observe
from bot.workflows.request import record_evidence, withdraw
from bot.workflows.review import draft_review, sign_review, submit_review
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.verbal import confirm_verbal, dispute_verbal, record_verbal
from bot.workflows.watch import confirm_healthy
from tests.acting import (
    ANA,
    BEN,
    BRANCH,
    CI,
    DORA,
    EVE,
    HOUR,
    MERGE,
    MINUTE,
    MONDAY,
    OMAR,
    PAUL,
    PAYMENTS,
    PLAN,
    STRANGER,
    TIA,
    Course,
    a_guide,
    a_policy,
    berlin,
    sentences,
)
from tests.situations import ALARM, ARNO, COMPANY, DEDE, DIRK, NEIGHBORS, OTTO, ROSTER, SUCCEEDED, WHY

People = frozenset[PersonId]
DAY, NIGHT = MONDAY, berlin(23, 20)
THE_ISSUE: Final = Issue("SEV1", Words("no card is charged"))
DECLARATION: Final = HotfixDeclaration(
    service=PAYMENTS,
    version="4.12.1",
    issue=THE_ISSUE,
    channel="C0INCIDENT",
    pull_requests=(PullRequest(Words("#887"), (ARNO,)),),
    reviewers=(BEN,),
    plan=PLAN,
)
UNTOUCHED: Final = Finish(Outcome.FAILED_UNTOUCHED, WHY)
TEXT: Final = ReviewText(*(Words(each) for each in ("what it was", "when", "why", "what next")))
EVERY_ROLE: Final = frozenset(COMPANY) - {OTTO, STRANGER}
BESIDES_EVE: Final = EVERY_ROLE - {EVE}
PEERS: Final = frozenset({BEN, OMAR, DIRK, TIA})
SIGNERS: Final = frozenset({EVE, DORA, DEDE})


def declared(at: datetime = DAY, by: PersonId = ANA) -> Course:
    """Declared, and Dirk deploys."""
    course = Course(a_policy(a_guide()), ROSTER, at, NEIGHBORS)
    verdict = declare_hotfix(course.setting, by, DECLARATION, course.numbers)
    assert isinstance(verdict, Done), sentences(verdict)
    course.facts = verdict.facts
    return course.wait(MINUTE).does(take_over, DIRK, None)


def record_of(course: Course, *people: tuple[PersonId, Role | None]) -> VerbalRecord:
    """What these people are said to have said just now."""
    spoken = tuple(SpokenBy(person, role) for person, role in people)
    return VerbalRecord(spoken, Words("go ahead"), How.PHONE, course.now, None)


def on_words(course: Course) -> Course:
    """By day on words alone: of a peer and both managers."""
    words = ((BEN, None), (EVE, Role.ENGINEERING_MANAGER), (PAUL, Role.PRODUCT_MANAGER))
    return course.does(record_verbal, ANA, record_of(course, *words))


def disputed(course: Course) -> Course:
    """And one of them says that it is not so."""
    return on_words(course).does(dispute_verbal, EVE, VerbalAnswer(words=Words("I said no")))


def disputed_and_said_again(course: Course) -> Course:
    """Recorded a second time, which ends no dispute."""
    return disputed(course).does(record_verbal, ANA, record_of(course, (EVE, Role.ENGINEERING_MANAGER)))


def signed(course: Course) -> Course:
    """By day by button."""
    return course.approved_by(BEN, EVE, PAUL)


def started(course: Course) -> Course:
    """On buttons, so that the Tech Lead's code review is open."""
    return signed(course).does(start_production, DIRK, None)


def started_on_words(course: Course) -> Course:
    """On words, so that all of the code review is open."""
    return on_words(course).does(start_production, DIRK, None)


def started_in_breach(course: Course) -> Course:
    """With nothing signed."""
    return course.does(start_in_breach, DIRK, BreachStart(WHY, Words("Eve and Paul, by phone")))


def untouched(course: Course) -> Course:
    """Declared again, since the start left production as it was."""
    return started(course).does(finish_production, DIRK, UNTOUCHED)


def watched(course: Course) -> Course:
    """In production, and watched for half an hour."""
    return started(course).does(finish_production, DIRK, SUCCEEDED).wait(30 * MINUTE)


def reviewed(course: Course) -> Course:
    """With every code review done by one's own act."""
    return course.does(approve, TIA, Seen())


def handed_in(course: Course) -> Course:
    """The review is handed in by Dirk."""
    return course.does(submit_review, DIRK, ReviewHandIn(TEXT))


def alarmed(course: Course) -> Course:
    """And somebody sees it fail."""
    return watched(course).does(observe, DORA, ALARM)


def rolling_back(course: Course) -> Course:
    """And it is being rolled back."""
    return alarmed(course).does(start_rollback, DIRK, RollbackStart())


def restored(course: Course) -> Course:
    """Rolled back, and watched for half an hour."""
    return rolling_back(course).does(finish_rollback, DIRK, SUCCEEDED).wait(30 * MINUTE)


def closed(course: Course) -> Course:
    """Whatever is watched is healthy."""
    course.does(confirm_healthy, DIRK, None).wait(HOUR)
    change = course.change
    if course.stage is Stage.DONE:
        course.neighbors = type(NEIGHBORS)(in_production=change.version, put_there_by=change.id)
    return course


@dataclass(frozen=True)
class Situation:
    """How it comes about, where it is, what is so there, and who is who in the words of the table."""

    build: Callable[[], Course]
    stage: Stage
    marks: frozenset[str] = frozenset()
    who: Mapping[str, People] = field(default_factory=dict)


def _so(build: Callable[[], Course], stage: Stage, marks: str, **who: People) -> Situation:
    given = frozenset(mark for mark in marks.split(", ") if mark)
    people = {role.replace("_", " "): them for role, them in who.items()}
    return Situation(build, stage, given, people)


APPROVAL, STANDING, OWES = "whose_approval_is_missing", "its_giver", "who_owes_the_review"
NAMED, CODE, HEARD = "named_approver", "whose_code_review_is_open", "who_can_have_heard_it"
MISSING, SIGNER = "missing_signer", "signer"
BY_NIGHT: Final = PEERS | {PAUL, EVE, DORA, DEDE}
TRIO: Final = frozenset({BEN, EVE, PAUL})
LEAD: Final = frozenset({TIA})
ANAS: Final = frozenset({ANA, EVE})
DIRKS: Final = frozenset({DIRK, EVE})
OPEN, SUBMITTED = "open, review, idle", "submitted, review, idle"
_S = Stage

HOTFIXES: Final[Mapping[str, Situation]] = {
    "declared by day": _so(
        declared, _S.DECLARED, "unsigned", **{APPROVAL: PEERS | {PAUL, EVE}, HEARD: BESIDES_EVE}
    ),
    "declared by night": _so(
        lambda: declared(NIGHT), _S.DECLARED, "unsigned", **{APPROVAL: BY_NIGHT, HEARD: BESIDES_EVE}
    ),
    "declared by who is on call": _so(
        lambda: declared(NIGHT, OMAR), _S.DECLARED, "unsigned",
        **{APPROVAL: (BY_NIGHT | {ANA}) - {OMAR}, STANDING: frozenset({OMAR}), HEARD: BESIDES_EVE, "requester": frozenset({OMAR})},
    ),
    "on words": _so(lambda: on_words(declared()), _S.DECLARED, "signed, words", **{STANDING: TRIO, NAMED: TRIO}),
    "disputed": _so(
        lambda: disputed(declared()), _S.DECLARED, "unsigned, words",
        **{APPROVAL: frozenset({EVE}), STANDING: TRIO - {EVE}, NAMED: TRIO - {EVE}, HEARD: BESIDES_EVE},
    ),
    "disputed and said again": _so(
        lambda: disputed_and_said_again(declared()), _S.DECLARED, "unsigned, words",
        **{APPROVAL: frozenset({EVE}), STANDING: TRIO, NAMED: TRIO},
    ),
    "disputed and approved after all": _so(
        lambda: disputed(declared()).approved_by(EVE), _S.DECLARED, "signed, words",
        **{STANDING: TRIO, NAMED: TRIO - {EVE}},
    ),
    "signed": _so(lambda: signed(declared()), _S.DECLARED, "signed", **{STANDING: TRIO}),
    "signed by night": _so(
        lambda: signed(declared(NIGHT)).approved_by(DORA, OMAR), _S.DECLARED, "signed", **{STANDING: TRIO | {DORA, OMAR}}
    ),
    "signed by day, and it is night": _so(
        lambda: signed(declared()).at(NIGHT), _S.DECLARED, "unsigned",
        **{APPROVAL: frozenset({DORA, DEDE, OMAR}), STANDING: TRIO},
    ),
    "declared again": _so(
        lambda: untouched(declared()), _S.DECLARED, f"signed, {OPEN}",
        **{APPROVAL: LEAD, STANDING: TRIO, CODE: LEAD, OWES: ANAS},
    ),
    "started": _so(lambda: started(declared()), _S.DEPLOYING, "open, review", **{CODE: LEAD, OWES: ANAS}),
    "started on words": _so(
        lambda: started_on_words(declared()), _S.DEPLOYING, "open, review, words", **{NAMED: TRIO, CODE: PEERS, OWES: ANAS}
    ),
    "started in breach": _so(
        lambda: started_in_breach(declared()), _S.DEPLOYING, "open, review",
        **{CODE: PEERS, OWES: ANAS, MISSING: frozenset({EVE, PAUL, BEN, OMAR, TIA})},
    ),
    "handed in while it runs": _so(
        lambda: handed_in(reviewed(started(declared()))), _S.DEPLOYING, "submitted, review, code reviewed",
        **{OWES: DIRKS, SIGNER: SIGNERS},
    ),
    "watched": _so(lambda: watched(declared()), _S.MONITORING, OPEN, **{CODE: LEAD, OWES: ANAS}),
    "watched, its review drafted": _so(
        lambda: watched(declared()).does(draft_review, BEN, ReviewHandIn(TEXT)), _S.MONITORING, OPEN,
        **{CODE: LEAD, OWES: frozenset({BEN, EVE})},
    ),
    "watched, its review handed in": _so(
        lambda: handed_in(watched(declared())), _S.MONITORING, SUBMITTED, **{CODE: LEAD, OWES: DIRKS, SIGNER: SIGNERS}
    ),
    "alarmed": _so(lambda: alarmed(declared()), _S.ROLLBACK_REQUIRED, OPEN, **{CODE: LEAD, OWES: ANAS}),
    "alarmed while it runs": _so(
        lambda: started(declared()).does(observe, DORA, ALARM), _S.ROLLBACK_REQUIRED, "open, review, running", **{CODE: LEAD, OWES: ANAS}),
    "being rolled back": _so(
        lambda: handed_in(reviewed(rolling_back(declared()))), _S.ROLLING_BACK, "submitted, review, code reviewed",
        **{OWES: DIRKS, SIGNER: SIGNERS},
    ),
    "rolled back and watched": _so(lambda: restored(declared()), _S.RESTORED, OPEN, **{CODE: LEAD, OWES: ANAS}),
    "done": _so(
        lambda: closed(watched(declared())), _S.DONE, OPEN, **{CODE: LEAD, OWES: ANAS}
    ),
    "done, its review handed in": _so(
        lambda: handed_in(reviewed(closed(watched(declared())))), _S.DONE, f"{SUBMITTED}, code reviewed",
        **{OWES: DIRKS, SIGNER: SIGNERS},
    ),
    "done and signed": _so(
        lambda: handed_in(reviewed(closed(watched(declared())))).does(sign_review, EVE, None), _S.DONE, "idle"
    ),
    "done on confirmed words": _so(
        lambda: closed(
            started_on_words(declared())
            .does(confirm_verbal, BEN, VerbalAnswer())
            .does(dispute_verbal, EVE, VerbalAnswer(words=Words("never")))
            .does(finish_production, DIRK, SUCCEEDED).wait(30 * MINUTE)
        ),
        _S.DONE, f"{OPEN}, words", **{NAMED: frozenset({PAUL}), CODE: PEERS, OWES: ANAS},
    ),
    "rolled back": _so(
        lambda: handed_in(reviewed(closed(restored(declared())))), _S.ROLLED_BACK, f"{SUBMITTED}, code reviewed",
        **{OWES: DIRKS, SIGNER: SIGNERS},
    ),
    "withdrawn": _so(lambda: declared().does(withdraw, ANA, Reason(WHY)), _S.WITHDRAWN, "idle"),
    "withdrawn with words": _so(
        lambda: on_words(declared()).does(withdraw, ANA, Reason(WHY)), _S.WITHDRAWN, "idle, words", **{NAMED: TRIO}
    ),
    "withdrawn with its review open": _so(
        lambda: untouched(declared()).does(withdraw, ANA, Reason(WHY)), _S.WITHDRAWN, OPEN, **{CODE: LEAD, OWES: ANAS}
    ),
    "withdrawn with its review handed in": _so(
        lambda: handed_in(reviewed(untouched(declared()).does(withdraw, ANA, Reason(WHY)))), _S.WITHDRAWN,
        f"{SUBMITTED}, code reviewed", **{OWES: DIRKS, SIGNER: SIGNERS},
    ),
}  # fmt: skip
"""By a name for each. `signed` is where a start lacks nothing, `idle` where nothing runs."""


def with_all_left_over() -> Course:
    """A hotfix that goes the standard way, with an open word, an unanswered breach and an open review; nothing is approved."""
    course = declared()
    course.does(record_verbal, ANA, record_of(course, (EVE, Role.ENGINEERING_MANAGER)))
    started_in_breach(course).does(finish_production, DIRK, UNTOUCHED)
    evidence = EvidenceInput((BRANCH, CI, MERGE), in_development=True)
    return course.does(turn_into_standard, ANA, Standardization()).does(record_evidence, ANA, evidence)


def turned(*, review: bool) -> Course:
    """A hotfix that goes the standard way now; with the review of a start that left production as it was."""
    before = untouched(declared()) if review else on_words(declared())
    return before.does(turn_into_standard, ANA, Standardization())


@cache
def _at(name: str) -> Course:
    course = HOTFIXES[name].build()
    assert course.stage is HOTFIXES[name].stage, name
    return course


def at_situation(name: str) -> Course:
    """A hotfix in this situation, for one test to act on."""
    return _at(name).copy()
