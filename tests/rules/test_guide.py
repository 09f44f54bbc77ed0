"""The guide as data: its default is the guide itself, and nothing that makes no sense is taken for one."""

import dataclasses
import math
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from importlib import resources
from pathlib import Path

import pytest

import bot.rules
from bot.rules.clauses import Clause
from bot.rules.guide import (
    GUIDE_FILE,
    PEER,
    ErrorRateMode,
    Evidence,
    Guide,
    HotfixAfterHours,
    HotfixCodeReview,
    Hours,
    ReviewClock,
    VerificationBefore,
)
from bot.rules.guide_reading import BadGuide, parse_guide
from bot.rules.guide_words import demands_of, guide_table
from bot.rules.terms import ApprovalStage, ChangeType, EnvironmentName, HourClass, Role
from bot.rules.toml_places import Problem

TEXT = resources.files(bot.rules).joinpath(GUIDE_FILE).read_text("utf-8")
DOCUMENT = Path(__file__).parents[2] / "docs" / "guide.md"
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def guide(overrides: Mapping[str, object] | None = None) -> Guide:
    return parse_guide(TEXT, source=GUIDE_FILE, overrides=overrides)


def problems(text: str = TEXT, overrides: Mapping[str, object] | None = None) -> list[str]:
    with pytest.raises(BadGuide) as caught:
        parse_guide(text, source=GUIDE_FILE, overrides=overrides)
    return str(caught.value).splitlines()


def line_of(line: str, text: str = TEXT) -> int:
    return text.splitlines().index(line) + 1


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
    assert review.overdue_to == (Role.ENGINEERING_MANAGER, Role.ENGINEERING_DIRECTOR)


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


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("routine = 48", "routine = -3", "notice.routine: must be hours above 0, not -3"),
        ("routine = 48", 'routine = "two days"', 'notice.routine: must be hours above 0 and within a year, not "two days"'),
        ("routine = 48", "routine = inf", "notice.routine: must be hours above 0 and within a year, not inf"),
        ("routine = 48", "routine = true", "notice.routine: must be hours above 0 and within a year, not true"),
        ("allow_self_approval = false", "allow_self_approval = 0", "allow_self_approval: must be true or false, not 0"),
        (
            "allow_self_approval = false",
            'allow_self_approval = "no"',
            'allow_self_approval: must be true or false, not "no"',
        ),
        (
            'code_review = "peer_before"',
            'code_review = "never"',
            'hotfix.code_review: must be one of "before", "peer_before", "after", not "never"',
        ),
        ("widespread_reports = 3", "widespread_reports = 0", "rollback.widespread_reports: must be a whole number from 1 to 1000, not 0"),
        ("performance_loss = 30", "performance_loss = nan", "rollback.performance_loss: must be a number above 0 and below 1000, not nan"),
        ('granted_by = ["engineering_director"]', "granted_by = []", "waivers.granted_by: must be a list of one or more texts, each once, not []"),
        ("business_day_end = 17:00:00", "business_day_end = 08:00:00", "business_day_end: business_day_end must be later than business_day_start, 09:00, not 08:00"),
        ("chase_after = [4, 24]", "chase_after = [24, 4]", "hotfix.chase_after: must go from the shortest to the longest"),
        ('environments = ["development", "staging", "production"]', 'environments = ["staging", "production"]', "environments: must name at least three: a first one, one to verify in, and production"),
        ('title = "Software Deployment Guide"', 'title = " "', 'title: must be a text that is not empty, not " "'),
        ("updated = 2026-11-02", "updated = 2026-11-02T10:00:00", "updated: must be a date such as 2026-11-30, not 2026-11-02 10:00:00"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_its_file_line_key_and_reason(line: str, instead: str, told: str) -> None:
    assert f"{GUIDE_FILE}, line {line_of(line)}, {told}" in problems(TEXT.replace(line, instead, 1))


def test_a_key_that_nobody_knows_is_refused_where_it_stands() -> None:
    text = TEXT.replace("routine = 48", "routine = 48\nroutin = 24", 1)

    (told,) = problems(text)

    assert told.startswith(f"{GUIDE_FILE}, line {line_of('routin = 24', text)}, notice.routin: is not a key")


def test_a_key_that_is_missing_is_refused_with_its_tables_line() -> None:
    assert problems(TEXT.replace("snooze = 4\n", "", 1)) == [
        f"{GUIDE_FILE}, line {line_of('[asking]')}, asking.snooze: is missing"
    ]


def test_a_role_that_is_not_known_is_refused() -> None:
    (told,) = problems(overrides={"waivers": {"granted_by": ["engineering_directr"]}})

    assert "guide.waivers.granted_by" in told
    assert 'not "engineering_directr"' in told


def test_a_file_that_is_no_toml_is_refused_with_its_line() -> None:
    (told,) = problems("title = \n")

    assert told.startswith(f"{GUIDE_FILE}, line 1: is not TOML")


def test_all_problems_are_told_at_once() -> None:
    text = TEXT.replace("routine = 48", "routine = -3").replace("snooze = 4", "snooze = 0")

    assert len(problems(text, {"zone": "x", "directory": {"max_age": []}})) == 4


def every_key(table: Mapping[str, object], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from every_key(value, (*path, key))


def refused(overrides: Mapping[str, object]) -> tuple[Problem, ...]:
    try:
        guide(overrides)
    except BadGuide as error:
        return error.problems
    return ()


ODDITIES = [[], [[]], [{}], {}, {"x": {}}, "x", ["x"], -1, 10**400, math.nan, math.inf, time(1)]


@pytest.mark.parametrize("path", list(every_key(tomllib.loads(TEXT))), ids=".".join)
def test_whatever_stands_at_a_key_is_read_or_refused_at_that_key(path: tuple[str, ...]) -> None:
    for value in ODDITIES:
        overrides: object = value
        for key in reversed(path):
            overrides = {key: overrides}
        assert isinstance(overrides, dict)

        assert all(f"guide.{'.'.join(path)}" in one.where for one in refused(overrides))


@pytest.mark.clause("G-STD-7")
def test_a_hotfix_that_a_company_makes_a_standard_change_needs_a_notice() -> None:
    standard = {"types": {"hotfix": {"process": "standard"}}}

    assert problems(overrides=standard) == ["overrides, guide.notice.hotfix: is missing"]
    assert guide({**standard, "notice": {"hotfix": 12}}).notice[ChangeType.HOTFIX] == 12 * HOUR


@pytest.mark.clause("G-APP-4")
def test_a_table_of_approvals_that_leaves_hours_without_signers_is_refused() -> None:
    rows = [
        {"clause": "G-APP-1", "stage": "code", "when": "always", "signers": ["peer"]},
        {"clause": "G-APP-2", "stage": "staging", "when": "always", "signers": ["tech_lead"]},
        {
            "clause": "G-APP-3",
            "stage": "production",
            "when": "business_hours",
            "signers": ["product_manager"],
        },
    ]

    assert problems(overrides={"approvals": rows}) == [
        "overrides, guide.approvals: must have one row for the stage production in the time after hours, not 0"
    ]


def test_a_row_of_the_table_needs_signers_who_are_known_and_may_sign_there() -> None:
    row = {"clause": "G-APP-1", "stage": "production", "when": "always", "signers": ["peer", "janitor"]}

    told = problems(overrides={"approvals": [row]})

    assert any("guide.approvals[1].signers" in line and '"janitor"' in line for line in told)
    assert any('"peer" only for the stage "code"' in line for line in told)


@pytest.mark.clause("G-STD-9")
def test_nudges_that_do_not_fit_the_length_of_monitoring_are_refused_where_the_company_set_one() -> None:
    assert problems(overrides={"monitoring": {"minutes": 60}}) == [
        "overrides, guide.monitoring.minutes: the last of nudges must be at the end, minute 60, not 30"
    ]


@pytest.mark.clause("G-STD-9")
def test_a_value_that_is_wrong_in_itself_is_not_said_to_contradict_another() -> None:
    assert problems(overrides={"monitoring": {"minutes": -1}}) == [
        "overrides, guide.monitoring.minutes: must be minutes above 0, not -1"
    ]


@pytest.mark.clause("G-HOT-2")
def test_a_requester_can_never_give_every_signature_of_a_hotfix() -> None:
    (told,) = problems(overrides={"hotfix": {"requester_may_sign": 2}})

    assert "must be a whole number from 0 to 1, not 2" in told


def test_the_document_is_the_default_guide_in_words() -> None:
    assert DOCUMENT.read_text("utf-8") == guide_table(guide())


def test_the_words_have_a_sentence_for_every_clause() -> None:
    demands = demands_of(guide())

    assert all(demands[clause].endswith(".") for clause in Clause)


@pytest.mark.clause("G-STD-7")
def test_the_words_say_the_numbers_that_a_company_has_set() -> None:
    changed = demands_of(guide({"notice": {"config": 24}, "business_day_start": time(8)}))

    assert "48 h or more (routine and infra), 24 h or more (config)" in changed[Clause.STD_7]
    assert "08:00 to 17:00" in changed[Clause.APP_3]
