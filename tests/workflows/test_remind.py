"""Reminding those who were asked: seldom, never of what is settled, and not those who put it off."""

from datetime import timedelta

import pytest

from bot.rules.facts import AskingReminded, ReminderSnoozed
from bot.rules.inputs import (
    Reason,
    Rejection,
    Snoozing,
    VerificationInput,
    WaiverGrant,
    WaiverWish,
    WishedWindow,
)
from bot.rules.reminded import Snooze
from bot.rules.terms import NO_WORDS, PersonId, Phase
from bot.rules.verdict import Done, Refused
from bot.workflows.approve import reject, take_back_approval
from bot.workflows.remind import remind_asked, snooze_reminder
from bot.workflows.verify import verify
from bot.workflows.waive import ask_for_waiver, grant_waiver
from bot.workflows.windows import move_window
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    FRIDAY,
    HALF_OF_THURSDAY,
    HOUR,
    LEA,
    MINUTE,
    PAUL,
    PETRA,
    PIA,
    PRIYA,
    QADIR,
    QUINN,
    STRANGER,
    THURSDAY,
    TIA,
    TOM,
    Course,
    a_course,
    a_span,
    deploying,
    in_staging,
    ready_for_staging,
    revised,
    sentences,
    verified,
    windowed,
)
from tests.acting_in_production import STAGING, WHY, superseded

CODE, PRODUCTION, VERIFICATION = Phase.CODE, Phase.PRODUCTION, Phase.VERIFICATION
PASSED = VerificationInput(passed=True, notes=NO_WORDS)


def reminded(course: Course) -> list[AskingReminded]:
    """What the timer did now."""
    verdict = course.fires(remind_asked)
    facts = verdict.facts if isinstance(verdict, Done) else ()
    return [fact for fact in facts if isinstance(fact, AskingReminded)]


def people_reminded(course: Course) -> set[PersonId]:
    return {person for each in reminded(course) for person in each.people}


def at_which_hours(course: Course, hours: int = 60) -> list[int]:
    return [hour for hour in range(1, hours + 1) if people_reminded(course.wait(HOUR))]


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_whoever_has_not_answered_is_reminded_after_4_and_after_24_hours_and_then_no_more() -> None:
    assert at_which_hours(a_course()) == [4, 24]


@pytest.mark.clause("G-APP-1")
def test_only_those_are_reminded_who_still_owe_an_answer() -> None:
    assert people_reminded(a_course().wait(4 * HOUR)) == {BEN, TIA, TOM, LEA}
    assert people_reminded(a_course().approved_by(TIA).wait(4 * HOUR)) == {BEN, LEA}


@pytest.mark.clause("G-STD-6")
def test_qa_and_product_are_reminded_of_a_verification() -> None:
    course = in_staging(a_course()).wait(4 * HOUR)
    assert people_reminded(course.copy()) == {QUINN, QADIR, PIA, PETRA}
    assert people_reminded(course.does(verify, QUINN, PASSED)) == {PIA, PETRA}


@pytest.mark.clause("G-APP-3")
def test_approvers_of_a_window_are_reminded_of_it() -> None:
    assert people_reminded(windowed(a_course()).wait(4 * HOUR)) == {PAUL, PRIYA, EVE, EMIL}


@pytest.mark.clause("G-ENV-2")
def test_the_directors_are_reminded_of_a_waiver_until_it_is_decided() -> None:
    course = verified(a_course()).does(ask_for_waiver, ANA, WaiverWish(STAGING, WHY, FRIDAY.end))
    course.wait(4 * HOUR)
    assert people_reminded(course.copy()) == {DORA, DANA}
    assert reminded(course.does(grant_waiver, DORA, WaiverGrant())) == []


@pytest.mark.clause("G-APP-3")
def test_nobody_is_reminded_once_everything_is_decided() -> None:
    assert at_which_hours(ready_for_staging(a_course())) == []
    assert at_which_hours(windowed(a_course()).approved_by(PAUL, EVE)) == []
    assert at_which_hours(superseded(a_course())) == []
    assert at_which_hours(deploying(a_course())) == []
    assert at_which_hours(a_course().does(reject, TIA, Rejection(WHY))) == []


@pytest.mark.clause("G-STD-8")
def test_nobody_is_reminded_of_a_window_that_is_over() -> None:
    late = windowed(a_course()).at(THURSDAY.end - MINUTE)
    assert people_reminded(late.copy())
    assert reminded(late.at(THURSDAY.end)) == []


@pytest.mark.clause("G-APP-1")
def test_of_several_late_reminders_one_is_sent_and_each_is_on_record() -> None:
    first, last = reminded(a_course().wait(timedelta(days=10)))
    assert (first.step, first.people) == (1, ())
    assert (last.step, set(last.people)) == (2, {BEN, TIA, TOM, LEA})


@pytest.mark.clause("G-APP-1")
def test_an_asking_made_anew_is_reminded_of_from_its_own_beginning() -> None:
    course = a_course().wait(5 * HOUR)
    reminded(course)
    revised(course, version="4.13.0")
    assert at_which_hours(course, 30) == [4, 24]
    taken_back = ready_for_staging(a_course()).wait(30 * HOUR)
    taken_back.does(take_back_approval, LEA, Reason(WHY))
    assert at_which_hours(taken_back, 30) == [4, 24]


@pytest.mark.clause("G-APP-3")
def test_a_moved_window_is_asked_for_anew_and_a_narrowed_one_is_not() -> None:
    course = windowed(a_course()).wait(3 * HOUR)
    narrowed = course.copy().does(move_window, ANA, WishedWindow(HALF_OF_THURSDAY, NO_WORDS))
    assert people_reminded(narrowed.wait(HOUR))
    moved = course.does(move_window, ANA, WishedWindow(a_span(27, 14, 15), NO_WORDS))
    assert not people_reminded(moved.wait(HOUR))


@pytest.mark.clause("G-APP-1")
def test_when_to_remind_is_policy() -> None:
    ours = {"remind_after": [1, 2, 8], "snooze": 2}
    assert at_which_hours(a_course(asking=ours)) == [1, 2, 8]
    course = a_course(asking=ours).does(snooze_reminder, TIA, Snoozing(CODE))
    assert course.change.snoozes == (Snooze(CODE, 1, TIA, course.now + 2 * HOUR),)


@pytest.mark.clause("G-APP-1")
def test_whoever_snoozes_is_left_in_peace_for_four_hours_and_reminded_then() -> None:
    course = a_course().wait(3 * HOUR).does(snooze_reminder, TIA, Snoozing(CODE))
    assert people_reminded(course.wait(HOUR)) == {BEN, TOM, LEA}
    assert people_reminded(course.wait(2 * HOUR)) == set()
    assert people_reminded(course.wait(HOUR)) == {TIA}
    assert course.change.snoozes == ()
    assert people_reminded(course.wait(MINUTE)) == set()


@pytest.mark.clause("G-APP-1")
def test_a_snooze_skips_nobody_elses_and_not_the_next_reminder() -> None:
    course = a_course().does(snooze_reminder, TIA, Snoozing(CODE))
    assert at_which_hours(course.copy(), 30) == [4, 24]
    course.wait(4 * HOUR)
    assert people_reminded(course) == {BEN, TIA, TOM, LEA}


@pytest.mark.clause("G-APP-1")
def test_who_answered_while_it_was_put_off_is_not_reminded_at_its_end() -> None:
    course = a_course().wait(3 * HOUR).does(snooze_reminder, LEA, Snoozing(CODE)).approved_by(LEA)
    assert people_reminded(course.wait(HOUR)) == {BEN, TIA, TOM}
    assert people_reminded(course.wait(3 * HOUR)) == set()


@pytest.mark.clause("G-APP-1")
def test_the_newest_snooze_counts() -> None:
    course = a_course().wait(3 * HOUR).does(snooze_reminder, TIA, Snoozing(CODE))
    course.wait(2 * HOUR).does(snooze_reminder, TIA, Snoozing(CODE))
    assert course.change.snoozes == (Snooze(CODE, 1, TIA, course.now + 4 * HOUR),)
    assert TIA not in people_reminded(course.wait(2 * HOUR))
    assert TIA in people_reminded(course.wait(2 * HOUR))


@pytest.mark.clause("G-APP-1")
@pytest.mark.parametrize("person", [ANA, PAUL, QUINN, DORA, STRANGER])
def test_only_who_is_asked_puts_it_off(person: PersonId) -> None:
    refused = a_course().refuses(snooze_reminder, person, Snoozing(CODE))
    assert sentences(refused) == "Nothing on CHG-1 waits for you."


@pytest.mark.clause("G-APP-1")
def test_only_what_is_asked_now_is_put_off() -> None:
    a_course().refuses(snooze_reminder, TIA, Snoozing(PRODUCTION))
    ready_for_staging(a_course()).refuses(snooze_reminder, TIA, Snoozing(CODE))
    in_staging(a_course()).refuses(snooze_reminder, TIA, Snoozing(VERIFICATION))


@pytest.mark.clause("G-APP-1")
def test_putting_it_off_answers_nothing() -> None:
    course = a_course()
    verdict = course.tries(snooze_reminder, TIA, Snoozing(CODE))
    assert isinstance(verdict, Done)
    assert [type(fact) for fact in verdict.facts] == [ReminderSnoozed]
    assert sentences(verdict) == "You are reminded of CHG-1 on Mon 23 Nov 14:00."
    assert course.change.standing_approvals == ()


@pytest.mark.clause("G-APP-1")
def test_before_its_time_a_reminder_is_none() -> None:
    assert isinstance(a_course().wait(4 * HOUR - MINUTE).fires(remind_asked), Refused)
