import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.filters import ChangeFilter
from bot.rules.life import FINISHED, LIVE, Stage
from bot.rules.terms import ChangeId, ServiceName
from bot.slack.forms.commands import UnknownWord, nearest, parse_filter, unescaped
from bot.slack.ids.turns import TURN_WORDS_MOST, Turn, decode_turn
from bot.slack.views.help import LINES_MOST, today_message
from bot.slack.views.kit import VALUE_MOST
from bot.store.reading import Waits
from tests.acting import ANA
from tests.slack.everything import waits
from tests.slack.scenes import a_scene
from tests.slack.shown import labels, presses, texts

SERVICES = (ServiceName("payments"), ServiceName("ledger"), ServiceName("Web-Shop"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ChangeFilter()),
        ("all", ChangeFilter()),
        ("payments", ChangeFilter(frozenset({SERVICES[0]}))),
        ("WEB-shop Payments", ChangeFilter(frozenset({SERVICES[0], SERVICES[2]}))),
        ("mine", ChangeFilter(involving=ANA)),
        ("waiting", ChangeFilter(waiting_for=ANA)),
        ("done", ChangeFilter(stages=FINISHED)),
        ("open", ChangeFilter(stages=LIVE)),
        ("scheduled approving", ChangeFilter(stages=frozenset({Stage.SCHEDULED, Stage.APPROVING}))),
        ("watching", ChangeFilter(stages=frozenset({Stage.MONITORING}))),
        ("payments  mine done", ChangeFilter(frozenset({SERVICES[0]}), FINISHED, involving=ANA)),
        ("paymnts", UnknownWord("paymnts", "payments")),
        ("mine wating", UnknownWord("wating", "waiting")),
        ("zzz", UnknownWord("zzz", None)),
    ],
)
def test_the_words_of_a_list_are_read(text: str, wanted: object) -> None:
    assert parse_filter(text, SERVICES, ANA) == wanted


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("staus", "status"),
        ("lst", "list"),
        ("Reqest", "request"),
        ("hepl", "help"),
        ("wy", "why"),
        ("banana", None),
    ],
)
def test_a_misspelled_command_is_the_nearest_one(word: str, meant: str | None) -> None:
    assert nearest(word, ("request", "status", "why", "list", "help")) == meant


@pytest.mark.parametrize(
    ("handed_on", "typed"), [("4.12.0&lt;b&gt;", "4.12.0<b>"), ("a &amp; b", "a & b"), ("&amp;lt;", "&lt;")]
)
def test_a_commands_text_is_what_the_person_typed(handed_on: str, typed: str) -> None:
    assert unescaped(handed_on) == typed


@settings(deadline=None)
@given(st.integers(1, 10**18 - 1).map(ChangeId), st.booleans(), st.text(max_size=2000))
def test_a_page_that_is_turned_is_understood_and_fits_into_a_button(
    beside: ChangeId,
    newer: bool,  # noqa: FBT001 - drawn at random
    words: str,
) -> None:
    value = Turn(beside, newer, words).encode()
    assert len(value) <= VALUE_MOST
    assert decode_turn(value) == Turn(beside, newer, words[:TURN_WORDS_MOST])


@pytest.mark.parametrize("made_up", [None, "", "older:", "older:0 ", "later:3 ", "older:-1 x", "142:1:"])
def test_any_other_turn_is_nothing_of_ours(made_up: str | None) -> None:
    assert decode_turn(made_up) is None


def test_what_one_can_do_now_is_at_most_five_lines_with_a_button_each() -> None:
    (waiting, *_) = waits(a_scene("preparing"), 17)
    shown = today_message(waiting, may_request=True)
    assert len(labels(shown)) == LINES_MOST
    assert labels(shown)[-1] == "Request a deployment…"
    assert "and 13 more: `/deploy list waiting`" in texts(shown.blocks)
    assert len(labels(today_message(waiting, may_request=False))) == LINES_MOST


def test_whoever_has_nothing_to_do_reads_so() -> None:
    shown = today_message(Waits((), 0), may_request=False)
    assert shown.text == "Nothing waits for you."
    assert presses(shown.blocks) == []
    assert "`/deploy help`" in texts(shown.blocks)
