from dataclasses import replace

import pytest

from bot.rules.hotfix import Issue, ReviewText
from bot.rules.hotfix_inputs import ReviewHandIn
from bot.rules.inputs import RollbackStart
from bot.rules.review_draft import (
    PART_MOST,
    draft,
    lacking,
    missing_parts,
    prepared_text,
    worth_keeping,
)
from bot.rules.terms import Words
from bot.rules.verdict import Field
from bot.workflows.observe import observe
from bot.workflows.review import draft_review
from bot.workflows.rollback import finish_rollback, start_rollback
from tests.acting import ANA, MINUTE, OMAR, Course
from tests.acting_in_hotfixes import DECLARATION, SUCCEEDED, a_hotfix, finished, started, starts, untouched
from tests.acting_in_production import BROKEN, in_production

pytestmark = pytest.mark.clause("G-HOT-5")
TIMELINE = "- Mon 23 Nov 10:00 CET · declared\n- Mon 23 Nov 10:10 CET · deployed"
CAUSE = Words("a certificate that ran out")


def prepared(course: Course, timeline: str = TIMELINE) -> ReviewText:
    return prepared_text(course.change, course.policy, timeline)


def text(summary: str = "", timeline: str = "", root_cause: str = "", follow_ups: str = "") -> ReviewText:
    return ReviewText(Words(summary), Words(timeline), Words(root_cause), Words(follow_ups))


def shown(course: Course) -> ReviewText:
    return draft(course.change, prepared(course))


def test_a_summary_says_what_happened_what_was_deployed_when_and_how_it_ended() -> None:
    course = finished(a_hotfix().wait(16 * MINUTE))
    assert prepared(course).summary.split("\n") == [
        "SEV1: Checkout fails for all EU cards",
        "payments 4.12.1 was declared a hotfix on Mon 23 Nov 10:00 CET.",
        "DEP-1 put it into production on Mon 23 Nov 10:16 CET, 16 min after the declaration; it succeeded after 10 min.",
    ]


def test_every_attempt_is_told_and_how_it_failed() -> None:
    course = starts(untouched(a_hotfix()).wait(MINUTE))
    *_, first, second = prepared(course).summary.split("\n")
    assert first.endswith("it failed and left production as it was after 5 min: the registry was down")
    assert second.startswith("DEP-2 put it into production on Mon 23 Nov 10:06 CET, 6 min")
    assert second.endswith("; it is not finished.")


def test_a_rollback_is_told_too() -> None:
    course = in_production(finished(a_hotfix())).wait(MINUTE).does(observe, ANA, BROKEN)
    course.does(start_rollback, OMAR, RollbackStart()).wait(4 * MINUTE).does(finish_rollback, OMAR, SUCCEEDED)
    assert prepared(course).summary.split("\n")[-1] == (
        "DEP-2 rolled back DEP-1 on Mon 23 Nov 10:11 CET; it succeeded after 4 min."
    )


def test_the_follow_ups_are_for_people_to_find() -> None:
    made = prepared(finished(a_hotfix()))
    assert made == text(made.summary, TIMELINE)


def test_no_part_is_longer_than_its_form_takes() -> None:
    course = started(a_hotfix(form=replace(DECLARATION, issue=Issue("SEV1", Words("x" * PART_MOST), CAUSE))))
    assert len(prepared(course).summary) == PART_MOST
    assert prepared(course).summary.endswith("x…")
    assert len(prepared(course, "x" * (PART_MOST + 1)).timeline) == PART_MOST
    assert prepared(course).root_cause == CAUSE


def test_what_was_saved_wins_part_by_part() -> None:
    course = finished(a_hotfix())
    course.does(draft_review, ANA, ReviewHandIn(text(root_cause=CAUSE)))
    assert shown(course) == text(prepared(course).summary, TIMELINE, CAUSE)
    course.does(draft_review, ANA, ReviewHandIn(text("EU cards failed", "see the wiki", CAUSE, "none")))
    assert shown(course) == text("EU cards failed", "see the wiki", CAUSE, "none")


def test_a_part_that_was_left_as_it_was_prepared_is_prepared_anew_the_next_time() -> None:
    course = finished(a_hotfix())
    written = text(prepared(course).summary, f" {TIMELINE}\r\n", CAUSE, "none")
    assert worth_keeping(written, prepared(course)) == text(root_cause=CAUSE, follow_ups="none")
    changed = text("EU cards failed", f"{TIMELINE}\nand more", CAUSE, "none")
    assert worth_keeping(changed, prepared(course)) == changed


def test_a_draft_lacks_what_only_people_know() -> None:
    course = finished(a_hotfix())
    assert lacking(course.change, course.policy) == (Field.ROOT_CAUSE, Field.FOLLOW_UPS)
    course.does(draft_review, ANA, ReviewHandIn(text(root_cause=CAUSE, follow_ups=" \n")))
    assert lacking(course.change, course.policy) == (Field.FOLLOW_UPS,)
    course.does(draft_review, ANA, ReviewHandIn(text(root_cause=CAUSE, follow_ups="none")))
    assert lacking(course.change, course.policy) == ()
    assert missing_parts(text()) == (Field.SUMMARY, Field.TIMELINE, Field.ROOT_CAUSE, Field.FOLLOW_UPS)
