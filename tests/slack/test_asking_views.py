"""What people read around waivers, reminders, taking back and superseding."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.asking import asks
from bot.rules.inputs import Reason, WaiverRefusal, WaiverWish
from bot.rules.notice import Notice, NoticeKind
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId, PersonId, Phase, Words
from bot.rules.verdict import Field
from bot.rules.waiting import WaitingChange, waiting_for
from bot.slack.forms import FieldErrors, parse_take_back, parse_waiver, parse_waiver_refusal
from bot.slack.ids import Press, Ref, decode_snooze, decode_waiver, encode_snooze, encode_waiver
from bot.slack.views.asks import ask_message, settled_ask
from bot.slack.views.card import card
from bot.slack.views.kit import Message
from bot.slack.views.notices import notice_message
from bot.slack.views.reminders import reminder_message
from bot.slack.views.waiting import waiting_buttons, waiting_line
from bot.slack.views.waiver_modals import refuse_waiver_modal, take_back_modal, waiver_modal
from bot.slack.views.why import why
from bot.workflows.waive import ask_for_waiver
from tests import acting
from tests.acting import ANA, DANA, DORA, EVE, FRIDAY, OMAR, QUINN, THURSDAY, TIA, a_course
from tests.slack.asking_scenes import LINK, asked
from tests.slack.filled import filled
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import labels, texts
from tests.slack.windows_ahead import frozen

DATE = re.compile(r"<!date\^\d+\^[^|]*\|([^>]*)>")
numbers = st.integers(1, 10**9 - 1)


def read(message: Message) -> str:
    return DATE.sub(r"\1", texts(message.blocks))


def asking(shown: Scene, person: PersonId, phase: Phase) -> Message:
    ask = next(
        each for each in asks(shown.change, shown.setting) if (each.person, each.phase) == (person, phase)
    )
    return ask_message(shown, ask, LINK)


@pytest.mark.clause("G-ENV-2")
@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ("waiver asked", "⏳ waiver of staging until Fri 27 Nov 15:00 CET asked of Dora or Dana: “the cluster is down until Monday”"),
        ("waiver granted", "ℹ️ staging waived by Dora until Fri 27 Nov 15:00 CET: “the cluster is down until Monday” – it counts once"),
        ("waived", "ℹ️ staging waived by Dora until Fri 27 Nov 15:00 CET: “the cluster is down until Monday”"),
        ("waived", "*Staging is waived, needs a production window* – Ana proposes one"),
        ("waived without evidence", "*Not ready for production yet*"),
        ("waiver refused", "⛔ Dora refused the waiver of staging: “the old cluster is up”"),
        ("waiver unanswered", "nobody decided on the waiver of staging before its time was over"),
        ("waiver expired", "the waiver of staging by Dora ended Fri 27 Nov 15:00 CET"),
        ("superseded", "*payments 4.12.0, superseded*"),
        ("superseded", "*Superseded by CHG-9* – it reached production first Mon 23 Nov 10:00 CET; Ana can bring this one back"),
        ("ci failed", "\n⛔ CI failed <https://ci.example.org/513|ci.example.org>"),
        ("window rejected", "was rejected: “board demo at two”. Ana proposes one"),
        ("taken back", "*Waiting for 1 approval* – Product Manager (Paul or Priya)"),
    ],
)  # fmt: skip
def test_a_card_says_how_it_stands(situation: str, sentence: str) -> None:
    assert sentence in read(card(a_scene(situation)))


@pytest.mark.parametrize(
    ("situation", "buttons"),
    [
        ("preparing", ["Approve", "Reject…", "Why?"]),
        ("ready for staging", ["Start staging", "Reject…", "Why?"]),
        ("ci failed", ["Record evidence…", "Reject…", "Why?"]),
        ("superseded", ["Bring it back"]),
        ("superseded while staging", ["Bring it back", "Staging succeeded", "Failed…"]),
        ("waived", ["Propose window…", "Why?"]),
    ],
)
def test_a_card_offers_only_what_is_not_bound_to_be_refused(situation: str, buttons: list[str]) -> None:
    assert labels(card(a_scene(situation))) == buttons


def test_what_is_not_in_order_stands_apart_from_what_is() -> None:
    blocks = card(a_scene("ci failed")).blocks
    small = [each for each in blocks if each["type"] == "context"]
    assert "⛔" not in texts(small)
    assert "merged" in texts(small)
    assert read(card(a_scene("ci failed"))).count("CI failed") == 1


@pytest.mark.clause("G-ENV-2")
def test_a_waiver_stays_on_the_card_to_the_end() -> None:
    waiver = a_scene("waived").change.waivers[0]
    for situation in ("deploying", "monitoring", "done", "rollback required", "withdrawn"):
        shown = a_scene(situation)
        left_out = replace(waiver, version=shown.change.version)
        with_waiver = replace(shown, change=replace(shown.change, waivers=(left_out,)))
        assert "staging waived by Dora" in read(card(with_waiver))


@pytest.mark.clause("G-ENV-2")
def test_a_director_reads_who_asks_for_what_why_and_what_goes_with_it() -> None:
    message = asking(a_scene("waiver asked"), DORA, Phase.WAIVER)
    assert read(message).startswith(
        "Ana asks you, as *Engineering Director*, to let *payments 4.12.0* leave out *staging* until"
        " *Fri 27 Nov 15:00 CET*.\nWhy: “the cluster is down until Monday”\nIf you grant it: no deployment to staging,"
        " no verification by QA and Product team and no approval of the Development Team Lead."
    )
    assert "CI passed" in read(message)
    assert labels(message) == ["Grant", "Refuse…", "Open card"]
    assert labels(message, "primary") == ["Grant"]


@pytest.mark.clause("G-ENV-2")
def test_leaving_out_development_leaves_the_verification_in_place() -> None:
    wish = WaiverWish(
        a_scene("preparing").setting.guide.environments[0], Words("no such cluster"), FRIDAY.end
    )
    course = a_course().does(ask_for_waiver, ANA, wish)
    text = read(asking(scene(course), DORA, Phase.WAIVER))
    assert "If you grant it: no deployment to development. Code review" in text


@pytest.mark.clause("G-STD-8")
def test_a_director_reads_which_freeze_is_in_the_way_of_which_window() -> None:
    message = asking(frozen(a_scene("approving")), DORA, Phase.EXCEPTION)
    assert "Ana's window for *payments 4.12.0*, *Thu 26 Nov 14:00 CET – 15:00 CET*, lies in a freeze" in read(
        message
    )
    assert "year-end closing" in read(message)
    assert labels(message) == ["Except this change…", "Open card"]


@pytest.mark.parametrize(
    ("situation", "person", "phase", "round_", "sentence"),
    [
        ("waiver granted", DORA, Phase.WAIVER, 1, "You granted the waiver of staging Mon 23 Nov 10:00 CET. It counts until"),
        ("waiver granted", DANA, Phase.WAIVER, 1, "Dora granted the waiver of staging Mon 23 Nov 10:00 CET. Nothing left"),
        ("waiver refused", DORA, Phase.WAIVER, 1, "You refused the waiver of staging"),
        ("waiver refused", DANA, Phase.WAIVER, 1, "Dora refused the waiver of staging Mon 23 Nov 10:00 CET: “the old cluster is up”. Nothing"),
        ("waiver unanswered", DANA, Phase.WAIVER, 1, "Nobody decided on the waiver of staging before its time was over"),
        ("preparing", DANA, Phase.WAIVER, 9, "Nothing left for you here."),
        ("superseded", QUINN, Phase.VERIFICATION, 1, "CHG-9 reached production first. Nothing left for you here."),
    ],
)  # fmt: skip
def test_a_settled_question_says_what_became_of_it(
    situation: str, person: PersonId, phase: Phase, round_: int, sentence: str
) -> None:
    assert read(settled_ask(a_scene(situation), person, phase, round_)).startswith(sentence)


@pytest.mark.clause("G-STD-8")
def test_a_question_about_a_freeze_is_settled_by_an_exception_its_end_or_another_window() -> None:
    shown = frozen(a_scene("approving"))
    assert "Dora excepted it from the freeze" in read(settled_ask(shown, DANA, Phase.EXCEPTION, 2))
    assert "You excepted it from the freeze" in read(settled_ask(shown, DORA, Phase.EXCEPTION, 2))
    assert "The freeze is lifted or over." in read(settled_ask(shown, DANA, Phase.EXCEPTION, 99))
    assert "does not lie in that freeze any more" in read(settled_ask(shown, DANA, Phase.EXCEPTION, 1))


@pytest.mark.parametrize(
    ("situation", "kind", "sentence", "buttons"),
    [
        ("waiver granted", NoticeKind.WAIVER_GRANTED, "It counts once code review and evidence are complete.", []),
        ("waived", NoticeKind.WAIVER_GRANTED, "leave out staging until Fri 27 Nov 15:00 CET.* It needs a production window from you.", ["Propose window…"]),
        ("waived", NoticeKind.VERIFIED, "leaves out staging*: code and evidence are complete, so its waiver counts.", ["Propose window…"]),
        ("waiver refused", NoticeKind.WAIVER_REFUSED, "Dora refused the waiver of staging for payments 4.12.0*: “because”.", ["Ask again…"]),
        ("waiver expired", NoticeKind.WAIVER_EXPIRED, "The waiver of staging for payments 4.12.0 ended Fri 27 Nov", ["Ask again…"]),
        ("waiver unanswered", NoticeKind.WAIVER_EXPIRED, "Nobody decided on the waiver of staging for payments 4.12.0", ["Ask again…"]),
        ("superseded", NoticeKind.SUPERSEDED, "staging reached production before payments 4.12.0", ["Bring it back"]),
        ("taken back", NoticeKind.APPROVAL_TAKEN_BACK, "Dora took back the approval of payments 4.12.0*: “because”.", []),
    ],
)  # fmt: skip
def test_a_notice_says_what_happened_and_offers_how_to_go_on(
    situation: str, kind: NoticeKind, sentence: str, buttons: list[str]
) -> None:
    message = notice_message(a_scene(situation), Notice(kind, (ANA,), DORA, Words("because"), "staging"), ANA)
    assert sentence in read(message)
    assert labels(message) == buttons


@pytest.mark.clause("G-APP-1")
def test_an_escalation_says_who_has_not_answered_and_since_when() -> None:
    notice = Notice(NoticeKind.REMINDER_ESCALATED, (EVE,), phase=Phase.CODE, round=1)
    text = read(notice_message(a_scene("reminded"), notice, EVE))
    assert "has waited for its approvals before staging since Mon 23 Nov 10:00 CET" in text
    assert "• Tech Lead (Tia or Tom)" in text
    assert "They were reminded once." in text
    answered = read(notice_message(a_scene("ready for staging"), notice, EVE))
    assert "and has them now" in answered


@pytest.mark.clause("G-APP-1")
def test_a_reminder_says_first_what_it_needs_and_since_when() -> None:
    shown = a_scene("reminded")
    ask = next(each for each in asks(shown.change, shown.setting) if each.person == TIA)
    message = reminder_message(shown, ask, late=192, permalink=LINK)
    assert read(message).startswith(
        "⏳ *Waiting for you* since *Mon 23 Nov 10:00 CET*. Ana asks you, as *Tech Lead*, to approve the code"
    )
    assert "3 h 12 min late" in read(message)
    assert labels(message) == ["Approve", "Reject…", "Snooze 4 h", "Open card"]
    snoozed = a_scene("snoozed")
    again = read(reminder_message(snoozed, ask))
    assert "snoozed: you are reminded again Mon 23 Nov 18:00 CET" in again
    assert "Snooze 4 h" not in again


@pytest.mark.parametrize(
    ("situation", "person", "line", "label"),
    [
        ("waiver asked", DORA, "to let *payments 4.12.0* leave out *staging* until *Fri 27 Nov 15:00 CET*. “the cluster", "Grant"),
        ("waived", ANA, "leaves out staging and needs a window from you", "Propose window…"),
        ("rollback required", OMAR, "must leave production", "Start rollback"),
    ],
)  # fmt: skip
def test_what_waits_has_its_line_and_its_button(
    situation: str, person: PersonId, line: str, label: str
) -> None:
    shown = a_scene(situation)
    item = WaitingChange(shown, waiting_for(person, shown.change, shown.setting))
    assert line in DATE.sub(r"\1", waiting_line(item))
    assert texts(waiting_buttons(item)[0]).startswith(label)


@pytest.mark.clause("G-STD-8")
def test_a_freeze_in_the_way_waits_with_its_reason() -> None:
    shown = frozen(a_scene("approving"))
    item = WaitingChange(shown, waiting_for(DORA, shown.change, shown.setting))
    assert "lies in a freeze: “year-end closing”. May it start all the same?" in waiting_line(item)
    assert texts(waiting_buttons(item)[0]) == "Except this change…"


def test_the_checklist_of_a_waiver_that_waits_names_only_code_and_evidence() -> None:
    text = read(why(a_scene("waived without evidence")))
    assert "one thing is missing before the waiver of staging counts" in text
    assert "G-APP-2" not in text


@pytest.mark.clause("G-ENV-2")
def test_the_form_offers_what_still_lies_before_the_change_staging_first() -> None:
    form = waiver_modal(a_scene("preparing"))
    assert form is not None
    values = filled(form, {Field.REASON: "the cluster is down"})
    wish = parse_waiver(values)
    assert isinstance(wish, WaiverWish)
    assert wish.environment == "staging"
    assert wish.expires_at == acting.berlin(25, 17), (
        "the end of business on the day of the first legal window"
    )
    assert waiver_modal(a_scene("verified")) is None
    assert waiver_modal(a_scene("scheduled")) is None
    assert waiver_modal(a_scene("waived")) is not None, "a waiver may be renewed"


@pytest.mark.clause("G-ENV-2")
def test_the_form_prefills_the_end_of_the_wished_windows_day() -> None:
    shown = a_scene("preparing")
    wishing = replace(shown, change=replace(shown.change, wished=THURSDAY))
    form = waiver_modal(wishing)
    assert form is not None
    wish = parse_waiver(filled(form, {Field.REASON: "x"}))
    assert isinstance(wish, WaiverWish)
    assert wish.expires_at == acting.berlin(26, 17)


@pytest.mark.clause("G-ENV-2")
def test_what_is_missing_in_a_form_is_said_beside_it() -> None:
    form = waiver_modal(a_scene("preparing"))
    assert form is not None
    wanting = parse_waiver(filled(form, {Field.EXPIRES: None, Field.ENVIRONMENT: None}))
    assert isinstance(wanting, FieldErrors)
    assert set(wanting.errors) == {Field.ENVIRONMENT, Field.EXPIRES, Field.REASON}
    shown = a_scene("waiver asked")
    refusing = refuse_waiver_modal(shown, shown.change.waivers[0])
    assert isinstance(parse_waiver_refusal(filled(refusing, {}), 1), FieldErrors)
    assert parse_waiver_refusal(filled(refusing, {Field.REASON: "no"}), 1) == WaiverRefusal(Words("no"), 1)
    taking = take_back_modal(a_scene("scheduled"))
    assert isinstance(parse_take_back(filled(taking, {})), FieldErrors)
    assert parse_take_back(filled(taking, {Field.REASON: "no"})) == Reason(Words("no"))


@settings(deadline=None)
@given(numbers, st.sampled_from(Phase))
def test_what_buttons_about_waivers_and_reminders_say_is_understood(number: int, phase: Phase) -> None:
    ref = Ref(ChangeId(number), 3)
    assert decode_waiver(encode_waiver(number, ref)) == (number, ref)
    assert decode_snooze(encode_snooze(phase, ref)) == (phase, ref)


@pytest.mark.parametrize("text", [None, "", "waiver/", "waiver/0/1:1:", "waiver/x/1:1:", "1/1:1:", "snooze/1:1:", "snooze/later/1:1:", "code/1:1:"])  # fmt: skip
def test_anything_else_is_nothing_of_ours(text: str | None) -> None:
    assert decode_waiver(text) is None
    assert decode_snooze(text) is None


def test_a_snooze_names_its_phase_and_a_grant_its_waiver() -> None:
    shown = scene(asked(a_course()))
    for ask in asks(shown.change, shown.setting):
        message = reminder_message(shown, ask)
        values = {
            each["action_id"]: each["value"]
            for block in message.blocks
            if block["type"] == "actions"
            for each in block["elements"]  # type: ignore[attr-defined]  # an actions block has elements
        }
        snoozing = decode_snooze(values[Press.SNOOZE])
        assert snoozing is not None
        assert snoozing[0] is ask.phase
