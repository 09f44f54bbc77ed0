from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.asking import Ask
from bot.rules.hotfix import ReviewText
from bot.rules.hotfix_inputs import ReviewExtension, ReviewHandIn
from bot.rules.inputs import Reason
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Phase, Words
from bot.rules.verdict import Field
from bot.slack.forms.reading import FieldErrors
from bot.slack.forms.review import Written, parse_extension, parse_return, parse_review
from bot.slack.ids import HAND_IN, Ref, decode_review, encode_review
from bot.slack.views.asks import ask_message
from bot.slack.views.kit import Json
from bot.slack.views.review import long, open_points, review_buttons, review_line
from bot.slack.views.review_modals import (
    draft_modal,
    extend_modal,
    paragraphs,
    reading_modal,
    return_modal,
)
from bot.slack.views.review_reminders import review_message, review_reminder, settled_review
from bot.workflows.review import draft_review, return_review
from tests.acting import ANA, BEN, DORA, EMIL, EVE, HOUR, STRANGER
from tests.acting_in_hotfixes import TEXT, a_hotfix, finished, handed_in, in_breach, ready_to_sign, spoken
from tests.slack.filled import filled
from tests.slack.review_scenes import written
from tests.slack.scenes import a_scene, scene
from tests.slack.shown import check_form, texts

pytestmark = pytest.mark.clause("G-HOT-5")


def labels(buttons: list[Json]) -> list[str]:
    return [texts(each["text"]) for each in buttons]


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        ("hotfix done", "⏳ *Review due <"),
        ("review handed in", "⏳ *Review waits for its sign-off* by Eve, Emil, Dora or Dana · due <"),
        ("review returned", "· ⛔ Eve returned it: “the timeline stops at 02:20”"),
        ("review signed", "✅ Review signed by Emil <"),
        ("review overdue", "⏳ *Review overdue since <"),
        ("review extended", "· ℹ️ more time given by Dora: “the provider's report comes on Friday”"),
        ("review unsigned for long", "· overdue since <"),
    ],
)
def test_the_card_says_in_a_line_how_the_review_stands(situation: str, said: str) -> None:
    assert said in (review_line(a_scene(situation)) or "")


def test_a_change_that_owes_no_review_has_no_line_about_one() -> None:
    assert review_line(a_scene("scheduled")) is None
    assert review_line(a_scene("hotfix declared")) is None
    assert "owes no review" in review_message(a_scene("done"), ANA).text


@pytest.mark.parametrize(
    ("situation", "reader", "buttons"),
    [
        ("hotfix done", ANA, ["Open draft", "Submit for sign-off…"]),
        ("hotfix done", BEN, ["Open draft", "Submit for sign-off…"]),
        ("hotfix done", EVE, ["Read"]),
        ("hotfix done", DORA, ["Read", "Extend…"]),
        ("hotfix done", STRANGER, ["Read"]),
        ("review handed in", ANA, ["Read"]),
        ("review handed in", EVE, ["Read and sign", "Return…"]),
        ("review handed in", DORA, ["Read and sign", "Return…", "Extend…"]),
        ("review signed", DORA, ["Read"]),
        ("scheduled", ANA, []),
    ],
)
def test_everybody_is_offered_what_they_can_do_about_it(
    situation: str, reader: PersonId, buttons: list[str]
) -> None:
    assert labels(review_buttons(a_scene(situation), reader)) == buttons


def test_handing_in_comes_first_once_nothing_is_missing() -> None:
    course = finished(a_hotfix())
    course.does(draft_review, ANA, ReviewHandIn(TEXT))
    assert labels(review_buttons(scene(course), ANA)) == ["Submit for sign-off…", "Open draft"]
    assert "The draft says all that it must: hand it in." in texts(review_message(scene(course), ANA).blocks)


def test_the_form_reads_back_as_it_was_shown_and_is_handed_in_by_a_tick() -> None:
    shown = a_scene("hotfix done")
    text = written(shown, "- declared\n- deployed")
    form = draft_modal(shown, text, hand_in=False)
    assert form
    assert parse_review(filled(form, {})) == Written(text, hand_in=False)
    cause = {Field.ROOT_CAUSE: "a pinned certificate", Field.CHOICE: HAND_IN}
    read = parse_review(filled(form, cause))
    assert read == Written(replace(text, root_cause=Words("a pinned certificate")), hand_in=True)
    ticked = draft_modal(shown, text, hand_in=True)
    assert ticked
    assert parse_review(filled(ticked, {})) == Written(text, hand_in=True)


def test_a_draft_that_is_handed_in_or_signed_is_written_no_more() -> None:
    for situation in ("review handed in", "review signed", "scheduled"):
        shown = a_scene(situation)
        assert draft_modal(shown, written(shown, ""), hand_in=False) is None
    assert return_modal(a_scene("hotfix done")) is None
    assert extend_modal(a_scene("review signed")) is None


def test_beside_the_draft_stands_how_it_was_approved_and_what_is_open() -> None:
    course = spoken(a_hotfix(), EVE)
    in_breach(course)
    shown = scene(course)
    form = draft_modal(shown, written(shown, ""), hand_in=False)
    read = texts(form)
    assert "✅ Eve (Engineering Manager) by phone – *not confirmed yet*" in read
    assert "🚨 *Started in breach* by Ana" in read
    assert "⏳ Code review before the review is signed: peer" in read
    assert "⏳ DEP-1 still runs: the review is signed after its end" in read
    assert open_points(shown) == [
        "DEP-1 still runs",
        "code review (peer reviewer: Ben, Omar, Tia or Tom)",
        "code review (Tech Lead: Tia or Tom)",
        "Eve's confirmation",
        "the answer to the start in breach (peer reviewer and Product Manager)",
    ]


def test_only_whoever_can_sign_it_now_finds_sign_beneath_it() -> None:
    ready, blocked = scene(ready_to_sign(a_hotfix())), scene(handed_in(a_hotfix()))
    assert _submit(ready, EVE) == "Sign"
    assert _submit(ready, DORA) == "Sign"
    for reader in (ANA, BEN, STRANGER):
        assert _submit(ready, reader) is None
    assert _submit(blocked, EVE) is None
    form = reading_modal(blocked, TEXT, EVE)
    assert "*You can't sign it yet*\n⛔ The code review is open (Tech Lead): Tia or Tom." in texts(form)


def _submit(shown: Scene, reader: PersonId) -> str | None:
    form = reading_modal(shown, TEXT, reader)
    assert form
    return texts(form["submit"]) if "submit" in form else None


def test_a_form_for_the_signature_says_which_handing_in_was_read() -> None:
    form = reading_modal(scene(ready_to_sign(a_hotfix())), TEXT, EVE)
    assert form
    decoded = decode_review(str(form["private_metadata"]))
    assert decoded
    assert decoded[0] == 1
    for made_up in (
        None,
        "",
        "review/",
        "review/0/1:1:",
        "1:1:",
        "review/1/",
        encode_review(1, decoded[1])[1:],
    ):
        assert decode_review(made_up) is None
    assert isinstance(decoded[1], Ref)


@pytest.mark.parametrize(
    "typed", ["&" * 3000, "*a* " * 750, "line\n" * 600, "x" * 3000, "https://a.example/" + "&" * 400]
)
def test_a_signer_reads_all_of_it_however_long_it_is(typed: str) -> None:
    shown = scene(ready_to_sign(a_hotfix()))
    form = reading_modal(shown, ReviewText(*(Words(typed),) * 4), EVE)
    assert form
    check_form(form)
    read = texts(list(paragraphs("", typed))).replace("\u200b", "").replace("&amp;", "&")
    assert "".join(typed.split()) in "".join(read.split()) or typed.startswith("https")
    assert "…" not in read or typed.startswith("https")


def test_an_address_in_a_review_can_be_followed() -> None:
    (shown,) = paragraphs("*Root cause*", "see https://wiki.example/a?b=1&c=2 and *this*")
    assert "see <https://wiki.example/a?b=1&amp;c=2|https://wiki.example/a?b=1&amp;c=2> and" in texts(shown)


def test_the_ask_says_who_asks_whom_as_what_and_by_when() -> None:
    shown = a_scene("review handed in")
    ask = ask_message(shown, Ask(EVE, Phase.REVIEW, 1))
    assert ask.text.startswith(
        "Ana asks you, as Engineering Manager, to sign off the review of hotfix payments 4.12.1, due <"
    )
    assert "SEV1: “Checkout fails for all EU cards”" in texts(ask.blocks)


def test_an_ask_that_is_over_says_what_became_of_it() -> None:
    course = handed_in(a_hotfix())
    course.does(return_review, EVE, Reason(Words("the impact in money")))
    assert (
        settled_review(scene(course), EVE, 1) == "You returned it: “the impact in money”. It is Ana's turn."
    )
    assert settled_review(scene(course), EMIL, 1).startswith("Eve returned it: “the impact in money”.")
    signed = a_scene("review signed")
    assert settled_review(signed, EMIL, 1).startswith("You signed the review <")
    assert settled_review(signed, EVE, 1).endswith("Nothing left for you here.")
    assert settled_review(a_scene("review handed in"), EVE, 0).endswith("a new message asks you.")


def test_a_late_reminder_says_how_late_and_since_when_it_is_overdue() -> None:
    shown = a_scene("review overdue")
    said = review_reminder(shown, ANA, shown.setting.now, late=190)
    assert "*2 days overdue*" in texts(said.blocks) or "*48 hours overdue*" in texts(said.blocks)
    assert "3 h 10 min late: the bot was not running." in texts(said.blocks)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (361, "6 hours"),
        (72 * 60, "72 hours"),
        (96 * 60, "4 days"),
    ],
)
def test_lengths_of_time_are_said_as_people_say_them(minutes: int, said: str) -> None:
    assert long(timedelta(minutes=minutes)) == said


def test_a_return_and_an_extension_need_their_reasons() -> None:
    shown = a_scene("review handed in")
    returning, extending = return_modal(shown), extend_modal(shown)
    assert returning
    assert extending
    assert parse_return(filled(returning, {})) == FieldErrors(
        {Field.REASON.value: "Say what is missing: its author must know."}
    )
    assert parse_return(filled(returning, {Field.REASON: " the impact "})) == Reason(Words("the impact"))
    until = shown.setting.now + 100 * HOUR
    read = parse_extension(
        filled(extending, {Field.UNTIL: int(until.timestamp()), Field.REASON: "the provider's report"})
    )
    assert read == ReviewExtension(until, Words("the provider's report"))
    missing = parse_extension(filled(extending, {Field.UNTIL: None}))
    assert isinstance(missing, FieldErrors)
    assert set(missing.errors) == {Field.UNTIL.value, Field.REASON.value}
