"""A start in breach, from end to end (G-HOT-3): alarmed, answered by each missing signer, standing for ever."""

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId, PersonId
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import submits
from bot.sandbox.stories.stage import Stage, on
from bot.store.changes import load_change
from tests.stories.incidents import alarms, declares, moves_to, starts_in_breach

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
AT_MY_DESK = {"Why you would not have approved it": "I was at my desk"}


def question(stage: Stage, name: str) -> Message:
    return stage.dm(name, "[Ratify] [Refuse…]")


def about_the_breach(stage: Stage, name: str) -> list[Message]:
    return [message for message in stage.person(name).dms() if "in breach" in message.text]


@pytest.mark.clause("G-HOT-3")
def test_a_start_in_breach_alarms_and_asks_everybody_whose_approval_was_missing(stage: Stage) -> None:
    starts_in_breach(stage)
    (alarm,) = alarms(stage, "Omar started hotfix payments 4.12.1 in breach of the guide")
    assert "every minute costs us orders" in alarm.text
    assert "Missing: peer, Engineering Manager, Product Manager and Engineering Director." in alarm.text
    assert "Tried: “Eve and Paul, three calls each”" in alarm.text
    for name, role in (
        ("eve", "Engineering Manager"),
        ("paul", "Product Manager"),
        ("dora", "Engineering Director"),
    ):
        asked = question(stage, name).text
        assert asked.startswith("🚨 Omar started hotfix payments 4.12.1 without your approval")
        assert f"was it right? You are asked as {role}." in asked
        assert "Why: “every minute costs us orders”" in asked
        assert "Tried: “Eve and Paul, three calls each”" in asked
    assert "[Ratify]" not in "".join(message.text for message in stage.person("omar").dms())


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_a_director_who_is_asked_about_the_breach_reads_of_it_once(stage: Stage) -> None:
    starts_in_breach(stage)
    assert len([each for each in about_the_breach(stage, "dora") if each.text.startswith("🚨")]) == 1


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_a_director_whose_approval_was_not_needed_is_alarmed(stage: Stage) -> None:
    moves_to(stage, on(3, "10:00"))
    declares(stage, name="ana")
    stage.person("ana").clicks("Start in breach…", on=stage.card)
    stage.settle()
    form = {"Why it cannot wait for them": "now", "Who was tried, and how": "everybody"}
    submits(stage, "ana", form)
    (alarm,) = about_the_breach(stage, "dora")
    assert alarm.text.startswith("🚨 Ana started hotfix payments 4.12.1 in breach of the guide: “now”.")
    assert "Ratify" not in alarm.text


@pytest.mark.clause("G-HOT-3")
def test_each_missing_signer_answers_for_their_seat_and_all_answers_stand(stage: Stage, harbor: Demo) -> None:
    starts_in_breach(stage)
    eves, pauls, emils = question(stage, "eve"), question(stage, "paul"), question(stage, "emil")
    moves_to(stage, on(5, "9:00"))
    stage.presses_button("eve", "Ratify", eves)
    assert eves.text.startswith(
        "You ratified the start of hotfix payments 4.12.1 in breach Saturday, December 5th 09:00."
    )
    assert "Eve ratified it as Engineering Manager Saturday, December 5th 09:00." in emils.text
    assert "Nothing left for you here." in emils.text
    assert "Eve ratified it" in pauls.text

    stage.presses_button("paul", "Refuse…", pauls)
    submits(stage, "paul", AT_MY_DESK)
    assert "You refused to ratify the start of hotfix payments 4.12.1 in breach" in pauls.text
    assert "“I was at my desk”" in pauls.text
    assert "✅ Eve ratified it as Engineering Manager" in pauls.text
    assert "⛔ Paul refused to ratify it as Product Manager" in eves.text
    for name in ("dora", "omar"):
        assert (
            "Eve ratified the start of hotfix payments 4.12.1 in breach."
            in stage.dm(name, "Eve ratified the").text
        )
        told = stage.dm(name, "Paul refused to ratify").text
        assert told.startswith("⛔")
        assert (
            "Still to answer: peer (Ana, Ben, Oksana, Tia or Tom), Engineering Director (Dora or Dana)."
            in told
        )

    with harbor.app.acts.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change
    assert change.breach
    assert [(each.person, each.ratified) for each in change.breach.answers] == [
        (PersonId("U0EVE"), True),
        (PersonId("U0PAUL"), False),
    ]


@only_sqlite
def test_a_refusal_to_ratify_needs_a_reason(stage: Stage) -> None:
    starts_in_breach(stage)
    stage.presses_button("paul", "Refuse…", question(stage, "paul"))
    modal = stage.person("paul").modal
    assert modal is not None
    assert "Omar started hotfix payments 4.12.1 in breach of the guide" in modal.text
    problems = stage.fills_and_submits("paul", {"Why you would not have approved it": " "})
    assert problems == {"Why you would not have approved it": "Say why you would not have approved it."}


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_who_started_it_cannot_answer_for_it_and_nobody_answers_twice(stage: Stage) -> None:
    starts_in_breach(stage)
    eves = question(stage, "eve")
    pressed = stage.presses_button("omar", "Ratify", eves)
    assert "You started it" in pressed
    shown = eves.text
    stage.presses_button("eve", "Ratify", eves)
    assert eves.text != shown


@only_sqlite
@pytest.mark.clause("G-HOT-3")
def test_an_unanswered_breach_is_found_after_the_hotfix_is_done(stage: Stage) -> None:
    starts_in_breach(stage)
    stage.presses_button("omar", "Succeeded", stage.card)
    moves_to(stage, on(5, "2:51"))
    stage.presses_button("omar", "Healthy", stage.card)
    assert "Done" in stage.incident.text
    shown = stage.types("emil", "/deploy")
    assert "Was it right that Omar started hotfix payments 4.12.1 in breach" in shown
    assert "[Ratify] [Refuse…]" in shown
    stage.person("emil").opens_home()
    stage.settle()
    stage.person("emil").clicks("Ratify", on=stage.person("emil").home)
    stage.settle()
    assert "You ratified" in stage.dm("emil", "You ratified").text
    assert "Was it right" not in stage.types("emil", "/deploy")
    assert "Was it right" not in stage.person("emil").home.text


@only_sqlite
def test_what_is_owed_after_the_end_is_found_by_who_owes_it(stage: Stage) -> None:
    starts_in_breach(stage)
    stage.presses_button("omar", "Succeeded", stage.card)
    moves_to(stage, on(5, "2:51"))
    stage.presses_button("omar", "Healthy", stage.card)
    assert "Your review of hotfix payments 4.12.1 is due" in stage.types("omar", "/deploy")
    assert "needs your approval of its code as Tech Lead" in stage.types("tia", "/deploy")
    assert "needs your approval of its code as peer" in stage.types("ben", "/deploy")
    assert "payments 4.12.1" in stage.types("tia", "/deploy list waiting")
    assert "payments 4.12.1" in stage.types("tia", "/deploy list waiting done")
    assert "No change fits" in stage.types("tia", "/deploy list waiting scheduled")
    assert "Nothing waits for you" in stage.types("cleo", "/deploy")
