"""An older change is superseded by a newer one that is done, and brought back; an approval is taken back – from end to end."""

from datetime import datetime

import pytest

from bot.demo import Demo
from bot.rules.life import Stage as LifeStage
from bot.rules.life import stage as stage_of
from bot.rules.terms import ChangeId
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import approve, asks_for, deploys_to_staging, is_scheduled, verify
from bot.sandbox.stories.stage import Stage, on
from bot.store.changes import load_change

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def moves_to(stage: Stage, at: datetime) -> None:
    stage.sandbox.clock.move_to(at)
    stage.settle()


def card_of(stage: Stage, number: int) -> Message:
    found = [each for each in stage.sandbox.channel("payments").messages if f"CHG-{number} " in each.text]
    return found[0]


def now_at(harbor: Demo, number: int) -> LifeStage:
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(number))
    assert change is not None
    return stage_of(change, harbor.app.acts.company.policy(change.service))


@pytest.fixture
def overtaken(stage: Stage) -> Stage:
    """4.11.9 waits for its staging deployment while 4.12.0 goes the whole way."""
    ready = {"Merge to main": "9f2c1ab"}
    asks_for(stage, **{**ready, "Version": "4.11.9", "Pull requests": "#870"})
    approve(stage, "ben", "tia", "lea")
    asks_for(stage, **ready)
    approve(stage, "ben", "tia", "lea")
    deploys_to_staging(stage)
    verify(stage)
    stage.presses_button("ana", "Propose window…")
    assert stage.fills_and_submits("ana", {"From": on(3, "14:00"), "To": on(3, "15:00")}) == {}
    approve(stage, "paul", "eve")
    moves_to(stage, on(3, "14:00"))
    stage.presses_button("ana", "Start deployment")
    stage.presses_button("ana", "Succeeded")
    moves_to(stage, on(3, "14:30"))
    stage.presses_button("ana", "Healthy")
    return stage


@pytest.mark.clause("G-TYPE-1")
def test_an_older_change_is_superseded_and_its_requester_brings_it_back(
    overtaken: Stage, harbor: Demo
) -> None:
    older = card_of(overtaken, 1)
    assert "payments 4.11.9, superseded" in older.text
    assert "Superseded by CHG-2" in older.text
    told = [each for each in overtaken.person("ana").dms() if "is superseded" in each.text]
    assert len(told) == 1
    assert "CHG-2 reached production before payments 4.11.9" in told[0].text
    assert now_at(harbor, 1) is LifeStage.SUPERSEDED

    overtaken.presses_button("ana", "Bring it back", told[0])
    assert now_at(harbor, 1) is LifeStage.PREPARING
    assert "Ready for staging" in older.text
    assert "superseded" not in older.text
    assert "[[Start staging]]" in older.text
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
@pytest.mark.clause("G-TYPE-1")
def test_nobody_else_brings_it_back(overtaken: Stage, harbor: Demo) -> None:
    said = overtaken.presses_button("ben", "Bring it back", card_of(overtaken, 1))
    assert "is for Ana" in said
    assert now_at(harbor, 1) is LifeStage.SUPERSEDED


@pytest.mark.clause("G-APP-3")
def test_an_approval_taken_back_stops_the_start_and_tells_its_requester_once(
    stage: Stage, harbor: Demo
) -> None:
    is_scheduled(stage, on(3, "14:00"), on(3, "15:00"))
    before = len(stage.person("ana").dms())
    stage.presses_button("paul", "More…")
    assert stage.fills_and_submits("paul", {"What do you want to do?": "Take back my approval…"}) == {}
    assert stage.fills_and_submits("paul", {"Why": "the launch moved to Monday"}) == {}
    assert stage.person("paul").modal is None
    assert "Waiting for 1 approval" in stage.card.text
    assert "Product Manager (Paul or Priya)" in stage.card.text
    told = stage.person("ana").dms()[before:]
    assert len(told) == 1
    assert "Paul took back the approval of payments 4.12.0: “the launch moved to Monday”." in told[0].text
    assert now_at(harbor, 1) is LifeStage.APPROVING
    approve(stage, "priya")
    assert now_at(harbor, 1) is LifeStage.SCHEDULED
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
@pytest.mark.clause("G-APP-3")
def test_whoever_approved_nothing_takes_nothing_back(stage: Stage) -> None:
    is_scheduled(stage, on(3, "14:00"), on(3, "15:00"))
    stage.presses_button("priya", "More…")
    assert stage.fills_and_submits("priya", {"What do you want to do?": "Take back my approval…"}) == {}
    problems = stage.fills_and_submits("priya", {"Why": "I do not like it"})
    assert problems == {"Why": "You have no approval of CHG-1 to take back."}


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_what_is_behind_the_menus_last_line_acts_at_once_too(stage: Stage) -> None:
    is_scheduled(stage, on(3, "14:00"), on(3, "15:00"))
    stage.presses_button("ben", "More…")
    assert stage.fills_and_submits("ben", {"What do you want to do?": "Take over as deployer"}) == {}
    assert stage.person("ben").modal is None
    assert "Ben deploys" in stage.card.text
    stage.presses_button("cleo", "More…")
    problems = stage.fills_and_submits("cleo", {"What do you want to do?": "Take over as deployer"})
    assert len(problems) == 1


@only_sqlite
def test_words_for_what_has_a_button_show_the_card_with_it(stage: Stage) -> None:
    asks_for(stage)
    said = stage.types("tia", "/deploy approve CHG-1")
    assert "[[Approve]]" in said
    assert "Did you mean /deploy waive?" in stage.types("ana", "/deploy wave").replace("`", "")
    assert "Did you mean /deploy approve CHG-1?" in stage.types("ana", "/deploy aprove CHG-1").replace(
        "`", ""
    )
