"""The guide as data: its default is the guide itself, and nothing that makes no sense is taken for one."""

import dataclasses
from datetime import date, time, timedelta

import pytest

from bot.rules.guide import (
    PEER,
    ErrorRateMode,
    Evidence,
    HotfixAfterHours,
    HotfixCodeReview,
    Hours,
    ReviewClock,
    VerificationBefore,
)
from bot.rules.terms import ApprovalStage, ChangeType, EnvironmentName, HourClass, Role
from tests.guides import HOUR, MINUTE, guide


@pytest.mark.clause("G-ENV-1")
def test_environments_follow_each_other_in_the_order_of_the_guide() -> None:
    assert guide().environments == ("development", "staging", "production")
    assert guide().production == "production"
    assert guide().verified_in == "staging"
    assert guide().environment_before(EnvironmentName("production")) == "staging"
    assert guide().environment_before(EnvironmentName("development")) is None


@pytest.mark.clause("G-ENV-1")
def test_each_environment_in_the_middle_repeats_staging() -> None:
    four = guide({"environments": ["development", "integration", "staging", "production"]})

    assert four.staging_environments == ("integration", "staging")
    assert four.verified_in == "staging"


@pytest.mark.clause("G-ENV-2")
def test_only_an_engineering_director_waives_an_environment() -> None:
    assert guide().waivers.granted_by == (Role.ENGINEERING_DIRECTOR,)


@pytest.mark.clause("G-TYPE-1")
def test_only_hotfixes_follow_the_hotfix_process() -> None:
    assert [one for one in ChangeType if guide().follows_hotfix(one)] == [ChangeType.HOTFIX]


@pytest.mark.clause("G-TYPE-1")
@pytest.mark.parametrize("change_type", list(ChangeType))
def test_only_config_and_infra_may_do_without_branch_pull_request_and_ci(change_type: ChangeType) -> None:
    optional = frozenset(Evidence) if change_type in {ChangeType.CONFIG, ChangeType.INFRA} else frozenset()

    assert guide().types[change_type].not_applicable == optional


@pytest.mark.parametrize(
    ("clause", "stage", "when", "signers"),
    [
        pytest.param(
            "G-APP-1",
            "code",
            Hours.ALWAYS,
            (PEER, Role.TECH_LEAD),
            marks=pytest.mark.clause("G-APP-1"),
        ),
        pytest.param(
            "G-APP-2",
            "staging",
            Hours.ALWAYS,
            (Role.DEVELOPMENT_TEAM_LEAD,),
            marks=pytest.mark.clause("G-APP-2"),
        ),
        pytest.param(
            "G-APP-3",
            "production",
            Hours.BUSINESS,
            (Role.PRODUCT_MANAGER, Role.ENGINEERING_MANAGER),
            marks=pytest.mark.clause("G-APP-3"),
        ),
        pytest.param(
            "G-APP-4",
            "production",
            Hours.AFTER,
            (Role.ENGINEERING_DIRECTOR, Role.ON_CALL),
            marks=pytest.mark.clause("G-APP-4"),
        ),
    ],
)
def test_the_table_of_required_approvals_is_the_guides(
    clause: str, stage: str, when: Hours, signers: tuple[object, ...]
) -> None:
    (row,) = [row for row in guide().approvals if row.clause == clause]

    assert (row.stage, row.when, row.signers) == (stage, when, signers)


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
@pytest.mark.parametrize(
    ("touched", "clauses"),
    [
        ({HourClass.BUSINESS}, ["G-APP-3"]),
        ({HourClass.AFTER}, ["G-APP-4"]),
        ({HourClass.BUSINESS, HourClass.AFTER}, ["G-APP-3", "G-APP-4"]),
    ],
)
def test_a_window_that_touches_both_hours_needs_both_rows(
    touched: set[HourClass], clauses: list[str]
) -> None:
    rows = guide().rows(ApprovalStage.PRODUCTION, frozenset(touched))

    assert [row.clause for row in rows] == clauses


@pytest.mark.clause("G-APP-3")
def test_business_hours_are_nine_to_five_from_monday_to_friday() -> None:
    hours = guide().hours

    assert (hours.days, hours.start, hours.end) == (frozenset(range(5)), time(9), time(17))
    assert not hours.holidays
    assert guide().after_hours_environments == {"production"}


@pytest.mark.clause("G-APP-1")
def test_nobody_approves_their_own_change_unless_the_company_says_so() -> None:
    assert not guide().allow_self_approval
    assert not guide().allow_one_person_many_roles
    assert guide({"allow_self_approval": True}).allow_self_approval


@pytest.mark.clause("G-STD-6")
def test_qa_and_product_verify_before_a_window_is_scheduled() -> None:
    assert guide().verification.roles == (Role.QA, Role.PRODUCT)
    assert guide().verification.before is VerificationBefore.SCHEDULING


@pytest.mark.clause("G-STD-7")
def test_every_standard_change_needs_48_hours_notice_and_a_hotfix_none() -> None:
    assert guide().notice == {
        ChangeType.ROUTINE: 48 * HOUR,
        ChangeType.CONFIG: 48 * HOUR,
        ChangeType.INFRA: 48 * HOUR,
        ChangeType.HOTFIX: timedelta(0),
    }


@pytest.mark.clause("G-STD-7")
def test_a_company_can_set_the_notice_of_one_type_alone() -> None:
    notice = guide({"notice": {"config": 24}}).notice

    assert notice[ChangeType.CONFIG] == 24 * HOUR
    assert notice[ChangeType.ROUTINE] == 48 * HOUR


@pytest.mark.clause("G-STD-9")
@pytest.mark.clause("G-HOT-4")
def test_monitoring_lasts_30_minutes_with_a_nudge_every_10_and_messages_at_both_ends() -> None:
    watch = guide().monitoring

    assert watch.lasts == 30 * MINUTE
    assert watch.nudges == (0 * MINUTE, 10 * MINUTE, 20 * MINUTE, 30 * MINUTE)
    assert watch.new_messages == {0 * MINUTE, 30 * MINUTE}
    assert watch.escalate_after == 10 * MINUTE
    assert watch.escalates_to == (Role.ENGINEERING_MANAGER,)


@pytest.mark.clause("G-HOT-2")
def test_a_hotfix_is_signed_by_both_managers_one_of_whom_may_be_its_requester() -> None:
    hotfix = guide().hotfix

    assert hotfix.signers == (Role.ENGINEERING_MANAGER, Role.PRODUCT_MANAGER)
    assert hotfix.requester_may_sign == 1
    assert hotfix.code_review is HotfixCodeReview.PEER_BEFORE
    assert hotfix.after_hours is HotfixAfterHours.BOTH
    assert hotfix.chase_after == (4 * HOUR, 24 * HOUR)


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_can_be_recorded_unless_the_company_says_otherwise() -> None:
    assert guide().hotfix.start_in_breach
    assert not guide({"hotfix": {"start_in_breach": False}}).hotfix.start_in_breach


@pytest.mark.clause("G-HOT-5")
def test_a_review_is_due_72_hours_after_the_deployment_with_reminders_until_then() -> None:
    review = guide().review

    assert review.due_after == 72 * HOUR
    assert review.clock_starts is ReviewClock.DEPLOYED
    assert review.reminders == (48 * HOUR, 24 * HOUR, 6 * HOUR, 0 * HOUR)
    assert review.overdue_every == 24 * HOUR
    assert review.reminded == (Role.ENGINEERING_MANAGER,), "besides its author"
    assert review.overdue_to == (Role.ENGINEERING_MANAGER, Role.ENGINEERING_DIRECTOR)
    assert review.extended_by == (Role.ENGINEERING_DIRECTOR,)


@pytest.mark.clause("G-RB-1")
@pytest.mark.clause("G-RB-3")
@pytest.mark.clause("G-RB-4")
def test_the_rollback_criteria_have_the_guides_numbers() -> None:
    rollback = guide().rollback

    assert (rollback.error_rate_rise, rollback.error_rate_mode) == (5, ErrorRateMode.RELATIVE)
    assert rollback.error_rate_confidence == 0.95
    assert rollback.performance_loss == 30
    assert rollback.widespread_reports == 3
    assert (rollback.repeat_every, rollback.mute_after_start) == (5 * MINUTE, 15 * MINUTE)


def test_an_answer_of_the_directory_counts_for_a_day_and_at_most_four_people_of_a_role_are_asked() -> None:
    assert guide().directory.max_age == 24 * HOUR
    assert guide().asking.ask_at_most == 4


def test_the_guide_carries_its_title_its_owner_and_its_date() -> None:
    assert guide().title
    assert guide().owner == "Engineering Leadership Team"
    assert isinstance(guide().updated, date)


def test_a_guide_cannot_be_changed() -> None:
    one = guide()

    with pytest.raises(dataclasses.FrozenInstanceError):
        one.allow_self_approval = True  # type: ignore[misc] # the point of the test
    with pytest.raises(TypeError):
        one.notice[ChangeType.ROUTINE] = timedelta(0)  # type: ignore[index] # the point of the test
