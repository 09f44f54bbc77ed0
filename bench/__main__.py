"""`./dev bench`: ours beside a reference that does the same by hand, in one run; a table, and with `--save` the page's figures."""

import argparse
import json
import logging
import platform
import sys
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.chart import chart
from bench.every_measure import MEASURES
from bench.measure import Found, Size, figure, take
from tests.ground import ground

ROOT: Final = Path(__file__).resolve().parents[1]
PAGE: Final = ROOT / "docs" / "performance.md"
FIGURES: Final = ROOT / "docs" / "performance.json"
CHART: Final = ROOT / "docs" / "performance.svg"
BEGIN: Final = "<!-- the table of ./dev bench --save -->"
END: Final = "<!-- its end -->"
COLUMNS: Final = ("measure", "ours", "reference", "ratio", "goal", "met")


def row(found: Found) -> tuple[str, ...]:
    """A row of the table."""
    unit = found.measure.unit
    reference = (
        "–" if found.reference is None else f"{figure(found.reference)} {unit} ({found.measure.against})"
    )
    ratio = "–" if found.ratio is None else f"{found.ratio:.2f}×"
    return (
        found.measure.what,
        f"{figure(found.ours)} {unit}",
        reference,
        ratio,
        str(found.measure.goal),
        "yes" if found.met else "no",
    )


def as_json(found: list[Found]) -> dict[str, Any]:
    """Everything that was measured, each round's figures included."""
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "measures": [
            {
                "id": each.measure.id,
                "what": each.measure.what,
                "against": each.measure.against,
                "unit": each.measure.unit,
                "goal": str(each.measure.goal),
                "ours": each.ours,
                "reference": each.reference,
                "ratio": each.ratio,
                "met": each.met,
                "rounds": each.rounds,
            }
            for each in found
        ],
    }


def with_kept(taken: list[Found]) -> list[Found]:
    """What was taken now, and the saved figures of what was not, in the table's order."""
    saved = json.loads(FIGURES.read_text(encoding="utf-8"))["measures"] if FIGURES.exists() else []
    found = {
        each["id"]: (each["ours"], each["reference"], [tuple(one) for one in each["rounds"]])
        for each in saved
    } | {each.measure.id: (each.ours, each.reference, each.rounds) for each in taken}
    return [Found(measure, *found[measure.id]) for measure in MEASURES if measure.id in found]


def save(taken: list[Found]) -> None:
    """Put the table into the page on performance, its figures and its chart beside it; what was not taken keeps its figures."""
    found = with_kept(taken)
    lines = [COLUMNS, ("---", *["---:"] * (len(COLUMNS) - 1)), *map(row, found)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    FIGURES.write_text(json.dumps(as_json(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    CHART.write_text(chart(found), encoding="utf-8")


def main() -> int:
    """Take the measures that the command line names, or all; no goal that is missed makes the status anything but zero."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="measure", help="take only these")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds of little: shows that everything still runs"
    )
    parser.add_argument("--list", action="store_true", help="name the measures")
    parser.add_argument("--save", action="store_true", help="write table, figures and chart into docs/")
    asked = parser.parse_args()
    if asked.list:
        sys.stdout.writelines(f"{each.id:24} {each.what}\n" for each in MEASURES)
        return 0
    wanted = [each for each in MEASURES if not asked.only or each.id in asked.only]
    if unknown := set(asked.only) - {each.id for each in wanted}:
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; --list names them")
    logging.disable(logging.CRITICAL)
    console = Console(width=None if sys.stdout.isatty() else 150)
    found = []
    for measure in wanted:
        with ground() as ours:
            found.append(take(measure, ours, Size.QUICK if asked.quick else Size.WHOLE))
        console.print(" | ".join(row(found[-1])), highlight=False)
    table = Table(*COLUMNS)
    for each in found:
        table.add_row(*row(each))
    console.print(table)
    if asked.save:
        save(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
