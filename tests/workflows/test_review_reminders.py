"""More time for a review, reminders of it, and being left alone by them (G-HOT-5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.rules.facts import ReminderSnoozed
from bot.rules.hotfix_facts import ReviewReminded
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn
from bot.rules.inputs import Reason
from bot.rules.review import due_at, is_overdue, owed_by
from bot.rules.terms import NO_WORDS, PersonId, Phase, Role, Words
from bot.rules.verdict import Done, Field, Refused
from bot.workflows.review import (
    extend_review,
    remind_review,
    sign_review,
    snooze_review,
    submit_review,
)
from tests.acting import (
    ANA,
    BEN,
    DANA,
    DORA,
    EMIL,
    EVE,
    EVERYBODY,
    HOUR,
    LEA,
    MINUTE,
    MONDAY,
    TIA,
    TOM,
    Course,
    a_roster,
)
from tests.acting_in_hotfixes import (
    HAND_IN,
    TEXT,
    WHY,
    a_hotfix,
    finished,
    in_breach,
    ready_to_sign,
    started,
    the_review,
)

Build = Callable[[Course], Course]
DAY = timedelta(days=1)
MISSING = Reason(Words("who noticed it, and when?"))
HALF_A_DRAFT = ReviewHandIn(replace(TEXT, follow_ups=NO_WORDS))


def due(course: Course) -> datetime:
    at = due_at(course.change, course.policy)
    assert at
    return at


@pytest.mark.clause("G-HOT-5")
def test_a_director_extends_it_with_a_reason() -> None:
    course = finished(a_hotfix())
    until = due(course) + DAY
    course.does(extend_review, DORA, ReviewExtension(until, WHY))
    review = the_review(course)
    assert (review.extended_to, review.extended_by, review.extended_reason) == (until, DORA, WHY)
    assert due(course) == until
    course.does(extend_review, DANA, ReviewExtension(until + DAY, WHY))


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {DORA, DANA}))
def test_nobody_but_a_director_extends_it(person: PersonId) -> None:
    course = finished(a_hotfix())
    refused = course.refuses(extend_review, person, ReviewExtension(due(course) + DAY, WHY))
    assert refused.gates[0].who == (DORA, DANA)


@pytest.mark.clause("G-HOT-5")
def test_an_extension_gives_more_time_than_there_is_and_says_why() -> None:
    course = finished(a_hotfix())
    for until in (due(course), due(course) - MINUTE, course.now):
        refused = course.refuses(extend_review, DORA, ReviewExtension(until, WHY))
        assert refused.gates[0].field is Field.UNTIL
    late = course.copy().at(due(course) + DAY)
    for until in (late.now, late.now - MINUTE):
        refused = late.refuses(extend_review, DORA, ReviewExtension(until, WHY))
        assert refused.gates[0].field is Field.UNTIL
    refused = course.refuses(extend_review, DORA, ReviewExtension(due(course) + DAY, Words(" ")))
    assert refused.gates[0].field is Field.REASON
    late.does(extend_review, DORA, ReviewExtension(late.now + HOUR, WHY))
    assert not is_overdue(late.change, late.policy, late.now)


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", [ANA, EVE, EMIL])
def test_whoever_is_reminded_is_left_alone_until_tomorrow(person: PersonId) -> None:
    course = finished(a_hotfix())
    verdict = course.tries(snooze_review, person, None)
    assert isinstance(verdict, Done)
    assert verdict.facts == (ReminderSnoozed(Phase.REVIEW, 0, person, course.now + DAY, course.now),)


@pytest.mark.clause("G-HOT-5")
def test_a_snooze_never_lasts_past_the_time_at_which_it_is_due() -> None:
    course = finished(a_hotfix())
    course.at(due(course) - HOUR).does(snooze_review, EVE, None)
    assert course.change.snoozes[0].until == due(course)
    for late in (timedelta(0), MINUTE, 10 * DAY):
        course.at(due(course) + late).refuses(snooze_review, EVE, None)


@pytest.mark.clause("G-HOT-5")
@pytest.mark.parametrize("person", sorted(set(EVERYBODY) - {ANA, EVE, EMIL}))
def test_whom_nobody_reminds_has_nothing_to_snooze(person: PersonId) -> None:
    assert finished(a_hotfix()).refuses(snooze_review, person, None).gates[0].who == (ANA, EVE, EMIL)


@pytest.mark.clause("G-HOT-5")
def test_who_owes_it_is_its_author_with_the_managers_and_once_overdue_the_directors_each_once() -> None:
    course = finished(a_hotfix(a_roster(engineering_manager=(ANA, EVE))))
    assert owed_by(course.change, course.setting) == (ANA, EVE)
    course.at(due(course))
    assert owed_by(course.change, course.setting) == (ANA, EVE)
    course.wait(DAY - MINUTE)
    assert owed_by(course.change, course.setting) == (ANA, EVE)
    course.wait(MINUTE)
    assert owed_by(course.change, course.setting) == (ANA, EVE, DORA, DANA)
    course.does(submit_review, BEN, HAND_IN)
    assert owed_by(course.change, course.setting)[0] == BEN


def reminded(course: Course, at: datetime) -> tuple[PersonId, ...] | None:
    verdict = course.at(at).fires(remind_review)
    if isinstance(verdict, Refused):
        return None
    (fact,) = verdict.facts
    assert isinstance(fact, ReviewReminded)
    assert (fact.due, fact.at) == (due(course), at)
    return fact.people


@pytest.mark.clause("G-HOT-5")
def test_it_is_reminded_of_48_24_and_6_hours_before_it_is_due_when_it_is_and_daily_then() -> None:
    course = finished(a_hotfix())
    due_then, usual = due(course), (ANA, EVE, EMIL)
    for before in (48, 24, 6, 0):
        moment = due_then - before * HOUR
        assert reminded(course, moment - MINUTE) is None
        assert reminded(course, moment) == usual
        assert reminded(course, moment) is None
    for days in (1, 2, 3):
        assert reminded(course, due_then + days * DAY - MINUTE) is None
        assert reminded(course, due_then + days * DAY) == (*usual, DORA, DANA)


@pytest.mark.clause("G-HOT-5")
def test_of_reminders_that_are_late_there_is_one() -> None:
    course = finished(a_hotfix())
    assert reminded(course, due(course) + 5 * DAY) == (ANA, EVE, EMIL, DORA, DANA)
    assert reminded(course, course.now + HOUR) is None
    assert reminded(course, due(course) + 6 * DAY) is not None


@pytest.mark.clause("G-HOT-5")
def test_who_snoozed_is_left_out_of_a_reminder_and_reminded_alone_when_they_wake() -> None:
    course = finished(a_hotfix())
    first = due(course) - 48 * HOUR
    course.at(first - HOUR).does(snooze_review, EVE, None)
    assert reminded(course, first) == (ANA, EMIL)
    assert reminded(course, first + 23 * HOUR - MINUTE) is None
    assert reminded(course, first + 23 * HOUR) == (EVE,)
    assert reminded(course, first + 24 * HOUR) == (ANA, EVE, EMIL)


@pytest.mark.clause("G-HOT-5")
def test_who_wakes_late_with_everybodys_reminder_is_reminded_with_everybody() -> None:
    course = finished(a_hotfix())
    first = due(course) - 48 * HOUR
    course.at(first - HOUR).does(snooze_review, EVE, None)
    assert reminded(course, first + 30 * HOUR) == (ANA, EVE, EMIL)


@pytest.mark.clause("G-HOT-5")
def test_who_owes_it_no_longer_is_not_woken() -> None:
    course = finished(a_hotfix())
    course.at(due(course) - 49 * HOUR).does(snooze_review, EVE, None)
    assert reminded(course, due(course) - 48 * HOUR) == (ANA, EMIL)
    course.roster = a_roster(engineering_manager=(EMIL,))
    assert reminded(course, due(course) - 25 * HOUR) == ()


@pytest.mark.clause("G-HOT-5")
def test_a_forgotten_finish_does_not_stop_the_clock() -> None:
    course = started(a_hotfix())
    assert due(course) == MONDAY + 72 * HOUR
    assert reminded(course, MONDAY + 24 * HOUR) == (ANA, EVE, EMIL)
    assert reminded(course, MONDAY + 96 * HOUR) == (ANA, EVE, EMIL, DORA, DANA)


@pytest.mark.clause("G-HOT-5")
@pytest.mark.clause("G-HOT-3")
def test_a_breach_owes_its_review_like_any_start() -> None:
    course = in_breach(a_hotfix())
    assert due(course) == MONDAY + 72 * HOUR
    assert reminded(course, MONDAY + 24 * HOUR) == (ANA, EVE, EMIL)


@pytest.mark.clause("G-HOT-5")
def test_another_policy_reminds_signs_and_extends_by_others() -> None:
    ours = {
        "reminded": ["tech_lead"],
        "overdue_to": ["product_manager"],
        "signed_by": ["development_team_lead"],
        "extended_by": ["engineering_manager"],
    }
    course = ready_to_sign(a_hotfix(review=ours))
    assert owed_by(course.change, course.setting) == (ANA, TIA, TOM)
    course.does(extend_review, EVE, ReviewExtension(due(course) + DAY, WHY))
    course.at(due(course) + DAY)
    assert set(owed_by(course.change, course.setting)) == {
        ANA,
        TIA,
        TOM,
        *course.roster.holders(Role.PRODUCT_MANAGER),
    }
    course.refuses(sign_review, EVE, None)
    course.does(sign_review, LEA, None)


@pytest.mark.clause("G-HOT-5")
def test_of_several_who_snoozed_only_whoever_wakes_is_reminded() -> None:
    course = finished(a_hotfix())
    first = due(course) - 48 * HOUR
    course.at(first - 2 * HOUR).does(snooze_review, EVE, None)
    course.at(first - HOUR).does(snooze_review, EMIL, None)
    assert reminded(course, first) == (ANA,)
    assert reminded(course, first + 22 * HOUR) == (EVE,)
    assert reminded(course, first + 23 * HOUR) == (EMIL,)
