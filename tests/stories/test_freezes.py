"""A change freeze from end to end: declared, met by a window, excepted, lifted – through Slack's signed front door."""

from datetime import datetime

import pytest

from bot.demo import Demo
from bot.sandbox.messages import Message
from bot.sandbox.stories.routine import ROUTINE
from bot.sandbox.stories.stage import Stage, on
from bot.store import audit

VERIFIED, SCHEDULED = 15, 22
"""How many rows of the routine story lead there; the window is Wednesday's, 15:00 to 16:00."""
WEDNESDAY = {"From": on(1, "18:00"), "To": on(3, "9:00"), "Why": "year-end closing"}
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scheduled(stage: Stage) -> Stage:
    assert stage.play(ROUTINE[:SCHEDULED]) == 0
    return stage


def freezes(stage: Stage, name: str, **different: object) -> dict[str, str]:
    stage.person(name).types("/deploy freeze", channel="payments")
    stage.settle()
    return stage.fills_and_submits(name, {**WEDNESDAY, **different})


def answer_of(stage: Stage, name: str) -> str:
    modal = stage.person(name).modal
    assert modal is not None
    return modal.text


def newest(stage: Stage, name: str, containing: str) -> Message:
    return stage.dm(name, containing)


def moves_to(stage: Stage, at: datetime) -> None:
    stage.sandbox.clock.move_to(at)
    stage.settle()


@pytest.mark.clause("G-STD-8")
def test_a_freeze_is_on_the_card_and_its_requester_hears_of_it_once(scheduled: Stage, harbor: Demo) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    assert "You froze payments from" in answer_of(scheduled, "eve")
    assert "Its window lies in a freeze of payments until" in scheduled.card.text
    assert "Dora" in scheduled.card.text
    assert "[Except from freeze…]" in scheduled.card.text
    told = [
        message for message in scheduled.person("ana").dms() if "declared a change freeze" in message.text
    ]
    assert len(told) == 1
    assert "year-end closing" in told[0].text
    assert "lies in it" in told[0].text
    assert "[Move window…]" in told[0].text
    assert harbor.sandbox.wire.refusals == []


@pytest.mark.clause("G-STD-8")
def test_a_start_during_the_freeze_is_refused_until_a_director_excepts_the_change(scheduled: Stage) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    moves_to(scheduled, on(2, "15:05"))
    said = scheduled.presses_button("ana", "Start deployment")
    assert "payments is frozen until" in said
    assert "year-end closing" in said
    assert "can except payments 4.12.0 from it" in said
    scheduled.presses_button("dora", "Except from freeze…")
    assert (
        scheduled.fills_and_submits("dora", {"Why it cannot wait for the freeze's end": "a fine is due"})
        == {}
    )
    assert "Dora excepted it from a freeze: “a fine is due”" in scheduled.card.text
    assert "[Except from freeze…]" not in scheduled.card.text
    scheduled.presses_button("ana", "Start deployment")
    assert "is being deployed to production" in scheduled.card.text


@only_sqlite
@pytest.mark.clause("G-STD-8")
def test_an_exception_waits_for_the_directors_until_one_gives_it(scheduled: Stage) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    waiting = scheduled.person("dora").types("/deploy list waiting", channel="payments")
    scheduled.settle()
    assert "CHG-1" in waiting.text
    scheduled.presses_button("dora", "Except from freeze…")
    assert (
        scheduled.fills_and_submits("dora", {"Why it cannot wait for the freeze's end": "a fine is due"})
        == {}
    )
    waiting = scheduled.person("dora").types("/deploy list waiting", channel="payments")
    scheduled.settle()
    assert "Nothing waits for you" in waiting.text


@only_sqlite
@pytest.mark.clause("G-STD-8")
def test_who_is_no_director_is_told_so_beside_the_form(scheduled: Stage) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    scheduled.presses_button("eve", "Except from freeze…")
    problems = scheduled.fills_and_submits("eve", {"Why it cannot wait for the freeze's end": "please"})
    (said,) = problems.values()
    assert "is for the Engineering Director" in said
    assert "Dora" in said


@only_sqlite
@pytest.mark.clause("G-STD-8")
def test_what_is_wrong_with_a_freeze_stands_beside_its_field(stage: Stage) -> None:
    assert freezes(stage, "ana") != {}
    backwards = {"From": on(3, "9:00"), "To": on(1, "18:00")}
    assert freezes(stage, "eve", **backwards) == {"To": "The freeze ends before it starts."}
    over = {"From": on(30, "8:00"), "To": on(30, "9:00")}
    assert freezes(stage, "dora", **over) == {
        "To": "That freeze is over already: choose an end that is ahead."
    }
    assert list(freezes(stage, "eve", Why=None)) == ["Why"]


@pytest.mark.clause("G-STD-8")
def test_a_lifted_freeze_is_off_the_card_and_its_requester_hears_of_it(scheduled: Stage) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    scheduled.person("dora").types("/deploy freeze", channel="payments")
    scheduled.settle()
    assert "year-end closing" in answer_of(scheduled, "dora")
    scheduled.person("dora").clicks("Lift…")
    scheduled.settle()
    assert scheduled.fills_and_submits("dora", {"Why it is lifted": "the books are closed"}) == {}
    assert "You lifted the freeze of payments" in answer_of(scheduled, "dora")
    assert "freeze" not in scheduled.card.text
    assert "the books are closed" in newest(scheduled, "ana", "lifted the change freeze").text
    moves_to(scheduled, on(2, "15:05"))
    scheduled.presses_button("ana", "Start deployment")
    assert "is being deployed to production" in scheduled.card.text


@only_sqlite
@pytest.mark.clause("G-LOG-1")
def test_all_that_happened_to_a_freeze_is_in_the_workspaces_log(scheduled: Stage, harbor: Demo) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    with harbor.app.database.read() as connection:
        entries = audit.entries_of(connection, audit.WORKSPACE, limit=100)
    assert [(entry.act, entry.outcome) for entry in entries] == [("declare_freeze", "done")]


@only_sqlite
def test_the_calendar_shows_windows_and_freezes_of_ones_services_or_of_a_named_one(
    scheduled: Stage, harbor: Demo
) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    scheduled.person("eve").closes(everything=True)
    asked = scheduled.person("ana").types("/deploy calendar", channel="payments")
    scheduled.settle()
    shown = asked.text
    assert "❄️ payments" in shown
    assert "Wed 2 Dec" in shown
    assert "payments 4.12.0, approved" in shown
    assert "CHG-1" in shown
    assert "in a freeze" in shown
    other = scheduled.person("ana").types("/deploy calendar storefront", channel="payments")
    scheduled.settle()
    assert "No production window is planned for storefront" in other.text
    wrong = scheduled.person("ana").types("/deploy calendar payment", channel="payments")
    assert "There is no service “payment”. Did you mean" in wrong.text
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
def test_home_shows_the_windows_ahead(scheduled: Stage, harbor: Demo) -> None:
    assert freezes(scheduled, "eve", Services=["payments"]) == {}
    scheduled.person("ana").opens_home()
    scheduled.settle()
    shown = scheduled.person("ana").home.text
    assert "Windows ahead" in shown
    assert "payments 4.12.0, approved" in shown
    assert "in a freeze" in shown
    assert harbor.sandbox.wire.refusals == []
