"""Random hotfixes: declared, approved by word and by button, started in order and in breach, reviewed – rightly or not."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

from bot.rules.breach import who_answers
from bot.rules.hotfix import How, Issue, ReviewText
from bot.rules.hotfix_inputs import (
    BreachStart,
    HotfixDeclaration,
    ReviewExtension,
    ReviewHandIn,
    SpokenBy,
    Standardization,
    TimelineEntry,
    VerbalAnswer,
    VerbalRecord,
)
from bot.rules.inputs import Reason, Seen
from bot.rules.life import UNSTARTED, Act, Stage
from bot.rules.terms import NO_WORDS, ChangeType, PersonId, Role, Words
from bot.workflows.approve import approve
from bot.workflows.hotfix import (
    add_to_timeline,
    ratify_breach,
    refuse_breach,
    revise_issue,
    start_in_breach,
    turn_into_standard,
)
from bot.workflows.review import (
    draft_review,
    extend_review,
    return_review,
    sign_review,
    snooze_review,
    submit_review,
)
from bot.workflows.verbal import confirm_verbal, dispute_verbal, record_verbal
from tests.acting import HOUR, MINUTE, PAYMENTS, PLAN
from tests.random_people import PEOPLE, PULL_REQUESTS, SECOND, URGENT, People, Step
from tests.random_walks import Story

SIGNING = (
    None,
    Role.ENGINEERING_MANAGER,
    Role.PRODUCT_MANAGER,
    Role.ENGINEERING_DIRECTOR,
    Role.ON_CALL,
    None,
)
WHOLE = ReviewText(*(Words(each) for each in ("what", "when", "why", "what next")))
TEXTS = (WHOLE, WHOLE, WHOLE, replace(WHOLE, root_cause=NO_WORDS))
ISSUES = (
    Issue("SEV1", URGENT),
    Issue("SEV2", URGENT, URGENT),
    Issue("SEV9", URGENT),
    Issue("SEV1", NO_WORDS),
)
Tried = tuple[Act, Callable[[], object]]


def declare(people: People, step: Step) -> Story | None:
    """Declare a hotfix of something new; now and then of a version that was there before."""
    old = step.which % 7 == 0 and people.walk.stories
    version = people.walk.stories[-1].change.version if old else f"1.{next(people.versions)}"
    form = HotfixDeclaration(
        service=PAYMENTS,
        version=version,
        issue=ISSUES[0 if step.who % 9 else step.which % 4],
        channel=("", "C0INCIDENT")[step.which % 2],
        pull_requests=PULL_REQUESTS[step.which % 4],
        reviewers=(PEOPLE[step.who % len(PEOPLE)],),
        plan=PLAN,
    )
    return people.walk.declare(people.holder(step.who, Role.ENGINEER), form)


def begin(people: People, step: Step) -> None:
    """Ask for a deployment, or declare a hotfix."""
    if step.which % 3 == 2:
        declare(people, step)
    else:
        people.ask(step)


def approving(people: People, story: Story) -> Act:
    """What pressing Approve is: once a hotfix has started it is its deferred code review."""
    return Act.APPROVE if people.walk.stage_of(story) in UNSTARTED else Act.REVIEW_CODE


def hotfix_acts(people: People, story: Story, step: Step) -> Sequence[Tried]:
    """Everything that somebody can try to do to what is or was a hotfix, by the act's name."""
    walk, which = people.walk, step.which
    who = PEOPLE[step.who % len(PEOPLE)]
    moment = people.moment(story, who)
    reason = URGENT if which % 5 else NO_WORDS
    number = (None, None, which % 5)[which % 3]
    text = ReviewHandIn(TEXTS[which % 4])
    extension = ReviewExtension(walk.now + (which % 7) * 40 * HOUR, reason)
    said = TimelineEntry(reason, (None, who)[which % 2], walk.now)
    kinds = tuple(ChangeType)
    tried: list[tuple[Act, Callable[..., object], object]] = [
        (Act.RECORD_VERBAL, record_verbal, a_record(people, story, step)),
        (Act.CONFIRM_VERBAL, confirm_verbal, VerbalAnswer(number)),
        (Act.DISPUTE_VERBAL, dispute_verbal, VerbalAnswer(number, reason)),
        (Act.START_IN_BREACH, start_in_breach, BreachStart(reason, URGENT if which % 7 else NO_WORDS)),
        (Act.RATIFY_BREACH, ratify_breach, None),
        (Act.REFUSE_BREACH, refuse_breach, Reason(reason)),
        (Act.TURN_INTO_STANDARD, turn_into_standard, Standardization(kinds[which % len(kinds)])),
        (Act.ADD_TO_TIMELINE, add_to_timeline, said),
        (Act.REVISE_ISSUE, revise_issue, ISSUES[which % 4]),
        (approving(people, story), approve, Seen()),
        (Act.DRAFT_REVIEW, draft_review, text),
        (Act.SUBMIT_REVIEW, submit_review, text),
        (Act.SIGN_REVIEW, sign_review, None),
        (Act.RETURN_REVIEW, return_review, Reason(reason)),
        (Act.EXTEND_REVIEW, extend_review, extension),
        (Act.SNOOZE_REVIEW, snooze_review, None),
    ]

    def one(act: Act, verb: Callable[..., object], form: object) -> Callable[[], object]:
        return lambda: walk.note(story, act, verb(moment, form))  # type: ignore[arg-type] # each verb has its own form

    return [(act, one(act, verb, form)) for act, verb, form in tried]


def a_record(people: People, story: Story, step: Step) -> VerbalRecord:
    """One or two people, in a role that they perhaps hold, at a time that is perhaps none."""
    walk, which = people.walk, step.which
    named = []
    for place in range(1 + which % 3):
        role = SIGNING[(which // 3 + place) % len(SIGNING)]
        wanted = (role,) if role else (Role.ENGINEER, Role.TECH_LEAD)
        right = people.holder(step.what + place, *wanted)
        named.append(SpokenBy(right if (which + place) % 9 else PEOPLE[step.what % len(PEOPLE)], role))
    whens = (
        walk.now,
        walk.now - SECOND,
        story.change.requested_at,
        walk.now,
        walk.now + MINUTE,
        walk.now - 9 * HOUR,
    )
    heard = (None, PEOPLE[which % len(PEOPLE)])[which % 2]
    said = URGENT if which % 11 else NO_WORDS
    return VerbalRecord(
        tuple(named), said, tuple(How)[which % len(How)], whens[step.what % len(whens)], heard
    )


def turn_hotfix(people: People, story: Story, step: Step) -> bool:
    """A turn in the life of a hotfix that seldom comes of itself; whether there was one to take."""
    walk, which, change = people.walk, step.which, story.change
    unanswered = [each for each in change.approvals if each.unconfirmed]
    asked = [*{each.person for each in unanswered}]
    if unanswered and which % 3 == 0:
        answer = VerbalAnswer(unanswered[which % len(unanswered)].number, URGENT)
        who = unanswered[which % len(unanswered)].person if asked else change.requester
        verb, act = (
            (dispute_verbal, Act.DISPUTE_VERBAL) if which % 2 else (confirm_verbal, Act.CONFIRM_VERBAL)
        )
        return walk.note(story, act, verb(people.moment(story, who), answer))
    if walk.stage_of(story) is Stage.DECLARED and which % 3 == 1:
        engineer = people.moment(story, people.holder(step.who, Role.ENGINEER))
        return walk.note(story, Act.START_IN_BREACH, start_in_breach(engineer, BreachStart(URGENT, URGENT)))
    if walk.stage_of(story) is Stage.DECLARED and which % 9 == 2:
        asking = people.moment(story, change.requester)
        return walk.note(story, Act.TURN_INTO_STANDARD, turn_into_standard(asking, Standardization()))
    return which % 2 == 0 and any(attempt() for attempt in after_hotfix(people, story))


def spoken_for(people: People, story: Story, step: Step) -> bool:
    """Everybody's word, recorded rightly by somebody else."""
    roles = (None, Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER, Role.ENGINEERING_DIRECTOR, Role.ON_CALL)
    done = False
    for place, role in enumerate(roles):
        wanted = (role,) if role else (Role.ENGINEER, Role.TECH_LEAD)
        speaker = people.holder(step.what + place, *wanted)
        others = [person for person in PEOPLE if person != speaker]
        form = VerbalRecord((SpokenBy(speaker, role),), URGENT, How.PHONE, people.walk.now, None)
        moment = people.moment(story, others[step.who % len(others)])
        done |= people.walk.note(story, Act.RECORD_VERBAL, record_verbal(moment, form))
    return done


def after_hotfix(people: People, story: Story) -> list[Callable[[], bool]]:
    """What brings to an end what a hotfix leaves: own code reviews, answers for a breach, the review handed in and signed."""
    walk, change = people.walk, story.change
    setting = walk.setting(story)

    def one(act: Act, verb: Callable[..., object], form: object, who: PersonId) -> Callable[[], bool]:
        return lambda: walk.note(story, act, verb(people.moment(story, who), form))  # type: ignore[arg-type] # each verb has its own form

    seats = change.breach.unanswered if change.breach else ()
    missing = chain.from_iterable(who_answers(seat, change, setting) for seat in seats)
    tries = [one(Act.RATIFY_BREACH, ratify_breach, None, who) for who in missing]
    if change.review is None or change.review.signed_at:
        return tries
    tries += [one(approving(people, story), approve, Seen(), who) for who in PEOPLE]
    signers = walk.company.holding(Role.ENGINEERING_MANAGER, walk.now) | walk.company.holding(
        Role.ENGINEERING_DIRECTOR, walk.now
    )
    writers = sorted(PEOPLE, key=lambda who: not signers - {who})
    tries += [one(Act.SIGN_REVIEW, sign_review, None, who) for who in PEOPLE]
    return [*tries, *(one(Act.SUBMIT_REVIEW, submit_review, ReviewHandIn(WHOLE), who) for who in writers)]
