"""What is shown of messages that did not reach Slack: within Slack's limits, in people's words, by name."""

from dataclasses import replace

import pytest

from bot.rules.terms import ChangeId, PersonId
from bot.rules.undelivered import CAUSES, Undelivered, troubles
from bot.rules.words import Who, say
from bot.slack.views.kit import Message
from bot.slack.views.speech import Speech
from bot.slack.views.undelivered import (
    Told,
    card_is_back_message,
    delivered_message,
    fallback_message,
    undelivered_message,
)
from tests.acting import BERLIN
from tests.slack.scenes import COURSES, a_scene
from tests.slack.shown import check, labels, texts
from tests.store.facts_at_random import MONDAY

ANA = PersonId("ana")
SPEECH = Speech({ANA: "Ana *Costa* <!channel>"}, BERLIN)
WHERE = say("in the channel of payments")
CARD = Undelivered("card/7", "the card", "cards", ChangeId(7), WHERE, "is_archived", MONDAY)
NOTICE = replace(CARD, key="told/7/1/ana", one="a notice", many="notices", where=say("to ", Who((ANA,))))


def listed(*messages: Undelivered, to_director: bool = False, through: int = 0) -> Message:
    told = Told(MONDAY, through, len(messages) + through)
    return undelivered_message(troubles(messages), told, SPEECH, to_director=to_director)


@pytest.mark.parametrize("problem", [*CAUSES, "a_word_of_tomorrow", "KeyError('<!channel>')"])
def test_each_of_slacks_words_is_said_in_the_list_and_beside_the_card(problem: str) -> None:
    message = listed(replace(CARD, problem=problem))
    check(message)
    assert labels(message, "primary") == ["Try again"]
    assert "The card of CHG-7 cannot be shown in the channel of payments:" in texts(message.blocks)
    check(fallback_message(a_scene("preparing"), problem, WHERE))


def test_one_message_is_named_and_several_are_counted() -> None:
    one, several = listed(CARD), listed(CARD, replace(CARD, key="card/8", change=ChangeId(8)))
    assert one.text.startswith("⛔ The card of CHG-7 cannot be shown in the channel of payments")
    assert several.text.startswith("⛔ 2 messages cannot be shown in the channel of payments")
    assert "2 cards of CHG-7 and CHG-8" in texts(several.blocks)


def test_several_troubles_are_told_apart_under_one_sum() -> None:
    shown = texts(listed(CARD, NOTICE, through=3).blocks)
    assert "2 messages did not reach Slack" in shown
    assert "3 of 5 got through" in shown
    assert "A notice of CHG-7 cannot be shown to Ana" in shown


def test_five_hundred_of_them_at_two_hundred_places_fit() -> None:
    words = [*CAUSES] * 20
    messages = [
        replace(
            CARD,
            key=f"card/{number}",
            change=ChangeId(number),
            problem=words[number],
            where=say(f"in the channel of {'x' * 90}{number % 200}"),
        )
        for number in range(1, 501)
    ]
    message = listed(*messages)
    check(message)
    shown = texts(message.blocks)
    assert "500 messages did not reach Slack" in shown
    assert "more, elsewhere" in shown


def test_one_place_that_keeps_five_hundred_is_one_paragraph() -> None:
    messages = [replace(CARD, key=f"card/{number}", change=ChangeId(number)) for number in range(1, 501)]
    message = listed(*messages)
    check(message)
    assert "500 cards of CHG-1, CHG-2, CHG-3 and 497 more" in texts(message.blocks)


def test_a_director_reads_why_it_comes_to_them() -> None:
    message = listed(CARD, to_director=True)
    check(message)
    assert "as Engineering Director" in texts(message.blocks)
    assert "as Engineering Director" not in texts(listed(CARD).blocks)


def test_when_nothing_is_left_there_is_nothing_to_press() -> None:
    for count, said in (
        (1, "The message that could not be shown got through"),
        (5, "All 5 messages that could not be shown got through"),
    ):
        message = delivered_message(count, MONDAY, SPEECH)
        check(message)
        assert labels(message) == []
        assert said in message.text


@pytest.mark.parametrize("situation", COURSES)
def test_the_requesters_card_has_the_cards_own_buttons_at_every_stage(situation: str) -> None:
    scene = a_scene(situation)
    message = fallback_message(scene, "is_archived", WHERE)
    check(message)
    assert "The change goes on" in texts(message.blocks)
    back = card_is_back_message(scene, WHERE, "https://harbor.slack.com/archives/C0PAYMENTS/p1")
    check(back)
    assert labels(back) == ["Open card"]
    assert labels(card_is_back_message(scene, WHERE, None)) == []
