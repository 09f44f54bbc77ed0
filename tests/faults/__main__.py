"""`./dev faults`: real processes, real databases, real kills; one table, and a status that is not zero on any miss."""

import argparse
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.faults.every_fault import FAULTS
from tests.faults.fault import Form
from tests.faults.running import Ran, run_all

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "reliability.md"
BEGIN: Final = "<!-- the table of ./dev faults --save -->"
END: Final = "<!-- its end -->"
AT_ONCE: Final = 2
SAID: Final = 4000
"""How much is told of what a fault that missed said."""
COLUMNS: Final = ("fault", "what is done", "tried", "lost", "doubled", "wrong", "reconciled", "seconds")


def row(ran: Ran) -> tuple[str, ...]:
    """A row of the table."""
    tally = ran.tally
    counted = (tally.tried, tally.lost, tally.doubled, tally.wrong, tally.reconciled)
    return (ran.fault.id, ran.fault.name, *(f"{number:,}" for number in counted), f"{ran.seconds:.1f}")


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
    parser.add_argument(
        "--at-once", type=int, default=AT_ONCE, help="how many run side by side: they mostly wait"
    )
    parser.add_argument("--save", action="store_true", help="write the table into docs/reliability.md")
    asked = parser.parse_args()
    wanted = [fault for fault in FAULTS if not asked.only or fault.id in asked.only]
    if unknown := set(asked.only) - {fault.id for fault in wanted}:
        parser.error(f"there is no fault {', '.join(sorted(unknown))}")
    console = Console(width=None if sys.stdout.isatty() else 120)
    ran = []
    for each in run_all(wanted, Form.SHORT if asked.short else Form.WHOLE, asked.at_once):
        ran.append(each)
        sign = "✅" if each.tally.holds else "⛔"
        console.print(f"{sign} {each.fault.id} {each.fault.name}, {each.seconds:.1f} s", highlight=False)
        for line in (*each.tally.misses, *each.tally.notes):
            console.print(f"   {line}", highlight=False, markup=False)
        if not each.tally.holds:
            console.print(each.said[-SAID:], highlight=False, markup=False)
    rows = [row(each) for each in sorted(ran, key=lambda each: wanted.index(each.fault))]
    table = Table(*COLUMNS)
    for cells in rows:
        table.add_row(*cells)
    console.print(table)
    if asked.save:
        save(rows)
    return int(not all(each.tally.holds for each in ran))


if __name__ == "__main__":
    sys.exit(main())
