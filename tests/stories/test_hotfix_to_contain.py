"""A hotfix that is in production: the requesters of older changes of its service are asked whether theirs contain it."""

import pytest

from bot.sandbox.stories.preludes import approve, asks_for
from bot.sandbox.stories.stage import Stage, on
from tests.stories.incidents import declares, moves_to

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@only_sqlite
@pytest.mark.clause("G-TYPE-1")
def test_an_older_change_is_asked_whether_it_contains_the_hotfix_and_can_change_its_version(
    stage: Stage,
) -> None:
    asks_for(stage, Version="4.13.0")
    moves_to(stage, on(3, "10:00"))
    declares(stage, name="ana")
    approve(stage, "ben", "eve", "paul")
    stage.presses_button("ana", "Start deployment", stage.incident)
    stage.presses_button("ana", "Succeeded", stage.incident)
    assert not [each for each in stage.person("ana").dms() if "contain it" in each.text]
    moves_to(stage, on(3, "10:31"))
    stage.presses_button("ana", "Healthy", stage.incident)
    question = stage.dm("ana", "contain it")
    assert question.text.startswith(
        "ℹ️ Hotfix payments 4.12.1 (CHG-2) is in production. Does payments 4.13.0 contain it?"
    )
    stage.presses_button("ana", "Change version…", question)
    modal = stage.person("ana").modal
    assert modal is not None
    assert "Version: 4.13.0" in modal.text
    assert stage.fills_and_submits("ana", {"Version": "4.13.1"}) == {}
