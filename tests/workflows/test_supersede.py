"""A newer change that is done supersedes older ones, and their requesters may bring theirs back."""

from collections.abc import Callable

import pytest

from bot.rules.change import Outcome
from bot.rules.facts import ChangeSuperseded
from bot.rules.inputs import Finish
from bot.rules.life import UNSTARTED, Stage
from bot.rules.setting import Neighbors
from bot.rules.terms import NO_WORDS, ChangeId, PersonId
from bot.rules.verdict import Done, Refused
from bot.workflows.deploy import finish_staging, start_staging
from bot.workflows.supersede import supersede, undo_superseding
from bot.workflows.windows import lapse_window
from tests.acting import (
    ANA,
    EVERYBODY,
    THURSDAY,
    Course,
    a_course,
    a_roster,
    deploying,
    in_staging,
    ready_for_staging,
    scheduled,
    sentences,
    verified,
    watched,
    windowed,
)
from tests.acting_in_production import (
    NEWER,
    alarmed,
    done,
    requested,
    restored,
    rolled_back,
    stage_of,
    superseded,
)

Build = Callable[[Course], Course]


def overtaken(course: Course) -> Course:
    """A newer change of the service and type is done."""
    course.neighbors = Neighbors(superseded_by=NEWER)
    return course


@pytest.mark.parametrize("build", [requested, in_staging, verified, windowed, scheduled])
def test_a_change_that_has_not_started_is_superseded_by_a_newer_one_that_is_done(build: Build) -> None:
    course = overtaken(build(a_course()))
    assert stage_of(course) in UNSTARTED
    verdict = course.fires(supersede)
    assert isinstance(verdict, Done)
    assert verdict.facts == (ChangeSuperseded(NEWER, course.now),)
    assert sentences(verdict) == "CHG-7 reached production first."
    assert stage_of(course) is Stage.SUPERSEDED


@pytest.mark.parametrize("build", [deploying, watched, alarmed, restored, done, rolled_back, superseded])
def test_what_has_started_or_is_over_is_not_superseded(build: Build) -> None:
    assert isinstance(overtaken(build(a_course())).fires(supersede), Refused)


def test_a_newer_change_that_is_not_done_any_more_supersedes_nothing() -> None:
    course = verified(a_course())
    assert isinstance(course.fires(supersede), Refused)
    assert stage_of(course) is Stage.VERIFIED


@pytest.mark.parametrize("build", [requested, in_staging, verified, windowed, scheduled])
def test_its_requester_brings_it_back_to_where_it_was(build: Build) -> None:
    course = overtaken(build(a_course()))
    before = course.change
    course.fires(supersede)
    course.does(undo_superseding, ANA, None)
    assert course.change == before


@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA}))
def test_nobody_else_brings_it_back(person: PersonId) -> None:
    assert superseded(a_course()).refuses(undo_superseding, person, None).gates[0].who == (ANA,)


def test_who_is_no_engineer_of_the_service_any_more_does_not_bring_it_back() -> None:
    course = superseded(a_course())
    course.roster = a_roster(engineer=())
    course.refuses(undo_superseding, ANA, None)


def test_what_was_not_superseded_is_not_brought_back() -> None:
    verified(a_course()).refuses(undo_superseding, ANA, None)


def test_it_stays_superseded_once_another_change_has_taken_its_version() -> None:
    course = superseded(a_course())
    course.neighbors = Neighbors(same_version=ChangeId(9))
    refused = course.refuses(undo_superseding, ANA, None)
    assert sentences(refused) == "CHG-9 carries payments 4.12.0 now: ask for a new version."


def test_a_staging_deployment_that_runs_while_its_change_is_superseded_is_finished_all_the_same() -> None:
    course = overtaken(ready_for_staging(a_course()).does(start_staging, ANA, None))
    course.fires(supersede)
    course.does(finish_staging, ANA, Finish(Outcome.SUCCEEDED, NO_WORDS))
    assert stage_of(course) is Stage.SUPERSEDED
    course.does(undo_superseding, ANA, None)
    assert stage_of(course) is Stage.VERIFYING


@pytest.mark.clause("G-STD-8")
def test_a_window_that_passed_meanwhile_lapses_when_the_change_is_back() -> None:
    course = superseded(a_course()).at(THURSDAY.end)
    assert isinstance(course.fires(lapse_window), Refused)
    course.does(undo_superseding, ANA, None)
    assert isinstance(course.fires(lapse_window), Done)
    assert stage_of(course) is Stage.VERIFIED
