"""A hotfix in the log as it is exported: its issue, the words it started on, a breach, its review."""

import csv
import io
import json
from typing import Any

import pytest

from bot.export.writing import Format, objects, write
from bot.rules.filters import DeploymentFilter
from bot.rules.hotfix_inputs import ReviewExtension, ReviewSignature, VerbalAnswer
from bot.rules.inputs import Reason, Seen
from bot.rules.terms import ChangeId, EnvironmentName, Words
from bot.store.changes import write_facts
from bot.store.database import Database
from bot.workflows.approve import approve
from bot.workflows.hotfix import ratify_breach, refuse_breach, start_in_breach
from bot.workflows.review import extend_review, sign_review, submit_review
from bot.workflows.verbal import confirm_verbal, dispute_verbal
from tests.acting import BEN, DORA, EVE, HOUR, MINUTE, PAUL, TIA, Course, berlin
from tests.acting_on_hotfixes import (
    BREACH,
    REVIEW,
    a_hotfix,
    approved_by_word,
    finished,
    started,
)
from tests.demo_company import harbor

PRODUCTION = EnvironmentName("production")


def exported(database: Database, course: Course, written_as: Format) -> str:
    with database.write() as connection:
        undone = connection.begin_nested()
        write_facts(connection, ChangeId(1), list(course.facts), production=PRODUCTION)
        out = io.StringIO(newline="")
        write(objects(connection, harbor(), DeploymentFilter()), out, written_as)
        undone.rollback()
    return out.getvalue()


def the_object(database: Database, course: Course) -> dict[str, Any]:
    (line,) = exported(database, course, Format.JSONL).splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def the_row(database: Database, course: Course) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(exported(database, course, Format.CSV), newline=""))
    return row


def person(name: str) -> dict[str, str]:
    return {"id": name, "name": name}


@pytest.mark.clause("G-HOT-1", "G-HOT-2", "G-LOG-1")
def test_a_hotfix_is_exported_with_its_issue_and_the_words_it_started_on(database: Database) -> None:
    course = started(approved_by_word(a_hotfix())).does(confirm_verbal, EVE, VerbalAnswer())
    course.wait(HOUR).does(dispute_verbal, PAUL, VerbalAnswer(words=Words("I said maybe")))
    hotfix = the_object(database, course)
    assert hotfix["type"] == "hotfix"
    assert hotfix["hotfix"] == {
        "severity": "SEV1",
        "impact": "nobody can pay",
        "root_cause": None,
        "declared_at": "2026-11-23T13:00:00Z",
        "breach": None,
        "code_reviews_afterwards": [],
        "code_reviews_open": ["tech_lead"],
        "review": {
            "stage": "open",
            "due_at": "2026-11-26T13:03:00Z",
            "author": None,
            "submitted_at": None,
            "signed_by": None,
            "signed_at": None,
            "extended_to": None,
            "extended_by": None,
            "extended_reason": None,
        },
    }
    eve, paul, ben = hotfix["approvals"]
    assert eve["spoken"] == {
        "said": "yes, go",
        "how": "phone",
        "given_at": "2026-11-23T13:01:00Z",
        "heard_by": person("ben"),
        "recorded_by": person("ana"),
        "confirmed_at": "2026-11-23T13:03:00Z",
        "disputed_at": None,
        "dispute": None,
    }
    assert (paul["spoken"]["disputed_at"], paul["spoken"]["dispute"]) == (
        "2026-11-23T14:03:00Z",
        "I said maybe",
    )
    assert ben["spoken"] is None
    assert [each["code"] for each in hotfix["deviations"]] == ["disputed"]


@pytest.mark.clause("G-HOT-2", "G-HOT-5", "G-APP-1")
def test_the_same_in_cells_with_a_late_code_review_and_a_review_that_was_given_time(
    database: Database,
) -> None:
    course = finished(started(approved_by_word(a_hotfix()).does(confirm_verbal, EVE, VerbalAnswer())))
    course.wait(HOUR).does(extend_review, DORA, ReviewExtension(berlin(28, 12), Words("the bank")))
    course.does(approve, TIA, Seen()).does(submit_review, course.change.requester, REVIEW)
    course.at(berlin(27, 9)).does(sign_review, EVE, ReviewSignature())
    row = the_row(database, course)
    said = "said by phone 2026-11-23T13:01:00Z “yes, go”, heard by ben (ben), recorded by ana (ana)"
    eve, paul, _ = row["approvals"].split("; ")
    assert eve.startswith("G-HOT-2 eve (eve) as Engineering Manager 2026-11-23T13:02:00Z, ")
    assert eve.endswith(f", {said}, confirmed 2026-11-23T13:02:00Z")
    assert paul.endswith(f", {said}, unconfirmed")
    assert (row["severity"], row["impact"], row["root_cause"]) == ("SEV1", "nobody can pay", "")
    assert row["code_reviews_afterwards"] == "G-APP-1 tia (tia) as Tech Lead 2026-11-23T14:13:00Z"
    assert (row["code_reviews_open"], row["breach"]) == ("", "")
    assert (row["review"], row["review_due_at"]) == ("signed", "2026-11-28T11:00:00Z")
    assert (row["review_signed_by"], row["review_signed_at"]) == ("eve (eve)", "2026-11-27T08:00:00Z")
    assert row["deviation_codes"] == "extended_review"
    assert row["deviations"] == ("G-HOT-5 dora gave the review time until 2026-11-28T11:00:00Z: “the bank”.")


@pytest.mark.clause("G-HOT-3", "G-LOG-1")
def test_a_start_in_breach_is_exported_with_its_answers(database: Database) -> None:
    course = a_hotfix().wait(MINUTE).does(start_in_breach, BEN, BREACH)
    course.wait(HOUR).does(ratify_breach, EVE, None)
    course.does(refuse_breach, PAUL, Reason(Words("I was here")))
    breach = the_object(database, course)["hotfix"]["breach"]
    assert breach == {
        "by": person("ben"),
        "at": "2026-11-23T13:01:00Z",
        "reason": "all cards fail",
        "tried": "Eve and Paul, by phone",
        "missing": ["peer", "engineering_manager", "product_manager"],
        "answers": [
            {
                "by": person("eve"),
                "seat": "engineering_manager",
                "ratified": True,
                "reason": None,
                "at": "2026-11-23T14:01:00Z",
            },
            {
                "by": person("paul"),
                "seat": "product_manager",
                "ratified": False,
                "reason": "I was here",
                "at": "2026-11-23T14:01:00Z",
            },
        ],
    }
    assert the_row(database, course)["breach"] == (
        "ben (ben) 2026-11-23T13:01:00Z without peer reviewer, Engineering Manager, Product Manager"
        " “all cards fail”, tried: “Eve and Paul, by phone”;"
        " ratified by eve (eve) as Engineering Manager 2026-11-23T14:01:00Z;"
        " refused by paul (paul) as Product Manager 2026-11-23T14:01:00Z “I was here”"
    )


@pytest.mark.clause("G-HOT-2")
def test_a_word_that_was_disputed_before_the_start_is_no_approval_that_counted(database: Database) -> None:
    course = approved_by_word(a_hotfix()).does(dispute_verbal, PAUL, VerbalAnswer(words=Words("no")))
    started(course.approved_by(PAUL))
    hotfix = the_object(database, course)
    assert [(each["by"]["id"], each["spoken"] is not None) for each in hotfix["approvals"]] == [
        ("eve", True),
        ("ben", False),
        ("paul", False),
    ]
    assert [each["code"] for each in hotfix["deviations"]] == ["disputed"]
