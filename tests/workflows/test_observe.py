"""Baselines before a deployment, reports during and after it, and taking a report back (G-RB-1 to G-RB-4)."""

from collections.abc import Callable
from math import inf, nan

import pytest

from bot.rules.inputs import BaselineInput, Report, ReportWithdrawal, RollbackStart
from bot.rules.life import Stage
from bot.rules.production_facts import AlarmSounded, ProblemObserved
from bot.rules.readings import Figure, Finding, Problem
from bot.rules.terms import DeploymentId, PersonId, Words
from bot.rules.verdict import Done, Field
from bot.workflows.deploy import start_production
from bot.workflows.observe import observe, record_baseline, withdraw_observation
from bot.workflows.rollback import finish_rollback, start_rollback
from tests.acting import (
    ANA,
    BEN,
    EVERYBODY,
    MINUTE,
    OMAR,
    PIA,
    QUINN,
    STRANGER,
    THURSDAY,
    TIA,
    Course,
    a_course,
    clauses,
    deploying,
    scheduled,
    sentences,
    verified,
    watched,
)
from tests.acting_in_production import (
    BROKEN,
    ISSUE,
    SUCCEEDED,
    WIDESPREAD,
    alarmed,
    alarmed_while_it_runs,
    done,
    replaced_in_production,
    requested,
    restored,
    rolled_back,
    rolling_back,
    settled,
    stage_of,
)

Build = Callable[[Course], Course]
COUNTED = 10_000


def figure(value: Figure | float) -> Figure:
    return value if isinstance(value, Figure) else Figure(value)


def reading(problem: Problem, before: Figure | float | None, now: Figure | float) -> Report:
    """What a reporter types: now, and before as they remember it."""
    return Report(problem, now=figure(now), before=None if before is None else figure(before))


def findings(course: Course) -> list[Finding]:
    return [each.finding for each in course.change.observations]


RATE, LATENCY, THROUGHPUT = Problem.ERROR_RATE, Problem.LATENCY, Problem.THROUGHPUT


@pytest.mark.parametrize(
    ("report", "finding"),
    [
        pytest.param(reading(RATE, 1.0, 1.05), Finding.ALARM, marks=pytest.mark.clause("G-RB-1")),
        pytest.param(reading(RATE, 1.0, 1.0499), Finding.WITHIN, marks=pytest.mark.clause("G-RB-1")),
        pytest.param(reading(RATE, 0.0, 0.01), Finding.ALARM, marks=pytest.mark.clause("G-RB-1")),
        pytest.param(reading(RATE, None, 3.0), Finding.UNKNOWN, marks=pytest.mark.clause("G-RB-1")),
        pytest.param(
            reading(RATE, Figure(1.0, COUNTED), Figure(1.1, COUNTED)),
            Finding.POSSIBLE,
            marks=pytest.mark.clause("G-RB-1"),
        ),
        pytest.param(
            reading(RATE, Figure(1.0, COUNTED), Figure(3.0, COUNTED)),
            Finding.ALARM,
            marks=pytest.mark.clause("G-RB-1"),
        ),
        pytest.param(BROKEN, Finding.ALARM, marks=pytest.mark.clause("G-RB-2")),
        pytest.param(reading(LATENCY, 100.0, 130.0), Finding.WITHIN, marks=pytest.mark.clause("G-RB-3")),
        pytest.param(reading(LATENCY, 100.0, 130.1), Finding.ALARM, marks=pytest.mark.clause("G-RB-3")),
        pytest.param(reading(THROUGHPUT, 100.0, 70.0), Finding.WITHIN, marks=pytest.mark.clause("G-RB-3")),
        pytest.param(reading(THROUGHPUT, 100.0, 69.9), Finding.ALARM, marks=pytest.mark.clause("G-RB-3")),
        pytest.param(ISSUE, Finding.NOTED, marks=pytest.mark.clause("G-RB-4")),
        pytest.param(WIDESPREAD, Finding.ALARM, marks=pytest.mark.clause("G-RB-4")),
    ],
)
def test_only_what_meets_a_criterion_demands_a_rollback(report: Report, finding: Finding) -> None:
    course = watched(a_course())
    verdict = course.tries(observe, QUINN, report)
    assert isinstance(verdict, Done)
    assert findings(course) == [finding]
    alarms = [fact for fact in verdict.facts if isinstance(fact, AlarmSounded)]
    assert alarms == ([AlarmSounded(DeploymentId(3), course.now)] if finding is Finding.ALARM else [])
    assert course.stage is (Stage.ROLLBACK_REQUIRED if finding is Finding.ALARM else Stage.MONITORING)


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize("value", [nan, inf, -inf, -1.0, 101.0, 1e300])
def test_what_is_no_error_rate_is_unknown_never_within_and_can_be_stored(value: float) -> None:
    course = watched(a_course()).does(observe, QUINN, reading(RATE, 1.0, value))
    assert findings(course) == [Finding.UNKNOWN]
    (observed,) = course.change.observations
    assert "The error rate now" in observed.why
    assert observed.now is None or observed.now.value in {-1.0, 101.0, 1e300}
    assert stage_of(course) is Stage.MONITORING


@pytest.mark.clause("G-RB-1")
@pytest.mark.parametrize("requests", [0, -5, 10**12, 10**30])
def test_impossible_counts_are_unknown_and_can_be_stored(requests: int) -> None:
    measured = reading(RATE, Figure(1.0, COUNTED), Figure(5.0, requests))
    course = watched(a_course()).does(observe, QUINN, measured)
    assert findings(course) == [Finding.UNKNOWN]
    (observed,) = course.change.observations
    assert observed.now is None or (observed.now.requests or 0) < 2**63


@pytest.mark.clause("G-RB-3")
def test_a_measured_problem_needs_what_it_measures_now() -> None:
    course = watched(a_course())
    refused = course.refuses(observe, QUINN, Report(LATENCY, before=Figure(100.0)))
    assert refused.gates[0].field is Field.MEASURED
    assert clauses(refused) == ["G-RB-3"]


@pytest.mark.clause("G-RB-2")
@pytest.mark.clause("G-RB-4")
@pytest.mark.parametrize(
    "problem", [Problem.CRITICAL_FAILURE, Problem.MAJOR_ISSUE, Problem.WIDESPREAD_ISSUES]
)
def test_a_problem_that_is_not_measured_is_told_in_words(problem: Problem) -> None:
    refused = watched(a_course()).refuses(observe, QUINN, Report(problem, notes=Words("  ")))
    assert refused.gates[0].field is Field.NOTES
    assert clauses(refused) == [problem.clause]


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {STRANGER}))
def test_anybody_with_a_role_for_the_service_may_report(person: PersonId) -> None:
    assert alarmed_by(watched(a_course()), person).stage is Stage.ROLLBACK_REQUIRED


def alarmed_by(course: Course, person: PersonId) -> Course:
    return course.does(observe, person, BROKEN)


@pytest.mark.clause("G-RB-2")
def test_a_stranger_does_not_report_but_is_told_whom_to_tell() -> None:
    refused = watched(a_course()).refuses(observe, STRANGER, BROKEN)
    assert refused.gates[0].who == (ANA, OMAR)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize(
    "build", [deploying, watched, alarmed, alarmed_while_it_runs, restored, done, rolled_back, settled]
)
def test_a_failure_is_seen_during_the_deployment_its_watch_and_later(build: Build) -> None:
    course = build(a_course()).wait(MINUTE).does(observe, TIA, BROKEN)
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [requested, verified, scheduled])
def test_before_production_there_is_nothing_to_report(build: Build) -> None:
    build(a_course()).refuses(observe, QUINN, BROKEN)


@pytest.mark.clause("G-RB-2")
@pytest.mark.parametrize("build", [done, rolled_back, settled])
def test_a_closed_change_is_observed_only_while_its_version_is_in_production(build: Build) -> None:
    course = replaced_in_production(build(a_course()))
    refused = course.refuses(observe, QUINN, BROKEN)
    assert sentences(refused) == "payments 4.13.0 is in production now, not this change."


@pytest.mark.clause("G-RB-2")
def test_a_report_while_it_is_rolled_back_is_about_what_is_rolled_back_and_only_recorded() -> None:
    course = rolling_back(a_course()).wait(MINUTE)
    verdict = course.tries(observe, TIA, BROKEN)
    assert isinstance(verdict, Done)
    (observed,) = verdict.facts
    assert isinstance(observed, ProblemObserved)
    assert observed.deployment == 3
    assert stage_of(course) is Stage.ROLLING_BACK
    course.does(finish_rollback, OMAR, SUCCEEDED)
    assert stage_of(course) is Stage.RESTORED


@pytest.mark.clause("G-RB-2")
def test_a_report_after_the_rollback_is_about_the_rollback() -> None:
    course = restored(a_course()).wait(MINUTE).does(observe, TIA, BROKEN)
    assert course.change.observations[-1].deployment == 4
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED


@pytest.mark.clause("G-RB-2")
def test_a_further_report_while_a_rollback_is_required_is_recorded_without_another_alarm() -> None:
    course = alarmed(a_course()).wait(MINUTE)
    verdict = course.tries(observe, TIA, BROKEN)
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [ProblemObserved]


@pytest.mark.clause("G-RB-2")
def test_a_report_on_what_was_shown_before_something_else_was_done_has_moved_on() -> None:
    course = restored(a_course())
    verdict = course.refuses(
        observe, TIA, Report(Problem.CRITICAL_FAILURE, notes=Words("x"), deployment=DeploymentId(3))
    )
    assert verdict.moved_on


@pytest.mark.clause("G-RB-1")
def test_a_stored_baseline_counts_before_what_the_reporter_remembers() -> None:
    course = scheduled(a_course())
    course.does(record_baseline, ANA, BaselineInput(((RATE, Figure(1.0)),)))
    course.at(THURSDAY.start).does(start_production, ANA, None)
    course.does(observe, QUINN, reading(RATE, 5.0, 2.0))
    (observed,) = course.change.observations
    assert observed.before == Figure(1.0)
    assert observed.finding is Finding.ALARM


@pytest.mark.clause("G-RB-1")
def test_each_further_reading_of_a_watch_needs_more_evidence() -> None:
    """1 % to 1.4 % over 10,000 requests each: more than chance as a first reading, not as the tenth."""
    risen = reading(RATE, Figure(1.0, COUNTED), Figure(1.33, COUNTED))
    assert findings(watched(a_course()).does(observe, QUINN, risen)) == [Finding.ALARM]
    course = watched(a_course())
    for _ in range(9):
        course.wait(MINUTE).does(observe, QUINN, reading(RATE, Figure(1.0, COUNTED), Figure(1.0, COUNTED)))
    course.does(observe, QUINN, risen)
    assert findings(course) == [Finding.WITHIN] * 9 + [Finding.POSSIBLE]


@pytest.mark.clause("G-RB-1")
def test_a_withdrawn_reading_was_a_reading_all_the_same() -> None:
    course = watched(a_course()).does(
        observe, QUINN, reading(RATE, Figure(1.0, COUNTED), Figure(9.0, COUNTED))
    )
    course.does(withdraw_observation, QUINN, ReportWithdrawal(Words("a load test")))
    for _ in range(8):
        course.does(observe, QUINN, reading(RATE, Figure(1.0, COUNTED), Figure(1.0, COUNTED)))
    course.does(observe, QUINN, reading(RATE, Figure(1.0, COUNTED), Figure(1.33, COUNTED)))
    assert findings(course)[-1] is Finding.POSSIBLE


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
def test_readings_of_another_problem_do_not_count() -> None:
    course = watched(a_course())
    for _ in range(9):
        course.does(observe, QUINN, reading(LATENCY, 100.0, 100.0))
    course.does(observe, QUINN, reading(RATE, Figure(1.0, COUNTED), Figure(1.33, COUNTED)))
    assert findings(course)[-1] is Finding.ALARM


@pytest.mark.clause("G-RB-4")
def test_the_third_person_who_reports_a_major_issue_makes_it_widespread() -> None:
    course = watched(a_course())
    for person in (QUINN, QUINN, PIA, PIA):
        course.does(observe, person, ISSUE)
    assert stage_of(course) is Stage.MONITORING
    course.does(observe, TIA, ISSUE)
    assert findings(course) == [Finding.NOTED] * 4 + [Finding.ALARM]
    assert stage_of(course) is Stage.ROLLBACK_REQUIRED


@pytest.mark.clause("G-RB-4")
def test_reports_on_an_earlier_deployment_do_not_count_towards_three() -> None:
    course = watched(a_course())
    for person in (QUINN, PIA):
        course.does(observe, person, ISSUE)
    course.does(observe, QUINN, BROKEN).does(start_rollback, OMAR, RollbackStart())
    course.wait(MINUTE).does(finish_rollback, OMAR, SUCCEEDED)
    course.does(observe, TIA, ISSUE)
    assert findings(course)[-1] is Finding.NOTED


@pytest.mark.clause("G-RB-4")
def test_another_policy_counts_to_another_number() -> None:
    course = watched(a_course(rollback={"widespread_reports": 1})).does(observe, QUINN, ISSUE)
    assert findings(course) == [Finding.ALARM]


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
def test_the_newest_baseline_of_a_kind_counts() -> None:
    course = verified(a_course())
    for value in (100.0, 300.0):
        course.does(record_baseline, BEN, BaselineInput(((LATENCY, Figure(value)), (RATE, Figure(0.5)))))
    assert course.change.baselines[LATENCY].figure == Figure(300.0)
    assert course.change.baselines[RATE].by == BEN


@pytest.mark.clause("G-RB-1")
def test_a_baseline_is_recorded_by_an_engineer_before_the_start() -> None:
    figures = BaselineInput(((RATE, Figure(0.5)),))
    for person in set(EVERYBODY) - {ANA, BEN, OMAR}:
        refused = verified(a_course()).refuses(record_baseline, person, figures)
        assert refused.gates[0].who == (ANA, BEN, OMAR)
    for build in (deploying, watched, alarmed, done):
        build(a_course()).refuses(record_baseline, ANA, figures)


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
@pytest.mark.parametrize(
    ("figures", "fields"),
    [
        ((), [Field.ERROR_RATE]),
        (((RATE, Figure(nan)),), [Field.ERROR_RATE]),
        (((RATE, Figure(101.0)), (LATENCY, Figure(0.0))), [Field.ERROR_RATE, Field.LATENCY]),
        (((THROUGHPUT, Figure(0.0)),), [Field.THROUGHPUT]),
        (((LATENCY, Figure(inf)),), [Field.LATENCY]),
    ],
)
def test_a_baseline_that_nothing_can_be_compared_with_is_refused_beside_its_field(
    figures: tuple[tuple[Problem, Figure], ...], fields: list[Field]
) -> None:
    refused = verified(a_course()).refuses(record_baseline, ANA, BaselineInput(figures))
    assert [gate.field for gate in refused.gates] == fields


@pytest.mark.clause("G-RB-1")
def test_no_baseline_blocks_no_start_and_no_reading_is_healthy_without_one() -> None:
    course = deploying(a_course())
    assert course.change.baselines == {}
    course.does(observe, QUINN, Report(RATE, now=Figure(0.0)))
    assert findings(course) == [Finding.UNKNOWN]
