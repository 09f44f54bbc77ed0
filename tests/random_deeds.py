"""One random step of a walk: something that helps, something that anybody may try, or time that passes."""

from bot.rules.change import Outcome
from bot.rules.inputs import (
    Finish,
    Rejection,
    Report,
    ReportWithdrawal,
    RollbackStart,
    Seen,
    VerificationInput,
    WaiverGrant,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import FINISHED, IN_PRODUCTION, TRANSITIONS, Act, Stage
from bot.rules.readings import Problem
from bot.rules.terms import Role
from bot.workflows.approve import reject
from bot.workflows.deploy import finish_production, finish_staging
from bot.workflows.observe import observe, withdraw_observation
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.supersede import undo_superseding
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver
from bot.workflows.windows import accept_counter_proposal, move_window
from tests.acting import HOUR
from tests.random_hotfixes import begin, hotfix_acts, spoken_for, turn_hotfix
from tests.random_people import PULL_REQUESTS, SECOND, URGENT, WAITS, People, Step
from tests.random_walks import Story
from tests.ways_on import random_help

AT_ONCE = 3
"""So many unfinished changes of the service at most."""


def take(people: People, step: Step) -> None:
    """Try one step; every other one helps. A second passes in any case."""
    walk = people.walk
    walk.now += SECOND
    unfinished = [story for story in walk.stories if walk.stage_of(story) not in FINISHED]
    if not unfinished or (len(unfinished) < AT_ONCE and step.what % 15 == 0):
        begin(people, step)
        return
    # Some of what is over can still be observed, rolled back, brought back.
    over = [story for story in walk.stories if walk.stage_of(story) in FINISHED]
    chosen = unfinished if step.who % 6 or not over else over[-6:]
    story = chosen[-1 if step.which % 2 else step.which // 2 % len(chosen)]
    kind = step.what % 20
    if kind < 10:
        _help(people, story, step)
    elif kind == 10:
        _wait(people, story, step)
    elif kind == 11:
        people.act_on_company(step)
    elif kind < 15:
        _turn(people, story, step)
    else:
        acts = people.acts(story, step)
        if story.change.issue:
            acts = [*acts, *hotfix_acts(people, story, step)]
        if step.which % 8:  # what is possible nowhere near is not worth trying each time
            possible = [each for each in acts if walk.stage_of(story) in TRANSITIONS[each[0]].stages]
            acts = possible or acts
        acts[step.what // 20 % len(acts)][1]()


def _wait(people: People, story: Story, step: Step) -> None:
    """Until the window opens, now and then; else for a while."""
    walk, window = people.walk, story.change.window
    until = (window.span.start, window.span.end)[step.who % 2] if window else walk.now
    if step.which % 2 and walk.now < until:
        people.wait(until - walk.now)
    else:
        people.wait(WAITS[step.which % len(WAITS)])


def _help(people: People, story: Story, step: Step) -> None:
    walk, now_at = people.walk, people.walk.stage_of(story)
    window = story.change.window
    if now_at is Stage.SCHEDULED and window and walk.now < window.span.start and step.who % 3 == 0:
        people.wait(window.span.start - walk.now)
    elif now_at in {Stage.MONITORING, Stage.RESTORED} and step.who % 3 == 0:
        people.wait(WAITS[step.which % 3])
    elif now_at is not Stage.ROLLBACK_REQUIRED or step.who % 3 == 0:
        random_help(people, story, step.which)


def _turn(people: People, story: Story, step: Step) -> None:
    """A turn for the worse, or past an environment: what seldom comes of itself."""
    walk, which = people.walk, step.which
    if story.change.issue and turn_hotfix(people, story, step):
        return
    requester, deployer = (
        people.moment(story, who) for who in (story.change.requester, story.change.deployer)
    )
    match walk.stage_of(story):
        case Stage.DECLARED:
            spoken_for(people, story, step)
        case Stage.SUPERSEDED if which % 2 or not story.change.running:
            walk.note(story, Act.UNDO_SUPERSEDING, undo_superseding(requester, None))
        case Stage.STAGING | Stage.SUPERSEDED if which % 3 == 0:
            outcome = Finish(tuple(Outcome)[which // 3 % 3], URGENT)
            walk.note(story, Act.FINISH_STAGING, finish_staging(deployer, outcome))
        case Stage.PREPARING | Stage.STAGING | Stage.VERIFYING | Stage.VERIFIED if which % 2:
            _waive(people, story, step)
        case Stage.STAGING | Stage.VERIFYING | Stage.VERIFIED:
            others = PULL_REQUESTS[1 + which // 2 % 3]
            people.revise(story, story.change.requester, pull_requests=others)
        case Stage.APPROVING | Stage.SCHEDULED:
            _doubt(people, story, step)
        case _:
            _turn_in_production(people, story, step)


def _turn_in_production(people: People, story: Story, step: Step) -> None:
    """Something is seen there, or is not the deployment's fault, or ends badly."""
    walk, which = people.walk, step.which
    anybody = people.moment(story, people.holder(step.who, *Role))
    deployer = people.moment(story, story.change.deployer)
    if walk.stage_of(story) is Stage.DEPLOYING and step.who % 4 == 0:
        _roll_back_another(people, story)
        return
    match walk.stage_of(story):
        case Stage.DEPLOYING | Stage.MONITORING | Stage.RESTORED | Stage.DONE | Stage.ROLLED_BACK if (
            which % 3
        ):
            seen = Report(Problem.CRITICAL_FAILURE, notes=URGENT) if which % 2 else people.report(which // 3)
            walk.note(story, Act.OBSERVE, observe(anybody, seen))
        case Stage.ROLLBACK_REQUIRED if which % 3:
            number = which % 5 or None
            withdrawal = ReportWithdrawal(URGENT, number)
            walk.note(story, Act.WITHDRAW_OBSERVATION, withdraw_observation(anybody, withdrawal))
        case Stage.DEPLOYING | Stage.ROLLBACK_REQUIRED if story.change.running:
            outcome = Finish(tuple(Outcome)[which // 3 % 3], URGENT)
            walk.note(story, Act.FINISH_PRODUCTION, finish_production(deployer, outcome))
        case Stage.MONITORING | Stage.DONE:
            walk.note(story, Act.START_ROLLBACK, start_rollback(deployer, RollbackStart()))
        case Stage.ROLLING_BACK:
            outcome = Finish(tuple(Outcome)[which % 3], URGENT)
            walk.note(story, Act.FINISH_ROLLBACK, finish_rollback(deployer, outcome))
        case _:
            people.wait(WAITS[which % 4])


def _roll_back_another(people: People, running: Story) -> None:
    """Somebody wants to roll back what is in production while the next one is being deployed."""
    for story in reversed(people.walk.stories):
        if story is not running and people.walk.stage_of(story) in IN_PRODUCTION:
            moment = people.moment(story, story.change.deployer)
            people.walk.note(story, Act.START_ROLLBACK, start_rollback(moment, RollbackStart()))
            return


def _waive(people: People, story: Story, step: Step) -> None:
    """Ask for a waiver, decide on it, and now and then send the change back before it takes effect."""
    walk, which = people.walk, step.which // 2
    environments = walk.guide.environments[:-1]
    wish = WaiverWish(environments[which % len(environments)], URGENT, walk.now + (1 + which % 5) * 40 * HOUR)
    asking = people.moment(story, story.change.requester)
    walk.note(story, Act.ASK_FOR_WAIVER, ask_for_waiver(asking, wish))
    director = people.moment(story, people.holder(step.who, Role.ENGINEERING_DIRECTOR))
    if which % 3:
        walk.note(story, Act.GRANT_WAIVER, grant_waiver(director, WaiverGrant()))
    if which % 5 == 0:
        rejecting = people.moment(story, people.holder(which, Role.DEVELOPMENT_TEAM_LEAD))
        walk.note(story, Act.REJECT, reject(rejecting, Rejection(URGENT)))


def _doubt(people: People, story: Story, step: Step) -> None:
    """Somebody finds at last that it fails; or offers another window, which is taken; or waits and sees."""
    walk, which = people.walk, step.which
    if step.who % 3 == 1:
        _wait(people, story, step)
        return
    if step.who % 3 == 2:
        asking = people.moment(story, story.change.requester)
        later = WishedWindow(people.span(None, which), URGENT)
        walk.note(story, Act.MOVE_WINDOW, move_window(asking, later))
        return
    if which % 3 == 0:
        tester = people.moment(story, people.holder(step.who, Role.QA, Role.PRODUCT))
        failing = VerificationInput(passed=False, notes=URGENT)
        walk.note(story, Act.VERIFY, verify(tester, failing))
        return
    managers = (Role.PRODUCT_MANAGER, Role.ENGINEERING_MANAGER, Role.ENGINEERING_DIRECTOR)
    manager = people.moment(story, people.holder(step.who, *managers))
    counter = walk.policy.first_window(story.change.type, walk.now + HOUR)
    walk.note(story, Act.REJECT, reject(manager, Rejection(URGENT, counter=counter)))
    requester = people.moment(story, story.change.requester)
    walk.note(story, Act.ACCEPT_COUNTER_PROPOSAL, accept_counter_proposal(requester, Seen()))
