"""Leaving out staging by a Director's word, from end to end (G-ENV-2): asked, granted, refused, over – and excepting from a freeze."""

from datetime import datetime

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import approve, asks_for
from bot.sandbox.stories.stage import Stage, on
from bot.store.changes import load_change

WHY = {"Why it cannot go the whole way": "the staging cluster is down until Friday"}
UNTIL = on(4, "17:00")
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def requested(stage: Stage) -> Stage:
    asks_for(stage, **{"Merge to main": "9f2c1ab"})
    return stage


def asks_for_waiver(stage: Stage, **different: object) -> dict[str, str]:
    """By the command, as the form is filled in, but for the reason."""
    assert "Leave out" in _modal(stage, "ana", "/deploy waive")
    return stage.fills_and_submits("ana", {"Until": UNTIL, **WHY, **different})


def _modal(stage: Stage, name: str, command: str) -> str:
    stage.types(name, command)
    modal = stage.person(name).modal
    assert modal is not None
    return modal.text


def moves_to(stage: Stage, at: datetime) -> None:
    stage.sandbox.clock.move_to(at)
    stage.settle()


def about_waivers(stage: Stage, name: str) -> list[Message]:
    return [
        message
        for message in stage.person(name).dms()
        if "leave out" in message.text or "waiver" in message.text
    ]


@pytest.mark.clause("G-ENV-2")
def test_a_director_lets_a_version_leave_out_staging_and_it_goes_to_production(
    requested: Stage, harbor: Demo
) -> None:
    assert asks_for_waiver(requested) == {}
    assert "waiver of staging until" in requested.card.text
    assert "asked of Dora or Dana" in requested.card.text
    (question,) = about_waivers(requested, "dora")
    assert "to let payments 4.12.0 leave out staging until Friday, December 4th 17:00" in question.text
    assert "the staging cluster is down until Friday" in question.text
    assert (
        "no verification by QA and Product team and no approval of the Development Team Lead" in question.text
    )

    requested.presses_button("dora", "Grant", question)
    assert "You granted the waiver of staging" in question.text
    (others,) = about_waivers(requested, "dana")
    assert "granted the waiver of staging" in others.text
    assert "Nothing left for you here." in others.text
    assert "staging waived by Dora" in requested.card.text
    assert "it counts once code review and evidence are complete" in requested.card.text
    assert [message for message in requested.person("lea").dms() if "[[Approve]]" in message.text] == []

    approve(requested, "ben", "tia")
    assert "Staging is waived, needs a production window" in requested.card.text
    assert [message.text for message in requested.person("quinn").dms()] == [], "nobody is asked to verify it"
    requested.presses_button("ana", "Propose window…")
    too_long = {"From": on(4, "16:00"), "To": on(4, "16:30")}
    assert requested.fills_and_submits("ana", too_long) == {}
    approve(requested, "paul", "eve")
    moves_to(requested, on(4, "16:01"))
    requested.presses_button("ana", "Start deployment")
    assert "is being deployed to production" in requested.card.text
    assert "staging waived by Dora" in requested.card.text, "the waiver stays on the card"
    assert harbor.sandbox.wire.refusals == []


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_a_window_that_outlasts_the_waiver_is_refused_beside_the_field(requested: Stage) -> None:
    asks_for_waiver(requested)
    approve(requested, "ben", "tia")
    requested.presses_button("dora", "Grant", about_waivers(requested, "dora")[-1])
    requested.presses_button("ana", "Propose window…", requested.dm("ana", "leave out staging"))
    problems = requested.fills_and_submits("ana", {"From": on(7, "10:00"), "To": on(7, "11:00")})
    assert any("The waiver of staging ends on" in sentence for sentence in problems.values())


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_nobody_but_a_director_grants_a_waiver_and_only_its_requester_asks(
    requested: Stage, harbor: Demo
) -> None:
    asks_for_waiver(requested)
    question = about_waivers(requested, "dora")[-1]
    granting = {"type": "button", **_element(question, "grant_waiver")}
    assert granting["value"] == "waiver/1/1:1:"
    requested.types("ben", "/deploy waive CHG-1")
    problems = requested.fills_and_submits("ben", {"Until": UNTIL, **WHY})
    assert any("is for Ana" in sentence for sentence in problems.values())
    with harbor.app.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change is not None
    assert len(change.waivers) == 1


def _element(message: Message, action: str) -> dict[str, object]:
    for block in message.post.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == action:
                return dict(element)
    raise AssertionError(f"no {action} in {message.text}")


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_a_refusal_names_its_reason_and_lets_the_requester_ask_again(requested: Stage) -> None:
    asks_for_waiver(requested)
    requested.presses_button("dana", "Refuse…", about_waivers(requested, "dana")[-1])
    assert requested.fills_and_submits("dana", {"Why not": "the old cluster is up"}) == {}
    assert "Dana refused the waiver of staging: “the old cluster is up”" in requested.card.text
    told = requested.dm("ana", "refused the waiver of staging")
    assert "the old cluster is up" in told.text
    requested.presses_button("ana", "Ask again…", told)
    again = {"Until": UNTIL, "Why it cannot go the whole way": "the old cluster cannot run 4.12"}
    assert requested.fills_and_submits("ana", again) == {}
    assert len(about_waivers(requested, "dora")) == 2, "a new question is a new message"


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_a_question_that_nobody_answers_in_time_is_closed(requested: Stage) -> None:
    asks_for_waiver(requested, Until=on(1, "10:00"))
    moves_to(requested, on(1, "10:00"))
    assert "nobody decided on the waiver of staging" in requested.card.text
    assert "Nobody decided on the waiver of staging" in about_waivers(requested, "dora")[0].text
    assert "[[Grant]]" not in about_waivers(requested, "dora")[0].text
    assert "Ask again…" in requested.dm("ana", "Nobody decided").text


@only_sqlite
@pytest.mark.clause("G-ENV-2")
def test_what_is_wrong_with_a_wish_stands_beside_its_field(requested: Stage) -> None:
    problems = asks_for_waiver(requested, Until=on(30, "9:00"))
    assert "must end in the future" in problems["Until"]
    again = {"Until": UNTIL, "Why it cannot go the whole way": "   "}
    assert "Say why" in requested.fills_and_submits("ana", again)["Why it cannot go the whole way"]


@only_sqlite
def test_there_is_nothing_to_leave_out_once_it_was_everywhere(requested: Stage) -> None:
    approve(requested, "ben", "tia", "lea")
    requested.presses_button("ana", "Start staging")
    requested.presses_button("ana", "Staging succeeded")
    for name in ("quinn", "pia"):
        requested.presses_button(name, "Pass", requested.dm(name))
    said = requested.types("ana", "/deploy waive CHG-1")
    assert "it has been through every environment" in said
    assert "Ask for a waiver…" not in requested.card.text


@pytest.mark.clause("G-STD-8")
def test_a_freeze_over_the_window_asks_the_directors_to_except_the_change(stage: Stage, harbor: Demo) -> None:
    asks_for(
        stage,
        **{
            "Merge to main": "9f2c1ab",
            "Wished window: from": on(3, "10:00"),
            "Wished window: to": on(3, "11:00"),
        },
    )
    stage.types("eve", "/deploy freeze")
    freeze = {
        "Services": ["payments"],
        "From": on(3, "8:00"),
        "To": on(4, "18:00"),
        "Why": "year-end closing",
    }
    assert stage.fills_and_submits("eve", freeze) == {}
    approve(stage, "ben", "tia", "lea")
    stage.presses_button("ana", "Start staging")
    stage.presses_button("ana", "Staging succeeded")
    assert stage.person("dora").dms() == []
    for name in ("quinn", "pia"):
        stage.presses_button(name, "Pass", stage.dm(name))
    (question,) = stage.person("dora").dms()
    assert "lies in a freeze. May it start all the same?" in question.text
    assert "year-end closing" in question.text
    stage.presses_button("dora", "Except this change…", question)
    assert stage.fills_and_submits("dora", {"Why it cannot wait for the freeze's end": "a fine is due"}) == {}
    assert "You excepted it from the freeze" in question.text
    (others,) = stage.person("dana").dms()
    assert "Dora" in others.text
    assert "Nothing left for you here." in others.text
    assert "excepted it from a freeze: “a fine is due”" in stage.card.text
    assert harbor.sandbox.wire.refusals == []
