"""Watching production: nudges, the escalation, and the confirmation that closes it."""

from datetime import timedelta

import pytest

from bot.rules.life import Stage
from bot.rules.production_facts import MonitoringNudged
from bot.rules.terms import PersonId
from bot.rules.verdict import Done, Refused
from bot.workflows.deploy import take_over
from bot.workflows.watch import confirm_healthy, escalate_monitoring, nudge_monitoring
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    MINUTE,
    OMAR,
    PAUL,
    QUINN,
    STRANGER,
    TIA,
    Course,
    a_course,
    a_roster,
    clauses,
    deploying,
    watched,
)

SECOND = timedelta(seconds=1)


def after(minutes: float) -> Course:
    return watched(a_course()).wait(timedelta(minutes=minutes))


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("minutes", [0, 10, 29, 29.99])
def test_nobody_closes_the_watch_before_30_minutes(minutes: float) -> None:
    course = after(minutes)
    refused = course.refuses(confirm_healthy, ANA, None)
    assert clauses(refused) == ["G-STD-9"]
    assert refused.gates[0].passes_at == course.now + timedelta(minutes=30 - minutes)


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("person", [ANA, OMAR])
@pytest.mark.parametrize("minutes", [30, 31, 600])
def test_the_deployer_or_who_is_on_call_closes_it_after_30_minutes(person: PersonId, minutes: int) -> None:
    course = after(minutes).does(confirm_healthy, person, None)
    assert course.stage is Stage.DONE
    course.refuses(confirm_healthy, person, None)


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("person", [BEN, TIA, EVE, PAUL, QUINN, DORA, STRANGER])
def test_nobody_else_closes_it(person: PersonId) -> None:
    refused = after(35).refuses(confirm_healthy, person, None)
    assert refused.gates[0].who == (ANA, OMAR)


@pytest.mark.clause("G-STD-9")
def test_time_alone_never_closes_it() -> None:
    course = after(24 * 60)
    for timer in (nudge_monitoring, escalate_monitoring):
        course.fires(timer)
    assert course.stage is Stage.MONITORING


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize("person", [EVE, EMIL])
def test_unconfirmed_after_40_minutes_the_engineering_manager_may(person: PersonId) -> None:
    course = watched(a_course()).wait(40 * MINUTE - SECOND)
    assert isinstance(course.fires(escalate_monitoring), Refused)
    course.refuses(confirm_healthy, person, None)
    course.wait(SECOND)
    assert isinstance(course.fires(escalate_monitoring), Done)
    assert course.stage is Stage.MONITORING
    assert isinstance(course.wait(MINUTE).fires(escalate_monitoring), Refused)
    course.does(confirm_healthy, person, None)
    assert course.change.deployments[-1].healthy_by == person


@pytest.mark.clause("G-STD-9")
def test_who_is_on_call_now_is_who_counts() -> None:
    course = after(30)
    course.roster = a_roster(on_call=(BEN,))
    course.refuses(confirm_healthy, OMAR, None)
    course.does(confirm_healthy, BEN, None)


@pytest.mark.clause("G-STD-9")
def test_who_takes_over_the_watch_may_close_it() -> None:
    course = after(30).does(take_over, BEN, None)
    course.refuses(confirm_healthy, ANA, None)
    course.does(confirm_healthy, BEN, None)


@pytest.mark.clause("G-STD-9")
@pytest.mark.parametrize(
    ("minutes", "said"), [(0, 0), (9, 0), (10, 10), (19, 10), (20, 20), (30, 30), (500, 30)]
)
def test_a_late_nudge_stands_for_those_before_it_and_each_is_on_record(minutes: int, said: int) -> None:
    course = after(minutes)
    verdict = course.fires(nudge_monitoring)
    assert isinstance(verdict, Done)
    recorded = [fact.minutes for fact in verdict.facts if isinstance(fact, MonitoringNudged)]
    assert recorded == [each for each in (0, 10, 20, 30) if each <= said]
    assert course.change.deployments[-1].nudged == said
    assert isinstance(course.fires(nudge_monitoring), Refused)


@pytest.mark.clause("G-STD-9")
def test_nudges_come_at_0_10_20_and_30_minutes() -> None:
    course = watched(a_course())
    came = []
    for minute in range(45):
        if isinstance(course.fires(nudge_monitoring), Done):
            came.append(minute)
        course.wait(MINUTE)
    assert came == [0, 10, 20, 30]


@pytest.mark.clause("G-STD-9")
def test_the_watch_starts_when_the_deployment_has_finished() -> None:
    course = deploying(a_course()).wait(60 * MINUTE)
    course.refuses(confirm_healthy, ANA, None)
    assert isinstance(course.fires(nudge_monitoring), Refused)


@pytest.mark.clause("G-STD-9")
def test_a_closed_watch_nudges_nobody() -> None:
    course = after(60).does(confirm_healthy, ANA, None)
    assert isinstance(course.fires(nudge_monitoring), Refused)
    assert isinstance(course.fires(escalate_monitoring), Refused)
