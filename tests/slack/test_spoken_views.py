"""What approvers of a hotfix, whoever is named as having spoken, and those who were missing at a breach read and press."""

from dataclasses import replace

import pytest

from bot.rules.asking import asks
from bot.rules.organization import Roster
from bot.rules.terms import PersonId, Phase, Role
from bot.rules.verdict import Field
from bot.slack.forms import FieldErrors
from bot.slack.forms.spoken import parse_breach_refusal, parse_dispute
from bot.slack.ids import Press, Ref, decode_spoken
from bot.slack.views.breach_asks import refuse_breach_modal
from bot.slack.views.kit import Message
from bot.slack.views.reminders import reminder_message
from bot.slack.views.spoken_asks import dispute_modal
from bot.workflows.verbal import confirm_verbal, record_verbal
from tests import acting_in_hotfixes as hotfixes
from tests.acting import (
    ANA,
    BEN,
    DORA,
    EMIL,
    EVE,
    HOUR,
    MINUTE,
    OMAR,
    PAUL,
    PETRA,
    PRIYA,
    TIA,
    TOM,
    Course,
    a_roster,
)
from tests.acting_in_hotfixes import NIGHT, a_hotfix, a_record
from tests.slack.asking_about_hotfixes import DATE, LINK, asking, read, settled
from tests.slack.filled import filled
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import labels, texts


@pytest.mark.clause("G-HOT-2")
@pytest.mark.parametrize(
    ("situation", "person", "phase", "sentence"),
    [
        ("hotfix declared", EVE, Phase.PRODUCTION, "Ana asks you, as *Engineering Manager*, to let *SEV1 hotfix payments 4.12.1* into production *now*."),
        ("hotfix at night", DORA, Phase.PRODUCTION, "Omar asks you, as *Engineering Director*, to let *SEV1 hotfix payments 4.12.1* into production *now*."),
        ("hotfix at night", DORA, Phase.PRODUCTION, "1 of 4 approvals given · G-APP-4"),
        ("hotfix at night", EVE, Phase.PRODUCTION, "1 of 4 approvals given · G-HOT-2"),
        ("hotfix declared", BEN, Phase.CODE, "Ana asks you, as *peer*, to look at the code of *SEV1 hotfix payments 4.12.1* before it goes into production *now*."),
        ("hotfix declared", EVE, Phase.PRODUCTION, "“Checkout fails for all EU cards”\nRoot cause: not known yet"),
        ("hotfix declared", EVE, Phase.PRODUCTION, "Rollback: “redeploy 4.11.3”"),
        ("hotfix disputed", EVE, Phase.PRODUCTION, "⛔ Eve (Engineering Manager) disputes having approved it: “I said that I would look at it”"),
        ("hotfix spoken for", EVE, Phase.CONFIRMATION, "Eve, Omar recorded Sat 28 Nov 02:00 CET that *you approved hotfix payments 4.12.1 by phone*, as *Engineering Manager*: “yes, roll it”"),
        ("hotfix spoken for", BEN, Phase.CONFIRMATION, "as *peer*: “yes, roll it”"),
        ("hotfix spoken for", EVE, Phase.CONFIRMATION, "It may start on your word. “I did not…” alarms the Engineering Director and the incident channel, and the start waits. · G-HOT-2"),
        ("hotfix disputed later", PAUL, Phase.CONFIRMATION, "In production since Mon 23 Nov 10:00 CET. “I did not…” alarms"),
        ("hotfix running", TIA, Phase.CODE, "Tia, the code of *hotfix payments 4.12.1* went live Mon 23 Nov 10:00 CET without your look. Its review, due *Thu 26 Nov 10:00 CET*, needs your own approval as *Tech Lead*."),
        ("hotfix disputed later", BEN, Phase.CODE, "went live Mon 23 Nov 10:00 CET on your word, as Ana recorded it."),
        ("hotfix untouched", TIA, Phase.CODE, "Tia, the code of *hotfix payments 4.12.1* was tried without your look."),
        ("hotfix in breach", EVE, Phase.RATIFICATION, "🚨 *Ana started hotfix payments 4.12.1 without your approval* Mon 23 Nov 10:00 CET, in breach of the guide. Eve, was it right? You are asked as *Engineering Manager*."),
        ("hotfix in breach", EVE, Phase.RATIFICATION, "Why: “every minute costs us orders”\nTried: “Eve and Paul, three calls each”"),
        ("breach answered", BEN, Phase.RATIFICATION, "✅ Eve ratified it as Engineering Manager Mon 23 Nov 11:00 CET.\n⛔ Paul refused to ratify it as Product Manager Mon 23 Nov 11:00 CET: “I was at my desk”."),
    ],
)  # fmt: skip
def test_a_question_says_what_it_needs_from_whom_and_what_it_leads_to(
    situation: str, person: PersonId, phase: Phase, sentence: str
) -> None:
    assert sentence in read(asking(a_scene(situation), person, phase))


@pytest.mark.parametrize(
    ("situation", "person", "phase", "buttons"),
    [
        ("hotfix declared", EVE, Phase.PRODUCTION, ["Approve", "Why?", "Open card"]),
        ("hotfix declared", BEN, Phase.CODE, ["Approve", "Why?", "Open card"]),
        ("hotfix running", TIA, Phase.CODE, ["Approve", "Why?", "Open card"]),
        ("hotfix spoken for", EVE, Phase.CONFIRMATION, ["Yes, I did", "I did not…", "Open card"]),
        ("hotfix in breach", EVE, Phase.RATIFICATION, ["Ratify", "Refuse…", "Open card"]),
    ],
)
def test_a_hotfix_is_never_rejected_and_each_question_has_its_answers(
    situation: str, person: PersonId, phase: Phase, buttons: list[str]
) -> None:
    assert labels(asking(a_scene(situation), person, phase)) == buttons


@pytest.mark.clause("G-HOT-2")
def test_a_question_about_words_says_who_heard_them_and_when_they_were_said() -> None:
    course = a_hotfix(at=NIGHT, by=OMAR).wait(5 * MINUTE)
    form = replace(a_record(course, EVE, given_at=NIGHT + 3 * MINUTE), heard_by=TIA)
    shown = scene(course.does(record_verbal, OMAR, form))
    assert (
        "Eve, Omar recorded Sat 28 Nov 02:05 CET that *you approved hotfix payments 4.12.1 by phone* at 02:03 CET,"
        " as *Engineering Manager*: “yes, roll it” (heard by Tia)"
    ) in read(asking(shown, EVE, Phase.CONFIRMATION))
    late = course.wait(30 * HOUR).does(
        record_verbal, OMAR, replace(form, people=a_record(course, PAUL).people)
    )
    assert "by phone* Sat 28 Nov 02:03 CET, as" in read(asking(scene(late), PAUL, Phase.CONFIRMATION))


def _two_roles() -> Roster:
    return a_roster(engineering_director=(EVE, DORA))


@pytest.mark.clause("G-HOT-2")
def test_words_of_one_recording_are_one_question_and_later_ones_stand_beneath() -> None:
    both = hotfixes.spoken(a_hotfix(_two_roles(), by=OMAR, at=NIGHT), EVE, by=OMAR)
    assert "as *Engineering Manager* and *Engineering Director*: “yes, roll it”" in read(
        asking(scene(both), EVE, Phase.CONFIRMATION)
    )
    course = a_hotfix(_two_roles(), by=OMAR, at=NIGHT)
    hotfixes.spoken(course, (EVE, Role.ENGINEERING_MANAGER), by=OMAR)
    first = asking(scene(course), EVE, Phase.CONFIRMATION)
    hotfixes.spoken(course.wait(MINUTE), (EVE, Role.ENGINEERING_DIRECTOR), by=BEN)
    shown = read(asking(scene(course), EVE, Phase.CONFIRMATION))
    assert "Besides, Ben recorded Sat 28 Nov 02:01 CET that *you approved" in shown
    newest = decode_spoken(_value(first, Press.CONFIRM_VERBAL))
    assert newest
    assert newest[0] < len(course.change.approvals)


def _value(message: Message, press: Press) -> str:
    return next(
        str(element["value"])
        for block in message.blocks
        for element in block.get("elements") or []  # type: ignore[attr-defined] # blocks are JSON
        if element.get("action_id") == press
    )


@pytest.mark.clause("G-HOT-2")
def test_an_answer_is_about_the_words_that_were_shown_and_later_ones_stay_open() -> None:
    course = a_hotfix(_two_roles(), by=OMAR, at=NIGHT)
    hotfixes.spoken(course, (EVE, Role.ENGINEERING_MANAGER), by=OMAR)
    shown = max(each.number for each in hotfixes.words_of(course, EVE))
    hotfixes.spoken(course, (EVE, Role.ENGINEERING_DIRECTOR), by=BEN)
    course.does(confirm_verbal, EVE, replace(hotfixes.CONFIRMED, shown=shown))
    assert [each.confirmed_at is not None for each in hotfixes.words_of(course, EVE)] == [True, False]
    again = asking(scene(course), EVE, Phase.CONFIRMATION)
    assert "as *Engineering Director*" in read(again)


@pytest.mark.parametrize(
    ("situation", "person", "phase", "round_", "sentence"),
    [
        ("hotfix spoken for", EVE, Phase.PRODUCTION, 1, "Omar recorded Sat 28 Nov 02:00 CET that you approved it by phone. A message of its own asks you whether that is so."),
        ("hotfix confirmed", EVE, Phase.PRODUCTION, 1, "; you confirmed it Sat 28 Nov 02:00 CET."),
        ("hotfix spoken for", EMIL, Phase.PRODUCTION, 1, "Eve (by phone, recorded by Omar) approved Sat 28 Nov 02:00 CET. Nothing left for you here."),
        ("hotfix running", EMIL, Phase.PRODUCTION, 1, "Eve approved Mon 23 Nov 10:00 CET. Nothing left for you here."),
        ("hotfix running", EVE, Phase.PRODUCTION, 1, "You approved Mon 23 Nov 10:00 CET."),
        ("hotfix in breach", EVE, Phase.PRODUCTION, 1, "Ana started it Mon 23 Nov 10:00 CET without your approval, in breach of the guide. A message of its own asks you about that."),
        ("hotfix in breach", ANA, Phase.PRODUCTION, 1, "You started it Mon 23 Nov 10:00 CET in breach of the guide. Nothing left for you here."),
        ("review signed", TOM, Phase.CODE, 1, "Tia approved Mon 23 Nov 11:10 CET. Nothing left for you here."),
        ("hotfix turned", EVE, Phase.PRODUCTION, 1, "It goes the standard way now, as a routine change."),
        ("hotfix turned", BEN, Phase.CODE, 1, "It goes the standard way now, as a routine change."),
        ("hotfix withdrawn", EVE, Phase.PRODUCTION, 1, "Omar withdrew it: “the provider mended it”. Nothing left for you here."),
        ("hotfix confirmed", EVE, Phase.CONFIRMATION, 2, "✅ You confirmed Sat 28 Nov 02:00 CET that you approved it by phone: “yes, roll it”"),
        ("hotfix disputed", EVE, Phase.CONFIRMATION, 2, "⛔ You said Sat 28 Nov 02:00 CET that you did not approve it by phone: “I said that I would look at it”\nThe Engineering Director and the incident channel know; it stays on the record."),
        ("hotfix turned", EVE, Phase.CONFIRMATION, 2, "does not count any more: the hotfix changed. Nothing left for you here."),
        ("breach answered", EVE, Phase.RATIFICATION, 1, "You ratified the start of hotfix payments 4.12.1 in breach Mon 23 Nov 11:00 CET.\n⛔ Paul refused to ratify it as Product Manager Mon 23 Nov 11:00 CET: “I was at my desk”."),
        ("breach answered", PAUL, Phase.RATIFICATION, 1, "You refused to ratify the start of hotfix payments 4.12.1 in breach Mon 23 Nov 11:00 CET: “I was at my desk”.\n✅ Eve ratified it"),
        ("breach answered", EMIL, Phase.RATIFICATION, 1, "✅ Eve ratified it as Engineering Manager"),
    ],
)  # fmt: skip
def test_a_settled_question_says_what_became_of_it(
    situation: str, person: PersonId, phase: Phase, round_: int, sentence: str
) -> None:
    shown = settled(a_scene(situation), person, phase, round_)
    assert sentence in shown


def test_another_version_is_asked_for_anew_and_the_old_question_says_so() -> None:
    change = a_scene("hotfix declared").change
    revised = replace(
        a_scene("hotfix declared"), change=replace(change, version="4.12.2", production_round=2)
    )
    assert "The version is 4.12.2 now." in settled(revised, EVE, Phase.PRODUCTION)


def _by_a_manager() -> Course:
    return a_hotfix(a_roster(engineer=(ANA, BEN, OMAR, EVE)), by=EVE)


@pytest.mark.clause("G-HOT-2")
def test_a_declarer_who_manages_reads_that_one_signature_can_be_theirs() -> None:
    shown = read(asking(scene(_by_a_manager()), EVE, Phase.PRODUCTION))
    assert "*Hotfix payments 4.12.1* waits for approvals to go into production *now*" in shown
    assert "as *Engineering Manager* you can give one yourself." in shown
    assert "ℹ️ Your own approval is flagged on the record." in shown


@pytest.mark.clause("G-HOT-2")
def test_a_reminder_of_a_word_is_the_question_once_more_without_a_snooze() -> None:
    shown = a_scene("hotfix spoken for")
    ask = next(each for each in asks(shown.change, shown.setting) if each.phase is Phase.CONFIRMATION)
    reminder = reminder_message(shown, ask, 0, LINK)
    assert read(reminder).startswith(
        "⏳ *Waiting for you*. Eve, Omar recorded Sat 28 Nov 02:00 CET that *you approved"
    )
    assert labels(reminder) == ["Yes, I did", "I did not…", "Open card"]


@pytest.mark.clause("G-HOT-2")
def test_the_form_of_no_quotes_what_was_recorded_and_says_what_follows() -> None:
    shown = a_scene("hotfix spoken for")
    form = dispute_modal(shown, EVE)
    assert form
    said = DATE.sub(r"\1", texts(form))
    assert (
        "Omar recorded that you approved *hotfix payments 4.12.1* by phone, Sat 28 Nov 02:00 CET: “yes, roll it”"
        in said
    )
    assert (
        "alarms the Engineering Director and the incident channel, and stays on the record for good." in said
    )
    assert dispute_modal(a_scene("hotfix disputed"), EVE) is None
    assert dispute_modal(shown, PRIYA) is None

    values = filled(form, {Field.NOTES: "not like that"})
    answer = parse_dispute(values, 2)
    assert not isinstance(answer, FieldErrors)
    assert (answer.words, answer.shown, answer.number) == ("not like that", 2, None)
    empty = parse_dispute(filled(form, {Field.NOTES: " "}), 2)
    assert isinstance(empty, FieldErrors)
    assert empty.errors == {"notes": "Say in your words what you did say."}


@pytest.mark.clause("G-HOT-3")
def test_the_form_of_a_refusal_repeats_the_breach_and_needs_a_reason() -> None:
    form = refuse_breach_modal(a_scene("breach answered"))
    assert form
    said = DATE.sub(r"\1", texts(form))
    assert "*Ana started hotfix payments 4.12.1 in breach of the guide* Mon 23 Nov 10:00 CET." in said
    assert "Paul refused to ratify it" in said
    assert refuse_breach_modal(a_scene("hotfix declared")) is None
    assert Ref.decode(str(form["private_metadata"]))
    reason = parse_breach_refusal(filled(form, {Field.REASON: "I was at my desk"}))
    assert not isinstance(reason, FieldErrors)
    assert reason.reason == "I was at my desk"
    assert isinstance(parse_breach_refusal(filled(form, {Field.REASON: ""})), FieldErrors)


def test_nobody_but_whom_it_concerns_is_asked() -> None:
    phases = {
        each.phase
        for each in asks(a_scene("hotfix spoken for").change, a_scene("hotfix spoken for").setting)
        if each.person == PETRA
    }
    assert phases == set()
