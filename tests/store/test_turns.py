"""Turns within one process: whoever asked first goes first, and nobody waits longer than they said."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from bot.store.turns import Turns

PATIENCE = 10.0


def queues(turns: Turns, name: str, order: list[str]) -> threading.Thread:
    """Start a thread that waits for its turn, and return once it waits."""
    waiting = turns.waiting

    def take() -> None:
        assert turns.acquire(PATIENCE)
        order.append(name)
        turns.release()

    thread = threading.Thread(target=take)
    thread.start()
    until(lambda: turns.waiting > waiting)
    return thread


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end
        time.sleep(0.001)  # threads run in real time


def test_whoever_asked_first_goes_first() -> None:
    turns, order = Turns(), list[str]()
    assert turns.acquire(0)
    threads = [queues(turns, name, order) for name in ("ana", "ben", "eli", "kim")]
    turns.release()
    for thread in threads:
        thread.join(PATIENCE)
    assert order == ["ana", "ben", "eli", "kim"]


def test_whoever_waited_in_vain_leaves_the_queue_and_the_next_one_goes_on() -> None:
    turns, order = Turns(), list[str]()
    assert turns.acquire(0)
    assert not turns.acquire(0.01)
    thread = queues(turns, "ben", order)
    turns.release()
    thread.join(PATIENCE)
    assert order == ["ben"]
    assert turns.acquire(0)


def test_only_one_has_the_turn_however_many_ask_and_give_up() -> None:
    turns, inside, most = Turns(), list[int](), list[int]()

    def ask(number: int) -> int:
        had = 0
        for _ in range(300):
            if turns.acquire(0.0005):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)
                had += 1
                turns.release()
        return had

    with ThreadPoolExecutor(6) as pool:
        had = sum(pool.map(ask, range(6)))
    assert set(most) == {1}
    assert had == len(most)
    assert turns.acquire(0), "nobody has it at the end"
