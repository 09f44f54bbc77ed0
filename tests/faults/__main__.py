"""`./dev faults`: real processes, real databases, real kills; one table, and a status that is not zero on any miss."""

import argparse
import logging
import sys
import time
import traceback
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.faults.every_fault import FAULTS
from tests.faults.fault import Fault, Form, Tally
from tests.ground import ground

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- the table of ./dev faults --save -->"
END: Final = "<!-- its end -->"
COLUMNS: Final = ("fault", "what is done", "tried", "lost", "doubled", "wrong", "reconciled", "seconds")


def run(fault: Fault, form: Form) -> tuple[Tally, float]:
    """Run one fault on ground of its own; what it raises counts as wrong. Also returns its seconds."""
    started = time.monotonic()
    try:
        with ground() as ours:
            tally = fault.run(ours, form)
    except Exception:  # noqa: BLE001 - a fault that breaks down is a miss, and the others have their turn
        traceback.print_exc()
        tally = Tally(wrong=1, misses=["it broke down; the reason is above"])
    return tally, time.monotonic() - started


def row(fault: Fault, tally: Tally, seconds: float) -> tuple[str, ...]:
    """A row of the table."""
    counted = (tally.tried, tally.lost, tally.doubled, tally.wrong, tally.reconciled)
    return (fault.id, fault.name, *(f"{number:,}" for number in counted), f"{seconds:.1f}")


def as_markdown(rows: list[tuple[str, ...]]) -> str:
    """The table for the page."""
    lines = [COLUMNS, ("---", "---", *["---:"] * (len(COLUMNS) - 2)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def save(rows: list[tuple[str, ...]]) -> None:
    """Put the table into the page on reliability."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{as_markdown(rows)}\n\n{END}{after}", encoding="utf-8")


def main() -> int:
    """Run what the command line names, or everything."""
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="F1", help="run only these faults")
    parser.add_argument("--short", action="store_true", help="the short form, as ./dev test runs it")
    parser.add_argument("--save", action="store_true", help="write the table into docs/reliability.md")
    asked = parser.parse_args()
    wanted = [fault for fault in FAULTS if not asked.only or fault.id in asked.only]
    if unknown := set(asked.only) - {fault.id for fault in wanted}:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    logging.disable(logging.CRITICAL)
    console = Console(width=None if sys.stdout.isatty() else 120)
    rows, missed = [], False
    for fault in wanted:
        tally, seconds = run(fault, Form.SHORT if asked.short else Form.WHOLE)
        rows.append(row(fault, tally, seconds))
        console.print(
            f"{'✅' if tally.holds else '⛔'} {fault.id} {fault.name}, {seconds:.1f} s", highlight=False
        )
        for line in (*tally.misses, *tally.notes):
            console.print(f"   {line}", highlight=False, markup=False)
        missed = missed or not tally.holds
    table = Table(*COLUMNS)
    for each in rows:
        table.add_row(*each)
    console.print(table)
    if asked.save:
        save(rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
