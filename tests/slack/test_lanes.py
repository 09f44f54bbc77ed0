"""The pace of channels, of methods and of a bot that Slack does not let in: real time is the test's own."""

from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.deliver.calls import Calls, NotNow, Refused, Undeliverable, slowed_for
from bot.slack.deliver.lanes import Lanes

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PACE = timedelta(seconds=1)


class Time:
    """Real time, as the test moves it."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def lanes(time: Time) -> Lanes:
    return Lanes(time, PACE)


@pytest.fixture
def calls(time: Time) -> Calls:
    return Calls(time)


def turn(lanes: Lanes, key: str, channel: str = "C1") -> float:
    """Seconds after noon at which a message has its turn; 0 when it is now."""
    try:
        with lanes.alone(channel, key):
            lanes.take_turn(channel, key)
    except Refused as refused:
        return (refused.until - NOON).total_seconds()
    return 0


def test_of_many_messages_for_one_channel_each_has_a_turn_of_its_own(lanes: Lanes, time: Time) -> None:
    assert [turn(lanes, key) for key in "abcd"] == [0, 1, 2, 3]
    time.passes(1)
    assert turn(lanes, "late") == 4
    assert turn(lanes, "b") == 0
    assert turn(lanes, "c") == 2
    time.passes(1)
    assert turn(lanes, "c") == 0


def test_other_channels_have_their_own_pace(lanes: Lanes) -> None:
    assert [turn(lanes, "a", "C1"), turn(lanes, "b", "C2"), turn(lanes, "c", "C1")] == [0, 0, 1]


def test_who_comes_late_to_their_turn_keeps_their_place(lanes: Lanes, time: Time) -> None:
    assert [turn(lanes, key) for key in "abc"] == [0, 1, 2]
    time.passes(5)
    assert turn(lanes, "b") == 0
    assert turn(lanes, "c") == 6


def test_two_hands_are_never_in_one_channel(lanes: Lanes) -> None:
    inside, go_on = Event(), Event()

    def stay() -> None:
        with lanes.alone("C1", "slow"):
            inside.set()
            assert go_on.wait(10)

    slow = Thread(target=stay)
    slow.start()
    assert inside.wait(10)
    assert turn(lanes, "b") > 0
    assert turn(lanes, "c", "C2") == 0
    go_on.set()
    slow.join()


def fails(lanes: Lanes, key: str = "a", again: float = 300) -> None:
    """A message gets no answer, and is itself to be tried again after so many seconds."""
    with pytest.raises(NotNow), lanes.alone("C1", key):
        raise NotNow(lanes.real_now() + timedelta(seconds=again), "no answer", failed=True)


def test_a_channel_that_gives_no_answer_is_left_alone_ever_longer_up_to_a_minute(
    lanes: Lanes, time: Time
) -> None:
    waits = []
    for _ in range(9):
        fails(lanes)
        free_at = lanes._lanes["C1"].free_at  # noqa: SLF001 - a turn would be remembered
        waits.append((free_at - time()).total_seconds())
        time.passes(waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_answer_to_any_message_ends_its_channels_silence(lanes: Lanes, time: Time) -> None:
    for _ in range(5):
        fails(lanes)
        time.passes(60)
    assert turn(lanes, "b") == 0
    time.passes(1)
    fails(lanes)
    time.passes(1)
    assert turn(lanes, "c") == 0


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("30", 30), ("0", 0), ("", 1), ("soon", 1), ("-5", 1), ("1.5", 1), ("٣", 1), ("9" * 400, 3600)],
)
def test_whatever_slack_says_of_waiting_is_understood(said: str, seconds: int) -> None:
    assert slowed_for(said) == timedelta(seconds=seconds)


def answers(word: str, status: int = 200, retry_after: str = "") -> Any:  # noqa: ANN401 - a method of the SDK's
    """A method that refuses with a word; an empty word lets it pass."""

    def chat_update() -> dict[str, bool]:
        if not word:
            return {"ok": True}
        response = SlackResponse(
            client=None,
            http_verb="POST",
            api_url="",
            req_args={},
            data={"ok": False, "error": word},
            headers={"Retry-After": retry_after},
            status_code=status,
        )
        raise SlackApiError(word, response)  # type: ignore[no-untyped-call]  # the SDK's own

    return chat_update


def made(calls: Calls, method: Any, *, slows_all: bool = True) -> str:  # noqa: ANN401 - a method of the SDK's
    try:
        calls.make(partial(method), slows_all=slows_all)
    except (NotNow, Undeliverable) as refused:
        return f"{type(refused).__name__}: {refused}"
    return "done"


def test_a_method_that_is_slowed_down_is_not_called_until_then(calls: Calls, time: Time) -> None:
    assert made(calls, answers("ratelimited", 429, "30")) == "Refused: ratelimited"
    assert made(calls, answers("")) == "Refused: chat_update is asked for too often"
    time.passes(30)
    assert made(calls, answers("")) == "done"


def test_a_post_that_is_slowed_down_slows_its_channel_only(calls: Calls) -> None:
    assert made(calls, answers("ratelimited", 429, "30"), slows_all=False) == "Refused: ratelimited"
    assert made(calls, answers("")) == "done"


def test_a_bot_that_is_not_let_in_knocks_ever_more_seldom(calls: Calls, time: Time) -> None:
    knocked = []
    for second in range(3600):
        if made(calls, answers("token_revoked")) == "Refused: token_revoked" and not calls.is_paused():
            raise AssertionError("it is not paused")
        before = calls.locked_out
        if calls._locked_until and calls._locked_until - time.at == calls._locked_wait:  # noqa: SLF001 - it was made just now
            knocked.append(second)
        assert before == "token_revoked"
        time.passes(1)
    assert knocked[:6] == [0, 5, 15, 35, 75, 155]
    assert len(knocked) == 17
    time.passes(300)
    assert made(calls, answers("")) == "done"
    assert (calls.locked_out, calls.is_paused()) == (None, False)


@pytest.mark.parametrize(
    ("word", "status", "meaning"),
    [
        ("channel_not_found", 200, "Undeliverable: channel_not_found"),
        ("internal_error", 200, "NotNow: Slack's own trouble: internal_error"),
        ("anything", 503, "NotNow: Slack's own trouble: anything"),
        ("<html>", 200, "NotNow: the answer was not Slack's"),
        ("account_inactive", 200, "Refused: account_inactive"),
    ],
)
def test_an_answer_means(calls: Calls, word: str, status: int, meaning: str) -> None:
    assert made(calls, answers(word, status)) == meaning


def test_a_call_without_an_answer_is_tried_again_ever_later_and_never_at_the_same_moments(
    calls: Calls, time: Time
) -> None:
    waits: dict[int, set[float]] = {}
    for attempts in (0, 1, 2, 5, 10, 19):
        for _ in range(30):
            with pytest.raises(NotNow) as silent:
                calls.make(partial(answers("fatal_error")), attempts)
            waits.setdefault(attempts, set()).add((silent.value.until - time()).total_seconds())
    for attempts, planned in {0: 0.5, 1: 1, 2: 2, 5: 16, 10: 300, 19: 300}.items():
        drawn = waits[attempts]
        assert len(drawn) > 20
        assert 0.75 * planned <= min(drawn) <= max(drawn) <= 1.25 * planned


def test_a_bot_that_stops_begins_no_call(calls: Calls) -> None:
    calls.halt()
    assert made(calls, answers("")) == "Refused: the bot is being stopped"
    calls.resume()
    assert made(calls, answers("")) == "done"
