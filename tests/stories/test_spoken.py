"""Approvals given by word, from end to end (G-HOT-2): asked at once, confirmed, disputed, chased, escalated, found again."""

import pytest

from bot.demo import Demo
from bot.rules.terms import ChangeId, PersonId
from bot.sandbox.messages import Message
from bot.sandbox.stories.preludes import submits
from bot.sandbox.stories.stage import Stage, on
from bot.store.changes import load_change
from tests.stories.incidents import alarms, declares, is_spoken_for, moves_to, records

only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WORDS = {"What you did say, in your words": "I said that I would look at it first"}


def asked_about(stage: Stage, name: str) -> list[Message]:
    """Every message that asks a person whether a word is theirs, or once did."""
    found = [message for message in stage.person(name).dms() if "you approved hotfix" in message.text]
    settled = [
        message for message in stage.person(name).dms() if message.text.startswith(("✅ You", "⛔ You"))
    ]
    return [*found, *settled]


def answers_no(stage: Stage, name: str, on_message: Message) -> None:
    stage.presses_button(name, "I did not…", on_message)
    submits(stage, name, WORDS)


def home(stage: Stage, name: str) -> str:
    stage.person(name).opens_home()
    stage.settle()
    return stage.person(name).home.text


@pytest.mark.clause("G-HOT-2")
def test_whoever_is_named_is_asked_at_once_and_their_yes_settles_the_question(stage: Stage) -> None:
    is_spoken_for(stage)
    (question,) = asked_about(stage, "eve")
    assert question.text.startswith(
        "Eve, Omar recorded Saturday, December 5th 02:14 that you approved hotfix"
    )
    assert "by phone, as Engineering Manager: “Yes, roll it” (heard by Lea)" in question.text
    assert "[[Yes, I did]] [I did not…]" in question.text
    for name, role in (("paul", "Product Manager"), ("dora", "Engineering Director"), ("ben", "peer")):
        assert f"as {role}: “Yes, roll it”" in asked_about(stage, name)[0].text

    moves_to(stage, on(5, "2:20"))
    stage.presses_button("eve", "Yes, I did", question)
    assert question.text.startswith(
        "✅ You confirmed Saturday, December 5th 02:20 that you approved it by phone"
    )
    assert "[[" not in question.text
    assert alarms(stage, "disputes") == []


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_whoever_recorded_the_words_hears_once_that_the_last_one_is_confirmed(stage: Stage) -> None:
    is_spoken_for(stage)
    for name in ("eve", "paul", "dora"):
        stage.presses_button(name, "Yes, I did", asked_about(stage, name)[0])
        assert not [each for each in stage.person("omar").dms() if "confirmed having approved" in each.text]
    stage.presses_button("ben", "Yes, I did", asked_about(stage, "ben")[0])
    assert (
        "Ben confirmed having approved hotfix payments 4.12.1. No recorded word waits"
        in stage.dm("omar").text
    )


@pytest.mark.clause("G-HOT-2")
def test_a_dispute_blocks_the_start_and_alarms_and_another_holder_can_lift_it_by_button(stage: Stage) -> None:
    is_spoken_for(stage)
    (question,) = asked_about(stage, "eve")
    answers_no(stage, "eve", question)
    assert question.text.startswith(
        "⛔ You said Saturday, December 5th 02:14 that you did not approve it by phone"
    )
    assert "“I said that I would look at it first”" in question.text
    for name in ("dora", "dana", "omar"):
        alarm = stage.dm(name, "Eve disputes having approved hotfix payments 4.12.1").text
        assert alarm.startswith("🚨")
        assert "It can't start until another holder of the role, or Eve, approves it by button." in alarm
    assert len(alarms(stage, "Eve disputes having approved hotfix payments 4.12.1")) == 1

    refused = stage.presses_button("omar", "Start deployment", stage.incident)
    assert "disputes having approved it" in refused
    stage.presses_button("emil", "Approve", stage.dm("emil", "asks you"))
    stage.presses_button("omar", "Start deployment", stage.incident)
    assert "Being deployed" in stage.incident.text


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_a_dispute_that_comes_later_alarms_all_the_same_and_stays(stage: Stage, harbor: Demo) -> None:
    is_spoken_for(stage)
    stage.presses_button("omar", "Start deployment", stage.incident)
    (question,) = asked_about(stage, "paul")
    assert "In production since Saturday, December 5th 02:14." in question.text
    moves_to(stage, on(5, "9:00"))
    answers_no(stage, "paul", stage.dm("paul", "recorded"))
    assert "It is in production since" in stage.dm("dora", "Paul disputes").text
    assert len(alarms(stage, "Paul disputes having approved")) == 1
    with harbor.app.acts.database.read() as connection:
        change = load_change(connection, ChangeId(1))
    assert change
    assert [each.person for each in change.approvals if each.disputed_at] == [PersonId("U0PAUL")]


@only_sqlite
def test_a_dispute_without_words_is_asked_for_them(stage: Stage) -> None:
    is_spoken_for(stage)
    (question,) = asked_about(stage, "eve")
    stage.presses_button("eve", "I did not…", question)
    modal = stage.person("eve").modal
    assert modal is not None
    assert (
        "This alarms the Engineering Director and the incident channel, and stays on the record" in modal.text
    )
    problems = stage.fills_and_submits("eve", {"What you did say, in your words": "  "})
    assert problems == {"What you did say, in your words": "Say in your words what you did say."}
    assert "[[Yes, I did]]" in question.text


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_an_unanswered_word_is_chased_after_4_and_24_hours_and_then_escalated(stage: Stage) -> None:
    is_spoken_for(stage)
    for name in ("eve", "dora", "ben"):
        stage.presses_button(name, "Yes, I did", asked_about(stage, name)[0])

    def chased() -> list[Message]:
        return [each for each in stage.person("paul").dms() if "you approved hotfix" in each.text]

    moves_to(stage, on(5, "6:13"))
    assert len(chased()) == 1
    moves_to(stage, on(5, "6:14"))
    reminder = chased()[-1]
    assert len(chased()) == 2
    assert reminder.text.startswith("⏳ Waiting for you. Paul, Omar recorded Saturday, December 5th 02:14")
    assert "[[Yes, I did]] [I did not…]" in reminder.text
    assert "Snooze" not in reminder.text
    moves_to(stage, on(6, "2:14"))
    assert len(chased()) == 3
    for name in ("dora", "dana"):
        told = stage.dm(name, "has not said").text
        assert "Paul has not said for 24 h whether they approved hotfix payments 4.12.1." in told
    moves_to(stage, on(8, "2:14"))
    assert len(chased()) == 3

    stage.presses_button("paul", "Yes, I did", chased()[1])
    settled = [each for each in stage.person("paul").dms() if each.text.startswith("✅ You confirmed")]
    assert len(settled) == 3
    assert chased() == []


@only_sqlite
def test_looking_at_the_form_of_no_answers_nothing(stage: Stage) -> None:
    moves_to(stage, on(5, "2:09"))
    declares(stage)
    alone: dict[str, object] = {"Peer who looked at the code": None, "Engineering Director": None}
    records(stage, **alone, **{"Product Manager": None})
    question = stage.dm("eve", "recorded")
    stage.presses_button("eve", "I did not…", question)
    stage.person("eve").closes()
    stage.presses_button("eve", "Yes, I did", question)
    assert question.text.startswith("✅ You confirmed")
    refused = stage.presses_button("eve", "Approve", stage.card)
    assert "You approved this already" in refused


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_an_approver_who_is_there_approves_by_button_and_others_read_who_did(stage: Stage) -> None:
    moves_to(stage, on(5, "2:09"))
    declares(stage)
    mine, theirs = stage.dm("eve", "asks you"), stage.dm("emil", "asks you")
    assert mine.text.startswith("Omar asks you, as Engineering Manager, to let SEV1 hotfix payments 4.12.1")
    assert "“Checkout fails for all EU cards”" in mine.text
    assert "Reject" not in mine.text
    stage.presses_button("eve", "Approve", mine)
    assert mine.text.startswith("You approved Saturday, December 5th 02:09.")
    assert theirs.text.startswith("Eve approved Saturday, December 5th 02:09. Nothing left for you here.")


@only_sqlite
def test_whoever_is_spoken_for_and_everybody_in_their_place_reads_so(stage: Stage) -> None:
    moves_to(stage, on(5, "2:09"))
    declares(stage)
    mine, theirs = stage.dm("eve", "asks you"), stage.dm("emil", "asks you")
    records(stage)
    assert "Omar recorded" in mine.text
    assert "A message of its own asks you whether that is so." in mine.text
    assert theirs.text.startswith("Eve (by phone, recorded by Omar) approved")
    stage.presses_button("eve", "Yes, I did", stage.dm("eve", "you approved hotfix"))
    assert "; you confirmed it Saturday, December 5th 02:09." in mine.text


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_a_declarer_who_manages_can_give_one_signature_and_it_is_flagged(stage: Stage, harbor: Demo) -> None:
    file = harbor.organization_file
    engineers = 'engineer = ["ana", "ben", "omar", "oksana"]'
    text = file.read_text(encoding="utf-8")
    assert engineers in text
    file.write_text(text.replace(engineers, 'engineer = ["ana", "ben", "omar", "oksana", "eve"]'), "utf-8")
    stage.settle()
    moves_to(stage, on(5, "2:09"))
    declares(stage, name="eve")
    question = stage.dm("eve", "payments 4.12.1")
    assert "as Engineering Manager you can give one yourself." in question.text
    assert "ℹ️ Your own approval is flagged on the record." in question.text
    stage.presses_button("eve", "Approve", question)
    assert question.text.startswith("You approved")


@only_sqlite
@pytest.mark.clause("G-APP-1")
def test_the_code_review_that_was_deferred_is_asked_for_once_it_runs_and_settled_by_the_look(
    stage: Stage,
) -> None:
    is_spoken_for(stage)
    assert not stage.person("tia").dms()
    moves_to(stage, on(5, "2:31"))
    stage.presses_button("omar", "Start deployment", stage.incident)
    question = stage.dm("tia")
    assert question.text.startswith(
        "Tia, the code of hotfix payments 4.12.1 went live Saturday, December 5th 02:31 without your look."
        " Its review, due Tuesday, December 8th 02:31, needs your own approval as Tech Lead."
    )
    others = stage.dm("tom")
    assert "on your word, as Omar recorded it" in stage.dm("ben", "went live").text
    stage.presses_button("tia", "Approve", question)
    assert question.text.startswith("You approved Saturday, December 5th 02:31.")
    assert others.text.startswith("Tia approved")
    stage.presses_button("ben", "Approve", stage.dm("ben", "went live"))
    assert not [each for each in stage.person("ben").dms() if "went live" in each.text]


@only_sqlite
def test_whoever_is_on_call_watches_a_hotfix_from_its_start(stage: Stage) -> None:
    moves_to(stage, on(5, "2:09"))
    declares(stage, name="ana")
    for name in ("ben", "eve", "paul", "dora", "omar"):
        stage.presses_button(name, "Approve", stage.dm(name, "asks you"))
    stage.presses_button("ana", "Start deployment", stage.incident)
    told = stage.dm("omar", "started deploying hotfix payments 4.12.1").text
    assert "please watch it from now on, and no less than 30 min beyond its end." in told


@only_sqlite
@pytest.mark.clause("G-HOT-2")
def test_an_open_word_is_found_in_home_and_by_the_command_after_the_hotfix_is_over(stage: Stage) -> None:
    is_spoken_for(stage)
    stage.person("omar").clicks("Withdraw…", on=stage.card)
    stage.settle()
    submits(stage, "omar", {"Why": "the provider mended it"})
    assert "Did you approve hotfix payments 4.12.1 by phone?" in home(stage, "paul")
    assert "[[Yes, I did]] [I did not…]" in home(stage, "paul")
    shown = stage.types("paul", "/deploy")
    assert "Did you approve hotfix payments 4.12.1 by phone?" in shown
    assert "[[Yes, I did]] [I did not…]" in shown
    assert "payments 4.12.1" in stage.types("paul", "/deploy list waiting")
    stage.person("paul").clicks("Yes, I did", on=stage.person("paul").home)
    stage.settle()
    assert "Nothing waits for you." in stage.person("paul").home.text
    assert "Nothing waits for you" in stage.types("paul", "/deploy list waiting")


@only_sqlite
def test_nobody_can_confirm_what_somebody_else_said(stage: Stage) -> None:
    is_spoken_for(stage)
    question = stage.dm("eve", "you approved hotfix")
    outcome = stage.person("emil").clicks("Yes, I did", on=question)
    stage.settle()
    assert "can say what they said." in outcome.text
    assert "[[Yes, I did]]" in question.text
