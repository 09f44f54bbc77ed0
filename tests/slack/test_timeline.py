"""An incident's message, its entries, its topic, its timeline as text, and quoting into it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.hotfix import Issue
from bot.rules.hotfix_inputs import TimelineEntry
from bot.rules.terms import ChangeId, PersonId, ServiceName, Words
from bot.rules.timeline_words import Timeline
from bot.rules.verdict import Field
from bot.sandbox.api.channels import TOPIC_MOST
from bot.slack.deliver.rooms import NAME_MOST, invited, names
from bot.slack.forms import FieldErrors
from bot.slack.forms.timeline import METADATA_MOST, QUOTED_MOST, Quotation, parse_quote, quotation
from bot.slack.ids import Press, Ref
from bot.slack.views.incident import incident_message, topic
from bot.slack.views.speech import Speech
from bot.slack.views.timeline import entry_message
from bot.slack.views.timeline_modals import quote_modal, timeline_modal
from tests.acting import ANA, BEN, EMIL, EVE, OMAR, PAUL, PRIYA
from tests.slack.filled import filled
from tests.slack.incident_scenes import a_line, reading
from tests.slack.scenes import NAMES, a_scene
from tests.slack.shown import check_told, labels, presses, texts

AT = datetime(2026, 11, 28, 1, 7, tzinfo=UTC)
QUOTED = Quotation("The cache is cold. It takes ten minutes. Nobody can pay.", BEN, AT)


def shown(situation: str, note: str = "") -> str:
    return texts(incident_message(a_scene(situation), note).blocks)


@pytest.mark.clause("G-HOT-1")
def test_the_message_says_how_grave_it_is_what_is_suffered_and_who_declared_it() -> None:
    text = shown("hotfix at night")
    assert "*SEV1 · payments 4.12.1 hotfix* · CHG-1 · declared <!date^" in text
    assert "by Omar" in text
    assert "“Checkout fails for all EU cards”\nRoot cause: not known yet" in text


@pytest.mark.clause("G-HOT-2")
def test_the_message_tells_spoken_words_from_confirmed_and_disputed_ones() -> None:
    assert "by phone – *not confirmed yet*" in shown("hotfix spoken for")
    assert "by phone – confirmed" in shown("hotfix confirmed")
    assert "⛔ Eve (Engineering Manager) disputes having approved it" in shown("hotfix disputed")


@pytest.mark.clause("G-HOT-3", "G-HOT-5")
def test_a_breach_and_the_reviews_due_time_are_in_sight() -> None:
    text = shown("breach answered")
    assert "🚨 *Started in breach* by Ana" in text
    assert "✅ Eve (Engineering Manager) ratified the start" in text
    assert "⛔ Paul (Product Manager) does not ratify the start" in text
    assert "*Review due <!date^" in text
    assert "Review signed by Emil" in shown("review signed")


def test_the_timeline_as_text_stands_before_the_menu() -> None:
    row = incident_message(a_scene("hotfix declared")).blocks[-1]["elements"]
    assert isinstance(row, list)
    assert [each["type"] for each in row][-1] == "overflow"
    assert row[-2]["action_id"] == Press.TIMELINE
    assert Press.TIMELINE in presses(incident_message(a_scene("review signed")).blocks), (
        "when all is over, too"
    )
    assert "Timeline as text" in labels(incident_message(a_scene("hotfix withdrawn")))


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("", ""),
        ("open:missing_scope", "no channel of its own: Slack did not let me open one (missing_scope)."),
        ("join:is_archived", "I cannot write in the incident's channel (is_archived), so this stands here."),
    ],
)
def test_a_message_in_the_services_channel_says_why(note: str, said: str) -> None:
    assert said in shown("hotfix declared", note)
    assert ("ℹ️ The incident" in shown("hotfix declared", note)) is note.startswith("open")


def test_a_topic_names_what_is_going_on_and_the_review_that_is_owed() -> None:
    done, declared = a_scene("hotfix done"), a_scene("hotfix declared")
    other = replace(declared, change=replace(declared.change, id=ChangeId(7), version="4.12.9"))
    assert topic([done]) == "CHG-1 payments 4.12.1, SEV1: done, review due Thu 26 Nov 10:10 CET"
    assert topic([done, other]).startswith("CHG-7 payments 4.12.9, SEV1: declared, not started yet | CHG-1")
    withdrawn = a_scene("hotfix withdrawn")
    assert topic([withdrawn, other]).count("CHG-") == 1, (
        "what is over is left out while something is going on"
    )
    assert topic([withdrawn]) == "CHG-1 payments 4.12.1, SEV1: withdrawn"


@settings(deadline=None)
@given(st.text(max_size=100), st.text(max_size=100), st.integers(1, 25))
def test_a_topic_is_one_line_of_at_most_what_slack_takes(service: str, version: str, count: int) -> None:
    scene = a_scene("hotfix declared")
    scenes = [
        replace(
            scene,
            change=replace(
                scene.change,
                id=ChangeId(number),
                service=ServiceName(service),
                version=version,
                issue=Issue(version, Words(service)),
            ),
        )
        for number in range(1, count + 1)
    ]
    said = topic(scenes)
    assert 0 < len(said) <= TOPIC_MOST
    assert "\n" not in said
    assert said.startswith(f"CHG-{count} ")


@settings(deadline=None)
@given(st.text(max_size=120), st.integers(1, 10**12))
def test_every_name_of_a_room_is_one_that_slack_takes(service: str, number: int) -> None:
    scene = a_scene("hotfix declared")
    change = replace(scene.change, service=ServiceName(service), id=ChangeId(number))
    wanted = list(names(replace(scene, change=change)))
    assert len(set(wanted)) == len(wanted) > 5
    for name in wanted:
        assert len(name) <= NAME_MOST
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_")
        assert name.startswith("inc-")
        assert f"chg-{number}" in name


def test_whoever_is_needed_is_invited_once() -> None:
    people = invited(a_scene("hotfix at night"))
    assert {OMAR, EVE, EMIL, PAUL, PRIYA} <= set(people)
    assert len(people) == len(set(people))


def test_an_entry_names_its_day_only_where_it_is_another_one() -> None:
    scene = a_scene("hotfix declared")
    speech = Speech(NAMES, scene.setting.policy.zone)

    def at(minutes: int) -> str:
        return texts(entry_message(a_line(scene, "x", minutes), reading(scene), speech).blocks)

    assert at(5).startswith("*<!date^")
    assert "{time}|10:05 CET>* · +0:05 · Ana and Ben said of 4.12.1" in at(5)
    assert "{date_long_pretty} {time}|Tue 24 Nov 12:31 CET>* · +26:31 · " in at(26 * 60 + 31)


def test_two_hundred_entries_as_text_need_few_blocks_and_lose_nothing() -> None:
    scene = a_scene("hotfix declared")
    lines = tuple(a_line(scene, f"reading {number}", number) for number in range(200))
    view = timeline_modal(Timeline(scene.change, lines, reading(scene)))
    blocks = view["blocks"]
    assert isinstance(blocks, list)
    assert len(blocks) < 20
    assert [f"“reading {number}”" in texts(view) for number in range(200)] == [True] * 200


def test_far_too_long_a_timeline_is_shown_without_its_middle() -> None:
    scene = a_scene("hotfix declared")
    lines = tuple(a_line(scene, "reading " * 60, number) for number in range(500))
    view = timeline_modal(Timeline(scene.change, lines, reading(scene)))
    check_told(view)
    assert "entries are left out here" in texts(view)


# Quoting a message.


def message(text: str = "it is the cache", **more: object) -> Mapping[str, object]:
    return {"type": "message", "user": "U0BEN", "ts": "1795827220.000100", "text": text, **more}


def test_a_message_is_quoted_as_it_reads_with_its_author_and_time() -> None:
    found = quotation(
        message("see <https://x.example|the graph> &amp; ask <@U0EVE>"), {PersonId("U0EVE"): "Eve"}
    )
    assert found == Quotation(
        "see the graph & ask @Eve", PersonId("U0BEN"), datetime.fromtimestamp(1795827220.0001, UTC)
    )


@pytest.mark.parametrize("more", [{"bot_id": "B1"}, {"user": None}, {"user": 7}, {"user": "<!here>"}])
def test_what_no_person_wrote_is_quoted_without_a_name(more: Mapping[str, object]) -> None:
    found = quotation({**message(), **more}, {})
    assert found
    assert found.said_by is None


def test_a_bots_words_may_stand_in_its_attachments_alone() -> None:
    found = quotation(
        message("", bot_id="B1", attachments=[{"fallback": "5xx is up"}, {"text": "since 02:00"}]), {}
    )
    assert found
    assert found.text == "5xx is up\nsince 02:00"


@pytest.mark.parametrize(
    "odd", [{"text": ""}, {"text": None}, {"ts": ""}, {"ts": "soon"}, {"text": "", "attachments": [1]}]
)
def test_what_has_no_words_is_no_quote(odd: Mapping[str, object]) -> None:
    assert quotation({**message(), **odd}, {}) is None


@settings(deadline=None)
@given(st.text(max_size=4000), st.none() | st.sampled_from([ANA, BEN]))
def test_a_quotation_comes_back_from_its_form_as_it_went(text: str, said_by: PersonId | None) -> None:
    encoded = Quotation(text[:QUOTED_MOST], said_by, AT).encode()
    back = Quotation.decode(encoded)
    assert len(encoded) <= METADATA_MOST
    assert back
    assert (back.said_by, back.said_at) == (said_by, AT)
    assert text.startswith(back.text)


@pytest.mark.parametrize(
    "text", [None, "", "{}", "[1]", '["x", 3, 4]', '["x", "U0", "y"]', '["x", null, 1e300]', "1:2:"]
)
def test_anything_else_is_no_quotation(text: str | None) -> None:
    assert Quotation.decode(text) is None


def parsed(text: str) -> tuple[ChangeId, TimelineEntry] | FieldErrors:
    view = quote_modal([a_scene("hotfix declared")], QUOTED.text, QUOTED.encode())
    return parse_quote(filled(view, {Field.NOTES: text}), QUOTED)


@pytest.mark.parametrize(
    "text",
    [
        QUOTED.text,
        "Nobody can pay.",
        "The cache  is\ncold.",
        "The cache is cold. … Nobody can pay.",
        "… It takes ten minutes …",
        "The cache is cold [...] Nobody can pay.",
    ],
)
def test_of_a_quote_one_may_leave_out(text: str) -> None:
    read = parsed(text)
    assert read == (ChangeId(1), TimelineEntry(Words(text), BEN, AT))


@pytest.mark.parametrize(
    "text",
    [
        "The cache is warm.",
        "Nobody can pay. … The cache is cold.",
        "I think: The cache is cold.",
        "Nobody could pay.",
    ],
)
def test_a_quote_is_not_edited(text: str) -> None:
    read = parsed(text)
    assert isinstance(read, FieldErrors)
    assert read.errors == {"notes": "A quote is not edited: leave out what you like, and put … in its place."}


def test_nothing_is_no_quote_and_a_hotfix_must_be_chosen() -> None:
    read = parse_quote({}, QUOTED)
    assert isinstance(read, FieldErrors)
    assert set(read.errors) == {"choice", "notes"}


def test_the_form_offers_every_hotfix_of_the_channel_the_newest_first() -> None:
    scene = a_scene("hotfix declared")
    other = replace(scene, change=replace(scene.change, id=ChangeId(7)))
    view = quote_modal([other, scene], QUOTED.text, QUOTED.encode())
    read = parse_quote(filled(view, {}), QUOTED)
    assert read == (ChangeId(7), TimelineEntry(Words(QUOTED.text), BEN, AT))
    chosen = parse_quote(filled(view, {Field.CHOICE: Ref(ChangeId(1)).encode()}), QUOTED)
    assert not isinstance(chosen, FieldErrors)
    assert chosen[0] == ChangeId(1)
