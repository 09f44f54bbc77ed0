"""A chart of the measures: each ratio as a bar, as a share of its goal."""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from bench.measure import Found, figure

WIDTH: Final = 1100
NAMES: Final = 600
LINE: Final = 26
TOP: Final = 34
FULL: Final = 240
"""How long a bar is, in pixels, that just meets its goal."""
MOST: Final = 1.5
"""Longer bars are cut off here, and look so."""


def chart(found: Sequence[Found]) -> str:
    """An SVG image; each bar says how much of its goal a measure uses up, and the line is the goal."""
    height = TOP + LINE * len(found) + 12
    bars = "\n".join(_bar(each, TOP + LINE * number) for number, each in enumerate(found))
    line = f'<line x1="{NAMES + FULL}" x2="{NAMES + FULL}" y1="{TOP - 8}" y2="{height - 8}" stroke="#555" stroke-dasharray="4 3"/>'
    title = f'<text x="{NAMES + FULL}" y="{TOP - 14}" text-anchor="middle" fill="#555">goal</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="13">\n'
        "<title>Each measure's figure as a share of its goal</title>\n"
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>\n{line}\n{bars}\n{title}\n</svg>\n'
    )


def _bar(found: Found, y: int) -> str:
    goal = found.measure.goal
    share = goal.limit / found.held if goal.at_least else found.held / goal.limit
    said = f"{figure(found.ours)} {found.measure.unit}" if found.ratio is None else f"{found.ratio:.2f}×"
    length = int(FULL * max(0, min(share, MOST)))
    color = "#2f855a" if found.met else "#c05621"
    return (
        f'<text x="{NAMES - 8}" y="{y + 14}" text-anchor="end" fill="#222">{escape(found.measure.what)}</text>'
        f'<rect x="{NAMES}" y="{y}" width="{length}" height="18" rx="3" fill="{color}"/>'
        f"{_gap(NAMES + length - 24, y) if share > MOST else ''}"
        f'<text x="{NAMES + length + 6}" y="{y + 14}" fill="#222" stroke="#fff" stroke-width="4" paint-order="stroke">{escape(f"{said} ({goal})")}</text>'
    )


def _gap(x: int, y: int) -> str:
    """Two slanted strokes through a bar that goes on."""
    strokes = f"M{x} {y + 20}l6 -22M{x + 7} {y + 20}l6 -22"
    return f'<path d="{strokes}" stroke="#fff" stroke-width="3"/>'
