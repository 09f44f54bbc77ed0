"""Whoever acts waits a moment for Slack's word and no longer: an older one counts, and the late answer is kept."""

import threading
from collections.abc import Iterator

import pytest

from bot.people.asking import THREADS, Asking
from bot.people.unreachable import Unreachable
from bot.store.database import DatabaseBusy

LONG = 20.0


@pytest.fixture
def asking() -> Iterator[Asking[str]]:
    made: Asking[str] = Asking()
    yield made
    made.close()


def test_an_answer_in_time_is_kept_before_whoever_asked_goes_on(asking: Asking[str]) -> None:
    kept: list[str] = []
    assert asking.ask("who", lambda: "Tia", kept.append, LONG) == "Tia"
    assert kept == ["Tia"]


def test_a_late_answer_is_kept_though_nobody_waits_for_it_any_more(asking: Asking[str]) -> None:
    told, kept, is_kept = threading.Event(), [], threading.Event()

    def late() -> str:
        told.wait(LONG)
        return "Tia"

    def keep(answer: str) -> None:
        kept.append(answer)
        is_kept.set()

    with pytest.raises(Unreachable):
        asking.ask("who", late, keep, 0.0)
    assert kept == []
    told.set()
    assert is_kept.wait(LONG)
    assert kept == ["Tia"]


def test_who_asks_the_same_meanwhile_waits_for_the_same_answer(asking: Asking[str]) -> None:
    asked, told = [], threading.Event()

    def slow() -> str:
        asked.append("who")
        told.wait(LONG)
        return "Tia"

    with pytest.raises(Unreachable):
        asking.ask("who", slow, lambda _: None, 0.0)
    threading.Timer(0.3, told.set).start()
    assert asking.ask("who", slow, lambda _: None, LONG) == "Tia"
    assert asked == ["who"]


def test_nobody_waits_for_a_question_that_is_stuck_and_its_late_answer_is_kept(
    asking: Asking[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.people.asking.STUCK", -1.0)
    put, told, kept, is_kept = threading.Event(), threading.Event(), [], threading.Event()

    def stuck() -> str:
        put.set()
        told.wait(LONG)
        return "what Tia was called"

    def keep(answer: str) -> None:
        kept.append(answer)
        is_kept.set()

    with pytest.raises(Unreachable):
        asking.ask("who", stuck, keep, 0.0)
    assert put.wait(LONG)
    assert asking.ask("who", lambda: "Tia", kept.append, LONG) == "Tia"
    told.set()
    assert is_kept.wait(LONG)
    assert kept == ["Tia", "what Tia was called"]


def test_while_slack_is_silent_questions_that_were_asked_anew_are_not_put_to_it(
    asking: Asking[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.people.asking.STUCK", -1.0)
    told, put = threading.Event(), []

    def silent() -> str:
        put.append("somebody")
        told.wait(LONG)
        return "somebody"

    def tia() -> str:
        put.append("Tia")
        return "Tia"

    for number in range(THREADS):
        with pytest.raises(Unreachable):
            asking.ask(f"person {number}", silent, lambda _: None, 0.0)
    for _ in range(20):
        with pytest.raises(Unreachable):
            asking.ask("tia", tia, lambda _: None, 0.0)
    threading.Timer(0.3, told.set).start()
    assert asking.ask("tia", tia, lambda _: None, LONG) == "Tia"
    assert put.count("Tia") == 1


def test_another_question_does_not_wait_for_the_first(asking: Asking[str]) -> None:
    told = threading.Event()

    def slow() -> str:
        told.wait(LONG)
        return "Tia"

    with pytest.raises(Unreachable):
        asking.ask("tia", slow, lambda _: None, 0.0)
    assert asking.ask("tom", lambda: "Tom", lambda _: None, LONG) == "Tom"
    told.set()


def test_what_a_source_raises_reaches_whoever_asked_and_the_next_one_asks_anew(asking: Asking[str]) -> None:
    def silent() -> str:
        raise Unreachable("timeout")

    with pytest.raises(Unreachable, match="timeout"):
        asking.ask("who", silent, lambda _: None, LONG)
    assert asking.ask("who", lambda: "Tia", lambda _: None, LONG) == "Tia"


def test_an_answer_that_cannot_be_kept_was_given_all_the_same(asking: Asking[str]) -> None:
    def locked(_answer: str) -> None:
        raise DatabaseBusy("locked")

    assert asking.ask("who", lambda: "Tia", locked, LONG) == "Tia"
