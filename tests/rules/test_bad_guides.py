"""A guide that makes no sense is refused, with its file, line or key, and reason."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from datetime import time

import pytest

from bot.rules.clauses import Clause
from bot.rules.guide import (
    GUIDE_FILE,
)
from bot.rules.guide_reading import BadGuide
from bot.rules.guide_words import demands_of, guide_table
from bot.rules.terms import ChangeType
from bot.rules.toml_places import Problem
from tests.guides import DOCUMENT, HOUR, TEXT, guide, line_of, problems


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


@pytest.mark.parametrize(
    "overrides",
    [{"verification_before": "deployment"}, {"after_hours_environments": ["staging", "production"]}],
)
def test_a_switch_that_nothing_obeys_yet_is_refused_rather_than_ignored(
    overrides: Mapping[str, object],
) -> None:
    (problem,) = problems(overrides=overrides)
    assert "nothing obeys another yet" in problem
