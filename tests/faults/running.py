"""Faults, run side by side, each on ground of its own in a process of its own."""

import io
import logging
import multiprocessing
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from tests.faults.fault import Fault, Form, Tally
from tests.ground import ground


@dataclass(frozen=True)
class Ran:
    """What came of a fault, in how many seconds, and what it said meanwhile that a reader of the table need not know."""

    fault: Fault
    tally: Tally
    seconds: float
    said: str


def run(fault: Fault, form: Form) -> Ran:
    """Run one fault on ground of its own; what it raises counts as wrong."""
    logging.disable(logging.CRITICAL)
    started, said = time.monotonic(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            with ground() as ours:
                tally = fault.run(ours, form)
        except Exception:  # noqa: BLE001 - a fault that breaks down is a miss, and the others have their turn
            traceback.print_exc()
            tally = Tally(wrong=1, misses=["it broke down; the reason is below"])
    return Ran(fault, tally, time.monotonic() - started, said.getvalue())


def run_all(faults: Sequence[Fault], form: Form, at_once: int) -> Iterator[Ran]:
    """Run them, so many side by side, each in a process of its own; those that measure time come last, one by one."""
    fresh = multiprocessing.get_context("spawn")
    for some, beside in (
        ([each for each in faults if each.alone == is_alone], 1 if is_alone else at_once)
        for is_alone in (False, True)
    ):
        with ProcessPoolExecutor(beside, mp_context=fresh, max_tasks_per_child=1) as processes:
            running: list[Future[Ran]] = [processes.submit(run, fault, form) for fault in some]
            for done in as_completed(running):
                yield done.result()
