"""Reminders from end to end: seldom, with the buttons of the question, put off by a click, and never about what is settled."""

from datetime import datetime

import pytest

from bot.demo import Demo
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import approve, asks_for, is_verified, proposes
from bot.sandbox.stories.stage import Stage, on

FIRST, SECOND = on(30, "13:30"), on(1, "9:30")
"""Four and twenty-four hours after the request."""
ASKED = ("ben", "tia", "tom", "lea", "luis")
MANAGERS = ("eve", "emil")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def requested(stage: Stage) -> Stage:
    asks_for(stage, **{"Merge to main": "9f2c1ab"})
    return stage


def moves_to(stage: Stage, at: datetime) -> None:
    stage.sandbox.clock.move_to(at)
    stage.settle()


def counts(stage: Stage, *names: str) -> dict[str, int]:
    return {name: len(stage.person(name).dms()) for name in names}


def reminders(stage: Stage, name: str) -> list[Message]:
    return [message for message in stage.person(name).dms() if "Waiting for you" in message.text]


def each(names: tuple[str, ...], count: int) -> dict[str, int]:
    return dict.fromkeys(names, count)


@pytest.mark.clause("G-APP-1")
@pytest.mark.clause("G-APP-2")
def test_whoever_has_not_answered_is_reminded_twice_and_then_the_managers_hear_of_it(
    requested: Stage, harbor: Demo
) -> None:
    moves_to(requested, on(30, "13:29"))
    assert counts(requested, *ASKED) == each(ASKED, 1)
    moves_to(requested, FIRST)
    assert counts(requested, *ASKED) == each(ASKED, 2)
    text = reminders(requested, "tia")[0].text
    assert text.startswith(
        "⏳ Waiting for you since Monday, November 30th 09:30. Ana asks you, as Tech Lead, to approve the code"
    )
    assert "[[Approve]] [Reject…] [Snooze 4 h] [Open card]" in text
    assert counts(requested, *MANAGERS) == each(MANAGERS, 0)

    moves_to(requested, SECOND)
    assert counts(requested, *ASKED) == each(ASKED, 3)
    assert counts(requested, *MANAGERS) == each(MANAGERS, 1)
    escalated = requested.dm("eve").text
    assert "has waited for its approvals before staging since Monday, November 30th 09:30" in escalated
    assert "Tech Lead (Tia or Tom)" in escalated
    assert "They were reminded 2 times" in escalated

    moves_to(requested, on(4, "12:00"))
    assert counts(requested, *ASKED, *MANAGERS) == {**each(ASKED, 3), **each(MANAGERS, 1)}
    assert counts(requested, "ana", "omar", "dora") == each(("ana", "omar", "dora"), 0)
    assert harbor.sandbox.wire.refusals == []


@pytest.mark.clause("G-APP-1")
def test_a_decision_ends_the_reminding_and_settles_what_was_sent_in_place(requested: Stage) -> None:
    approve(requested, "lea")
    moves_to(requested, FIRST)
    assert counts(requested, "lea", "luis", "tia", "tom") == {"lea": 1, "luis": 1, "tia": 2, "tom": 2}
    (of_tia,), (of_tom,) = reminders(requested, "tia"), reminders(requested, "tom")
    moves_to(requested, on(30, "14:10"))
    requested.presses_button("tia", "Approve", of_tia)
    assert "You approved Monday, November 30th 14:10" in of_tia.text
    assert "Tia approved Monday, November 30th 14:10. Nothing left for you here." in of_tom.text
    assert "[[Approve]]" not in of_tom.text
    assert [message.text.count("Nothing left for you here") for message in requested.person("tom").dms()] == [
        1,
        1,
    ]
    moves_to(requested, on(4, "9:00"))
    assert counts(requested, "lea", "luis", "tia", "tom", "ben") == {
        "lea": 1,
        "luis": 1,
        "tia": 2,
        "tom": 2,
        "ben": 3,
    }


@pytest.mark.clause("G-APP-1")
def test_whoever_snoozes_is_left_in_peace_until_then(requested: Stage) -> None:
    moves_to(requested, FIRST)
    (reminder,) = reminders(requested, "tom")
    requested.presses_button("tom", "Snooze 4 h", reminder)
    assert "snoozed: you are reminded again Monday, November 30th 17:30" in reminder.text
    assert "[Snooze" not in reminder.text
    assert "[[Approve]]" in reminder.text
    moves_to(requested, on(30, "17:29"))
    assert counts(requested, *ASKED) == each(ASKED, 2)
    moves_to(requested, on(30, "17:30"))
    assert counts(requested, *ASKED) == {**each(ASKED, 2), "tom": 3}
    moves_to(requested, SECOND)
    assert counts(requested, *ASKED) == {**each(ASKED, 3), "tom": 4}


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_a_snooze_over_the_second_reminder_puts_that_off_too(requested: Stage) -> None:
    moves_to(requested, FIRST)
    moves_to(requested, on(1, "9:00"))
    requested.presses_button("tom", "Snooze 4 h", reminders(requested, "tom")[0])
    moves_to(requested, SECOND)
    assert counts(requested, *ASKED) == {**each(ASKED, 3), "tom": 2}
    moves_to(requested, on(1, "13:00"))
    assert counts(requested, *ASKED) == each(ASKED, 3)


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_an_old_snooze_button_puts_off_nothing_once_nothing_waits(requested: Stage) -> None:
    moves_to(requested, FIRST)
    (reminder,) = reminders(requested, "tom")
    stale = reminder.post.blocks
    approve(requested, "tia")
    assert reminder.post.blocks != stale
    assert "[Snooze" not in reminder.text


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_a_bot_that_was_away_reminds_once_and_says_how_late_it_is(requested: Stage) -> None:
    moves_to(requested, on(1, "15:00"))
    assert counts(requested, *ASKED) == each(ASKED, 2)
    assert "late: the bot was not running" in reminders(requested, "ben")[0].text
    approve(requested, "ben")
    assert "late" not in requested.dm("ben").text


@only_sqlite
@pytest.mark.clause("G-APP-3")
def test_managers_are_reminded_of_a_window_and_whoever_is_asked_themselves_hears_it_once(
    stage: Stage,
) -> None:
    is_verified(stage)
    proposes(stage, on(3, "14:00"), on(3, "15:00"))
    before = counts(stage, "paul", "eve")
    moves_to(stage, FIRST)
    (reminder,) = reminders(stage, "eve")
    assert "to let payments 4.12.0 into production Thursday, December 3rd 14:00" in reminder.text
    approve(stage, "paul")
    moves_to(stage, SECOND)
    assert counts(stage, "paul", "eve") == {"paul": before["paul"] + 1, "eve": before["eve"] + 2}


@only_sqlite
@pytest.mark.clause("G-STD-6")
def test_whoever_is_to_verify_is_reminded_with_pass_and_fail(requested: Stage) -> None:
    approve(requested, "ben", "tia", "lea")
    requested.presses_button("ana", "Start staging")
    requested.presses_button("ana", "Staging succeeded")
    moves_to(requested, FIRST)
    (reminder,) = reminders(requested, "quinn")
    assert "[[Pass]] [Fail…] [Snooze 4 h]" in reminder.text
    requested.presses_button("quinn", "Pass", reminder)
    assert "You passed it as QA" in reminder.text
    assert "Quinn passed it" in requested.dm("qadir").text


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_directors_are_reminded_of_a_waiver_and_grant_it_there(requested: Stage) -> None:
    requested.types("ana", "/deploy waive")
    why = {"Until": on(4, "17:00"), "Why it cannot go the whole way": "the staging cluster is down"}
    assert requested.fills_and_submits("ana", why) == {}
    moves_to(requested, FIRST)
    (reminder,) = reminders(requested, "dora")
    assert "[[Grant]] [Refuse…] [Snooze 4 h]" in reminder.text
    requested.presses_button("dora", "Grant", reminder)
    assert "You granted the waiver of staging" in reminder.text
    assert "Nothing left for you here." in requested.dm("dana").text


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_a_change_that_came_back_reminds_nobody(requested: Stage) -> None:
    requested.presses_button("ben", "Reject…", requested.dm("ben"))
    assert requested.fills_and_submits("ben", {"What has to change": "the plan"}) == {}
    moves_to(requested, on(4, "9:00"))
    assert counts(requested, *ASKED, *MANAGERS) == {**each(ASKED, 1), **each(MANAGERS, 0)}


@only_sqlite
@pytest.mark.clause("G-APP-4")
def test_a_reminder_about_a_window_after_hours_says_why_it_cannot_wait(stage: Stage) -> None:
    is_verified(stage)
    why = {"Why it cannot wait for business hours": "card vault certificate expires Sunday"}
    proposes(stage, on(5, "14:00"), on(5, "15:00"), **why)
    moves_to(stage, FIRST)
    (reminder,) = reminders(stage, "dora")
    assert (
        "as Engineering Director, to let payments 4.12.0 into production Saturday, December 5th 14:00"
        in reminder.text
    )
    assert "Outside business hours, because: “card vault certificate expires Sunday”" in reminder.text
    stage.presses_button("dora", "Approve", reminder)
    assert "You approved" in reminder.text
    assert "Dora approved" in stage.dm("dana").text
