"""Which rows of the table of required approvals a hotfix needs, by the hour of its start."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.rules.approvals import missing_seats, rows_now
from bot.rules.change import PullRequest
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix_rows import hotfix_rows, rows_for_start, started_at
from bot.rules.inputs import Seen
from bot.rules.terms import PersonId, Role, Words
from bot.workflows.approve import approve
from bot.workflows.deploy import finish_production
from bot.workflows.review import sign_review, submit_review
from bot.workflows.verbal import record_verbal
from tests.acting import (
    ANA,
    BEN,
    BERLIN,
    EVE,
    MINUTE,
    MONDAY,
    PAUL,
    PRIYA,
    TIA,
    Course,
    a_guide,
    a_policy,
    a_roster,
    berlin,
    revised,
    standing,
)
from tests.acting_in_hotfixes import (
    DECLARATION,
    FAILED_UNTOUCHED,
    HAND_IN,
    NIGHT,
    SUCCEEDED,
    a_hotfix,
    a_record,
    ready_to_sign,
    spoken,
    started,
    starts,
    untouched,
)

SECOND = timedelta(seconds=1)
BOTH_ROWS = ["G-APP-1", "G-HOT-2", "G-APP-4"]
BY_DAY = ["G-APP-1", "G-HOT-2"]


def rows_at(at: datetime, **overrides: object) -> list[str]:
    return [row.clause for row in rows_for_start(a_policy(a_guide(**overrides)), at)]


def rows_of(course: Course) -> list[str]:
    return [row.clause for row in rows_now(course.change, course.setting)]


def missing(course: Course) -> list[Seat]:
    rows = rows_now(course.change, course.setting)
    return [needed.seat for needed in missing_seats(course.change, course.policy, rows)]


@pytest.mark.clause("G-HOT-2")
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    ("at", "rows"),
    [
        (berlin(23, 9) - SECOND, BOTH_ROWS),
        (berlin(23, 9), BY_DAY),
        (berlin(23, 17) - SECOND, BY_DAY),
        (berlin(23, 17), BOTH_ROWS),
        (berlin(28, 12), BOTH_ROWS),
        (berlin(29, 12), BOTH_ROWS),
        (NIGHT, BOTH_ROWS),
    ],
    ids=["before nine", "nine sharp", "before five", "five sharp", "saturday", "sunday", "night"],
)
def test_the_hours_of_a_hotfix_are_those_of_its_start(at: datetime, rows: list[str]) -> None:
    assert rows_at(at) == rows


@pytest.mark.clause("G-APP-4")
def test_the_hours_of_a_start_are_those_of_the_organizations_zone_across_daylight_saving() -> None:
    before, after = (
        datetime(2026, 10, 23, 16, 59, tzinfo=BERLIN),
        datetime(2026, 10, 26, 16, 59, tzinfo=BERLIN),
    )
    assert rows_at(before) == rows_at(after) == BY_DAY
    assert rows_at(before + MINUTE) == rows_at(after + MINUTE) == BOTH_ROWS


@pytest.mark.clause("G-APP-4")
def test_a_holiday_of_the_service_counts_like_a_weekend() -> None:
    policy = a_policy(a_guide())
    holidays = replace(policy, hours=replace(policy.hours, holidays=frozenset({date(2026, 11, 24)})))
    assert [row.clause for row in rows_for_start(holidays, berlin(24, 12))] == BOTH_ROWS
    assert [row.clause for row in rows_for_start(holidays, berlin(25, 12))] == BY_DAY


@pytest.mark.clause("G-APP-4")
@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize(
    ("after_hours", "rows"),
    [
        ("both", BOTH_ROWS),
        ("director_and_on_call", ["G-APP-1", "G-APP-4"]),
        ("verbal_only", BY_DAY),
    ],
)
def test_after_hours_a_hotfix_needs_both_rows_unless_the_guide_is_read_otherwise(
    after_hours: str, rows: list[str]
) -> None:
    assert rows_at(NIGHT, hotfix={"after_hours": after_hours}) == rows
    assert rows_at(MONDAY, hotfix={"after_hours": after_hours}) == BY_DAY


@pytest.mark.clause("G-HOT-2")
def test_the_verbal_rows_signers_are_the_guides() -> None:
    (row,) = (row for row in rows_for_start(a_policy(a_guide()), MONDAY) if row.clause == "G-HOT-2")
    assert row.signers == (Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER)
    ours = a_policy(a_guide(hotfix={"signers": ["engineering_director"], "requester_may_sign": 0}))
    (row,) = (row for row in rows_for_start(ours, MONDAY) if row.clause == "G-HOT-2")
    assert row.signers == (Role.ENGINEERING_DIRECTOR,)


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize(
    ("code_review", "before", "after"),
    [
        ("before", [PEER, Role.TECH_LEAD], [PEER, Role.TECH_LEAD]),
        ("peer_before", [PEER], [PEER, Role.TECH_LEAD]),
        ("after", [], [PEER, Role.TECH_LEAD]),
    ],
)
def test_how_much_of_the_code_review_comes_before_the_start_is_the_guides(
    code_review: str, before: list[Seat], after: list[Seat]
) -> None:
    course = a_hotfix(hotfix={"code_review": code_review})
    signers = [Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER]
    assert missing(course) == [*before, *signers]
    assert "G-APP-2" not in rows_of(course)
    spoken(course, *((BEN,) if before else ()), EVE, PAUL, *((TIA,) if len(before) > 1 else ()))
    starts(course)
    code = [row for row in rows_now(course.change, course.setting) if row.clause == "G-APP-1"]
    assert [seat for row in code for seat in row.signers] == after


@pytest.mark.clause("G-APP-4")
def test_once_started_the_hours_stay_those_of_the_start() -> None:
    course = started(a_hotfix()).at(NIGHT)
    assert rows_of(course) == BY_DAY
    assert started_at(course.change, course.policy) == MONDAY
    course.does(finish_production, ANA, SUCCEEDED)
    assert rows_of(course) == BY_DAY


@pytest.mark.clause("G-HOT-3")
@pytest.mark.clause("G-APP-4")
def test_after_a_start_that_left_production_untouched_the_hours_are_again_those_of_now() -> None:
    course = started(a_hotfix()).at(NIGHT).does(finish_production, ANA, FAILED_UNTOUCHED)
    assert rows_of(course) == BOTH_ROWS
    assert started_at(course.change, course.policy) is None


@pytest.mark.clause("G-APP-1")
def test_what_a_start_left_to_the_review_is_asked_for_until_that_is_signed_whatever_became_of_it() -> None:
    course = untouched(a_hotfix())
    assert missing(course) == [Role.TECH_LEAD]
    assert missing(course.approved_by(TIA)) == []
    course.does(submit_review, ANA, HAND_IN).does(sign_review, EVE, None)
    assert next(row.signers for row in rows_now(course.change, course.setting)) == (PEER,)
    done = ready_to_sign(a_hotfix()).does(sign_review, EVE, None)
    assert next(row.signers for row in hotfix_rows(done.change, done.policy, done.now)) == (
        PEER,
        Role.TECH_LEAD,
    )


@pytest.mark.clause("G-APP-1")
def test_a_new_version_after_a_start_has_not_started() -> None:
    course = revised(untouched(a_hotfix()), version="4.12.2")
    assert started_at(course.change, course.policy) is None
    assert missing(course) == [PEER, Role.TECH_LEAD, Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER]


def two_roles(person: PersonId) -> Course:
    """A company in which somebody who declares a hotfix holds both roles of G-HOT-2, beside those who hold one."""
    return a_hotfix(a_roster(engineering_manager=(person, EVE), product_manager=(person, PAUL)), by=person)


@pytest.mark.clause("G-HOT-2")
def test_the_requester_fills_one_of_the_two_seats_where_they_hold_the_role() -> None:
    course = two_roles(ANA).approved_by(ANA)
    assert len([seat for seat in missing(course) if seat is not PEER]) == 1
    assert missing(course.approved_by(PAUL)) == [PEER]


@pytest.mark.clause("G-HOT-2")
def test_the_requester_fills_no_second_seat_even_where_one_person_may_sign_in_several_roles() -> None:
    course = a_hotfix(
        a_roster(engineering_manager=(ANA,), product_manager=(ANA,)), allow_one_person_many_roles=True
    ).approved_by(ANA)
    assert len([seat for seat in missing(course) if seat is not PEER]) == 1
    three = ["engineering_manager", "product_manager", "engineering_director"]
    twice = a_hotfix(
        a_roster(engineering_manager=(ANA,), product_manager=(ANA,), engineering_director=(ANA,)),
        allow_one_person_many_roles=True,
        hotfix={"signers": three, "requester_may_sign": 2},
    ).approved_by(ANA)
    assert len([seat for seat in missing(twice) if seat is not PEER]) == 1


@pytest.mark.clause("G-HOT-2")
def test_the_requester_fills_none_where_the_guide_is_read_so() -> None:
    course = a_hotfix(a_roster(engineering_manager=(ANA, EVE)), hotfix={"requester_may_sign": 0})
    assert missing(course.approved_by(EVE, PAUL, BEN)) == []
    other = a_hotfix(a_roster(engineering_manager=(ANA, EVE)), hotfix={"requester_may_sign": 0})
    other.refuses(approve, ANA, Seen())
    other.refuses(record_verbal, BEN, a_record(other, ANA))
    spoken(other, EVE, PRIYA)
    assert standing(other) == [EVE, PRIYA]


@pytest.mark.clause("G-APP-1")
def test_a_requester_who_leads_the_technology_does_not_review_their_own_hotfix() -> None:
    own = replace(DECLARATION, pull_requests=(PullRequest(Words("#887"), (BEN,)),))
    course = a_hotfix(a_roster(tech_lead=(ANA, TIA)), form=own)
    course.refuses(record_verbal, BEN, a_record(course, (ANA, Role.TECH_LEAD)))
    starts(spoken(course.approved_by(TIA), EVE, PAUL))
    course.refuses(approve, ANA, Seen())


@pytest.mark.clause("G-APP-4")
def test_the_requester_may_sign_for_on_call_and_never_as_director() -> None:
    course = a_hotfix(a_roster(on_call=(ANA,)), by=BEN, at=NIGHT).approved_by(ANA)
    assert Role.ON_CALL not in missing(course)
    own = a_hotfix(a_roster(engineering_director=(ANA,)), at=NIGHT)
    own.refuses(approve, ANA, Seen())
    own.roster = a_roster(on_call=(ANA,))
    assert Role.ON_CALL not in missing(own.approved_by(ANA))


@pytest.mark.clause("G-HOT-2")
def test_where_self_approval_is_allowed_the_requester_fills_every_seat() -> None:
    roster = a_roster(engineering_manager=(ANA,), product_manager=(ANA,))
    course = a_hotfix(roster, allow_one_person_many_roles=True, allow_self_approval=True).approved_by(ANA)
    assert missing(course) == [PEER]
