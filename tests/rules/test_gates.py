"""What each gate demands, and that unknown, unreachable or undefined never counts as met."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.change import Change, EvidenceKind, EvidenceState, Outcome, PullRequest, RollbackPlan
from bot.rules.clauses import Clause
from bot.rules.gates import (
    evidence_gates,
    health_gates,
    plan_gate,
    production_gates,
    schedule_gate,
    sequence_gate,
    staging_gates,
    verification_gates,
    window_gates,
)
from bot.rules.inputs import VerificationInput
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, DeploymentId, EnvironmentName, Role, Words
from bot.rules.verdict import Gate, unmet
from bot.rules.words import plain
from bot.workflows.deploy import start_staging
from bot.workflows.verify import verify
from tests.acting import (
    ANA,
    BERLIN,
    CI,
    DORA,
    EVE,
    HOUR,
    MINUTE,
    OMAR,
    PAUL,
    PIA,
    PLAN,
    PRIYA,
    QUINN,
    REQUEST,
    SATURDAY,
    THURSDAY,
    a_course,
    a_roster,
    a_span,
    deploying,
    in_staging,
    no,
    ready_for_staging,
    scheduled,
    unmet_clauses,
    verified,
    watched,
    windowed,
)

STAGING, PRODUCTION = EnvironmentName("staging"), EnvironmentName("production")
SECOND = timedelta(seconds=1)


def says(gate: Gate) -> str:
    return plain(gate.why, {}, BERLIN)


def without(change: Change, kind: EvidenceKind) -> Change:
    return replace(change, evidence={each: proof for each, proof in change.evidence.items() if each != kind})


@pytest.mark.clause("G-ENV-1")
def test_staging_needs_a_recorded_development_deployment() -> None:
    course = a_course(form=replace(REQUEST, in_development=False))
    gate = sequence_gate(course.change, STAGING, course.setting)
    assert (gate.met, gate.clause, gate.who) == (False, Clause.ENV_1, (ANA,))
    assert says(gate) == "4.12.0 has no successful deployment to development on record."


@pytest.mark.clause("G-ENV-1")
def test_an_attested_development_deployment_says_by_whom() -> None:
    course = a_course()
    gate = sequence_gate(course.change, STAGING, course.setting)
    assert gate.met
    assert says(gate).endswith("attested by ana")


@pytest.mark.clause("G-ENV-1")
@pytest.mark.clause("G-STD-5")
def test_production_needs_a_successful_staging_deployment_of_this_version() -> None:
    course = ready_for_staging(a_course())
    assert not sequence_gate(course.change, PRODUCTION, course.setting).met
    course = in_staging(a_course())
    assert sequence_gate(course.change, PRODUCTION, course.setting).met
    other = replace(course.change, version="4.13.0")
    assert not sequence_gate(other, PRODUCTION, course.setting).met


@pytest.mark.clause("G-STD-5")
@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.FAILED_UNTOUCHED, None])
def test_a_staging_deployment_that_did_not_succeed_opens_nothing(outcome: Outcome | None) -> None:
    course = in_staging(a_course())
    *others, last = course.change.deployments
    change = replace(course.change, deployments=(*others, replace(last, outcome=outcome)))
    assert not sequence_gate(change, PRODUCTION, course.setting).met


@pytest.mark.clause("G-ENV-1")
def test_of_four_environments_each_needs_the_one_before() -> None:
    course = ready_for_staging(a_course(environments=["development", "integration", "staging", "production"]))
    assert sequence_gate(course.change, EnvironmentName("integration"), course.setting).met
    assert not sequence_gate(course.change, STAGING, course.setting).met


@pytest.mark.clause("G-STD-1")
@pytest.mark.clause("G-STD-2")
@pytest.mark.clause("G-STD-4")
@pytest.mark.parametrize(
    ("kind", "clause"),
    [
        (EvidenceKind.BRANCH, "G-STD-1"),
        (EvidenceKind.CI, "G-STD-2"),
        (EvidenceKind.MERGE, "G-STD-4"),
    ],
)
def test_evidence_that_is_missing_is_asked_of_the_requester(kind: EvidenceKind, clause: str) -> None:
    course = a_course()
    (gate,) = unmet(evidence_gates(without(course.change, kind)))
    assert (gate.clause, gate.who) == (clause, (ANA,))
    assert says(gate)


@pytest.mark.clause("G-STD-2")
@pytest.mark.parametrize(
    ("state", "sentence"),
    [(EvidenceState.FAILED, "CI failed."), (EvidenceState.PENDING, "CI is still pending.")],
)
def test_ci_that_failed_or_is_pending_meets_nothing(state: EvidenceState, sentence: str) -> None:
    change = a_course().change
    change = replace(change, evidence={**change.evidence, EvidenceKind.CI: replace(CI, state=state)})
    (gate,) = unmet(evidence_gates(change))
    assert (gate.clause, says(gate)) == (Clause.STD_2, sentence)


@pytest.mark.clause("G-STD-2")
@pytest.mark.clause("G-STD-4")
@pytest.mark.parametrize("kind", [EvidenceKind.BRANCH, EvidenceKind.CI, EvidenceKind.MERGE])
@pytest.mark.parametrize("state", [EvidenceState.FAILED, EvidenceState.PENDING])
def test_only_present_or_not_applicable_evidence_counts(kind: EvidenceKind, state: EvidenceState) -> None:
    change = a_course().change
    change = replace(change, evidence={**change.evidence, kind: replace(change.evidence[kind], state=state)})
    assert len(unmet(evidence_gates(change))) == 1


@pytest.mark.clause("G-STD-3")
def test_a_change_names_a_pull_request_or_says_why_it_has_none() -> None:
    change = replace(a_course().change, pull_requests=())
    (gate,) = unmet(evidence_gates(change))
    assert (gate.clause, says(gate)) == (Clause.STD_3, "No pull request is named.")


@pytest.mark.clause("G-STD-6")
def test_verification_needs_qa_and_product() -> None:
    course = in_staging(a_course())
    gates = verification_gates(course.change, course.setting)
    assert unmet_clauses(gates) == ["G-STD-6", "G-STD-6"]
    assert [gate.who for gate in gates] == [
        course.roster.holders(Role.QA),
        course.roster.holders(Role.PRODUCT),
    ]
    course = verified(a_course())
    assert unmet(verification_gates(course.change, course.setting)) == ()


@pytest.mark.clause("G-STD-6")
def test_a_verification_of_another_version_does_not_count() -> None:
    course = verified(a_course())
    other = replace(course.change, version="4.13.0")
    assert len(unmet(verification_gates(other, course.setting))) == 2


@pytest.mark.clause("G-STD-6")
def test_where_nobody_may_verify_the_gate_says_so() -> None:
    course = in_staging(a_course(a_roster(qa=())))
    gate, _ = verification_gates(course.change, course.setting)
    assert (gate.met, says(gate)) == (False, "Nobody holds QA.")


@pytest.mark.clause("G-STD-6")
@pytest.mark.parametrize("gates_of", [staging_gates, production_gates, window_gates])
def test_a_version_that_failed_anywhere_is_blocked_everywhere(gates_of: object) -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    course.neighbors = Neighbors(failed_verification=True)
    if gates_of is staging_gates:
        gates = staging_gates(course.change, STAGING, course.setting)
    elif gates_of is production_gates:
        gates = production_gates(course.change, course.setting)
    else:
        gates = window_gates(
            course.change, course.setting, a_span(30, 14, 15), NO_WORDS, course.now - 72 * HOUR
        )
    assert unmet_clauses(gates) == ["G-STD-6"]


@pytest.mark.clause("G-STD-8")
@pytest.mark.parametrize(
    ("late", "met"),
    [(timedelta(-1), False), (-SECOND, False), (timedelta(0), True), (HOUR - SECOND, True), (HOUR, False)],
)
def test_a_start_is_inside_the_window_and_its_end_is_outside(late: timedelta, *, met: bool) -> None:
    course = scheduled(a_course()).at(THURSDAY.start + late)
    assert schedule_gate(course.change, course.setting).met == met


@pytest.mark.clause("G-STD-8")
def test_a_window_that_is_to_open_says_when_and_passes_by_itself() -> None:
    course = scheduled(a_course()).at(THURSDAY.start - 28 * HOUR - 48 * MINUTE)
    (gate,) = unmet(production_gates(course.change, course.setting))
    assert (gate.clause, gate.passes_at) == (Clause.STD_8, THURSDAY.start)
    assert says(gate) == "The window opens on Thu 26 Nov 14:00 (in 28 h 48 min)."


@pytest.mark.clause("G-STD-8")
def test_without_a_window_nothing_starts() -> None:
    course = verified(a_course())
    assert unmet_clauses(production_gates(course.change, course.setting)) == ["G-STD-8"]


@pytest.mark.clause("G-STD-8")
def test_one_deployment_to_production_runs_at_a_time() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    course.neighbors = Neighbors(deploying=(ChangeId(9), DeploymentId(70)))
    (gate,) = unmet(production_gates(course.change, course.setting))
    assert gate.clause is Clause.STD_8
    assert "DEP-70 of CHG-9 is running in production" in says(gate)


@pytest.mark.clause("G-STD-8")
def test_what_runs_already_is_not_started_again() -> None:
    course = deploying(a_course())
    assert "G-STD-8" in unmet_clauses(production_gates(course.change, course.setting))


@pytest.mark.clause("G-APP-3")
def test_a_refusal_names_who_can_give_what_is_missing() -> None:
    course = windowed(a_course()).at(THURSDAY.start)
    (gate,) = unmet(production_gates(course.change, course.setting))
    assert gate.clause is Clause.APP_3
    assert gate.who == (PAUL, PRIYA, EVE, *course.roster.holders(Role.ENGINEERING_MANAGER)[1:])
    assert says(gate).startswith("Production needs Product Manager: paul or priya; Engineering Manager: eve")


@pytest.mark.clause("G-APP-4")
def test_the_requester_is_not_named_among_those_who_can_sign() -> None:
    course = windowed(a_course(a_roster(on_call=(ANA, OMAR))), SATURDAY, "certificate expires")
    (gate,) = [
        each for each in unmet(production_gates(course.change, course.setting)) if each.clause == Clause.APP_4
    ]
    assert OMAR in gate.who
    assert DORA in gate.who
    assert ANA not in gate.who


@pytest.mark.clause("G-APP-2")
def test_a_role_that_nobody_holds_is_said_and_not_met() -> None:
    course = a_course(a_roster(development_team_lead=()))
    gate = next(
        each for each in staging_gates(course.change, STAGING, course.setting) if each.clause == Clause.APP_2
    )
    assert not gate.met
    assert "nobody holds this role" in says(gate)
    assert gate.who == ()


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_staging_starts_only_once_code_and_staging_are_approved() -> None:
    course = a_course()
    assert unmet_clauses(staging_gates(course.change, STAGING, course.setting)) == ["G-APP-1", "G-APP-2"]
    course = ready_for_staging(course)
    assert unmet_clauses(staging_gates(course.change, STAGING, course.setting)) == []


@pytest.mark.clause("G-STD-10")
@pytest.mark.parametrize(
    ("plan", "met"),
    [
        (PLAN, True),
        (RollbackPlan(Words("redeploy"), pretested=False, pretest=Words("only a flag")), True),
        (RollbackPlan(Words(" \n"), pretested=True, pretest=Words("Tuesday")), False),
        (RollbackPlan(Words("redeploy"), pretested=True, pretest=NO_WORDS), False),
        (RollbackPlan(Words("redeploy"), pretested=False, pretest=Words("\t")), False),
    ],
)
def test_a_rollback_plan_is_written_and_tested_or_says_why_not(plan: RollbackPlan, *, met: bool) -> None:
    gate = plan_gate(plan, (ANA,))
    assert (gate.clause, gate.met) == (Clause.STD_10, met)
    assert says(gate)


@pytest.mark.clause("G-STD-10")
def test_no_start_and_no_window_without_a_rollback_plan() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    change = replace(course.change, plan=replace(PLAN, text=NO_WORDS))
    assert unmet_clauses(production_gates(change, course.setting)) == ["G-STD-10"]
    later = a_span(30, 14, 15)
    assert unmet_clauses(window_gates(change, course.setting, later, NO_WORDS, course.now)) == ["G-STD-10"]


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize(
    ("minutes", "met"), [(0, False), (29, False), (29.99, False), (30, True), (500, True)]
)
def test_a_watch_is_closed_after_30_minutes_and_not_before(minutes: float, *, met: bool) -> None:
    course = watched(a_course()).wait(timedelta(minutes=minutes))
    (gate,) = health_gates(course.change, course.setting)
    assert (gate.clause, gate.met) == (Clause.STD_9, met)


@pytest.mark.clause("G-STD-9")
def test_a_watch_that_is_too_young_says_when_it_can_be_closed() -> None:
    course = watched(a_course())
    ends = course.now + 30 * MINUTE
    (gate,) = health_gates(course.wait(24 * MINUTE).change, course.setting)
    assert gate.passes_at == ends
    assert says(gate) == "It can be closed from Thu 26 Nov 14:40 (in 6 min)."


@pytest.mark.clause("G-STD-9")
def test_what_was_not_deployed_is_not_watched() -> None:
    course = scheduled(a_course())
    assert not health_gates(course.change, course.setting)[0].met


def test_a_change_with_everything_meets_every_gate_and_each_has_a_sentence() -> None:
    course = scheduled(a_course()).at(THURSDAY.start)
    gates = production_gates(course.change, course.setting)
    assert unmet(gates) == ()
    assert all(says(gate) for gate in gates)
    assert {gate.clause for gate in gates} == {
        Clause.APP_1, Clause.APP_2, Clause.APP_3, Clause.STD_1, Clause.STD_2, Clause.STD_3, Clause.STD_4,
        Clause.STD_5, Clause.STD_6, Clause.STD_8, Clause.STD_10,
    }  # fmt: skip


@pytest.mark.clause("G-STD-6")
def test_qa_and_product_are_shown_by_name_once_they_passed() -> None:
    course = verified(a_course())
    assert [says(gate) for gate in verification_gates(course.change, course.setting)] == [
        f"QA: {QUINN}",
        f"Product team: {PIA}",
    ]


@pytest.mark.clause("G-STD-6")
def test_a_verification_that_is_missing_or_failed_says_by_whom() -> None:
    course = in_staging(a_course())
    gate, _ = verification_gates(course.change, course.setting)
    assert says(gate) == "QA has not verified it: quinn or qadir."
    course.does(verify, QUINN, VerificationInput(passed=False, notes=Words("wrong totals")))
    gate, _ = verification_gates(course.change, course.setting)
    assert (gate.met, gate.who, says(gate)) == (False, (ANA,), "QA (quinn) refused it: wrong totals")


@pytest.mark.clause("G-TYPE-1")
def test_what_is_not_applicable_is_met_and_shown_with_its_reason() -> None:
    change = a_course().change
    change = replace(
        change, evidence={**change.evidence, EvidenceKind.CI: no(EvidenceKind.CI, "a flag only")}
    )
    gate = next(each for each in evidence_gates(change) if each.clause is Clause.STD_2)
    assert (gate.met, says(gate)) == (True, "CI not applicable: a flag only")


@pytest.mark.clause("G-STD-5")
def test_staging_is_not_started_while_it_runs() -> None:
    course = ready_for_staging(a_course()).does(start_staging, ANA, None)
    assert unmet_clauses(staging_gates(course.change, STAGING, course.setting)) == ["G-STD-8"]


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize(("number", "named"), [(1, 0), (2, 2), (3, 3), (5, 3)])
def test_of_several_pull_requests_the_first_that_lack_a_peer_are_named(number: int, named: int) -> None:
    requests = tuple(PullRequest(Words(f"#{each}"), (ANA,)) for each in range(number))
    course = a_course(form=replace(REQUEST, pull_requests=requests))
    gate = staging_gates(course.change, STAGING, course.setting)[1]
    assert gate.clause is Clause.APP_1
    assert says(gate).count("peer review of #") == named
    assert "Tech Lead: tia or tom" in says(gate)


@pytest.mark.clause("G-STD-10")
def test_the_plan_says_whether_it_was_tested() -> None:
    assert says(plan_gate(PLAN, ())) == "rollback plan, pre-tested: tried on Tuesday"
    untested = RollbackPlan(Words("redeploy"), pretested=False, pretest=Words("only a flag"))
    assert says(plan_gate(untested, ())) == "rollback plan, no pre-test: only a flag"
