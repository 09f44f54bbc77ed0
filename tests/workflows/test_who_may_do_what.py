"""Role × stage × act: every act, tried by everybody at every stage, is allowed and recorded or refused in a sentence."""

from dataclasses import replace

import pytest

from bot.rules.facts import (
    ChangeRequested,
    FreezeExcepted,
    WaiverGranted,
)
from bot.rules.life import IN_PRODUCTION, TIMED, TRANSITIONS, Act, Stage, refuse_by_stage
from bot.rules.setting import Setting
from bot.rules.terms import ChangeId, PersonId
from bot.rules.verdict import Done, Refused
from bot.workflows.request import request_deployment
from tests.acting import DORA, HOUR, REQUEST, THURSDAY, Course
from tests.attempts import ATTEMPTS, PREPARED, RECORDED, TIMERS, with_code_asked_anew
from tests.restated_life import ROWS
from tests.situations import (
    BUILT,
    COMPANY,
    DEDE,
    DIRK,
    NEIGHBORS,
    alarmed_while_running,
    at_stage,
    begun,
)
from tests.situations_hotfix import HOTFIXES, at_situation
from tests.who_is_who import WHO, read
from tests.who_may import may


def test_every_stage_can_be_built_and_every_act_is_tried() -> None:
    assert set(BUILT) == set(Stage) - {Stage.DECLARED}
    assert {each.stage for each in HOTFIXES.values()} >= IN_PRODUCTION | {Stage.DECLARED, Stage.WITHDRAWN}
    assert {*ATTEMPTS, *TIMERS, Act.REQUEST_DEPLOYMENT, Act.DECLARE_HOTFIX} == set(Act) == set(TRANSITIONS)
    assert set(TIMERS) == TIMED


def somewhere(stage: Stage) -> Course:
    """A change at this stage; a declared one is a hotfix."""
    return at_stage(stage) if stage in BUILT else at_situation("signed")


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize("stage", BUILT)
@pytest.mark.parametrize("act", ATTEMPTS)
def test_an_act_is_possible_only_where_the_table_has_it_and_only_for_those_whose_it_is(
    act: Act, stage: Stage
) -> None:
    able = may(act, stage)
    situation = at_stage(stage)
    if act in PREPARED:
        PREPARED[act](situation)
    assert situation.stage is stage
    for person in COMPANY:
        course = situation.copy()
        before = len(course.facts)
        verdict = ATTEMPTS[act](course, person)
        if isinstance(verdict, Done):
            assert person in able, f"{person} could {act} a change that is {stage.label}"
            assert any(isinstance(fact, RECORDED[act]) for fact in course.facts[before:])
            assert course.stage in TRANSITIONS[act].moves[stage]
            continue
        assert person not in able, f"{person} could not {act}: {[read(gate) for gate in verdict.gates]}"
        assert verdict.gates
        for gate in verdict.gates:
            assert not gate.met
            read(gate)
        if able:
            named = {who for gate in verdict.gates for who in gate.who}
            assert named & able or already_theirs(act, person), [read(gate) for gate in verdict.gates]
            assert named <= able, f"{sorted(named - able)} are named, and cannot {act} at {stage}"


def already_theirs(act: Act, person: PersonId) -> bool:
    """Where nobody else can help: what is asked of others, or is one's own already."""
    return act in {Act.TAKE_BACK_APPROVAL, Act.SNOOZE_REMINDER} or (act, person) == (Act.TAKE_OVER, DIRK)


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("act", Act)
def test_the_table_refuses_exactly_what_it_has_no_row_for_and_says_where_the_change_is(
    act: Act, stage: Stage
) -> None:
    course = somewhere(stage)
    gate = refuse_by_stage(act, course.change, course.policy)
    assert (gate is None) == (stage in TRANSITIONS[act].stages)
    assert (gate is None) == any(row.act == act.value and stage.name in row.frm for row in ROWS)
    if gate:
        assert read(gate) == f"You can't {TRANSITIONS[act].doing} CHG-1 now: it is {stage.label}."
        assert gate.clause is TRANSITIONS[act].clause


@pytest.mark.parametrize(
    ("act", "stage"),
    [(act, stage) for act in ATTEMPTS for stage in Stage if stage not in TRANSITIONS[act].stages],
)
def test_whoever_might_elsewhere_is_told_at_which_stage_the_change_is(act: Act, stage: Stage) -> None:
    course = somewhere(stage)
    elsewhere = min((may(act, each) for each in BUILT if may(act, each)), default=WHO["requester"])
    verdict = ATTEMPTS[act](course, min(elsewhere))
    assert isinstance(verdict, Refused)
    said = " ".join(read(gate) for gate in verdict.gates)
    if stage.label not in said:  # a start names what is missing instead, which says more
        assert act in {Act.START_STAGING, Act.START_PRODUCTION}


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize("person", COMPANY)
def test_a_deployment_is_requested_by_engineers_of_the_service_alone(person: PersonId) -> None:
    course = at_stage(Stage.PREPARING)
    setting = Setting(course.policy, course.roster, course.now, NEIGHBORS)
    verdict = request_deployment(setting, person, REQUEST, course.numbers)
    if person in WHO["engineer"]:
        assert isinstance(verdict, Done)
        assert isinstance(verdict.facts[0], ChangeRequested)
    else:
        assert isinstance(verdict, Refused)
        assert [read(gate) for gate in verdict.gates] == [
            "Requesting a deployment is for engineers of payments."
        ]
        assert set(verdict.gates[0].who) == WHO["engineer"]


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize("act", [Act.GRANT_WAIVER, Act.EXCEPT_FROM_FREEZE])
def test_what_a_deputy_does_is_recorded_with_both_names(act: Act) -> None:
    for person, principal in ((DEDE, DORA), (DORA, None)):
        course = at_stage(Stage.PREPARING)
        PREPARED[act](course)
        verdict = ATTEMPTS[act](course, person)
        assert isinstance(verdict, Done)
        fact = verdict.facts[0]
        assert isinstance(fact, WaiverGranted | FreezeExcepted)
        assert (fact.by, fact.deputy_for) == (person, principal)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.clause("G-STD-8")
@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("stage", BUILT)
@pytest.mark.parametrize("act", TIMERS)
def test_a_timer_does_something_only_where_the_table_has_it(act: Act, stage: Stage) -> None:
    course = at_stage(stage, waiver=act is Act.EXPIRE_WAIVER)
    if act is Act.FLAG_OVERRUN and stage is Stage.ROLLBACK_REQUIRED:
        course.facts = alarmed_while_running(begun()).facts
    if act is Act.REMIND_ASKED:
        with_code_asked_anew(course)
    course.at(THURSDAY.end + 24 * HOUR)
    course.neighbors = replace(NEIGHBORS, superseded_by=ChangeId(7), hotfixed_by=(ChangeId(8), "4.12.1"))
    verdict = course.fires(TIMERS[act])
    rows = [row for row in ROWS if row.act == act.value and stage.name in row.frm]
    assert bool(rows) == (stage in TRANSITIONS[act].stages)
    assert isinstance(verdict, Done) == any(not row.hotfix for row in rows)
    if isinstance(verdict, Done):
        assert course.stage in TRANSITIONS[act].moves[stage]
        assert verdict.facts
