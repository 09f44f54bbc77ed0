"""Calendars, freezes and the windows in forms, as people read them."""

import re
from dataclasses import replace

import pytest

from bot.rules.clauses import Clause
from bot.rules.freezing import Freeze, FreezeId
from bot.rules.scene import Scene
from bot.rules.terms import ServiceName, Words
from bot.rules.verdict import Field, Gate, Refused
from bot.rules.words import say
from bot.slack.forms import FieldErrors, parse_freeze, parse_leave, parse_lift, parse_window
from bot.slack.ids import decode_freeze, encode_freeze
from bot.slack.views.calendar import ahead_block, calendar_message, conflict_words
from bot.slack.views.card import card
from bot.slack.views.change_modals import window_modal
from bot.slack.views.freezes import exception_modal, freeze_modal, lift_modal
from bot.slack.views.refusals import field_errors
from bot.slack.views.shorter_window import with_shorter_window
from bot.slack.views.speech import Speech
from bot.slack.views.why import why
from tests.acting import BOTH_HOURS, EVE, HOUR, PAYMENTS, THURSDAY, berlin
from tests.slack.filled import as_opened, filled
from tests.slack.scenes import COURSES, NAMES, a_scene
from tests.slack.shown import check, check_form, labels, texts
from tests.slack.test_every_view import NASTY
from tests.slack.windows_ahead import calendars, forms_about_windows, frozen, full_calendar

SHORTER = replace(BOTH_HOURS, end=berlin(26, 17))


def speech(scene: Scene) -> Speech:
    return Speech.of(scene)


def in_its_window(scene: Scene) -> Scene:
    """A freeze of the service from before Thursday's window until after it."""
    freeze = Freeze(
        FreezeId(7), frozenset({PAYMENTS}), THURSDAY.start - HOUR, THURSDAY.end + HOUR, Words("closing"), EVE
    )
    return replace(scene, setting=replace(scene.setting, freezes=(freeze,)))


@pytest.mark.parametrize("situation", COURSES)
def test_slack_takes_calendars_and_forms_as_full_as_they_get(situation: str) -> None:
    for message in calendars(a_scene(situation), "because"):
        check(message)
    for form in forms_about_windows(a_scene(situation)):
        check_form(form)


@pytest.mark.parametrize("nasty", NASTY)
def test_whatever_people_typed_a_calendar_stays_whole(nasty: str) -> None:
    scene = a_scene("scheduled")
    version = replace(scene.change, version=nasty[:100] or "v", service=ServiceName(nasty[:80] or "s"))
    for message in calendars(replace(scene, change=version), nasty):
        check(message)


def test_a_calendar_shows_each_window_by_its_day_with_its_stage_and_what_it_meets() -> None:
    scene = a_scene("scheduled")
    full = full_calendar(scene)
    shown = texts(calendar_message(full, {}).blocks)
    assert "Mon 23 Nov" in shown
    assert "⏳ payments 4.12.0, waits for approvals" in shown.replace("*", "")
    assert "✅ payments 4.12.0, approved" in shown.replace("*", "")
    assert "overlaps CHG-1, CHG-3" in shown
    assert "❄️ in a freeze" in shown
    assert "and 12 more: `/deploy calendar`" in shown


def test_windows_that_only_touch_do_not_overlap() -> None:
    windows = full_calendar(a_scene("scheduled")).windows
    first = windows[0]
    assert conflict_words(replace(first.span, start=first.span.end, end=first.span.end + HOUR), [first]) == ""
    assert "CHG-1" in conflict_words(first.span, [first])


def test_a_card_says_which_freeze_its_window_lies_in_and_who_can_except_it() -> None:
    shown = card(in_its_window(a_scene("scheduled")))
    assert "Its window lies in a freeze of payments until" in texts(shown.blocks)
    assert "Dora or Dana can except it" in texts(shown.blocks)
    assert "Approved, but its service is frozen then" in texts(shown.blocks)
    assert "can start" not in texts(card(in_its_window(a_scene("window open"))).blocks)
    assert "Except from freeze…" in labels(shown)
    assert "Start deployment" not in labels(shown, "primary"), "what is refused is not the button to press"


def test_a_card_whose_window_meets_no_freeze_says_nothing_of_freezes() -> None:
    scene = in_its_window(a_scene("scheduled"))
    (freeze,) = scene.setting.freezes
    elsewhere = replace(freeze, starts=THURSDAY.end, ends=THURSDAY.end + HOUR)
    shown = card(replace(scene, setting=replace(scene.setting, freezes=(elsewhere,))))
    assert "freeze" not in texts(shown.blocks)
    assert "Ana can start" in texts(shown.blocks)
    assert "Except from freeze…" not in labels(shown)
    assert "Start deployment" in labels(shown, "primary")


def test_an_exception_can_be_given_before_there_is_a_window_and_not_after_the_start() -> None:
    assert "Except from freeze…" in labels(why(in_its_window(a_scene("verified"))))
    assert "Except from freeze…" not in labels(why(in_its_window(a_scene("deploying"))))


@pytest.mark.clause("G-STD-7")
def test_the_windows_form_shows_what_is_planned_and_offers_a_window_that_meets_none_of_it() -> None:
    scene = in_its_window(a_scene("verified"))
    view = window_modal(scene)
    assert "Planned already:" in texts(view)
    assert "❄️ *payments*" in texts(view)
    (freeze,) = scene.setting.freezes
    offered = parse_window(as_opened(view))
    assert not isinstance(offered, FieldErrors)
    assert offered.span.end <= freeze.starts or offered.span.start >= freeze.ends


def test_at_most_five_lines_of_what_is_planned_stand_in_a_form() -> None:
    full = full_calendar(a_scene("verified"))
    block = ahead_block(full)
    assert block is not None
    lines = texts(block).splitlines()
    assert len(lines) == 1 + 5 + 1
    assert lines[-1] == "and 40 more"
    assert ahead_block(replace(full, windows=(), freezes=(), more=0)) is None


@pytest.mark.clause("G-APP-3")
@pytest.mark.clause("G-APP-4")
def test_the_shortened_form_keeps_what_was_typed_and_ends_with_business() -> None:
    scene = a_scene("verified")
    before = window_modal(scene)
    view = with_shorter_window(before, BOTH_HOURS, SHORTER, scene.setting.policy, speech(scene))
    check_form(view)
    assert "The window now ends" in texts(view)
    assert "it needs Product Manager and Engineering Manager" in texts(view)
    assert "Engineering Director and On-call Engineer" in texts(view)
    read = parse_window(as_opened(view))
    assert not isinstance(read, FieldErrors)
    assert read.span.end == SHORTER.end
    ids = [re.sub(":.*", "", str(each)) for each in as_opened(view)]
    assert ids == list(as_opened(before))


def test_a_second_offer_replaces_the_first_ones_line() -> None:
    scene = a_scene("verified")
    policy = scene.setting.policy
    once = with_shorter_window(window_modal(scene), BOTH_HOURS, SHORTER, policy, speech(scene))
    twice = with_shorter_window(once, BOTH_HOURS, SHORTER, policy, speech(scene))
    assert texts(twice) == texts(once)
    ends = [set(as_opened(view)) & {"window_end:1", "window_end:2"} for view in (once, twice)]
    assert ends == [{"window_end:1"}, {"window_end:2"}]


def test_a_problem_stands_beside_the_end_that_was_filled_in_afresh() -> None:
    scene = a_scene("verified")
    view = with_shorter_window(window_modal(scene), BOTH_HOURS, SHORTER, scene.setting.policy, speech(scene))
    (end,) = (each for each in as_opened(view) if each.startswith("window_end:"))
    gate = Gate(Clause.STD_7, met=False, why=say("Look."), field=Field.WINDOW_END)
    assert field_errors(Refused((gate,)), view, speech(scene)) == {end: "Look."}
    values = as_opened(view)
    values[end] = {"window_end": {"type": "datetimepicker", "selected_date_time": None}}
    problems = parse_window(values)
    assert isinstance(problems, FieldErrors)
    assert list(problems.errors) == [end]


def test_a_freeze_is_read_as_it_was_filled_in() -> None:
    view = freeze_modal([PAYMENTS, ServiceName("ledger")], (), Speech(NAMES, berlin(23, 9).tzinfo))  # type: ignore[arg-type] # any zone
    values = filled(view, {Field.REASON: " closing \n the books "})
    values["services"] = {"services": {"selected_options": [{"value": "ledger"}]}}
    start, end = (int(at.timestamp()) for at in (THURSDAY.start, THURSDAY.end))
    values["starts"] = {"starts": {"selected_date_time": start}}
    values["ends"] = {"ends": {"selected_date_time": end}}
    read = parse_freeze(values)
    assert not isinstance(read, FieldErrors)
    assert (read.services, read.span, read.reason) == (("ledger",), THURSDAY, "closing \n the books")


def test_an_empty_freeze_form_says_what_is_missing_beside_each_field() -> None:
    read = parse_freeze({})
    assert isinstance(read, FieldErrors)
    assert set(read.errors) == {"starts", "ends", "reason"}


def test_lifting_and_excepting_are_read_with_their_reasons() -> None:
    scene = frozen(a_scene("scheduled"))
    lift = lift_modal(scene.setting.freezes[0], speech(scene))
    number = decode_freeze(str(lift["private_metadata"]))
    assert number == 1
    read = parse_lift(filled(lift, {Field.REASON: "done early"}), number)
    assert not isinstance(read, FieldErrors)
    assert (read.freeze, read.reason) == (1, "done early")
    assert isinstance(parse_lift(as_opened(lift), number), FieldErrors)
    view = exception_modal(scene)
    assert view is not None
    leave = parse_leave(
        filled(view, {Field.REASON: "a fine is due", Field.FREEZE: encode_freeze(FreezeId(3))})
    )
    assert not isinstance(leave, FieldErrors)
    assert (leave.freeze, leave.reason) == (3, "a fine is due")
    assert isinstance(parse_leave({}), FieldErrors)


def test_a_change_that_is_excepted_from_every_freeze_has_no_form_for_it() -> None:
    assert exception_modal(a_scene("scheduled")) is None


@pytest.mark.parametrize("text", [None, "", "7", "freeze/", "freeze/0", "freeze/x", "freeze/7 ", "1:2:3"])
def test_what_names_no_freeze_is_none(text: str | None) -> None:
    assert decode_freeze(text) is None
