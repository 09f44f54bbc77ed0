"""What helps a change on at each stage, tried by everybody; and whether people of good will bring it to an end."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final

from bot.rules.change import Outcome, PullRequest, Span
from bot.rules.inputs import Finish, FreezeLeave, Reason, RollbackStart, Seen, VerificationInput, WishedWindow
from bot.rules.life import FINISHED, UNSTARTED, WINDOWED, Act, Stage
from bot.rules.review import is_owed, sign_gates
from bot.rules.terms import NO_WORDS, PersonId, Role, Words
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production, finish_staging, start_production, start_staging, take_over
from bot.workflows.freeze import except_from_freeze
from bot.workflows.request import resubmit, withdraw
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import move_window, propose_window
from tests.acting import BERLIN, HOUR, MINUTE
from tests.random_hotfixes import after_hotfix
from tests.random_people import DAY, PEOPLE, URGENT, People
from tests.random_walks import Story

Try = Callable[[], bool]
PATIENCE: Final = 24
"""So often people try something else or wait before they withdraw a change."""
SUCCEEDED: Final = Finish(Outcome.SUCCEEDED, NO_WORDS)


def everybody(people: People, story: Story, act: Act, verb: Callable[..., object], form: object) -> list[Try]:
    """One thing, to be tried by each person of the company."""

    def one(who: PersonId) -> Try:
        return lambda: people.walk.note(story, act, verb(people.moment(story, who), form))  # type: ignore[arg-type] # each verb has its own form

    return [one(who) for who in PEOPLE]


def helpful(people: People, story: Story) -> list[Try]:
    """What takes a change on from where it is, most likely first."""
    kinds: dict[Stage, Callable[[People, Story], list[Try]]] = {
        Stage.DECLARED: lambda people, story: [
            *everybody(people, story, Act.APPROVE, approve, Seen()),
            *everybody(people, story, Act.START_PRODUCTION, start_production, None),
        ],
        Stage.PREPARING: _preparing,
        Stage.RETURNED: lambda people, story: [
            *everybody(people, story, Act.RESUBMIT, resubmit, None),
            *everybody(people, story, Act.APPROVE, approve, Seen()),
        ],
        Stage.STAGING: _finishing_staging,
        Stage.VERIFYING: lambda people, story: [
            *everybody(people, story, Act.VERIFY, verify, VerificationInput(passed=True, notes=NO_WORDS)),
            *everybody(people, story, Act.APPROVE, approve, Seen()),
            lambda: people.evidence(story, story.change.requester),
        ],
        Stage.VERIFIED: _scheduling,
        Stage.APPROVING: lambda people, story: everybody(people, story, Act.APPROVE, approve, Seen()),
        Stage.SCHEDULED: lambda people, story: [
            *everybody(people, story, Act.START_PRODUCTION, start_production, None),
            *everybody(people, story, Act.APPROVE, approve, Seen()),
            *_excepting(people, story),
        ],
        Stage.DEPLOYING: lambda people, story: everybody(
            people, story, Act.FINISH_PRODUCTION, finish_production, SUCCEEDED
        ),
        Stage.MONITORING: _confirming,
        Stage.ROLLBACK_REQUIRED: lambda people, story: everybody(
            people, story, Act.START_ROLLBACK, start_rollback, RollbackStart()
        ),
        Stage.ROLLING_BACK: lambda people, story: everybody(
            people, story, Act.FINISH_ROLLBACK, finish_rollback, SUCCEEDED
        ),
        Stage.RESTORED: _confirming,
    }
    now_at = people.walk.stage_of(story)
    return kinds[now_at](people, story) if now_at in kinds else []


def _preparing(people: People, story: Story) -> list[Try]:
    return [
        lambda: people.evidence(story, story.change.requester),
        *everybody(people, story, Act.APPROVE, approve, Seen()),
        *everybody(people, story, Act.START_STAGING, start_staging, None),
    ]


def _finishing_staging(people: People, story: Story) -> list[Try]:
    return [
        *everybody(people, story, Act.FINISH_STAGING, finish_staging, SUCCEEDED),
        *everybody(people, story, Act.APPROVE, approve, Seen()),
    ]


def _confirming(people: People, story: Story) -> list[Try]:
    return everybody(people, story, Act.CONFIRM_HEALTHY, confirm_healthy, None)


def _scheduling(people: People, story: Story) -> list[Try]:
    return [
        lambda: people.evidence(story, story.change.requester),
        *everybody(people, story, Act.APPROVE, approve, Seen()),
        *(
            attempt
            for span in _windows(people, story)
            for attempt in everybody(
                people, story, Act.PROPOSE_WINDOW, propose_window, WishedWindow(span, URGENT)
            )
        ),
    ]


def _windows(people: People, story: Story) -> Iterator[Span]:
    """The next window in business hours, one of an evening, one that is nearly now; where there is a waiver, its last hour, and one too many."""
    walk = people.walk
    for environment in walk.guide.environments:
        waiver = story.change.left_out(environment)
        if waiver:
            yield Span(waiver.expires_at - HOUR, waiver.expires_at)
            yield Span(waiver.expires_at - HOUR, waiver.expires_at + HOUR)
    business = walk.policy.first_window(story.change.type, walk.now)
    if business:
        yield business
    evening = walk.now.astimezone(BERLIN).replace(hour=20, minute=0, second=0, microsecond=0)
    while evening <= walk.now:
        evening += DAY
    yield Span(evening, evening + HOUR)
    yield Span(walk.now + MINUTE, walk.now + 20 * MINUTE)


def _excepting(people: People, story: Story) -> list[Try]:
    return [
        attempt
        for freeze in people.walk.freezes()
        for attempt in everybody(
            people, story, Act.EXCEPT_FROM_FREEZE, except_from_freeze, FreezeLeave(freeze.id, URGENT)
        )
    ]


def _last_but_one(people: People, story: Story) -> list[Try]:
    """When nobody can do what comes next: another deployer, another window, other pull requests, another version."""
    walk, requester = people.walk, story.change.requester
    engineers = walk.company.holding(Role.ENGINEER, walk.now)
    idle = story.change.deployer not in engineers
    tries = everybody(people, story, Act.TAKE_OVER, take_over, None) if idle else []
    now_at = walk.stage_of(story)
    if now_at in WINDOWED and story.change.window:
        present = walk.policy.hour_classes(story.change.window.span)
        others = [span for span in _windows(people, story) if walk.policy.hour_classes(span) != present]
        for span in others[:1]:
            tries += everybody(people, story, Act.MOVE_WINDOW, move_window, WishedWindow(span, URGENT))
    if now_at in UNSTARTED - {Stage.STAGING}:
        own = (PullRequest(Words("#9"), (requester,)),)
        tries.append(lambda: people.revise(story, requester, pull_requests=own))
        tries.append(lambda: people.revise_version(story, requester))
    return tries


def _pause(people: People, story: Story) -> timedelta:
    """How long to wait when nothing can be done now: for the window, the end of the watch, whatever holds it up."""
    walk, window = people.walk, story.change.window
    now_at = walk.stage_of(story)
    if now_at is Stage.SCHEDULED and window and window.span.start > walk.now:
        return window.span.start - walk.now
    return 15 * MINUTE if now_at not in UNSTARTED else 6 * HOUR


def brought_to_an_end(people: People, story: Story) -> Stage:
    """Let people of good will do their best for a change; where it ends – or the stage at which nobody could go on.

    Withdrawing it is tried last of all. Others finish what they have running, since one service deploys one thing at a time.
    """
    extra = 0
    for _ in range(400):
        now_at = people.walk.stage_of(story)
        if now_at in FINISHED:
            return now_at
        others = [each for each in people.walk.stories if each is not story]
        if any(attempt() for attempt in helpful(people, story)):
            continue
        if any(attempt() for other in others for attempt in _making_room(people, other)):
            continue
        extra += 1
        if extra % 3 == 1 and any(attempt() for attempt in _last_but_one(people, story)):
            continue
        people.walk.wait(_pause(people, story))
        if extra > PATIENCE:
            any(attempt() for attempt in everybody(people, story, Act.WITHDRAW, withdraw, Reason(URGENT)))
    return people.walk.stage_of(story)


def _making_room(people: People, other: Story) -> list[Try]:
    if people.walk.stage_of(other) not in {Stage.DEPLOYING, Stage.ROLLING_BACK, Stage.ROLLBACK_REQUIRED}:
        return []
    tries = helpful(people, other)
    if other.change.running:
        tries += everybody(people, other, Act.FINISH_PRODUCTION, finish_production, SUCCEEDED)
        tries += everybody(people, other, Act.TAKE_OVER, take_over, None)[:1]
    return tries


def is_staffed(people: People, story: Story) -> bool:
    """Whether the company has the people whom the guide asks for, beside the requester: then nothing need be withdrawn."""
    company, requester = people.walk.company, story.change.requester
    at = people.walk.now

    def others(role: Role) -> set[PersonId]:
        return set(company.own(role, at)) - {requester}

    def two(first: set[PersonId], second: set[PersonId]) -> bool:
        return bool(first) and bool(second) and len(first | second) > 1

    return (
        requester in company.own(Role.ENGINEER, at)
        and two(others(Role.ENGINEER) | others(Role.TECH_LEAD), others(Role.TECH_LEAD))
        and bool(others(Role.DEVELOPMENT_TEAM_LEAD))
        and two(set(company.own(Role.QA, at)), set(company.own(Role.PRODUCT, at)))
        and two(others(Role.PRODUCT_MANAGER), others(Role.ENGINEERING_MANAGER))
    )


def brought_to_its_sign_off(people: People, story: Story) -> bool:
    """Let people of good will do what a hotfix leaves to do, once it is over; whether its review is signed by then."""
    for _ in range(100):
        if not any(attempt() for attempt in after_hotfix(people, story)):
            break
    return not is_owed(story.change)


def who_could_sign_off(people: People, story: Story) -> set[PersonId]:
    """Who could do something for a review that is owed: a code review that is open, or, where all are done, the sign-off."""
    review, setting = story.change.review, people.walk.setting(story)
    gates = sign_gates(story.change, setting)
    if review is None or gates:
        return {who for gate in gates for who in gate.who}
    at = people.walk.now
    signers = {
        who
        for role in (Role.ENGINEERING_MANAGER, Role.ENGINEERING_DIRECTOR)
        for who in people.walk.company.holding(role, at)
    }
    return signers - {review.author} if review.author else signers


def random_help(people: People, story: Story, which: int) -> None:
    """One of the things that help, by whoever can; now and then by somebody who perhaps cannot."""
    tries = helpful(people, story)
    if which % 3 == 0 and story.change.issue:
        tries = after_hotfix(people, story) or tries
    if tries and which % 4 == 0:
        tries[which % len(tries)]()
        return
    start = which % len(tries) if tries else 0
    any(attempt() for attempt in (*tries[start:], *tries[:start]))
