"""Edges of the life of a change that random walks take too seldom, taken on purpose by real acts."""

from collections.abc import Iterator
from dataclasses import replace

from bot.rules.change import EvidenceState, PullRequest, Span
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn, VerbalAnswer
from bot.rules.inputs import (
    EvidenceInput,
    Reason,
    Rejection,
    ReportWithdrawal,
    RollbackStart,
    Seen,
    WaiverGrant,
    WaiverWish,
    WishedWindow,
)
from bot.rules.life import STANDARD, UNSTARTED, Act, Stage
from bot.rules.terms import ChangeId, EnvironmentName, PersonId, Role, Words
from bot.rules.verdict import Done
from bot.workflows.approve import approve, reject, take_back_approval
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
)
from bot.workflows.hotfix import ask_whether_contained
from bot.workflows.observe import observe, withdraw_observation
from bot.workflows.request import record_evidence, resubmit, revise
from bot.workflows.review import extend_review, submit_review
from bot.workflows.rollback import finish_rollback, start_rollback
from bot.workflows.supersede import supersede, undo_superseding
from bot.workflows.verbal import dispute_verbal, record_verbal
from bot.workflows.waive import ask_for_waiver, expire_waiver, grant_waiver
from bot.workflows.watch import confirm_healthy
from bot.workflows.windows import move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    BOTH_HOURS,
    CI,
    DORA,
    EVE,
    HOUR,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PIA,
    THURSDAY,
    TIA,
    Course,
    Form,
    Verb,
    a_span,
    berlin,
    revision,
)
from tests.attempts import ATTEMPTS, PREPARED, TIMERS
from tests.random_walks import Edge
from tests.restated_company import FOUR
from tests.restated_life import ROWS
from tests.situations import (
    ALARM,
    ARNO,
    BUILT,
    COMPANY,
    DIRK,
    STAGING,
    SUCCEEDED,
    WHY,
    alarmed_while_running,
    approved,
    at_stage,
    begun,
    in_staging,
    verifying,
)
from tests.situations_hotfix import (
    HOTFIXES,
    TEXT,
    UNTOUCHED,
    at_situation,
    record_of,
    turned,
    with_all_left_over,
)

UNTIL = berlin(27, 18)
EVENING = WishedWindow(a_span(24, 20, 21), WHY)
LAST_HOUR = WishedWindow(Span(UNTIL - HOUR, UNTIL), WHY)
FAILED_CI = EvidenceInput((replace(CI, state=EvidenceState.FAILED),))
GOOD_CI = EvidenceInput((CI,))
OTHERS = (PullRequest(Words("#882"), (ARNO,)),)
INTEGRATION = EnvironmentName("integration")


def seldom_edges() -> Iterator[Edge]:
    """Everything below, and what everybody can do at each stage."""
    yield from _of_everybody()
    yield from _of_hotfixes()
    yield _of_a_dispute()
    yield from _of_windows()
    yield from _of_untouched()
    yield from _of_superseding()
    for wished in (None, EVENING):
        yield from _of_waivers(wished)
    yield from _of_expiry()
    yield from _of_four()


def _edge(course: Course, act: Act, verb: Verb[Form], who: PersonId, form: Form) -> Edge:
    was = course.stage
    course.does(verb, who, form)
    return was.name, act.value, course.stage.name


def _of_everybody() -> Iterator[Edge]:
    for stage in BUILT:
        for act, attempt in ATTEMPTS.items():
            situation = at_stage(stage)
            if act in PREPARED:
                PREPARED[act](situation)
            for person in COMPANY:
                course = situation.copy()
                if isinstance(attempt(course, person), Done):
                    yield stage.name, act.value, course.stage.name


def _of_hotfixes() -> Iterator[Edge]:
    """What everybody can do to a hotfix in each situation, and to what is left of one on each stage of the standard way."""
    left_over = [BUILT[stage](with_all_left_over()) for stage in BUILT]
    for situation in (*map(at_situation, HOTFIXES), *left_over, *_once_more()):
        handed_in = situation.copy()
        if situation.change.review:
            handed_in.tries(submit_review, DIRK, ReviewHandIn(TEXT))
        for course in (situation, handed_in, handed_in.copy().wait(30 * HOUR)):
            yield from _of_anybody(course)
    restarted = at_situation("declared again").does(start_production, DIRK, None)
    restarted.does(observe, PIA, ALARM)
    for untouched in (restarted.copy(), at_situation("started")):
        yield _edge(untouched, Act.FINISH_PRODUCTION, finish_production, DIRK, UNTOUCHED)
        if untouched.stage is Stage.ROLLBACK_REQUIRED:
            yield _edge(untouched, Act.WITHDRAW_OBSERVATION, withdraw_observation, PIA, ReportWithdrawal(WHY))


def _once_more() -> Iterator[Course]:
    """What is seldom at a stage: open words through a rollback, a breach on what is declared, a review of what is superseded."""
    course = at_situation("started on words").does(finish_production, DIRK, SUCCEEDED)
    yield course.copy()
    yield course.does(observe, PIA, ALARM).copy()
    yield course.does(start_rollback, DIRK, RollbackStart()).copy()
    yield course.does(finish_rollback, DIRK, SUCCEEDED).wait(HOUR / 2).copy()
    yield course.does(confirm_healthy, DIRK, None)
    again = at_situation("declared again").does(submit_review, DIRK, ReviewHandIn(TEXT))
    yield again.approved_by(TIA)
    yield at_situation("started in breach").does(finish_production, DIRK, UNTOUCHED)
    for reviewed in (False, True):
        superseded = turned(review=True)
        superseded.neighbors = replace(superseded.neighbors, superseded_by=ChangeId(7))
        superseded.fires(supersede)
        yield superseded.approved_by(TIA) if reviewed else superseded
    later = BUILT[Stage.SCHEDULED](with_all_left_over())
    yield later.does(extend_review, DORA, ReviewExtension(later.now + 90 * HOUR, WHY))


LEFT_BY_HOTFIXES = {Act(row.act) for row in ROWS if row.hotfix and "time" not in row.who}


def _of_a_dispute() -> Edge:
    """A disputed word follows its version, and is ended by the Director though the window's hours ask for none."""
    night = at_situation("declared by night")
    night.does(record_verbal, ANA, record_of(night, (DORA, Role.ENGINEERING_DIRECTOR)))
    night.does(dispute_verbal, DORA, VerbalAnswer(words=WHY))
    course = at_stage(Stage.SCHEDULED)
    course.neighbors = replace(course.neighbors, disputed=night.change.approvals)
    return _edge(course, Act.APPROVE, approve, DORA, Seen())


def _of_anybody(situation: Course) -> Iterator[Edge]:
    was = situation.stage
    for act, attempt in ATTEMPTS.items():
        if act not in LEFT_BY_HOTFIXES and was is not Stage.DECLARED:
            continue
        name = Act.REVIEW_CODE if act is Act.APPROVE and was not in UNSTARTED else act
        for person in COMPANY:
            course = situation.copy()
            if isinstance(attempt(course, person), Done):
                yield was.name, name.value, course.stage.name
                break
    for act in (Act.CHASE_VERBAL, Act.REMIND_REVIEW):
        course = situation.copy()
        if isinstance(course.fires(TIMERS[act]), Done):
            yield was.name, act.value, course.stage.name


def _of_windows() -> Iterator[Edge]:
    """A window of both classes of hours that is narrowed to one, and again."""
    course = at_stage(Stage.VERIFIED).does(propose_window, ANA, WishedWindow(BOTH_HOURS, WHY))
    course.approved_by(PAUL, EVE)
    for length in (HOUR, HOUR / 2):
        narrower = WishedWindow(Span(BOTH_HOURS.start, BOTH_HOURS.start + length), WHY)
        yield _edge(course, Act.MOVE_WINDOW, move_window, ANA, narrower)
    course = at_stage(Stage.VERIFIED).does(propose_window, ANA, WishedWindow(BOTH_HOURS, WHY))
    course.approved_by(PAUL, EVE, DORA, OMAR)
    narrower = WishedWindow(Span(BOTH_HOURS.start, BOTH_HOURS.start + HOUR), WHY)
    course.does(move_window, ANA, narrower)
    yield _edge(course, Act.TAKE_BACK_APPROVAL, take_back_approval, DORA, Reason(WHY))
    course = alarmed_while_running(begun()).at(THURSDAY.end)
    assert isinstance(course.fires(flag_overrun), Done)
    yield Stage.ROLLBACK_REQUIRED.name, Act.FLAG_OVERRUN.value, course.stage.name


def _of_untouched() -> Iterator[Edge]:
    """A deployment that failed and left production as it was, with and without an alarm, in its window and after it."""
    for now in (THURSDAY.start, THURSDAY.end):
        yield _edge(
            at_stage(Stage.DEPLOYING).at(now), Act.FINISH_PRODUCTION, finish_production, DIRK, UNTOUCHED
        )
        course = alarmed_while_running(begun()).at(now)
        yield _edge(course, Act.FINISH_PRODUCTION, finish_production, DIRK, UNTOUCHED)
        yield _edge(course, Act.WITHDRAW_OBSERVATION, withdraw_observation, PIA, ReportWithdrawal(WHY))


def _of_superseding() -> Iterator[Edge]:
    """A younger change is done first, wherever this one is; and it goes on all the same."""
    for stage in STANDARD:
        course = at_stage(stage)
        course.neighbors = replace(course.neighbors, hotfixed_by=(ChangeId(8), "4.12.1"))
        assert isinstance(course.fires(ask_whether_contained), Done)
        yield stage.name, Act.ASK_WHETHER_CONTAINED.value, course.stage.name
        course.neighbors = replace(course.neighbors, superseded_by=ChangeId(7))
        course.fires(supersede)
        yield stage.name, Act.SUPERSEDE.value, course.stage.name
        yield _edge(course, Act.UNDO_SUPERSEDING, undo_superseding, ANA, None)
    course = at_stage(Stage.RETURNED)
    again = revision(course, plan=OTHER_PLAN, resubmit=True)
    yield _edge(course, Act.REVISE, revise, ANA, again)


def _waived(course: Course, environment: EnvironmentName = STAGING) -> Course:
    later = max(UNTIL, course.now + 48 * HOUR)
    course.does(ask_for_waiver, ANA, WaiverWish(environment, WHY, later))
    return course.does(grant_waiver, DORA, WaiverGrant())


def _completed(course: Course, environment: EnvironmentName = STAGING) -> Iterator[Edge]:
    """Each act that can be the last that a waiver waits for, at a stage where the code is approved."""
    granted = course.copy().does(ask_for_waiver, ANA, WaiverWish(environment, WHY, course.now + 90 * HOUR))
    yield _edge(granted, Act.GRANT_WAIVER, grant_waiver, DORA, WaiverGrant())
    proven = _waived(course.copy().does(record_evidence, ANA, FAILED_CI), environment)
    yield _edge(proven, Act.RECORD_EVIDENCE, record_evidence, ANA, GOOD_CI)
    looked_at = course.copy().does(revise, ANA, revision(course, pull_requests=OTHERS))
    _waived(looked_at, environment).approved_by(BEN)
    yield _edge(looked_at, Act.APPROVE, approve, TIA, Seen())


def _resubmitted(course: Course, environment: EnvironmentName = STAGING) -> Iterator[Edge]:
    """Sent back before the waiver could take effect, and asked for again when all else was there."""
    course.does(revise, ANA, revision(course, pull_requests=OTHERS))
    _waived(course, environment).does(reject, OMAR, Rejection(WHY)).approved_by(BEN, TIA)
    yield _edge(course.copy(), Act.RESUBMIT, resubmit, ANA, None)
    again = revision(course, plan=OTHER_PLAN, resubmit=True)
    yield _edge(course.copy(), Act.REVISE, revise, ANA, again)


def _of_waivers(wished: WishedWindow | None) -> Iterator[Edge]:
    """With a window that is drafted, or none."""
    for build in (approved, verifying):
        yield from _completed(build(begun(wished)))
    yield from _resubmitted(approved(begun(wished)))
    staging = _waived(in_staging(begun(wished)))
    yield _edge(staging, Act.FINISH_STAGING, finish_staging, DIRK, SUCCEEDED)


def _expired(course: Course) -> Edge:
    was = course.stage
    course.at(UNTIL).fires(expire_waiver)
    return was.name, Act.EXPIRE_WAIVER.value, course.stage.name


def _of_expiry() -> Iterator[Edge]:
    """A waiver that ends with the window in which it was to be used, before or after that is approved."""
    for build in (approved, verifying):
        course = _waived(build(begun()))
        yield _expired(course.copy())
        course.does(propose_window, ANA, LAST_HOUR)
        yield _expired(course.copy())
        yield _expired(course.approved_by(DORA, OMAR))


def _of_four() -> Iterator[Edge]:
    """Of four environments the second is waived; when that ends, the version lacks it and nothing else."""
    course = _waived(approved(begun(environments=list(FOUR))), INTEGRATION)
    course.does(start_staging, DIRK, None).does(finish_staging, DIRK, SUCCEEDED)
    yield _expired(course)
    yield from _completed(course, INTEGRATION)
    yield from _resubmitted(course, INTEGRATION)
