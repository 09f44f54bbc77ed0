"""Why messages did not reach Slack, what to do about it, who may have them tried again."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.rules.terms import ChangeId, Role
from bot.rules.undelivered import (
    CAUSES,
    STUMBLED,
    Undelivered,
    cause_of,
    contents,
    mend,
    refused_to_try_again,
    troubles,
)
from bot.rules.words import say
from bot.slack.deliver.words import HOPELESS, LOCKED_OUT, SLOW_DOWN

CARD = Undelivered(
    key="card/7",
    one="the card",
    many="cards",
    change=ChangeId(7),
    where=say("in the channel of payments"),
    problem="is_archived",
    since=datetime(2026, 11, 30, 9, tzinfo=UTC),
)
NOTICE = replace(CARD, key="told/7/1", one="a notice", many="notices")


def test_every_word_that_delivery_gives_up_at_has_a_sentence_of_its_own() -> None:
    assert set(CAUSES) >= HOPELESS | LOCKED_OUT | SLOW_DOWN


@pytest.mark.parametrize(
    "problem", [*CAUSES, "a_word_of_tomorrow", "no answer: TimeoutError", "KeyError('x')"]
)
def test_every_cause_ends_a_sentence_and_says_what_to_do(problem: str) -> None:
    cause = cause_of(problem)
    said = mend(troubles([replace(CARD, problem=problem)])[0])
    assert not cause.why.endswith(".")
    assert said.endswith(".")
    assert said[0].isupper()
    for banned in ("invalid", "error", "failed"):
        assert banned not in f"{cause.why} {said}".lower().replace(problem, "")


def test_a_word_that_nobody_knew_is_said_as_it_is() -> None:
    assert "a_word_of_tomorrow" in cause_of("a_word_of_tomorrow").why


def test_where_the_bot_itself_is_at_fault_the_number_in_the_log_is_named() -> None:
    for problem in ("invalid_blocks", "msg_too_long", "KeyError('x')"):
        assert mend(troubles([replace(CARD, problem=problem)])[0]).endswith("for card/7.")
    assert cause_of("KeyError('x')") is STUMBLED


def test_no_answer_and_slacks_own_trouble_are_silence() -> None:
    silent = {
        cause_of(each)
        for each in ("no answer: URLError", "Slack's own trouble: fatal_error", "the answer was not Slack's")
    }
    assert len(silent) == 1


def test_what_one_cause_keeps_from_one_place_is_one_trouble_and_the_largest_comes_first() -> None:
    elsewhere = replace(CARD, key="card/8", where=say("in the channel of ledger"))
    otherwise = replace(CARD, key="card/9", problem="not_in_channel")
    found = troubles([otherwise, elsewhere, CARD, NOTICE])
    assert [len(each.messages) for each in found] == [2, 1, 1]
    assert found[0].messages == (CARD, NOTICE)


def test_words_of_one_meaning_are_one_trouble() -> None:
    (one,) = troubles([replace(CARD, problem="user_not_found"), replace(CARD, problem="users_not_found")])
    assert len(one.messages) == 2


def test_messages_are_counted_by_kind_and_changes_are_named() -> None:
    more = [replace(NOTICE, key=f"told/{n}", change=ChangeId(n)) for n in (8, 8, 9, 10, 11)]
    assert contents([CARD, NOTICE]) == "the card of CHG-7, a notice of CHG-7"
    assert contents([CARD, *more]) == "the card of CHG-7, 5 notices of CHG-8, CHG-9, CHG-10 and 1 more"
    assert contents([replace(NOTICE, change=None)]) == "a notice"


def test_trying_again_is_for_whoever_holds_any_role() -> None:
    assert refused_to_try_again(()) is not None
    for role in Role:
        assert refused_to_try_again((role,)) is None
