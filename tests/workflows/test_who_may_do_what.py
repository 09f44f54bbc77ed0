"""Role × act × stage: every act, tried by everybody at every stage; possible only where the table of the life says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import pytest

from bot.rules.change import EvidenceKind, Outcome
from bot.rules.inputs import EvidenceInput, Finish, Reason, Rejection, Seen, VerificationInput, WishedWindow
from bot.rules.life import TRANSITIONS, Act, Stage
from bot.rules.terms import NO_WORDS, PersonId, Words
from bot.rules.verdict import Done, Refused, Verdict
from bot.workflows.approve import approve, reject
from bot.workflows.deploy import (
    finish_production,
    finish_staging,
    flag_overrun,
    start_production,
    start_staging,
    take_over,
)
from bot.workflows.request import record_evidence, resubmit, revise, withdraw
from bot.workflows.verify import verify
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from bot.workflows.windows import accept_counter_proposal, lapse_window, move_window, propose_window
from tests.acting import (
    ANA,
    BEN,
    CI,
    EMIL,
    EVE,
    EVERYBODY,
    FRIDAY,
    HOUR,
    LEA,
    OMAR,
    OTHER_PLAN,
    PAUL,
    PETRA,
    PIA,
    PRIYA,
    QADIR,
    QUINN,
    REQUEST,
    THURSDAY,
    TIA,
    TOM,
    Course,
    Timer,
    a_course,
    a_span,
    deploying,
    in_staging,
    proof,
    ready_for_staging,
    revised,
    revision,
    scheduled,
    sentences,
    unmet_clauses,
    watched,
    windowed,
)

WHY = Words("because")
SUCCEEDED = Finish(Outcome.SUCCEEDED, NO_WORDS)


def a_withdrawn(course: Course) -> Course:
    return course.does(withdraw, ANA, Reason(WHY))


BUILT: Mapping[Stage, Callable[[Course], Course]] = {
    Stage.PREPARING: ready_for_staging,
    Stage.RETURNED: lambda course: ready_for_staging(course).does(reject, OMAR, Rejection(WHY)),
    Stage.STAGING: lambda course: ready_for_staging(course).does(start_staging, ANA, None),
    Stage.VERIFYING: in_staging,
    Stage.VERIFIED: lambda course: windowed(course).does(reject, PAUL, Rejection(WHY, counter=FRIDAY)),
    Stage.APPROVING: windowed,
    Stage.SCHEDULED: lambda course: scheduled(course).at(THURSDAY.start),
    Stage.DEPLOYING: deploying,
    Stage.MONITORING: lambda course: watched(course).wait(HOUR),
    Stage.ROLLBACK_REQUIRED: lambda course: deploying(course).does(
        finish_production, ANA, Finish(Outcome.FAILED, WHY)
    ),
    Stage.DONE: lambda course: watched(course).wait(HOUR).does(confirm_healthy, ANA, None),
    Stage.WITHDRAWN: a_withdrawn,
}


@cache
def at_stage(stage: Stage) -> Course:
    course = BUILT[stage](a_course())
    assert course.stage is stage
    return course


REQUESTER = frozenset({ANA})
PEERS = frozenset({BEN, OMAR, TIA, TOM})
MANAGERS = frozenset({PAUL, PRIYA, EVE, EMIL})
WINDOWED = {Stage.APPROVING, Stage.SCHEDULED}


@dataclass(frozen=True)
class Attempt:
    """How an act is tried, and who may where it is possible."""

    by: Callable[[Course, PersonId], Verdict]
    may: Callable[[Stage], frozenset[PersonId]]


def only(*people: PersonId) -> Callable[[Stage], frozenset[PersonId]]:
    return lambda _: frozenset(people)


def approvers(stage: Stage) -> frozenset[PersonId]:
    return PEERS | MANAGERS if stage is Stage.APPROVING else PEERS


def rejecters(stage: Stage) -> frozenset[PersonId]:
    return MANAGERS if stage in WINDOWED else PEERS | {LEA}


def approve_anew(course: Course, person: PersonId) -> Verdict:
    """Approve, once other pull requests have voided what was given for the code."""
    if course.stage in TRANSITIONS[Act.REVISE].stages:
        revised(course, pull_requests=(replace(REQUEST.pull_requests[0], reference=Words("#999")),))
    return course.tries(approve, person, Seen())


NEW_CI = EvidenceInput((replace(CI, text=Words("run 2")), proof(EvidenceKind.BRANCH, text="release/4.12")))
LATER = WishedWindow(a_span(30, 10, 11), NO_WORDS)

ATTEMPTS: Mapping[Act, Attempt] = {
    Act.RECORD_EVIDENCE: Attempt(lambda it, who: it.tries(record_evidence, who, NEW_CI), only(ANA)),
    Act.REVISE: Attempt(lambda it, who: it.tries(revise, who, revision(it, plan=OTHER_PLAN)), only(ANA)),
    Act.REVISE_VERSION: Attempt(
        lambda it, who: it.tries(revise, who, revision(it, version="4.13.0")), only(ANA)
    ),
    Act.APPROVE: Attempt(approve_anew, approvers),
    Act.REJECT: Attempt(lambda it, who: it.tries(reject, who, Rejection(WHY)), rejecters),
    Act.RESUBMIT: Attempt(lambda it, who: it.tries(resubmit, who, None), only(ANA)),
    Act.START_STAGING: Attempt(lambda it, who: it.tries(start_staging, who, None), only(ANA)),
    Act.FINISH_STAGING: Attempt(lambda it, who: it.tries(finish_staging, who, SUCCEEDED), only(ANA)),
    Act.VERIFY: Attempt(
        lambda it, who: it.tries(verify, who, VerificationInput(passed=False, notes=WHY)),
        only(QUINN, QADIR, PIA, PETRA),
    ),
    Act.PROPOSE_WINDOW: Attempt(lambda it, who: it.tries(propose_window, who, LATER), only(ANA)),
    Act.ACCEPT_COUNTER_PROPOSAL: Attempt(
        lambda it, who: it.tries(accept_counter_proposal, who, Seen()), only(ANA)
    ),
    Act.MOVE_WINDOW: Attempt(lambda it, who: it.tries(move_window, who, LATER), only(ANA)),
    Act.START_PRODUCTION: Attempt(lambda it, who: it.tries(start_production, who, None), only(ANA)),
    Act.FINISH_PRODUCTION: Attempt(lambda it, who: it.tries(finish_production, who, SUCCEEDED), only(ANA)),
    Act.TAKE_OVER: Attempt(lambda it, who: it.tries(take_over, who, None), only(BEN, OMAR)),
    Act.CONFIRM_HEALTHY: Attempt(lambda it, who: it.tries(confirm_healthy, who, None), only(ANA, OMAR)),
    Act.WITHDRAW: Attempt(lambda it, who: it.tries(withdraw, who, Reason(WHY)), only(ANA, EVE, EMIL)),
}
TIMERS: Mapping[Act, Timer] = {
    Act.LAPSE_WINDOW: lapse_window,
    Act.FLAG_OVERRUN: flag_overrun,
    Act.NUDGE_MONITORING: nudge_monitoring,
    Act.ESCALATE_MONITORING: escalate_monitoring,
}


def test_every_stage_can_be_built_and_every_act_is_tried() -> None:
    assert set(BUILT) == set(Stage)
    assert {*ATTEMPTS, *TIMERS, Act.REQUEST_DEPLOYMENT} == set(Act) == set(TRANSITIONS)


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("act", ATTEMPTS)
def test_an_act_is_possible_only_where_the_table_has_it_and_only_for_those_whose_it_is(
    act: Act, stage: Stage
) -> None:
    attempt, row = ATTEMPTS[act], TRANSITIONS[act]
    may = attempt.may(stage) if stage in row.stages else frozenset()
    done = set()
    for person in EVERYBODY:
        course = at_stage(stage).copy()
        verdict = attempt.by(course, person)
        if isinstance(verdict, Refused):
            assert verdict.gates
            assert sentences(verdict).strip()
            assert all(gate.clause for gate in verdict.gates)
        else:
            done.add(person)
            assert course.stage in row.to
    assert done == may


@pytest.mark.parametrize(
    ("act", "stage"),
    [(act, stage) for act in ATTEMPTS for stage in Stage if stage not in TRANSITIONS[act].stages],
)
def test_at_any_other_stage_the_refusal_says_where_the_change_is(act: Act, stage: Stage) -> None:
    course = at_stage(stage).copy()
    who = min(ATTEMPTS[act].may(stage))
    verdict = ATTEMPTS[act].by(course, who)
    assert isinstance(verdict, Refused)
    if stage.label in sentences(verdict):
        assert unmet_clauses(verdict.gates) == [TRANSITIONS[act].clause]
        assert TRANSITIONS[act].doing in sentences(verdict)
    else:  # a start names what is missing instead, which says more
        assert act in {Act.START_STAGING, Act.START_PRODUCTION}


@pytest.mark.clause("G-STD-8")
@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("act", TIMERS)
def test_a_timer_does_something_only_where_the_table_has_it(act: Act, stage: Stage) -> None:
    course = at_stage(stage).copy().at(THURSDAY.end + 24 * HOUR)
    verdict = course.fires(TIMERS[act])
    assert isinstance(verdict, Done) == (stage in TRANSITIONS[act].stages)
    if isinstance(verdict, Done):
        assert course.stage in TRANSITIONS[act].to
